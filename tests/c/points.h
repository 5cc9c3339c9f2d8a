/* Random points where the smooth functions are not trivial, and near where they bend. */
#ifndef RELU_UFUNC_TEST_POINTS_H
#define RELU_UFUNC_TEST_POINTS_H

#include <math.h>
#include <stdint.h>

/* SplitMix64: G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014. */
static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static inline double random_between(uint64_t *state, double least, double greatest)
{
    return least + (greatest - least) * ((double)(random_bits(state) >> 11) * 0x1p-53);
}

static inline double random_sign(uint64_t *state)
{
    return random_bits(state) & 1 ? 1 : -1;
}

/* With an exponent between the two, uniformly. */
static inline double random_magnitude(uint64_t *state, double least, double greatest)
{
    return random_sign(state) * exp2(random_between(state, least, greatest));
}

/* The roots of the derivatives (of silu, gelu, gelu_tanh, mish and hard_swish), the bends of
   hard_swish, where e^x is 1/2, and where results, or the rounding errors of products, become
   subnormal or 0, in float32 and in float64. */
static const double special_points[] = {
    -1.2784645427610737, -0.7517915246935645, -0.7524614220710163, -1.1924312145154952, -1.5,
    -3, 3, -0.6931471805599453, 0, 1, -87.3, -103.97, -708.4, -745.13, -14.1, -37.4, -38.5,
};

/* A number that may lie beyond the format's range, of the exponents from `least` on. */
static inline double random_point(uint64_t *state, double least, double greatest)
{
    const int n_points = sizeof special_points / sizeof *special_points;
    switch (random_bits(state) % 8) {
    case 0:
    case 1: return random_between(state, -3, 3);
    case 2: return random_between(state, -50, 50);
    case 3: return random_between(state, 7 * least / 10, 0);
    case 4: return random_magnitude(state, -70, 8);
    case 5: return random_magnitude(state, least, greatest);
    case 6: return (double)((int)(random_bits(state) % 1024) - 512) / 8
            * (1 + random_magnitude(state, -60, -10));
    }
    return special_points[random_bits(state) % (uint64_t)n_points]
        + random_magnitude(state, -60, -4);
}

#endif
