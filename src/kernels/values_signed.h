/* The values of the signed integers. */
#include "values_integer.h"

static inline bool less(T a, T b) { return a < b; }
static inline bool inside(T x, T cap) { return (x < cap) & (x > 0); }
static inline bool negative(T x) { return x < 0; }
static inline T rectified(T x) { return x > 0 ? x : 0; }
/* The negative of the least number wraps to itself. */
static inline T rectified_negative(T x) { return rectified((T)(0 - (WIDE)x)); }
static inline WIDE shrunk(WIDE x, WIDE threshold)
{
    return x - (WIDE)((T)x < 0 ? (T)(0 - threshold) : (T)threshold);
}

/* The least number has no magnitude in T, and no negative; ~threshold is -threshold - 1. */
static inline bool beyond(T x, T threshold)
{
    const T minus_magnitude = (T)(x < 0 ? x : -x);
    return minus_magnitude <= (T)~threshold;
}
