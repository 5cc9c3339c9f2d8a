/* Every thread that uses non-temporal stores has to execute a fence after them, before the
   run ends. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"
#include "threads.h"
#include "timings.h"

enum { N = 1 << 20, RUNS = 20 };

static const struct stream *original;
static atomic_int copies, unfenced_threads;
static _Thread_local bool is_unfenced;

static void recorded_copy(const char *block, char *to, size_t bytes)
{
    atomic_fetch_add(&copies, 1);
    if (!is_unfenced)
        atomic_fetch_add(&unfenced_threads, 1);
    is_unfenced = true;
    original->copy(block, to, bytes);
}

static void recorded_fence(void)
{
    original->fence();
    if (is_unfenced)
        atomic_fetch_sub(&unfenced_threads, 1);
    is_unfenced = false;
}

/* Looks for sfence in the machine code; on x86-64 nothing else is a store fence. */
static bool is_store_fence(void (*fence)(void))
{
    static const unsigned char sfence[] = {0x0F, 0xAE, 0xF8};
    unsigned char code[32];
    memcpy(code, (const void *)(uintptr_t)fence, sizeof code);
    for (size_t i = 0; i + sizeof sfence <= sizeof code; ++i)
        if (memcmp(code + i, sfence, sizeof sfence) == 0)
            return true;
    return false;
}

int main(void)
{
    const ptrdiff_t n = N, steps[] = {sizeof(float), sizeof(float)};
    const struct stream recording = {recorded_copy, recorded_fence};
    float *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
    int failures = 0;
    if (x == NULL || y == NULL)
        return 2;
    for (int i = 0; i < N; ++i)
        x[i] = (float)(i % 1000 - 500);
    run_set_stream_bytes(0);
    for (const struct isa *isa = isa_table; isa->name != NULL; ++isa) {
        struct loop loop;
        if (!isa->runs_here() || !make_loop(isa, OPERATION_relu, DTYPE_f32, &loop)
            || loop.stream->copy == NULL)
            continue;
        original = loop.stream;
        loop.stream = &recording;
        failures += !is_store_fence(original->fence);
        for (int mode = 0; mode <= N_STORE_MODES; ++mode) {
            store_mode_force((enum store_mode)mode);
            for (int threads = 1; threads <= 2; ++threads) {
                threads_set_count(threads);
                atomic_store(&copies, 0);
                for (int run = 0; run < RUNS; ++run) {
                    char *operands[] = {(char *)x, (char *)y};
                    memset(y, 0xFF, N * sizeof *y);
                    run_loop(operands, &n, steps, &loop);
                    failures += atomic_load(&unfenced_threads) != 0;
                    for (int i = 0; i < N; ++i)
                        failures += y[i] != (x[i] > 0 ? x[i] : 0);
                }
                /* When the choice is left to measurement, each mode is tried. */
                failures += (atomic_load(&copies) > 0) != (mode != PLAIN);
            }
        }
    }
    printf("%d failures\n", failures);
    free(x);
    free(y);
    return failures != 0;
}
