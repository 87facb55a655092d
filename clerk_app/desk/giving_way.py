"""What can wait lets those go first who sit there and wait for an answer of central."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

GIVEN_WAY_S = 1.5
"""How soon what gave way tries again."""


class Questions:
    """The questions of people at this desk that are on their way to central. Lanes may share it."""

    def __init__(self) -> None:
        self._open: set[object] = set()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Somebody waits for an answer as long as this lasts."""
        one = object()
        self._open.add(one)
        try:
            yield
        finally:
            self._open.discard(one)

    @property
    def waiting(self) -> bool:
        """Whether anybody waits now."""
        return bool(self._open)
