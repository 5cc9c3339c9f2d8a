/* Copies between strided and contiguous memory. Compiled once per instruction set. */
#ifndef RELU_UFUNC_LAYOUT_H
#define RELU_UFUNC_LAYOUT_H

#include <stddef.h>

/* Copies n items of itemsize bytes between memory that does not overlap. The steps are in
   bytes and may be 0 or negative. */
typedef void copy_items(
    const char *from, ptrdiff_t from_step, char *to, ptrdiff_t to_step,
    ptrdiff_t n, size_t itemsize);

#define ISA(symbol, name, runs_here) copy_items copy_items_##symbol;
#include "isas.def"
#undef ISA

#endif
