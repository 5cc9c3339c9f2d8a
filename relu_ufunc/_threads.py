"""How many threads share a long call."""

import operator

from relu_ufunc import _core
from relu_ufunc._environment import whole_number
from relu_ufunc._quota import recent_quota


def set_num_threads(n: int) -> None:
    """Set the number of threads that share a long call, including the caller's.

    Only runs of contiguous or regularly strided elements that are long enough are shared,
    only while measurements show that sharing saves time, and by no more threads than the
    process has processors. The result is the same to the bit. The environment variable
    ``RELU_UFUNC_NUM_THREADS`` sets the number at import; the default is 1, as in NumPy.

    Parameters
    ----------
    n : int
        At least 1.

    Raises
    ------
    TypeError
        If `n` is not an integer.
    ValueError
        If `n` is less than 1, or more than this build can start.

    See Also
    --------
    get_num_threads

    Examples
    --------
    >>> import relu_ufunc
    >>> relu_ufunc.set_num_threads(2)
    >>> relu_ufunc.get_num_threads()
    2
    >>> relu_ufunc.set_num_threads(1)
    """
    try:
        count = operator.index(n)
    except TypeError:
        raise TypeError(
            f"the number of threads must be an integer, not {type(n).__name__}"
        ) from None
    if not 1 <= count <= _core.MOST_THREADS:
        raise ValueError(
            f"the number of threads must be from 1 to {_core.MOST_THREADS}, not {count}"
        )
    if count > 1:
        _core.set_quota(min(recent_quota(), _core.MOST_THREADS))
    _core.set_thread_count(count)


def get_num_threads() -> int:
    """Return the number of threads that share a long call.

    See Also
    --------
    set_num_threads

    Examples
    --------
    >>> import relu_ufunc
    >>> relu_ufunc.get_num_threads()
    1
    """
    return _core.thread_count()


_count = whole_number("RELU_UFUNC_NUM_THREADS", least=1, most=_core.MOST_THREADS)
if _count is not None:
    set_num_threads(_count)

# A call starts a spinning worker within a microsecond, while a sleeping one takes tens of
# microseconds to wake. Still, an idle process must not use up a core by spinning.
_spin = whole_number("RELU_UFUNC_SPIN_MICROSECONDS", least=0, most=10**9)
if _spin is not None:
    _core.set_spin_microseconds(_spin)
