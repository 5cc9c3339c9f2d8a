/* Which way a long run goes: as fast as the ways have been measured to be here. */
#ifndef RELU_UFUNC_WAYS_H
#define RELU_UFUNC_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dtypes.h"
#include "operations.h"

/* How results are stored. Which is fastest depends on the processor, on the size and
   on what else is running; all of them store the same bits. */
enum way {
    /* By the kernel itself. */
    PLAIN,
    /* Past the caches, block after block. */
    STREAMED,
    /* Past the caches, from small blocks of a few pages in turn: some processors
       fetch ahead in each page apart. */
    INTERLEAVED,
    N_WAYS
};

extern const char *const way_names[N_WAYS];

/* Makes every run that may be streamed go one way, and every run that is worth sharing
   be shared; N_WAYS leaves both to measurement. */
void ways_force(enum way way);
enum way ways_forced(void);

/* Runs of a kind are about as fast as one another. */
struct kind {
    enum operation operation;
    enum dtype dtype;
    /* Whether operands go through blocks, the output is an input too, or the output's
       pages are touched for the first time. */
    bool uses_blocks, is_in_place, is_fresh;
    /* The logarithm to base 2, rounded down, of the bytes of all operands. */
    int magnitude;
};

/* What was measured of one kind. */
struct pace;
struct pace *ways_pace(const struct kind *kind);

/* The way for the next slice of a run, and how long the slice then took. */
enum way ways_choose(struct pace *pace, bool is_shared);
void ways_learn(
    struct pace *pace, bool is_shared, enum way way, ptrdiff_t bytes, int64_t nanoseconds);

/* Whether threads are to share the next run, and how long it then took: sharing lives
   on what it has saved. `must_measure` is set where one thread is to compute the first
   slices by itself, to be compared with. */
bool ways_share(struct pace *pace, bool *must_measure);
void ways_learn_shared(struct pace *pace, ptrdiff_t bytes, int64_t nanoseconds);
void ways_learn_alone(struct pace *pace, int64_t nanoseconds);

/* What was measured, to be shown: of each index below N_PACES. */
enum { N_PACES = 256 };
struct measured {
    struct kind kind;
    /* Gigabytes a second of one thread, alone and beside the others; 0: not measured. */
    double rates[2][N_WAYS];
    bool is_shared;
};
/* false where nothing was. */
bool ways_measured(int index, struct measured *measured);

#endif
