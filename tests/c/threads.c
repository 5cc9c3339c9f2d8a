/* A stress test of the pool. Each part of each task has to be run exactly once, while
   several callers compete for the workers and the number of threads changes, and in the
   child of a fork as well. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "rows.h"
#include "threads.h"
#include "timings.h"

/* What the test needs from the system: threads that call the pool, and a fork. */
#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef HANDLE caller_type;
#define CALLER_RETURN DWORD WINAPI
#define CALLER_NO_RESULT 0

static bool start_caller(caller_type *caller, DWORD(WINAPI *function)(void *), void *argument)
{
    *caller = CreateThread(NULL, 0, function, argument, 0, NULL);
    return *caller != NULL;
}

static void join_caller(caller_type caller)
{
    WaitForSingleObject(caller, INFINITE);
    CloseHandle(caller);
}

#else

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

typedef pthread_t caller_type;
#define CALLER_RETURN void *
#define CALLER_NO_RESULT NULL

static bool start_caller(caller_type *caller, void *(*function)(void *), void *argument)
{
    return pthread_create(caller, NULL, function, argument) == 0;
}

static void join_caller(caller_type caller) { pthread_join(caller, NULL); }

#endif

enum { CALLERS = 4, TASKS = 400, PARTS = 24, LENGTH = 1 << 21 };

static atomic_int failures;

/* The counts are not atomic, so that a race between the parts and the caller shows. */
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
    const ptrdiff_t n = LENGTH;
    const ptrdiff_t steps[] = {sizeof(float), sizeof(float), sizeof(float)};
    float *x = malloc(LENGTH * sizeof *x), *y = malloc(LENGTH * sizeof *y);
    if (x == NULL || y == NULL)
        abort();
    for (int i = 0; i < LENGTH; ++i)
        x[i] = (float)(i % 1000 - 500);
    run_set_stream_bytes(0);
    for (int mode = 0; mode <= N_STORE_MODES; ++mode) {
        store_mode_force((enum store_mode)mode);
        for (const struct isa *isa = isa_table; isa->name != NULL; ++isa) {
            char *operands[] = {(char *)x, (char *)x, (char *)y};
            if (!isa->runs_here())
                continue;
            make_loop(isa, OPERATION_add_relu, DTYPE_f32, &loop);
            run_loop(operands, &n, steps, &loop);
            for (int i = 0; i < LENGTH; ++i)
                if (y[i] != (x[i] > 0 ? 2 * x[i] : 0))
                    atomic_fetch_add(&failures, 1);
        }
    }
    free(x);
    free(y);
}

static CALLER_RETURN call(void *seed)
{
    run_tasks((int)(intptr_t)seed);
    run_long_loop();
    return CALLER_NO_RESULT;
}

/* Whether the pool works in a child process; true on systems without fork. */
static bool works_in_child(void)
{
#ifdef _WIN32
    return true;
#else
    int status = 1;
    const pid_t child = fork();
    if (child == 0) {
        run_tasks(1);
        _exit(atomic_load(&failures) != 0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
#endif
}

int main(void)
{
    caller_type callers[CALLERS];
    threads_set_count(3);
    for (int k = 0; k < CALLERS; ++k)
        if (!start_caller(&callers[k], call, (void *)(intptr_t)k))
            return 2;
    for (int k = 0; k < CALLERS; ++k)
        join_caller(callers[k]);
    const bool child_works = works_in_child();
    printf("%d failures; the child's pool %s\n", atomic_load(&failures),
           child_works ? "works" : "fails");
    return atomic_load(&failures) != 0 || !child_works;
}
