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
#undef UNSTAGED
