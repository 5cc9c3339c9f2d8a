"""Soaks that run in a process of their own, beside the others."""

import argparse
import subprocess
import sys
from dataclasses import dataclass

# To start and to end, beyond the time that one is given.
_MORE_SECONDS = 180


def arguments(description: str | None) -> tuple[float, int]:
    """Seconds and seed, as `start` passes them."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    return given.seconds, given.seed


@dataclass
class Companion:
    name: str
    process: "subprocess.Popen[bytes]"
    seconds: float

    def failure(self, ended: bool) -> str | None:
        """What went wrong so far or, where it should have ended, at all."""
        try:
            code = self.process.wait(self.seconds + _MORE_SECONDS if ended else 0)
        except subprocess.TimeoutExpired:
            return f"{self.name} hung" if ended else None
        return None if code == 0 else f"{self.name} ended with {code}"

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def start(name: str, seconds: float, seed: int) -> Companion:
    """The module of that name in this folder."""
    command = [sys.executable, "-m", f"tools.soak.{name}"]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    return Companion(name, subprocess.Popen(command), seconds)
