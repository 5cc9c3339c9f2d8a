"""Arrays of other libraries: what docs/interoperability.md says about each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

import relu_ufunc as ru
from tests.bits import Array
from tests.packages import installed

pytestmark = [
    pytest.mark.interop,
    # PyTorch's tensors use NumPy's older protocol.
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning"),
]

PAGE = Path(__file__).parents[2] / "docs" / "interoperability.md"

X = np.array([-2.0, -0.5, 0.0, 1.5], dtype=np.float32)

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "relu": lambda x, _: ru.relu(x),
    "leaky_relu": ru.leaky_relu,
    "relu_backward": lambda x, _: ru.relu_backward(x, x),
    "crelu": lambda x, _: ru.crelu(x),
}


@dataclass(frozen=True)
class Container:
    name: str
    package: str
    pack: Callable[[Any, Array], Any]
    unpack: Callable[[Any], Any] = np.asarray
    gives: str = "the same"
    crelu: str = "yes"
    out: bool = True
    slope: Any = 0.5

    def has_crelu(self) -> bool:
        """Whether the release that is installed supports it."""
        word, _, release = self.crelu.rpartition(" ")
        if not word:
            return release == "yes"
        newer = Version(version(self.package)) >= Version(release)
        return newer is (word == "from")


CONTAINERS = [
    Container("pandas Series", "pandas", lambda pd, x: pd.Series(x.copy())),
    Container(
        "pandas DataFrame",
        "pandas",
        lambda pd, x: pd.DataFrame({"a": x, "b": x}),
        slope=np.float32(0.5),
    ),
    Container("pandas nullable", "pandas", lambda pd, x: pd.Series(x, dtype="Float32")),
    Container(
        "pandas Arrow-backed",
        "pandas",
        lambda pd, x: pd.Series(x, dtype=pd.ArrowDtype(import_module("pyarrow").float32())),
        crelu="before 3",
    ),
    Container("xarray DataArray", "xarray", lambda xr, x: xr.DataArray(x.copy()), out=False),
    Container(
        "xarray Dataset",
        "xarray",
        lambda xr, x: xr.Dataset({"a": ("t", x)}),
        unpack=lambda dataset: dataset.a.values,
        out=False,
    ),
    Container(
        "dask.array", "dask.array", lambda da, x: da.from_array(x.copy(), chunks=2), crelu="no"
    ),
    Container("awkward", "awkward", lambda ak, x: ak.Array(x), out=False),
    Container(
        "sparse COO",
        "sparse",
        lambda sparse, x: sparse.COO(x),
        lambda x: x.todense(),
        crelu="from 0.19.3",
    ),
    Container(
        "sparse GCXS",
        "sparse",
        lambda sparse, x: sparse.GCXS.from_numpy(x),
        lambda x: x.todense(),
        crelu="from 0.19.3",
    ),
    Container("polars Series", "polars", lambda pl, x: pl.Series(x), crelu="no", out=False),
    Container("numpy.ma", "numpy.ma", lambda ma, x: ma.array(x.copy())),
    Container("torch Tensor", "torch", lambda torch, x: torch.from_numpy(x.copy()), out=False),
    Container("jax Array", "jax.numpy", lambda jnp, x: jnp.asarray(x), gives="ndarray", out=False),
    *(
        Container(name, package, pack, gives="refused", crelu="no", out=False)
        for name, package, pack in (
            ("xarray DataTree", "xarray", lambda xr, x: xr.DataTree(xr.Dataset({"a": ("t", x)}))),
            ("unyt unyt_array", "unyt", lambda unyt, x: unyt.unyt_array(x, "m")),
            ("blosc2 NDArray", "blosc2", lambda blosc2, x: blosc2.asarray(x)),
            ("scipy.sparse", "scipy.sparse", lambda sparse, x: sparse.csr_array(x[np.newaxis])),
        )
    ),
]

each_container = pytest.mark.parametrize("container", CONTAINERS, ids=lambda each: each.name)


def packed(container: Container) -> Any:
    for package in {container.package, "pyarrow" if "Arrow" in container.name else "numpy"}:
        installed(package)
    return container.pack(import_module(container.package), X)


def results(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


@pytest.mark.parametrize("name", CALLS)
@each_container
def test_each_function(container: Container, name: str) -> None:
    x = packed(container)
    call = CALLS[name]
    if container.gives == "refused":
        with pytest.raises((TypeError, KeyError)):
            call(x, container.slope)
        return
    if name == "crelu" and not container.has_crelu():
        with pytest.raises((TypeError, NotImplementedError, AttributeError)):
            call(x, container.slope)
        return
    expected_type = np.ndarray if container.gives == "ndarray" else type(x)
    model = container.unpack(container.pack(import_module(container.package), X))
    given, plain = call(x, container.slope), call(model, container.slope)
    for result, expected in zip(results(given), results(plain), strict=True):
        assert type(result) is expected_type
        array = container.unpack(result)
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, expected)
    np.testing.assert_array_equal(container.unpack(x), model)


@each_container
def test_out(container: Container) -> None:
    x = packed(container)
    if not container.out:
        with pytest.raises((TypeError, NotImplementedError, KeyError)):
            ru.relu(x, out=x)
        return
    expected = ru.relu(container.unpack(x))
    result = ru.relu(x, out=x)
    np.testing.assert_array_equal(container.unpack(result), expected)
    np.testing.assert_array_equal(container.unpack(x), expected)


def rows() -> dict[str, list[str]]:
    """The cells of the table, by the name of the container."""
    head = PAGE.read_text("utf-8").split("\n## ")[0]
    lines = [line for line in head.splitlines() if line.startswith("|")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return {cells[0]: cells[1:] for cells in table}


@each_container
def test_the_table_agrees(container: Container) -> None:
    gives, crelu, out, *_ = rows()[container.name]
    assert gives == container.gives
    assert crelu == container.crelu
    assert out == ("yes" if container.out else "no")


def test_the_table_has_no_row_that_is_not_tested() -> None:
    others = {"numpy.memmap", "astropy Quantity", "pint Quantity", "autograd ArrayBox"}
    assert rows().keys() == {each.name for each in CONTAINERS} | others


def test_pandas_keeps_labels() -> None:
    pd = installed("pandas")
    series = pd.Series(X, index=list("abcd"), name="n")
    frame = pd.DataFrame({"f": X, "d": X.astype(float)}, index=list("abcd"))
    result = ru.relu(series)
    assert result.name == "n"
    assert result.index.equals(series.index)
    assert ru.relu(frame).dtypes.tolist() == [np.float32, np.float64]
    assert ru.relu(frame).index.equals(frame.index)


def test_a_data_frame_takes_a_python_number_for_a_float64() -> None:
    pd = installed("pandas")
    frame = pd.DataFrame({"a": X})
    assert ru.leaky_relu(frame, 0.5).dtypes.tolist() == [np.float64]
    assert ru.leaky_relu(frame, np.float32(0.5)).dtypes.tolist() == [np.float32]
    assert frame.apply(lambda column: ru.leaky_relu(column, 0.5)).dtypes.tolist() == [np.float32]


def test_a_nullable_data_frame_keeps_missing_values_column_by_column() -> None:
    pd = installed("pandas")
    frame = pd.DataFrame({"a": [-2.0, None]}, dtype="Float32")
    assert ru.leaky_relu(frame, 0.5).dtypes.tolist() == [np.float64]
    assert frame.apply(lambda column: ru.leaky_relu(column, 0.5)).dtypes.tolist() == ["Float32"]


def test_several_outputs_of_a_data_frame_have_one_dtype() -> None:
    pd = installed("pandas")
    mixed = pd.DataFrame({"a": X, "b": X.astype(np.float64), "c": X.astype(np.int8)})
    for result in ru.crelu(mixed):
        assert result.dtypes.tolist() == [np.float64] * 3
    for result, frame in ((ru.relu(mixed), mixed), (ru.relu(-mixed), mixed)):
        assert result.dtypes.tolist() == frame.dtypes.tolist()


def test_two_nullable_columns_with_several_inputs_or_outputs_are_refused() -> None:
    pd = installed("pandas")
    frame = pd.DataFrame({"a": [-2.0, None], "b": [1.0, -3.0]}, dtype="Float32")
    calls: tuple[Callable[[], object], ...] = (
        lambda: ru.crelu(frame),
        lambda: ru.leaky_relu(frame, 0.5),
    )
    for call in calls:
        with pytest.raises(TypeError, match="not supported for the input types"):
            call()
    assert ru.relu(-frame).dtypes.tolist() == ["Float32"] * 2


def test_pandas_refuses_where_beside_out() -> None:
    pd = installed("pandas")
    mask = np.array([True, True, False, False])
    series, out = pd.Series(X), pd.Series(np.full(4, 9, np.float32))
    with pytest.raises(TypeError, match="putmask"):
        ru.relu(series, out=out, where=mask)
    assert out.tolist() == [9.0] * 4
    assert ru.relu(series).where(mask, series).tolist() == [0.0, 0.0, 0.0, 1.5]


def test_pandas_has_no_outer() -> None:
    pd = installed("pandas")
    series = pd.Series(X)
    with pytest.raises(NotImplementedError):
        ru.add_relu.outer(series, series)


def test_pandas_aligns_two_operands_by_label() -> None:
    pd = installed("pandas")
    a, b = pd.Series([1.0, 2.0], index=["a", "b"]), pd.Series([1.0, -9.0], index=["b", "a"])
    assert ru.add_relu(a, b).to_dict() == {"a": 0.0, "b": 3.0}


@pytest.mark.parametrize("dtype", ["Int8", "Float32", "int8[pyarrow]", "float[pyarrow]"])
def test_pandas_keeps_missing_values(dtype: str) -> None:
    pd = installed("pandas")
    installed("pyarrow")
    result = ru.relu(pd.Series([-2, 5, None], dtype=dtype))
    assert result.isna().tolist() == [False, False, True]
    assert result[:2].tolist() == [0, 5]
    arrow = {"int8[pyarrow]": "double[pyarrow]", "float[pyarrow]": "float[pyarrow]"}
    if Version(pd.__version__) < Version("3"):
        arrow = {"int8[pyarrow]": "float64", "float[pyarrow]": "float32"}
    assert result.dtype == arrow.get(dtype, dtype)


def test_xarray_keeps_coordinates_and_attributes() -> None:
    xr = installed("xarray")
    array = xr.DataArray(X, dims="t", coords={"t": [1, 2, 3, 4]}, attrs={"units": "m"}, name="n")
    result = ru.relu(array)
    assert result.name == "n"
    assert result.attrs == array.attrs
    assert result.t.equals(array.t)


def test_dask_is_lazy_and_keeps_chunks() -> None:
    da = installed("dask.array")
    result = ru.relu(da.from_array(X, chunks=(3,)))
    assert result.chunks == ((3, 1),)
    np.testing.assert_array_equal(result.compute(scheduler="threads"), ru.relu(X))


def test_awkward_keeps_lists_and_missing_values() -> None:
    ak = installed("awkward")
    result = ru.leaky_relu(ak.Array([[-2.0, 3.0], [], [None, -1.0]]), 0.5)
    assert result.to_list() == [[-1.0, 3.0], [], [None, -0.5]]


def test_sparse_stays_sparse() -> None:
    sparse = installed("sparse")
    x = sparse.COO(X)
    assert ru.relu(x).nnz == 1
    shifted = ru.add_relu(x, np.float32(1))
    assert shifted.fill_value == 1
    np.testing.assert_array_equal(shifted.todense(), ru.add_relu(X, 1))


def test_sparse_reduces_out_of_order() -> None:
    sparse = installed("sparse")
    x = sparse.COO(np.array([[0.0, -1.0, 3.0, -2.0]]))
    # (-1 + 3 - 2, rectified), then a single 0 for all elements that are not stored.
    assert ru.add_relu.reduce(x, axis=1).todense().tolist() == [0.0]
    assert ru.add_relu.reduce(x.todense(), axis=1).tolist() == [1.0]
    for method in (ru.add_relu.accumulate, lambda each: ru.add_relu.reduceat(each, [0])):
        with pytest.raises(TypeError):
            method(x)


def test_polars_keeps_the_name_and_nulls_and_takes_expressions() -> None:
    pl = installed("polars")
    series = pl.Series("n", [-2.0, None, 3.0])
    result = ru.relu(series)
    assert result.name == "n"
    assert result.to_list() == [0.0, None, 3.0]
    assert series.to_frame().select(ru.relu(pl.col("n")))["n"].to_list() == [0.0, None, 3.0]


@pytest.mark.parametrize("dtype", ["Float16", "Boolean", "List", "Array"])
def test_polars_refuses_some_dtypes(dtype: str) -> None:
    pl = installed("polars")
    if not hasattr(pl, dtype):
        pytest.skip(f"polars {pl.__version__} has no {dtype}")
    series = {
        "Float16": lambda: pl.Series(X.tolist(), dtype=pl.Float16),
        "Boolean": lambda: pl.Series([True, False]),
        "List": lambda: pl.Series([[-1.0], [2.0, 3.0]]),
        "Array": lambda: pl.Series([[-1.0, 2.0]] * 2, dtype=pl.Array(pl.Float64, 2)),
    }[dtype]()
    with pytest.raises((TypeError, ValueError, NotImplementedError)):
        ru.relu(series)
    with pytest.raises(Exception, match=r"return type|input from dtype|broadcast"):
        series.alias("x").to_frame().select(ru.relu(pl.col("x")))


def test_polars_forgets_the_unit_of_a_duration() -> None:
    pl = installed("polars")
    late = pl.Series([timedelta(seconds=-1), timedelta(seconds=2), None])
    result = ru.relu(late)
    assert result.dtype == pl.Int64
    assert result.cast(late.dtype).to_list() == [timedelta(0), timedelta(seconds=2), None]
    assert ru.relu(pl.Series([date(2020, 1, 1)])).dtype == pl.Int32


def test_masked_arrays_keep_their_mask() -> None:
    masked = np.ma.array(X, mask=[False, True, False, False])
    result: Any
    for result in (ru.relu(masked), *ru.crelu(masked)):
        assert result.mask.tolist() == [False, True, False, False]


def test_methods_count_what_is_masked() -> None:
    masked = np.ma.array([5.0, 2.0, 1.0], mask=[True, False, False])
    assert float(ru.add_relu.reduce(masked)) == 8.0
    assert float(ru.add_relu.reduce(masked.compressed())) == 3.0
    assert float(ru.add_relu.reduce(masked.filled(0))) == 3.0
    accumulated: Any = ru.add_relu.accumulate(masked)
    assert accumulated.tolist() == [5.0, 7.0, 8.0]


def test_the_mask_is_shared_as_with_numpy() -> None:
    function: Callable[..., Any]
    for function in (ru.relu, np.negative):
        masked: Any = np.ma.array(X, mask=[False, True, False, False])
        result = function(masked)
        assert np.shares_memory(result.mask, masked.mask)
        result[0] = np.ma.masked
        assert masked.mask.tolist() == [True, True, False, False]
        assert not np.shares_memory(function(masked.copy()).mask, masked.mask)


def test_a_memmap_is_written_to_its_file(tmp_path: Path) -> None:
    path = tmp_path / "x.bin"
    memory = np.memmap(path, dtype=np.float32, mode="w+", shape=X.shape)
    memory[:] = X
    assert type(ru.relu(memory)) is np.ndarray
    assert ru.relu(memory, out=memory) is memory
    memory.flush()
    np.testing.assert_array_equal(np.fromfile(path, np.float32), ru.relu(X))


def test_torch_turns_bool_into_uint8() -> None:
    torch = installed("torch")
    tensor = torch.tensor([True, False])
    assert ru.relu(tensor).dtype == torch.uint8
    assert torch.from_numpy(ru.relu(tensor.numpy())).dtype == torch.bool


def test_torch_refuses_to_lose_a_gradient() -> None:
    torch = installed("torch")
    with pytest.raises(RuntimeError, match="requires grad"):
        ru.relu(torch.ones(3, requires_grad=True))


def test_torch_shares_its_memory() -> None:
    torch = installed("torch")
    tensor = torch.from_numpy(X.copy())
    ru.relu(tensor.numpy(), out=tensor.numpy())
    assert tensor.tolist() == [0.0, 0.0, 0.0, 1.5]


def test_scipy_sparse_takes_its_data_alone() -> None:
    sp = installed("scipy.sparse")
    matrix = sp.csr_array(np.array([[-2.0, 0.0], [3.0, -1.0]]))
    ru.relu(matrix.data, out=matrix.data)
    matrix.eliminate_zeros()
    assert matrix.nnz == 1
    assert matrix.toarray().tolist() == [[0.0, 0.0], [3.0, 0.0]]
