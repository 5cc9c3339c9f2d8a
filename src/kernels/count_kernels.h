/* The kernels that count positive, zero, negative and NaN elements of one dtype on one
   instruction set, whose names are in THIS_DTYPE and THIS_ISA.

   Without NaNs, two counts and one mark suffice, and take a third less work. Data that
   turn out to hold a NaN are counted again while they are in the cache. */

#include "count_marks.h"
#include "inlining.h"
#include "kernels.h"

enum {
    TILE_BYTES = 4096,
    /* A lane of eight bits counts no further than LANE_ROWS; others are added up less often. */
    LANE_ROWS = 255,
    TILE_ROWS = sizeof(U) == 1 ? LANE_ROWS : 4 * LANE_ROWS,
    /* Narrower rows are joined, to fill vectors. */
    FEW_COLUMNS = 64
};

/* Counts are kept in lanes as wide as an element, so that they vectorise, and added to the result
   before a lane overflows. */
enum { MOST = sizeof(U) == 1 ? UINT8_MAX : sizeof(U) == 2 ? UINT16_MAX : INT32_MAX };

struct tally {
    U positive, zero;
};

#include "count_vectors.h"

static inline void count(struct tally *tally, T x)
{
    tally->positive = (U)(tally->positive + positive(x));
    tally->zero = (U)(tally->zero + is_zero(x));
}

static inline T item(const char *x, ptrdiff_t i)
{
    return load(x + i * (ptrdiff_t)sizeof(T));
}

/* Adds a tally to the counts, or overwrites them with it. */
static inline void add(
    struct tally tally, int64_t n, int64_t nan, int64_t *counts, bool overwrites)
{
    const int64_t positive = (int64_t)tally.positive, zero = (int64_t)tally.zero;
    int64_t before[N_COUNTS] = {0};
    if (!overwrites)
        memcpy(before, counts, sizeof before);
    counts[COUNT_POSITIVE] = before[COUNT_POSITIVE] + positive;
    counts[COUNT_ZERO] = before[COUNT_ZERO] + zero;
    counts[COUNT_NEGATIVE] = before[COUNT_NEGATIVE] + n - positive - zero - nan;
    counts[COUNT_NAN] = before[COUNT_NAN] + nan;
}

/* Counts a NaN as negative in the tally, and once more on its own. */
static inline void tally_with_nan(struct tally *tally, U *nan, T x)
{
    const bool counts_as_nan = is_nan(x);
    count(tally, counts_as_nan ? some_negative() : x);
    *nan = (U)(*nan + counts_as_nan);
}

static void run_with_nan(const char *x, ptrdiff_t n, int64_t *counts, bool overwrites)
{
    struct tally tally = {0};
    U nan = 0;
    for (ptrdiff_t i = 0; i < n; ++i)
        tally_with_nan(&tally, &nan, item(x, i));
    add(tally, n, (int64_t)nan, counts, overwrites);
}

static void run(const char *x, ptrdiff_t n, int64_t *counts, bool overwrites)
{
    struct tally tally = {0};
    U marks = 0;
    for (ptrdiff_t i = 0; i < n; ++i) {
        const T a = item(x, i);
        count(&tally, a);
        marks = marked(marks, a);
    }
    if (mark_nan(marks))
        run_with_nan(x, n, counts, overwrites);
    else
        add(tally, n, 0, counts, overwrites);
}

/* Counts four runs that lie far apart: the processor prefetches all four, and their
   sums across the lanes overlap in time. */
static void four_runs(
    const char *x, ptrdiff_t step, ptrdiff_t n,
    int64_t *counts, ptrdiff_t count_step, bool overwrites)
{
    const char *const y = x + step, *const z = y + step, *const w = z + step;
    struct tally x_tally = {0}, y_tally = {0}, z_tally = {0}, w_tally = {0};
    U marks = 0;
    for (ptrdiff_t i = 0; i < n; ++i) {
        const T a = item(x, i), b = item(y, i);
        const T c = item(z, i), d = item(w, i);
        count(&x_tally, a);
        count(&y_tally, b);
        count(&z_tally, c);
        count(&w_tally, d);
        marks = marked(marked(marked(marked(marks, a), b), c), d);
    }
    if (mark_nan(marks)) {
        for (int k = 0; k < 4; ++k)
            run_with_nan(x + k * step, n, counts + k * count_step, overwrites);
        return;
    }
    add(x_tally, n, 0, counts, overwrites);
    add(y_tally, n, 0, counts + count_step, overwrites);
    add(z_tally, n, 0, counts + 2 * count_step, overwrites);
    add(w_tally, n, 0, counts + 3 * count_step, overwrites);
}

#ifdef COUNTS_VECTORS

/* Counts two runs that lie far apart. */
static void long_runs(
    const char *x, ptrdiff_t apart, ptrdiff_t n, int64_t *counts, ptrdiff_t count_step,
    bool overwrites)
{
    struct tally tallies[2] = {{0}};
    const bool has_nan = tally_runs(&tallies[0], &tallies[1], x, apart, n);
    for (int k = 0; k < 2; ++k) {
        if (has_nan)
            run_with_nan(x + k * apart, n, counts + k * count_step, overwrites);
        else
            add(tallies[k], n, 0, counts + k * count_step, overwrites);
    }
}

#else
#define LEAST_LONG ((ptrdiff_t)MOST + 1)
#define long_runs(x, apart, n, counts, count_step, overwrites) (void)0
#endif

static void rows(const struct count_operands *o)
{
    const char *x = o->x;
    for (ptrdiff_t left = o->columns; left > 0; left -= MOST) {
        const ptrdiff_t n = left < MOST ? left : MOST;
        const bool overwrites = o->overwrites && left == o->columns;
        const bool is_long = n >= LEAST_LONG;
        const ptrdiff_t quarter = is_long ? 0 : o->rows / 4, half = is_long ? o->rows / 2 : 0;
        for (ptrdiff_t row = 0; row < half; ++row)
            long_runs(
                x + row * o->step, half * o->step, n,
                o->counts + row * o->count_step, half * o->count_step, overwrites);
        for (ptrdiff_t row = 0; row < quarter; ++row)
            four_runs(
                x + row * o->step, quarter * o->step, n,
                o->counts + row * o->count_step, quarter * o->count_step, overwrites);
        for (ptrdiff_t row = 4 * quarter + 2 * half; row < o->rows; ++row)
            run(x + row * o->step, n, o->counts + row * o->count_step, overwrites);
        x += n * (ptrdiff_t)sizeof(T);
    }
}

/* The tallies of a tile: an array for each count, since vectors of structs are slow to load. */
struct tile {
    U positive[TILE_BYTES / sizeof(T)], zero[TILE_BYTES / sizeof(T)], nan[TILE_BYTES / sizeof(T)];
};

static ALWAYS_INLINE void count_in_column(struct tile *tile, ptrdiff_t j, T x)
{
    struct tally tally = {tile->positive[j], tile->zero[j]};
    count(&tally, x);
    tile->positive[j] = tally.positive;
    tile->zero[j] = tally.zero;
}

static void clear_tile(struct tile *tile, ptrdiff_t columns)
{
    memset(tile->positive, 0, (size_t)columns * sizeof(U));
    memset(tile->zero, 0, (size_t)columns * sizeof(U));
    memset(tile->nan, 0, (size_t)columns * sizeof(U));
}

/* Counts at most TILE_ROWS rows of at most a tile's columns. */
static void count_rows_with_nan(const struct count_operands *o, struct tile *tile)
{
    for (ptrdiff_t row = 0; row < o->rows; ++row) {
        for (ptrdiff_t j = 0; j < o->columns; ++j) {
            const T x = item(o->x + row * o->step, j);
            const bool counts_as_nan = is_nan(x);
            count_in_column(tile, j, counts_as_nan ? some_negative() : x);
            tile->nan[j] = (U)(tile->nan[j] + counts_as_nan);
        }
    }
}

/* The two below return whether there was a NaN. */
#ifdef COUNTS_VECTORS

static bool count_rows(const struct count_operands *o, struct tile *tile)
{
    struct byte_tally bytes[TILE_BYTES / sizeof(T) / STEP_ITEMS + 2];
    const struct columns c = columns_of(o->x, o->columns);
    __m256i greatest_magnitude = _mm256_setzero_si256();
    const char *x = o->x;
    for (ptrdiff_t n, row = 0; row < o->rows; row += n, x += n * o->step) {
        n = o->rows - row < LANE_ROWS ? o->rows - row : LANE_ROWS;
        memset(bytes, 0, (size_t)(c.steps + 2) * sizeof *bytes);
        tally_columns(bytes, &greatest_magnitude, x, o->step, n, c);
        for (ptrdiff_t width, k = 0, first = 0; first < o->columns; ++k, first += width) {
            width = k == 0 ? c.lead : k <= c.steps ? STEP_ITEMS : c.rest;
            add_in_order(tile->positive + first, bytes[k].positive, width);
            add_in_order(tile->zero + first, bytes[k].zero, width);
        }
    }
    return has_nan(greatest_magnitude);
}

#else

static bool count_rows(const struct count_operands *o, struct tile *tile)
{
    const ptrdiff_t quarter = o->rows / 4, apart = quarter * o->step;
    const char *at = o->x;
    U marks = 0;
    for (ptrdiff_t row = 0; row < quarter; ++row, at += o->step) {
        for (ptrdiff_t j = 0; j < o->columns; ++j) {
            const T a = item(at, j), b = item(at + apart, j);
            const T c = item(at + 2 * apart, j), d = item(at + 3 * apart, j);
            count_in_column(tile, j, a);
            count_in_column(tile, j, b);
            count_in_column(tile, j, c);
            count_in_column(tile, j, d);
            marks = marked(marked(marked(marked(marks, a), b), c), d);
        }
    }
    at = o->x + 4 * quarter * o->step;
    for (ptrdiff_t row = 4 * quarter; row < o->rows; ++row, at += o->step) {
        for (ptrdiff_t j = 0; j < o->columns; ++j) {
            const T a = item(at, j);
            count_in_column(tile, j, a);
            marks = marked(marks, a);
        }
    }
    return mark_nan(marks);
}

#endif

/* Column j is counted with column j % period. */
static void count_tile(const struct count_operands *o, ptrdiff_t period)
{
    struct tile tile;
    clear_tile(&tile, o->columns);
    if (count_rows(o, &tile)) {
        clear_tile(&tile, o->columns);
        count_rows_with_nan(o, &tile);
    }
    for (ptrdiff_t first = 0; first < o->columns; first += period)
        for (ptrdiff_t j = 0; j < period; ++j)
            add(
                (struct tally){tile.positive[first + j], tile.zero[first + j]}, o->rows,
                (int64_t)tile.nan[first + j], o->counts + j * o->count_step, false);
}

static void columns(const struct count_operands *o)
{
    enum { tile_columns = TILE_BYTES / sizeof(T) };
    const bool are_joined =
        o->columns < FEW_COLUMNS && o->step == o->columns * (ptrdiff_t)sizeof(T);
    struct count_operands part = *o;
    for (ptrdiff_t left = o->rows; left > 0;) {
        const ptrdiff_t joined =
            are_joined && left > tile_columns ? tile_columns / o->columns : 1;
        const ptrdiff_t height = left / joined;
        part.rows = height < TILE_ROWS ? height : TILE_ROWS;
        part.step = joined * o->step;
        for (ptrdiff_t first = 0; first < o->columns; first += tile_columns) {
            const ptrdiff_t rest = o->columns - first;
            const ptrdiff_t period = rest < tile_columns ? rest : tile_columns;
            const ptrdiff_t done = (o->rows - left) * o->step;
            part.x = o->x + done + first * (ptrdiff_t)sizeof(T);
            part.columns = joined * period;
            part.counts = o->counts + first * o->count_step;
            count_tile(&part, period);
        }
        left -= joined * part.rows;
    }
}

const struct count_kernel COUNTS_OF(THIS_DTYPE) = {rows, columns};
