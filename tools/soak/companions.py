"""Companions: parts of the soak that run in processes of their own."""

import argparse
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

# For starting and ending, beyond the time that a companion is given.
_MORE_SECONDS = 180


def arguments(description: str | None) -> tuple[float, int]:
    """Return the seconds and the seed that `start` passes."""
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
        """Return what went wrong so far or, if it should have ended, after waiting for its end."""
        try:
            code = self.process.wait(self.seconds + _MORE_SECONDS if ended else 0)
        except subprocess.TimeoutExpired:
            return f"{self.name} hung" if ended else None
        return None if code == 0 else f"{self.name} ended with {code}"

    def stop(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start(name: str, seconds: float, seed: int) -> Companion:
    """Start the module of that name in this folder."""
    command = [sys.executable, "-m", f"tools.soak.{name}"]
    command += ["--seconds", str(seconds), "--seed", str(seed)]
    # In a group of its own, with the processes that it starts.
    return Companion(name, subprocess.Popen(command, start_new_session=True), seconds)
