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

UNSTAGED(softplus, x == x ? softplus_double(x) : x)
UNSTAGED(softplus_backward, x == x ? softplus_backward_double(dy, x) : x)
UNSTAGED(elu, x < 0 ? elu_double(x, p) : x)
UNSTAGED(elu_backward, x > 0 ? dy : x == x ? elu_backward_double(dy, x, p) : x)
UNSTAGED(selu, x == x ? selu_double(x) : x)
UNSTAGED(selu_backward, x == x ? selu_backward_double(dy, x) : x)
UNSTAGED(celu, x < 0 ? celu_double(x, p) : x)
UNSTAGED(celu_backward, x > 0 ? dy : x == x ? celu_backward_double(dy, x, p) : x)
UNSTAGED(gelu, x == x ? gelu_double(x) : x)
UNSTAGED(gelu_backward, x == x ? gelu_backward_double(dy, x) : x)
UNSTAGED(gelu_tanh, x == x ? gelu_tanh_double(x) : x)
UNSTAGED(gelu_tanh_backward, x == x ? gelu_tanh_backward_double(dy, x) : x)
UNSTAGED(silu_backward, x == x ? silu_backward_double(dy, x) : x)
UNSTAGED(mish, x == x ? mish_double(x) : x)
UNSTAGED(mish_backward, x == x ? mish_backward_double(dy, x) : x)
UNSTAGED(squareplus, x == x ? p == p ? squareplus_double(x, p) : p : x)
UNSTAGED(squareplus_backward, x == x ? p == p ? squareplus_backward_double(dy, x, p) : p : x)
UNSTAGED(hard_swish, x < 3 ? hard_swish_double(x) : x)
UNSTAGED(hard_swish_backward,
         x >= 3 ? dy : x > -3 ? hard_swish_backward_double(dy, x) : x == x ? 0 : x)
#undef UNSTAGED
