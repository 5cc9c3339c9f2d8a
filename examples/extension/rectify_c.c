/* Functions of relu_ufunc in C: an inline one, and a loop over a buffer. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <relu_ufunc.h>

static PyObject *rectified(PyObject *Py_UNUSED(module), PyObject *argument)
{
    const double x = PyFloat_AsDouble(argument);
    if (x == -1 && PyErr_Occurred())
        return NULL;
    return PyFloat_FromDouble(relu_ufunc_relu(x));
}

/* rectify(buffer): in place, whatever its dtype and stride. */
static PyObject *rectify(PyObject *Py_UNUSED(module), PyObject *argument)
{
    Py_buffer buffer;
    if (PyObject_GetBuffer(argument, &buffer, PyBUF_STRIDES | PyBUF_FORMAT | PyBUF_WRITABLE) < 0)
        return NULL;
    const relu_ufunc_loop *loop = NULL;
    if (buffer.ndim != 1 || strlen(buffer.format) != 1)
        PyErr_SetString(PyExc_TypeError, "expected an array of one axis and a native dtype");
    else
        loop = relu_ufunc_get_loop("relu", buffer.format[0]);
    if (loop != NULL) {
        char *operands[] = {(char *)buffer.buf, (char *)buffer.buf};
        const ptrdiff_t steps[] = {buffer.strides[0], buffer.strides[0]};
        const ptrdiff_t n = buffer.shape[0];
        Py_BEGIN_ALLOW_THREADS
        relu_ufunc_strided(loop, operands, n, steps);
        Py_END_ALLOW_THREADS
    }
    PyBuffer_Release(&buffer);
    if (loop == NULL)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"rectified", rectified, METH_O, "relu of a number."},
    {"rectify", rectify, METH_O, "relu of an array of one axis, in place."},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *Py_UNUSED(module))
{
    return import_relu_ufunc();
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)execute},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "rectify_c", "relu_ufunc from C.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_rectify_c(void)
{
    return PyModuleDef_Init(&definition);
}
