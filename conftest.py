"""Every Python block of the README and the docs runs as a test."""

from doctest import ELLIPSIS

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

import relu_ufunc


def _reset_threads(_namespace: dict[str, object]) -> None:
    relu_ufunc.set_num_threads(1)


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)],
    patterns=["README.md", "docs/*.md", "docs/reference/*.md"],
    # These pages use other packages; tests/test_docs_guides.py and tests/frameworks/ run them.
    excludes=[
        f"docs/{page}.md"
        for page in ("interoperability", "weights", "pipelines", "dask", "compiled", "frameworks")
    ],
    teardown=_reset_threads,
).pytest()
