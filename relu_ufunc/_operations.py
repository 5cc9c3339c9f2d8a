"""The operation table as Python objects."""

from typing import NamedTuple

from relu_ufunc import _core
from relu_ufunc._words import WORDS, Words


# Not a dataclass: importing `dataclasses` costs more than all the rest of the package.
class Operation(NamedTuple):
    """A function as the operation table describes it, and its number there."""

    number: int
    name: str
    type_characters: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    is_backward: bool
    has_arithmetic: bool
    is_smooth: bool
    numpy: str

    @property
    def forward(self) -> str:
        """The name of the function whose derivative this is, or its own name."""
        return self.name.removesuffix("_backward") if self.is_backward else self.name

    @property
    def words(self) -> Words:
        """What the documentation says about the function; a backward shares its forward's words."""
        try:
            return WORDS[self.forward]
        except KeyError:
            raise ImportError(
                f"relu_ufunc/_words.py has no entry for {self.forward!r} of src/ops.def: "
                "add its Words to WORDS"
            ) from None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The inputs after x: a slope, a limit, a scale, the linear half of a gate."""
        return tuple(name for name in self.inputs if name not in ("dy", "dz", "x"))


OPERATIONS: tuple[Operation, ...] = tuple(Operation(**row) for row in _core.operation_rows())
