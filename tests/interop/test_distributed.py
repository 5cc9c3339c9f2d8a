"""dask.array with dask.distributed: worker processes, a memory limit, and the example's script."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import relu_ufunc as ru
from relu_ufunc._operations import OPERATIONS, Operation
from relu_ufunc.diagnostics import ActivationMonitor, activation_counts
from tests.bits import Array, assert_same, ordinary
from tests.packages import installed

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[2]
single = [operation for operation in OPERATIONS if len(operation.outputs) == 1]
each_operation = pytest.mark.parametrize("operation", single, ids=lambda row: row.name)
each_dtype = pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint16"])


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of two worker processes; no process and no open port is left afterwards."""
    distributed = installed("distributed")
    psutil = import_module("psutil")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            memory_limit="1GB",
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            env={"RELU_UFUNC_NUM_THREADS": "2"},
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = client.run(os.getpid)
        ports = [int(address.rpartition(":")[2]) for address in (cluster.scheduler_address, *pids)]
        assert len(set(pids.values()) - {os.getpid()}) == 2
        assert all(map(_listens, ports))
        yield client
    assert not any(map(psutil.pid_exists, pids.values()))
    assert not any(map(_listens, ports))


def _listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def _in_workers(client: Any, expression: str) -> set[Any]:
    """The values of an expression in the workers; evaluating it imports none of our modules."""
    return set(client.run(eval, expression).values())


def test_a_ufunc_goes_to_workers_that_have_not_imported_it(client: Any) -> None:
    imported = "'relu_ufunc' in __import__('sys').modules"
    assert _in_workers(client, imported) == {False}
    x = np.arange(-3.0, 3)
    futures = [
        client.submit(ru.relu, x, workers=[worker], allow_other_workers=False, pure=False)
        for worker in client.scheduler_info()["workers"]
    ]
    for result in client.gather(futures):
        np.testing.assert_array_equal(result, ru.relu(x))
    assert _in_workers(client, imported) == {True}


def test_the_threads_set_for_the_workers_are_theirs_alone(client: Any) -> None:
    assert _in_workers(client, "__import__('relu_ufunc').get_num_threads()") == {2}
    assert ru.get_num_threads() == 1


def _operands(operation: Operation, dtype: str) -> list[Array]:
    if np.dtype(dtype).char not in operation.type_characters:
        pytest.skip("there is no such loop")
    shape = (50, 40)
    return [
        ordinary(np.dtype(dtype).char, 2000, seed).reshape(shape)
        for seed in range(len(operation.inputs))
    ]


@each_dtype
@each_operation
def test_chunks_in_workers_have_the_same_bits(
    operation: Operation, dtype: str, client: Any
) -> None:
    da = installed("dask.array")
    ufunc = getattr(ru, operation.name)
    operands = _operands(operation, dtype)
    result = ufunc(*(da.from_array(a, chunks=(17, 40)) for a in operands))
    assert result.chunks == ((17, 17, 16), (40,))
    computed, wanted = client.compute(result).result(), ufunc(*operands)
    # The bits of a NaN that went through arithmetic are not specified.
    is_number = wanted == wanted
    assert_same(computed[is_number], wanted[is_number])
    assert (computed != computed)[~is_number].all()


@each_dtype
@each_operation
def test_the_meta_matches_the_result(operation: Operation, dtype: str) -> None:
    da = installed("dask.array")
    ufunc = getattr(ru, operation.name)
    numbers = [0.5] * len(operation.parameters)
    arrays = [np.ones((6, 4), dtype)] * (len(operation.inputs) - len(numbers))
    lazy = ufunc(*(da.from_array(a, chunks=3) for a in arrays), *numbers)
    plain = ufunc(*arrays, *numbers)
    assert type(lazy) is da.Array
    assert type(lazy._meta) is np.ndarray
    assert (lazy.dtype, lazy.shape) == (lazy._meta.dtype, plain.shape) == (plain.dtype, plain.shape)
    assert lazy.compute(scheduler="synchronous").dtype == plain.dtype


def test_nothing_is_computed_until_it_is_requested(client: Any, tmp_path: Path) -> None:
    da = installed("dask.array")

    def make(block_info: Any = None) -> Array:
        number = block_info[None]["chunk-location"][0]
        (tmp_path / f"{number}").touch()
        return np.full(2, number - 1.0)

    x = da.map_blocks(make, chunks=((2, 2, 2),), meta=np.empty(0))
    y = ru.leaky_relu(ru.add_relu(x, -0.5), 0.1)
    assert not list(tmp_path.iterdir())
    assert client.compute(y[:1]).result().tolist() == [0.0]
    assert [path.name for path in tmp_path.iterdir()] == ["0"]
    assert client.compute(y).result().tolist() == [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]


def test_mixed_with_numpy_and_numbers(client: Any) -> None:
    da = installed("dask.array")
    x = np.linspace(-1, 1, 24, dtype=np.float32).reshape(6, 4)
    slope = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
    lazy = ru.prelu(da.from_array(x, chunks=(4, 2)), slope)
    assert lazy.chunks == ((4, 2), (2, 2))
    assert_same(client.compute(lazy).result(), ru.prelu(x, slope))


def test_monitors_of_workers_merge(client: Any) -> None:
    da = installed("dask.array")
    data = np.random.default_rng(0).normal(np.linspace(-6, 2, 9), 1, (60, 9)).astype(np.float32)

    def watch(block: Array) -> Array:
        monitor = ActivationMonitor()
        monitor.update(block)
        return np.array([[monitor]], dtype=object)

    parts = da.from_array(data, chunks=(7, 9)).map_blocks(
        watch, chunks=(1, 1), meta=np.empty((0, 0), dtype=object)
    )
    monitor = reduce(ActivationMonitor.merge, client.compute(parts).result().ravel())
    for ours, wanted in zip(monitor.counts(), activation_counts(data, 0), strict=True):
        np.testing.assert_array_equal(ours, wanted)


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Any:
    installed("zarr")
    monkeypatch.syspath_prepend(str(ROOT / "examples"))
    return import_module("rectify_larger_than_memory")


def test_each_chunk_is_read_once(
    example: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dask, zarr = installed("dask"), installed("zarr")
    reads = []
    read = zarr.Array.__getitem__

    def counted(array: Any, selection: Any) -> Any:
        reads.append(selection)
        return read(array, selection)

    with dask.config.set(scheduler="synchronous"):
        example.make(tmp_path / "x", 40, 10)
        monkeypatch.setattr(zarr.Array, "__getitem__", counted)
        dask.persist(*example.rectified_and_watched(tmp_path / "x", tmp_path / "y"))
    # Dask also reads an empty part, to determine the type.
    assert sorted(rows.start for rows, _ in reads if rows.stop) == [0, 10, 20, 30]


def test_the_example_finds_a_wrong_result(
    example: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The worker runs in this process, which has imported the script as a module.
    with installed("distributed").Client(
        processes=False,
        n_workers=1,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        scheduler_kwargs={"dashboard": False},
    ) as client:
        example.make(tmp_path / "x", 20, 10)
        assert example.rectify(client, tmp_path / "x", tmp_path / "y").is_right
        monkeypatch.setattr(example, "relu", np.abs)
        assert not example.rectify(client, tmp_path / "x", tmp_path / "y").is_right


def test_the_example_at_small_size(tmp_path: Path) -> None:
    for package in ("distributed", "zarr"):
        installed(package)
    path = os.pathsep.join(
        filter(None, [str(Path(ru.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    script = str(ROOT / "examples" / "rectify_larger_than_memory.py")
    options = "--size 20MB --chunk 2MB --limit 1GB --settings 2x1x1 --folder"
    finished = subprocess.run(
        [sys.executable, "-W", "error", script, *options.split(), str(tmp_path)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Warning" not in finished.stderr
    assert "100% Completed" in finished.stdout
    header, _, cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in finished.stdout.splitlines()
        if line.startswith("|")
    ]
    row = dict(zip(header, cells, strict=True))
    assert row["array"] == "0.02 GB"
    assert (row["workers"], row["limit of each"]) == ("2", "1000 MB")
    assert 0.6 < float(row["sparsity"].removesuffix("%")) / 100 < 0.7
    assert re.fullmatch(r"\d+, \d+ MB|\?", row["peak of each"])
    assert not list(tmp_path.iterdir())
