"""Measures what each instruction set gains over the compiler's baseline."""

import numpy as np

import relu_ufunc

from .measure import mark, minimum_seconds
from .table import FUNCTIONS, ISAS
from .workload import make_workload


class InstructionSets:
    version = 1
    params = (tuple(FUNCTIONS), ("float16", "float32", "int8"), ISAS[:-1])
    param_names = ("function", "dtype", "isa")

    def setup(self, function: str, dtype: str, isa: str) -> None:
        if isa not in relu_ufunc.available_isas():
            raise NotImplementedError(f"{isa} cannot run here")
        self.work = make_workload(function, dtype, 16)
        self.work.namespace["f"] = _ufunc(function, isa)
        self.work.namespace["generic"] = _ufunc(function, "generic")

    @mark(unit="x generic")
    def track_time_over_generic(self, *_: object) -> float:
        generic = "generic" + self.work.ours.removeprefix("f")
        ours, baseline = minimum_seconds([self.work.ours, generic], self.work.namespace)
        return ours / baseline


def _ufunc(function: str, isa: str) -> np.ufunc:
    try:
        from relu_ufunc._ufuncs import make_ufuncs
    except ImportError:
        raise NotImplementedError("this version cannot choose an instruction set") from None
    return make_ufuncs(isa)[function]
