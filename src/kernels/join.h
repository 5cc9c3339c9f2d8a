/* Pasting of names after their macros are expanded. */
#ifndef RELU_UFUNC_JOIN_H
#define RELU_UFUNC_JOIN_H

#define JOIN(a, b) JOIN_EXPANDED(a, b)
#define JOIN_EXPANDED(a, b) a##b

#endif
