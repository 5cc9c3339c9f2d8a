#include "ways.h"

#include <stdatomic.h>

enum {
    /* One slice in TRIAL_PERIOD tries one of the ways in turn, and two shared runs in
       TRIAL_PERIOD_ALONE have their first slices computed by one thread. Less than 2 % of
       the work is spent on trials. */
    TRIAL_PERIOD = 64,
    TRIAL_PERIOD_ALONE = 256,
    /* Sharing stops when it has cost more time than it saved, where at most MOST_SAVED_NS
       of savings count and the debt is at most MOST_OWED_NS. It is tried again when the
       debt is paid off and SET_ASIDE_NS are in the account. */
    MOST_SAVED_NS = 10000000,
    MOST_OWED_NS = 2000000,
    SET_ASIDE_NS = 500000,
    BYTES_OF_COST = 1024
};

const char *const way_names[N_WAYS] = {"plain", "streamed", "interleaved"};

/* Threads that race here lose a measurement at worst. */
struct pace {
    _Alignas(64) atomic_uint kind;
    /* Picoseconds for BYTES_OF_COST bytes, alone and shared. 0 means unknown, and makes
       the way the next choice. */
    atomic_uint cost[2][N_WAYS];
    atomic_uint slices, shared_runs;
    /* The nanoseconds that sharing has saved, less those that it has cost. */
    _Atomic int64_t account;
    atomic_bool shares, was_shared;
};

static struct pace paces[N_PACES];
static atomic_int forced = N_WAYS;

#define GET(object) atomic_load_explicit(object, memory_order_relaxed)
#define SET(object, value) atomic_store_explicit(object, value, memory_order_relaxed)
#define NEXT(object) atomic_fetch_add_explicit(object, 1, memory_order_relaxed)

void ways_force(enum way way)
{
    SET(&forced, (int)way);
}

enum way ways_forced(void)
{
    return (enum way)GET(&forced);
}

/* A kind is packed into a number other than 0. */
enum { MAGNITUDES = 64 };

static unsigned int packed(const struct kind *kind)
{
    unsigned int number = (unsigned int)kind->operation * N_DTYPES + (unsigned int)kind->dtype;
    number = number * 2 + kind->uses_blocks;
    number = number * 2 + kind->is_in_place;
    number = number * 2 + kind->is_fresh;
    return number * MAGNITUDES + (unsigned int)kind->magnitude + 1;
}

static struct kind unpacked(unsigned int number)
{
    const unsigned int layout = --number / MAGNITUDES, loop = layout / 8;
    return (struct kind){
        .operation = (enum operation)(loop / N_DTYPES),
        .dtype = (enum dtype)(loop % N_DTYPES),
        .uses_blocks = layout / 4 % 2,
        .is_in_place = layout / 2 % 2,
        .is_fresh = layout % 2,
        .magnitude = (int)(number % MAGNITUDES),
    };
}

/* Where two kinds fall into the same entry, each discards what the other has measured. */
struct pace *ways_pace(const struct kind *kind)
{
    const unsigned int number = packed(kind);
    struct pace *pace = &paces[(uint32_t)(number * 2654435769u) >> 24];
    if (GET(&pace->kind) != number) {
        SET(&pace->kind, number);
        for (int way = 0; way < N_WAYS; ++way) {
            SET(&pace->cost[false][way], 0);
            SET(&pace->cost[true][way], 0);
        }
        SET(&pace->slices, 0);
        SET(&pace->shared_runs, 0);
        SET(&pace->account, SET_ASIDE_NS);
        SET(&pace->shares, true);
        SET(&pace->was_shared, false);
    }
    return pace;
}

enum way ways_choose(struct pace *pace, bool is_shared)
{
    if (ways_forced() != N_WAYS)
        return ways_forced();
    const unsigned int slice = NEXT(&pace->slices);
    if (slice % TRIAL_PERIOD == 0)
        return (enum way)(slice / TRIAL_PERIOD % N_WAYS);
    int best = 0;
    for (int way = 1; way < N_WAYS; ++way)
        if (GET(&pace->cost[is_shared][way]) < GET(&pace->cost[is_shared][best]))
            best = way;
    return (enum way)best;
}

void ways_learn(
    struct pace *pace, bool is_shared, enum way way, ptrdiff_t bytes, int64_t nanoseconds)
{
    atomic_uint *cost = &pace->cost[is_shared][way];
    int64_t before = GET(cost);
    /* After a shared run part of the data is still in the other threads' caches, so the
       first slice of one thread says little. */
    if (!is_shared && GET(&pace->was_shared)) {
        SET(&pace->was_shared, false);
        if (before != 0)
            return;
    }
    int64_t now = nanoseconds * 1000 * BYTES_OF_COST / bytes;
    if (before != 0) {
        /* Neither this slice nor an earlier one that the system interrupted may weigh too
           much. */
        now = now < 2 * before ? now : 2 * before;
        before = before < 2 * now ? before : 2 * now;
        now = before + (now - before) / 4;
    }
    SET(cost, (unsigned int)(now < 1 ? 1 : now > UINT32_MAX / 2 ? UINT32_MAX / 2 : now));
}

int64_t ways_time_alone(struct pace *pace, ptrdiff_t bytes)
{
    int64_t cost = 0;
    for (int way = 0; way < N_WAYS; ++way) {
        const int64_t of_way = GET(&pace->cost[false][way]);
        if (of_way != 0 && (cost == 0 || of_way < cost))
            cost = of_way;
    }
    return cost * (bytes / BYTES_OF_COST) / 1000;
}

bool ways_share(struct pace *pace, bool *must_measure)
{
    *must_measure = false;
    if (ways_forced() != N_WAYS)
        return true;
    if (!GET(&pace->shares))
        return false;
    *must_measure = NEXT(&pace->shared_runs) % TRIAL_PERIOD_ALONE < 2;
    return true;
}

static void add_to_account(struct pace *pace, int64_t nanoseconds)
{
    int64_t account = GET(&pace->account) + nanoseconds;
    if (account > MOST_SAVED_NS)
        account = MOST_SAVED_NS;
    if (account < -MOST_OWED_NS)
        account = -MOST_OWED_NS;
    SET(&pace->account, account);
    if (account < 0)
        SET(&pace->shares, false);
    else if (account >= SET_ASIDE_NS)
        SET(&pace->shares, true);
}

void ways_learn_shared(struct pace *pace, ptrdiff_t bytes, int64_t nanoseconds)
{
    SET(&pace->was_shared, true);
    add_to_account(pace, ways_time_alone(pace, bytes) - nanoseconds);
}

void ways_learn_alone(struct pace *pace, int64_t nanoseconds)
{
    add_to_account(pace, nanoseconds / TRIAL_PERIOD);
}

bool ways_measured(int index, struct measured *measured)
{
    struct pace *pace = &paces[index];
    const unsigned int number = GET(&pace->kind);
    if (number == 0)
        return false;
    *measured = (struct measured){.kind = unpacked(number), .is_shared = GET(&pace->shares)};
    for (int is_shared = 0; is_shared < 2; ++is_shared) {
        for (int way = 0; way < N_WAYS; ++way) {
            const unsigned int cost = GET(&pace->cost[is_shared][way]);
            if (cost != 0)
                measured->rates[is_shared][way] = 1000.0 * BYTES_OF_COST / cost;
        }
    }
    return true;
}
