/* CPUID tells which psABI level of x86-64 the processor has, and XCR0 whether the
   operating system saves the registers of that level: if it does not, the first AVX
   instruction kills the process, whatever CPUID says. */
#include "cpu.h"

#include <stdatomic.h>
#include <stdint.h>

bool cpu_has_baseline(void)
{
    return true;
}

#if defined(__x86_64__) || defined(_M_X64)

#ifdef _MSC_VER
#include <intrin.h>
#else
#include <cpuid.h>
#endif

struct registers {
    uint32_t eax, ebx, ecx, edx;
};

static struct registers cpuid(uint32_t leaf)
{
    struct registers r = {0, 0, 0, 0};
#ifdef _MSC_VER
    int highest[4], values[4];
    __cpuid(highest, (int)(leaf & 0x80000000u));
    if ((uint32_t)highest[0] >= leaf) {
        __cpuidex(values, (int)leaf, 0);
        r = (struct registers){
            (uint32_t)values[0], (uint32_t)values[1], (uint32_t)values[2], (uint32_t)values[3]};
    }
#else
    __get_cpuid_count(leaf, 0, &r.eax, &r.ebx, &r.ecx, &r.edx);
#endif
    return r;
}

static uint64_t saved_register_sets(void)
{
    const uint32_t osxsave = 1u << 27;
    if (!(cpuid(1).ecx & osxsave))
        return 0;
#ifdef _MSC_VER
    return _xgetbv(0);
#else
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
#endif
}

static bool has_all(uint64_t have, uint64_t wanted)
{
    return (have & wanted) == wanted;
}

bool cpu_has_x86_64_v3(void)
{
    const uint32_t sse3 = 1u << 0, ssse3 = 1u << 9, fma = 1u << 12, cx16 = 1u << 13,
        sse4_1 = 1u << 19, sse4_2 = 1u << 20, movbe = 1u << 22, popcnt = 1u << 23,
        avx = 1u << 28, f16c = 1u << 29;
    const uint32_t bmi1 = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;
    const uint32_t lahf = 1u << 0, lzcnt = 1u << 5;
    const uint64_t xmm_ymm = 0x06;
    return has_all(
               cpuid(1).ecx, sse3 | ssse3 | fma | cx16 | sse4_1 | sse4_2 | movbe | popcnt
                   | avx | f16c)
        && has_all(cpuid(7).ebx, bmi1 | avx2 | bmi2)
        && has_all(cpuid(0x80000001u).ecx, lahf | lzcnt)
        && has_all(saved_register_sets(), xmm_ymm);
}

bool cpu_has_x86_64_v4(void)
{
    const uint32_t avx512f = 1u << 16, avx512dq = 1u << 17, avx512cd = 1u << 28,
        avx512bw = 1u << 30, avx512vl = 1u << 31;
    const uint64_t opmask_zmm = 0xE0;
    return cpu_has_x86_64_v3()
        && has_all(cpuid(7).ebx, avx512f | avx512dq | avx512cd | avx512bw | avx512vl)
        && has_all(saved_register_sets(), opmask_zmm);
}

bool cpu_has_avx512_vbmi(void)
{
    /* Asked once: on a virtual machine each CPUID takes microseconds. */
    enum { UNKNOWN, NO, YES };
    static _Atomic int answer = UNKNOWN;
    const uint32_t avx512_vbmi = 1u << 1;
    if (atomic_load(&answer) == UNKNOWN) {
        const bool has_it = cpu_has_x86_64_v4() && has_all(cpuid(7).ecx, avx512_vbmi);
        atomic_store(&answer, has_it ? YES : NO);
    }
    return atomic_load(&answer) == YES;
}

#else

bool cpu_has_avx512_vbmi(void)
{
    return false;
}

#endif
