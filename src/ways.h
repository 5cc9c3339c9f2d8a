/* How a long run is stored, and whether threads share it. Both follow from what has been
   measured in this process. */
#ifndef RELU_UFUNC_WAYS_H
#define RELU_UFUNC_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtypes.h"
#include "operations.h"

/* The ways of storing results. Which is fastest depends on the processor, on the size and
   on what else is running. All of them store the same bits. */
enum way {
    /* The kernel stores its results itself, with ordinary stores. */
    PLAIN,
    /* Non-temporal stores, which bypass the caches, write block after block. */
    STREAMED,
    /* Non-temporal stores write small blocks of a few pages in turn, because some
       processors prefetch within each page separately. */
    INTERLEAVED,
    N_WAYS
};

extern const char *const way_names[N_WAYS];

/* Makes every run that may be streamed be stored in one way, and every run that is worth
   sharing be shared. N_WAYS leaves both to measurement. */
void ways_force(enum way way);
enum way ways_forced(void);

/* Runs of the same kind have about the same speed, so they share their measurements. */
struct kind {
    enum operation operation;
    enum dtype dtype;
    /* Whether operands go through blocks, the output is an input too, or the output's
       pages are touched for the first time. */
    bool uses_blocks, is_in_place, is_fresh;
    /* The logarithm to base 2, rounded down, of the bytes of all operands. */
    int magnitude;
};

/* What has been measured for one kind. */
struct pace;
struct pace *ways_pace(const struct kind *kind);

/* The first chooses the way of storing the next slice of a run; the second records how
   long the slice took. */
enum way ways_choose(struct pace *pace, bool is_shared);
void ways_learn(
    struct pace *pace, bool is_shared, enum way way, ptrdiff_t bytes, int64_t nanoseconds);

/* The nanoseconds that one thread takes for a run if it is stored in the fastest way, 0 if
   that has not been measured. */
int64_t ways_time_alone(struct pace *pace, ptrdiff_t bytes);

/* The first says whether threads are to share the next run; the others record how long it
   took. Sharing has to have saved more time than it cost. `must_measure` is set where one
   thread is to compute the first slices by itself, for comparison. */
bool ways_share(struct pace *pace, bool *must_measure);
void ways_learn_shared(struct pace *pace, ptrdiff_t bytes, int64_t nanoseconds);
void ways_learn_alone(struct pace *pace, int64_t nanoseconds);

/* What has been measured, for display; indices go from 0 to N_PACES - 1. */
enum { N_PACES = 256 };
struct measured {
    struct kind kind;
    /* Gigabytes per second of one thread, when it works alone and when it shares a run; 0
       if not measured. */
    double rates[2][N_WAYS];
    bool is_shared;
};
/* Returns false if nothing has been measured at that index. */
bool ways_measured(int index, struct measured *measured);

#endif
