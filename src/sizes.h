/* The sizes that work is cut to, in bytes. */
#ifndef RELU_UFUNC_SIZES_H
#define RELU_UFUNC_SIZES_H

#include <stddef.h>

enum {
    CACHE_LINE = 64,
    PAGE_BYTES = 4096,
    /* Up to five blocks lie in the first-level cache together. */
    BLOCK_BYTES = 4096
};

static inline ptrdiff_t least(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

#endif
