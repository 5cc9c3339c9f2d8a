/* The thread's floating-point environment: status flags and rounding mode. */
#ifndef RELU_UFUNC_FP_ENVIRONMENT_H
#define RELU_UFUNC_FP_ENVIRONMENT_H

#include <fenv.h>
#include <stdbool.h>

#if defined(__SSE2__) || defined(_M_X64)
#include <xmmintrin.h>
#define HAS_MXCSR 1
#endif

/* Clears what a loop's arithmetic has raised, so that NumPy, which looks after
   each call, warns of nothing. long double counts in the x87 unit, whose flags
   are slow to write; all else on x86-64 counts in MXCSR, which is not. */
static inline void clear_fp_status(bool is_long_double)
{
#ifdef HAS_MXCSR
    if (!is_long_double) {
        const unsigned int flags = 0x3F, status = _mm_getcsr();
        if (status & flags)
            _mm_setcsr(status & ~flags);
        return;
    }
#endif
    (void)is_long_double;
    if (fetestexcept(FE_ALL_EXCEPT))
        feclearexcept(FE_ALL_EXCEPT);
}

/* Rounds to nearest from here on, and returns the mode to restore. On x86-64 that is
   MXCSR's alone: no long double is computed in between. */
static inline unsigned int round_to_nearest(void)
{
#ifdef HAS_MXCSR
    const unsigned int mode = _MM_GET_ROUNDING_MODE();
    if (mode != _MM_ROUND_NEAREST)
        _MM_SET_ROUNDING_MODE(_MM_ROUND_NEAREST);
    return mode;
#else
    const int mode = fegetround();
    if (mode != FE_TONEAREST)
        fesetround(FE_TONEAREST);
    return (unsigned int)mode;
#endif
}

static inline void restore_rounding(unsigned int mode)
{
#ifdef HAS_MXCSR
    if (mode != _MM_ROUND_NEAREST)
        _MM_SET_ROUNDING_MODE(mode);
#else
    if ((int)mode != FE_TONEAREST)
        fesetround((int)mode);
#endif
}

#endif
