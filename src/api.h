/* The table that relu_ufunc.h hands to compiled code. */
#ifndef RELU_UFUNC_API_H
#define RELU_UFUNC_API_H

#include "dispatch.h"
#include "relu_ufunc.h"

/* Returns NULL if there is no memory. The table is never freed: compiled code keeps pointers
   into it. */
const relu_ufunc_api *make_api(const struct isa *isa, const char *release);

#endif
