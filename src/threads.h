/* A small pool of threads that share the parts of one task at a time. */
#ifndef RELU_UFUNC_THREADS_H
#define RELU_UFUNC_THREADS_H

#include <stdbool.h>
#include <stdint.h>

enum { MOST_WORKERS = 1023, MOST_PARTS = 4 * (MOST_WORKERS + 1) };

/* Computes one part; parts may run in any order, each on any thread. */
typedef void task(void *context, int part);

/* The most threads that share a task, the caller's among them. */
void threads_set_count(int count);
int threads_count(void);

/* How many processors' time the process may use, beside those that it may run on. */
void threads_set_quota(int processors);

/* How long a worker without work looks for it before it sleeps. */
void threads_set_spin_microseconds(long microseconds);
long threads_spin_microseconds(void);

/* How many of these threads have a processor to run on. */
int threads_usable(int64_t now);

/* To be told of each task that is worth sharing. Returns whether the workers look
   for work now, or such tasks come in a row, so that they will not be woken for
   this one alone. Awake they start within a microsecond; waking them takes up
   to hundreds, on a virtual machine. `now` is the clock's, in nanoseconds. */
bool threads_expect_task(int64_t now);

/* Runs the parts 0 to parts - 1, at most MOST_PARTS, on so many threads and returns when all are done.
   Each runs in the caller's floating-point environment. Where no worker can be had
   (another caller has them, the system gives none), the caller runs every part. */
void threads_run(task *task, void *context, int parts, int threads);

#endif
