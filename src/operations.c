#include "operations.h"

#include "shapes.h"

#define NAMES_IN1(a) #a
#define NAMES_IN2(a, b) #a ", " #b
#define NAMES_IN3(a, b, c) #a ", " #b ", " #c
#define NAMES_OUT1(y) #y
#define NAMES_OUT2(y, z) #y ", " #z
#define IS_SMOOTH_NO_ARITHMETIC false
#define IS_SMOOTH_ROUNDED1(r, e) false
#define IS_SMOOTH_ROUNDED2(r, e, s, f) false
#define IS_SMOOTH_SMOOTH(r, form) true

#define RECTIFIER(                                                                      \
    name, dtypes, inputs, outputs, arithmetic, value,                                   \
    backward_outputs, backward_arithmetic, derivative, numpy, backward_numpy)           \
    FUNCTION(name, dtypes, inputs, outputs, arithmetic, value, numpy)                   \
    {#name "_backward", dtypes, "dy, " NAMES_##inputs, NAMES_##backward_outputs,        \
     COUNT_DY_##inputs, COUNT_##backward_outputs, COUNT_##backward_arithmetic > 0,     \
     IS_SMOOTH_##backward_arithmetic, true, backward_numpy},
#define FUNCTION(name, dtypes, inputs, outputs, arithmetic, value, numpy)               \
    {#name, dtypes, NAMES_##inputs, NAMES_##outputs, COUNT_##inputs, COUNT_##outputs,   \
     COUNT_##arithmetic > 0, IS_SMOOTH_##arithmetic, false, numpy},

/* The inputs' names become parameters of a Python signature, next to the keywords that
   every ufunc takes. */
#if defined(__GNUC__)
#pragma GCC poison False None True and as assert async await class def del elif except
#pragma GCC poison finally from global import in is lambda nonlocal not or pass raise
#pragma GCC poison try with yield out where casting order dtype subok signature
#endif

const struct operation_row operation_table[N_OPERATIONS] = {
#include "ops.def"
};
