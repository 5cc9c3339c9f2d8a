"""Many Python threads may call at once, with their own or with shared inputs."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.bits import assert_same
from tests.cases import CASES, Case, each_case_with, ordinary_operands
from tests.oracles import expected

N_THREADS = 8


def in_threads(work: Callable[[int], None]) -> None:
    barrier = threading.Barrier(N_THREADS)

    def start_together(k: int) -> None:
        barrier.wait()
        work(k)

    with ThreadPoolExecutor(N_THREADS) as pool:
        for done in [pool.submit(start_together, k) for k in range(N_THREADS)]:
            done.result()


@pytest.fixture(autouse=True)
def switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@each_case_with(lambda case: case.character in "hef")
def test_many_threads_at_once(case: Case) -> None:
    sizes = (3, 70, 9_001)
    shared = [ordinary_operands(case, n) for n in sizes]
    wanted = [expected(case.operation, *operands) for operands in shared]

    def work(k: int) -> None:
        for turn in range(6):
            operands, right = shared[(k + turn) % 3], wanted[(k + turn) % 3]
            spread = [np.repeat(a, 2)[::2] for a in operands] if turn % 2 else operands
            for actual, wants in zip(case.call(*spread), right, strict=True):
                assert_same(actual, wants, case)

    in_threads(work)


def test_a_warning_of_one_thread_stays_with_it() -> None:
    infinity = np.full(5_000, np.inf)
    add_relu = next(c for c in CASES if c.operation.name == "add_relu" and c.character == "d")

    def work(k: int) -> None:
        for _ in range(20):
            with np.errstate(all="raise"):
                assert np.isnan(add_relu.call(infinity, -infinity)[0]).all()
            with pytest.raises(FloatingPointError), np.errstate(invalid="raise"):
                np.subtract(infinity, infinity)

    in_threads(work)
