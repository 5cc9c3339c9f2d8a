/* What the counts have to know of a value. `some_negative` stands in for a NaN in a tally.

   The marks of some values tell whether one of them is a NaN, with fewer operations than a test of
   each. */
#if defined(IS_INTEGER)

static inline bool is_zero(T x) { return x == 0; }
static inline U marked(U marks, T x) { (void)x; return marks; }
static inline bool mark_nan(U marks) { (void)marks; return false; }
static inline T some_negative(void) { return (T)-1; }

#elif defined(IS_LONG_DOUBLE)

static inline bool is_zero(T x) { return x == 0; }
static inline U marked(U marks, T x) { return marks | is_nan(x); }
static inline bool mark_nan(U marks) { return marks != 0; }
static inline T some_negative(void) { return -1; }

#else

static inline bool is_zero(T x) { return (U)((U)x << 1) == 0; }
static inline T some_negative(void) { return minus_greatest; }

/* The greatest of twice the bits, which is_zero needs too; where the processor has no maximum of
   such lanes, the sign of a difference. */
#if defined(__AVX2__) || defined(__ARM_NEON)
enum { HAS_MAXIMUM = sizeof(U) < 8 };
#else
enum { HAS_MAXIMUM = sizeof(U) == 1 };
#endif
static inline U marked(U marks, T x)
{
    const U twice = (U)((U)x << 1);
    if (HAS_MAXIMUM)
        return twice > marks ? twice : marks;
    return (U)(marks | (U)(greatest - magnitude_bits(x)));
}
static inline bool mark_nan(U marks)
{
    return HAS_MAXIMUM ? marks > (U)(greatest << 1) : marks >> (8 * sizeof(U) - 1) != 0;
}

#endif
