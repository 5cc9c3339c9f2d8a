"""Measures the overhead of a call, and the time of the import after NumPy's."""

import subprocess
import sys

from .measure import mark, minimum_seconds
from .table import FUNCTIONS
from .workload import make_workload


class Calls:
    version = 1
    params = (tuple(FUNCTIONS), (1, 10, 100))
    param_names = ("function", "n")
    warmup_time = 0.01
    repeat = 30
    rounds = 1

    def setup(self, function: str, n: int) -> None:
        self.work = make_workload(function, "float32", n * 0.004)
        self.call = eval(f"lambda: {self.work.ours}", self.work.namespace)

    def time_thousand_calls(self, *_: object) -> None:
        call = self.call
        for _call in range(1000):
            call()

    @mark(unit="x np.abs")
    def track_time_over_abs(self, *_: object) -> float:
        absolute = "np.abs(x, out=out)"
        ours, numpy = minimum_seconds([self.work.ours, absolute], self.work.namespace)
        return ours / numpy

    @mark(unit="x NumPy's spelling")
    def track_time_over_numpy(self, *_: object) -> float:
        ours, numpy = minimum_seconds([self.work.ours, self.work.numpy], self.work.namespace)
        return ours / numpy


@mark(unit="ms")
def track_import_after_numpy() -> float:
    statement = (
        "import numpy; from time import perf_counter; start = perf_counter();"
        "import relu_ufunc; print(perf_counter() - start)"
    )
    command = [sys.executable, "-c", statement]
    return min(float(subprocess.check_output(command)) for _ in range(10)) * 1e3
