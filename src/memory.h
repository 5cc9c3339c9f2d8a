/* What the system says of a piece of memory. */
#ifndef RELU_UFUNC_MEMORY_H
#define RELU_UFUNC_MEMORY_H

#include <stdbool.h>

/* Whether the page at an address was never touched: the first store to it makes the
   system find and clear a page, which costs more than all else. false if unknown. */
bool is_untouched(const char *address);

#endif
