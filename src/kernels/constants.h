/* The constants that several functions need. A double-double is written as two macros, which a
   static initialiser can take as well. */
#ifndef RELU_UFUNC_CONSTANTS_H
#define RELU_UFUNC_CONSTANTS_H

/* A double below 2^51 in magnitude plus this is rounded to an integer, which the lowest bits of
   the sum hold. */
#define TO_INTEGER 0x1.8p52

#define LOG2_E 0x1.71547652b82fep+0

/* log(2) as a double-double. */
#define LN2 0x1.62e42fefa39efp-1
#define LN2_REST 0x1.abc9e3b39803fp-56
/* log(2) in two parts, the first of 33 bits: its products with small integers are exact. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

/* 1 / sqrt(2 pi), the density of the normal distribution at 0: as a double-double, and in long
   double. */
#define NORMAL_DENSITY 0x1.9884533d43651p-2
#define NORMAL_DENSITY_REST -0x1.cbc0d30ebfd15p-56
#define NORMAL_DENSITY_EXTENDED 0.398942280401432677939946059934381868475859L

#endif
