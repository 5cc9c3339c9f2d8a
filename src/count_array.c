#include "count_array.h"

#include <string.h>

#include "fp_environment.h"
#include "sizes.h"

/* One axis of x. The elements along an axis are counted together if its count_step is 0. */
struct axis {
    ptrdiff_t length, step, count_step;
};

/* Counts a matrix whose columns lie column_step apart. Unless its rows are contiguous, blocks
   of it are gathered first. */
static void count_matrix(
    const struct counter *counter, const struct count_operands *matrix,
    ptrdiff_t column_step, bool by_columns)
{
    void (*const kernel)(const struct count_operands *) =
        by_columns ? counter->kernel->columns : counter->kernel->rows;
    if (column_step == counter->itemsize) {
        kernel(matrix);
        return;
    }
    /* The gathered block has the first-level cache to itself. */
    enum { GATHERED_BYTES = 2 * BLOCK_BYTES };
    _Alignas(CACHE_LINE) char gathered[GATHERED_BYTES];
    struct count_operands block = *matrix;
    const ptrdiff_t items = GATHERED_BYTES / counter->itemsize;
    for (ptrdiff_t column = 0; column < matrix->columns; column += block.columns) {
        block.columns = least(items, matrix->columns - column);
        block.step = block.columns * counter->itemsize;
        block.overwrites = matrix->overwrites && column == 0;
        for (ptrdiff_t row = 0; row < matrix->rows; row += block.rows) {
            block.rows = least(items / block.columns, matrix->rows - row);
            block.x = gathered;
            block.counts = matrix->counts + (by_columns ? column : row) * matrix->count_step;
            for (ptrdiff_t i = 0; i < block.rows; ++i)
                counter->copy(
                    matrix->x + (row + i) * matrix->step + column * column_step, column_step,
                    gathered + i * block.step, counter->itemsize, block.columns,
                    (size_t)counter->itemsize);
            kernel(&block);
        }
    }
}

static void count_each_matrix(
    const struct counter *counter, const struct axis *outer, int n_outer,
    struct count_operands matrix, ptrdiff_t column_step, bool by_columns)
{
    if (n_outer == 0) {
        count_matrix(counter, &matrix, column_step, by_columns);
        return;
    }
    for (ptrdiff_t i = 0; i < outer->length; ++i) {
        count_each_matrix(counter, outer + 1, n_outer - 1, matrix, column_step, by_columns);
        matrix.x += outer->step;
        matrix.counts += outer->count_step;
    }
}

static struct axis remove_axis(struct axis *axes, int *n, int k)
{
    const struct axis removed = axes[k];
    for (--*n; k < *n; ++k)
        axes[k] = axes[k + 1];
    return removed;
}

/* Orders axes as they lie in memory; an axis that repeats its elements is outermost. */
static bool is_outside(struct axis a, struct axis b)
{
    return b.step != 0 && (a.step == 0 || a.step > b.step);
}

static bool continues(struct axis outer, struct axis inner)
{
    return outer.step == inner.length * inner.step
        && outer.count_step == inner.length * inner.count_step;
}

/* Sorts the axes from the outermost to the innermost in memory, makes every step
   positive, drops axes of length 1 and merges adjacent axes if their steps allow. */
static int order_axes(
    struct axis *axes, const char **x, int n_axes, const ptrdiff_t *lengths,
    const ptrdiff_t *steps, int64_t **counts, const ptrdiff_t *count_lengths,
    const ptrdiff_t *count_steps)
{
    int n = 0;
    for (int k = 0; k < n_axes; ++k) {
        struct axis axis = {lengths[k], steps[k], 0};
        if (axis.length == 1)
            continue;
        if (count_lengths[k] > 1)
            axis.count_step = count_steps[k] / (ptrdiff_t)sizeof **counts;
        if (axis.step < 0) {
            *x += (axis.length - 1) * axis.step;
            *counts += (axis.length - 1) * axis.count_step;
            axis.step = -axis.step;
            axis.count_step = -axis.count_step;
        }
        int place = n++;
        for (; place > 0 && is_outside(axis, axes[place - 1]); --place)
            axes[place] = axes[place - 1];
        axes[place] = axis;
    }
    for (int k = n - 2; k >= 0; --k) {
        if (continues(axes[k], axes[k + 1])) {
            axes[k + 1].length *= axes[k].length;
            (void)remove_axis(axes, &n, k);
        }
    }
    return n;
}

static bool any_counted(const struct axis *axes, int n)
{
    for (int k = 0; k < n; ++k)
        if (axes[k].count_step == 0)
            return true;
    return false;
}

void count_array(
    const struct counter *counter,
    const char *x, int n_axes, const ptrdiff_t *lengths, const ptrdiff_t *steps,
    int64_t *counts, const ptrdiff_t *count_lengths, const ptrdiff_t *count_steps)
{
    int64_t *const all_counts = counts;
    size_t n_counts = N_COUNTS, n_items = 1;
    for (int k = 0; k < n_axes; ++k) {
        n_counts *= (size_t)count_lengths[k];
        n_items *= (size_t)lengths[k];
    }
    struct axis axes[MAX_AXES];
    int n = 0;
    if (n_items > 0)
        n = order_axes(axes, &x, n_axes, lengths, steps, &counts, count_lengths, count_steps);
    const struct axis column =
        n > 0 ? remove_axis(axes, &n, n - 1) : (struct axis){1, counter->itemsize, 0};
    const bool by_columns = column.count_step != 0;
    struct count_operands matrix = {
        .x = x, .rows = 1, .columns = column.length,
        .counts = counts, .count_step = column.count_step,
        .overwrites = !by_columns && !any_counted(axes, n),
    };
    int row = n - 1;
    /* The columns of a matrix are counted along the innermost axis that is counted over. */
    while (by_columns && row >= 0 && axes[row].count_step != 0)
        --row;
    if (row >= 0) {
        const struct axis rows = remove_axis(axes, &n, row);
        matrix.rows = rows.length;
        matrix.step = rows.step;
        if (!by_columns)
            matrix.count_step = rows.count_step;
    }
    else if (n == 0 && !by_columns && column.length % 4 == 0) {
        /* Long contiguous memory is counted faster as four rows. */
        matrix.rows = 4;
        matrix.columns /= 4;
        matrix.step = matrix.columns * column.step;
        matrix.overwrites = false;
    }
    if (!matrix.overwrites || n_items == 0)
        memset(all_counts, 0, n_counts * sizeof *counts);
    if (n_items > 0)
        count_each_matrix(counter, axes, n, matrix, column.step, by_columns);
    if (counter->is_long_double)
        clear_fp_status(true);
}
