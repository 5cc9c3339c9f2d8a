/* Strict C11 hides mincore. */
#define _DEFAULT_SOURCE

#include "memory.h"

#ifdef __linux__

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

bool is_untouched(const char *address)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char is_resident = 1;
    const uintptr_t start = (uintptr_t)address / page * page;
    return mincore((void *)start, 1, &is_resident) == 0 && !(is_resident & 1);
}

#else

bool is_untouched(const char *address)
{
    (void)address;
    return false;
}

#endif
