"""Arrays of other libraries whose memory is read-only: what docs/errors.md says about them."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from packaging.version import Version

import relu_ufunc as ru
from tests.bits import Array
from tests.packages import installed

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
VALUES = [-1.0, 2.0]


def of_pandas() -> list[Array]:
    pd = installed("pandas")
    if Version(pd.__version__) < Version("3"):
        pytest.skip("before pandas 3 the memory may be written")
    series, frame = pd.Series(VALUES), pd.DataFrame({"x": VALUES})
    return [series.values, series.to_numpy(), frame.values, frame.to_numpy(), frame["x"].values]


def of_polars() -> list[Array]:
    pl = installed("polars")
    return [pl.Series(VALUES).to_numpy(), pl.DataFrame({"x": VALUES}).to_numpy()]


def of_arrow() -> list[Array]:
    return [installed("pyarrow").array(VALUES).to_numpy()]


def of_jax() -> list[Array]:
    return [np.asarray(installed("jax.numpy").array(VALUES))]


def of_gguf() -> list[Array]:
    gguf = installed("gguf")
    writer = gguf.GGUFWriter("x.gguf", "llama")
    writer.add_tensor("x", np.array(VALUES, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return [gguf.GGUFReader("x.gguf").tensors[0].data]


def of_numpy() -> list[Array]:
    x = np.array(VALUES)
    x.tofile("x.bin")
    return [
        np.frombuffer(x.tobytes()),
        np.memmap("x.bin", dtype=x.dtype, mode="r"),
        np.broadcast_to(x, (3, 2)),
    ]


@pytest.mark.parametrize(
    "arrays",
    [of_numpy]
    + [
        pytest.param(of_library, marks=pytest.mark.interop)
        for of_library in (of_pandas, of_polars, of_arrow, of_jax, of_gguf)
    ],
)
def test_the_memory_is_read_only(
    arrays: Callable[[], list[Array]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    in_place, assigned = re.findall(r"`(\w+ \w+ is read-only)`", PAGE.read_text("utf-8"))
    for x in arrays():
        with pytest.raises(ValueError, match=in_place):
            ru.relu(x, out=x)
        with pytest.raises(ValueError, match=assigned):
            x[...] = ru.relu(x)
        copy = x.copy()
        ru.relu(copy, out=copy)
        assert copy.reshape(-1, 2).tolist() == [[0.0, 2.0]] * (x.size // 2)
        assert x.reshape(-1, 2).tolist() == [VALUES] * (x.size // 2)
