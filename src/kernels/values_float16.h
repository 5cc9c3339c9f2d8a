/* The values of float16, which the processor may convert. */
#include "float16_chunks.h"
#include "values_small_float.h"
