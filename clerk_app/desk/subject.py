"""What this desk itself holds on one ID number; central's own extract tells of everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.telling_names import Naming
from clerk_app.desk.trail import Trail
from clerk_app.domain.oversight import Exported
from clerk_app.domain.settling import Record
from clerk_app.domain.subject import EXPORT, SCOPE, Held, HeldDossier
from clerk_app.wire import encode_entry


class Subject:
    """Finds for the data officer, and writes down that it was taken out."""

    def __init__(self, counter: Counter, trail: Trail, new_id: Callable[[], UUID]) -> None:
        self._counter = counter
        self._trail = trail
        self._new_id = new_id

    def find(self, number: str, purpose: str) -> tuple[HeldDossier, ...]:
        """Every dossier here in an entry of which the number (9 or 12 digits) stands, or once stood, as a value or in
        what somebody wrote.

        Raises `Refusal` NOT_ALLOWED, PURPOSE_MISSING, PURPOSE_UNKNOWN.
        """
        self._counter.demand(SCOPE)
        self._trail.checked_purpose(purpose)
        journal = self._counter.journal
        return tuple(self._whole(one) for one in journal.naming(number) if self._counter.may(SCOPE, one))

    def _whole(self, dossier: UUID) -> HeldDossier:
        journal = self._counter.journal
        state = journal.dossier(dossier)
        return HeldDossier(dossier, state.office, state, tuple(map(_held, journal.records(dossier))))

    def naming(self, one: HeldDossier) -> Naming:
        """What the codes of this dossier are called."""
        return Naming(self._counter.rules_of(one.state), self._trail.people())

    def sheet(self, digest: str) -> bytes:
        """This desk's own copy. Raises `Refusal` NOT_ALLOWED, SHEET_MISSING, SHEET_DAMAGED."""
        self._counter.demand(SCOPE)
        return self._counter.sheets.get(digest)

    def taken_out(self, digest: str, purpose: str, entries: int) -> None:
        """Write down that a file with this SHA-256 leaves, before it does."""
        who = self._counter.demand(SCOPE).id
        self._counter.write(self._new_id(), Exported(EXPORT, digest, purpose, entries), who=who)

    @property
    def station(self) -> str:
        """Which desk this is."""
        return self._counter.station.station

    def now(self) -> datetime:
        """The moment of the extract, by this desk's clock."""
        return self._counter.clock()


def _held(record: Record) -> Held:
    entry = record.entry
    return Held(entry.id, record.number, record.station, 0, 0, encode_entry(entry), b"", record.code, None, record)
