#include "stream.h"

#include <stdint.h>
#include <string.h>

#include "join.h"
#include "sizes.h"

#if defined(__AVX512F__)
#include <immintrin.h>
typedef __m512i vector;
#define STREAM_VECTOR(to, v) _mm512_stream_si512((void *)(to), v)
#elif defined(__AVX2__)
#include <immintrin.h>
typedef __m256i vector;
#define STREAM_VECTOR(to, v) _mm256_stream_si256((void *)(to), v)
#elif defined(__SSE2__) || defined(_M_X64)
#include <emmintrin.h>
typedef __m128i vector;
#define STREAM_VECTOR(to, v) _mm_stream_si128((void *)(to), v)
#endif

#ifdef STREAM_VECTOR

static void copy(const char *block, char *to, size_t bytes)
{
    /* The processor combines the stores to a line only if the whole line is written. */
    const size_t before_line = (size_t)(-(uintptr_t)to % CACHE_LINE);
    const size_t head = before_line < bytes ? before_line : bytes;
    const size_t lines_end = head + (bytes - head) / CACHE_LINE * CACHE_LINE;
    memcpy(to, block, head);
    for (size_t i = head; i < lines_end; i += sizeof(vector)) {
        vector v;
        memcpy(&v, block + i, sizeof v);
        STREAM_VECTOR(to + i, v);
    }
    memcpy(to + lines_end, block + lines_end, bytes - lines_end);
}

static void fence(void)
{
    _mm_sfence();
}

const struct stream JOIN(stream_, THIS_ISA) = {copy, fence};

#else

const struct stream JOIN(stream_, THIS_ISA) = {NULL, NULL};

#endif
