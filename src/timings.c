#include "timings.h"

#include <stdatomic.h>

enum {
    /* One part in TRIAL_PERIOD tries one of the store modes in turn, and two shared runs in
       TRIAL_PERIOD_ALONE have their first parts computed by one thread. Less than 2 % of
       the work is spent on trials. */
    TRIAL_PERIOD = 64,
    TRIAL_PERIOD_ALONE = 256,
    /* Sharing stops once it has cost more time than it saved. At most MOST_SAVED_NS of
       savings count, and the debt is at most MOST_OWED_NS. Sharing is tried again when the
       debt is paid off and SET_ASIDE_NS are in the account. */
    MOST_SAVED_NS = 10000000,
    MOST_OWED_NS = 2000000,
    SET_ASIDE_NS = 500000,
    BYTES_OF_COST = 1024
};

const char *const store_mode_names[N_STORE_MODES] = {"plain", "streamed", "interleaved"};

/* If threads race here, at worst a measurement is lost. */
struct timings {
    _Alignas(64) atomic_uint packed_class;
    /* Picoseconds for BYTES_OF_COST bytes, alone and shared. A mode whose cost is 0, which
       means unknown, is chosen next. */
    atomic_uint cost[2][N_STORE_MODES];
    atomic_uint parts, shared_runs;
    /* The nanoseconds that sharing has saved, less the nanoseconds that it has cost. */
    _Atomic int64_t account;
    atomic_bool shares, was_shared;
};

static struct timings all_timings[N_TIMINGS];
static atomic_int forced = N_STORE_MODES;

#define GET(object) atomic_load_explicit(object, memory_order_relaxed)
#define SET(object, value) atomic_store_explicit(object, value, memory_order_relaxed)
#define NEXT(object) atomic_fetch_add_explicit(object, 1, memory_order_relaxed)

void store_mode_force(enum store_mode mode)
{
    SET(&forced, (int)mode);
}

enum store_mode store_mode_forced(void)
{
    return (enum store_mode)GET(&forced);
}

/* A class of runs is packed into a number other than 0. */
enum { MAGNITUDES = 64 };

static unsigned int packed(const struct run_class *run_class)
{
    unsigned int number = (unsigned int)run_class->operation * N_DTYPES;
    number += (unsigned int)run_class->dtype;
    number = number * 2 + run_class->uses_blocks;
    number = number * 2 + run_class->is_in_place;
    number = number * 2 + run_class->is_fresh;
    return number * MAGNITUDES + (unsigned int)run_class->magnitude + 1;
}

static struct run_class unpacked(unsigned int number)
{
    const unsigned int layout = --number / MAGNITUDES, loop = layout / 8;
    return (struct run_class){
        .operation = (enum operation)(loop / N_DTYPES),
        .dtype = (enum dtype)(loop % N_DTYPES),
        .uses_blocks = layout / 4 % 2,
        .is_in_place = layout / 2 % 2,
        .is_fresh = layout % 2,
        .magnitude = (int)(number % MAGNITUDES),
    };
}

/* If two classes fall into the same entry, each discards the timings of the other. */
struct timings *timings_of(const struct run_class *run_class)
{
    const unsigned int number = packed(run_class);
    struct timings *timings = &all_timings[(uint32_t)(number * 2654435769u) >> 24];
    if (GET(&timings->packed_class) != number) {
        SET(&timings->packed_class, number);
        for (int mode = 0; mode < N_STORE_MODES; ++mode) {
            SET(&timings->cost[false][mode], 0);
            SET(&timings->cost[true][mode], 0);
        }
        SET(&timings->parts, 0);
        SET(&timings->shared_runs, 0);
        SET(&timings->account, SET_ASIDE_NS);
        SET(&timings->shares, true);
        SET(&timings->was_shared, false);
    }
    return timings;
}

enum store_mode timings_choose_mode(struct timings *timings, bool is_shared)
{
    if (store_mode_forced() != N_STORE_MODES)
        return store_mode_forced();
    const unsigned int part = NEXT(&timings->parts);
    if (part % TRIAL_PERIOD == 0)
        return (enum store_mode)(part / TRIAL_PERIOD % N_STORE_MODES);
    int best = 0;
    for (int mode = 1; mode < N_STORE_MODES; ++mode)
        if (GET(&timings->cost[is_shared][mode]) < GET(&timings->cost[is_shared][best]))
            best = mode;
    return (enum store_mode)best;
}

void timings_add(
    struct timings *timings, bool is_shared, enum store_mode mode, ptrdiff_t bytes,
    int64_t nanoseconds)
{
    atomic_uint *cost = &timings->cost[is_shared][mode];
    int64_t before = GET(cost);
    /* After a shared run some of the data is still in the other threads' caches, so the time
       of the first part that one thread then computes alone says little. */
    if (!is_shared && GET(&timings->was_shared)) {
        SET(&timings->was_shared, false);
        if (before != 0)
            return;
    }
    int64_t now = nanoseconds * 1000 * BYTES_OF_COST / bytes;
    if (before != 0) {
        /* The system may have interrupted this part or an earlier one: neither may weigh too
           much. */
        now = now < 2 * before ? now : 2 * before;
        before = before < 2 * now ? before : 2 * now;
        now = before + (now - before) / 4;
    }
    SET(cost, (unsigned int)(now < 1 ? 1 : now > UINT32_MAX / 2 ? UINT32_MAX / 2 : now));
}

int64_t timings_time_alone(struct timings *timings, ptrdiff_t bytes)
{
    int64_t cost = 0;
    for (int mode = 0; mode < N_STORE_MODES; ++mode) {
        const int64_t of_mode = GET(&timings->cost[false][mode]);
        if (of_mode != 0 && (cost == 0 || of_mode < cost))
            cost = of_mode;
    }
    return cost * (bytes / BYTES_OF_COST) / 1000;
}

bool timings_should_share(struct timings *timings, bool *must_measure)
{
    *must_measure = false;
    if (store_mode_forced() != N_STORE_MODES)
        return true;
    if (!GET(&timings->shares))
        return false;
    *must_measure = NEXT(&timings->shared_runs) % TRIAL_PERIOD_ALONE < 2;
    return true;
}

static void add_to_account(struct timings *timings, int64_t nanoseconds)
{
    int64_t account = GET(&timings->account) + nanoseconds;
    if (account > MOST_SAVED_NS)
        account = MOST_SAVED_NS;
    if (account < -MOST_OWED_NS)
        account = -MOST_OWED_NS;
    SET(&timings->account, account);
    if (account < 0)
        SET(&timings->shares, false);
    else if (account >= SET_ASIDE_NS)
        SET(&timings->shares, true);
}

void timings_add_shared(struct timings *timings, ptrdiff_t bytes, int64_t nanoseconds)
{
    SET(&timings->was_shared, true);
    add_to_account(timings, timings_time_alone(timings, bytes) - nanoseconds);
}

void timings_add_alone(struct timings *timings, int64_t nanoseconds)
{
    add_to_account(timings, nanoseconds / TRIAL_PERIOD);
}

bool timings_measured(int index, struct measured_timings *measured)
{
    struct timings *timings = &all_timings[index];
    const unsigned int number = GET(&timings->packed_class);
    if (number == 0)
        return false;
    *measured = (struct measured_timings){
        .run_class = unpacked(number), .is_shared = GET(&timings->shares)};
    for (int is_shared = 0; is_shared < 2; ++is_shared) {
        for (int mode = 0; mode < N_STORE_MODES; ++mode) {
            const unsigned int cost = GET(&timings->cost[is_shared][mode]);
            if (cost != 0)
                measured->rates[is_shared][mode] = 1000.0 * BYTES_OF_COST / cost;
        }
    }
    return true;
}
