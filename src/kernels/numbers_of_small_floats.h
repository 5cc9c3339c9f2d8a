/* The numbers of every row for the small floats, computed in float32's unit, once for all of them: wide
   numbers of wide inputs. */

/* For every small float, since it does no harm to those that need none. */
static inline WIDE at_least_zero(WIDE w) { return w < 0 ? 0 : w; }
#define rectified_wide at_least_zero
/* The dtypes' units round once more. */
#undef SMOOTH_FUNCTION
#define SMOOTH_FUNCTION(name, ...) rounded_to_odd(name##_single(__VA_ARGS__))
#undef SMOOTH_FUNCTIONS
#define SMOOTH_FUNCTIONS(name, ...) KEEP_2(rounded_to_odd, name##_single(__VA_ARGS__))

#define ROW(name, dtypes, x, arrays, in, outs, arithmetic, ...)                         \
    DEFINE_NUMBERS(name, in, arithmetic)
#define DEFINE_NUMBERS(name, in, arithmetic)                                            \
    DEFINE_COMPUTE(name##_numbers, in, COMPUTE_##arithmetic(name, ARGUMENTS_##in))      \
    static const struct function name##_numbers_function = {                            \
        name##_INPUTS, name##_NUMBERS, name##_NUMBERS, name##_numbers_compute, NULL};   \
    CONTIGUOUS(NUMBERS_OF(name), vectorised, name##_numbers_function, name##_INPUTS)
#include "ops.def"
#undef ROW
