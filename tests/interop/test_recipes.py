"""What docs/interoperability.md says to do where a library does not call a ufunc by itself."""

from collections.abc import Callable
from importlib.metadata import version
from numbers import Real
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from packaging.version import Version

import relu_ufunc as ru
from relu_ufunc._operations import OPERATIONS, Operation
from tests.bits import Array
from tests.packages import installed
from tests.subprocesses import output_of

pytestmark = pytest.mark.interop

X = np.random.default_rng(0).standard_normal((37, 53)).astype(np.float32)


class TestXarrayTrees:
    def test_each_node_keeps_what_a_dataset_keeps(self) -> None:
        xr = installed("xarray")
        upper = xr.Dataset({"a": ("t", X[0])}, attrs={"source": "gauge"})
        lower = xr.Dataset({"b": ("s", X[1].astype(np.float16))}, coords={"s": np.arange(53)})
        result = xr.map_over_datasets(ru.relu, xr.DataTree.from_dict({"/": upper, "/low": lower}))
        assert result.to_dataset().identical(ru.relu(upper))
        assert result["low"].to_dataset().identical(ru.relu(lower))

    def test_nodes_are_paired_and_two_outputs_are_two_trees(self) -> None:
        xr = installed("xarray")
        tree = xr.DataTree.from_dict({"/low": xr.Dataset({"a": ("t", X[0])})})
        doubled = xr.map_over_datasets(ru.add_relu, tree, tree)
        np.testing.assert_array_equal(doubled["low/a"].values, ru.add_relu(X[0], X[0]))
        for given, expected in zip(
            xr.map_over_datasets(ru.crelu, tree), ru.crelu(X[0]), strict=True
        ):
            np.testing.assert_array_equal(given["low/a"].values, expected)


class TestAwkwardRecords:
    def test_they_need_a_behaviour(self) -> None:
        ak = installed("awkward")
        for records, message in (
            (ak.Array([{"x": -1.0}]), "cannot broadcast records"),
            (ak.Array([{"x": -1.0}], with_name="flow"), "overloads for custom types: flow"),
        ):
            with pytest.raises((TypeError, ValueError), match=message):
                ru.relu(records)

    def test_fields_that_are_lists_and_records_that_are_missing(self) -> None:
        ak = installed("awkward")

        def of_each_field(function: Callable[..., Any]) -> Callable[..., Any]:
            def overload(records: Any, *parameters: Any) -> Any:
                fields = {name: function(records[name], *parameters) for name in records.fields}
                return ak.zip(fields, with_name="flow", depth_limit=1)

            return overload

        behavior = {
            (ru.relu, "flow"): of_each_field(ru.relu),
            (ru.leaky_relu, "flow", Real): of_each_field(ru.leaky_relu),
        }
        values = [[{"x": [1.0, -3.0], "y": -2}, None], [], None]
        records = ak.Array(values, with_name="flow", behavior=behavior)
        assert ru.relu(records).to_list() == [[{"x": [1.0, 0.0], "y": 0}, None], [], None]
        assert ru.relu(records).type == records.type
        for slope in (0.5, np.float32(0.5)):
            (first, _), *_ = ru.leaky_relu(records, slope).to_list()
            assert first == {"x": [1.0, -1.5], "y": -1.0}


class TestDuckDB:
    @pytest.mark.parametrize("dtype", ["TINYINT", "BIGINT", "FLOAT", "DOUBLE"])
    def test_a_long_column_with_nulls(self, dtype: str) -> None:
        duckdb, pa = installed("duckdb"), installed("pyarrow")
        sizes = []

        def rectify(column: Any) -> Any:
            assert column.null_count == 0
            sizes.append(len(column))
            return pa.array(ru.relu(column.to_numpy()))

        connection = duckdb.connect()
        connection.create_function("relu", rectify, [dtype], dtype, type="arrow")
        connection.execute(
            f"CREATE TABLE t AS SELECT CASE WHEN i % 3 > 0 THEN (i % 200 - 100)::{dtype} END AS x"
            " FROM range(10000) AS r (i)"
        )
        rows = connection.execute("SELECT x, relu(x) FROM t").fetchall()
        assert all(y is None if x is None else y == max(x, 0) for x, y in rows)
        assert sum(sizes) == sum(x is not None for x, _ in rows) == 6666
        assert max(sizes) <= 2048

    def test_two_inputs(self) -> None:
        duckdb, pa = installed("duckdb"), installed("pyarrow")
        connection = duckdb.connect()
        connection.create_function(
            "leaky_relu",
            lambda x, slope: pa.array(ru.leaky_relu(x.to_numpy(), slope.to_numpy())),
            ["FLOAT", "FLOAT"],
            "FLOAT",
            type="arrow",
        )
        query = "SELECT leaky_relu(x, 0.5) FROM (VALUES (-3), (NULL), (2)) AS t (x)"
        assert connection.execute(query).fetchall() == [(-1.5,), (None,), (2.0,)]

    def test_a_ufunc_by_itself_is_refused(self) -> None:
        connection = installed("duckdb").connect()
        # An old NumPy has no signature of a ufunc, and a new one counts out= and the like.
        with pytest.raises(Exception, match=r"function takes|not supported by signature"):
            connection.create_function("relu", ru.relu, ["FLOAT"], "FLOAT", type="arrow")


class TestBlosc2:
    @pytest.mark.parametrize("dtype", [np.int8, np.float16, np.float32, np.float64])
    def test_chunk_by_chunk(self, dtype: type) -> None:
        blosc2 = installed("blosc2")
        shapes = []

        def rectify(inputs: Any, output: Any, offset: Any) -> None:
            shapes.append(output.shape)
            ru.relu(*inputs, out=output)

        x: Array = (10 * X).astype(dtype)
        stored = blosc2.asarray(x, chunks=(12, 17), blocks=(5, 7))
        lazy = blosc2.lazyudf(rectify, (stored,), stored.dtype)
        assert not shapes
        computed = lazy.compute()
        assert max(shapes) <= (12, 17)
        assert computed.dtype == dtype
        for part in (np.s_[:], np.s_[3:36, 5:50]):
            np.testing.assert_array_equal(computed[part], ru.relu(x)[part])
            np.testing.assert_array_equal(lazy[part], ru.relu(x)[part])


class TestUnyt:
    @pytest.mark.parametrize("dtype", [np.int8, np.float16, np.float32, np.float64])
    def test_the_unit_and_the_dtype_return(self, dtype: type) -> None:
        unyt = installed("unyt")
        for name in ("m", "degC", ""):
            numbers: Array = (10 * X).astype(dtype)
            x = unyt.unyt_array(numbers, name)
            result = ru.relu(x.d) * x.units
            assert result.dtype == dtype
            assert result.units == x.units
            np.testing.assert_array_equal(result.d, ru.relu(numbers))
            assert np.shares_memory(x.d, x)

    def test_a_unit_that_does_not_fit_is_refused(self) -> None:
        unyt = installed("unyt")
        x = unyt.unyt_array(X, "m")
        with pytest.raises(unyt.exceptions.UnitConversionError):
            ru.add_relu(x.d, (1 * unyt.s).to_value(x.units))


def _backwards() -> list[Any]:
    """The functions of one input whose backward function is that input's."""
    return [
        pytest.param(each, id=each.forward)
        for each in OPERATIONS
        if each.is_backward and each.inputs == ("dy", "x") and len(each.outputs) == 1
    ]


class TestAutograd:
    @pytest.mark.parametrize("backward", _backwards())
    def test_gradients_beside_differences(self, backward: Operation) -> None:
        installed("autograd")
        from autograd.extend import defvjp, primitive
        from autograd.test_util import check_grads

        known = primitive(getattr(ru, backward.forward))
        defvjp(known, lambda y, x: lambda dy: getattr(ru, backward.name)(dy, x))
        # No kink is nearer than the step of the differences.
        check_grads(known, modes=["rev"], order=1)(np.linspace(-3.97, 3.91, 29))

    @pytest.mark.parametrize("shape", [(), (1,), (3, 1), (4,), (2, 1, 1)])
    def test_a_shared_slope_has_a_sum_of_its_own_shape(self, shape: tuple[int, ...]) -> None:
        prelu = _prelu()
        from autograd import grad
        from autograd.test_util import check_grads

        slope = np.random.default_rng(1).uniform(0.1, 0.5, shape)
        check_grads(prelu, modes=["rev"], order=1)(
            np.linspace(-2.0, 1.0, 24).reshape(2, 3, 4), slope
        )
        for dtype, wide in ((np.float16, np.float32), (np.float64, np.float64)):
            x = np.full((2500, 2, 3, 4), -1, dtype)
            given = grad(lambda s, x=x: prelu(x, s).sum())(slope.astype(dtype))
            assert given.dtype == wide
            assert np.shape(given) == shape
            np.testing.assert_array_equal(given, -60_000 / slope.size)

    def test_a_function_is_known_once_it_is_a_primitive(self, tmp_path: Path) -> None:
        installed("autograd")
        code = """
            import numpy as np
            from autograd import grad
            from autograd.extend import defvjp, primitive
            from relu_ufunc import relu, relu_backward

            def gradient(function):
                try:
                    return grad(lambda x: function(x).sum())(np.array([-1.0, 2.0])).tolist()
                except TypeError:
                    return "refused"

            before = gradient(relu)
            known = primitive(relu)
            defvjp(known, lambda y, x: lambda dy: relu_backward(dy, x))
            print(before, gradient(known), gradient(relu))
        """
        newer = Version(version("autograd")) >= Version("1.9")
        itself = "[0.0, 1.0]" if newer else "refused"
        assert output_of(dedent(code), tmp_path) == f"refused [0.0, 1.0] {itself}"


def _prelu() -> Any:
    installed("autograd")
    from autograd.extend import defvjp, primitive
    from autograd.numpy.numpy_vjps import unbroadcast_f

    def of_slope(y: Array, x: Array, slope: Array) -> Any:
        wide = np.result_type(y, np.float32)
        return unbroadcast_f(slope, lambda dy: ru.prelu_backward(dy, x, slope)[1].astype(wide))

    prelu = primitive(ru.prelu)
    defvjp(prelu, lambda y, x, slope: lambda dy: ru.leaky_relu_backward(dy, x, slope), of_slope)
    return prelu
