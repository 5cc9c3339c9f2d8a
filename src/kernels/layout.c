#include "layout.h"

#include <stdint.h>
#include <string.h>

#include "join.h"

typedef struct { uint64_t halves[2]; } uint128;

/* Copies items between memory of the given steps. If the steps are constants, the
   compiler shuffles whole vectors: with AVX-512, copying every second int32 takes
   0.07 ns an item, against 0.23 ns four items at a time and 0.35 ns one by one. */
#define DEFINE_ITEM(item)                                                               \
    static inline void copy_##item(                                                     \
        const char *restrict from, ptrdiff_t from_step,                                 \
        char *restrict to, ptrdiff_t to_step, ptrdiff_t n)                              \
    {                                                                                   \
        for (ptrdiff_t i = 0; i < n; ++i) {                                             \
            item value;                                                                 \
            memcpy(&value, from + i * from_step, sizeof value);                         \
            memcpy(to + i * to_step, &value, sizeof value);                             \
        }                                                                               \
    }                                                                                   \
    static void copy_by_four_##item(                                                    \
        const char *from, ptrdiff_t from_step, char *to, ptrdiff_t to_step, ptrdiff_t n)\
    {                                                                                   \
        for (; n >= 4; n -= 4, from += 4 * from_step, to += 4 * to_step) {              \
            item a, b, c, d;                                                            \
            memcpy(&a, from, sizeof a);                                                 \
            memcpy(&b, from + from_step, sizeof b);                                     \
            memcpy(&c, from + 2 * from_step, sizeof c);                                 \
            memcpy(&d, from + 3 * from_step, sizeof d);                                 \
            memcpy(to, &a, sizeof a);                                                   \
            memcpy(to + to_step, &b, sizeof b);                                         \
            memcpy(to + 2 * to_step, &c, sizeof c);                                     \
            memcpy(to + 3 * to_step, &d, sizeof d);                                     \
        }                                                                               \
        copy_##item(from, from_step, to, to_step, n);                                   \
    }                                                                                   \
    static void copy_any_##item(                                                        \
        const char *from, ptrdiff_t from_step, char *to, ptrdiff_t to_step, ptrdiff_t n)\
    {                                                                                   \
        enum { size = sizeof(item) };                                                   \
        if (to_step != size)                                                            \
            copy_by_four_##item(from, from_step, to, to_step, n);                       \
        else if (from_step == 0)                                                        \
            copy_##item(from, 0, to, size, n);                                          \
        else if (from_step == 2 * size)                                                 \
            copy_##item(from, 2 * size, to, size, n);                                   \
        else if (from_step == 3 * size)                                                 \
            copy_##item(from, 3 * size, to, size, n);                                   \
        else if (from_step == 4 * size)                                                 \
            copy_##item(from, 4 * size, to, size, n);                                   \
        else if (from_step == -size)                                                    \
            copy_##item(from, -size, to, size, n);                                      \
        else                                                                            \
            copy_by_four_##item(from, from_step, to, size, n);                          \
    }

DEFINE_ITEM(uint8_t)
DEFINE_ITEM(uint16_t)
DEFINE_ITEM(uint32_t)
DEFINE_ITEM(uint64_t)
DEFINE_ITEM(uint128)

void JOIN(copy_items_, THIS_ISA)(
    const char *from, ptrdiff_t from_step, char *to, ptrdiff_t to_step,
    ptrdiff_t n, size_t itemsize)
{
    switch (itemsize) {
    case 1: copy_any_uint8_t(from, from_step, to, to_step, n); return;
    case 2: copy_any_uint16_t(from, from_step, to, to_step, n); return;
    case 4: copy_any_uint32_t(from, from_step, to, to_step, n); return;
    case 8: copy_any_uint64_t(from, from_step, to, to_step, n); return;
    case 16: copy_any_uint128(from, from_step, to, to_step, n); return;
    }
    /* i386's long double has 12 bytes. */
    for (; n > 0; --n, from += from_step, to += to_step)
        memcpy(to, from, itemsize);
}
