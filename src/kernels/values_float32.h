/* The values of float32. A smooth function is computed in double, in the loop itself. */
#include "smooth/functions.h"
#include "values_wide_float.h"

#define IS_FLOAT32
#define SMOOTH_FUNCTION(name, ...) (float)name##_single(__VA_ARGS__)
#define SMOOTH_FUNCTIONS(name, ...) KEEP_2((float), name##_single(__VA_ARGS__))
/* Keeps one number or both gradients. */
#define KEEP_1(convert, result) number[0] = convert(result)
#define KEEP_2(convert, result)                                                         \
    const struct gradients both = result;                                               \
    number[0] = convert(both.x), number[1] = convert(both.y)
