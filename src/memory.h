/* What the system knows about memory. */
#ifndef RELU_UFUNC_MEMORY_H
#define RELU_UFUNC_MEMORY_H

#include <stdbool.h>

/* Whether the page at an address has never been touched. The first store to such a page
   faults, and the system has to find and clear a page, which costs more than the whole
   computation. Returns false if this is not known. */
bool is_untouched(const char *address);

#endif
