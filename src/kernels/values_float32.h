/* The values of float32. A smooth function is computed in double, in the loop itself. */
#include "smooth/functions.h"
#include "values_wide_float.h"

#define IS_FLOAT32
#define SMOOTH_FUNCTION(name, ...) (float)name##_single(__VA_ARGS__)
