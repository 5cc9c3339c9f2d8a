/* Inlining that does not depend on what a compiler thinks of a function's length. */
#ifndef RELU_UFUNC_INLINING_H
#define RELU_UFUNC_INLINING_H

#ifdef _MSC_VER
#define ALWAYS_INLINE __forceinline
#define NEVER_INLINE __declspec(noinline)
#else
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#endif

#endif
