/* The kernels of one instruction set, THIS_ISA, of all dtypes. */
#include "kernels.h"
#include "lookup.h"

static const char compiled_for[] = ""
#ifdef __AVX512BW__
    "AVX512BW "
#endif
#ifdef __AVX2__
    "AVX2 "
#endif
#ifdef __SSE2__
    "SSE2 "
#endif
#ifdef __ARM_NEON
    "NEON "
#endif
    ;

const struct kernel_set OF_ISA(kernel_set) = {
    .compiled_for = compiled_for,
    .copy = OF_ISA(copy_items),
    .stream = &OF_ISA(stream),
    .lookups = &OF_ISA(lookups),
#define DTYPE(name, ...)                                                                \
    .kernels[DTYPE_##name] = KERNELS_OF(name),                                          \
    .products[DTYPE_##name] = &PRODUCT_OF(name),                                        \
    .counts[DTYPE_##name] = &COUNTS_OF(name),
#include "dtypes.def"
#undef DTYPE
};
