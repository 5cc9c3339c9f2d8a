"""Check that the conda recipe renders for each platform and agrees with the project's metadata.

    python tools/conda_recipe.py

It needs py-rattler-build, which is rattler-build as a library. It accesses no channel.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import rattler_build

ROOT = Path(__file__).resolve().parents[1]
RECIPE = ROOT / "conda" / "recipe.yaml"
PLATFORMS = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")
# A feedstock's own configuration would define these.
VARIANTS = rattler_build.VariantConfig(
    {"c_compiler": ["a_compiler"], "c_stdlib": ["a_library"], "c_stdlib_version": ["1"]}
)


def problems(platform: str) -> Iterator[str]:
    """Each difference between the rendered recipe and the project, as a sentence."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = pyproject["project"]
    version = re.search(r"version: '(.+)'", (ROOT / "meson.build").read_text(encoding="utf-8"))
    assert version is not None
    python = f"python{project['requires-python']}"
    expected = {
        "name": project["name"],
        "version": version[1],
        "summary": project["description"],
        "license": project["license"],
        "host": {python, "pip", *pyproject["build-system"]["requires"]},
        "run": {python, *project["dependencies"]},
    }
    config = rattler_build.RenderConfig(rattler_build.PlatformConfig(target_platform=platform))
    rendered = rattler_build.Stage0Recipe.from_file(RECIPE).render(VARIANTS, config)
    if len(rendered) != 1:
        yield f"{platform}: expected one variant, found {len(rendered)}"
    for variant in rendered:
        recipe = variant.recipe.to_dict()
        requirements = recipe["requirements"]
        given = {
            "name": recipe["package"]["name"],
            "version": recipe["package"]["version"],
            "summary": recipe["about"]["summary"],
            "license": recipe["about"]["license"],
            "host": {each.replace(" ", "") for each in requirements["host"]},
            "run": {each.replace(" ", "") for each in requirements["run"]},
        }
        for field, value in expected.items():
            if given[field] != value:
                yield f"{platform}: {field} is {given[field]}, expected {value}"


if __name__ == "__main__":
    found = [problem for platform in PLATFORMS for problem in problems(platform)]
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"conda/recipe.yaml: renders for {', '.join(PLATFORMS)}")
    sys.exit(1 if found else 0)
