/* The kernels that count the elements of one DTYPE, for count_kernels.c.

   Without NaNs, two counts and one mark suffice, and take a third less work. Data that
   turn out to hold a NaN are counted again while they are in the cache. */

static inline VALUE OF_DTYPE(item)(const char *x, ptrdiff_t i)
{
    return OF_DTYPE(load)(x + i * SIZE);
}

static inline bool OF_DTYPE(had_nan)(LANE marks)
{
    return marks >> (8 * sizeof marks - 1) != 0;
}

/* Adds a tally to the counts, or overwrites them with it. */
static inline void OF_DTYPE(add)(
    struct TALLY tally, int64_t n, int64_t nan, int64_t *counts, bool overwrites)
{
    const int64_t positive = OF_DTYPE(positives)(tally), zero = OF_DTYPE(zeros)(tally);
    int64_t before[N_COUNTS] = {0};
    if (!overwrites)
        memcpy(before, counts, sizeof before);
    counts[COUNT_POSITIVE] = before[COUNT_POSITIVE] + positive;
    counts[COUNT_ZERO] = before[COUNT_ZERO] + zero;
    counts[COUNT_NEGATIVE] = before[COUNT_NEGATIVE] + n - positive - zero - nan;
    counts[COUNT_NAN] = before[COUNT_NAN] + nan;
}

/* Counts a NaN as negative in the tally, and once more on its own. */
static inline void OF_DTYPE(tally_with_nan)(struct TALLY *tally, LANE *nan, VALUE x)
{
    const bool is_nan = OF_DTYPE(is_nan)(x);
    TALLY(tally, is_nan ? OF_DTYPE(some_negative)() : x);
    *nan = (LANE)(*nan + is_nan);
}

static void OF_DTYPE(run_with_nan)(const char *x, ptrdiff_t n, int64_t *counts, bool overwrites)
{
    struct TALLY tally = {0};
    LANE nan = 0;
    for (ptrdiff_t i = 0; i < n; ++i)
        OF_DTYPE(tally_with_nan)(&tally, &nan, OF_DTYPE(item)(x, i));
    OF_DTYPE(add)(tally, n, (int64_t)nan, counts, overwrites);
}

static void OF_DTYPE(run)(const char *x, ptrdiff_t n, int64_t *counts, bool overwrites)
{
    struct TALLY tally = {0};
    LANE marks = 0;
    for (ptrdiff_t i = 0; i < n; ++i) {
        const VALUE a = OF_DTYPE(item)(x, i);
        TALLY(&tally, a);
        marks = (LANE)(marks | OF_DTYPE(nan_mark)(a));
    }
    if (OF_DTYPE(had_nan)(marks))
        OF_DTYPE(run_with_nan)(x, n, counts, overwrites);
    else
        OF_DTYPE(add)(tally, n, 0, counts, overwrites);
}

/* Counts four runs that lie far apart: the processor prefetches all four, and their
   sums across the lanes overlap in time. */
static void OF_DTYPE(four_runs)(
    const char *x, ptrdiff_t step, ptrdiff_t n,
    int64_t *counts, ptrdiff_t count_step, bool overwrites)
{
    const char *const y = x + step, *const z = y + step, *const w = z + step;
    struct TALLY x_tally = {0}, y_tally = {0}, z_tally = {0}, w_tally = {0};
    LANE marks = 0;
    for (ptrdiff_t i = 0; i < n; ++i) {
        const VALUE a = OF_DTYPE(item)(x, i), b = OF_DTYPE(item)(y, i);
        const VALUE c = OF_DTYPE(item)(z, i), d = OF_DTYPE(item)(w, i);
        TALLY(&x_tally, a);
        TALLY(&y_tally, b);
        TALLY(&z_tally, c);
        TALLY(&w_tally, d);
        marks = (LANE)(marks | OF_DTYPE(nan_mark)(a) | OF_DTYPE(nan_mark)(b)
            | OF_DTYPE(nan_mark)(c) | OF_DTYPE(nan_mark)(d));
    }
    if (OF_DTYPE(had_nan)(marks)) {
        for (int k = 0; k < 4; ++k)
            OF_DTYPE(run_with_nan)(x + k * step, n, counts + k * count_step, overwrites);
        return;
    }
    OF_DTYPE(add)(x_tally, n, 0, counts, overwrites);
    OF_DTYPE(add)(y_tally, n, 0, counts + count_step, overwrites);
    OF_DTYPE(add)(z_tally, n, 0, counts + 2 * count_step, overwrites);
    OF_DTYPE(add)(w_tally, n, 0, counts + 3 * count_step, overwrites);
}

static void OF_DTYPE(rows)(const struct count_operands *o)
{
    const ptrdiff_t quarter = o->rows / 4;
    const char *x = o->x;
    for (ptrdiff_t left = o->columns; left > 0; left -= OF_DTYPE(most)) {
        const ptrdiff_t n = left < OF_DTYPE(most) ? left : OF_DTYPE(most);
        const bool overwrites = o->overwrites && left == o->columns;
        for (ptrdiff_t row = 0; row < quarter; ++row)
            OF_DTYPE(four_runs)(
                x + row * o->step, quarter * o->step, n,
                o->counts + row * o->count_step, quarter * o->count_step, overwrites);
        for (ptrdiff_t row = 4 * quarter; row < o->rows; ++row)
            OF_DTYPE(run)(x + row * o->step, n, o->counts + row * o->count_step, overwrites);
        x += n * SIZE;
    }
}

/* Counts at most TILE_ROWS rows of at most a tile's columns; column j is counted with
   column j % period. */
static void OF_DTYPE(tile_with_nan)(
    const struct count_operands *o, struct TALLY *tallies, ptrdiff_t period)
{
    LANE nans[TILE_BYTES / sizeof(VALUE)];
    memset(tallies, 0, (size_t)o->columns * sizeof *tallies);
    memset(nans, 0, (size_t)o->columns * sizeof *nans);
    for (ptrdiff_t row = 0; row < o->rows; ++row)
        for (ptrdiff_t j = 0; j < o->columns; ++j)
            OF_DTYPE(tally_with_nan)(
                &tallies[j], &nans[j], OF_DTYPE(item)(o->x + row * o->step, j));
    for (ptrdiff_t first = 0; first < o->columns; first += period)
        for (ptrdiff_t j = 0; j < period; ++j)
            OF_DTYPE(add)(
                tallies[first + j], o->rows, (int64_t)nans[first + j],
                o->counts + j * o->count_step, false);
}

static void OF_DTYPE(tile)(const struct count_operands *o, ptrdiff_t period)
{
    struct TALLY tallies[TILE_BYTES / sizeof(VALUE)];
    const ptrdiff_t quarter = o->rows / 4, apart = quarter * o->step;
    const char *at = o->x;
    LANE marks = 0;
    ptrdiff_t row = 0;
    memset(tallies, 0, (size_t)o->columns * sizeof *tallies);
    for (; row < quarter; ++row, at += o->step) {
        for (ptrdiff_t j = 0; j < o->columns; ++j) {
            const VALUE a = OF_DTYPE(item)(at, j), b = OF_DTYPE(item)(at + apart, j);
            const VALUE c = OF_DTYPE(item)(at + 2 * apart, j);
            const VALUE d = OF_DTYPE(item)(at + 3 * apart, j);
            TALLY(&tallies[j], a);
            TALLY(&tallies[j], b);
            TALLY(&tallies[j], c);
            TALLY(&tallies[j], d);
            marks = (LANE)(marks | OF_DTYPE(nan_mark)(a) | OF_DTYPE(nan_mark)(b)
                | OF_DTYPE(nan_mark)(c) | OF_DTYPE(nan_mark)(d));
        }
    }
    row = 4 * quarter;
    at = o->x + row * o->step;
    for (; row < o->rows; ++row, at += o->step) {
        for (ptrdiff_t j = 0; j < o->columns; ++j) {
            const VALUE a = OF_DTYPE(item)(at, j);
            TALLY(&tallies[j], a);
            marks = (LANE)(marks | OF_DTYPE(nan_mark)(a));
        }
    }
    if (OF_DTYPE(had_nan)(marks)) {
        OF_DTYPE(tile_with_nan)(o, tallies, period);
        return;
    }
    for (ptrdiff_t first = 0; first < o->columns; first += period)
        for (ptrdiff_t j = 0; j < period; ++j)
            OF_DTYPE(add)(
                tallies[first + j], o->rows, 0, o->counts + j * o->count_step, false);
}

static void OF_DTYPE(columns)(const struct count_operands *o)
{
    enum { tile_columns = TILE_BYTES / sizeof(VALUE) };
    const bool are_joined = o->columns < FEW_COLUMNS && o->step == o->columns * SIZE;
    struct count_operands tile = *o;
    for (ptrdiff_t left = o->rows; left > 0;) {
        const ptrdiff_t joined =
            are_joined && left > tile_columns ? tile_columns / o->columns : 1;
        const ptrdiff_t height = left / joined;
        tile.rows = height < TILE_ROWS ? height : TILE_ROWS;
        tile.step = joined * o->step;
        for (ptrdiff_t first = 0; first < o->columns; first += tile_columns) {
            const ptrdiff_t rest = o->columns - first;
            const ptrdiff_t period = rest < tile_columns ? rest : tile_columns;
            const ptrdiff_t done = (o->rows - left) * o->step;
            tile.x = o->x + done + first * SIZE;
            tile.columns = joined * period;
            tile.counts = o->counts + first * o->count_step;
            OF_DTYPE(tile)(&tile, period);
        }
        left -= joined * tile.rows;
    }
}
