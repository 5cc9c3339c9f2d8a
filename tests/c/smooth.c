/* float32 results of the smooth functions beside an oracle in long double, on every
   instruction set that runs here:

       smooth ROW START STOP STEP [DY]

   looks at the inputs whose bits are START, START + STEP, ... below STOP, with parameters of
   the usual value, and prints

       wrong ISA x result right    in hexadecimal bits
       near x result               where the oracle cannot tell the nearest of two floats
       sum ISA digest              of all results
       count n

   tests/test_smooth.py asks MPFR about what is near. long double has to have 64 bits. */
#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rows.h"

enum { BLOCK = 4096 };

typedef long double real;

static const real sqrt_half = 0.707106781186547524400844362104849039L;
static const real density = 0.398942280401432677939946059934381868L;
static const real linear = 1.59576912160573071175978423973752747L;

static real sigmoid(real x) { return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x)); }

static real softplus(real x, real p)
{
    (void)p;
    return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}
static real dsoftplus(real x, real p) { (void)p; return sigmoid(x); }
static real elu(real x, real p) { return x < 0 ? p * expm1l(x) : x; }
static real delu(real x, real p) { return x > 0 ? 1 : p * expl(x); }
static const real scale = 1.0507009873554804934193349852946L;
static const real alpha = 1.6732632423543772848170429916717L;
static real selu(real x, real p) { (void)p; return scale * (x < 0 ? alpha * expm1l(x) : x); }
static real dselu(real x, real p) { (void)p; return scale * (x > 0 ? 1 : alpha * expl(x)); }
static real celu(real x, real p) { return x < 0 ? p * expm1l(x / p) : x; }
static real dcelu(real x, real p) { return x > 0 ? 1 : expl(x / p); }
static real gelu(real x, real p) { (void)p; return x * (erfcl(-x * sqrt_half) / 2); }
static real dgelu(real x, real p)
{
    (void)p;
    return erfcl(-x * sqrt_half) / 2 + x * density * expl(-x * x / 2);
}
static real gelu_tanh(real x, real p)
{
    (void)p;
    return x * sigmoid(linear * x * (1 + 0.044715L * x * x));
}
static real dgelu_tanh(real x, real p)
{
    const real z = linear * x * (1 + 0.044715L * x * x);
    const real slope = linear * (1 + 3 * 0.044715L * x * x);
    (void)p;
    return sigmoid(z) * (1 + x * slope * sigmoid(-z));
}
static real silu(real x, real p) { (void)p; return x * sigmoid(x); }
static real dsilu(real x, real p) { (void)p; return sigmoid(x) * (1 + x * sigmoid(-x)); }
static real tanh_softplus(real x)
{
    const real e = expl(-fabsl(x));
    return x < 0 ? e * (e + 2) / (e * (e + 2) + 2) : (1 + 2 * e) / (1 + 2 * e + 2 * e * e);
}
static real mish(real x, real p) { (void)p; return x * tanh_softplus(x); }
static real dmish(real x, real p)
{
    const real t = tanh_softplus(x);
    (void)p;
    return t + x * sigmoid(x) * (1 - t) * (1 + t);
}
static real squareplus(real x, real p)
{
    const real root = sqrtl(x * x + p);
    return x < 0 ? p / (root - x) / 2 : (root + x) / 2;
}
static real dsquareplus(real x, real p) { return squareplus(x, p) / sqrtl(x * x + p); }
static real hard_swish(real x, real p)
{
    (void)p;
    return x >= 3 ? x : x <= -3 ? -0.0L : x * (x + 3) / 6;
}
static real dhard_swish(real x, real p)
{
    (void)p;
    return x >= 3 ? 1 : x <= -3 ? 0 : (2 * x + 3) / 6;
}

/* `bits`: up to that the oracle is taken to be right. `half`: whether the series at 0
   begins with x/2 + c x^2, c > 0. */
static const struct function {
    const char *name;
    real (*of)(real x, real parameter), (*derivative)(real x, real parameter);
    float parameter;
    int bits;
    bool half;
} functions[] = {
    {"softplus", softplus, dsoftplus, 0, 58, false},
    {"elu", elu, delu, 1, 58, false},
    {"selu", selu, dselu, 0, 58, false},
    {"celu", celu, dcelu, 1, 58, false},
    {"gelu", gelu, dgelu, 0, 53, true},
    {"gelu_tanh", gelu_tanh, dgelu_tanh, 0, 53, true},
    {"silu", silu, dsilu, 0, 58, true},
    {"mish", mish, dmish, 0, 58, false},
    {"squareplus", squareplus, dsquareplus, 4, 58, false},
    {"hard_swish", hard_swish, dhard_swish, 0, 58, true},
};

/* The float nearest to y, whose neighbours are looked at on both sides of y's error. */
static float nearest(real y, real error, bool *is_near)
{
    const real wide = fabsl(y) * error;
    *is_near = (float)(y - wide) != (float)(y + wide);
    return (float)y;
}

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
    return x ^ x >> 32;
}

static uint32_t bits_of(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

int main(int argc, char **argv)
{
    static float x[BLOCK], dy[BLOCK], parameter[BLOCK], results[BLOCK], right[BLOCK];
    static bool near[BLOCK];
    uint64_t digests[8] = {0};
    int row = 0;
    if (argc < 5 || LDBL_MANT_DIG < 64)
        return 2;
    while (row < N_OPERATIONS && strcmp(operation_table[row].name, argv[1]) != 0)
        ++row;
    if (row == N_OPERATIONS)
        return 2;
    const uint64_t start = strtoull(argv[2], NULL, 0), stop = strtoull(argv[3], NULL, 0);
    const uint64_t step = strtoull(argv[4], NULL, 0);
    const bool is_backward = operation_table[row].is_backward;
    const char *forward = operation_table[row - is_backward].name;
    const struct function *function = functions;
    while (strcmp(function->name, forward) != 0)
        ++function;
    const float one = argc > 5 ? strtof(argv[5], NULL) : 1;
    for (int i = 0; i < BLOCK; ++i) {
        dy[i] = one;
        parameter[i] = function->parameter;
    }
    const real error = ldexpl(1, -function->bits);
    uint64_t count = 0;
    int wrongs = 0;
    for (uint64_t block = start; block < stop; block += step * BLOCK) {
        int n = 0;
        for (uint64_t bits = block; n < BLOCK && bits < stop; bits += step)
            x[n++] = float_of((uint32_t)bits);
        for (int i = 0; i < n; ++i) {
            /* Beyond, the oracle's own exponentials are 0. */
            const bool is_bounded = is_backward && function->parameter != 4;
            const real wide = is_bounded ? fmaxl(-120, fminl(120, x[i])) : x[i];
            real y;
            near[i] = false;
            if (x[i] != x[i]) {
                right[i] = x[i];
                continue;
            }
            if (!is_backward && function->half && fabsl(wide) < 0x1p-60L)
                y = wide * (0.5L + copysignl(0x1p-50L, wide));
            else
                y = is_backward ? one * function->derivative(wide, function->parameter)
                                : function->of(wide, function->parameter);
            right[i] = nearest(y, error, &near[i]);
            if (!is_backward && isinf(x[i]))
                near[i] = true;
        }
        for (int k = 0; isa_table[k].name != NULL; ++k) {
            struct loop loop;
            if (!isa_table[k].runs_here() || !make_loop(&isa_table[k], row, DTYPE_f32, &loop))
                continue;
            char *operands[MAX_OPERANDS];
            ptrdiff_t steps[MAX_OPERANDS] = {4, 4, 4, 4, 4}, length = n;
            int in = 0;
            if (is_backward)
                operands[in++] = (char *)dy;
            operands[in++] = (char *)x;
            if (in < operation_table[row].n_inputs)
                operands[in++] = (char *)parameter;
            operands[in] = (char *)results;
            run_loop(operands, &length, steps, &loop);
            for (int i = 0; i < n; ++i) {
                digests[k] = mixed(digests[k] ^ bits_of(results[i]));
                if (near[i])
                    printf("near %s %08x %08x\n", isa_table[k].name, bits_of(x[i]),
                           bits_of(results[i]));
                else if (bits_of(results[i]) != bits_of(right[i]) && ++wrongs < 200)
                    printf("wrong %s %08x %08x %08x\n", isa_table[k].name, bits_of(x[i]),
                           bits_of(results[i]), bits_of(right[i]));
            }
        }
        count += (uint64_t)n;
    }
    for (int k = 0; isa_table[k].name != NULL; ++k)
        if (isa_table[k].runs_here())
            printf("sum %s %016" PRIx64 "\n", isa_table[k].name, digests[k]);
    printf("count %" PRIu64 " wrong %d\n", count, wrongs);
    return 0;
}
