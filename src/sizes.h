/* The sizes, in bytes, into which the work is divided. */
#ifndef RELU_UFUNC_SIZES_H
#define RELU_UFUNC_SIZES_H

#include <stddef.h>

enum {
    CACHE_LINE = 64,
    PAGE_BYTES = 4096,
    /* Up to five blocks fit together into the first-level cache. */
    BLOCK_BYTES = 4096
};

static inline ptrdiff_t least(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

static inline ptrdiff_t greatest(ptrdiff_t a, ptrdiff_t b)
{
    return a > b ? a : b;
}

#endif
