# cython: language_level=3, freethreading_compatible=True
"""Registers the operations as ufuncs. This module does no arithmetic."""

from libc.stdio cimport _IONBF, FILE, fclose, fopen, fread, setvbuf
from libc.stdlib cimport calloc
from libc.string cimport strlen
from cpython.bytes cimport PyBytes_AsString
from cpython.pycapsule cimport PyCapsule_New

cimport numpy as cnp

cnp.import_array()
cnp.import_umath()


cdef extern from "numpy/ufuncobject.h":
    ctypedef struct PyUFuncObject:
        void **data


cdef extern from "kernels/kernels.h":
    ctypedef int dtype_number "enum dtype"
    ctypedef int operation_number "enum operation"
    enum:
        N_OPERATIONS
        N_DTYPES
    ctypedef void copy_items()
    struct count_kernel:
        pass
    struct kernel_set:
        const char *compiled_for
        copy_items *copy
        const count_kernel **counts


cdef extern from "dtypes.h":
    struct dtype_row:
        const char *name
        Py_ssize_t itemsize
        char character
        const char *ml_dtypes_name
        bint is_long_double
    const dtype_row dtype_table[]
    dtype_number dtype_of_type_character(char character)


cdef extern from "operations.h":
    enum dtypes_of_row "dtypes":
        EVERY_DTYPE
        NUMERIC
        SIGNED
        FLOATING
    struct operation_row:
        const char *name
        dtypes_of_row dtypes
        const char *inputs
        const char *outputs
        int n_inputs
        int n_outputs
        bint has_arithmetic
        bint is_smooth
        bint is_backward
        const char *numpy
    const operation_row operation_table[]


cdef extern from "dispatch.h":
    struct isa_row "isa":
        const char *name
        bint (*runs_here)() nogil
        const kernel_set *kernel_set
    const isa_row isa_table[]


cdef extern from "loop.h":
    struct kernel_of_loop "kernel":
        void *contiguous
    struct loop:
        kernel_of_loop kernel
        void *tables
    bint make_loop(
        const isa_row *isa, operation_number operation, dtype_number dtype, loop *made)


cdef extern from "tables.h":
    void tables_enable(bint are_enabled)
    int tables_count(const loop *loop)
    Py_ssize_t table_bytes(const loop *loop)


cdef extern from "run.h":
    void run_loop(char **, const Py_ssize_t *, const Py_ssize_t *, void *) nogil
    void run_set_stream_bytes(Py_ssize_t bytes)
    Py_ssize_t run_stream_bytes()


cdef extern from "timings.h":
    ctypedef int store_mode_number "enum store_mode"
    enum:
        N_STORE_MODES
        N_TIMINGS
    const char *store_mode_names[]
    struct run_class:
        operation_number operation
        dtype_number dtype
        bint uses_blocks
        bint is_in_place
        bint is_fresh
        int magnitude
    struct measured_timings:
        run_class run_class
        double rates[2][3]
        bint is_shared
    void store_mode_force(store_mode_number mode)
    store_mode_number store_mode_forced()
    bint timings_measured(int index, measured_timings *measured)


cdef extern from "api.h":
    const char *RELU_UFUNC_CAPSULE
    ctypedef struct relu_ufunc_api:
        pass
    const relu_ufunc_api *make_api(const isa_row *isa, const char *release)


cdef extern from "count_array.h":
    struct counter:
        const count_kernel *kernel
        copy_items *copy
        Py_ssize_t itemsize
        bint is_long_double
    void count_array(
        const counter *, const char *, int, const cnp.npy_intp *, const cnp.npy_intp *,
        cnp.int64_t *, const cnp.npy_intp *, const cnp.npy_intp *) nogil


cdef extern from "threads.h":
    enum:
        MOST_WORKERS
    void threads_set_count(int count)
    int threads_count()
    void threads_set_quota(int processors)
    int threads_usable(cnp.int64_t now)
    void threads_set_spin_microseconds(long microseconds)
    long threads_spin_microseconds()


cdef extern from "clock.h":
    cnp.int64_t nanoseconds_now()


cdef extern from "build_config.h":
    const char *RELU_UFUNC_VERSION
    const char *RELU_UFUNC_COMPILER
    const char *RELU_UFUNC_COMPILER_FLAGS
    const char *RELU_UFUNC_NUMPY

VERSION = RELU_UFUNC_VERSION.decode()
COMPILER = RELU_UFUNC_COMPILER.decode()
COMPILER_FLAGS = RELU_UFUNC_COMPILER_FLAGS.decode()
BUILT_AGAINST_NUMPY = RELU_UFUNC_NUMPY.decode()

MOST_THREADS = MOST_WORKERS + 1

TYPE_CHARACTERS = "?bBhHiIlLqQefdg"
"""The type characters in NumPy's order of loops: its resolver takes the first that fits."""

cdef dict _characters_left_out = {
    <int>EVERY_DTYPE: "",
    <int>NUMERIC: "?",
    <int>SIGNED: "?BHILQ",
    <int>FLOATING: "?bBhHiIlLqQ",
}

cdef dict _type_number = {
    "?": cnp.NPY_BOOL,
    "b": cnp.NPY_BYTE, "B": cnp.NPY_UBYTE,
    "h": cnp.NPY_SHORT, "H": cnp.NPY_USHORT,
    "i": cnp.NPY_INT, "I": cnp.NPY_UINT,
    "l": cnp.NPY_LONG, "L": cnp.NPY_ULONG,
    "q": cnp.NPY_LONGLONG, "Q": cnp.NPY_ULONGLONG,
    "e": cnp.NPY_FLOAT16, "f": cnp.NPY_FLOAT, "d": cnp.NPY_DOUBLE, "g": cnp.NPY_LONGDOUBLE,
}

# A ufunc keeps pointers to its name and docstring.
cdef list _kept_alive = []


cdef str _text(const char *text):
    return "" if text == NULL else text[:strlen(text)].decode()


cdef str _type_characters(const operation_row *row):
    left_out = _characters_left_out[<int>row.dtypes]
    return "".join(character for character in TYPE_CHARACTERS if character not in left_out)


cdef dict _ml_dtypes_characters():
    found = {}
    for dtype in range(N_DTYPES):
        if dtype_table[dtype].ml_dtypes_name != NULL:
            name = _text(dtype_table[dtype].ml_dtypes_name)
            found[name] = chr(dtype_table[dtype].character)
    return found


ML_DTYPES = _ml_dtypes_characters()
"""The ml_dtypes names of the dtypes that have loops, and our characters for them."""


def character_of(dtype):
    """The type character of a dtype that has loops, or None for any other dtype.

    ml_dtypes gives some of its dtypes a character that NumPy uses too, so they are identified by
    name.
    """
    if dtype.isbuiltin != 2:
        return dtype.char if dtype.char in TYPE_CHARACTERS else None
    return ML_DTYPES.get(dtype.name)


def operation_rows():
    """The operation table: a dict per row, in the table's order."""
    cdef const operation_row *row
    rows = []
    for operation in range(N_OPERATIONS):
        row = &operation_table[operation]
        rows.append({
            "number": operation,
            "name": _text(row.name),
            "type_characters": _type_characters(row),
            "inputs": tuple(_text(row.inputs).split(", ")),
            "outputs": tuple(_text(row.outputs).split(", ")),
            "is_backward": bool(row.is_backward),
            "has_arithmetic": bool(row.has_arithmetic),
            "is_smooth": bool(row.is_smooth),
            "numpy": _text(row.numpy),
        })
    return rows


cdef list _asked_isa_rows():
    rows = []
    cdef const isa_row *row = isa_table
    while row.name != NULL:
        rows.append((
            _text(row.name), bool(row.runs_here()), _text(row.kernel_set.compiled_for)
        ))
        row += 1
    return rows


# Computed once: on a virtual machine each CPUID exits to the hypervisor, which takes microseconds.
cdef list _isa_rows = _asked_isa_rows()


def isa_rows():
    """(name, runs here, what it was compiled for) per instruction set, best first."""
    return _isa_rows.copy()


cdef const isa_row *_isa_row(str isa) except NULL:
    for index, (name, runs_here, _) in enumerate(_isa_rows):
        if name == isa and runs_here:
            return &isa_table[<int>index]
    raise ValueError(f"instruction set {isa!r} cannot run here")


cdef const operation_row *_operation_row(int operation) except NULL:
    if not 0 <= operation < N_OPERATIONS:
        raise IndexError(f"operation {operation} is not in the operation table")
    return &operation_table[operation]


cdef int _make_loop(loop *made, int operation, const isa_row *chosen, str character) except -1:
    cdef dtype_number dtype = dtype_of_type_character(<char>ord(character))
    if dtype == N_DTYPES or not make_loop(chosen, <operation_number>operation, dtype, made):
        raise ValueError(f"there is no loop for type {character!r}")
    return 0


def make_ufunc(int operation, str isa, str docstring):
    """Return the ufunc of an operation, with the kernels of one ISA."""
    cdef const isa_row *chosen = _isa_row(isa)
    cdef const operation_row *row = _operation_row(operation)
    cdef str characters = _type_characters(row)
    cdef int n_types = len(characters), n_operands = row.n_inputs + row.n_outputs
    # These are never freed: the ufunc needs them as long as it lives, which for a ufunc of a
    # module is until the process ends.
    cdef loop *loops = <loop *>calloc(n_types, sizeof(loop))
    cdef void **data = <void **>calloc(n_types, sizeof(void *))
    cdef cnp.PyUFuncGenericFunction *functions = <cnp.PyUFuncGenericFunction *>calloc(
        n_types, sizeof(cnp.PyUFuncGenericFunction))
    cdef char *types = <char *>calloc(n_types * n_operands, 1)
    if loops == NULL or data == NULL or functions == NULL or types == NULL:
        raise MemoryError
    cdef int i, operand
    for i, character in enumerate(characters):
        _make_loop(&loops[i], operation, chosen, character)
        data[i] = &loops[i]
        functions[i] = <cnp.PyUFuncGenericFunction>run_loop
        for operand in range(n_operands):
            types[i * n_operands + operand] = _type_number[character]

    encoded_docstring = docstring.encode()
    _kept_alive.append(encoded_docstring)
    return cnp.PyUFunc_FromFuncAndData(
        functions, data, types, n_types, row.n_inputs, row.n_outputs,
        cnp.PyUFunc_None, row.name, PyBytes_AsString(encoded_docstring), 0)


def add_loop(ufunc, int operation, str isa, str character, int type_number):
    """Register the loop for a type that NumPy itself does not have, such as bfloat16."""
    cdef const isa_row *chosen = _isa_row(isa)
    cdef const operation_row *row = _operation_row(operation)
    cdef int n_operands = row.n_inputs + row.n_outputs
    cdef int[5] types
    cdef loop *added = <loop *>calloc(1, sizeof(loop))
    if added == NULL:
        raise MemoryError
    _make_loop(added, operation, chosen, character)
    for operand in range(n_operands):
        types[operand] = type_number
    if cnp.PyUFunc_RegisterLoopForType(
            <cnp.ufunc>ufunc, type_number, <cnp.PyUFuncGenericFunction>run_loop, types, added) < 0:
        raise RuntimeError(f"NumPy did not accept the loop for type {character!r}")


def contiguous_kernel(ufunc, str character):
    """The address of the code that a ufunc of ours runs for contiguous operands of a type."""
    cdef int index = [signature[0] for signature in ufunc.types].index(character)
    return <size_t>(<loop *>(<PyUFuncObject *>ufunc).data[index]).kernel.contiguous


def tables(str isa):
    """The tables of results: (function, type character, how many, bytes of each) per loop."""
    cdef loop made
    cdef const isa_row *chosen = _isa_row(isa)
    found = []
    for operation in range(N_OPERATIONS):
        for dtype in range(N_DTYPES):
            if (make_loop(chosen, <operation_number>operation, <dtype_number>dtype, &made)
                    and made.tables != NULL and tables_count(&made) > 0):
                found.append((
                    _text(operation_table[operation].name), chr(dtype_table[dtype].character),
                    tables_count(&made), table_bytes(&made)))
    return found


def enable_tables(bint are_enabled):
    """Use tables and make them, as is the default, or compute everything."""
    tables_enable(are_enabled)


def c_api(str isa):
    """The table of include/relu_ufunc.h for one instruction set, in a capsule."""
    cdef const relu_ufunc_api *table = make_api(_isa_row(isa), RELU_UFUNC_VERSION)
    if table == NULL:
        raise MemoryError
    return PyCapsule_New(<void *>table, RELU_UFUNC_CAPSULE, NULL)


cdef class Counter:
    """Counts elements with the kernels of one instruction set."""

    cdef const kernel_set *kernels

    def __cinit__(self, str isa not None):
        self.kernels = _isa_row(isa).kernel_set

    def __call__(self, cnp.ndarray x, cnp.ndarray counts):
        """Store in counts how many elements of x are positive, zero, negative and NaN.

        An element of counts is four adjacent int64. x has a native dtype that has loops. The
        elements of x are counted along the axes in which counts has length 1.
        """
        cdef str character = character_of(x.dtype)
        cdef dtype_number dtype = N_DTYPES
        if character is not None:
            dtype = dtype_of_type_character(<char>ord(character))
        if dtype == N_DTYPES:
            raise ValueError(f"there is no loop for {x.dtype}")
        if cnp.PyArray_NDIM(counts) < cnp.PyArray_NDIM(x):
            raise ValueError(f"expected counts of at least {x.ndim} axes, not {counts.ndim}")
        cdef counter how
        how.kernel = self.kernels.counts[<int>dtype]
        how.copy = self.kernels.copy
        how.itemsize = dtype_table[<int>dtype].itemsize
        how.is_long_double = dtype_table[<int>dtype].is_long_double
        with nogil:
            count_array(
                &how, cnp.PyArray_BYTES(x), cnp.PyArray_NDIM(x),
                cnp.PyArray_DIMS(x), cnp.PyArray_STRIDES(x),
                <cnp.int64_t *>cnp.PyArray_BYTES(counts),
                cnp.PyArray_DIMS(counts), cnp.PyArray_STRIDES(counts))


def set_stream_bytes(Py_ssize_t value):
    run_set_stream_bytes(value)


def stream_bytes():
    return run_stream_bytes()


STORE_MODES = tuple(_text(store_mode_names[mode]) for mode in range(N_STORE_MODES))
"""How the results of long calls can be stored."""


def force_store_mode(mode):
    """Store the results of every call that can be streamed in one mode; None measures instead."""
    store_mode_force(
        <store_mode_number><int>(N_STORE_MODES if mode is None else STORE_MODES.index(mode)))


def forced_store_mode():
    cdef int mode = store_mode_forced()
    return None if mode == N_STORE_MODES else STORE_MODES[mode]


def timings():
    """What has been measured: a dict for each class of long runs."""
    cdef measured_timings measured
    found = []
    for index in range(N_TIMINGS):
        if timings_measured(index, &measured):
            alone, shared = (
                {STORE_MODES[mode]: measured.rates[is_shared][mode]
                 for mode in range(N_STORE_MODES) if measured.rates[is_shared][mode] > 0}
                for is_shared in range(2)
            )
            found.append({
                "name": _text(operation_table[<int>measured.run_class.operation].name),
                "dtype": _text(dtype_table[<int>measured.run_class.dtype].name),
                "uses_blocks": bool(measured.run_class.uses_blocks),
                "is_in_place": bool(measured.run_class.is_in_place),
                "is_fresh": bool(measured.run_class.is_fresh),
                "bytes": 1 << measured.run_class.magnitude,
                "alone": alone,
                "shared": shared,
                "is_shared": bool(measured.is_shared),
            })
    return found


def set_thread_count(int value):
    threads_set_count(value)


def thread_count():
    return threads_count()


def usable_thread_count():
    """How many of these threads have a processor to run on."""
    return threads_usable(nanoseconds_now())


def read_short_file(bytes path not None):
    """The content of a file of the kernel's, which no device has to deliver.

    It keeps the GIL. Python's own files let go of it at each step, and beside busy threads
    wait for it to come back each time.
    """
    cdef char[4096] buffer
    cdef size_t length
    cdef FILE *file = fopen(path, "rb")
    if file == NULL:
        raise FileNotFoundError(path)
    setvbuf(file, NULL, _IONBF, 0)
    parts = []
    while True:
        length = fread(buffer, 1, sizeof(buffer), file)
        parts.append(buffer[:length])
        if length < sizeof(buffer):
            break
    fclose(file)
    return b"".join(parts)


def set_quota(int processors):
    threads_set_quota(processors)


def set_spin_microseconds(long value):
    threads_set_spin_microseconds(value)


def spin_microseconds():
    return threads_spin_microseconds()
