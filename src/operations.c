#include "operations.h"

#include <float.h>
#include <stdint.h>

#define RECTIFIER(                                                                      \
    name, dtypes, in, out, arithmetic, value, dout, darithmetic, derivative, ...)       \
    static const struct documentation documentation_##name = {__VA_ARGS__};
#define FUNCTION(name, dtypes, in, out, arithmetic, value, ...)                         \
    static const struct documentation documentation_##name = {__VA_ARGS__};
#include "ops.def"
#undef FUNCTION
#undef RECTIFIER

#define NAMES_IN1(a) #a
#define NAMES_IN2(a, b) #a ", " #b
#define NAMES_IN3(a, b, c) #a ", " #b ", " #c
#define NAMES_OUT1(y) #y
#define NAMES_OUT2(y, z) #y ", " #z
#define COUNT_IN1(a) 1
#define COUNT_IN2(a, b) 2
#define COUNT_IN3(a, b, c) 3
#define COUNT_OUT1(y) 1
#define COUNT_OUT2(y, z) 2
#define COUNT_NO_ARITHMETIC 0
#define COUNT_ROUNDED1(r, e) 1
#define COUNT_ROUNDED2(r, e, s, f) 2

#define RECTIFIER(                                                                      \
    name, dtypes, in, out, arithmetic, value, dout, darithmetic, derivative, ...)       \
    FUNCTION(name, dtypes, in, out, arithmetic, value)                                  \
    {#name "_backward", dtypes, "dy, " NAMES_##in, NAMES_##dout, 1 + COUNT_##in,        \
     COUNT_##dout, COUNT_##darithmetic > 0, true, &documentation_##name},
#define FUNCTION(name, dtypes, in, out, arithmetic, ...)                                \
    {#name, dtypes, NAMES_##in, NAMES_##out, COUNT_##in, COUNT_##out,                   \
     COUNT_##arithmetic > 0, false, &documentation_##name},
const struct operation_row operation_table[N_OPERATIONS] = {
#include "ops.def"
};

static enum dtype signed_dtype_of_size(size_t size)
{
    switch (size) {
    case 1: return DTYPE_i8;
    case 2: return DTYPE_i16;
    case 4: return DTYPE_i32;
    default: return DTYPE_i64;
    }
}

enum dtype dtype_of_type_character(char character)
{
    switch (character) {
    case 'b': return signed_dtype_of_size(sizeof(signed char));
    case 'h': return signed_dtype_of_size(sizeof(short));
    case 'i': return signed_dtype_of_size(sizeof(int));
    case 'l': return signed_dtype_of_size(sizeof(long));
    case 'q': return signed_dtype_of_size(sizeof(long long));
    case '?': return DTYPE_u8;
    case 'B': case 'H': case 'I': case 'L': case 'Q':
        /* The enumeration puts each unsigned dtype after its signed one. */
        return dtype_of_type_character((char)(character - 'A' + 'a')) + 1;
    case 'e': return DTYPE_f16;
    case 'E': return DTYPE_bf16; /* ml_dtypes' own character */
    case 'f': return DTYPE_f32;
    case 'd': return DTYPE_f64;
    case 'g': return LDBL_MANT_DIG == DBL_MANT_DIG ? DTYPE_f64 : DTYPE_longdouble;
    default: return N_DTYPES;
    }
}

size_t itemsize_of_dtype(enum dtype dtype)
{
    switch (dtype) {
    case DTYPE_i8: case DTYPE_u8: return 1;
    case DTYPE_i16: case DTYPE_u16: case DTYPE_f16: case DTYPE_bf16: return 2;
    case DTYPE_i32: case DTYPE_u32: case DTYPE_f32: return 4;
    case DTYPE_i64: case DTYPE_u64: case DTYPE_f64: return 8;
    default: return sizeof(long double);
    }
}
