/* What the processor and the operating system can run. */
#ifndef RELU_UFUNC_CPU_H
#define RELU_UFUNC_CPU_H

#include <stdbool.h>

bool cpu_has_baseline(void);
bool cpu_has_x86_64_v3(void);
bool cpu_has_x86_64_v4(void);
/* Beyond x86-64-v4. */
bool cpu_has_avx512_vbmi(void);

#endif
