/* What the values of all integers share. WIDE is unsigned and at least as wide as int, since
   signed overflow is undefined and two uint16_t would be multiplied as int. */
#define IS_INTEGER
#include "values.h"

static inline WIDE widen(T x) { return (WIDE)x; }
static inline T narrow(WIDE x) { return (T)x; }
static inline WIDE rectified_wide(WIDE w) { return w; }
static inline bool is_nan(T x) { (void)x; return false; }
static inline bool positive(T x) { return x > 0; }
static inline T capped(T rectified, T cap) { return cap < rectified ? cap : rectified; }

/* For count_kernels.h. */
static inline bool is_zero(T x) { return x == 0; }
static inline U marked(U marks, T x) { (void)x; return marks; }
static inline bool mark_nan(U marks) { (void)marks; return false; }
static inline T some_negative(void) { return (T)-1; }
