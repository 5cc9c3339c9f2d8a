# The first overload that fits is taken, and those after it need not exclude what it takes.
# mypy: disable-error-code="overload-overlap"
from collections.abc import Sequence
from types import EllipsisType
from typing import (
    Any,
    Generic,
    Literal,
    Protocol,
    TypeAlias,
    TypedDict,
    TypeVar,
    Unpack,
    overload,
    type_check_only,
)

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from relu_ufunc import compiled as compiled
from relu_ufunc import diagnostics as diagnostics
from relu_ufunc import interop as interop

__version__: str
_C_API: Any

def available_isas() -> list[str]: ...
def get_include() -> str: ...
def get_num_threads() -> int: ...
def isa() -> str: ...
def set_num_threads(n: int) -> None: ...
def show_config() -> None: ...

# What a function accepts: more dtypes add overloads. The names of its inputs are for the reader.
_Floating: TypeAlias = np.floating[Any]
_WithSign: TypeAlias = _Floating | np.signedinteger[Any]
_Numeric: TypeAlias = _Floating | np.integer[Any]
_EveryDtype: TypeAlias = _Numeric | np.bool_
_Dtypes = TypeVar("_Dtypes", contravariant=True)
_Inputs = TypeVar("_Inputs", bound=str, covariant=True)

_F = TypeVar("_F", bound=_Floating)
_R = TypeVar("_R", bound=_Numeric)
_S = TypeVar("_S", bound=np.signedinteger[Any])
_U = TypeVar("_U", bound=np.unsignedinteger[Any])
_Out = TypeVar("_Out", bound=np.ndarray[Any, Any])
_Out2 = TypeVar("_Out2", bound=np.ndarray[Any, Any])

# The operands of one call share a type variable: for different dtypes it is their common base, as
# for the result. A Python number is weak: it takes on the dtype of the others.
_Of: TypeAlias = NDArray[_F] | _F
_Floats: TypeAlias = NDArray[_F] | _F | float
_Signed: TypeAlias = NDArray[_S] | _S | int
_Unsigned: TypeAlias = NDArray[_U] | _U | int
_Bool: TypeAlias = np.bool_ | bool
_Bools: TypeAlias = NDArray[np.bool_] | _Bool

# Operands whose common dtype the types cannot express: scalars alone, and with an array, which
# NumPy makes of a list too.
_Scalar: TypeAlias = np.generic | float
_Array: TypeAlias = NDArray[Any] | Sequence[Any]
_Plain: TypeAlias = _Array | _Scalar

@type_check_only
class _HasArrayUfunc(Protocol):
    __array_ufunc__: Any

_Any: TypeAlias = ArrayLike | _HasArrayUfunc
_NewOut: TypeAlias = EllipsisType | tuple[np.ndarray[Any, Any] | None, ...] | None

@type_check_only
class _Kwargs(TypedDict, total=False):
    where: ArrayLike
    casting: Literal["no", "equiv", "safe", "same_kind", "unsafe"]
    order: Literal["K", "A", "C", "F"]
    subok: bool

# Without out, and without a dtype that decides on the result.
@type_check_only
class _Exact(_Kwargs, total=False):
    out: None

@type_check_only
class _AnyKwargs(_Kwargs, total=False):
    dtype: DTypeLike | None
    signature: str | tuple[DTypeLike | None, ...]

@type_check_only
class _NewKwargs(_AnyKwargs, total=False):
    out: None

@type_check_only
class _Nin1Nout1(np.ufunc, Generic[_Dtypes, _Inputs]):  # type: ignore[misc]
    @overload
    def __call__(
        self: _Nin1Nout1[_EveryDtype, str], x1: _Bool, /, **kwargs: Unpack[_Exact]
    ) -> np.bool_: ...
    @overload
    def __call__(
        self: _Nin1Nout1[_Numeric, str], x1: int, /, **kwargs: Unpack[_Exact]
    ) -> np.integer[Any]: ...
    @overload
    def __call__(self, x1: bool, /, **kwargs: Unpack[_Exact]) -> np.floating[Any]: ...
    @overload
    def __call__(self, x1: float, /, **kwargs: Unpack[_Exact]) -> np.float64: ...
    @overload
    def __call__(self: _Nin1Nout1[_Numeric, str], x1: _R, /, **kwargs: Unpack[_Exact]) -> _R: ...
    @overload
    def __call__(
        self: _Nin1Nout1[_Numeric, str], x1: NDArray[_R], /, **kwargs: Unpack[_Exact]
    ) -> NDArray[_R]: ...
    @overload
    def __call__(self, x1: _F, /, **kwargs: Unpack[_Exact]) -> _F: ...
    @overload
    def __call__(self, x1: NDArray[_F], /, **kwargs: Unpack[_Exact]) -> NDArray[_F]: ...
    @overload
    def __call__(
        self: _Nin1Nout1[_EveryDtype, str], x1: NDArray[np.bool_], /, **kwargs: Unpack[_Exact]
    ) -> NDArray[np.bool_]: ...
    @overload
    def __call__(self, x1: _Array, /, **kwargs: Unpack[_NewKwargs]) -> NDArray[Any]: ...
    @overload
    def __call__(
        self, x1: _Any, /, out: _Out | tuple[_Out], **kwargs: Unpack[_AnyKwargs]
    ) -> _Out: ...
    @overload
    def __call__(self, x1: _Any, /, out: _NewOut = None, **kwargs: Unpack[_AnyKwargs]) -> Any: ...

@type_check_only
class _Nin1Nout2(np.ufunc, Generic[_Dtypes, _Inputs]):  # type: ignore[misc]
    @overload
    def __call__(
        self: _Nin1Nout2[_Numeric, str], x1: int, /, **kwargs: Unpack[_Exact]
    ) -> tuple[np.integer[Any], np.integer[Any]]: ...
    @overload
    def __call__(
        self, x1: bool, /, **kwargs: Unpack[_Exact]
    ) -> tuple[np.floating[Any], np.floating[Any]]: ...
    @overload
    def __call__(self, x1: float, /, **kwargs: Unpack[_Exact]) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(
        self: _Nin1Nout2[_Numeric, str], x1: _R, /, **kwargs: Unpack[_Exact]
    ) -> tuple[_R, _R]: ...
    @overload
    def __call__(
        self: _Nin1Nout2[_Numeric, str], x1: NDArray[_R], /, **kwargs: Unpack[_Exact]
    ) -> tuple[NDArray[_R], NDArray[_R]]: ...
    @overload
    def __call__(self, x1: _F, /, **kwargs: Unpack[_Exact]) -> tuple[_F, _F]: ...
    @overload
    def __call__(
        self, x1: NDArray[_F], /, **kwargs: Unpack[_Exact]
    ) -> tuple[NDArray[_F], NDArray[_F]]: ...
    @overload
    def __call__(
        self, x1: _Array, /, **kwargs: Unpack[_NewKwargs]
    ) -> tuple[NDArray[Any], NDArray[Any]]: ...
    @overload
    def __call__(
        self, x1: _Any, y1: _Out, y2: _Out2, /, **kwargs: Unpack[_AnyKwargs]
    ) -> tuple[_Out, _Out2]: ...
    @overload
    def __call__(
        self, x1: _Any, /, *, out: tuple[_Out, _Out2], **kwargs: Unpack[_AnyKwargs]
    ) -> tuple[_Out, _Out2]: ...
    @overload
    def __call__(
        self, x1: _Any, /, out: _NewOut = None, **kwargs: Unpack[_AnyKwargs]
    ) -> tuple[Any, Any]: ...

@type_check_only
class _Nin2Nout1(np.ufunc, Generic[_Dtypes, _Inputs]):  # type: ignore[misc]
    @overload
    def __call__(
        self: _Nin2Nout1[_EveryDtype, str], x1: _Bool, x2: _Bool, /, **kwargs: Unpack[_Exact]
    ) -> np.bool_: ...
    @overload
    def __call__(
        self: _Nin2Nout1[_WithSign, str], x1: int, x2: int, /, **kwargs: Unpack[_Exact]
    ) -> np.integer[Any]: ...
    @overload
    def __call__(self, x1: bool, x2: bool, /, **kwargs: Unpack[_Exact]) -> np.floating[Any]: ...
    @overload
    def __call__(self, x1: float, x2: float, /, **kwargs: Unpack[_Exact]) -> np.float64: ...
    @overload
    def __call__(self, x1: _F, x2: _F, /, **kwargs: Unpack[_Exact]) -> _F: ...
    @overload
    def __call__(self, x1: _F | float, x2: _F | float, /, **kwargs: Unpack[_Exact]) -> _F: ...
    @overload
    def __call__(self, x1: _Scalar, x2: _Scalar, /, **kwargs: Unpack[_NewKwargs]) -> Any: ...
    @overload
    def __call__(self, x1: _Of[_F], x2: _Of[_F], /, **kwargs: Unpack[_Exact]) -> NDArray[_F]: ...
    @overload
    def __call__(
        self, x1: _Floats[_F], x2: _Floats[_F], /, **kwargs: Unpack[_Exact]
    ) -> NDArray[_F]: ...
    @overload
    def __call__(
        self: _Nin2Nout1[_WithSign, str],
        x1: _Signed[_S],
        x2: _Signed[_S],
        /,
        **kwargs: Unpack[_Exact],
    ) -> NDArray[_S]: ...
    @overload
    def __call__(
        self: _Nin2Nout1[_Numeric, str],
        x1: _Unsigned[_U],
        x2: _Unsigned[_U],
        /,
        **kwargs: Unpack[_Exact],
    ) -> NDArray[_U]: ...
    @overload
    def __call__(
        self: _Nin2Nout1[_EveryDtype, str], x1: _Bools, x2: _Bools, /, **kwargs: Unpack[_Exact]
    ) -> NDArray[np.bool_]: ...
    @overload
    def __call__(self, x1: _Plain, x2: _Plain, /, **kwargs: Unpack[_NewKwargs]) -> NDArray[Any]: ...
    @overload
    def __call__(
        self, x1: _Any, x2: _Any, /, out: _Out | tuple[_Out], **kwargs: Unpack[_AnyKwargs]
    ) -> _Out: ...
    @overload
    def __call__(
        self, x1: _Any, x2: _Any, /, out: _NewOut = None, **kwargs: Unpack[_AnyKwargs]
    ) -> Any: ...

@type_check_only
class _Nin3Nout1(np.ufunc, Generic[_Dtypes, _Inputs]):  # type: ignore[misc]
    @overload
    def __call__(
        self: _Nin3Nout1[_EveryDtype, str],
        x1: _Bool,
        x2: _Bool,
        x3: _Bool,
        /,
        **kwargs: Unpack[_Exact],
    ) -> np.bool_: ...
    @overload
    def __call__(
        self: _Nin3Nout1[_WithSign, str], x1: int, x2: int, x3: int, /, **kwargs: Unpack[_Exact]
    ) -> np.integer[Any]: ...
    @overload
    def __call__(
        self, x1: bool, x2: bool, x3: bool, /, **kwargs: Unpack[_Exact]
    ) -> np.floating[Any]: ...
    @overload
    def __call__(
        self, x1: float, x2: float, x3: float, /, **kwargs: Unpack[_Exact]
    ) -> np.float64: ...
    @overload
    def __call__(self, x1: _F, x2: _F, x3: _F, /, **kwargs: Unpack[_Exact]) -> _F: ...
    @overload
    def __call__(
        self, x1: _F | float, x2: _F | float, x3: _F | float, /, **kwargs: Unpack[_Exact]
    ) -> _F: ...
    @overload
    def __call__(
        self, x1: _Scalar, x2: _Scalar, x3: _Scalar, /, **kwargs: Unpack[_NewKwargs]
    ) -> Any: ...
    @overload
    def __call__(
        self, x1: _Of[_F], x2: _Of[_F], x3: _Of[_F], /, **kwargs: Unpack[_Exact]
    ) -> NDArray[_F]: ...
    @overload
    def __call__(
        self, x1: _Floats[_F], x2: _Floats[_F], x3: _Floats[_F], /, **kwargs: Unpack[_Exact]
    ) -> NDArray[_F]: ...
    @overload
    def __call__(
        self: _Nin3Nout1[_WithSign, str],
        x1: _Signed[_S],
        x2: _Signed[_S],
        x3: _Signed[_S],
        /,
        **kwargs: Unpack[_Exact],
    ) -> NDArray[_S]: ...
    @overload
    def __call__(
        self: _Nin3Nout1[_Numeric, str],
        x1: _Unsigned[_U],
        x2: _Unsigned[_U],
        x3: _Unsigned[_U],
        /,
        **kwargs: Unpack[_Exact],
    ) -> NDArray[_U]: ...
    @overload
    def __call__(
        self: _Nin3Nout1[_EveryDtype, str],
        x1: _Bools,
        x2: _Bools,
        x3: _Bools,
        /,
        **kwargs: Unpack[_Exact],
    ) -> NDArray[np.bool_]: ...
    @overload
    def __call__(
        self, x1: _Plain, x2: _Plain, x3: _Plain, /, **kwargs: Unpack[_NewKwargs]
    ) -> NDArray[Any]: ...
    @overload
    def __call__(
        self, x1: _Any, x2: _Any, x3: _Any, /, out: _Out | tuple[_Out], **kwargs: Unpack[_AnyKwargs]
    ) -> _Out: ...
    @overload
    def __call__(
        self, x1: _Any, x2: _Any, x3: _Any, /, out: _NewOut = None, **kwargs: Unpack[_AnyKwargs]
    ) -> Any: ...

@type_check_only
class _Nin3Nout2(np.ufunc, Generic[_Dtypes, _Inputs]):  # type: ignore[misc]
    @overload
    def __call__(
        self, x1: bool, x2: bool, x3: bool, /, **kwargs: Unpack[_Exact]
    ) -> tuple[np.floating[Any], np.floating[Any]]: ...
    @overload
    def __call__(
        self, x1: float, x2: float, x3: float, /, **kwargs: Unpack[_Exact]
    ) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(self, x1: _F, x2: _F, x3: _F, /, **kwargs: Unpack[_Exact]) -> tuple[_F, _F]: ...
    @overload
    def __call__(
        self, x1: _F | float, x2: _F | float, x3: _F | float, /, **kwargs: Unpack[_Exact]
    ) -> tuple[_F, _F]: ...
    @overload
    def __call__(
        self, x1: _Scalar, x2: _Scalar, x3: _Scalar, /, **kwargs: Unpack[_NewKwargs]
    ) -> tuple[Any, Any]: ...
    @overload
    def __call__(
        self, x1: _Of[_F], x2: _Of[_F], x3: _Of[_F], /, **kwargs: Unpack[_Exact]
    ) -> tuple[NDArray[_F], NDArray[_F]]: ...
    @overload
    def __call__(
        self, x1: _Floats[_F], x2: _Floats[_F], x3: _Floats[_F], /, **kwargs: Unpack[_Exact]
    ) -> tuple[NDArray[_F], NDArray[_F]]: ...
    @overload
    def __call__(
        self, x1: _Plain, x2: _Plain, x3: _Plain, /, **kwargs: Unpack[_NewKwargs]
    ) -> tuple[NDArray[Any], NDArray[Any]]: ...
    @overload
    def __call__(
        self, x1: _Any, x2: _Any, x3: _Any, y1: _Out, y2: _Out2, /, **kwargs: Unpack[_AnyKwargs]
    ) -> tuple[_Out, _Out2]: ...
    @overload
    def __call__(
        self,
        x1: _Any,
        x2: _Any,
        x3: _Any,
        /,
        *,
        out: tuple[_Out, _Out2],
        **kwargs: Unpack[_AnyKwargs],
    ) -> tuple[_Out, _Out2]: ...
    @overload
    def __call__(
        self, x1: _Any, x2: _Any, x3: _Any, /, out: _NewOut = None, **kwargs: Unpack[_AnyKwargs]
    ) -> tuple[Any, Any]: ...

relu: _Nin1Nout1[_EveryDtype, Literal["x"]]
relu_backward: _Nin2Nout1[_EveryDtype, Literal["dy, x"]]
leaky_relu: _Nin2Nout1[_Floating, Literal["x, slope"]]
leaky_relu_backward: _Nin3Nout1[_Floating, Literal["dy, x, slope"]]
prelu: _Nin2Nout1[_Floating, Literal["x, slope"]]
prelu_backward: _Nin3Nout2[_Floating, Literal["dy, x, slope"]]
relu6: _Nin1Nout1[_EveryDtype, Literal["x"]]
relu6_backward: _Nin2Nout1[_EveryDtype, Literal["dy, x"]]
clipped_relu: _Nin2Nout1[_EveryDtype, Literal["x, max_value"]]
clipped_relu_backward: _Nin3Nout1[_EveryDtype, Literal["dy, x, max_value"]]
thresholded_relu: _Nin2Nout1[_EveryDtype, Literal["x, theta"]]
thresholded_relu_backward: _Nin3Nout1[_EveryDtype, Literal["dy, x, theta"]]
squared_relu: _Nin1Nout1[_Numeric, Literal["x"]]
squared_relu_backward: _Nin2Nout1[_Numeric, Literal["dy, x"]]
crelu: _Nin1Nout2[_Numeric, Literal["x"]]
add_relu: _Nin2Nout1[_Numeric, Literal["x, b"]]
affine_relu: _Nin3Nout1[_Floating, Literal["x, scale, shift"]]
soft_threshold: _Nin2Nout1[_WithSign, Literal["x, threshold"]]
soft_threshold_backward: _Nin3Nout1[_WithSign, Literal["dy, x, threshold"]]
hard_threshold: _Nin2Nout1[_WithSign, Literal["x, threshold"]]
hard_threshold_backward: _Nin3Nout1[_WithSign, Literal["dy, x, threshold"]]
reglu: _Nin2Nout1[_Floating, Literal["x, y"]]
reglu_backward: _Nin3Nout2[_Floating, Literal["dz, x, y"]]
softplus: _Nin1Nout1[_Floating, Literal["x"]]
softplus_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
log_sigmoid: _Nin1Nout1[_Floating, Literal["x"]]
log_sigmoid_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
elu: _Nin2Nout1[_Floating, Literal["x, alpha"]]
elu_backward: _Nin3Nout1[_Floating, Literal["dy, x, alpha"]]
selu: _Nin1Nout1[_Floating, Literal["x"]]
selu_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
celu: _Nin2Nout1[_Floating, Literal["x, alpha"]]
celu_backward: _Nin3Nout1[_Floating, Literal["dy, x, alpha"]]
gelu: _Nin1Nout1[_Floating, Literal["x"]]
gelu_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
gelu_tanh: _Nin1Nout1[_Floating, Literal["x"]]
gelu_tanh_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
silu: _Nin1Nout1[_Floating, Literal["x"]]
silu_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
swish: _Nin2Nout1[_Floating, Literal["x, beta"]]
swish_backward: _Nin3Nout1[_Floating, Literal["dy, x, beta"]]
mish: _Nin1Nout1[_Floating, Literal["x"]]
mish_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
squareplus: _Nin2Nout1[_Floating, Literal["x, b"]]
squareplus_backward: _Nin3Nout1[_Floating, Literal["dy, x, b"]]
hard_swish: _Nin1Nout1[_Floating, Literal["x"]]
hard_swish_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
hard_sigmoid: _Nin1Nout1[_Floating, Literal["x"]]
hard_sigmoid_backward: _Nin2Nout1[_Floating, Literal["dy, x"]]
swiglu: _Nin2Nout1[_Floating, Literal["x, y"]]
swiglu_backward: _Nin3Nout2[_Floating, Literal["dz, x, y"]]
geglu: _Nin2Nout1[_Floating, Literal["x, y"]]
geglu_backward: _Nin3Nout2[_Floating, Literal["dz, x, y"]]
geglu_tanh: _Nin2Nout1[_Floating, Literal["x, y"]]
geglu_tanh_backward: _Nin3Nout2[_Floating, Literal["dz, x, y"]]
