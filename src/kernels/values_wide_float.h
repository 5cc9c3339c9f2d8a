/* The floats whose wide type has the same bits. */
#include "values_float.h"

static inline WIDE widen(T x) { WIDE w; memcpy(&w, &x, sizeof w); return w; }
static inline T narrow(WIDE w) { T x; memcpy(&x, &w, sizeof x); return x; }
static inline WIDE rectified_wide(WIDE w) { return w; }
