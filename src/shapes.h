/* How many inputs, outputs and rounded results the shapes of the operation table have. */
#ifndef RELU_UFUNC_SHAPES_H
#define RELU_UFUNC_SHAPES_H

#define COUNT_IN1(x) 1
#define COUNT_IN2(x, a) 2
#define COUNT_IN3(x, a, b) 3
/* A backward's inputs: the upstream gradient dy before those of its row. */
#define COUNT_DY_IN1(x) 2
#define COUNT_DY_IN2(x, a) 3
#define COUNT_OUT1(y) 1
#define COUNT_OUT2(y, z) 2
#define COUNT_NO_ARITHMETIC 0
#define COUNT_ROUNDED1(r, e) 1
#define COUNT_ROUNDED2(r, e, s, f) 2
#define COUNT_SMOOTH(r, form) 1

#endif
