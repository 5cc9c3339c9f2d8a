/* What the values of the floats share: a value is the signed integer of its bits. Selections
   then keep every bit of a NaN, raise no flag, and see subnormals while the thread flushes them
   to zero.

   As signed integers the bits have this order: -0.0 (the least), ..., -inf, the negative NaNs,
   +0.0, ..., +inf, the positive NaNs. So one comparison with -inf tells the negative numbers
   and -0.0 from all that relu keeps. A format without infinities has its greatest number in
   their place. */
#include "values.h"

static const U sign_bit = (U)((U)1 << (8 * sizeof(T) - 1));
static const U greatest = (U)JOIN(GREATEST_, FORMAT);
static const T minus_greatest =
    (T)((U)((U)1 << (8 * sizeof(T) - 1)) | (U)JOIN(GREATEST_, FORMAT));

static inline U magnitude_bits(T x) { return (U)((U)x & (U)~sign_bit); }
static inline bool is_nan(T x) { return (T)magnitude_bits(x) > (T)greatest; }
static inline bool positive(T x) { return x > 0; }
static inline bool inside(T x, T cap) { return (x < cap) & (x > 0); }
/* Subtracting 1 wraps -0.0 to the greatest integer, and leaves negative numbers. */
static inline bool negative(T x) { return (T)((U)x - 1u) < minus_greatest; }
static inline T rectified(T x) { return x > minus_greatest ? x : 0; }
static inline T rectified_negative(T x) { return negative(x) ? (T)((U)x ^ sign_bit) : 0; }

/* From sign and magnitude to two's complement; both zeros become 0. */
static inline T ordered(T x) { return x < 0 ? (T)(sign_bit - (U)x) : x; }
static inline bool less(T a, T b) { return ordered(a) < ordered(b); }
static inline bool beyond(T x, T threshold) { return ordered(threshold) < (T)magnitude_bits(x); }

/* The smaller of a rectified value and a cap, whose -0.0 counts as +0.0. */
static inline T capped(T rectified, T cap)
{
    const T smaller = cap < rectified ? cap : rectified;
    return smaller == (T)sign_bit ? 0 : smaller;
}
