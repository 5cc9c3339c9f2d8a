"""The command relu-ufunc: what it prints, what it refuses, and where it prints."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import relu_ufunc
from relu_ufunc._cli import main
from tests.subprocesses import run

needs_a_shell = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")

BENCH = ["bench", "--functions", "relu", "--size", "100"]


def source(arguments: list[str]) -> str:
    return f"import sys; from relu_ufunc._cli import main; sys.exit(main({arguments!r}))"


def test_info_prints_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    printed = capsys.readouterr().out
    relu_ufunc.show_config()
    assert printed == capsys.readouterr().out
    assert relu_ufunc.isa() in printed


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"relu_ufunc {relu_ufunc.__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["bench", "--help"], ["info", "--help"]])
def test_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    assert "usage: relu-ufunc" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["run"], "invalid choice: 'run'"),
        (["info", "more"], "unrecognized arguments: more"),
        (["bench", "--functions", "relu", "softminus"], "no function softminus; there are relu, "),
        (["bench", "--functions"], "expected at least one argument"),
        (["bench", "--dtype", "complex64"], "no loops for dtype 'complex64'; there are bool, "),
        (["bench", "--dtype", "foo"], "no loops for dtype 'foo'; there are bool, "),
        (["bench", "--dtype", ">f4" if sys.byteorder == "little" else "<f4"], "no loops for"),
        (
            ["bench", "--dtype", "int8", "--functions", "leaky_relu", "relu", "prelu"],
            "no int8 loop in leaky_relu, prelu",
        ),
        (["bench", "--size", "0"], "expected a positive whole number, not '0'"),
        (["bench", "--size", "many"], "expected a positive whole number, not 'many'"),
        (["bench", "--size", "1", "-5"], "-5"),
        (["bench", "--threads", "0"], "argument --threads: the number of threads must be"),
        (["bench", "--threads", "two"], "argument --threads: invalid int value: 'two'"),
    ],
)
def test_bad_arguments(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err


def test_too_large_a_size(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["bench", "--functions", "relu", "--size", str(sys.maxsize // 8)])
    assert stopped.value.code == 1
    assert "not enough memory" in capsys.readouterr().err


def test_plain_text_when_piped(tmp_path: Path) -> None:
    finished = run(source(BENCH), tmp_path)
    assert finished.returncode == 0
    assert finished.stderr == ""
    assert finished.stdout.isascii()
    assert "\r" not in finished.stdout
    assert "\033" not in finished.stdout


def test_runs_as_a_module(tmp_path: Path) -> None:
    code = (
        "import runpy, sys; sys.argv = ['relu_ufunc', 'info']; "
        "runpy.run_module('relu_ufunc', run_name='__main__')"
    )
    finished = run(code, tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert relu_ufunc.__version__ in finished.stdout


@pytest.mark.parametrize("arguments", [BENCH, ["info"]], ids=" ".join)
def test_a_closed_pipe_is_no_traceback(arguments: list[str], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    path = os.pathsep.join(
        filter(None, [str(Path(relu_ufunc.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    with os.fdopen(writing) as pipe:
        finished = subprocess.run(
            [sys.executable, "-c", source(arguments)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": path},
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert finished.returncode == 1
    assert finished.stderr == ""


def redirected(
    arguments: list[str], redirection: str, cwd: Path, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run the command in a shell with a redirection, such as ``>&-``."""
    line = f'exec "$0" -W error -c "$1" {redirection}'
    shell = ["sh", "-c", line, sys.executable, source(arguments)]
    return run(f"import os; os.execvp('sh', {shell!r})", cwd, **environment)


@needs_a_shell
@pytest.mark.parametrize("arguments", [BENCH, ["info"], ["--version"], ["run"]], ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_closed_output_is_an_error(arguments: list[str], unbuffered: str, tmp_path: Path) -> None:
    finished = redirected(arguments, ">&-", tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert finished.returncode == 1
    assert finished.stderr == "relu-ufunc: cannot write to standard output: it is closed\n"


@needs_a_shell
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [BENCH, ["info"], ["--version"]], ids=" ".join)
def test_a_full_disk_is_an_error(arguments: list[str], tmp_path: Path) -> None:
    finished = redirected(arguments, ">/dev/full", tmp_path, PYTHONUNBUFFERED="")
    assert finished.returncode == 1
    reason = os.strerror(errno.ENOSPC)
    assert finished.stderr == f"relu-ufunc: cannot write to standard output: {reason}\n"


@needs_a_shell
@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-", "<&- 2>&-"])
@pytest.mark.parametrize("arguments", [BENCH, ["info"]], ids=" ".join)
def test_only_the_output_has_to_be_open(
    arguments: list[str], redirection: str, tmp_path: Path
) -> None:
    finished = redirected(arguments, redirection, tmp_path)
    assert finished.returncode == 0
    assert relu_ufunc.__version__ in finished.stdout
    assert finished.stderr == ""


@needs_a_shell
def test_a_usage_error_needs_no_stream(tmp_path: Path) -> None:
    assert redirected(["run"], "2>&-", tmp_path).returncode == 2
    assert redirected(["run"], ">&- 2>&-", tmp_path).returncode == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("encoding", "has_blocks"), [("utf-8", True), ("ascii", False)])
def test_bars_and_progress_on_a_terminal(encoding: str, has_blocks: bool, tmp_path: Path) -> None:
    code = f"import pty, sys; sys.exit(pty.spawn([sys.executable, '-c', {source(BENCH)!r}]))"
    finished = run(code, tmp_path, PYTHONIOENCODING=encoding)
    assert finished.returncode == 0, finished.stderr
    assert "1/1 relu" in finished.stdout
    assert "\nrelu " in finished.stdout
    assert ("█" in finished.stdout) is has_blocks
    assert ("#" in finished.stdout) is not has_blocks
