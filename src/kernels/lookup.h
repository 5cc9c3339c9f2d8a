/* Looks results up in a table, by the bits of x. Compiled once per instruction set. */
#ifndef RELU_UFUNC_LOOKUP_H
#define RELU_UFUNC_LOOKUP_H

#include "kernels.h"

/* Kernels with two inputs: x, and a table of results as a scalar parameter. There is no
   contiguous kernel, because it would take an array of tables. A table has a result for each
   x of 8 or 16 bits. */
struct lookups {
    struct kernel of_8_bits, of_16_bits;
    /* NULL pointers if the instruction set does not include AVX-512BW, on which VBMI builds. */
    struct kernel of_8_bits_by_vbmi;
};

#define ISA(symbol, name, runs_here) extern const struct lookups lookups_##symbol;
#include "isas.def"
#undef ISA

#endif
