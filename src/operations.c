#include "operations.h"

#define NAMES_IN1(a) #a
#define NAMES_IN2(a, b) #a ", " #b
#define NAMES_IN3(a, b, c) #a ", " #b ", " #c
#define NAMES_OUT1(y) #y
#define NAMES_OUT2(y, z) #y ", " #z
#define ARITHMETIC_NO_ARITHMETIC NO_ARITHMETIC
#define ARITHMETIC_ROUNDED1(r, e) ROUNDED
#define ARITHMETIC_ROUNDED2(r, e, s, f) ROUNDED
#define ARITHMETIC_SMOOTH(r, form) form
#define ARITHMETIC_SMOOTH2(r, s, form) form
#define ARITHMETIC_PRODUCT(r, form) form

#define ROW(name, dtypes, x, arrays, inputs, outputs, arithmetic, value, numpy)         \
    TABLE_ROW(name, dtypes, x, arrays, inputs, outputs, arithmetic, numpy)
#define TABLE_ROW(name, dtypes, x, arrays, inputs, outputs, arithmetic, numpy)          \
    {#name, dtypes, NAMES_##inputs, NAMES_##outputs,                                    \
     arrays, COUNT_##inputs, COUNT_##outputs, ARITHMETIC_##arithmetic,                  \
     ARITHMETIC_##arithmetic != NO_ARITHMETIC, ARITHMETIC_##arithmetic >= ACCURATE,     \
     x > 0, numpy},

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
