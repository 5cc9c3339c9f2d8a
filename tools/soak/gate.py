"""A gate where all actors can be made to rest, which shows that each is alive."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Much more than the longest job takes on a busy machine.
MOST_SECONDS = 120


class HungError(Exception):
    """An actor did not come to the gate."""


class Gate:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_closed = False
        self._has_ended = False
        self._at_rest: set[str] = set()
        self._failures: list[str] = []

    def pass_through(self) -> bool:
        """Wait while the gate is closed; return False if the actor has to end."""
        name = threading.current_thread().name
        with self._changed:
            self._at_rest.add(name)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._has_ended or not self._is_closed)
            self._at_rest.discard(name)
            return not self._has_ended

    def fail(self, about: str) -> None:
        with self._changed:
            self._failures.append(about)

    @property
    def failures(self) -> list[str]:
        with self._changed:
            return list(self._failures)

    @contextmanager
    def closed(self, actors: set[str]) -> Iterator[None]:
        """Keep the gate closed, and all these actors at rest."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: self._failures or actors <= self._at_rest, MOST_SECONDS)
            missing = actors - self._at_rest
            if missing and not self._failures:
                raise HungError(", ".join(sorted(missing)))
        try:
            yield
        finally:
            with self._changed:
                self._is_closed = False
                self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()
