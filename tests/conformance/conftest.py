"""Counts the cases that each suite ran, and reports the counts at the end."""

from collections import Counter

import pytest

_CASES = pytest.StashKey[Counter[str]]()


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Counter[str]:
    """The number of cases that ran, by suite."""
    return request.config.stash.setdefault(_CASES, Counter())


def pytest_configure(config: pytest.Config) -> None:
    # The tests of NumPy and Keras have their own markers, and an unknown marker is an error.
    for marker in ("slow", "requires_trainable_backend"):
        config.addinivalue_line("markers", marker)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    cases = config.stash.get(_CASES, Counter())
    if cases:
        terminalreporter.section("cases of other projects")
    for suite, number in sorted(cases.items()):
        terminalreporter.line(f"{number:>9,}  {suite}")
