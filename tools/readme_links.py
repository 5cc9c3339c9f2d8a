"""Make a README's relative links and pictures absolute, for pages such as PyPI that show it alone.

    python tools/readme_links.py README REPOSITORY REVISION

rewrites the file: each path in the tree becomes an address in the repository at the revision, for
instance https://HOST/OWNER/NAME at v1.0.
"""

import re
import sys
from pathlib import Path

_FENCED = re.compile(r"(^```.*?^```)", re.DOTALL | re.MULTILINE)
# [text](target), which is a picture if a ! precedes it. The targets have no spaces.
_LINK = re.compile(r"(?P<opening>(?P<picture>!)?\[[^\]]*\]\()(?P<target>[^)\s]+)\)")
_ABSOLUTE = re.compile(r"[a-z]+:|#")


def absolute(text: str, repository: str, revision: str) -> str:
    """The Markdown with every link absolute; code blocks stay as they are."""

    def addressed(link: re.Match[str]) -> str:
        if _ABSOLUTE.match(link["target"]):
            return link[0]
        view = "raw" if link["picture"] else "blob"
        return f"{link['opening']}{repository}/{view}/{revision}/{link['target']})"

    # Every other part is a code block.
    parts = _FENCED.split(text)
    parts[::2] = [_LINK.sub(addressed, part) for part in parts[::2]]
    return "".join(parts)


def main(readme: str, repository: str, revision: str) -> None:
    path = Path(readme)
    path.write_text(absolute(path.read_text(encoding="utf-8"), repository, revision), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
