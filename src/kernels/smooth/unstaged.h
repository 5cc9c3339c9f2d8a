/* Functions of float64 that are computed in one stage. */
#define UNSTAGED(name, formula)                                                         \
    static ALWAYS_INLINE double name##_last(struct stage s, struct operands v)          \
    {                                                                                   \
        (void)s;                                                                        \
        const double dy = v.dy, x = v.x, p = v.parameter;                               \
        (void)dy, (void)p;                                                              \
        return formula;                                                                 \
    }                                                                                   \
    static const struct staged name##_staged = {.last = name##_last};

UNSTAGED(gelu, x == x ? gelu_double(x) : x)
UNSTAGED(gelu_backward, x == x ? gelu_backward_double(dy, x) : x)
UNSTAGED(squareplus, x == x ? p == p ? squareplus_double(x, p) : p : x)
UNSTAGED(squareplus_backward, x == x ? p == p ? squareplus_backward_double(dy, x, p) : p : x)
UNSTAGED(hard_swish, x < 3 ? hard_swish_double(x) : x)
UNSTAGED(hard_swish_backward,
         x >= 3 ? dy : x > -3 ? hard_swish_backward_double(dy, x) : x == x ? 0 : x)
#undef UNSTAGED
