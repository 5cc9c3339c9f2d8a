/* Tables of all results of a function of a float of 8 or 16 bits.

   A smooth function takes 0.5 to 2 ns an element to compute, and 0.2 to look up. Its kernel fills
   the table once as many elements have been computed as it has results; so the results are those
   of the kernel, bit for bit. A function with a parameter has a table for each of the first
   MOST_TABLES values that stay the same for so long. */
#ifndef RELU_UFUNC_TABLES_H
#define RELU_UFUNC_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

enum {
    MOST_TABLES = 4
};

/* The tables of a loop, of which there are none at first; NULL if it never has any. */
struct tables *tables_of_loop(const struct isa *isa, const struct loop *loop);

/* The table for these operands of a loop that may have tables; NULL if they have to be computed.
   A table is never freed. */
const char *find_table(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);

/* The loop that looks results up. Its operands are x, the table and the output. */
struct loop lookup_loop(const struct loop *loop);

/* Whether tables are used and made, as they are by default. */
void tables_enable(bool are_enabled);

int tables_count(const struct loop *loop);
ptrdiff_t table_bytes(const struct loop *loop);

#endif
