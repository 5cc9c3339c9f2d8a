/* Tables of all results of a function of a float of 8 or 16 bits.

   A smooth function takes 0.5 to 2 ns an element to compute, and 0.2 to look up. Its kernel fills
   the table, so the results are the kernel's bit for bit, once it has computed as many elements
   as the table has results. A function with a parameter has a table for each of the first
   MOST_TABLES values that the parameter keeps for so many elements.

   A derivative that is dy times a function of x has a table of that factor, as the kernel has it
   before it multiplies: in double. */
#ifndef RELU_UFUNC_TABLES_H
#define RELU_UFUNC_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "loop.h"

enum {
    MOST_TABLES = 4
};

/* The place for the tables of a loop, empty at first; NULL if the loop can have none. */
struct tables *tables_of_loop(const struct isa *isa, const struct loop *loop);

/* The table for these operands of a loop whose `tables` is not NULL; NULL if the results have to
   be computed. A table is never freed. */
const char *find_table(
    const struct loop *loop, char *const *operands, ptrdiff_t n, const ptrdiff_t *steps);

/* The loop that looks results up. Its operands are the arrays, the table and the output. */
struct loop lookup_loop(const struct loop *loop);

/* Whether tables are used and made, as they are by default. */
void tables_enable(bool are_enabled);

int tables_count(const struct loop *loop);
ptrdiff_t table_bytes(const struct loop *loop);

#endif
