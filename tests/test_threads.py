"""The setting for the number of threads, and the pool's life among other threads."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc
from tests.subprocesses import output_of, run

SAYS_THREADS = "import relu_ufunc; print(relu_ufunc.get_num_threads())"

FORKS = """\
import os, warnings
import numpy as np
import relu_ufunc

warnings.simplefilter("ignore", DeprecationWarning)
relu_ufunc.set_num_threads(2)
x = np.random.default_rng(0).normal(size=1 << 21)
right = np.maximum(x, 0)
assert (relu_ufunc.relu(x) == right).all()
child = os.fork()
if child == 0:
    same = (relu_ufunc.relu(x) == right).all()
    os._exit(0 if same and relu_ufunc.get_num_threads() == 2 else 1)
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert (relu_ufunc.relu(x) == right).all()
print("done")
"""


@pytest.fixture(autouse=True)
def setting_of_before() -> Iterator[None]:
    before = relu_ufunc.get_num_threads()
    yield
    relu_ufunc.set_num_threads(before)


def test_one_thread_is_the_default(tmp_path: Path) -> None:
    assert output_of(SAYS_THREADS, tmp_path) == "1"


@pytest.mark.parametrize("n", [1, 2, 5, np.int8(3), True])
def test_the_setting_is_kept(n: int) -> None:
    relu_ufunc.set_num_threads(n)
    assert relu_ufunc.get_num_threads() == int(n)


@pytest.mark.parametrize("n", [0, -1, -(1 << 40), 1 << 40])
def test_a_number_out_of_range(n: int) -> None:
    relu_ufunc.set_num_threads(2)
    with pytest.raises(ValueError, match="threads"):
        relu_ufunc.set_num_threads(n)
    assert relu_ufunc.get_num_threads() == 2


@pytest.mark.parametrize("n", [1.0, "2", None, [2], np.float64(2)])
def test_not_an_integer(n: object) -> None:
    relu_ufunc.set_num_threads(2)
    with pytest.raises(TypeError, match="integer"):
        relu_ufunc.set_num_threads(n)  # type: ignore[arg-type]
    assert relu_ufunc.get_num_threads() == 2


@pytest.mark.parametrize("n", ["1", "2", "3"])
def test_the_environment_sets_it(n: str, tmp_path: Path) -> None:
    assert output_of(SAYS_THREADS, tmp_path, RELU_UFUNC_NUM_THREADS=n) == n


@pytest.mark.parametrize("n", ["", "0", "-1", "two", "1.5"])
def test_a_bad_environment_is_an_error(n: str, tmp_path: Path) -> None:
    finished = run(SAYS_THREADS, tmp_path, RELU_UFUNC_NUM_THREADS=n)
    assert finished.returncode != 0
    message = finished.stderr.strip().splitlines()[-1]
    assert "Error" in message
    assert "RELU_UFUNC_NUM_THREADS" in message
    assert repr(n) in message


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_has_no_workers_and_does_not_wait_for_them(tmp_path: Path) -> None:
    assert output_of(FORKS, tmp_path) == "done"


def test_callers_compete_for_the_workers() -> None:
    relu_ufunc.set_num_threads(3)
    x = np.random.default_rng(0).normal(size=(1 << 18) + 3)
    right = np.maximum(x, 0)

    def call(k: int) -> bool:
        if k % 7 == 0:
            relu_ufunc.set_num_threads(1 + k % 4)
        return bool((relu_ufunc.relu(x) == right).all())

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(call, range(60)))


def test_the_process_ends_with_workers_waiting(tmp_path: Path) -> None:
    code = (
        "import numpy as np, relu_ufunc; relu_ufunc.set_num_threads(2);"
        "print(relu_ufunc.relu(np.ones(1 << 21)).sum())"
    )
    assert output_of(code, tmp_path) == str(float(1 << 21))
