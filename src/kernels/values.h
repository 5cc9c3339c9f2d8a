/* Values in memory, which may be unaligned. */
#ifndef RELU_UFUNC_VALUES_H
#define RELU_UFUNC_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "formats.h"
#include "inlining.h"
#include "join.h"

/* With memcpy gcc 12 takes the bits for an unsigned number, and loads twice what is chosen by a
   signed comparison. For long double memcpy is better: x87 would take part in each copy. */
#if defined(__GNUC__) && !defined(IS_LONG_DOUBLE)
typedef T unaligned __attribute__((aligned(1), may_alias));
static inline T item_at(const char *from) { return *(const unaligned *)from; }
static inline void store(char *to, T v) { *(unaligned *)to = v; }
#else
static inline T item_at(const char *from) { T v; memcpy(&v, from, sizeof v); return v; }
static inline void store(char *to, T v) { memcpy(to, &v, sizeof v); }
#endif

#ifdef IS_BOOL
/* A view may give a bool any byte: all but 0 are true, and become 1. */
static inline T load(const char *from) { const T x = item_at(from); return x > 1 ? 1 : x; }
#else
static inline T load(const char *from) { return item_at(from); }
#endif

#endif
