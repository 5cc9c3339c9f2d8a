/* Strict C11 hides what POSIX adds. */
#define _POSIX_C_SOURCE 200809L

#include "threads.h"

#include <fenv.h>
#include <stdatomic.h>
#include <stdint.h>

/* What is asked of the system: a lock, a condition, a thread, a clock. */
#ifdef _WIN32

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

typedef SRWLOCK lock_type;
typedef CONDITION_VARIABLE condition_type;
#define LOCK_INIT SRWLOCK_INIT
#define CONDITION_INIT CONDITION_VARIABLE_INIT
#define THREAD_RETURN DWORD WINAPI
#define THREAD_NO_RESULT 0

static void lock(lock_type *l) { AcquireSRWLockExclusive(l); }
static void unlock(lock_type *l) { ReleaseSRWLockExclusive(l); }
static void wait_on(condition_type *c, lock_type *l)
{
    SleepConditionVariableSRW(c, l, INFINITE, 0);
}
static void wake_all(condition_type *c) { WakeAllConditionVariable(c); }
static void yield_processor(void) { SwitchToThread(); }

static bool start_thread(DWORD(WINAPI *function)(void *), void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, function, argument, 0, NULL);
    if (thread == NULL)
        return false;
    CloseHandle(thread);
    return true;
}

static int64_t microseconds_now(void)
{
    LARGE_INTEGER frequency, count;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (int64_t)((double)count.QuadPart / (double)frequency.QuadPart * 1e6);
}

#else

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

typedef pthread_mutex_t lock_type;
typedef pthread_cond_t condition_type;
#define LOCK_INIT PTHREAD_MUTEX_INITIALIZER
#define CONDITION_INIT PTHREAD_COND_INITIALIZER
#define THREAD_RETURN void *
#define THREAD_NO_RESULT NULL

static void lock(lock_type *l) { pthread_mutex_lock(l); }
static void unlock(lock_type *l) { pthread_mutex_unlock(l); }
static void wait_on(condition_type *c, lock_type *l) { pthread_cond_wait(c, l); }
static void wake_all(condition_type *c) { pthread_cond_broadcast(c); }
static void yield_processor(void) { sched_yield(); }

/* Signals are for the threads that Python knows, but for a worker's own faults:
   blocked, they would end the process past every handler. */
static bool start_thread(void *(*function)(void *), void *argument)
{
    pthread_t thread;
    sigset_t blocked, before;
    sigfillset(&blocked);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGILL);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    const bool started = pthread_create(&thread, NULL, function, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}

static int64_t microseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif

#if defined(__x86_64__) || defined(_M_X64) || defined(__i386__)
#include <immintrin.h>
static void relax_processor(void) { _mm_pause(); }
#elif defined(__aarch64__) && defined(__GNUC__)
static void relax_processor(void) { __asm__ volatile("isb"); }
#else
static void relax_processor(void) {}
#endif

enum {
    SPINS_BETWEEN_LOOKS_AT_THE_CLOCK = 64,
    /* Calls are a run of calls when each comes this soon after the one before. */
    NEAR_MICROSECONDS = 2000,
    ENOUGH_IN_A_ROW = 4
};

static atomic_int count = 1;
static atomic_long spin_microseconds = 200;

/* The task at hand. The low half of `ticket` is the number of parts that nobody
   has taken, the high half the number of the task: taking a part by comparing
   and swapping the whole proves that its task is the one at hand, which then
   cannot end before the part does. */
static atomic_bool has_caller;
static _Atomic uint64_t ticket;
static atomic_int unfinished;
static task *current_task;
static void *current_context;
static fenv_t current_environment;

static int n_workers;
static atomic_int n_awake;
static lock_type sleep_lock = LOCK_INIT;
static condition_type work_arrived = CONDITION_INIT;

static uint32_t untaken_parts(uint64_t seen_ticket)
{
    return (uint32_t)seen_ticket;
}

static bool take_part(int *part)
{
    uint64_t seen = atomic_load(&ticket);
    while (untaken_parts(seen) != 0) {
        if (atomic_compare_exchange_weak(&ticket, &seen, seen - 1)) {
            *part = (int)untaken_parts(seen) - 1;
            return true;
        }
    }
    return false;
}

/* The count may have been lowered since worker number `worker` was started. */
static bool has_parts_for(int worker)
{
    return worker < atomic_load(&count) && untaken_parts(atomic_load(&ticket)) != 0;
}

static void spin_for_parts(int worker)
{
    const int64_t until = microseconds_now() + atomic_load(&spin_microseconds);
    do {
        for (int i = 0; i < SPINS_BETWEEN_LOOKS_AT_THE_CLOCK; ++i) {
            if (has_parts_for(worker))
                return;
            relax_processor();
        }
    } while (microseconds_now() < until);
}

static void sleep_until_parts(int worker)
{
    lock(&sleep_lock);
    atomic_fetch_sub(&n_awake, 1);
    while (!has_parts_for(worker))
        wait_on(&work_arrived, &sleep_lock);
    atomic_fetch_add(&n_awake, 1);
    unlock(&sleep_lock);
}

static THREAD_RETURN work(void *number)
{
    const int worker = (int)(intptr_t)number;
    int part;
    for (;;) {
        while (has_parts_for(worker) && take_part(&part)) {
            fesetenv(&current_environment);
            current_task(current_context, part);
            atomic_fetch_sub(&unfinished, 1);
        }
        spin_for_parts(worker);
        if (!has_parts_for(worker))
            sleep_until_parts(worker);
    }
    return THREAD_NO_RESULT;
}

/* fork copies the calling thread alone: the child's pool is new and empty. */
#ifndef _WIN32
static void empty_pool(void)
{
    pthread_mutex_init(&sleep_lock, NULL);
    pthread_cond_init(&work_arrived, NULL);
    n_workers = 0;
    atomic_store(&n_awake, 0);
    atomic_store(&ticket, 0);
    atomic_store(&unfinished, 0);
    atomic_store(&has_caller, false);
}

static bool knows_fork;
#endif

static void start_workers(int wanted)
{
#ifndef _WIN32
    if (!knows_fork)
        knows_fork = pthread_atfork(NULL, NULL, empty_pool) == 0;
    if (!knows_fork)
        return;
#endif
    while (n_workers < wanted && n_workers < MOST_WORKERS) {
        atomic_fetch_add(&n_awake, 1);
        /* Number 0 is the caller. */
        if (!start_thread(work, (void *)(intptr_t)(n_workers + 1))) {
            atomic_fetch_sub(&n_awake, 1);
            return;
        }
        ++n_workers;
    }
}

void threads_set_count(int new_count)
{
    atomic_store(&count, new_count);
}

int threads_count(void)
{
    return atomic_load(&count);
}

void threads_set_spin_microseconds(long microseconds)
{
    atomic_store(&spin_microseconds, microseconds);
}

long threads_spin_microseconds(void)
{
    return atomic_load(&spin_microseconds);
}

bool threads_are_in_use(void)
{
    static _Atomic int64_t last_asked = -NEAR_MICROSECONDS;
    static atomic_int near_in_a_row;
    const int64_t now = microseconds_now();
    const bool is_near = now - atomic_exchange(&last_asked, now) < NEAR_MICROSECONDS;
    const int in_a_row = is_near ? atomic_load(&near_in_a_row) + 1 : 0;
    /* Callers that race here may miscount: the workers are woken a little late. */
    atomic_store(&near_in_a_row, in_a_row < ENOUGH_IN_A_ROW ? in_a_row : ENOUGH_IN_A_ROW);
    return in_a_row >= ENOUGH_IN_A_ROW || atomic_load(&n_awake) > 0;
}

void threads_run(task *task, void *context, int parts)
{
    int part;
    if (atomic_exchange(&has_caller, true)) {
        for (part = 0; part < parts; ++part)
            task(context, part);
        return;
    }
    start_workers(threads_count() - 1);
    current_task = task;
    current_context = context;
    fegetenv(&current_environment);
    atomic_store(&unfinished, parts);
    const uint64_t task_number = (atomic_load(&ticket) >> 32) + 1;
    atomic_store(&ticket, task_number << 32 | (uint32_t)parts);
    if (atomic_load(&n_awake) < threads_count() - 1) {
        lock(&sleep_lock);
        wake_all(&work_arrived);
        unlock(&sleep_lock);
    }
    while (take_part(&part)) {
        task(context, part);
        atomic_fetch_sub(&unfinished, 1);
    }
    for (int spins = 1; atomic_load(&unfinished) != 0; ++spins) {
        relax_processor();
        /* A part may be with a worker that the system has put aside. */
        if (spins % 1024 == 0)
            yield_processor();
    }
    atomic_store(&has_caller, false);
}
