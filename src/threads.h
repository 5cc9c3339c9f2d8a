/* A small pool of threads that share the parts of one task at a time. */
#ifndef RELU_UFUNC_THREADS_H
#define RELU_UFUNC_THREADS_H

#include <stdbool.h>

enum { MOST_WORKERS = 1023 };

/* Computes one part; parts may run in any order, each on any thread. */
typedef void task(void *context, int part);

/* The number of threads that share a task, the caller's among them. */
void threads_set_count(int count);
int threads_count(void);

/* How long a worker without work looks for it before it sleeps. */
void threads_set_spin_microseconds(long microseconds);
long threads_spin_microseconds(void);

/* To be asked before each task that is worth sharing: whether the workers look
   for work now, or such tasks come in a row, so that they will not be woken for
   this one alone. Awake they start within a microsecond; waking them takes up
   to hundreds, on a virtual machine. */
bool threads_are_in_use(void);

/* Runs the parts 0 to parts - 1 and returns when all are done. Each runs in the
   caller's floating-point environment. Where no worker can be had (another
   caller has them, the system gives none), the caller runs every part. */
void threads_run(task *task, void *context, int parts);

#endif
