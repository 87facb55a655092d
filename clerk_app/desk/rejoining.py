"""After a salvage: taking back from central what this desk lost, before anything new is sent.

The chain is continued and never forked. What central has of this desk comes back under its own seals; what it never got
goes on top of that; lost is what is in neither place, and it is named by dossier.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from clerk_app.desk import salvaged
from clerk_app.desk.ports import Cancel, Central, Clock, Journal, Sheets
from clerk_app.desk.salvaged import Salvaged
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import Answer, Answers, Sealed


@dataclass(frozen=True, slots=True)
class Found:
    """What central said: entries that are not here under the same seal, answers to those that are, where its chain
    ends, and the pages that neither this desk nor central has.
    """

    record: Salvaged
    back: tuple[tuple[Sealed, Answer], ...]
    known: tuple[Answer, ...]
    heard: frozenset[int]
    head: tuple[int, bytes]
    sheets: tuple[tuple[str, UUID], ...]


class Rejoining:
    """What a delivery does first on a desk that was damaged; nothing on any other."""

    def __init__(self, journal: Journal, sheets: Sheets, central: Central, clock: Clock) -> None:
        self._journal = journal
        self._sheets = sheets
        self._central = central
        self._clock = clock

    def wanted(self) -> Salvaged | None:
        """The record of a salvage after which central was not asked yet."""
        record = salvaged.read(self._journal.noted(salvaged.NOTE))
        return record if record is not None and record.after is not None else None

    def ask(self, record: Salvaged, cancel: Cancel) -> Found | None:
        """What central has of what is missing here; None where the person cancelled. Raises `Refusal` of the line."""
        after = at = record.after or 0
        here = self._journal.sealed_after(after)
        back: list[tuple[Sealed, Answer]] = []
        known: list[Answer] = []
        heard: set[int] = set()
        while not cancel():
            page = self._central.returned(at)
            for sealed, answer in page.entries:
                heard.add(sealed.n)
                if here.get(sealed.n) == sealed.digest:
                    known.append(answer)
                else:
                    back.append((sealed, answer))
            head = page.next_n - 1, page.head
            if not page.entries or page.entries[-1][0].n >= head[0]:
                lost = tuple(self._without(record.sheets, cancel))
                return None if cancel() else Found(record, tuple(back), tuple(known), frozenset(heard), head, lost)
            at = page.entries[-1][0].n
        return None

    def settle(self, found: Found) -> frozenset[UUID]:
        """Go on with central's chain, in one transaction; the dossiers it touched. Raises `Refusal` of the store."""
        record = found.record
        lost = tuple(one for one in record.lost if one[0] not in found.heard)
        closed = record.numbers_closed or bool(found.back)
        done = replace(record, lost=lost, after=None, back=len(found.back), sheets=found.sheets, numbers_closed=closed)
        with self._journal.together():
            self._journal.answered(Answers(list(found.known), found.head[0] + 1, self._clock()))
            touched = self._journal.rejoin(record.after or 0, found.back, found.head)
            self._journal.note(salvaged.NOTE, done.noted())
        return touched

    def _without(self, gone: Iterable[tuple[str, UUID]], cancel: Cancel) -> Iterable[tuple[str, UUID]]:
        """Fetch the pages that are gone here; what is left are those that central has not either."""
        for digest, dossier in gone:
            if cancel():
                return
            if not self._central.sheet_state(digest).complete:
                yield digest, dossier
                continue
            fetch(digest, dossier, self._sheets, self._central)


def fetch(digest: str, dossier: UUID, sheets: Sheets, central: Central) -> bool:
    """Bring a page of an open dossier here, if central gives it; whether it is here. Raises `Refusal` of the line."""
    try:
        data = central.fetch_sheet(digest, dossier)
    except Refusal as refusal:
        if refusal.code in ("SHEET_NOT_OPEN", "SHEET_NOT_KEPT", "SHEET_DAMAGED"):
            return False
        raise
    with suppress(Refusal):
        sheets.put(data)
        sheets.delivered(digest)
        return True
    return False
