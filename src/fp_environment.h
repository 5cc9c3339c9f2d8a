/* The thread's floating-point environment: status flags and rounding mode. */
#ifndef RELU_UFUNC_FP_ENVIRONMENT_H
#define RELU_UFUNC_FP_ENVIRONMENT_H

#include <fenv.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__SSE2__) || defined(_M_X64)
#include <xmmintrin.h>
#define HAS_MXCSR 1
#endif

/* Clears the flags that a loop's arithmetic has raised: NumPy reads them after each call and
   would warn. On x86-64, long double raises flags in the x87 unit, which are slow to write;
   every other dtype raises them in MXCSR, which is fast to write. */
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

/* Sets rounding to nearest, keeps subnormals if the processor could flush them to zero, and
   returns the mode to restore. On x86-64 only MXCSR is set: the x87 unit never flushes, and
   the C library takes care of the rounding of its long double functions. */
static inline unsigned int round_to_nearest(void)
{
#ifdef HAS_MXCSR
    const unsigned int flush = 0x8040, status = _mm_getcsr();
    const unsigned int mode = status & (_MM_ROUND_MASK | flush);
    if (mode != _MM_ROUND_NEAREST)
        _mm_setcsr(status & ~(_MM_ROUND_MASK | flush));
    return mode;
#elif defined(__aarch64__) && defined(__GNUC__)
    const uint64_t rounding_and_flush = (uint64_t)7 << 22 | (uint64_t)1 << 19;
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    if (control & rounding_and_flush)
        __asm__ volatile("msr fpcr, %0" : : "r"(control & ~rounding_and_flush));
    return (unsigned int)(control & rounding_and_flush);
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
        _mm_setcsr(_mm_getcsr() | mode);
#elif defined(__aarch64__) && defined(__GNUC__)
    uint64_t control;
    if (mode != 0) {
        __asm__ volatile("mrs %0, fpcr" : "=r"(control));
        __asm__ volatile("msr fpcr, %0" : : "r"(control | mode));
    }
#else
    if ((int)mode != FE_TONEAREST)
        fesetround((int)mode);
#endif
}

#endif
