/* Estimates of the smooth functions and their derivatives, with the C library's functions: a
   value, and a size, which is the sum of the magnitudes of its terms, times what the roundings
   of arguments are amplified by. It is supposed to err by less than its size times the unit of
   its level. tests/test_smooth.py holds that to the definitions, which are in tests/mpfr.py.

   A level is a type. `rough` is for float32 results only. */
#ifndef RELU_UFUNC_SMOOTH_ORACLE_H
#define RELU_UFUNC_SMOOTH_ORACLE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* BOUND: beyond it, an argument of an exponential is taken for it; the results are those of
   the limit all the same. NORMAL_BOUND and TANH_BOUND: where the exponents of gelu and
   gelu_tanh reach that. LARGEST stands for infinity in quotients. CORRECTION: see half_of. */

#define LEVEL rough
#define REAL double
#define F(function) function
#define C(constant) constant
#define BOUND 300
#define NORMAL_BOUND 24
#define TANH_BOUND 16
#define LARGEST 0x1p500
#define CORRECTION 0x1p-40
#include "smooth_oracle_text.h"
static const double rough_unit = 0x1p-46;

#define LEVEL fine
#define REAL long double
#define F(function) function##l
#define C(constant) constant##L
#define BOUND 2000
#define NORMAL_BOUND 62
#define TANH_BOUND 30
#define LARGEST 0x1p4000L
#define CORRECTION 0
#include "smooth_oracle_text.h"
static const long double fine_unit = LDBL_MANT_DIG < 113 ? 0x1p-58L : 0x1p-106L;

/* Of 113 bits, where that can be had. */
#ifdef HAVE_QUADMATH
#include <quadmath.h>
#define LEVEL finest
#define REAL __float128
#define F(function) function##q
#define C(constant) constant##Q
#define BOUND 2000
#define NORMAL_BOUND 62
#define TANH_BOUND 30
#define LARGEST 0x1p4000Q
#define CORRECTION 0
#include "smooth_oracle_text.h"
#define FINEST_BITS 113
#else
#define FINEST_BITS LDBL_MANT_DIG
#define finest_real fine_real
#define finest_estimate fine_estimate
#endif

#define OF_LEVEL(level)                                                                 \
    struct level##_estimate (*level)(level##_real x, level##_real parameter);           \
    struct level##_estimate (*level##_derivative)(level##_real x, level##_real parameter);
struct smooth_function {
    const char *name;
    OF_LEVEL(rough)
    OF_LEVEL(fine)
    OF_LEVEL(finest)
};

#ifdef HAVE_QUADMATH
#define FINEST(name) finest_##name, finest_##name##_derivative
#else
#define FINEST(name) fine_##name, fine_##name##_derivative
#endif
#define SMOOTH_FUNCTION(name)                                                           \
    {#name, rough_##name, rough_##name##_derivative, fine_##name, fine_##name##_derivative,  \
     FINEST(name)}
static const struct smooth_function smooth_functions[] = {
    SMOOTH_FUNCTION(softplus),
    SMOOTH_FUNCTION(log_sigmoid),
    SMOOTH_FUNCTION(elu),
    SMOOTH_FUNCTION(selu),
    SMOOTH_FUNCTION(celu),
    SMOOTH_FUNCTION(gelu),
    SMOOTH_FUNCTION(gelu_tanh),
    SMOOTH_FUNCTION(silu),
    SMOOTH_FUNCTION(swish),
    SMOOTH_FUNCTION(mish),
    SMOOTH_FUNCTION(squareplus),
    SMOOTH_FUNCTION(hard_swish),
    SMOOTH_FUNCTION(hard_sigmoid),
};

static inline const struct smooth_function *smooth_function_named(const char *name)
{
    for (size_t k = 0; k < sizeof smooth_functions / sizeof *smooth_functions; ++k)
        if (strcmp(smooth_functions[k].name, name) == 0)
            return &smooth_functions[k];
    return NULL;
}

#endif
