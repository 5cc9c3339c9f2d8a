/* Non-temporal stores, which bypass the caches. They are compiled once per instruction
   set. */
#ifndef RELU_UFUNC_STREAM_H
#define RELU_UFUNC_STREAM_H

#include <stddef.h>

struct stream {
    /* Copies from a block in the cache; NULL if the processor has no such stores. */
    void (*copy)(const char *block, char *to, size_t bytes);
    /* Orders the streamed stores before all later ones. A thread calls it before another
       thread may read the streamed results. */
    void (*fence)(void);
};

#define ISA(symbol, name, runs_here) extern const struct stream stream_##symbol;
#include "isas.def"
#undef ISA

#endif
