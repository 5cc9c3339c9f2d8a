"""What docs/weights.md says about each file format: its table is computed again, row by row."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import relu_ufunc as ru
from tests.bits import Array
from tests.packages import installed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "weights.md"

NONE = "–"
"""Of a line that puts an array right, if there is nothing to put right."""

X = (-2.0, -0.5, 0.0, 1.5)

NARROW: dict[str, Any] = {
    name: getattr(ml_dtypes, name) for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2")
}

Names = Mapping[str, Any]
Writer = Callable[[Any, Any], Names]
"""Takes a package and numbers, and writes them to a file of the working directory. The code of the
page sees the names that it returns."""


def array(dtype: Any, numbers: Any) -> Any:
    return np.array(numbers, dtype)


@dataclass(frozen=True)
class Source:
    name: str
    packages: Sequence[str]
    """The first one writes; the code of the page sees them all."""
    write: Writer
    x: Any = field(default_factory=lambda: array(np.float32, X))
    """The numbers, as they are meant."""

    @property
    def expected(self) -> Any:
        return ru.relu(self.x)


def named(name: str, x: Any) -> Array:
    return np.asarray(x).astype(NARROW[name])


def bits(x: Array) -> Array:
    return x.view(f"u{x.itemsize}")


def safetensors(narrow: str) -> Writer:
    def write(module: Any, x: Array) -> Names:
        numpy = installed("safetensors.numpy", "weights")
        numpy.save_file({"w": named(narrow, x)}, "w.safetensors")
        raw = dict(module.deserialize(Path("w.safetensors").read_bytes()))["w"]
        return {"load_file": numpy.load_file, "load": numpy.load, "raw": raw}

    return write


def onnx_tensor(narrow: str) -> Writer:
    def write(onnx: Any, x: Array) -> Names:
        tensor = onnx.numpy_helper.from_array(named(narrow, x), "w")
        return {"numpy_helper": onnx.numpy_helper, "tensor": tensor}

    return write


def onnx_small(kind: str) -> Writer:
    def write(onnx: Any, x: Array) -> Names:
        tensor = onnx.helper.make_tensor("w", getattr(onnx.TensorProto, kind), x.shape, x.tolist())
        return {"numpy_helper": onnx.numpy_helper, "tensor": tensor}

    return write


def onnx_external(narrow: str) -> Writer:
    def write(onnx: Any, x: Array) -> Names:
        tensor = onnx.numpy_helper.from_array(named(narrow, x), "w")
        output = onnx.helper.make_tensor_value_info("y", tensor.data_type, x.shape)
        node = onnx.helper.make_node("Relu", ["w"], ["y"])
        graph = onnx.helper.make_graph([node], "g", [], [output], [tensor])
        Path("model").mkdir()
        onnx.save_model(
            onnx.helper.make_model(graph),
            "model/w.onnx",
            save_as_external_data=True,
            location="w.data",
            size_threshold=0,
        )
        model = onnx.load("model/w.onnx", load_external_data=False)
        return {"numpy_helper": onnx.numpy_helper, "tensor": model.graph.initializer[0]}

    return write


def gguf(kind: str) -> Writer:
    def write(module: Any, x: Array) -> Names:
        quantization = module.GGMLQuantizationType[kind]
        writer = module.GGUFWriter("w.gguf", "llama")
        data = module.quants.quantize(x, quantization)
        writer.add_tensor("w", data, raw_dtype=quantization)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        (tensor,) = module.GGUFReader("w.gguf").tensors
        return {"tensor": tensor}

    return write


def blocks(*numbers: float) -> Array:
    """Two blocks of 32, in which the largest number makes the scale 0.5."""
    return np.tile(array(np.float32, numbers), (2, 32 // len(numbers)))


def npy(narrow: str) -> Writer:
    def write(numpy: Any, x: Array) -> Names:
        numpy.save("w.npy", named(narrow, x))
        return {}

    return write


def hdf5_own(size: int, fields: tuple[int, ...], bias: int, narrow: str) -> Writer:
    """With a float of HDF5 itself, as C programs write it."""

    def write(h5py: Any, x: Array) -> Names:
        kind = h5py.h5t.IEEE_F32LE.copy()
        kind.set_fields(*fields)
        kind.set_ebias(bias)
        kind.set_precision(8 * size)
        kind.set_size(size)
        with h5py.File("w.h5", "w") as file:
            space = h5py.h5s.create_simple(x.shape)
            dataset = h5py.h5d.create(file.id, b"w", kind, space)
            dataset.write(space, space, bits(named(narrow, x)), kind)
        file = h5py.File("w.h5")
        raw = np.empty(x.shape, f"u{size}")
        whole = h5py.h5s.ALL
        file["w"].id.read(whole, whole, raw, file["w"].id.get_type())
        return {"file": file, "raw": raw}

    return write


def hdf5(narrow: str, of: Callable[[Array], Array] = lambda x: x) -> Writer:
    def write(h5py: Any, x: Array) -> Names:
        with h5py.File("w.h5", "w") as file:
            file["w"] = of(named(narrow, x))
        return {"file": h5py.File("w.h5")}

    return write


def zarr(narrow: str, kind: str, zarr_format: int) -> Writer:
    def write(module: Any, x: Array) -> Names:
        data = named(narrow, x).view(kind)
        module.create_array("w.zarr", data=data, zarr_format=zarr_format)
        return {}

    return write


def tensorstore(narrow: str) -> Writer:
    def write(module: Any, x: Array) -> Names:
        spec = {"driver": "zarr3", "kvstore": {"driver": "file", "path": "w.zarr"}}
        store = module.open(spec, create=True, dtype=narrow, shape=x.shape).result()
        store.write(named(narrow, x)).result()
        return {"spec": spec}

    return write


def arrow(kind: str, *, mask: Any = None) -> Writer:
    def write(pyarrow: Any, x: Array) -> Names:
        column = np.nan_to_num(x).astype(kind)
        return {"column": pyarrow.array(column, mask=mask)}

    return write


def arrow_opaque(narrow: str) -> Writer:
    def write(pyarrow: Any, x: Array) -> Names:
        kind = pyarrow.opaque(pyarrow.uint16(), narrow, "ml_dtypes")
        storage = pyarrow.array(bits(named(narrow, x)))
        return {"column": pyarrow.ExtensionArray.from_storage(kind, storage)}

    return write


def fits(module: Any, x: Array) -> Names:
    module.PrimaryHDU(x).writeto("x.fits")
    return {}


def fits_scaled(module: Any, x: Array) -> Names:
    image = module.PrimaryHDU(x.copy())
    image.scale("int16", bscale=0.5, bzero=1.0)
    image.writeto("x.fits")
    return {}


def netcdf(**attributes: float) -> Writer:
    """Without a value where x is masked: never written."""

    def write(netcdf4: Any, x: Any) -> Names:
        packed = "add_offset" in attributes
        with netcdf4.Dataset("x.nc", "w") as dataset:
            dataset.createDimension("i", len(x))
            variable = dataset.createVariable("x", "i2" if packed else "f4", ("i",))
            variable.setncatts(attributes)
            for i in np.flatnonzero(~np.ma.getmaskarray(x)):
                variable[i] = x[i]
        dataset = netcdf4.Dataset("x.nc")
        raw = netcdf4.Dataset("x.nc")
        raw.set_auto_maskandscale(False)
        return {"dataset": dataset, "raw": raw}

    return write


def nifti(slope: float | None = None, intercept: float = 0.0) -> Writer:
    def write(nibabel: Any, x: Array) -> Names:
        stored = x if slope is None else np.round((x - intercept) / slope).astype(np.int16)
        image = nibabel.Nifti1Image(stored, np.eye(4))
        image.header.set_slope_inter(slope, intercept if slope else None)
        image.to_filename("x.nii")
        return {"image": nibabel.load("x.nii")}

    return write


def volume(*numbers: float, dtype: Any = np.float64) -> Array:
    return np.array(numbers, dtype).reshape(-1, 1, 1)


def image(mode: str | None = None) -> Writer:
    def write(pil: Any, x: Array) -> Names:
        if mode == "I;16B":
            return {"image": pil.frombytes(mode, x.shape[::-1], x.astype(">u2").tobytes())}
        picture = pil.fromarray(x.astype(np.uint8) * 255 if mode == "1" else x)
        return {"image": picture.quantize(4) if mode == "P" else picture.convert(mode)}

    return write


def narrow_sources(
    name: str, packages: Sequence[str], write: Callable[[str], Writer]
) -> list[Source]:
    return [Source(f"{name}, {each}", packages, write(each)) for each in NARROW]


ALIASES = {"astropy.io.fits": "fits", "xarray": "xr"}
"""The names that the page has for packages, if they are not their own."""

MASKED = np.ma.array(X, mask=[False, True, False, False], dtype=np.float32)
FITS, PIL = ["astropy.io.fits"], ["PIL.Image"]

SOURCES = [
    *narrow_sources("safetensors", ["safetensors"], safetensors),
    Source("safetensors from bytes, bfloat16", ["safetensors"], safetensors("bfloat16")),
    *narrow_sources("ONNX", ["onnx"], onnx_tensor),
    Source("ONNX raw_data, bfloat16", ["onnx"], onnx_tensor("bfloat16")),
    Source("ONNX raw_data, float8_e4m3fn", ["onnx"], onnx_tensor("float8_e4m3fn")),
    Source("ONNX external data, bfloat16", ["onnx"], onnx_external("bfloat16")),
    Source("ONNX external data, float8_e4m3fn", ["onnx"], onnx_external("float8_e4m3fn")),
    Source("ONNX, int4", ["onnx"], onnx_small("INT4"), array(np.int8, [-8, -1, 0, 7])),
    Source("GGUF, F16", ["gguf"], gguf("F16"), blocks(*X)),
    Source("GGUF, BF16", ["gguf"], gguf("BF16"), blocks(*X)),
    Source("GGUF, Q8_0", ["gguf"], gguf("Q8_0"), blocks(-63.5, -0.5, 0, 1.5)),
    Source("GGUF, Q4_0", ["gguf"], gguf("Q4_0"), blocks(-4, -0.5, 0, 1.5)),
    *narrow_sources("np.save", ["numpy"], npy),
    Source("HDF5 by h5py, bfloat16", ["h5py"], hdf5("bfloat16")),
    Source("HDF5 by h5py, float8_e4m3fn", ["h5py"], hdf5("float8_e4m3fn")),
    Source("HDF5 by h5py, float8_e5m2 as uint8", ["h5py"], hdf5("float8_e5m2", bits)),
    Source(
        "HDF5's own, bfloat16",
        ["h5py"],
        hdf5_own(2, (15, 7, 8, 0, 7), 127, "bfloat16"),
    ),
    Source(
        "HDF5's own, float8 E4M3",
        ["h5py"],
        hdf5_own(1, (7, 3, 4, 0, 3), 7, "float8_e4m3fn"),
        array(np.float32, [-2, -0.5, 0, 448]),
    ),
    Source(
        "HDF5's own, float8 E5M2",
        ["h5py"],
        hdf5_own(1, (7, 2, 5, 0, 2), 15, "float8_e5m2"),
    ),
    Source("Zarr 2, bfloat16 as V2", ["zarr"], zarr("bfloat16", "V2", 2)),
    Source("Zarr 3, bfloat16 as uint16", ["zarr"], zarr("bfloat16", "u2", 3)),
    Source("Zarr 3 by TensorStore, bfloat16", ["tensorstore", "zarr"], tensorstore("bfloat16")),
    *narrow_sources("TensorStore", ["tensorstore"], tensorstore),
    Source("Arrow, halffloat", ["pyarrow"], arrow("f2")),
    Source(
        "Arrow, halffloat with nulls",
        ["pyarrow"],
        arrow("f2", mask=MASKED.mask),
        MASKED.filled(np.nan),
    ),
    Source(
        "Arrow, int8 with nulls",
        ["pyarrow"],
        arrow("i1", mask=MASKED.mask),
        np.array([-2, np.nan, 0, 1]),
    ),
    Source("Arrow, opaque bfloat16", ["pyarrow"], arrow_opaque("bfloat16")),
    Source("FITS, float32", FITS, fits),
    Source("FITS, uint16", FITS, fits, array(np.uint16, [0, 5, 40000])),
    Source("FITS, BSCALE and BZERO", FITS, fits_scaled),
    Source("FITS, not scaled", FITS, fits_scaled),
    Source("netCDF, float32", ["netCDF4"], netcdf(), MASKED),
    Source("netCDF, without `[:]`", ["netCDF4"], netcdf(), MASKED),
    Source("netCDF by xarray", ["netCDF4", "xarray"], netcdf(), MASKED),
    Source("netCDF, packed", ["netCDF4"], netcdf(scale_factor=0.5, add_offset=1.0), MASKED),
    Source(
        "netCDF, not scaled",
        ["netCDF4"],
        netcdf(scale_factor=0.5, add_offset=1.0),
        array(np.float32, X),
    ),
    Source("NIfTI, float32", ["nibabel"], nifti(), volume(*X, dtype=np.float32)),
    Source("NIfTI, float32 by dataobj", ["nibabel"], nifti(), volume(*X, dtype=np.float32)),
    Source("NIfTI, int16 by dataobj", ["nibabel"], nifti(), volume(-2, 0, 3, dtype=np.int16)),
    Source("NIfTI, scl_slope by dataobj", ["nibabel"], nifti(0.5, 1.0), volume(*X)),
    Source("NIfTI, not scaled", ["nibabel"], nifti(0.5, 1.0), volume(*X)),
    Source("PIL, L and RGB", PIL, image(), array(np.uint8, [[0, 100, 200]])),
    Source("PIL, 1", PIL, image("1"), np.array([[False, True, True]])),
    Source("PIL, I;16", PIL, image(), array(np.uint16, [[0, 300, 40000]])),
    Source("PIL, I;16B", PIL, image("I;16B"), array(np.uint16, [[0, 300, 40000]])),
    Source("PIL, F", PIL, image(), array(np.float32, [X])),
    Source("PIL, P", PIL, image("P"), array(np.uint8, [[[255, 0, 0], [0, 0, 255]]])),
]


def rows() -> dict[str, list[str]]:
    """The cells of the table, by their first."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    table = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]
    assert len({cells[0] for cells in table}) == len(table)
    return {cells[0]: cells[1:] for cells in table}


def described(x: Any) -> str:
    """The dtype, and what else decides what can be done with the array."""
    dtype = x.dtype
    name = str(dtype) if dtype.isnative and dtype.type is not np.void else dtype.str.lstrip("|")
    words = ["masked"] * np.ma.isMaskedArray(x) + ["read-only"] * (not x.flags.writeable)
    return ", ".join([f"`{name}`", *words])


def is_right(result: Any, expected: Any) -> bool:
    """Whether the values, and which of them are missing, are those that are meant."""
    seen, meant = (
        np.ma.masked_invalid(np.ma.asarray(each, np.float64)) for each in (result, expected)
    )
    return np.array_equal(np.ma.getmaskarray(seen), np.ma.getmaskarray(meant)) and np.array_equal(
        seen.compressed(), meant.compressed()
    )


def outcome(x: Any, expected: Array) -> str:
    """What relu makes of x as it arrives."""
    try:
        result = ru.relu(x)
    except TypeError:
        return "`TypeError`"
    if is_right(result, expected):
        return described(result)
    unchanged = " unchanged" if np.array_equal(result, np.asarray(x)) else ""
    return f"wrong: {described(result)}{unchanged}"


def computed(source: Source, cells: Sequence[str]) -> list[str]:
    """The row, by its own code."""
    read, line = cells[0], cells[3]
    packages = {name: installed(name, "weights") for name in source.packages}
    names = {
        "np": np,
        "Path": Path,
        **NARROW,
        **{ALIASES.get(name, name): package for name, package in packages.items()},
        **source.write(packages[source.packages[0]], source.x),
    }
    try:
        names["x"] = eval(read.strip("`"), names)
    except Exception as error:
        found = [f"`{type(error).__name__}`", NONE]
    else:
        x = names["x"]
        arrived = x if isinstance(x, np.ndarray) else np.asarray(x)
        found = [described(arrived), outcome(x, source.expected)]
    if line == NONE:
        assert found[1] != NONE
        return [read, *found, NONE, NONE]
    x = eval(line.strip("`"), names)
    result = ru.relu(x)
    assert is_right(result, source.expected), result
    return [read, *found, line, described(result)]


@pytest.mark.weights
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_row_of_the_table(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cells = rows()[source.name]
    assert computed(source, cells) == cells


@pytest.mark.project
def test_each_row_has_a_source() -> None:
    assert list(rows()) == [source.name for source in SOURCES]


@pytest.mark.project
def test_the_extra_names_the_packages_of_the_sources() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extra = pyproject["project"]["optional-dependencies"]["weights"]
    names = {name for source in SOURCES for name in source.packages} - {"numpy"}
    distributions = {"PIL": "pillow"}
    packages = {name.split(".")[0] for name in names}
    assert {re.split("[>=]", each)[0] for each in extra} == {
        distributions.get(package, package) for package in packages
    }
