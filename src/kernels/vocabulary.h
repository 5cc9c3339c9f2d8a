/* The vocabulary of the rows' values, besides what values_*.h defines for each kind of dtype:

       negative, rectified, rectified_negative (of -x), is_nan, and rectified_wide, which prepares a
       result that is rectified after it is rounded: where rounding could turn a large negative
       number into a NaN, it returns 0 instead;

       of rows of SIGNED dtypes, shrunk, which moves a wide number towards 0 by a threshold, and
       beyond (|x| > threshold), which is true for a NaN x, and expects a threshold that is none;

       positive, less, capped, and inside (0 < x < cap), which expect values that are not NaN: the
       rows wrap them in nan_or. */
#define ZERO ((T)0)

static inline T constant(int number) { return narrow((WIDE)number); }
static inline T nan_or(T x, T otherwise) { return is_nan(x) ? x : otherwise; }
