#include "dtypes.h"

#include <float.h>
#include <stdint.h>

#include "formats.h"

#define NAME_NUMPY NULL
#define NAME_ML_DTYPES(name) #name

const struct dtype_row dtype_table[N_DTYPES] = {
#define DTYPE(name, kind, storage, lane, wide, format, character, source)               \
    {#name, sizeof(storage), character, NAME_##source,                                  \
     EXPONENT_BITS_##format, MANTISSA_BITS_##format, GREATEST_##format,                 \
     IS_FLOAT_##format, IS_FLOAT_##format && sizeof(storage) < sizeof(float),           \
     IS_FLOAT_##format && EXPONENT_BITS_##format == 0},
#include "dtypes.def"
#undef DTYPE
};

/* The character of the row that serves a C type without one: long is int or long long,
   and long double is double with some compilers. */
static char character_of_row(char character)
{
    switch (character) {
    case 'l': return sizeof(long) == sizeof(int) ? 'i' : 'q';
    case 'L': return sizeof(long) == sizeof(int) ? 'I' : 'Q';
    case 'g': return LDBL_MANT_DIG == DBL_MANT_DIG ? 'd' : 'g';
    }
    return character;
}

enum dtype dtype_of_type_character(char character)
{
    const char wanted = character_of_row(character);
    int dtype = 0;
    while (dtype < N_DTYPES && dtype_table[dtype].character != wanted)
        ++dtype;
    return (enum dtype)dtype;
}
