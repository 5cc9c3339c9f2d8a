"""tools/readme_links.py prepares the README for pages that show only the README."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.project

ROOT = Path(__file__).parents[1]
REPOSITORY = "https://example.org/owner/name"

SAMPLE = """\
A [guide](docs/guide.md#part), a [site](https://example.com/a), a [part](#part),
![a chart](charts/a.svg) and [two](b.md) [links](c.md).

```python
table[0](x)
[y](x)
```
"""
REWRITTEN = (
    SAMPLE.replace("docs/guide.md", f"{REPOSITORY}/blob/v1.0/docs/guide.md")
    .replace("charts/a.svg", f"{REPOSITORY}/raw/v1.0/charts/a.svg")
    .replace("b.md", f"{REPOSITORY}/blob/v1.0/b.md")
    .replace("c.md", f"{REPOSITORY}/blob/v1.0/c.md")
)


def rewritten(tmp_path: Path, text: str) -> str:
    readme = tmp_path / "README.md"
    readme.write_text(text, encoding="utf-8")
    tool = ROOT / "tools" / "readme_links.py"
    subprocess.run([sys.executable, tool, readme, REPOSITORY, "v1.0"], check=True)
    return readme.read_text(encoding="utf-8")


def test_links_and_pictures_become_absolute(tmp_path: Path) -> None:
    assert rewritten(tmp_path, SAMPLE) == REWRITTEN


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    assert rewritten(tmp_path, REWRITTEN) == REWRITTEN


def targets(markdown: str) -> list[str]:
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"\]\(([^)]+)\)", text)


def test_every_link_is_absolute_and_leads_into_the_tree(tmp_path: Path) -> None:
    links = targets(rewritten(tmp_path, (ROOT / "README.md").read_text(encoding="utf-8")))
    assert links
    for link in links:
        assert link.startswith(("https://", "#")), link
        path = re.match(rf"{re.escape(REPOSITORY)}/(?:blob|raw)/v1\.0/([^#]+)", link)
        assert path is None or (ROOT / path[1]).exists(), link
