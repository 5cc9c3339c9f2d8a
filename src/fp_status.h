/* The thread's floating-point status flags: overflow, invalid, ... */
#ifndef RELU_UFUNC_FP_STATUS_H
#define RELU_UFUNC_FP_STATUS_H

#include <fenv.h>

#if defined(__SSE2__) || defined(_M_X64)
#include <xmmintrin.h>
#define HAS_MXCSR 1
#endif

/* Clears what a loop's arithmetic has raised, so that NumPy, which looks after
   each call, warns of nothing. long double counts in the x87 unit, whose flags
   are slow to write; all else on x86-64 counts in MXCSR, which is not. */
static inline void clear_fp_status(int is_long_double)
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

#endif
