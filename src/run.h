/* The common inner loop of every ufunc: it brings NumPy's strided operands to the
   contiguous kernels. */
#ifndef RELU_UFUNC_RUN_H
#define RELU_UFUNC_RUN_H

#include <stddef.h>

#include "loop.h"

/* A result may bypass the caches if the run's contiguous operands have at least this
   many bytes in total. */
void run_set_stream_bytes(ptrdiff_t bytes);
ptrdiff_t run_stream_bytes(void);

/* A PyUFuncGenericFunction: the operands are the inputs, then the outputs; there are
   n[0] elements, the steps are in bytes, and loop points to a struct loop. */
void run_loop(char **operands, const ptrdiff_t *n, const ptrdiff_t *steps, void *loop);

#endif
