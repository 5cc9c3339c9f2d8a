/* The formats of the dtype table: where the bits of a float's exponent and mantissa
   lie, and where its numbers end. */
#ifndef RELU_UFUNC_FORMATS_H
#define RELU_UFUNC_FORMATS_H

#include <stdint.h>

/* The bits of the greatest magnitude that is not a NaN: infinity, if the format has one. */
#define GREATEST_IEEE(exponent, mantissa)                                               \
    ((((uint64_t)1 << (exponent)) - 1) << (mantissa))
#define GREATEST_FINITE(exponent, mantissa)                                             \
    (((uint64_t)1 << ((exponent) + (mantissa))) - 2)

/* Integers have no exponent, and the layout of an OPAQUE float is not fixed: 0 for both. */
#define GREATEST_INTEGER 0
#define GREATEST_OPAQUE 0
#define EXPONENT_BITS_INTEGER 0
#define EXPONENT_BITS_OPAQUE 0
#define EXPONENT_BITS_IEEE(exponent, mantissa) exponent
#define EXPONENT_BITS_FINITE(exponent, mantissa) exponent
#define MANTISSA_BITS_INTEGER 0
#define MANTISSA_BITS_OPAQUE 0
#define MANTISSA_BITS_IEEE(exponent, mantissa) mantissa
#define MANTISSA_BITS_FINITE(exponent, mantissa) mantissa
#define IS_FLOAT_INTEGER false
#define IS_FLOAT_OPAQUE true
#define IS_FLOAT_IEEE(exponent, mantissa) true
#define IS_FLOAT_FINITE(exponent, mantissa) true

#endif
