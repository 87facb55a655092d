"""What the desk knows of its line to central: that it is down, that central asks to come later, how much fits in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from clerk_app.domain.refusals import Refusal, Words

FLOOR_BYTES = 8 * 1024
START_BYTES = 64 * 1024
CEILING_BYTES = 1024 * 1024
QUICK_S = 1.0
"""An answer within this time: the next request may be twice as large."""
SLOW_S = 4.0
"""An answer after this time: the next one is half as large, well before the line's own time-out."""


class Later(Refusal):
    """Central is there and asks to be left alone for `wait_s` seconds (503 or 429 with Retry-After)."""

    def __init__(self, code: str, words: Words, remedy: Words, wait_s: float) -> None:
        super().__init__(code, words, remedy)
        self.wait_s = wait_s


class LineRefused(Exception):
    """Something central, or the lack of it, said no to; `refusal` is why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@contextmanager
def on_the_line() -> Iterator[None]:
    """Keeps what central refuses apart from what this desk's own store refuses. Raises `LineRefused`."""
    try:
        yield
    except Refusal as refusal:
        raise LineRefused(refusal) from None


@dataclass(slots=True)
class Pace:
    """How many bytes go into one request: more while central answers quickly, half after a cut or a slow answer.

    `size` counts what is on the line, after compression; `plain` is how much of the journal makes that much.
    """

    floor: int = FLOOR_BYTES
    ceiling: int = CEILING_BYTES
    size: int = START_BYTES
    ratio: float = 0.4

    @property
    def plain(self) -> int:
        """Bytes before compression that fill one request, as the last ones were compressed."""
        return int(self.size / self.ratio)

    def went(self, taken_s: float, sent: int, plain: int = 0) -> None:
        """A request of `sent` bytes was answered after `taken_s` seconds; it was `plain` bytes before compression."""
        if plain and sent:
            self.ratio = min(1.0, max(0.02, sent / plain))
        if taken_s > SLOW_S:
            self.broke()
        elif taken_s < QUICK_S and 2 * sent >= self.size:
            # One that was small for want of more says nothing about the line.
            self.size = min(self.ceiling, 2 * self.size)

    def broke(self) -> None:
        """A request was cut or timed out."""
        self.size = max(self.floor, self.size // 2)
