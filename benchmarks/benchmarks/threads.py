"""Measures what more threads gain, from arrays too small to split to arrays in memory."""

import os

import relu_ufunc

from .measure import mark, minimum_seconds
from .workload import make_workload


class Threads:
    version = 1
    params = (
        ("relu", "leaky_relu", "relu_backward"),
        (40, 100, 400, 1_000, 4_000, 40_000, 400_000),
        ("contiguous", "fresh output"),
        (2, 4, 8),
    )
    param_names = ("function", "kilobytes", "layout", "threads")
    timeout = 120

    def setup(self, function: str, kilobytes: int, layout: str, threads: int) -> None:
        if not hasattr(relu_ufunc, "set_num_threads"):
            raise NotImplementedError("this version has no threads")
        if threads > (os.cpu_count() or 1):
            raise NotImplementedError(f"this machine has fewer than {threads} processors")
        self.work = make_workload(function, "float32", kilobytes, layout)
        self.work.namespace["set_num_threads"] = relu_ufunc.set_num_threads

    @mark(unit="x one thread")
    def track_time_over_one_thread(self, *parameters: object) -> float:
        call = self.work.ours
        # The first call after a change starts the threads.
        before = [f"set_num_threads({threads}); {call}" for threads in (1, parameters[-1])]
        one, many = minimum_seconds([call, call], self.work.namespace, before)
        return many / one
