"""Adapts the links of the repository's own files that pages of the site include."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_LINK = re.compile(r"\[([^\]]+)\]\((?!\w+:|#)([^)\s]+)\)")


def setup(app: "Sphinx") -> dict[str, bool]:
    app.connect("include-read", _fit)
    return {"parallel_read_safe": True}


def _fit(app: "Sphinx", path: Path, _parent: str, content: list[str]) -> None:
    if path.suffix != ".md" or path.parent != Path(".."):
        return
    pages = {f"{page.upper()}.md": f"docs/{page}.md" for page in app.env.found_docs}

    def on_the_site(link: re.Match[str]) -> str:
        text, target = link.groups()
        place = pages.get(target, target)
        if not place.startswith("docs/"):
            # The file has no page on the site.
            return text
        # A link without text shows the title of the page.
        return f"[{'' if text == target else text}]({place.removeprefix('docs')})"

    content[0] = _LINK.sub(on_the_site, content[0])
