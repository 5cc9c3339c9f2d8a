/* The one skeleton behind every ufunc loop: from NumPy's strided operands to the
   contiguous kernels. */
#ifndef RELU_UFUNC_RUN_H
#define RELU_UFUNC_RUN_H

#include <stddef.h>

#include "loop.h"

/* From how many bytes of contiguous operands on a result goes past the caches. */
void run_set_stream_bytes(ptrdiff_t bytes);
ptrdiff_t run_stream_bytes(void);

/* PyUFuncGenericFunction: operands are the inputs, then the outputs; n[0] elements,
   steps in bytes; loop is a struct loop. */
void run_loop(char **operands, const ptrdiff_t *n, const ptrdiff_t *steps, void *loop);

#endif
