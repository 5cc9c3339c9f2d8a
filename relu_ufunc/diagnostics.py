"""Measures how sparse activations are, and which units have died.

The functions accept any array, and anything that NumPy can convert to one. They count the
elements of the array itself, so the mask of a masked array is ignored.
"""

import operator
import threading
from typing import Any, NamedTuple, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from relu_ufunc import _core
from relu_ufunc._dispatch import isa

__all__ = ["ActivationCounts", "ActivationMonitor", "activation_counts", "sparsity"]

_count = _core.Counter(isa())

Axis: TypeAlias = SupportsIndex | tuple[SupportsIndex, ...] | None


class ActivationCounts(NamedTuple):
    """The numbers of positive, zero, negative and NaN elements: what `activation_counts` returns.

    The fields are integers if all elements were counted together, otherwise arrays of int64.
    """

    positive: Any
    zero: Any
    negative: Any
    nan: Any


_COUNTS = np.dtype([(field, np.int64) for field in ActivationCounts._fields])


def activation_counts(
    x: ArrayLike, axis: Axis = None, *, keepdims: bool = False
) -> ActivationCounts:
    """Count the positive, zero, negative and NaN elements, in one pass.

    Parameters
    ----------
    x : array_like
        The array, of bool, an integer or a floating dtype.
    axis : None or int or tuple of ints, optional
        Axis or axes to count along; by default all.
    keepdims : bool, optional
        Keep the axes along which elements are counted, with length 1.

    Returns
    -------
    ActivationCounts
        The named tuple ``(positive, zero, negative, nan)``. Its fields add up to the number
        of elements counted.

    Raises
    ------
    TypeError
        If `x` has another dtype: complex, object, string or date.
    numpy.exceptions.AxisError
        If `x` has no such axis.

    See Also
    --------
    sparsity, ActivationMonitor, numpy.count_nonzero

    Notes
    -----
    -0.0 counts as zero. An infinity counts as positive or negative by its sign.

    Examples
    --------
    >>> import numpy as np
    >>> from relu_ufunc.diagnostics import activation_counts
    >>> x = np.array([[-1.0, 0.0, 2.0], [np.nan, -0.0, 3.0]])
    >>> activation_counts(x)
    ActivationCounts(positive=2, zero=2, negative=1, nan=1)
    >>> activation_counts(x, axis=0).positive
    array([0, 0, 2])
    """
    array = _countable(x)
    counted = _axes(axis, array.ndim)
    kept = tuple(1 if k in counted else length for k, length in enumerate(array.shape))
    counts = np.empty(kept, _COUNTS)
    _count(array, counts)
    if axis is None and not keepdims:
        return ActivationCounts(*counts.item())
    if not keepdims:
        counts = counts.reshape([n for k, n in enumerate(kept) if k not in counted])
    return ActivationCounts(*(counts[field][()] for field in ActivationCounts._fields))


def sparsity(x: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> Any:
    """Return the fraction of elements that relu makes zero: (zero + negative) / (size - nan).

    Parameters
    ----------
    x : array_like
        The array, of bool, an integer or a floating dtype.
    axis : None or int or tuple of ints, optional
        Axis or axes along which to take the fraction; by default all.
    keepdims : bool, optional
        Keep these axes, with length 1.

    Returns
    -------
    float or ndarray of float64
        The fraction; NaN where there is no element, or none except NaN.

    See Also
    --------
    activation_counts : The counts, and the errors that it raises.

    Examples
    --------
    >>> import numpy as np
    >>> from relu_ufunc.diagnostics import sparsity
    >>> x = np.array([[-1.0, 0.0, 2.0, 4.0], [np.nan, -0.0, 3.0, 5.0]])
    >>> sparsity(x, axis=0)
    array([1., 1., 0., 0.])
    >>> round(float(sparsity(x)), 3)
    0.429
    """
    return _sparsity(activation_counts(x, axis, keepdims=keepdims))


def _sparsity(counts: ActivationCounts) -> Any:
    off = np.asarray(counts.zero + counts.negative, np.float64)
    seen = off + counts.positive
    return np.divide(off, seen, out=np.full(off.shape, np.nan), where=seen > 0)[()]


class ActivationMonitor:
    """Monitors the units of a layer over a data set, in constant memory per unit.

    One axis of a batch is that of the units; all others are those of the examples and, for
    a convolution, of the positions. A unit is dead if no example of the whole data set gives
    it a positive activation; a single batch overestimates the number of dead units. A unit
    that was ever NaN does not count as dead; see `nonfinite`.

    Parameters
    ----------
    axis : int, optional
        The axis of the units; by default the last.

    See Also
    --------
    activation_counts, sparsity

    Notes
    -----
    You can monitor either the input or the output of the rectifier: the positive units are
    the same, and for `relu6` the saturated ones are too.

    Monitors of parts of the data can be merged in any order, and can be pickled and copied,
    so that each process or machine can have its own. Several threads may use one monitor at
    once: each batch is counted once, and each method's result is that of one moment.

    Examples
    --------
    >>> import numpy as np
    >>> from relu_ufunc.diagnostics import ActivationMonitor
    >>> monitor = ActivationMonitor()
    >>> monitor.update(np.array([[-1.0, 2.0, 7.0], [-3.0, -1.0, 8.0]]))
    >>> monitor.update(np.array([[-2.0, 5.0, 6.0], [0.0, -4.0, 9.0]]))
    >>> monitor.dead()
    array([ True, False, False])
    >>> monitor.saturated(6)
    array([False, False,  True])
    >>> monitor.sparsity()
    array([1. , 0.5, 0. ])
    """

    def __init__(self, axis: int = -1) -> None:
        self._axis = operator.index(axis)
        self._seen: _Seen | None = None
        self._lock = threading.Lock()

    # A lock cannot be pickled or copied.
    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    def update(self, batch: ArrayLike) -> None:
        """Count a batch. If an error is raised, nothing of the batch is counted.

        Parameters
        ----------
        batch : array_like
            The batch, of bool, an integer or a floating dtype. Every batch has to have the
            same dtype and the same number of units.

        Raises
        ------
        TypeError
            If the batch has another dtype, or not the dtype of the earlier batches.
        ValueError
            If it is empty, or does not have the number of units of the earlier batches.
        numpy.exceptions.AxisError
            If it does not have the axis of the units.
        """
        given = np.asarray(batch)
        array, dtype = _countable(given), given.dtype.newbyteorder("=")
        (unit,) = _axes(self._axis, array.ndim)
        if array.size == 0:
            raise ValueError(f"expected a batch that is not empty, not one of shape {array.shape}")
        if self._seen is not None:
            self._seen.check_fits(array.shape[unit], dtype)
        examples = tuple(k for k in range(array.ndim) if k != unit)
        counts = np.stack(activation_counts(array, examples))
        # NumPy's loops for float16 are many times slower than those for float32.
        wide = array.astype(np.float32) if array.dtype == np.float16 else array
        with np.errstate(all="ignore"):
            lowest = np.fmin.reduce(wide, examples).astype(array.dtype)
            highest = np.fmax.reduce(wide, examples).astype(array.dtype)
        seen = _Seen(dtype, counts, lowest, highest)
        with self._lock:
            self._seen = seen if self._seen is None else self._seen.merged(seen)

    def merge(self, other: "ActivationMonitor") -> "ActivationMonitor":
        """Return a new monitor that has seen what both have seen.

        Merging is associative and commutative, and a monitor that has seen nothing is its
        neutral element.

        Parameters
        ----------
        other : ActivationMonitor
            A monitor with the same axis, the same number of units and the same dtype.

        Returns
        -------
        ActivationMonitor
            The new monitor, with the same axis.

        Raises
        ------
        TypeError
            If `other` is not a monitor, or has seen batches of another dtype.
        ValueError
            If `other` has another axis or another number of units.

        Examples
        --------
        >>> from functools import reduce
        >>> from relu_ufunc.diagnostics import ActivationMonitor
        >>> monitors = [ActivationMonitor(), ActivationMonitor()]
        >>> monitors[0].update([[1.0, -1.0]])
        >>> monitors[1].update([[-1.0, -1.0]])
        >>> reduce(ActivationMonitor.merge, monitors).dead()
        array([False,  True])
        """
        if not isinstance(other, ActivationMonitor):
            raise TypeError(f"expected an ActivationMonitor, not {type(other).__name__}")
        if other._axis != self._axis:
            raise ValueError(f"expected a monitor of axis {self._axis}, not {other._axis}")
        combined = ActivationMonitor(self._axis)
        seen, others = self._seen, other._seen
        combined._seen = seen.merged(others) if seen and others else seen or others
        return combined

    def counts(self) -> ActivationCounts:
        """Return the counts for the values of each unit.

        Returns
        -------
        ActivationCounts
            Four arrays of int64, one element per unit.

        Raises
        ------
        ValueError
            If no batch has been seen.
        """
        return ActivationCounts(*self._all_seen().counts.copy())

    def dead(self) -> NDArray[np.bool_]:
        """Return which units were never positive, and never NaN.

        Returns
        -------
        ndarray of bool
            One element per unit.

        Raises
        ------
        ValueError
            If no batch has been seen.
        """
        return self._all_seen().dead()

    def sparsity(self) -> NDArray[np.float64]:
        """Return the fraction of each unit's values that relu makes zero, ignoring NaN.

        Returns
        -------
        ndarray of float64
            One element per unit; NaN for a unit that was always NaN.

        Raises
        ------
        ValueError
            If no batch has been seen.
        """
        return self._all_seen().sparsity()

    def saturated(self, limit: float) -> NDArray[np.bool_]:
        """Return which units never came below a limit, and were never NaN.

        At and above the limit of `relu6` or `clipped_relu` the gradient is 0, so such units
        learn no more than dead ones.

        Parameters
        ----------
        limit : float
            The limit. It is compared in the dtype of the batches, as NumPy compares a Python
            number.

        Returns
        -------
        ndarray of bool
            One element per unit.

        Raises
        ------
        ValueError
            If no batch has been seen.
        """
        seen = self._all_seen()
        with np.errstate(over="ignore"):  # a limit beyond the range of float16
            always: NDArray[np.bool_] = (seen.lowest >= limit) & (seen.by_value.nan == 0)
        return always

    def nonfinite(self) -> NDArray[np.bool_]:
        """Return which units were ever NaN or infinite.

        Returns
        -------
        ndarray of bool
            One element per unit.

        Raises
        ------
        ValueError
            If no batch has been seen.
        """
        return self._all_seen().nonfinite()

    def summary(self) -> str:
        """Return a summary of a few lines.

        Returns
        -------
        str
            The numbers of units and of values, of dead units, and of units that were ever NaN
            or infinite, and the sparsity.

        Raises
        ------
        ValueError
            If no batch has been seen.

        Examples
        --------
        >>> from relu_ufunc.diagnostics import ActivationMonitor
        >>> monitor = ActivationMonitor()
        >>> monitor.update([[-1.0, 2.0], [-2.0, -2.0]])
        >>> print(monitor.summary())
        units      2
        values     2 of each
        dead       1 (50.0 %)
        nonfinite  0
        sparsity   75.0 % (units from 50.0 % to 100.0 %)
        """
        seen = self._all_seen()
        counts, dead, units = seen.by_value, seen.dead(), seen.sparsity()
        overall = _sparsity(ActivationCounts(*(each.sum() for each in counts)))
        known = units[~np.isnan(units)]
        span = f" (units from {known.min():.1%} to {known.max():.1%})" if known.size else ""
        lines = (
            f"units      {dead.size}",
            f"values     {sum(int(each[0]) for each in counts)} of each",
            f"dead       {dead.sum()} ({dead.mean():.1%})",
            f"nonfinite  {seen.nonfinite().sum()}",
            f"sparsity   {overall:.1%}{span}",
        )
        return "\n".join(lines).replace("%", " %")

    def plot(self, ax: Any = None) -> Any:
        """Draw a histogram of the units' fractions of positive values, with dead units marked.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            The axes to draw in; by default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes
            The axes that were drawn in.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If no batch has been seen.
        """
        seen = self._all_seen()
        dead, active = seen.dead(), 1 - seen.sparsity()
        if ax is None:
            try:
                from matplotlib import pyplot as plt
            except ImportError:
                raise ImportError("plot() needs matplotlib: pip install matplotlib") from None
            ax = plt.subplots()[1]
        bins, unknown = np.linspace(0, 1, 21), np.isnan(active)
        values = [active[~dead & ~unknown], active[dead & ~unknown]]
        labels = ["alive", f"dead: {dead.sum()}"]
        if unknown.any():
            labels[0] += f" (not drawn, always NaN: {unknown.sum()})"
        ax.hist(values, bins=bins, stacked=True, label=labels)
        ax.set_xlabel("fraction of values that are positive")
        ax.set_ylabel("units")
        ax.legend()
        return ax

    def _all_seen(self) -> "_Seen":
        if self._seen is None:
            raise ValueError("expected a monitor that has seen a batch: call update first")
        return self._seen


class _Seen(NamedTuple):
    """What is stored per unit: four counts, and the range of the values without NaN.

    It never changes, so that a thread may read it while another replaces it. The dtype is that
    of the batches in native byte order; the range may have a wider dtype.
    """

    dtype: "np.dtype[Any]"
    counts: NDArray[np.int64]
    lowest: NDArray[Any]
    highest: NDArray[Any]

    @property
    def by_value(self) -> ActivationCounts:
        return ActivationCounts(*self.counts)

    def dead(self) -> NDArray[np.bool_]:
        counts = self.by_value
        never: NDArray[np.bool_] = (counts.positive == 0) & (counts.nan == 0)
        return never

    def sparsity(self) -> NDArray[np.float64]:
        fractions: NDArray[np.float64] = _sparsity(self.by_value)
        return fractions

    def nonfinite(self) -> NDArray[np.bool_]:
        ever: NDArray[np.bool_] = (
            (self.by_value.nan > 0) | np.isinf(self.lowest) | np.isinf(self.highest)
        )
        return ever

    def check_fits(self, width: int, dtype: "np.dtype[Any]") -> None:
        expected = len(self.lowest)
        if width != expected:
            raise ValueError(f"expected {expected} units, not {width}")
        # A common dtype would round the range in a way that depends on the order of the batches.
        if dtype != self.dtype:
            raise TypeError(f"expected {self.dtype}, as before, not {dtype}")

    def merged(self, other: "_Seen") -> "_Seen":
        self.check_fits(len(other.lowest), other.dtype)
        with np.errstate(all="ignore"):
            return _Seen(
                self.dtype,
                self.counts + other.counts,
                np.fmin(self.lowest, other.lowest),
                np.fmax(self.highest, other.highest),
            )


def _countable(x: ArrayLike) -> NDArray[Any]:
    """Return x as a base-class array, in native byte order and with a dtype that has loops."""
    # Take a view, since another thread may change the shape of x itself in the meantime.
    array = np.asarray(x).view()
    dtype = array.dtype
    if _core.character_of(dtype) is None:
        # float32 holds the values of the other dtypes of ml_dtypes exactly.
        if not np.can_cast(dtype, np.float32):
            raise TypeError(f"expected bool, integers or floats, not an array of {dtype}")
        return array.astype(np.float32)
    return array if dtype.isnative else array.astype(dtype.newbyteorder("="))


def _axes(axis: Axis, n_axes: int) -> set[int]:
    """The axes to count along, as numbers that are not negative."""
    if axis is None:
        return set(range(n_axes))
    axes = set()
    for each in axis if isinstance(axis, tuple) else (axis,):
        number = operator.index(each)
        if not -n_axes <= number < n_axes:
            raise np.exceptions.AxisError(number, n_axes)
        if number % n_axes in axes:
            raise ValueError("duplicate value in 'axis'")
        axes.add(number % n_axes)
    return axes
