"""Measures how fast activations are counted."""

from functools import partial

import numpy as np

from .measure import mark, minimum_seconds

SHAPE = (10_000, 100)
DTYPES = ("float16", "float32", "float64", "int8")
AXES = (None, -1, 0)


class Counts:
    """All four counts, compared with NumPy's spelling of one of them."""

    params = (DTYPES, AXES)
    param_names = ("dtype", "axis")
    version = 1

    def setup(self, dtype: str, axis: int | None) -> None:
        try:
            from relu_ufunc.diagnostics import activation_counts
        except ImportError:
            raise NotImplementedError("this version does not count") from None
        x = (np.random.default_rng(0).normal(size=SHAPE) * 40).astype(dtype)
        self.ours = partial(activation_counts, x, axis)
        self.numpy = lambda: np.count_nonzero(x > 0, axis)

    @mark(unit="x np.count_nonzero(x > 0, axis)")
    def track_time_over_numpy(self, *_: object) -> float:
        ours, numpy = minimum_seconds([self.ours, self.numpy])
        return ours / numpy

    def time_counts(self, *_: object) -> None:
        self.ours()
