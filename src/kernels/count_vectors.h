/* Counts of float32 with AVX2. Four vectors are packed into one of bytes, with saturation, which
   keeps signs and whether a number is zero: so two comparisons do for 32 items. The bytes are in
   the order of packing, and count no further than MOST_STEPS. */
#if defined(IS_FLOAT32) && defined(__AVX2__)
#define COUNTS_VECTORS

#include <immintrin.h>

/* Shorter runs are faster without. */
enum { STEP_ITEMS = 32, MOST_STEPS = 255, LEAST_LONG = 200 };

/* Once in a page the processor is told of the page that is AHEAD bytes ahead: otherwise it would
   wait for the address of each, if it has forgotten them. */
enum { PAGE = 4096, PAGE_STEPS = PAGE / (STEP_ITEMS * sizeof(T)), AHEAD = 4 * PAGE };
enum { ROWS_AHEAD = 16 };

static ALWAYS_INLINE void prefetch(const char *x)
{
    _mm_prefetch(x, _MM_HINT_T0);
}

struct byte_tally {
    __m256i positive, zero;
};

static ALWAYS_INLINE __m256i packed(__m256i a, __m256i b, __m256i c, __m256i d)
{
    return _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
}

static ALWAYS_INLINE void count_packed(
    struct byte_tally *tally, __m256i *greatest_magnitude,
    __m256i a, __m256i b, __m256i c, __m256i d)
{
    const __m256i zero = _mm256_setzero_si256(), magnitude = _mm256_set1_epi32(INT32_MAX);
    const __m256i signs = packed(a, b, c, d);
    a = _mm256_and_si256(a, magnitude);
    b = _mm256_and_si256(b, magnitude);
    c = _mm256_and_si256(c, magnitude);
    d = _mm256_and_si256(d, magnitude);
    *greatest_magnitude = _mm256_max_epi32(
        _mm256_max_epi32(*greatest_magnitude, _mm256_max_epi32(a, b)), _mm256_max_epi32(c, d));
    tally->positive = _mm256_sub_epi8(tally->positive, _mm256_cmpgt_epi8(signs, zero));
    tally->zero = _mm256_sub_epi8(tally->zero, _mm256_cmpeq_epi8(packed(a, b, c, d), zero));
}

static ALWAYS_INLINE __m256i items(const char *x, ptrdiff_t k)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)x + k);
}

static ALWAYS_INLINE void count_step(
    struct byte_tally *tally, __m256i *greatest_magnitude, const char *x)
{
    count_packed(tally, greatest_magnitude, items(x, 0), items(x, 1), items(x, 2), items(x, 3));
}

/* Of n items, n < STEP_ITEMS; the others are zeros. */
static ALWAYS_INLINE __m256i first_items(const char *x, ptrdiff_t k, ptrdiff_t n)
{
    const __m256i indices = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n - 8 * k)), indices);
    return _mm256_maskload_epi32((const int *)(const void *)x + 8 * k, mask);
}

static ALWAYS_INLINE void count_few(
    struct byte_tally *tally, __m256i *greatest_magnitude, const char *x, ptrdiff_t n)
{
    count_packed(
        tally, greatest_magnitude, first_items(x, 0, n), first_items(x, 1, n), first_items(x, 2, n),
        first_items(x, 3, n));
}

static ALWAYS_INLINE bool has_nan(__m256i greatest_magnitude)
{
    const __m256i infinity = _mm256_set1_epi32((int)greatest);
    return _mm256_movemask_epi8(_mm256_cmpgt_epi32(greatest_magnitude, infinity)) != 0;
}

static ALWAYS_INLINE int64_t sum_of_bytes(__m256i bytes)
{
    const __m256i sums = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
    const __m128i halves =
        _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    return _mm_cvtsi128_si64(_mm_add_epi64(halves, _mm_unpackhi_epi64(halves, halves)));
}

/* The items before vectors are aligned, since a load across lines of the cache takes twice as long;
   none if there are not enough for that to pay. */
static inline ptrdiff_t leading_items(const char *x, ptrdiff_t n, ptrdiff_t least)
{
    return n < least ? 0 : (ptrdiff_t)(-(uintptr_t)x % sizeof(__m256i) / sizeof(T));
}

/* Adds two runs of n items, `apart` bytes apart, to their tallies. Returns whether there was a
   NaN. */
static ALWAYS_INLINE bool tally_runs(
    struct tally *first, struct tally *second, const char *x, ptrdiff_t apart, ptrdiff_t n)
{
    const __m256i none = _mm256_setzero_si256();
    __m256i greatest_magnitude = none;
    for (ptrdiff_t few = leading_items(x, n, 2 * PAGE); n > 0; few = n < STEP_ITEMS ? n : 0) {
        struct byte_tally here = {none, none}, there = {none, none};
        if (few > 0) {
            count_few(&here, &greatest_magnitude, x, few);
            count_few(&there, &greatest_magnitude, x + apart, few);
            x += few * (ptrdiff_t)sizeof(T);
            n -= few;
        }
        const ptrdiff_t most = n / STEP_ITEMS;
        const ptrdiff_t steps = most < MOST_STEPS ? most : MOST_STEPS - 1;
        for (ptrdiff_t m, i = 0; i < steps; i += m) {
            m = steps - i < PAGE_STEPS ? steps - i : PAGE_STEPS;
            prefetch(x + AHEAD);
            prefetch(x + apart + AHEAD);
            for (ptrdiff_t k = 0; k < m; ++k, x += STEP_ITEMS * sizeof(T)) {
                count_step(&here, &greatest_magnitude, x);
                count_step(&there, &greatest_magnitude, x + apart);
            }
        }
        n -= steps * STEP_ITEMS;
        const U padding = few > 0 ? (U)(STEP_ITEMS - few) : 0;
        first->positive += (U)sum_of_bytes(here.positive);
        first->zero += (U)sum_of_bytes(here.zero) - padding;
        second->positive += (U)sum_of_bytes(there.positive);
        second->zero += (U)sum_of_bytes(there.zero) - padding;
    }
    return has_nan(greatest_magnitude);
}

/* The columns of a table: `lead`, `steps` whole steps, and `rest`. */
struct columns {
    ptrdiff_t lead, steps, rest;
};

static inline struct columns columns_of(const char *x, ptrdiff_t n)
{
    const ptrdiff_t lead = leading_items(x, n, LEAST_LONG);
    return (struct columns){lead, (n - lead) / STEP_ITEMS, (n - lead) % STEP_ITEMS};
}

/* Adds to the tallies of the columns of n rows: the first is that of the lead. */
static ALWAYS_INLINE void tally_columns(
    struct byte_tally *tallies, __m256i *greatest_magnitude, const char *x, ptrdiff_t row_step,
    ptrdiff_t n, struct columns c)
{
    __m256i greatest_here = *greatest_magnitude;
    for (ptrdiff_t m, row = 0; row < n; row += m, x += m * row_step) {
        m = n - row < 4 ? 1 : 4;
        for (int i = 0; i < m; ++i) {
            prefetch(x + (i + ROWS_AHEAD) * row_step);
            if (c.lead > 0)
                count_few(&tallies[0], &greatest_here, x + i * row_step, c.lead);
        }
        const char *at = x + c.lead * (ptrdiff_t)sizeof(T);
        for (ptrdiff_t k = 1; k <= c.steps; ++k, at += STEP_ITEMS * sizeof(T)) {
            struct byte_tally tally = tallies[k];
            count_step(&tally, &greatest_here, at);
            if (m == 4)
                for (int i = 1; i < 4; ++i)
                    count_step(&tally, &greatest_here, at + i * row_step);
            tallies[k] = tally;
        }
        if (c.rest > 0)
            for (int i = 0; i < m; ++i)
                count_few(&tallies[c.steps + 1], &greatest_here, at + i * row_step, c.rest);
    }
    *greatest_magnitude = greatest_here;
}

/* Adds the first n bytes, in the items' own order, to their counts. */
static inline void add_in_order(U *counts, __m256i bytes, ptrdiff_t n)
{
    const __m256i ordered =
        _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    uint8_t byte[STEP_ITEMS];
    memcpy(byte, &ordered, sizeof byte);
    for (ptrdiff_t i = 0; i < n; ++i)
        counts[i] += byte[i];
}

#endif
