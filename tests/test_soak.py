"""The soak test of tools/soak passes, and detects each kind of fault."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gil import HAS_GIL

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc"),
]

ROOT = Path(__file__).parents[1]

FAULTS = {
    "a wrong bit": (
        "from tests.cases import ISAS, UFUNCS\nUFUNCS[ISAS[-1]]['relu'] = np.abs",
        r"relu\(.*\) on generic.*: \d+ of \d+ differ",
    ),
    "a call that hangs": (
        "from tools.soak import gate\ngate.MOST_SECONDS = 5\njobs.run_one = once(jobs.run_one)",
        r"hung for 5 s: caller \d\n",
    ),
    "a leak": (
        "jobs.run_one = keeping(jobs.run_one)",
        r"memory grew by \d+\.\d MB, at most \d+\.\d expected",
    ),
    "a child that is killed": (
        "children.WORKS = (lambda random: os.kill(os.getpid(), signal.SIGKILL),)",
        "a child ended with -9",
    ),
    "a wrong bit in a child": (
        "children.shared = lambda random: check(np.ones(1), *right(RELU, -np.ones(1)), 'there')",
        "there: 1 of 1 differ(.|\n)*a child ended with 1",
    ),
    "a count that is lost": (
        "losing = Losing()\nactors.Shared.monitor = property(lambda _: losing, lambda *_: None)",
        "the monitor that all threads updated",
    ),
}

SETUP = """\
import os, signal, time
import numpy as np
from relu_ufunc._operations import OPERATIONS
from relu_ufunc.diagnostics import ActivationMonitor
from tools.soak import actors, children, jobs
from tools.soak.right import check, right

RELU, kept, hung = OPERATIONS[0], [], []

def once(job):
    def hangs(random, tally):
        if not hung:
            hung.append(True)
            time.sleep(1000)
        job(random, tally)
    return hangs

class Losing(ActivationMonitor):
    def update(self, batch):
        if self._seen is None:
            super().update(batch)

def keeping(job):
    def leaks(random, tally):
        kept.append(np.ones(20_000))
        job(random, tally)
    return leaks

"""


def soak(seconds: int, setup: str = "") -> "subprocess.CompletedProcess[str]":
    run = f"\nfrom tools.soak.__main__ import main\nmain(['--seconds={seconds}', '--seed=1'])"
    return subprocess.run(
        [sys.executable, "-c", SETUP + setup + run],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_it_passes() -> None:
    finished = soak(12)
    assert finished.returncode == 0, finished.stderr
    *_, summary, verdict = finished.stdout.splitlines()
    assert verdict == "passed"
    found = re.match(
        r"([\d,]+) calls, ([\d,]+) elements checked, (\d+) forks, "
        r"(\d+) signals \((\d+) seen, .*\), (\d+) interrupts, (\d+) switches; peak (\d+) MB",
        summary,
    )
    assert found is not None, summary
    calls, elements, forks, *others = (int(number.replace(",", "")) for number in found.groups())
    assert min(calls, elements, *others) > 0
    assert (forks > 0) == HAS_GIL


@pytest.mark.parametrize("fault", FAULTS)
def test_it_notices(fault: str) -> None:
    if "child" in fault and not HAS_GIL:
        pytest.skip("nothing forks without the GIL")
    setup, says = FAULTS[fault]
    finished = soak(12, setup)
    assert finished.returncode == 1, finished.stdout
    assert re.search(says, finished.stderr), finished.stderr
    assert finished.stdout.splitlines()[-1] == "FAILED"
