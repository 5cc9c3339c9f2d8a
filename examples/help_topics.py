"""The topics of CPython's own help(), split into parts that have no paragraph in common."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pydoc_data.topics import topics
from typing import Any

import numpy as np
from networks import Array

Parts = tuple[list[str], list[str], list[str]]


@cache
def parts() -> Parts:
    """The topics for training, for validation and for testing: three of every five, one and one.

    Some topics are passages of others. A paragraph stays in the first topic that has it.
    """
    split: Parts = ([], [], [])
    seen: set[str] = set()
    for k, name in enumerate(sorted(topics)):
        paragraphs = {" ".join(text.split()): text for text in topics[name].split("\n\n")}
        new = [text for words, text in paragraphs.items() if words not in seen]
        seen |= paragraphs.keys()
        if new:
            split[(0, 0, 0, 1, 2)[k % 5]].append("\n\n".join(new))
    return split


def joined(texts: Iterable[str], read: Callable[[str], Sequence[Any]]) -> list[Array]:
    """The columns that are read from each text, one text after another, and the text's number."""
    columns = [
        (*read_of, np.full(len(read_of[0]), k)) for k, read_of in enumerate(map(read, texts))
    ]
    return [np.concatenate(column) for column in zip(*columns, strict=True)]
