/* The values of float64. */
#include "smooth/functions.h"
#include "values_wide_float.h"

#define SMOOTH_FUNCTION(name, ...) name##_double(__VA_ARGS__)
