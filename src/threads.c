/* Strict C11 hides what POSIX and Linux add. */
#define _GNU_SOURCE

#include "threads.h"

#include <fenv.h>
#include <stdatomic.h>

#include "clock.h"
#include "sizes.h"

/* What the pool needs from the system: a lock, a condition variable, threads and the
   number of processors. */
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

static ptrdiff_t usable_processors(void)
{
    DWORD_PTR ours, all;
    ptrdiff_t n = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &ours, &all))
        for (; ours != 0; ours &= ours - 1)
            ++n;
    return n;
}

#else

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

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

/* Workers block signals, which are left to the threads that Python knows. They do not block
   the signals that their own faults raise: otherwise a fault would end the process without
   calling a handler. */
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

static ptrdiff_t usable_processors(void)
{
#ifdef __linux__
    cpu_set_t processors;
    if (sched_getaffinity(0, sizeof processors, &processors) == 0)
        return CPU_COUNT(&processors);
#endif
    return (ptrdiff_t)sysconf(_SC_NPROCESSORS_ONLN);
}

#endif

#ifdef __linux__
static int this_processor(void) { return sched_getcpu(); }

/* Moves the calling thread to any other processor that it may use. */
static void leave_processor(int processor)
{
    cpu_set_t before, others;
    if (sched_getaffinity(0, sizeof before, &before) != 0)
        return;
    others = before;
    CPU_CLR(processor, &others);
    if (sched_setaffinity(0, sizeof others, &others) == 0)
        sched_setaffinity(0, sizeof before, &before);
}
#else
static int this_processor(void) { return -1; }
static void leave_processor(int processor) { (void)processor; }
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
    /* A spinning thread yields to any other that is waiting for its processor. */
    SPINS_BETWEEN_YIELDS = 64,
    /* Tasks count as a succession if each comes within this time of the one before. */
    NEAR_NS = 2000000,
    ENOUGH_IN_A_ROW = 4,
    /* The affinity may change at run time, so it is looked up this often. */
    PROCESSORS_KNOWN_NS = 10000000
};

static atomic_int count = 1, quota = MOST_WORKERS + 1;
static atomic_long spin_microseconds = 200;

/* The current task. The ticket holds its number, its number of parts and its number of
   threads. One cache line brings all of it to a worker. */
static struct {
    _Alignas(CACHE_LINE) _Atomic uint64_t ticket;
    task *task;
    void *context;
    fenv_t environment;
} current;
static _Alignas(CACHE_LINE) atomic_int unfinished;
/* For each part, the number of the last task for which a thread took the part. A task cannot
   end before all its parts have been taken. So a thread that replaces the previous task's
   number by the number of its own task has proved that its task is still the current one. */
static _Atomic uint32_t taken_for[MOST_PARTS];
static atomic_bool has_caller;
/* The processor of the last caller that had to wake workers. */
static atomic_int callers_processor;

static int n_workers;
static atomic_int n_awake;
static lock_type sleep_lock = LOCK_INIT;
static condition_type work_arrived = CONDITION_INIT;

static uint32_t number_of(uint64_t a_ticket)
{
    return (uint32_t)(a_ticket >> 32);
}

static int parts_of(uint64_t a_ticket)
{
    return (int)(a_ticket >> 16 & 0xFFFF);
}

static int threads_of(uint64_t a_ticket)
{
    return (int)(a_ticket & 0xFFFF);
}

static uint64_t make_ticket(uint32_t number, int parts, int threads)
{
    return (uint64_t)number << 32 | (uint64_t)parts << 16 | (uint64_t)threads;
}

static bool take_part(uint64_t a_ticket, int part)
{
    uint32_t before = number_of(a_ticket) - 1;
    return atomic_compare_exchange_strong(&taken_for[part], &before, number_of(a_ticket));
}

/* Each thread begins with a part of its own. Tasks with as many parts and threads give it the
   same part, whose data may still be in the thread's caches. */
static void run_parts(uint64_t a_ticket, int thread)
{
    const int parts = parts_of(a_ticket);
    const int first = parts / threads_of(a_ticket) * thread;
    bool has_environment = thread == 0;
    for (int i = 0; i < parts; ++i) {
        const int part = (first + i) % parts;
        if (take_part(a_ticket, part)) {
            if (!has_environment)
                fesetenv(&current.environment);
            has_environment = true;
            current.task(current.context, part);
            atomic_fetch_sub(&unfinished, 1);
        }
    }
}

/* Whether there is a task in which the worker takes part and which it has not seen yet. */
static bool has_task_for(int worker, uint64_t last_ticket)
{
    const uint64_t seen = atomic_load(&current.ticket);
    return seen != last_ticket && worker < threads_of(seen);
}

static void spin_for_task(int worker, uint64_t last_ticket)
{
    const int64_t until = nanoseconds_now() + 1000 * (int64_t)atomic_load(&spin_microseconds);
    do {
        for (int i = 0; i < SPINS_BETWEEN_YIELDS; ++i) {
            if (has_task_for(worker, last_ticket))
                return;
            relax_processor();
        }
        yield_processor();
    } while (nanoseconds_now() < until);
}

static void sleep_until_task(int worker, uint64_t last_ticket)
{
    lock(&sleep_lock);
    while (!has_task_for(worker, last_ticket))
        wait_on(&work_arrived, &sleep_lock);
    atomic_fetch_add(&n_awake, 1);
    unlock(&sleep_lock);
    /* Linux may start or wake a thread on the caller's processor although another processor is
       idle, and takes milliseconds to move the thread. */
    const int processor = this_processor();
    if (processor == atomic_load(&callers_processor))
        leave_processor(processor);
}

static THREAD_RETURN work(void *number)
{
    const int worker = (int)(intptr_t)number;
    uint64_t last_ticket = 0;
    for (;;) {
        sleep_until_task(worker, last_ticket);
        do {
            last_ticket = atomic_load(&current.ticket);
            if (worker < threads_of(last_ticket))
                run_parts(last_ticket, worker);
            spin_for_task(worker, last_ticket);
        } while (has_task_for(worker, last_ticket));
        atomic_fetch_sub(&n_awake, 1);
    }
    return THREAD_NO_RESULT;
}

/* fork copies only the calling thread. So the child starts with an empty pool, and must not
   take a part of the parent's task. */
#ifndef _WIN32
static void empty_pool(void)
{
    pthread_mutex_init(&sleep_lock, NULL);
    pthread_cond_init(&work_arrived, NULL);
    n_workers = 0;
    atomic_store(&n_awake, 0);
    atomic_store(&current.ticket, make_ticket(number_of(atomic_load(&current.ticket)) + 1, 0, 0));
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
        /* Number 0 is the caller's. */
        if (!start_thread(work, (void *)(intptr_t)(n_workers + 1)))
            return;
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

void threads_set_quota(int processors)
{
    atomic_store(&quota, processors);
}

int threads_usable(int64_t now)
{
    static _Atomic int64_t asked_at = -PROCESSORS_KNOWN_NS;
    static _Atomic ptrdiff_t processors = 1;
    if (now - atomic_load(&asked_at) >= PROCESSORS_KNOWN_NS) {
        const ptrdiff_t usable = usable_processors();
        atomic_store(&processors, usable < 1 ? 1 : usable);
        atomic_store(&asked_at, now);
    }
    return (int)least(least(atomic_load(&count), atomic_load(&quota)), atomic_load(&processors));
}

bool threads_expect_task(int64_t now)
{
    static _Atomic int64_t last_asked = -NEAR_NS;
    static atomic_int near_in_a_row;
    const bool is_near = now - atomic_exchange(&last_asked, now) < NEAR_NS;
    const int in_a_row = is_near ? atomic_load(&near_in_a_row) + 1 : 0;
    /* Callers that race here may miscount; then the workers are woken a little late. */
    atomic_store(&near_in_a_row, in_a_row < ENOUGH_IN_A_ROW ? in_a_row : ENOUGH_IN_A_ROW);
    return in_a_row >= ENOUGH_IN_A_ROW || atomic_load(&n_awake) > 0;
}

void threads_run(task *task, void *context, int parts, int threads)
{
    int part;
    if (atomic_exchange(&has_caller, true)) {
        for (part = 0; part < parts; ++part)
            task(context, part);
        return;
    }
    start_workers(threads - 1);
    atomic_store(&unfinished, parts);
    const uint32_t number = number_of(atomic_load(&current.ticket)) + 1;
    for (part = 0; part < parts; ++part)
        atomic_store(&taken_for[part], number - 1);
    current.task = task;
    current.context = context;
    fegetenv(&current.environment);
    /* This store precedes the ticket's, because a worker that is just starting takes the
       ticket without having waited. */
    if (atomic_load(&n_awake) < threads - 1)
        atomic_store(&callers_processor, this_processor());
    const uint64_t new_ticket = make_ticket(number, parts, threads);
    atomic_store(&current.ticket, new_ticket);
    if (atomic_load(&n_awake) < threads - 1) {
        lock(&sleep_lock);
        wake_all(&work_arrived);
        unlock(&sleep_lock);
        /* A worker that was woken or started on this processor has to run before it can move. */
        yield_processor();
    }
    run_parts(new_ticket, 0);
    for (int spins = 1; atomic_load(&unfinished) != 0; ++spins) {
        relax_processor();
        if (spins % SPINS_BETWEEN_YIELDS == 0)
            yield_processor();
    }
    atomic_store(&has_caller, false);
}
