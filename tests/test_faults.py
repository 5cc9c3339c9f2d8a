"""Behaviour under faults: no memory, no threads, forks, signals, full disks, reloads."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc
from tests import subinterpreters
from tests.bits import Array, assert_same
from tests.packages import IS_EDITABLE
from tests.subprocesses import output_of, run

N_CALLERS = 1000

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
needs_mmap_signals = pytest.mark.skipif(
    not hasattr(signal, "SIGBUS"), reason="only POSIX has SIGBUS for an unavailable page"
)

# Arrays that are large enough for threads to share, even if the threads have to be woken.
LONG = """\
import os, resource, signal, sys, threading, time, warnings
from pathlib import Path
import numpy as np
import relu_ufunc

warnings.simplefilter("ignore", DeprecationWarning)
relu_ufunc.set_num_threads(3)
relu_ufunc._core.force_store_mode("plain")
n_workers = relu_ufunc._core.usable_thread_count() - 1
x = np.random.default_rng(0).normal(size=1 << 21)
right = np.maximum(x, 0)
out = np.empty_like(x)

def n_tasks():
    return len(os.listdir("/proc/self/task"))
"""


@on_linux
def test_without_memory_for_a_thread_s_stack_the_caller_computes_alone(tmp_path: Path) -> None:
    code = """
page = resource.getpagesize()
used = int(Path("/proc/self/statm").read_text().split()[0]) * page
before, (_, hard) = n_tasks(), resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 20), hard))
relu_ufunc.relu(x, out=out)
alone = n_tasks()
resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
assert (out == right).all() and alone == before
out.fill(np.nan)
relu_ufunc.relu(x, out=out)
assert (out == right).all() and n_tasks() == before + n_workers
print("done")
"""
    assert output_of(LONG + code, tmp_path) == "done"


FAILING_CALLOC = """\
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

void *__libc_calloc(size_t n, size_t size);
int calls_before_failure = -1;

/* Lets only calls from our module fail. */
void *calloc(size_t n, size_t size)
{
    Dl_info caller;
    if (calls_before_failure >= 0 && dladdr(__builtin_return_address(0), &caller)
        && strstr(caller.dli_fname, "relu_ufunc/_core") && calls_before_failure-- == 0)
        return NULL;
    return __libc_calloc(n, size);
}
"""


@on_linux
@pytest.mark.skipif(not shutil.which("cc"), reason="compiles an allocator that fails")
def test_a_failing_allocation_is_a_memory_error(tmp_path: Path) -> None:
    (tmp_path / "failing.c").write_text(FAILING_CALLOC)
    library = tmp_path / "failing.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", library, tmp_path / "failing.c", "-ldl"], check=True
    )
    code = f"""
import ctypes
import numpy as np
from relu_ufunc import _core
left = ctypes.c_int.in_dll(ctypes.CDLL({str(library)!r}), "calls_before_failure")
failures = 0
while True:
    left.value = failures
    try:
        made = _core.make_ufunc(0, "generic", "")
    except MemoryError:
        failures += 1
    else:
        break
assert made(np.array([-1, 2])).tolist() == [0, 2]
print(failures)
"""
    preloaded = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), str(library)]))
    assert int(output_of(code, tmp_path, LD_PRELOAD=preloaded)) > 0


@needs_fork
def test_fork_during_a_call(tmp_path: Path) -> None:
    code = """
done = threading.Event()
def call():
    while not done.is_set():
        relu_ufunc.relu(x, out=out)
caller = threading.Thread(target=call)
caller.start()
codes = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os._exit(not (relu_ufunc.relu(x) == right).all())
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
done.set()
caller.join()
assert (out == right).all() and not any(codes), codes
print("done")
"""
    assert output_of(LONG + code, tmp_path) == "done"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs signal.setitimer")
def test_an_interrupt_waits_for_the_call_to_end(tmp_path: Path) -> None:
    code = """
x = np.full(1 << 23, -2, np.longdouble)
out = np.zeros_like(x)
signal.signal(signal.SIGALRM, signal.default_int_handler)
start = time.perf_counter()
try:
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    relu_ufunc.leaky_relu(x, 0.5, out=out)
    took = time.perf_counter() - start
    sys.exit(f"nothing interrupted a call of {took} s")
except KeyboardInterrupt:
    took = time.perf_counter() - start
assert took > 0.005, took
assert (out == -1).all()
out.fill(0)
relu_ufunc.leaky_relu(x, 0.5, out=out)
assert (out == -1).all()
print("done")
"""
    assert output_of(LONG + code, tmp_path) == "done"


@on_linux
def test_workers_leave_signals_to_python_but_not_their_own_faults(tmp_path: Path) -> None:
    code = """
before = set(os.listdir("/proc/self/task"))
relu_ufunc.relu(x, out=out)
workers = set(os.listdir("/proc/self/task")) - before
assert len(workers) == n_workers
def blocked_by(worker):
    status = Path(f"/proc/self/task/{worker}/status").read_text()
    return int(status.split("SigBlk:")[1].split()[0], 16)
for worker in workers:
    # The C library blocks every signal in a thread until it has begun to run.
    for _ in range(1000):
        blocked = blocked_by(worker)
        if not blocked >> signal.SIGSEGV - 1 & 1:
            break
        time.sleep(0.01)
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGCHLD"):
        assert blocked >> getattr(signal, name) - 1 & 1, name
    for name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"):
        assert not blocked >> getattr(signal, name) - 1 & 1, name
print("done")
"""
    assert output_of(LONG + code, tmp_path) == "done"


def test_a_thousand_threads_at_once() -> None:
    before = relu_ufunc.get_num_threads()
    x = np.random.default_rng(0).normal(size=(1 << 17) + 5).astype(np.float32)
    right = np.maximum(x, 0)
    outputs: list[Array | None] = [None] * N_CALLERS
    together = threading.Barrier(N_CALLERS)

    def call(k: int) -> None:
        together.wait()
        outputs[k] = relu_ufunc.relu(x[: len(x) - k])

    callers = [threading.Thread(target=call, args=(k,)) for k in range(N_CALLERS)]
    relu_ufunc.set_num_threads(2)
    try:
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    finally:
        relu_ufunc.set_num_threads(before)
    for k, out in enumerate(outputs):
        assert out is not None
        assert_same(out, right[: len(x) - k])


def test_a_read_only_file_as_input(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    x = np.random.default_rng(0).normal(size=100_003).astype(np.float32)
    np.save(path, x)
    path.chmod(0o444)
    content = path.read_bytes()
    mapped = np.load(path, mmap_mode="r")
    result = relu_ufunc.relu(mapped)
    assert type(result) is type(np.abs(mapped))
    assert_same(np.asarray(result), np.maximum(x, 0))
    for ufunc in (np.abs, relu_ufunc.relu):
        with pytest.raises(ValueError, match="read-only"):
            ufunc(mapped, out=mapped)
    assert path.read_bytes() == content


def test_a_file_as_output(tmp_path: Path) -> None:
    x = np.random.default_rng(0).normal(size=100_003).astype(np.float32)
    path = tmp_path / "y.npy"
    mapped = np.lib.format.open_memmap(path, "w+", x.dtype, x.shape)
    relu_ufunc.relu(x, out=mapped)
    mapped.flush()
    assert_same(np.load(path), np.maximum(x, 0))


INTO_A_FILE = """
path, function = "y", {function}
with open(path, "wb") as file:
    file.truncate(x.nbytes)
mapped = np.memmap(path, x.dtype, "r+", shape=x.shape)
{then}
relu_ufunc.set_num_threads({threads})
print("mapped", flush=True)
function(x, out=mapped)
"""


@on_linux
@needs_mmap_signals
@pytest.mark.parametrize("threads", [1, 2])
def test_a_file_that_became_shorter_faults_as_with_abs(threads: int, tmp_path: Path) -> None:
    codes = []
    for function in ("np.abs", "relu_ufunc.relu"):
        code = INTO_A_FILE.format(
            function=function, then="os.truncate(path, 4096)", threads=threads
        )
        codes.append(run(LONG + code, tmp_path).returncode)
    assert codes == [-signal.SIGBUS, -signal.SIGBUS]


IN_NAMESPACE = ("unshare", "--mount", "--map-root-user")
ON_SMALL_DISK = 'mount -t tmpfs -o size=1m none disk && exec "$0" script.py'


def _can_mount() -> bool:
    if not shutil.which(IN_NAMESPACE[0]):
        return False
    return not subprocess.run([*IN_NAMESPACE, "true"], check=False, capture_output=True).returncode


@on_linux
@needs_mmap_signals
@pytest.mark.skipif(not _can_mount(), reason="mounts a small disk in its own namespace")
def test_a_full_disk_faults_as_with_abs(tmp_path: Path) -> None:
    codes = []
    for function in ("np.abs", "relu_ufunc.relu"):
        code = INTO_A_FILE.format(function=function, then="", threads=2)
        script = tmp_path / "script.py"
        script.write_text("import os; os.chdir('disk')\n" + LONG + code)
        (tmp_path / "disk").mkdir(exist_ok=True)
        parent = str(Path(relu_ufunc.__file__).parents[1])
        finished = subprocess.run(
            [*IN_NAMESPACE, "sh", "-euc", ON_SMALL_DISK, sys.executable],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": parent},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert finished.stdout == "mapped\n", finished.stderr
        codes.append(finished.returncode)
    assert codes == [-signal.SIGBUS, -signal.SIGBUS]


def test_reload_and_a_second_import(tmp_path: Path) -> None:
    code = """
import importlib
first = relu_ufunc.relu
importlib.reload(relu_ufunc)
assert (relu_ufunc.relu(x) == right).all()
for name in [name for name in sys.modules if name.split(".")[0] == "relu_ufunc"]:
    del sys.modules[name]
import relu_ufunc as second
assert second is not relu_ufunc
for relu in (first, relu_ufunc.relu, second.relu):
    assert (relu(x) == right).all()
print("done")
"""
    assert output_of(LONG + code, tmp_path) == "done"


@pytest.mark.parametrize("kind", subinterpreters.KINDS)
def test_a_second_interpreter_is_refused(kind: str, tmp_path: Path) -> None:
    if kind == "isolated" and IS_EDITABLE:
        pytest.skip("an isolated one may not start the build of an editable install")
    code = f"""
import numpy as np
import relu_ufunc
attempt({kind!r})
assert relu_ufunc.relu(np.array([-1, 2])).tolist() == [0, 2]
print("done")
"""
    text = Path(subinterpreters.__file__).read_text(encoding="utf-8")
    assert output_of(text + code, tmp_path) == "done"
