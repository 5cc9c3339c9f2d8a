/* float32 results of the smooth functions on every instruction set that runs here, beside
   estimates that know their error (smooth_oracle.h), with a dy of 1:

       smooth ROW START STOP STEP [PARAMETER]

   looks at the inputs whose bits are START, START + STEP, ... below STOP, and prints

       wrong ISA x result right    in hexadecimal bits
       near x result               where no estimate tells the nearest of two floats
       hard x right distance       the inputs that else were hardest: how far the value is from
                                   the midpoint of two floats, in units of the last place
       sum ISA digest              of all results, and of the right ones; of a range that is
                                   the sum of those of its parts
       count n wrong m

       smooth ROW digests START STOP [PARAMETER]

   prints `sum` and `count` alone, of all inputs whose bits are below STOP, for results that are
   known to be right by their digest: a tenth of the time.

   tests/test_smooth.py asks MPFR about what is near, and whether the values that

       smooth ROW estimates SEED N [PARAMETER]

   prints are within their bounds: x, and the value and the bound of each level. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "points.h"
#include "rows.h"
#include "smooth_oracle.h"

enum { BLOCK = 4096, HARDEST = 8, MOST_WRONGS = 1000, MOST_ISAS = 8 };

static uint32_t bits_of(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

/* What no function returns here. */
static const float not_the_same = -0x1.5p77f;

static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 31) * 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 29) * 0xBF58476D1CE4E5B9u;
    return x ^ x >> 32;
}

static struct hard {
    float x, right;
    double distance;
} hardest[HARDEST];

/* Keeps the least distances, in order. */
static void note_hard(struct hard hard)
{
    for (int k = 0; k < HARDEST; ++k)
        if (hard.distance < hardest[k].distance) {
            const struct hard farther = hardest[k];
            hardest[k] = hard;
            hard = farther;
        }
}

struct row {
    int index;
    bool is_backward;
    const struct smooth_function *function;
    float parameter;
};

/* The nearest float as far as the error allows to tell, and whether it does. */
static bool is_certain(double value, double size, float *nearest)
{
    const double error = fmin(size * rough_unit, DBL_MAX);
    *nearest = (float)(value - error);
    return error == 0 || bits_of((float)(value + error)) == bits_of(*nearest);
}

/* The same more exactly, which is for few inputs. */
static bool is_certain_by_fine(struct row row, float x, float *nearest)
{
    const struct smooth_function *function = row.function;
    const struct fine_estimate y = (row.is_backward ? function->fine_derivative : function->fine)(
        x, row.parameter);
    const long double error = y.size * fine_unit;
    const float least = (float)(y.value - error), greatest = (float)(y.value + error);
    *nearest = (float)y.value;
    if (error > 0 && bits_of(least) != bits_of(greatest))
        return false;
    const float other = nextafterf(*nearest, y.value < *nearest ? -HUGE_VALF : HUGE_VALF);
    const long double midpoint = ((long double)*nearest + other) / 2;
    if (error > 0 && isfinite(other))
        note_hard((struct hard){
            x, *nearest, (double)(fabsl(y.value - midpoint) / fabsf(*nearest - other))});
    return true;
}

/* Of n inputs; returns the number of those whose nearest float is not known. */
static int find_right(struct row row, const float *x, int n, float *right, int *unknown)
{
    const struct smooth_function *function = row.function;
    struct rough_estimate (*rough)(double x, double parameter) =
        row.is_backward ? function->rough_derivative : function->rough;
    int n_unknown = 0;
    for (int i = 0; i < n; ++i) {
        if (x[i] != x[i]) {
            right[i] = x[i];
            continue;
        }
        const struct rough_estimate y = rough(x[i], row.parameter);
        if (!is_certain(y.value, y.size, &right[i])
            && !is_certain_by_fine(row, x[i], &right[i]))
            unknown[n_unknown++] = i;
    }
    return n_unknown;
}

static uint64_t digest_of(const float *x, const float *results, int n)
{
    uint64_t digest = 0;
    for (int i = 0; i < n; ++i)
        digest += mixed((uint64_t)bits_of(x[i]) << 32 | bits_of(results[i]));
    return digest;
}

struct sweep {
    const struct isa *isas[MOST_ISAS];
    struct loop loops[MOST_ISAS];
    uint64_t digests[MOST_ISAS], right_digest;
    int n_isas;
    uint64_t count, wrongs;
};

/* A failed rounding test hides the results beside it. So each input is computed among copies of
   itself, as many as x86-64-v4 tests together. */
static void compare_alone(
    struct row row, const struct isa *isa, struct loop *loop, const float *x, float *results, int n)
{
    enum { COPIES = 48 };
    const int copies = row.is_backward || strcmp(isa->name, "x86-64-v4") != 0 ? 1 : COPIES;
    float one = 1, parameter = row.parameter, copied[COPIES], alone[COPIES];
    char *operands[MAX_OPERANDS];
    int k = 0;
    if (row.is_backward)
        operands[k++] = (char *)&one;
    operands[k++] = (char *)copied;
    if (k < loop->n_inputs)
        operands[k++] = (char *)&parameter;
    operands[k] = (char *)alone;
    contiguous_kernel *const kernel = loop->kernel.scalar_parameters != NULL
        ? loop->kernel.scalar_parameters
        : loop->kernel.contiguous;
    for (int i = 0; i < n; ++i) {
        for (int j = 0; j < copies; ++j)
            copied[j] = x[i];
        kernel(operands, copies);
        for (int j = 0; j < copies; ++j)
            if (bits_of(alone[j]) != bits_of(results[i]))
                results[i] = not_the_same;
    }
}

static void run(struct row row, struct loop *loop, float *x, float *results, int n)
{
    static float ones[BLOCK], parameters[BLOCK];
    for (int i = 0; i < n; ++i) {
        ones[i] = 1;
        parameters[i] = row.parameter;
    }
    char *operands[MAX_OPERANDS];
    ptrdiff_t steps[MAX_OPERANDS], length = n;
    int k = 0;
    if (row.is_backward)
        operands[k++] = (char *)ones;
    operands[k++] = (char *)x;
    if (k < loop->n_inputs)
        operands[k++] = (char *)parameters;
    operands[k++] = (char *)results;
    while (k > 0)
        steps[--k] = sizeof(float);
    run_loop(operands, &length, steps, loop);
}

static void add_digests(struct row row, struct sweep *sweep, float *x, int n)
{
    static float results[BLOCK];
    for (int k = 0; k < sweep->n_isas; ++k) {
        run(row, &sweep->loops[k], x, results, n);
        sweep->digests[k] += digest_of(x, results, n);
    }
    sweep->count += (uint64_t)n;
}

static void look_at(struct row row, struct sweep *sweep, float *x, int n)
{
    static float right[BLOCK], results[BLOCK];
    static int unknown[BLOCK];
    const size_t size = (size_t)n * sizeof(float);
    const int n_unknown = find_right(row, x, n, right, unknown);
    uint64_t digest = 0;
    for (int k = 0; k < sweep->n_isas; ++k) {
        run(row, &sweep->loops[k], x, results, n);
        if (operation_table[row.index].arithmetic > ACCURATE)
            compare_alone(row, sweep->isas[k], &sweep->loops[k], x, results, n);
        for (int u = 0; k == 0 && u < n_unknown; ++u) {
            const int i = unknown[u];
            printf("near %08x %08x\n", bits_of(x[i]), bits_of(results[i]));
            right[i] = results[i];
        }
        if (k == 0)
            digest = digest_of(x, right, n);
        const bool is_right = memcmp(results, right, size) == 0;
        sweep->digests[k] += is_right ? digest : digest_of(x, results, n);
        for (int i = 0; !is_right && i < n; ++i)
            if (bits_of(results[i]) != bits_of(right[i]) && sweep->wrongs++ < MOST_WRONGS)
                printf("wrong %s %08x %08x %08x\n", sweep->isas[k]->name, bits_of(x[i]),
                       bits_of(results[i]), bits_of(right[i]));
    }
    sweep->right_digest += digest;
    sweep->count += (uint64_t)n;
}

/* Prints the digests of what `look` makes of the inputs, a block at a time. */
static void sweep_over(
    struct row row, uint64_t start, uint64_t stop, uint64_t step,
    void (*look)(struct row row, struct sweep *sweep, float *x, int n))
{
    static struct sweep sweep;
    static float x[BLOCK];
    for (const struct isa *isa = isa_table; isa->name != NULL; ++isa)
        if (sweep.n_isas < MOST_ISAS && isa->runs_here()
            && make_loop(isa, row.index, DTYPE_f32, &sweep.loops[sweep.n_isas]))
            sweep.isas[sweep.n_isas++] = isa;
    for (int k = 0; k < HARDEST; ++k)
        hardest[k].distance = HUGE_VAL;
    for (uint64_t bits = start; bits < stop;) {
        int n = 0;
        for (; n < BLOCK && bits < stop; bits += step)
            x[n++] = float_of((uint32_t)bits);
        look(row, &sweep, x, n);
    }
    for (int k = 0; k < HARDEST && hardest[k].distance < HUGE_VAL; ++k)
        printf("hard %08x %08x %.3g\n", bits_of(hardest[k].x), bits_of(hardest[k].right),
               hardest[k].distance);
    for (int k = 0; k < sweep.n_isas; ++k)
        printf("sum %s %016" PRIx64 "\n", sweep.isas[k]->name, sweep.digests[k]);
    printf("sum right %016" PRIx64 "\n", sweep.right_digest);
    printf("count %" PRIu64 " wrong %" PRIu64 "\n", sweep.count, sweep.wrongs);
}

static void print_estimates(struct row row, uint64_t seed, uint64_t n)
{
    const struct smooth_function *function = row.function;
    while (n-- > 0) {
        const float x = (float)random_point(&seed, -149, 128);
        const struct rough_estimate rough =
            (row.is_backward ? function->rough_derivative : function->rough)(x, row.parameter);
        const struct fine_estimate fine =
            (row.is_backward ? function->fine_derivative : function->fine)(x, row.parameter);
        printf("%a %a %a %La %La\n", x, rough.value, rough.size * rough_unit, fine.value,
               fine.size * fine_unit);
    }
}

int main(int argc, char **argv)
{
    struct row row = {0};
    if (argc < 5 || LDBL_MANT_DIG < 64)
        return 2;
    while (row.index < N_OPERATIONS && strcmp(operation_table[row.index].name, argv[1]) != 0)
        ++row.index;
    if (row.index == N_OPERATIONS)
        return 2;
    row.is_backward = operation_table[row.index].is_backward;
    row.function = smooth_function_named(operation_table[row.index - row.is_backward].name);
    const uint64_t first = strtoull(argv[3], NULL, 0), second = strtoull(argv[4], NULL, 0);
    if (row.function == NULL)
        return 2;
    row.parameter = argc > 5 ? strtof(argv[5], NULL) : 0;
    if (strcmp(argv[2], "estimates") == 0)
        print_estimates(row, first, second);
    else if (strcmp(argv[2], "digests") == 0)
        sweep_over(row, first, second, 1, add_digests);
    else
        sweep_over(row, strtoull(argv[2], NULL, 0), first, second, look_at);
    return 0;
}
