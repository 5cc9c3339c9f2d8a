/* The pool under stress: each part of each task is run once, whoever competes for
   the workers, whatever the setting becomes meanwhile, and across a fork. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rows.h"
#include "threads.h"
#include "ways.h"

enum { CALLERS = 4, TASKS = 400, PARTS = 24, LONG = 1 << 21 };

static atomic_int failures;

/* Plain, not atomic: a race between the parts and the caller would show. */
struct counts {
    int of_part[PARTS];
};

static void count_part(void *context, int part)
{
    ++((struct counts *)context)->of_part[part];
}

static void run_tasks(int seed)
{
    for (int t = 0; t < TASKS; ++t) {
        struct counts counts = {{0}};
        const int parts = 1 + (seed * 7 + t) % PARTS;
        if (t % 16 == 0)
            threads_set_count(1 + (seed + t / 16) % 5);
        threads_run(count_part, &counts, parts, threads_count());
        for (int part = 0; part < PARTS; ++part)
            if (counts.of_part[part] != (part < parts))
                atomic_fetch_add(&failures, 1);
    }
}

static void run_long_loop(void)
{
    struct loop loop;
    const ptrdiff_t n = LONG;
    const ptrdiff_t steps[] = {sizeof(float), sizeof(float), sizeof(float)};
    float *x = malloc(LONG * sizeof *x), *y = malloc(LONG * sizeof *y);
    if (x == NULL || y == NULL)
        abort();
    for (int i = 0; i < LONG; ++i)
        x[i] = (float)(i % 1000 - 500);
    run_set_stream_bytes(0);
    for (int way = 0; way <= N_WAYS; ++way) {
        ways_force((enum way)way);
        for (const struct isa *isa = isa_table; isa->name != NULL; ++isa) {
            char *operands[] = {(char *)x, (char *)x, (char *)y};
            if (!isa->runs_here())
                continue;
            make_loop(isa, OPERATION_add_relu, DTYPE_f32, &loop);
            run_loop(operands, &n, steps, &loop);
            for (int i = 0; i < LONG; ++i)
                if (y[i] != (x[i] > 0 ? 2 * x[i] : 0))
                    atomic_fetch_add(&failures, 1);
        }
    }
    free(x);
    free(y);
}

static void *call(void *seed)
{
    run_tasks((int)(intptr_t)seed);
    run_long_loop();
    return NULL;
}

int main(void)
{
    pthread_t callers[CALLERS];
    threads_set_count(3);
    for (int k = 0; k < CALLERS; ++k)
        if (pthread_create(&callers[k], NULL, call, (void *)(intptr_t)k) != 0)
            return 2;
    for (int k = 0; k < CALLERS; ++k)
        pthread_join(callers[k], NULL);
    const pid_t child = fork();
    if (child == 0) {
        run_tasks(1);
        _exit(atomic_load(&failures) != 0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    printf("%d failures, child %d\n", atomic_load(&failures), status);
    return atomic_load(&failures) != 0 || status != 0;
}
