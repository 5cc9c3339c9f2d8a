"""A Dask cluster of worker processes, one of which is killed now and then.

    python -m tools.soak.cluster [--seconds S] [--seed N]

Needs the extra `interop`.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
from distributed import Client

import relu_ufunc
from relu_ufunc._operations import OPERATIONS
from relu_ufunc.diagnostics import ActivationMonitor
from tests.bits import Array
from tools.soak import jobs
from tools.soak.companions import arguments
from tools.soak.right import check, right
from tools.soak.values import values

N_WORKERS = 2
THREADS_OF_EACH = 4
MOST_SECONDS = 120
SINGLE = [row for row in OPERATIONS if len(row.outputs) == 1]


@contextmanager
def cluster() -> Iterator[Any]:
    """Run a scheduler and its workers, and give a client of theirs.

    As Dask's command line starts them: a LocalCluster gives up a worker whose replacement is not
    there after 15 s (findings/dask_worker_lost_twice_is_given_up.sh), as may be beside the soak.
    """
    settings = {
        "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical",
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "20",
        "RELU_UFUNC_NUM_THREADS": "2",
    }
    here = ["--host=127.0.0.1", "--no-dashboard"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = f"--scheduler-file={folder / 'scheduler.json'}"

        def start(*command: str) -> None:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *command, file, *here], env=os.environ | settings
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)

        start("scheduler", "--port=0")
        start(
            "worker",
            f"--nworkers={N_WORKERS}",
            f"--nthreads={THREADS_OF_EACH}",
            "--memory-limit=1GB",
            f"--local-directory={folder}",
        )
        client = stack.enter_context(
            Client(scheduler_file=str(folder / "scheduler.json"), timeout=MOST_SECONDS)
        )
        client.wait_for_workers(N_WORKERS, timeout=MOST_SECONDS)
        yield client


def compute(client: Any, random: np.random.Generator, tally: jobs.Tally) -> None:
    """Compute in chunks, and compare with the oracle of the whole array."""
    operation = jobs.chosen(random, SINGLE)
    dtype = np.dtype(jobs.chosen(random, operation.type_characters))
    shape = (int(random.integers(1, 300)), int(random.integers(1, 1000)))
    given = [values(random, dtype, shape) for _ in operation.inputs]
    chunks = tuple(max(1, length // int(random.integers(1, 5))) for length in shape)
    lazy = getattr(relu_ufunc, operation.name)(*(da.from_array(a, chunks=chunks) for a in given))
    result = client.compute(lazy).result(timeout=MOST_SECONDS)
    tally.elements += check(result, right(operation, *given)[0], f"{operation.name}, {dtype}")
    tally.calls += lazy.npartitions


def watch(block: Array) -> Array:
    monitor = ActivationMonitor()
    monitor.update(block)
    return np.array([[monitor]], dtype=object)


def monitor(client: Any, random: np.random.Generator, tally: jobs.Tally) -> None:
    """Merge monitors of the chunks."""
    data = values(random, np.dtype("f"), (int(random.integers(1, 3000)), 9))
    parts = da.from_array(data, chunks=(500, 9)).map_blocks(
        watch, chunks=(1, 1), meta=np.empty((0, 0), dtype=object)
    )
    monitors = client.compute(parts).result(timeout=MOST_SECONDS).flat
    merged = reduce(ActivationMonitor.merge, monitors)
    assert all(map(np.array_equal, merged.counts(), jobs.counts_of(data, 0)))
    tally.calls += parts.npartitions


def lose_a_worker(client: Any, random: np.random.Generator, tally: jobs.Tally) -> None:
    """Kill a worker while its tasks run; the others or its replacement run them again."""
    x = values(random, np.dtype("d"), (1 << 20,))
    futures = client.compute(
        [relu_ufunc.leaky_relu(da.from_array(x, chunks=1 << 16), 0.1 * k) for k in range(8)]
    )
    _, pid = jobs.chosen(random, sorted(client.run(os.getpid).items()))
    os.kill(pid, signal.SIGKILL)
    (operation,) = (row for row in OPERATIONS if row.name == "leaky_relu")
    for k, future in enumerate(futures):
        wanted = right(operation, x, np.array(0.1 * k))[0]
        tally.elements += check(future.result(timeout=MOST_SECONDS), wanted, "after a loss")
        tally.calls += 16
    client.wait_for_workers(N_WORKERS, timeout=MOST_SECONDS)


def main() -> int:
    seconds, seed = arguments(__doc__)
    # The arrays are small, whatever Dask thinks of them.
    warnings.filterwarnings("ignore", "Sending large graph")
    random, tally, losses = np.random.default_rng(seed), jobs.Tally(), 0
    with cluster() as client:
        until = time.monotonic() + seconds
        next_loss = time.monotonic() + seconds / 4
        while time.monotonic() < until:
            compute(client, random, tally)
            monitor(client, random, tally)
            if time.monotonic() > next_loss:
                lose_a_worker(client, random, tally)
                losses += 1
                next_loss += max(30, seconds / 4)
    print(
        f"cluster: {tally.calls:,} calls in {N_WORKERS} workers, {tally.elements:,} elements "
        f"checked, {losses} workers killed and replaced",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
