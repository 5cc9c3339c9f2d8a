"""Builds wrong versions of the library, and checks that the tests detect each one.

    python tools/mutants.py [name ...]

The mutants are in mutants.toml. Each is applied to a copy of this tree and built, and its tests
have to fail. On the unchanged copy the same tests have to pass.
"""

import os
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
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

    def apply(self, tree: Path) -> None:
        path = tree / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise SystemExit(
                f"{self.name}: {self.file} holds its text {text.count(self.old)} times"
            )
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


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
    original = (tree / mutant.file).read_text(encoding="utf-8")
    mutant.apply(tree)
    try:
        build(tree)
        code, output = run_tests(tree, mutant.tests)
    finally:
        (tree / mutant.file).write_text(original, encoding="utf-8")
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
