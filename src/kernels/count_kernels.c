/* The kernels that count positive, zero, negative and NaN elements, for every dtype.
   Compiled once per instruction set (THIS_ISA is its symbol); exports one table. */
#include "join.h"
#include "kernels.h"
#include "values.h"

enum {
    TILE_BYTES = 4096,
    /* A lane of eight bits counts no further. */
    TILE_ROWS = 255,
    /* Narrower rows are joined, to fill vectors. */
    FEW_COLUMNS = 64
};

/* Counts are kept in lanes as wide as an element, so that they vectorise, and
   added to the result before a lane overflows. */
#define DTYPE(name, kind, storage, lane, ...) typedef lane lane_##name;
#include "dtypes.def"
#undef DTYPE

/* Defines is_zero; nan_mark, whose sign bit is set for a NaN, so that marks can be
   ORed; and some_negative, a value that stands in for a NaN in a tally. */
#define DEFINE_INTEGER_TESTS(dtype)                                                     \
    static inline bool is_zero_##dtype(value_##dtype x) { return x == 0; }              \
    static inline lane_##dtype nan_mark_##dtype(value_##dtype x)                        \
    { (void)x; return 0; }                                                              \
    static inline value_##dtype some_negative_##dtype(void) { return (value_##dtype)-1; }
#define DEFINE_FLOAT_TESTS(dtype)                                                       \
    static inline lane_##dtype magnitude_##dtype(value_##dtype x)                       \
    { return (lane_##dtype)((lane_##dtype)x & (lane_##dtype)~sign_bit_##dtype()); }     \
    static inline bool is_zero_##dtype(value_##dtype x)                                 \
    { return magnitude_##dtype(x) == 0; }                                               \
    static inline lane_##dtype nan_mark_##dtype(value_##dtype x)                        \
    {                                                                                   \
        const lane_##dtype greatest = magnitude_##dtype(minus_greatest_##dtype());      \
        return (lane_##dtype)(greatest - magnitude_##dtype(x));                         \
    }                                                                                   \
    static inline value_##dtype some_negative_##dtype(void)                             \
    { return minus_greatest_##dtype(); }

#define DEFINE_LONG_DOUBLE_TESTS(dtype)                                                 \
    static inline bool is_zero_##dtype(value_##dtype x) { return x == 0; }              \
    static inline lane_##dtype nan_mark_##dtype(value_##dtype x)                        \
    { return (lane_##dtype)is_nan_##dtype(x) << (8 * sizeof(lane_##dtype) - 1); }       \
    static inline value_##dtype some_negative_##dtype(void) { return -1; }

#define DEFINE_BOOL_TESTS DEFINE_INTEGER_TESTS
#define DEFINE_SIGNED_TESTS DEFINE_INTEGER_TESTS
#define DEFINE_UNSIGNED_TESTS DEFINE_INTEGER_TESTS
#define DEFINE_DOUBLE_TESTS DEFINE_FLOAT_TESTS
#define DEFINE_SMALL_FLOAT_TESTS DEFINE_FLOAT_TESTS
#define DEFINE_CHUNKED_FLOAT_TESTS DEFINE_FLOAT_TESTS
#define DTYPE(name, kind, ...) DEFINE_##kind##_TESTS(name)
#include "dtypes.def"
#undef DTYPE

/* A tally is two counts. A lane of 32 bits or more holds both, so that a short run
   takes only one sum across the lanes. */
#define DEFINE_SEPARATE_TALLY(dtype)                                                    \
    enum { most_##dtype = (lane_##dtype)-1 };                                           \
    struct tally_##dtype { lane_##dtype positive, zero; };                              \
    static inline void tally_##dtype(struct tally_##dtype *t, value_##dtype x)          \
    {                                                                                   \
        t->positive = (lane_##dtype)(t->positive + positive_##dtype(x));                \
        t->zero = (lane_##dtype)(t->zero + is_zero_##dtype(x));                         \
    }                                                                                   \
    static inline int64_t positives_##dtype(struct tally_##dtype t)                     \
    { return t.positive; }                                                              \
    static inline int64_t zeros_##dtype(struct tally_##dtype t) { return t.zero; }
#define DEFINE_PACKED_TALLY(dtype)                                                      \
    enum { most_##dtype = UINT16_MAX };                                                 \
    struct tally_##dtype { lane_##dtype both; };                                        \
    static inline void tally_##dtype(struct tally_##dtype *t, value_##dtype x)          \
    {                                                                                   \
        t->both += positive_##dtype(x) ? 1u : 0u;                                       \
        t->both += is_zero_##dtype(x) ? 1u << 16 : 0u;                                  \
    }                                                                                   \
    static inline int64_t positives_##dtype(struct tally_##dtype t)                     \
    { return (int64_t)(t.both & 0xFFFFu); }                                             \
    static inline int64_t zeros_##dtype(struct tally_##dtype t)                         \
    { return (int64_t)(t.both >> 16); }

#define DEFINE_TALLY_uint8_t DEFINE_SEPARATE_TALLY
#define DEFINE_TALLY_uint16_t DEFINE_SEPARATE_TALLY
#define DEFINE_TALLY_uint32_t DEFINE_PACKED_TALLY
#define DEFINE_TALLY_uint64_t DEFINE_PACKED_TALLY
#define DTYPE(name, kind, storage, lane, ...) DEFINE_TALLY_##lane(name)
#include "dtypes.def"
#undef DTYPE

#define VALUE JOIN(value_, DTYPE)
#define LANE JOIN(lane_, DTYPE)
#define TALLY JOIN(tally_, DTYPE)
#define OF_DTYPE(name) JOIN(name##_, DTYPE)
#define SIZE ((ptrdiff_t)sizeof(VALUE))

#define ROWS "kernels/count_kernels_of_dtype.h"
#include "each_dtype.h"

const struct count_kernel JOIN(count_kernels_, THIS_ISA)[N_DTYPES] = {
#define DTYPE(name, ...) [DTYPE_##name] = {rows_##name, columns_##name},
#include "dtypes.def"
};
