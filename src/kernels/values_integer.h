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
