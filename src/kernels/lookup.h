/* Looks results up in a table, by the bits of x. Compiled once per instruction set. */
#ifndef RELU_UFUNC_LOOKUP_H
#define RELU_UFUNC_LOOKUP_H

#include "kernels.h"

/* Kernels of x and one parameter, which is the table: so it has no contiguous kernel, which
   takes an array for the parameter. The table has a result for each x of 8 or 16 bits. */
struct lookups {
    struct kernel of_8_bits, of_16_bits;
    /* NULL pointers if it is no part of what the instruction set builds on. */
    struct kernel of_8_bits_by_vbmi;
};

#define ISA(symbol, name, runs_here) extern const struct lookups lookups_##symbol;
#include "isas.def"
#undef ISA

#endif
