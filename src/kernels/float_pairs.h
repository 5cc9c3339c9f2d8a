/* Fast paths of float32 in pairs of floats, high + low, where the processor looks up tables of 32
   numbers in registers (AVX-512). The paths in double give the same bits everywhere else.

   The vectors of a group take each step together: the steps of one are a long chain, and neither
   the compiler nor the processor would overlap two such chains. */
#ifndef RELU_UFUNC_FLOAT_PAIRS_H
#define RELU_UFUNC_FLOAT_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "double_double.h"

enum { FLOAT_LANES = 16, VECTORS = 3, GROUP = VECTORS * FLOAT_LANES };

/* Computes a group of elements, whose operands are `arrays` inputs, then the outputs. Returns a bit
   for each vector in which a result may be wrong: those are not stored. */
struct in_pairs {
    unsigned int (*group)(char *const *operands);
    int arrays;
};
#define NOT_IN_PAIRS(name) static const struct in_pairs name##_pairs = {NULL, 0};

#if defined(__AVX512F__) && defined(HAS_FMA)
#define HAS_FLOAT_PAIRS

#include <immintrin.h>

#include "float_pair_tables.h"
#include "inlining.h"

#define EACH_VECTOR for (int k = 0; k < VECTORS; ++k)

static ALWAYS_INLINE __m512 all(float x)
{
    return _mm512_set1_ps(x);
}

static ALWAYS_INLINE __m512 vector_of(const char *x, int k)
{
    return _mm512_loadu_ps(x + k * (ptrdiff_t)sizeof(__m512));
}

static ALWAYS_INLINE bool is_any(const __mmask16 *lanes)
{
    __mmask16 any = 0;
    EACH_VECTOR any |= lanes[k];
    return any != 0;
}

/* Stores the vectors without a lane in `failed`, and returns a bit for each other one. */
static ALWAYS_INLINE unsigned int store_certain(
    const __mmask16 *failed, const __m512 *values, char *y)
{
    const bool any = is_any(failed);
    unsigned int uncertain = 0;
    EACH_VECTOR {
        if (any)
            uncertain |= (unsigned int)(failed[k] != 0) << k;
        if (!any || failed[k] == 0)
            _mm512_storeu_ps(y + k * (ptrdiff_t)sizeof(__m512), values[k]);
    }
    return uncertain;
}

/* Of 32 numbers, by the lowest five bits of each index. */
static ALWAYS_INLINE __m512 entry(const void *table, __m512 index)
{
    const float *const numbers = table;
    return _mm512_permutex2var_ps(
        _mm512_loadu_ps(numbers), _mm512_castps_si512(index),
        _mm512_loadu_ps(numbers + FLOAT_LANES));
}

/* c + sign a b */
static ALWAYS_INLINE __m512 add_product(__m512 c, int sign, __m512 a, __m512 b)
{
    return sign < 0 ? _mm512_fnmadd_ps(a, b, c) : _mm512_fmadd_ps(a, b, c);
}

/* e^(sign x) = power (1 + sign rest + tail) for |x| <= 20, where power is a power of 2^(1/32),
   rounded, and rest is exact. */
struct power_and_rest {
    __m512 power[VECTORS], rest[VECTORS], tail[VECTORS];
};

static ALWAYS_INLINE struct power_and_rest exponential_in_pairs(int sign, const __m512 *x)
{
    const __m512 to_integer = all(0x1.8p23f);
    struct power_and_rest e;
    __m512 index[VECTORS], m[VECTORS], low[VECTORS], w[VECTORS], slope[VECTORS];
    EACH_VECTOR index[k] = add_product(to_integer, sign, x[k], all(STEPS_PER_UNIT));
    EACH_VECTOR m[k] = _mm512_sub_ps(index[k], to_integer);
    /* What the rest lacks: the lower part of the steps, and the error of the power. */
    EACH_VECTOR low[k] = _mm512_fmsub_ps(m[k], all(STEP_LOW), entry(POWER_ERRORS, index[k]));
    EACH_VECTOR e.rest[k] = add_product(x[k], -sign, m[k], all(STEP));
    EACH_VECTOR e.power[k] = _mm512_castsi512_ps(_mm512_add_epi32(
        _mm512_castps_si512(entry(POWERS, index[k])),
        _mm512_slli_epi32(_mm512_castps_si512(index[k]), 18)));
    EACH_VECTOR w[k] =
        sign < 0 ? _mm512_add_ps(e.rest[k], low[k]) : _mm512_sub_ps(e.rest[k], low[k]);
    EACH_VECTOR slope[k] = _mm512_fmadd_ps(all(EXP_2), w[k], all((float)-sign * EXP_1));
    EACH_VECTOR slope[k] = _mm512_fmadd_ps(slope[k], w[k], all(EXP_0));
    EACH_VECTOR e.tail[k] = _mm512_fmsub_ps(_mm512_mul_ps(w[k], w[k]), slope[k], low[k]);
    return e;
}

/* high + low = base + base_low + power (sign rest + tail), |base| >= |power rest| or base = 0 */
static ALWAYS_INLINE void add_exponential(
    int sign, struct power_and_rest e, const __m512 *base, const __m512 *base_low,
    __m512 *high, __m512 *low)
{
    EACH_VECTOR high[k] = add_product(base[k], sign, e.power[k], e.rest[k]);
    EACH_VECTOR low[k] =
        add_product(_mm512_sub_ps(base[k], high[k]), sign, e.power[k], e.rest[k]);
    EACH_VECTOR low[k] =
        _mm512_fmadd_ps(e.power[k], e.tail[k], _mm512_add_ps(low[k], base_low[k]));
}

/* 1 + e^-x for -16 < x <= 80: for x below, e^-x has no place for a 1. */
static ALWAYS_INLINE void one_plus_exponential(const __m512 *x, __m512 *high, __m512 *low)
{
    const __m512 one = all(1);
    __m512 base[VECTORS], base_low[VECTORS];
    const struct power_and_rest e = exponential_in_pairs(-1, x);
    EACH_VECTOR base[k] = _mm512_add_ps(one, e.power[k]);
    EACH_VECTOR base_low[k] = _mm512_sub_ps(e.power[k], _mm512_sub_ps(base[k], one));
    add_exponential(-1, e, base, base_low, high, low);
}

/* 1 / (high + low), rounded, whichever reciprocal within 2^-14 the processor begins with */
static ALWAYS_INLINE void reciprocal_of(const __m512 *high, const __m512 *low, __m512 *reciprocal)
{
    __m512 sum[VECTORS], rest[VECTORS];
    EACH_VECTOR sum[k] = _mm512_add_ps(high[k], low[k]);
    EACH_VECTOR reciprocal[k] = _mm512_rcp14_ps(sum[k]);
    EACH_VECTOR rest[k] = _mm512_fnmadd_ps(sum[k], reciprocal[k], all(1));
    EACH_VECTOR reciprocal[k] = _mm512_fmadd_ps(reciprocal[k], rest[k], reciprocal[k]);
}

/* quotient + rest = (a + a_low) / (high + low), where a_low may be NULL */
static ALWAYS_INLINE void divide_in_pairs(
    const __m512 *a, const __m512 *a_low, const __m512 *high, const __m512 *low,
    const __m512 *reciprocal, __m512 *quotient, __m512 *rest)
{
    EACH_VECTOR quotient[k] = _mm512_mul_ps(a[k], reciprocal[k]);
    EACH_VECTOR rest[k] = _mm512_fnmadd_ps(quotient[k], high[k], a[k]);
    if (a_low != NULL)
        EACH_VECTOR rest[k] = _mm512_add_ps(rest[k], a_low[k]);
    EACH_VECTOR rest[k] = _mm512_fnmadd_ps(quotient[k], low[k], rest[k]);
    EACH_VECTOR rest[k] = _mm512_mul_ps(rest[k], reciprocal[k]);
}

/* Below 2^-63: the two highest bits of the exponent are 0. */
static ALWAYS_INLINE __mmask16 is_tiny(__m512 x)
{
    return _mm512_testn_epi32_mask(_mm512_castps_si512(x), _mm512_set1_epi32(0x60000000));
}

static ALWAYS_INLINE __mmask16 is_zero(__m512 x)
{
    return _mm512_cmp_ps_mask(x, all(0), _CMP_EQ_OQ);
}

/* high + low = a b */
static ALWAYS_INLINE void multiply_in_pairs(
    const __m512 *a, const __m512 *b, __m512 *high, __m512 *low)
{
    EACH_VECTOR high[k] = _mm512_mul_ps(a[k], b[k]);
    EACH_VECTOR low[k] = _mm512_fmsub_ps(a[k], b[k], high[k]);
}

#endif

#endif
