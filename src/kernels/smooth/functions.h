/* The smooth functions and their derivatives, a file for each. A file begins with the formula, and
   has the function for float32 (name_single, in double), float64 (name_staged) and long double
   (name_extended), and a fast path for float32 if there is one. A unit uses those of its dtype.

   The four lines above a function say for which operands it is defined, the bounds of its errors,
   which cases are hard and what settles them, and where all of it is proven. Everywhere, the rows
   replace a NaN x, or in float64 the last stage; a float32 value, and a derivative times a dy of 1,
   is correctly rounded with the usual parameters (alpha = 1, b = 4), by looking at all of them.
   Bounds in ulp hold for every finite operand; for long double with glibc. Beside the root of a
   derivative, for -2 < x < -1/2, the unit is at least 2^-60 of dy in float64 and 2^-64 (113 bits:
   2^-113) in long double. docs/smooth.md has the method and the measurements. */
#ifndef RELU_UFUNC_SMOOTH_FUNCTIONS_H
#define RELU_UFUNC_SMOOTH_FUNCTIONS_H

#include "softplus.h"
#include "log_sigmoid.h"
#include "elu.h"
#include "gelu.h"
#include "silu.h"
#include "swish.h"
#include "mish.h"
#include "squareplus.h"
#include "hard_swish.h"
#include "hard_sigmoid.h"
#include "gates.h"

#endif
