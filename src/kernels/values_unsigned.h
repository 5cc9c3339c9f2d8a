/* The values of the unsigned integers. */
#define IS_UNSIGNED
#include "values_integer.h"

static inline bool less(T a, T b) { return a < b; }
static inline bool inside(T x, T cap) { return (x < cap) & (x > 0); }
static inline bool negative(T x) { (void)x; return false; }
static inline T rectified(T x) { return x; }
static inline T rectified_negative(T x) { (void)x; return 0; }
