"""Every Python block of the README and the docs runs as a test."""

from doctest import ELLIPSIS

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)],
    patterns=["README.md", "docs/*.md"],
    # These pages use other packages; tests/test_docs_guides.py and tests/frameworks/ run them.
    excludes=[
        f"docs/{page}.md"
        for page in ("interoperability", "pipelines", "dask", "compiled", "frameworks")
    ],
).pytest()
