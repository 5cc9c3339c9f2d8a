/* How long runs are stored, and whether threads share them. Both follow from the timings of
   the runs before in this process. */
#ifndef RELU_UFUNC_TIMINGS_H
#define RELU_UFUNC_TIMINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtypes.h"
#include "operations.h"

/* How results are stored. Which mode is fastest depends on the processor, on the size and
   on what else is running. All modes store the same bits. */
enum store_mode {
    /* The kernel stores its results itself, with ordinary stores. */
    PLAIN,
    /* Non-temporal stores, which bypass the caches, write block after block. */
    STREAMED,
    /* Non-temporal stores write small blocks of a few pages in turn, because some
       processors prefetch within each page separately. */
    INTERLEAVED,
    N_STORE_MODES
};

extern const char *const store_mode_names[N_STORE_MODES];

/* Forces one mode for every run that may be streamed, and shares every run that is worth
   sharing. N_STORE_MODES leaves both to the timings. */
void store_mode_force(enum store_mode mode);
enum store_mode store_mode_forced(void);

/* Runs of one class have about the same speed, so they share their timings. */
struct run_class {
    enum operation operation;
    enum dtype dtype;
    /* Whether operands go through blocks, the output is an input too, or the output's
       pages are touched for the first time. */
    bool uses_blocks, is_in_place, is_fresh;
    /* The logarithm to base 2, rounded down, of the bytes of all operands. */
    int magnitude;
};

/* The timings of one class of runs. */
struct timings;
struct timings *timings_of(const struct run_class *run_class);

/* Returns the store mode for the next part of a run. */
enum store_mode timings_choose_mode(struct timings *timings, bool is_shared);
/* Records how long a part took. */
void timings_add(
    struct timings *timings, bool is_shared, enum store_mode mode, ptrdiff_t bytes,
    int64_t nanoseconds);

/* Returns the nanoseconds that one thread takes for a run in the fastest store mode, 0 if no
   mode has been timed. */
int64_t timings_time_alone(struct timings *timings, ptrdiff_t bytes);

/* Whether threads are to share the next run: sharing has to have saved more time than it
   cost. Sets `must_measure` if one thread is to compute the first parts by itself, for
   comparison. */
bool timings_should_share(struct timings *timings, bool *must_measure);
/* Record how long a run took that threads shared, or that one thread computed alone because
   sharing did not pay. */
void timings_add_shared(struct timings *timings, ptrdiff_t bytes, int64_t nanoseconds);
void timings_add_alone(struct timings *timings, int64_t nanoseconds);

/* A copy of the timings of a class, for display. */
enum { N_TIMINGS = 256 };
struct measured_timings {
    struct run_class run_class;
    /* Gigabytes per second of one thread, when it works alone and when it shares a run; 0
       if not measured. */
    double rates[2][N_STORE_MODES];
    bool is_shared;
};
/* Returns false if there are no timings at this index, which is less than N_TIMINGS. */
bool timings_measured(int index, struct measured_timings *measured);

#endif
