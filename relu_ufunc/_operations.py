"""The operation table as Python objects."""

from typing import NamedTuple

from relu_ufunc import _core


# Not a dataclass: importing those costs more than all the rest of the package.
class Operation(NamedTuple):
    """One ufunc: a row of ``src/ops.def``, or the backward that follows from it."""

    row: int
    name: str
    type_characters: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    is_backward: bool
    has_arithmetic: bool
    documentation: dict[str, str]

    @property
    def forward(self) -> str:
        """The name of the function whose derivative this is, or its own name."""
        return self.name.removesuffix("_backward") if self.is_backward else self.name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The inputs after the array arguments: a slope, a limit, a scale."""
        return tuple(name for name in self.inputs if name not in ("dy", "x"))


OPERATIONS: tuple[Operation, ...] = tuple(Operation(**row) for row in _core.operation_rows())
