"""Measures each function from the first-level cache to memory, and in every layout."""

from .measure import mark, minimum_seconds
from .table import FUNCTIONS
from .workload import DTYPES, LAYOUTS, make_workload


class _Measured:
    """Ratios of times, measured in turns: below 1 is faster. Machines can be compared by them."""

    version = 1
    timeout = 120

    def setup(self, function: str, dtype: str, kilobytes: int, layout: str = "contiguous") -> None:
        self.work = make_workload(function, dtype, kilobytes, layout)

    @mark(unit="x np.copyto")
    def track_time_over_copy(self, *_: object) -> float:
        """Per byte moved: a copy reads one array and writes one."""
        ours, copy = minimum_seconds([self.work.ours, self.work.copy], self.work.namespace)
        return (ours / self.work.bytes_moved) / (copy / self.work.bytes_copied)

    @mark(unit="x NumPy's spelling")
    def track_time_over_numpy(self, *_: object) -> float:
        ours, numpy = minimum_seconds([self.work.ours, self.work.numpy], self.work.namespace)
        return ours / numpy


class Sizes(_Measured):
    params = (tuple(FUNCTIONS), DTYPES, (16, 500, 8_000, 40_000))
    param_names = ("function", "dtype", "kilobytes")

    @mark(unit="GB/s")
    def track_gigabytes_per_second(self, *_: object) -> float:
        (seconds,) = minimum_seconds([self.work.ours], self.work.namespace)
        return self.work.bytes_moved / seconds / 1e9


class Layouts(_Measured):
    params = (tuple(FUNCTIONS), ("float16", "float32", "int8"), (500,), LAYOUTS)
    param_names = ("function", "dtype", "kilobytes", "layout")
    warmup_time = 0.01
    repeat = (10, 200, 0.05)
    rounds = 1

    def setup(self, function: str, dtype: str, kilobytes: int, layout: str = "contiguous") -> None:
        super().setup(function, dtype, kilobytes, layout)
        namespace = self.work.namespace
        self.call = eval(f"lambda: {self.work.ours}", namespace)

    def time_call(self, *_: object) -> None:
        self.call()
