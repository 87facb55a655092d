"""What others do, as soon as they do it: one request that central answers when there is something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from clerk_app.desk.delivery import POLL_S
from clerk_app.desk.giving_way import GIVEN_WAY_S, Questions
from clerk_app.desk.line import LineRefused, on_the_line
from clerk_app.desk.people import People
from clerk_app.desk.ports import Cancel, Central, Journal

WAIT_S = 25.0
"""Shorter than what routers and proxies on the way let a silent connection live."""
POLL_BESIDE_S = 60.0
"""How often the delivery still asks by itself while somebody listens."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How one wait ended. `entries` of other desks came, those that central refused among them.

    `listening`: central answers in time; else the delivery finds out, by polling as before.
    The next wait begins after `pause_s` seconds.
    """

    entries: int = 0
    listening: bool = True
    pause_s: float = 0.0


class News:
    """The desk's ear; `once` blocks up to `WAIT_S` seconds, on a lane of its own."""

    def __init__(
        self,
        journal: Journal,
        central: Central,
        elapsed: Callable[[], float] = monotonic,
        people: People | None = None,
        questions: Questions | None = None,
    ) -> None:
        """`people` hears which version of them central has. To `questions` of people the next wait gives way."""
        self._questions = questions or Questions()
        self._journal = journal
        self._central = central
        self._elapsed = elapsed
        self._people = people
        self.heard: list[Callable[[], None]] = []
        """What is done each time that central answered."""

    def once(self, cancel: Cancel) -> Heard:
        """Wait for what others do and take it in. Raises `Refusal` only for this desk's own store."""
        cursor, era, start = self._journal.cursor(), self._journal.era(), self._elapsed()
        try:
            with on_the_line():
                pulled = self._central.wait(cursor, WAIT_S, cancel)
        except LineRefused:
            return Heard(listening=False, pause_s=POLL_S)
        if cancel():
            return Heard()
        # A line that is cut in the middle, or a portal, says nothing that central says.
        for then in self.heard if pulled.era else ():
            then()
        if self._people is not None and pulled.people and self._people.learned(pulled.people):
            self._people.confirmed()
        if pulled.era not in ("", era):
            # Central began anew, perhaps without what was heard before: the delivery asks that, and asks first.
            return Heard(listening=False, pause_s=POLL_S)
        came = len(pulled.entries) + len(pulled.refused)
        if came or pulled.cursor > cursor:
            self._journal.received(pulled, cursor, era)
        if came and self._journal.cursor() > cursor:
            return Heard(came, pause_s=GIVEN_WAY_S if self._questions.waiting else 0.0)
        if self._elapsed() - start < WAIT_S / 2:
            # A central that does not wait, or an entry that only a newer program reads: no reason to ask on and on.
            return Heard(listening=False, pause_s=POLL_S)
        return Heard()

    def leave(self) -> None:
        """End the wait; from any thread, at once."""
        self._central.leave()
