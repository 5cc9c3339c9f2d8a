/* The values of long double, which has no portable layout of bits. Its loads and stores keep
   every NaN, flush-to-zero does not reach it, and its loops clear the status flags that
   comparing a signalling NaN may raise. Where it is double, double's loops serve it. */
#define IS_LONG_DOUBLE
#include "smooth/functions.h"
#include "values.h"

#define SMOOTH_FUNCTION(name, ...) name##_extended(__VA_ARGS__)
#define SMOOTH_FUNCTIONS(name, ...)                                                     \
    const struct gradients_extended both = name##_extended(__VA_ARGS__);                \
    number[0] = both.x, number[1] = both.y

/* clang folds `c ? x * slope : x` into `x * (c ? slope : 1)`, which makes a signalling NaN
   quiet, unless it cannot see where the product comes from. */
#if defined(__clang__)
#define OPAQUE_TO_OPTIMISER volatile
#else
#define OPAQUE_TO_OPTIMISER
#endif

static inline WIDE widen(T x) { return x; }
static inline T narrow(WIDE x)
{
    OPAQUE_TO_OPTIMISER T rounded = x;
    return rounded;
}
static inline WIDE rectified_wide(WIDE x) { return x; }
static inline WIDE shrunk(WIDE x, WIDE threshold) { return x < 0 ? x + threshold : x - threshold; }
static inline bool is_nan(T x) { return x != x; }
static inline bool positive(T x) { return x > 0; }
static inline bool negative(T x) { return x < 0; }
static inline bool less(T a, T b) { return a < b; }
static inline bool inside(T x, T cap) { return (x < cap) & (x > 0); }
static inline bool beyond(T x, T threshold) { return !((x < 0 ? -x : x) <= threshold); }
static inline T rectified_negative(T x) { return x < 0 ? -x : 0; }
static inline T rectified(T x) { return x > 0 || x != x ? x : 0; }
static inline T capped(T rectified, T cap)
{
    return cap < rectified ? (cap == 0 ? 0 : cap) : rectified;
}
