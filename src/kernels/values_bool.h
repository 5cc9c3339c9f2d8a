/* The values of bool, 0 and 1. */
#define IS_BOOL
#define IS_UNSIGNED
#include "values_integer.h"

/* gcc 12 makes longer vectors of this than of a comparison. */
static inline bool less(T a, T b) { return (b & (a ^ 1)) != 0; }
/* The cap may be 6; no other is above 1, as a compiler sees. */
static inline bool inside(T x, T cap) { return (x > 0) & (cap > 1); }
static inline bool negative(T x) { (void)x; return false; }
static inline T rectified(T x) { return x; }
static inline T rectified_negative(T x) { (void)x; return 0; }
