"""A ufunc is pickled by name, even for processes that have not imported the package."""

import pickle
from pathlib import Path

import pytest

import relu_ufunc
from relu_ufunc._operations import OPERATIONS, Operation
from tests.cases import each_operation
from tests.subprocesses import output_of

SPAWNS = """\
import multiprocessing
import numpy as np
import relu_ufunc

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        rows = np.arange(-6.0, 6).reshape(3, 4)
        results = pool.map(relu_ufunc.relu, rows)
        assert (np.array(results) == np.maximum(rows, 0)).all()
        assert pool.apply(relu_ufunc.leaky_relu, (np.float64(-4), 0.25)) == -1
    print("done")
"""


@each_operation
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_round_trip(operation: Operation, protocol: int) -> None:
    ufunc = getattr(relu_ufunc, operation.name)
    assert pickle.loads(pickle.dumps(ufunc, protocol)) is ufunc


def test_into_a_fresh_process(tmp_path: Path) -> None:
    ufuncs = [getattr(relu_ufunc, operation.name) for operation in OPERATIONS]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        (tmp_path / f"{protocol}.pickle").write_bytes(pickle.dumps(ufuncs, protocol))
    code = (
        "import pathlib, pickle, sys\n"
        "assert 'relu_ufunc' not in sys.modules\n"
        "for file in pathlib.Path().glob('*.pickle'):\n"
        "    ufuncs = pickle.loads(file.read_bytes())\n"
        "    import relu_ufunc\n"
        "    assert all(getattr(relu_ufunc, u.__name__) is u for u in ufuncs)\n"
        "    print(len(ufuncs))"
    )
    n_files = pickle.HIGHEST_PROTOCOL + 1
    assert output_of(code, tmp_path).split() == [str(len(OPERATIONS))] * n_files


def test_from_a_fresh_process(tmp_path: Path) -> None:
    code = (
        "import pickle, relu_ufunc\n"
        f"names = {[operation.name for operation in OPERATIONS]}\n"
        "print(pickle.dumps([getattr(relu_ufunc, name) for name in names]).hex())"
    )
    ufuncs = pickle.loads(bytes.fromhex(output_of(code, tmp_path)))
    for operation, ufunc in zip(OPERATIONS, ufuncs, strict=True):
        assert ufunc is getattr(relu_ufunc, operation.name)


def test_multiprocessing_with_spawn(tmp_path: Path) -> None:
    script = tmp_path / "spawns.py"
    script.write_text(SPAWNS)
    code = f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')"
    assert output_of(code, tmp_path) == "done"
