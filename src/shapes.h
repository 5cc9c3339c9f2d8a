/* FUNCTION makes one row of the operation table; RECTIFIER makes two, for a function and
   for its backward. Each file that includes ops.def defines

       ROW(name, dtypes, arrays, inputs, outputs, arithmetic, value, numpy)

   for these rows: the first `arrays` inputs are arrays, the others are parameters. */
#ifndef RELU_UFUNC_SHAPES_H
#define RELU_UFUNC_SHAPES_H

#define FUNCTION(name, dtypes, inputs, outputs, arithmetic, value, numpy)               \
    ROW(name, dtypes, 1, inputs, outputs, arithmetic, value, numpy)
#define RECTIFIER(                                                                      \
    name, dtypes, inputs, outputs, arithmetic, value,                                   \
    backward_outputs, backward_arithmetic, derivative, numpy, backward_numpy)           \
    ROW(name, dtypes, 1, inputs, outputs, arithmetic, value, numpy)                     \
    ROW(name##_backward, dtypes, 2, DY_##inputs, backward_outputs, backward_arithmetic, \
        derivative, backward_numpy)

/* A backward's inputs: the upstream gradient dy before those of its row. */
#define DY_IN1(x) IN2(dy, x)
#define DY_IN2(x, a) IN3(dy, x, a)

#define COUNT_IN1(x) 1
#define COUNT_IN2(x, a) 2
#define COUNT_IN3(x, a, b) 3
#define COUNT_OUT1(y) 1
#define COUNT_OUT2(y, z) 2
#define COUNT_NO_ARITHMETIC 0
#define COUNT_ROUNDED1(r, e) 1
#define COUNT_ROUNDED2(r, e, s, f) 2
#define COUNT_SMOOTH(r, form) 1
#define COUNT_PRODUCT(r, form) 1

#endif
