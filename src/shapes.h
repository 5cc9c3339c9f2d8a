/* FUNCTION makes one row of the operation table; RECTIFIER and GATE make two, for a function and
   for its backward. Each file that includes ops.def defines

       ROW(name, dtypes, x, arrays, inputs, outputs, arithmetic, value, numpy)

   for these rows: the first `arrays` inputs are arrays, the others are parameters. The x-th input
   is x: 0, or 1 of a backward. */
#ifndef RELU_UFUNC_SHAPES_H
#define RELU_UFUNC_SHAPES_H

#define FUNCTION(name, dtypes, inputs, outputs, arithmetic, value, numpy)               \
    ROW(name, dtypes, 0, 1, inputs, outputs, arithmetic, value, numpy)
#define RECTIFIER(name, dtypes, inputs, ...)                                            \
    WITH_BACKWARD(name, dtypes, 1, inputs, 2, DY_##inputs, __VA_ARGS__)
#define GATE(name, dtypes, inputs, ...)                                                 \
    WITH_BACKWARD(name, dtypes, 2, inputs, 3, DZ_##inputs, __VA_ARGS__)
#define WITH_BACKWARD(                                                                  \
    name, dtypes, arrays, inputs, backward_arrays, backward_inputs,                     \
    outputs, arithmetic, value,                                                         \
    backward_outputs, backward_arithmetic, derivative, numpy, backward_numpy)           \
    ROW(name, dtypes, 0, arrays, inputs, outputs, arithmetic, value, numpy)             \
    ROW(name##_backward, dtypes, 1, backward_arrays, backward_inputs, backward_outputs, \
        backward_arithmetic, derivative, backward_numpy)

/* A backward's inputs: the upstream gradient dy before those of its row. */
#define DY_IN1(x) IN2(dy, x)
#define DY_IN2(x, a) IN3(dy, x, a)
/* Of a gate, whose output is z. */
#define DZ_IN2(x, y) IN3(dz, x, y)

#define COUNT_IN1(x) 1
#define COUNT_IN2(x, a) 2
#define COUNT_IN3(x, a, b) 3
#define COUNT_OUT1(y) 1
#define COUNT_OUT2(y, z) 2
#define COUNT_NO_ARITHMETIC 0
#define COUNT_ROUNDED1(r, e) 1
#define COUNT_ROUNDED2(r, e, s, f) 2
#define COUNT_SMOOTH(r, form) 1
#define COUNT_SMOOTH2(r, s, form) 2
#define COUNT_PRODUCT(r, form) 1

#endif
