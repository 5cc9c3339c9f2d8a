/* How far the smooth functions' results are from the values, in units of the last place:

       smooth_ulps ROW DTYPE N SEED [PARAMETER]

   takes N random x (points.h), and a random dy for a derivative, and prints

       differ ISA x dy            where the bits are not those of the first instruction set
       worst ulps x dy result
       count n misrounded m

   Beside a derivative's root, which no double is, the unit is 2^-60 dy where that is more. The
   values are estimates (smooth_oracle.h) of 113 bits; where 64 bits tell as much, of those.
   The exit code is NO_ORACLE where there is no type of 113 bits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "points.h"
#include "rows.h"
#include "smooth_oracle.h"

enum { BLOCK = 4096, WIDEST = 8, NO_ORACLE = 77 };

struct row {
    int index;
    bool is_backward;
    const struct smooth_function *function;
    enum dtype dtype;
    double parameter;
};

struct found {
    double ulps, x, dy, result;
    uint64_t count, misrounded;
};

static double item(enum dtype dtype, const char *items, int i)
{
    float f;
    double d;
    if (dtype == DTYPE_f64) {
        memcpy(&d, items + i * (int)sizeof d, sizeof d);
        return d;
    }
    memcpy(&f, items + i * (int)sizeof f, sizeof f);
    return f;
}

/* Rounds it, too. */
static void set_item(enum dtype dtype, char *items, int i, double d)
{
    const float f = (float)d;
    if (dtype == DTYPE_f64)
        memcpy(items + i * (int)sizeof d, &d, sizeof d);
    else
        memcpy(items + i * (int)sizeof f, &f, sizeof f);
}

/* The unit of the last place of y */
static long double step_at(enum dtype dtype, long double y)
{
    const bool is_double = dtype == DTYPE_f64;
    const int least = is_double ? DBL_MIN_EXP : FLT_MIN_EXP;
    int exponent = 0;
    (void)frexpl(y, &exponent);
    if (y == 0 || exponent < least)
        exponent = least;
    return ldexpl(1, exponent - (is_double ? DBL_MANT_DIG : FLT_MANT_DIG));
}

/* As in tests/mpfr.py. */
static bool is_beside_root(const struct row *row, double x)
{
    const char *const names[] = {"gelu", "gelu_tanh", "silu", "swish", "mish"};
    bool has_root = false;
    for (size_t k = 0; k < sizeof names / sizeof *names; ++k)
        has_root |= strcmp(row->function->name, names[k]) == 0;
    const bool is_swish = strcmp(row->function->name, "swish") == 0;
    const double argument = is_swish ? x * row->parameter : x;
    return row->is_backward && has_root && argument > -2 && argument < -0.5;
}

static void look_at(const struct row *row, double x, double dy, double result, struct found *found)
{
    const struct smooth_function *function = row->function;
    const struct fine_estimate fine =
        (row->is_backward ? function->fine_derivative : function->fine)(x, row->parameter);
    const long double least = is_beside_root(row, x) ? 0x1p-60L * fabs(dy) : 0;
    const long double step = fmaxl(step_at(row->dtype, fine.value * dy), least);
    const double slack = (double)(fine.size * fabs(dy) * fine_unit / step);
    double ulps = (double)(fabsl(fine.value * dy - result) / step);
    if (!(ulps + slack <= found->ulps) || fabs(ulps - 0.5) <= slack) {
        const struct finest_estimate finest =
            (row->is_backward ? function->finest_derivative : function->finest)(
                x, row->parameter);
        const finest_real error = finest.value * dy - result;
        ulps = (double)((error < 0 ? -error : error) / step);
    }
    /* An infinite result is right beyond the middle of the greatest number and the next. */
    const double greatest = row->dtype == DTYPE_f64 ? DBL_MAX : FLT_MAX;
    if (isinf(result)
        && fabsl(fine.value * dy) >= greatest + step_at(row->dtype, greatest) / 2)
        ulps = 0;
    found->misrounded += !(ulps <= 0.5);
    if (!(ulps <= found->ulps)) {
        found->ulps = ulps == ulps ? ulps : HUGE_VAL;
        found->x = x;
        found->dy = dy;
        found->result = result;
    }
    ++found->count;
}

static void fill(const struct row *row, char *x, char *dy, uint64_t *seed)
{
    const bool is_double = row->dtype == DTYPE_f64;
    const double greatest = is_double ? DBL_MAX : FLT_MAX;
    const double least = is_double ? -1074 : -149, most = is_double ? 1023 : 127;
    for (int i = 0; i < BLOCK; ++i) {
        const double point = random_point(seed, least, most);
        set_item(row->dtype, x, i, fmin(fmax(point, -greatest), greatest));
        set_item(row->dtype, dy, i,
                 random_bits(seed) & 1 ? random_between(seed, -2, 2)
                                       : random_magnitude(seed, least, most));
    }
}

static void look_at_block(struct row *row, uint64_t *seed, struct found *found)
{
    static char x[BLOCK * WIDEST], dy[BLOCK * WIDEST], parameters[BLOCK * WIDEST];
    static char results[BLOCK * WIDEST], first[BLOCK * WIDEST];
    fill(row, x, dy, seed);
    for (int i = 0; i < BLOCK; ++i)
        set_item(row->dtype, parameters, i, row->parameter);
    bool is_first = true;
    for (const struct isa *isa = isa_table; isa->name != NULL; ++isa) {
        struct loop loop;
        if (!isa->runs_here() || !make_loop(isa, row->index, row->dtype, &loop))
            continue;
        char *operands[MAX_OPERANDS];
        ptrdiff_t steps[MAX_OPERANDS], length = BLOCK;
        int k = 0;
        if (row->is_backward)
            operands[k++] = dy;
        operands[k++] = x;
        if (k < loop.n_inputs)
            operands[k++] = parameters;
        operands[k++] = is_first ? first : results;
        while (k > 0)
            steps[--k] = loop.itemsize;
        run_loop(operands, &length, steps, &loop);
        for (int i = 0; !is_first && i < BLOCK; ++i)
            if (memcmp(first + i * loop.itemsize, results + i * loop.itemsize,
                       (size_t)loop.itemsize) != 0)
                printf("differ %s %a %a\n", isa->name, item(row->dtype, x, i),
                       item(row->dtype, dy, i));
        is_first = false;
    }
    for (int i = 0; i < BLOCK; ++i)
        look_at(row, item(row->dtype, x, i), row->is_backward ? item(row->dtype, dy, i) : 1,
                item(row->dtype, first, i), found);
}

int main(int argc, char **argv)
{
    struct row row = {0};
    if (FINEST_BITS < 113)
        return NO_ORACLE;
    if (argc < 5)
        return 2;
    while (row.index < N_OPERATIONS && strcmp(operation_table[row.index].name, argv[1]) != 0)
        ++row.index;
    if (row.index == N_OPERATIONS)
        return 2;
    row.is_backward = operation_table[row.index].is_backward;
    row.function = smooth_function_named(operation_table[row.index - row.is_backward].name);
    if (row.function == NULL)
        return 2;
    row.dtype = strcmp(argv[2], "f64") == 0 ? DTYPE_f64 : DTYPE_f32;
    row.parameter = argc > 5 ? strtod(argv[5], NULL) : 0;
    const uint64_t n = strtoull(argv[3], NULL, 0);
    uint64_t seed = strtoull(argv[4], NULL, 0);
    struct found found = {0};
    while (found.count < n)
        look_at_block(&row, &seed, &found);
    printf("worst %.4f %a %a %a\n", found.ulps, found.x, found.dy, found.result);
    printf("count %" PRIu64 " misrounded %" PRIu64 "\n", found.count, found.misrounded);
    return 0;
}
