"""Adds a function, a dtype and an instruction set to a copy, as CONTRIBUTING.md describes.

    python tools/extend.py

The additions are in extensions.toml. Each one is built and must touch exactly the expected files,
and with all of them the default tests have to pass. The build has to refuse mistakes in a row, and
flags that change values. This works on x86-64 with gcc or clang.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).resolve().parent
BAD_FLAGS = ("-ffast-math", "-Ofast", "-ffinite-math-only")


class Copy:
    """A copy of this tree with its own build and virtual environment."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.python = tree / ".venv/bin/python"
        subprocess.run([TOOLS / "built_copy.sh", tree], check=True)
        self.git("init", "--quiet")
        self.commit()

    def run(self, *command: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
        path = f"{self.tree / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            command,
            cwd=self.tree,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(self.tree)} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def must_run(self, *command: str | Path) -> str:
        done = self.run(*command)
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, command))} failed\n{done.stdout}")
        return done.stdout

    def git(self, *arguments: str) -> str:
        return self.must_run("git", "-c", "user.name=extend", "-c", "user.email=", *arguments)

    def commit(self) -> list[str]:
        """Commit everything; return the files that differ from the previous commit."""
        self.git("add", "--all")
        touched = self.git("diff", "--cached", "--name-only").split()
        self.git("commit", "--quiet", "--allow-empty", "--message", "a state of the copy")
        return touched

    def build(self) -> "subprocess.CompletedProcess[str]":
        return self.run("ninja", "-k", "0", "-C", "build")

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.tree / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{file} holds {old!r} {text.count(old)} times, expected once")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, extension: dict[str, Any]) -> list[str]:
        for edit in extension["edit"]:
            self.edit(edit["file"], edit["before"], edit["text"] + edit["before"])
        done = self.build()
        if done.returncode:
            raise SystemExit(f"{extension['name']}: the build failed\n{done.stdout}")
        self.must_run(self.python, "tools/generate_tables.py")
        return self.commit()


def refused(copy: Copy, mistake: dict[str, str]) -> bool:
    copy.edit(mistake["file"], mistake["old"], mistake["new"])
    done = copy.build()
    copy.git("checkout", "--quiet", "--", mistake["file"])
    return done.returncode != 0 and re.search(mistake["says"], done.stdout) is not None


def refused_flag(copy: Copy, flag: str) -> bool:
    done = copy.run("meson", "setup", "build-flag", CFLAGS=flag)
    shutil.rmtree(copy.tree / "build-flag", ignore_errors=True)
    return done.returncode != 0 and f"{flag} in CFLAGS" in done.stdout


def main() -> int:
    table = tomllib.loads((TOOLS / "extensions.toml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="relu_ufunc-extend.") as directory:
        copy = Copy(Path(directory))
        failures = 0
        for extension in table["extension"]:
            touched = copy.add(extension)
            print(f"{extension['name']} touched {', '.join(touched)}", flush=True)
            failures += touched != extension["expected"]
        tests = copy.run(copy.python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
        print(tests.stdout if tests.returncode else tests.stdout.splitlines()[-1], flush=True)
        failures += tests.returncode != 0
        verdicts = {each["name"]: refused(copy, each) for each in table["mistake"]}
        verdicts |= {flag: refused_flag(copy, flag) for flag in BAD_FLAGS}
        for name, was_refused in verdicts.items():
            print(f"{name}: {'refused' if was_refused else 'NOT REFUSED'}")
            failures += not was_refused
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
