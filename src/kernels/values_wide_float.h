/* The floats whose wide type has the same bits. */
#include "values_float.h"

static inline WIDE widen(T x) { WIDE w; memcpy(&w, &x, sizeof w); return w; }
static inline T narrow(WIDE w) { T x; memcpy(&x, &w, sizeof x); return x; }
static inline WIDE rectified_wide(WIDE w) { return w; }
/* By the sign bit: to a thread that flushes subnormals to zero they compare equal to it. */
static inline WIDE shrunk(WIDE x, WIDE threshold)
{
    return x - widen((T)((U)narrow(threshold) ^ ((U)narrow(x) & sign_bit)));
}
