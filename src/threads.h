/* A small pool of threads that work together on one task at a time. */
#ifndef RELU_UFUNC_THREADS_H
#define RELU_UFUNC_THREADS_H

#include <stdbool.h>
#include <stdint.h>

enum { MOST_WORKERS = 1023, MOST_PARTS = 16 * (MOST_WORKERS + 1) };

/* Computes one part. Parts may run in any order and on any thread. */
typedef void task(void *context, int part);

/* The greatest number of threads that share a task, including the caller's. */
void threads_set_count(int count);
int threads_count(void);

/* Sets how many processors' worth of time the process may use. This limit applies in
   addition to its affinity. */
void threads_set_quota(int processors);

/* How long an idle worker spins for the next task before it sleeps. */
void threads_set_spin_microseconds(long microseconds);
long threads_spin_microseconds(void);

/* How many of these threads have a processor to run on, by the affinity and the quota. */
int threads_usable(int64_t now);

/* To be called before each task that is worth sharing. Returns whether a worker is awake,
   or such tasks come in quick succession, so that the workers are not woken for this task
   alone. A worker that is awake starts within a microsecond; waking one takes up to
   hundreds of microseconds on a virtual machine. `now` is the clock's time in nanoseconds. */
bool threads_expect_task(int64_t now);

/* Runs the parts 0 to parts - 1, of which there are at most MOST_PARTS, on that many
   threads, and returns when all are done. Each part runs in the caller's floating-point
   environment. If no worker is available, because another caller has them or the system
   cannot start any, the caller runs every part itself. */
void threads_run(task *task, void *context, int parts, int threads);

#endif
