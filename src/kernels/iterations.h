/* No iteration depends on another: an output is disjoint from each input or
   the very same array. (`restrict` would forbid the latter.) */
#ifndef RELU_UFUNC_ITERATIONS_H
#define RELU_UFUNC_ITERATIONS_H

#if defined(__clang__)
#define INDEPENDENT_ITERATIONS _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define INDEPENDENT_ITERATIONS _Pragma("GCC ivdep")
#elif defined(_MSC_VER)
#define INDEPENDENT_ITERATIONS __pragma(loop(ivdep))
#else
#define INDEPENDENT_ITERATIONS
#endif

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math and its like change the values of NaN, -0.0 and subnormals"
#endif

#ifdef _MSC_VER
#pragma fp_contract(off)
#endif

#endif
