/* Converts float16 to float32 and back, a chunk at a time, by the processor's
   instruction where there is one: it makes leaky_relu 3 to 6 times faster than the
   vectorised C. */
#ifndef RELU_UFUNC_FLOAT16_CHUNKS_H
#define RELU_UFUNC_FLOAT16_CHUNKS_H

#include "values.h"

#if defined(__F16C__) || (defined(_MSC_VER) && defined(__AVX2__))
#define HALF_F16C 1
#include <immintrin.h>
#endif

enum { HALF_CHUNK = 128 };

/* A step fills a whole vector of the instruction set: the processor does not forward
   narrower stores to the wide loads of the loops that follow. */
#if defined(HALF_F16C) && defined(__AVX512F__)

enum { HALF_STEP = 32 };

static inline void widen_step(const char *from, float *to)
{
    for (int i = 0; i < HALF_STEP; i += 16) {
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

#elif defined(HALF_F16C)

enum { HALF_STEP = 16 };

static inline void widen_step(const char *from, float *to)
{
    for (int i = 0; i < HALF_STEP; i += 8) {
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

#else

enum { HALF_STEP = HALF_CHUNK };

static inline void widen_step(const char *from, float *to)
{
    for (int i = 0; i < HALF_STEP; ++i) {
        int16_t half;
        memcpy(&half, from + 2 * i, sizeof half);
        to[i] = widen_f16(half);
    }
}

static inline void narrow_step(const float *from, int16_t *to)
{
    for (int i = 0; i < HALF_STEP; ++i)
        to[i] = narrow_f16(from[i]);
}

#endif

static inline void widen_chunk_f16(const char *from, float *to)
{
    for (int i = 0; i < HALF_CHUNK; i += HALF_STEP)
        widen_step(from + 2 * i, to + i);
}

static inline void narrow_chunk_f16(const float *from, int16_t *to)
{
    for (int i = 0; i < HALF_CHUNK; i += HALF_STEP)
        narrow_step(from + i, to + i);
}

#endif
