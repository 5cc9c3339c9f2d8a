"""Warns about a page that would load anything from the network."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_logger = logging.getLogger(__name__)

# The attributes whose target a browser fetches by itself. It does not fetch that of a link (`a`).
_FETCHED = {"src", "srcset", "poster", "data"}
_NOT_FETCHED = {"canonical", "author", "search", "index", "next", "prev"}
_REMOTE = ("http:", "https:", "//")
_REMOTE_IN_STYLE = re.compile(r"""(?:url\(|@import)\s*['"]?((?:https?:)?//[^'")\s]+)""")


class _Assets(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.remote: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wanted = set(_FETCHED)
        if tag == "link" and dict(attrs).get("rel") not in _NOT_FETCHED:
            wanted.add("href")
        for name, value in attrs:
            if name in wanted and value:
                addresses = value.split(",") if name == "srcset" else [value]
                self.remote += [a.strip() for a in addresses if a.strip().startswith(_REMOTE)]


def remote_assets(text: str) -> list[str]:
    """The addresses beyond this site from which a page or a style sheet loads something."""
    assets = _Assets()
    assets.feed(text)
    return assets.remote + _REMOTE_IN_STYLE.findall(text)


def setup(app: "Sphinx") -> dict[str, bool]:
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _check(app: "Sphinx", exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for file in sorted(Path(app.outdir).rglob("*")):
        if file.suffix in (".html", ".css"):
            for address in remote_assets(file.read_text("utf-8")):
                _logger.warning("%s loads %s", file.name, address)
