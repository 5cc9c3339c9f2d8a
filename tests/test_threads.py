"""The number of threads can be set, and the pool works alongside other threads and forks."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc
from relu_ufunc import _core, _quota
from relu_ufunc._quota import processor_quota
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


@pytest.mark.parametrize("n", ["0", "-1", "two", "1.5"])
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


on_linux = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="sets affinity")


@on_linux
def test_no_more_threads_than_processors(tmp_path: Path) -> None:
    code = """
import os, time
import numpy as np
import relu_ufunc
from relu_ufunc import _core

relu_ufunc.set_num_threads(16)
processors = os.sched_getaffinity(0)
assert _core.usable_thread_count() == min(16, len(processors))
os.sched_setaffinity(0, {min(processors)})
time.sleep(0.02)
assert _core.usable_thread_count() == 1
_core.force_store_mode("plain")
x = np.ones(1 << 22, np.float32)
assert relu_ufunc.relu(x).sum() == x.size
assert len(os.listdir("/proc/self/task")) == 1
os.sched_setaffinity(0, processors)
time.sleep(0.02)
assert _core.usable_thread_count() == min(16, len(processors))
relu_ufunc.relu(x)
assert len(os.listdir("/proc/self/task")) == min(16, len(processors))
print("done")
"""
    assert output_of(code, tmp_path, OPENBLAS_NUM_THREADS="1") == "done"


def test_a_quota_caps_the_threads() -> None:
    relu_ufunc.set_num_threads(8)
    try:
        _core.set_quota(1)
        assert _core.usable_thread_count() == 1
        assert relu_ufunc.get_num_threads() == 8
    finally:
        relu_ufunc.set_num_threads(8)


@pytest.mark.parametrize(
    ("groups", "files", "quota"),
    [
        ("0::/", {"cpu.max": "150000 100000"}, 1),
        ("0::/", {"cpu.max": "20000 100000"}, 1),
        ("0::/", {"cpu.max": "max 100000"}, 64),
        ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        ("0::/of/the/host", {"cpu.max": "250000 50000"}, 5),
        ("0::/a", {"unified/a/cpu.max": "400000 100000"}, 4),
        ("1:cpu,cpuacct:/a", {"cpu,cpuacct/a/cpu.cfs_quota_us": "200000"}, 2),
        ("1:cpu:/a", {"cpu/a/cpu.cfs_quota_us": "-1"}, 64),
        ("1:cpu:/a", {"cpu/a/cpu.cfs_quota_us": "0"}, 64),
        ("1:cpu:/a", {"cpu/a/cpu.cfs_quota_us": "?", "cpu/cpu.cfs_quota_us": "300000"}, 3),
        ("0::/a", {"a/cpu.max": "?", "cpu.max": "300000 100000"}, 3),
        ("0::/", {"cpu.max": "300000 0"}, 64),
        ("1:memory:/a", {"memory/a/cpu.cfs_quota_us": "200000"}, 64),
        ("1:name=systemd:/\n0::/", {}, 64),
        ("2:cpuset:/b\n1:cpu:/a\n0::/", {"cpu/a/cpu.cfs_quota_us": "500000"}, 5),
    ],
)
def test_the_quota_of_a_control_group(
    groups: str, files: dict[str, str], quota: int, tmp_path: Path
) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_text(groups + "\n")
    for name, text in files.items():
        file = tmp_path / "sys/fs/cgroup" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
        if name.endswith("cfs_quota_us"):
            file.with_name("cpu.cfs_period_us").write_text("100000\n")
    assert processor_quota(tmp_path, unlimited=64) == quota


@pytest.mark.thread_unsafe
def test_the_quota_is_read_once_a_second_for_several_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, readings = 1000.0, 0

    def reading() -> int:
        nonlocal readings
        readings += 1
        return readings

    monkeypatch.setattr(_quota, "monotonic", lambda: now)
    monkeypatch.setattr(_quota, "processor_quota", reading)
    monkeypatch.setattr(_quota, "_latest", (0.0, 0))
    before = relu_ufunc.get_num_threads()
    try:
        for after, n, right in [(0, 1, 0), (0, 3, 1), (0.9, 2, 1), (0.2, 1, 1), (0, 2, 2)]:
            now += after
            relu_ufunc.set_num_threads(n)
            assert readings == right
            assert _core.usable_thread_count() <= max(1, readings)
    finally:
        monkeypatch.undo()
        relu_ufunc.set_num_threads(before)


@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(), reason="there is no GIL to wait for"
)
@pytest.mark.thread_unsafe
def test_the_quota_is_read_without_letting_go_of_the_gil() -> None:
    """Beside busy threads it would take many milliseconds to get it back."""
    turns, stop = [0], threading.Event()

    def take_turns() -> None:
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0)

    thread, interval = threading.Thread(target=take_turns), sys.getswitchinterval()
    sys.setswitchinterval(100)
    thread.start()
    try:
        before = 0
        for _ in range(300):
            while turns[0] == before:
                time.sleep(1e-4)
            before = turns[0]
            processor_quota()
            assert turns[0] == before
    finally:
        stop.set()
        sys.setswitchinterval(interval)
        thread.join()


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such"):
        _core.read_short_file(os.fsencode(tmp_path / "no such"))


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 20_000])
def test_a_file_is_read_whole(size: int, tmp_path: Path) -> None:
    content = bytes(np.random.default_rng(size).integers(0, 256, size, dtype=np.uint8))
    (tmp_path / "file").write_bytes(content)
    assert _core.read_short_file(os.fsencode(tmp_path / "file")) == content


def test_no_control_groups_no_quota(tmp_path: Path) -> None:
    assert processor_quota(tmp_path, unlimited=64) == 64
