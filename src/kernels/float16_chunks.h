/* Converts float16 to float32 and back by the processor's instruction, where there is one: it
   makes leaky_relu 3 to 6 times faster than the vectorised C. gcc 12 does not use it in a loop
   that it vectorises. */
#if defined(__F16C__) || (defined(_MSC_VER) && defined(__AVX2__))
#define CONVERTS_CHUNKS
#include <immintrin.h>

/* A step fills a whole vector of the instruction set: the processor does not forward
   narrower stores to the wide loads of the loops that follow. */
#if defined(CONVERTS_CHUNKS) && defined(__AVX512F__)

enum { STEP = 32 };

static inline void widen_step(const char *from, float *to)
{
    for (int i = 0; i < STEP; i += 16) {
        __m256i halves;
        memcpy(&halves, from + 2 * i, sizeof halves);
        const __m512 floats = _mm512_cvtph_ps(halves);
        memcpy(to + i, &floats, sizeof floats);
    }
}

static inline void narrow_step(const float *from, int16_t *to)
{
    __m512 low, high;
    memcpy(&low, from, sizeof low);
    memcpy(&high, from + 16, sizeof high);
    const __m512i halves = _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm512_cvtps_ph(low, _MM_FROUND_TO_NEAREST_INT)),
        _mm512_cvtps_ph(high, _MM_FROUND_TO_NEAREST_INT), 1);
    memcpy(to, &halves, sizeof halves);
}

#elif defined(CONVERTS_CHUNKS)

enum { STEP = 16 };

static inline void widen_step(const char *from, float *to)
{
    for (int i = 0; i < STEP; i += 8) {
        __m128i halves;
        memcpy(&halves, from + 2 * i, sizeof halves);
        const __m256 floats = _mm256_cvtph_ps(halves);
        memcpy(to + i, &floats, sizeof floats);
    }
}

static inline void narrow_step(const float *from, int16_t *to)
{
    __m256 low, high;
    memcpy(&low, from, sizeof low);
    memcpy(&high, from + 8, sizeof high);
    const __m256i halves = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm256_cvtps_ph(low, _MM_FROUND_TO_NEAREST_INT)),
        _mm256_cvtps_ph(high, _MM_FROUND_TO_NEAREST_INT), 1);
    memcpy(to, &halves, sizeof halves);
}

#endif

/* What does not fill a step is converted in C. */
static inline void widen_chunk(const char *from, float *to, ptrdiff_t n)
{
    ptrdiff_t i = 0;
    for (; i + STEP <= n; i += STEP)
        widen_step(from + i * (ptrdiff_t)sizeof(T), to + i);
    for (; i < n; ++i)
        to[i] = widen(load(from + i * (ptrdiff_t)sizeof(T)));
}

static inline void narrow_chunk(const float *from, T *to, ptrdiff_t n)
{
    ptrdiff_t i = 0;
    for (; i + STEP <= n; i += STEP)
        narrow_step(from + i, to + i);
    for (; i < n; ++i)
        to[i] = narrow(from[i]);
}

#endif
