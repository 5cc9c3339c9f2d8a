/* Included by smooth_oracle.h once for each level. */
#define JOINED_LEVEL(level, name) level##_##name
#define JOIN_LEVEL(level, name) JOINED_LEVEL(level, name)
#define OF(name) JOIN_LEVEL(LEVEL, name)
#define ESTIMATE(name) static struct OF(estimate) OF(name)(REAL x, REAL p)
#define RETURN(value, size)                                                             \
    do {                                                                                \
        (void)p;                                                                        \
        return (struct OF(estimate)){value, size};                                      \
    } while (0)
/* A value whose error is a few ulp, times `amplified`. */
#define RETURN_PRODUCT(value, amplified)                                                \
    do {                                                                                \
        const REAL product = value;                                                     \
        RETURN(product, F(fabs)(product) * (amplified));                                \
    } while (0)
#define RETURN_EXACT(value) RETURN(value, 0)

typedef REAL OF(real);

struct OF(estimate) {
    REAL value, size;
};

static REAL OF(bounded)(REAL x, REAL most)
{
    return x < -most ? -most : x > most ? most : x;
}

/* For x < 0 bounded, else x: a factor that an exponential outweighs. */
static REAL OF(bounded_below)(REAL x, REAL most)
{
    return x < -most ? -most : x;
}

static REAL OF(sigmoid)(REAL x)
{
    const REAL e = F(exp)(-F(fabs)(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/* Near 0 a value x/2 + c x^2 + ..., c > 0, is taken for x/2 and a CORRECTION: where half of an odd
   subnormal float is the midpoint of two floats, all that matters is on which side of it the
   value lies. */
static bool OF(is_half)(REAL x)
{
    return F(fabs)(x) < C(0x1p-60);
}

static REAL OF(half_of)(REAL x)
{
    return x * (C(0.5) + F(copysign)(CORRECTION, x));
}

ESTIMATE(softplus)
{
    const REAL log = F(log1p)(F(exp)(-F(fabs)(OF(bounded)(x, BOUND))));
    RETURN_PRODUCT(x > 0 ? x + log : log, 1);
}

ESTIMATE(softplus_derivative)
{
    RETURN_PRODUCT(OF(sigmoid)(OF(bounded)(x, BOUND)), 1);
}

ESTIMATE(log_sigmoid)
{
    const REAL log = F(log1p)(F(exp)(-F(fabs)(OF(bounded)(x, BOUND))));
    RETURN_PRODUCT(x < 0 ? x - log : -log, 1);
}

ESTIMATE(log_sigmoid_derivative)
{
    RETURN_PRODUCT(OF(sigmoid)(-OF(bounded)(x, BOUND)), 1);
}

ESTIMATE(elu)
{
    if (x >= 0)
        RETURN_EXACT(x);
    RETURN_PRODUCT(p * F(expm1)(OF(bounded)(x, BOUND)), 1);
}

ESTIMATE(elu_derivative)
{
    if (x > 0)
        RETURN_EXACT(1);
    RETURN_PRODUCT(p * F(exp)(OF(bounded)(x, BOUND)), 1);
}

static const REAL OF(scale) = C(1.0507009873554804934193349852946);
static const REAL OF(alpha) = C(1.6732632423543772848170429916717);

ESTIMATE(selu)
{
    const REAL below = OF(alpha) * F(expm1)(OF(bounded)(x < 0 ? x : 0, BOUND));
    RETURN_PRODUCT(OF(scale) * (x < 0 ? below : x), 1);
}

ESTIMATE(selu_derivative)
{
    const REAL below = OF(alpha) * F(exp)(OF(bounded)(x < 0 ? x : 0, BOUND));
    RETURN_PRODUCT(OF(scale) * (x > 0 ? 1 : below), 1);
}

ESTIMATE(celu)
{
    if (x >= 0)
        RETURN_EXACT(x);
    const REAL ratio = OF(bounded)(x / p, BOUND);
    RETURN_PRODUCT(p * F(expm1)(ratio), 1 + F(fabs)(ratio));
}

ESTIMATE(celu_derivative)
{
    if (x > 0)
        RETURN_EXACT(1);
    const REAL ratio = OF(bounded)(x / p, BOUND);
    RETURN_PRODUCT(F(exp)(ratio), 1 + F(fabs)(ratio));
}

static REAL OF(normal)(REAL x)
{
    return F(erfc)(-x * C(0.707106781186547524400844362104849039284835938)) / 2;
}

ESTIMATE(gelu)
{
    const REAL w = OF(bounded)(x, NORMAL_BOUND);
    if (OF(is_half)(x))
        RETURN_PRODUCT(OF(half_of)(x), 1);
    RETURN_PRODUCT(OF(bounded_below)(x, NORMAL_BOUND) * OF(normal)(w), 1 + w * w);
}

ESTIMATE(gelu_derivative)
{
    const REAL w = OF(bounded)(x, NORMAL_BOUND);
    const REAL density = C(0.398942280401432677939946059934381868475858631) * F(exp)(-w * w / 2);
    const REAL normal = OF(normal)(w);
    RETURN(normal + w * density, (normal + F(fabs)(w * density)) * (1 + w * w));
}

static const REAL OF(linear) = C(1.59576912160573071175978423973752747390343452);
static const REAL OF(cubic) = C(0.044715);

ESTIMATE(gelu_tanh)
{
    const REAL w = OF(bounded)(x, TANH_BOUND);
    const REAL z = OF(linear) * w * (1 + OF(cubic) * w * w);
    if (OF(is_half)(x))
        RETURN_PRODUCT(OF(half_of)(x), 1);
    RETURN_PRODUCT(OF(bounded_below)(x, TANH_BOUND) * OF(sigmoid)(z), 1 + F(fabs)(z));
}

ESTIMATE(gelu_tanh_derivative)
{
    const REAL w = OF(bounded)(x, TANH_BOUND);
    const REAL z = OF(linear) * w * (1 + OF(cubic) * w * w);
    const REAL slope = OF(linear) * (1 + 3 * OF(cubic) * w * w);
    const REAL s = OF(sigmoid)(z), t = w * slope * OF(sigmoid)(-z);
    RETURN(s * (1 + t), s * (1 + F(fabs)(t)) * (1 + F(fabs)(z)));
}

ESTIMATE(silu)
{
    if (OF(is_half)(x))
        RETURN_PRODUCT(OF(half_of)(x), 1);
    RETURN_PRODUCT(OF(bounded_below)(x, BOUND) * OF(sigmoid)(OF(bounded)(x, BOUND)), 1);
}

ESTIMATE(silu_derivative)
{
    const REAL w = OF(bounded)(x, BOUND), e = F(exp)(-F(fabs)(w));
    const REAL s = (w < 0 ? e : 1) / (1 + e), t = w * (w < 0 ? 1 : e) / (1 + e);
    RETURN(s * (1 + t), s * (1 + F(fabs)(t)));
}

/* The argument of swish, in which 0 times infinity is 0. */
static REAL OF(swish_argument)(REAL x, REAL p)
{
    return x == 0 || p == 0 ? 0 : x * p;
}

ESTIMATE(swish)
{
    const REAL z = OF(swish_argument)(x, p);
    if (z == 0)
        RETURN_EXACT(x / 2);
    /* Of the sign of z: see half_of. */
    if (OF(is_half)(z))
        RETURN_PRODUCT(x * (C(0.5) + F(copysign)(CORRECTION, z)), 1);
    const REAL w = z < -BOUND ? F(copysign)(1, x) : x;
    RETURN_PRODUCT(w * OF(sigmoid)(OF(bounded)(z, BOUND)), 1 + F(fabs)(OF(bounded)(z, BOUND)));
}

ESTIMATE(swish_derivative)
{
    const REAL w = OF(bounded)(OF(swish_argument)(x, p), BOUND), e = F(exp)(-F(fabs)(w));
    const REAL s = (w < 0 ? e : 1) / (1 + e), t = w * (w < 0 ? 1 : e) / (1 + e);
    RETURN(s * (1 + t), s * (1 + F(fabs)(t)) * (1 + F(fabs)(w)));
}

/* tanh(log(1 + e^x)) is n / d. */
static void OF(tanh_softplus)(REAL x, REAL e, REAL *n, REAL *d)
{
    *n = x < 0 ? e * (e + 2) : 1 + 2 * e;
    *d = *n + (x < 0 ? 2 : 2 * e * e);
}

ESTIMATE(mish)
{
    REAL n, d;
    OF(tanh_softplus)(x, F(exp)(-F(fabs)(OF(bounded)(x, BOUND))), &n, &d);
    RETURN_PRODUCT(OF(bounded_below)(x, BOUND) * (n / d), 1);
}

ESTIMATE(mish_derivative)
{
    const REAL w = OF(bounded)(x, BOUND), e = F(exp)(-F(fabs)(w));
    const REAL sigmoid = (w < 0 ? e : 1) / (1 + e);
    REAL n, d;
    OF(tanh_softplus)(w, e, &n, &d);
    /* 1 - tanh^2 is (d - n) (d + n) / d^2. */
    const REAL rest = (w < 0 ? 2 : 2 * e * e) * (d + n) / (d * d) * sigmoid;
    RETURN(n / d + w * rest, n / d + F(fabs)(w) * rest);
}

ESTIMATE(squareplus)
{
    const REAL root = F(sqrt)(x * x + p);
    RETURN_PRODUCT(x < 0 ? p / (root - x) / 2 : (root + x) / 2, 1);
}

ESTIMATE(squareplus_derivative)
{
    const REAL w = OF(bounded)(x, LARGEST), root = F(sqrt)(w * w + p);
    RETURN_PRODUCT((w < 0 ? p / (root - w) / 2 : (root + w) / 2) / root, 1);
}

/* a b / 6, which may be the midpoint between two floats and has to be told from what is near. */
static struct OF(estimate) OF(sixth_of)(REAL a, REAL b, REAL p)
{
    const REAL product = a * b, sixth = product / 6;
    if (F(fma)(a, b, -product) == 0 && F(fma)(sixth, 6, -product) == 0)
        RETURN_EXACT(sixth);
    RETURN_PRODUCT(sixth, 1);
}

ESTIMATE(hard_swish)
{
    if (x >= 3)
        RETURN_EXACT(x);
    if (x <= -3)
        RETURN_EXACT(-C(0.0));
    if (OF(is_half)(x))
        RETURN_PRODUCT(OF(half_of)(x), 1);
    if (x + 3 - 3 != x)
        RETURN_PRODUCT(x * (x + 3) / 6, 1);
    return OF(sixth_of)(x, x + 3, p);
}

ESTIMATE(hard_swish_derivative)
{
    if (F(fabs)(x) >= 3)
        RETURN_EXACT(x > 0);
    const REAL n = 2 * x + 3;
    if (n - 3 != 2 * x)
        RETURN_PRODUCT(n / 6, 1);
    return OF(sixth_of)(n, 1, p);
}

ESTIMATE(hard_sigmoid)
{
    if (F(fabs)(x) >= 3)
        RETURN_EXACT(x > 0);
    if (x + 3 - 3 != x)
        RETURN_PRODUCT((x + 3) / 6, 1);
    return OF(sixth_of)(x + 3, 1, p);
}

ESTIMATE(hard_sigmoid_derivative)
{
    if (F(fabs)(x) >= 3)
        RETURN_EXACT(0);
    RETURN_PRODUCT(C(1.0) / 6, 1);
}

#undef JOINED_LEVEL
#undef JOIN_LEVEL
#undef OF
#undef ESTIMATE
#undef RETURN
#undef RETURN_PRODUCT
#undef RETURN_EXACT
#undef LEVEL
#undef REAL
#undef F
#undef C
#undef BOUND
#undef NORMAL_BOUND
#undef TANH_BOUND
#undef LARGEST
#undef CORRECTION
