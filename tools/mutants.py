"""Builds wrong versions of the library, and checks that the tests detect each one.

    python tools/mutants.py [name ...]

    python tools/mutants.py --check

The mutants are in mutants.toml. Each is applied to a copy of this tree and built, and its tests
have to fail. On the unchanged copy the same tests have to pass. With --check each is only looked up
in this tree.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
# pytest's exit codes; any other code means that the tests could not run.
PASSED, FAILED = 0, 1
MOST_SECONDS = 1200


@dataclass(frozen=True)
class Mutant:
    name: str
    why: str
    file: str
    old: str
    new: str
    tests: list[str]
    function: str = ""
    alike: dict[str, str] = field(default_factory=dict)

    @property
    def edits(self) -> list["Mutant"]:
        """One for each file."""
        if not self.alike:
            return [self]
        file, old, new = (self.alike[key] for key in ("file", "old", "new"))
        function = self.alike.get("function", "")
        return [self, replace(self, file=file, function=function, old=old, new=new, alike={})]

    def apply(self, tree: Path) -> None:
        path = tree / self.file
        path.write_text(self.mutated(path.read_text(encoding="utf-8")), encoding="utf-8")

    def mutated(self, text: str) -> str:
        start, end = _place_of(self.function, text) if self.function else (0, len(text))
        tokens = re.findall(r"\w+|\S", self.old)
        matches = re.findall(r"\s*".join(map(re.escape, tokens)), text[start:end])
        if len(matches) != 1:
            place = f"{self.function} of {self.file}" if self.function else self.file
            raise SystemExit(f"{self.name}: {place} holds its text {len(matches)} times")
        return text[:start] + text[start:end].replace(matches[0], self.new) + text[end:]


def _place_of(function: str, text: str) -> tuple[int, int]:
    """Where a function of C, Python or Cython, or a row of the operation table, begins and ends."""
    name = re.escape(function)
    patterns = (
        rf"^\w[^\n;]*\b{name}\((?:[^;{{}}]*\)\s*\{{)(?:.*\}}$|(?s:.*?)^\}})",
        rf"^( *)(?:def|cdef|class) [^\n]*\b{name}\b.*\n(?:(?:\1 .*)?\n)*",
        rf"^(?:RECTIFIER|FUNCTION|GATE)\({name},(?s:.*?)(?:\n\n|\Z)",
    )
    places = [each.span() for one in patterns for each in re.finditer(one, text, re.MULTILINE)]
    if len(places) != 1:
        raise SystemExit(f"{function} is defined {len(places)} times")
    return places[0]


def build(tree: Path) -> None:
    built = subprocess.run(
        [tree / ".venv/bin/ninja", "-C", tree / "build"],
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode:
        raise SystemExit(f"the build failed\n{built.stdout}")


def run_tests(tree: Path, tests: list[str]) -> tuple[int | None, str]:
    """The exit code, negative after a signal and None after a timeout, and the output."""
    programs = [Path(test).stem for test in tests if test.endswith(".c")]
    modules = [test for test in tests if not test.endswith(".c")]
    if programs and (finished := run_programs(tree, programs))[0] != PASSED:
        return finished
    return run_pytest(tree, modules) if modules else (PASSED, "")


def run_programs(tree: Path, programs: list[str]) -> tuple[int, str]:
    """Run those of tests/c by meson."""
    finished = subprocess.run(
        [tree / ".venv/bin/meson", "test", "-C", tree / "build", *programs],
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, f"{finished.stdout}\nFAILED tests/c: {', '.join(programs)}"


def run_pytest(tree: Path, tests: list[str]) -> tuple[int | None, str]:
    """Pytest's exit code, negative after a signal and None after a timeout, and its output."""
    command = [str(tree / ".venv/bin/python"), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        finished = subprocess.run(
            [*command, *tests],
            cwd=tree,
            capture_output=True,
            text=True,
            check=False,
            timeout=MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return finished.returncode, finished.stdout + finished.stderr


def verdict(tree: Path, mutant: Mutant) -> str | None:
    """What detected the mutant, or None if nothing did."""
    originals = {edit.file: (tree / edit.file).read_text("utf-8") for edit in mutant.edits}
    for edit in mutant.edits:
        edit.apply(tree)
    try:
        build(tree)
        code, output = run_tests(tree, mutant.tests)
    finally:
        for file, original in originals.items():
            (tree / file).write_text(original, encoding="utf-8")
    if code == PASSED:
        return None
    if code is None:
        return f"not done after {MOST_SECONDS} s"
    if code < 0:
        return f"signal {-code}"
    if code != FAILED:
        raise SystemExit(f"{mutant.name}: the tests could not run\n{output}")
    return next(line for line in output.splitlines() if line.startswith(("FAILED", "ERROR")))


def main(names: list[str]) -> int:
    table = tomllib.loads((TOOLS / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    if names == ["--check"]:
        for edit in (edit for row in table for edit in Mutant(**row).edits):
            edit.mutated((TOOLS.parent / edit.file).read_text(encoding="utf-8"))
        return 0
    mutants = [Mutant(**row) for row in table if not names or row["name"] in names]
    if unknown := set(names) - {mutant.name for mutant in mutants}:
        raise SystemExit(f"no such mutant: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="relu_ufunc-mutants.") as directory:
        tree = Path(directory)
        subprocess.run([TOOLS / "built_copy.sh", tree], check=True)
        every_test = sorted({test for mutant in mutants for test in mutant.tests})
        code, output = run_tests(tree, every_test)
        if code != PASSED:
            raise SystemExit(f"the tests do not pass on the unchanged copy\n{output}")
        survivors = []
        for mutant in mutants:
            # If timestamps have whole seconds, ninja may miss a change.
            os.utime(tree / mutant.file)
            start = time.monotonic()
            noticed = verdict(tree, mutant)
            if noticed is None:
                survivors.append(mutant.name)
            seconds = time.monotonic() - start
            print(f"{mutant.name}: {noticed or 'SURVIVED'} ({seconds:.0f} s)", flush=True)
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants killed")
    return len(survivors)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
