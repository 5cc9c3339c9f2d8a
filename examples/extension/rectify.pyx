# cython: language_level=3, freethreading_compatible=True, boundscheck=False, wraparound=False
"""Functions of relu_ufunc in loops of Cython's own, without the GIL."""

from relu_ufunc cimport (
    add_relu_each_into, crelu, import_relu_ufunc, leaky_relu, leaky_reluf_into, relu, reluf_into,
    siluf_into,
)

import_relu_ufunc()


def dense(const double[:, :] weights, const double[:] x, const double[:] bias, double slope):
    """A layer: each output leaves the registers rectified."""
    import numpy as np

    result = np.empty(weights.shape[0])
    cdef double[:] y = result
    cdef Py_ssize_t i, k
    cdef double total
    with nogil:
        for i in range(weights.shape[0]):
            total = bias[i]
            for k in range(weights.shape[1]):
                total += weights[i, k] * x[k]
            y[i] = leaky_relu(total, slope)
    return result


def rectify(const float[:] x, float[:] y):
    """relu of x into y, which may be x."""
    with nogil:
        reluf_into(x, y)


def gate(const float[:] x, float[:] y):
    """silu of x into y: a smooth function, which has only loops."""
    with nogil:
        siluf_into(x, y)


def rectify_leakily(const float[:] x, float slope, float[:] y):
    with nogil:
        leaky_reluf_into(x, slope, y)


def rectify_sum(const double[:] x, const double[:] b, double[:] y):
    with nogil:
        add_relu_each_into(x, b, y)


def one_by_one(const float[:] x, float[:] y):
    cdef Py_ssize_t i
    with nogil:
        for i in range(x.shape[0]):
            y[i] = relu(x[i])


def both_signs(double x):
    cdef double positive, negative
    crelu(x, &positive, &negative)
    return positive, negative
