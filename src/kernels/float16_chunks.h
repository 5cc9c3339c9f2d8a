/* Converts float16 to float32 and back by the processor's instruction, where there is one: it
   makes leaky_relu 3 to 6 times faster than the vectorised C. gcc 12 does not use it in a loop
   that it vectorises. */
#if defined(__F16C__) || (defined(_MSC_VER) && defined(__AVX2__))
#define CONVERTS_CHUNKS
#include <immintrin.h>

#include "small_floats.h"
#include "values.h"

static inline float widen(T x)
{
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128((uint16_t)x)));
}

/* gcc computes a constant only in C, and does not vectorise the instruction in its place. */
static inline T narrow(float w)
{
#ifdef __GNUC__
    if (__builtin_constant_p(w))
        return (T)narrowed_small_float(w, 5, 10, 0x7C00);
#endif
    return (T)_mm_cvtsi128_si32(_mm_cvtps_ph(_mm_set_ss(w), _MM_FROUND_TO_NEAREST_INT));
}

#if defined(__AVX512F__)
typedef __m256i halves;
typedef __m512 floats;
typedef __m512i vector;
#define FLOATS_OF(halves) _mm512_cvtph_ps(halves)
#define HALVES_OF(floats) _mm512_cvtps_ph(floats, _MM_FROUND_TO_NEAREST_INT)
#define JOINED(low, high) _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1)
#else
typedef __m128i halves;
typedef __m256 floats;
typedef __m256i vector;
#define FLOATS_OF(halves) _mm256_cvtph_ps(halves)
#define HALVES_OF(floats) _mm256_cvtps_ph(floats, _MM_FROUND_TO_NEAREST_INT)
#define JOINED(low, high) _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1)
#endif

/* A step fills a whole vector of the instruction set: the processor does not forward
   narrower stores to the wide loads of the loops that follow. */
enum { HALF_STEP = sizeof(halves) / sizeof(T), STEP = 2 * HALF_STEP };

static inline void widen_step(const char *from, float *to)
{
    for (int i = 0; i < STEP; i += HALF_STEP) {
        halves narrow;
        memcpy(&narrow, from + i * (int)sizeof(T), sizeof narrow);
        const floats wide = FLOATS_OF(narrow);
        memcpy(to + i, &wide, sizeof wide);
    }
}

static inline void narrow_step(const float *from, T *to)
{
    floats low, high;
    memcpy(&low, from, sizeof low);
    memcpy(&high, from + HALF_STEP, sizeof high);
    const vector both = JOINED(HALVES_OF(low), HALVES_OF(high));
    memcpy(to, &both, sizeof both);
}

/* The last step overlaps the one before it. What is shorter than a step is converted one by one. */
static inline void widen_chunk(const char *from, float *to, ptrdiff_t n)
{
    ptrdiff_t i = 0;
    for (; i + STEP <= n; i += STEP)
        widen_step(from + i * (ptrdiff_t)sizeof(T), to + i);
    if (i < n && n >= STEP)
        widen_step(from + (n - STEP) * (ptrdiff_t)sizeof(T), to + n - STEP);
    else
        for (; i < n; ++i)
            to[i] = widen(load(from + i * (ptrdiff_t)sizeof(T)));
}

static inline void narrow_chunk(const float *from, T *to, ptrdiff_t n)
{
    ptrdiff_t i = 0;
    for (; i + STEP <= n; i += STEP)
        narrow_step(from + i, to + i);
    if (i < n && n >= STEP)
        narrow_step(from + n - STEP, to + n - STEP);
    else
        for (; i < n; ++i)
            to[i] = narrow(from[i]);
}

#endif
