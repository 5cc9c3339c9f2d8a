#include "dispatch.h"

#include "cpu.h"

const struct isa isa_table[] = {
#define ISA(symbol, name, runs_here) {name, runs_here, &kernel_set_##symbol},
#include "isas.def"
#undef ISA
    {0},
};
