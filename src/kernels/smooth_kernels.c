/* The smooth functions over packed arrays, see smooth_kernels.h. The operands may be
   unaligned; the results are not the operands. */
#include "smooth_kernels.h"

#include <string.h>

#include "iterations.h"
#include "smooth_double.h"
#include "smooth_long_double.h"
#include "smooth_single.h"

#define OPERAND(k, a)                                                                   \
    packed packed_##a;                                                                  \
    memcpy(&packed_##a, operands[k] + i * (ptrdiff_t)sizeof packed_##a, sizeof packed_##a);\
    const wide a = packed_##a;
#define OPERANDS_IN1(x) OPERAND(0, x)
#define OPERANDS_IN2(x, a) OPERANDS_IN1(x) OPERAND(1, a)
#define OPERANDS_IN3(x, a, b) OPERANDS_IN2(x, a) OPERAND(2, b)
#define OPERANDS_DY_IN1(x) OPERANDS_IN2(dy, x)
#define OPERANDS_DY_IN2(x, a) OPERANDS_IN3(dy, x, a)
#define ARGUMENTS_IN1(x) (x)
#define ARGUMENTS_IN2(x, a) (x, a)
#define ARGUMENTS_DY_IN1(x) (dy, x)
#define ARGUMENTS_DY_IN2(x, a) (dy, x, a)

#define DEFINE(name, core, precision, PACKED, WIDE, RESULT, in)                         \
    void SMOOTH_KERNEL(name, precision)(                                                \
        char *const *operands, RESULT *results, ptrdiff_t n)                            \
    {                                                                                   \
        typedef PACKED packed;                                                          \
        typedef WIDE wide;                                                              \
        INDEPENDENT_ITERATIONS                                                          \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            OPERANDS_##in                                                               \
            results[i] = (RESULT)name##_##core ARGUMENTS_##in;                          \
        }                                                                               \
    }

#define RECTIFIER(                                                                      \
    name, dtypes, in, out, arithmetic, value, dout, darithmetic, derivative, ...)       \
    FUNCTION(name, dtypes, in, out, arithmetic, value, )                                \
    FUNCTION(name##_backward, dtypes, DY_##in, dout, darithmetic, derivative, )
#define FUNCTION(name, dtypes, in, out, arithmetic, ...)                                \
    IF_SMOOTH(arithmetic)(                                                              \
        DEFINE(name, single, single, float, float, double, in)                         \
        DEFINE(name, double, double, double, double, double, in)                        \
        DEFINE(name, extended, extended, long double, long double, long double, in))
#include "ops.def"
