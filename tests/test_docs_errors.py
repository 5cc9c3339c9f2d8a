"""docs/errors.md: each call in its table raises an error with the message in the table."""

import re
from pathlib import Path

import numpy as np
import pytest

import relu_ufunc

ERRORS = (Path(__file__).parents[1] / "docs" / "errors.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| `(.+?)` \|", ERRORS, re.MULTILINE)


def test_the_table_is_found() -> None:
    table = ERRORS.split("## Errors")[1].split("## Traps")[0]
    assert len(ROWS) == table.count("\n|") - 2


@pytest.mark.skipif(
    int(np.__version__.partition(".")[0]) < 2, reason="NumPy's messages and promotion differed"
)
@pytest.mark.parametrize(("call", "message"), ROWS, ids=[call for call, _ in ROWS])
def test_each_call_raises_what_the_table_says(call: str, message: str) -> None:
    names = vars(relu_ufunc) | {
        "np": np,
        "x": np.array([-1.0, 2.0], np.float32),
        "i8": np.array([-1, 2], np.int8),
        "images": np.ones((8, 3, 4, 4)),
        "slope": np.array([0.1, 0.2, 0.3]),
    }
    with pytest.raises((TypeError, ValueError, OverflowError), match=re.escape(message)):
        eval(call, names)
