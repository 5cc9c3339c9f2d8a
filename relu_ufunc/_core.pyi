from typing import Any

import numpy as np

VERSION: str
COMPILER: str
COMPILER_FLAGS: str
BUILT_AGAINST_NUMPY: str
TYPE_CHARACTERS: str

def operation_rows() -> list[dict[str, Any]]: ...
def isa_rows() -> list[tuple[str, bool, str]]: ...
def make_ufunc(index: int, isa: str, docstring: str) -> np.ufunc: ...
