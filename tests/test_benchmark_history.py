"""benchmarks/results is one machine's history, in which asv finds every measured commit."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.project

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
HISTORY = BENCHMARKS / "results"
RACES = BENCHMARKS / "peer-results"
FOLDERS = [path.parent for path in BENCHMARKS.glob("*results/*/machine.json")]


def runs(folder: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*-*.json"))]


def git(*arguments: str) -> str:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    run = subprocess.run(
        ["git", *arguments], cwd=BENCHMARKS, capture_output=True, encoding="utf-8", check=False
    )
    if run.returncode != 0:
        pytest.skip(f"not in a clone: {run.stderr.strip()}")
    return run.stdout.strip()


def test_the_history_is_one_machines() -> None:
    assert [path.parent.parent for path in HISTORY.glob("*/machine.json")] == [HISTORY]


def test_the_history_is_in_one_environment() -> None:
    environments = {
        json.dumps([run["requirements"], run["python"], run["params"]], sort_keys=True)
        for folder in FOLDERS
        if folder.parent == HISTORY
        for run in runs(folder)
    }
    assert len(environments) == 1


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_run_says_the_same_of_its_machine(folder: Path) -> None:
    machine = json.loads((folder / "machine.json").read_text("utf-8"))
    del machine["version"]
    for run in runs(folder):
        parameters, requirements = run["params"], run["requirements"]
        assert isinstance(parameters, dict)
        assert isinstance(requirements, dict)
        facts = {key: parameters[key] for key in parameters.keys() - requirements.keys()}
        assert facts == machine | {"python": run["python"]}, run["commit_hash"]


@pytest.mark.parametrize("root", [HISTORY, RACES], ids=lambda root: root.name)
def test_results_are_of_the_benchmarks_of_their_configuration(root: Path) -> None:
    benchmarks = json.loads((root / "benchmarks.json").read_text("utf-8"))
    for folder in root.glob("*/"):
        for run in runs(folder):
            results = run["results"]
            assert isinstance(results, dict)
            assert set(results) <= set(benchmarks), run["commit_hash"]
    are_races = {name.startswith("peers.") for name in benchmarks if name != "version"}
    assert are_races == {root == RACES}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_measured_commit_is_on_the_line_that_asv_shows(folder: Path) -> None:
    if git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip("a shallow clone has no history")
    shown = set(git("rev-list", "--first-parent", "HEAD").split())
    measured = {str(run["commit_hash"]) for run in runs(folder)}
    assert measured
    if measured.isdisjoint(git("rev-list", "--all").split()):
        pytest.skip("a copy in another repository")
    assert measured <= shown
