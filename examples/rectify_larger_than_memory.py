"""Rectify an array on disk that is larger than the memory of the workers, and count its sparsity.

A Dask cluster on this machine, whose workers have a memory limit, reads a Zarr array chunk by
chunk, rectifies it into another, and monitors its units in the same pass. Then it checks the
result. It does so once for each setting of workers x threads of each x threads of relu_ufunc.

    python examples/rectify_larger_than_memory.py
"""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import dask.array as da
import numpy as np
import zarr
from dask.utils import parse_bytes
from distributed import Client, LocalCluster, progress

from relu_ufunc import relu
from relu_ufunc.diagnostics import ActivationMonitor

UNITS = 1024
SETTINGS = ("2x1x1", "1x2x1", "1x1x2")


class Measured(NamedTuple):
    seconds: float
    """The elapsed time of reading, rectifying, counting and writing."""
    cpu_seconds: float
    """The processor time of all workers, which says more if the machine is busy otherwise."""
    peaks: list[int | None]
    """The most memory that each worker held, in bytes; None where the system does not say."""
    monitor: ActivationMonitor
    is_right: bool


def cluster(setting: str, limit: str) -> LocalCluster:
    """A cluster of processes that accept connections from this machine only, without dashboard."""
    n_workers, n_threads, relu_threads = map(int, setting.split("x"))
    return LocalCluster(
        n_workers=n_workers,
        threads_per_worker=n_threads,
        memory_limit=limit,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
        env={"RELU_UFUNC_NUM_THREADS": str(relu_threads)},
    )


def normal(block_info: Any = None) -> Any:
    """Examples for units with means from -8 to 4, of which the lowest are hardly ever positive."""
    location = block_info[None]["chunk-location"]
    values = np.random.default_rng(location).standard_normal(
        block_info[None]["chunk-shape"], dtype=np.float32
    )
    values += np.linspace(-8, 4, UNITS, dtype=np.float32)
    return values


def watch(block: Any) -> Any:
    monitor = ActivationMonitor()
    monitor.update(block)
    return np.array([[monitor]], dtype=object)


def peak_memory() -> int | None:
    """The most memory that this process has held, in bytes; None where Linux does not report it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    return next(
        int(line.split()[1]) * 1024
        for line in status.read_text().splitlines()
        if line.startswith("VmHWM:")
    )


def cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system


def empty(path: Path, rows: int, chunk_rows: int) -> "zarr.Array[Any]":
    return zarr.create_array(
        path,
        shape=(rows, UNITS),
        chunks=(chunk_rows, UNITS),
        dtype=np.float32,
        compressors=None,
        overwrite=True,
    )


def make(path: Path, rows: int, chunk_rows: int) -> None:
    chunks = ((chunk_rows,) * (rows // chunk_rows), (UNITS,))
    values = da.map_blocks(normal, chunks=chunks, meta=np.empty((0, 0), np.float32))
    da.store(values, empty(path, rows, chunk_rows), lock=False)


def rectified_and_watched(source: Path, target: Path) -> tuple[Any, Any]:
    """The stored array and the monitors; computed together, they read each chunk only once."""
    x = da.from_zarr(source)
    output = empty(target, len(x), x.chunksize[0])
    stored = da.store(
        relu(x), output, lock=False, compute=False, return_stored=True, load_stored=False
    )
    one_each = ((1,) * x.numblocks[0], (1,))
    return stored, x.map_blocks(watch, chunks=one_each, meta=np.empty((0, 0), object))


def rectify(client: Client, source: Path, target: Path) -> Measured:
    lazy = rectified_and_watched(source, target)
    cpu_before = sum(client.run(cpu_seconds).values())
    start = time.perf_counter()
    stored, watched = client.persist(lazy)
    progress([stored, watched], notebook=False)
    monitor = reduce(ActivationMonitor.merge, watched.compute().ravel())
    seconds = time.perf_counter() - start
    cpu = sum(client.run(cpu_seconds).values()) - cpu_before
    peaks = list(client.run(peak_memory).values())

    x, written = da.from_zarr(source), da.from_zarr(target)
    is_right = da.all((written == da.maximum(x, 0)) & ~da.signbit(written)).compute()
    return Measured(seconds, cpu, peaks, monitor, bool(is_right))


def table(rows: list[dict[str, str]]) -> str:
    cells = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(text.rjust(n) for text, n in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    return "\n".join(
        [lines[0], "|" + "|".join("-" * (n + 1) + ":" for n in widths) + "|", *lines[1:]]
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--size", default="2GB", help="of the array (default: %(default)s)")
    parser.add_argument(
        "--limit", default="512MB", help="of the memory of each worker (default: %(default)s)"
    )
    parser.add_argument("--chunk", default="16MB", help="of the array (default: %(default)s)")
    parser.add_argument(
        "--settings",
        nargs="+",
        default=SETTINGS,
        metavar="WxTxR",
        help=f"workers x threads x threads of relu_ufunc (default: {' '.join(SETTINGS)})",
    )
    parser.add_argument("--folder", type=Path, help="for both arrays (default: a temporary one)")
    options = parser.parse_args(argv)

    size, limit = parse_bytes(options.size), parse_bytes(options.limit)
    chunk_rows = max(1, parse_bytes(options.chunk) // (4 * UNITS))
    rows = -(-size // (4 * UNITS * chunk_rows)) * chunk_rows
    results = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        source, target = Path(folder, "source.zarr"), Path(folder, "target.zarr")
        with cluster(options.settings[0], options.limit) as workers, Client(workers):
            make(source, rows, chunk_rows)
        for setting in options.settings:
            with cluster(setting, options.limit) as workers, Client(workers) as client:
                measured = rectify(client, source, target)
            if not measured.is_right:
                raise SystemExit(f"{setting}: the array written is not the array rectified")
            results.append(row(setting, rows * 4 * UNITS, limit, measured))
    print(f"\n\n{table(results)}\n\n{measured.monitor.summary()}")


def row(setting: str, size: int, limit: int, measured: Measured) -> dict[str, str]:
    n_workers, n_threads, relu_threads = setting.split("x")
    positive, zero, negative, _ = (int(each.sum()) for each in measured.monitor.counts())
    known = [peak for peak in measured.peaks if peak is not None]
    return {
        "array": f"{size / 1e9:.2f} GB",
        "workers": n_workers,
        "limit of each": f"{limit / 1e6:.0f} MB",
        "peak of each": ", ".join(f"{peak / 1e6:.0f}" for peak in known) + " MB" if known else "?",
        "threads of each": n_threads,
        "of relu_ufunc": relu_threads,
        "seconds": f"{measured.seconds:.1f}",
        "CPU seconds": f"{measured.cpu_seconds:.1f}",
        "sparsity": f"{(zero + negative) / (positive + zero + negative):.2%}",
        "dead units": f"{measured.monitor.dead().sum()} of {UNITS}",
    }


if __name__ == "__main__":
    main()
