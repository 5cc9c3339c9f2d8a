/* The values of float64. */
#define IS_FLOAT64
#include "smooth/functions.h"
#include "values_wide_float.h"
