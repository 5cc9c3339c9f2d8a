/* The instruction sets of this build, and which of them run here. */
#ifndef RELU_UFUNC_DISPATCH_H
#define RELU_UFUNC_DISPATCH_H

#include <stdbool.h>

#include "kernels/kernels.h"

struct isa {
    const char *name;
    bool (*runs_here)(void);
    const struct kernel_set *kernel_set;
};

/* Best first, "generic" last; ends with a NULL name. */
extern const struct isa isa_table[];

#endif
