"""What central has of dossiers of an office: the proof without which a desk removes none of its own copies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, select

from clerk_app import wire
from clerk_app.central.database import Database, entries
from clerk_app.central.sheets import SheetStore, is_digest
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, Entry, after, sheets_of
from clerk_app.domain.oversight import CopiesRemoved, DecisionRefused, FindingAnswered, Looked, Reviewed

_AFTERWARDS = CopiesRemoved | DecisionRefused | FindingAnswered | Looked | Reviewed
"""What happens around a finished dossier, and makes it no younger."""


def proofs(
    database: Database, sheets: SheetStore, station: KnownStation, asked: wire.ProofsAsked, now: datetime
) -> wire.Proofs:
    """A proof for each of these dossiers that the office of this station has here; none for any other.

    Raises `Refusal` SHEETS_AWAY where it cannot be known now whether sheets are whole.
    """
    with database.read() as connection:
        found = [_story(connection, station.office, dossier) for dossier in dict.fromkeys(asked.dossiers)]
    return wire.Proofs([_proof(story, sheets) for story in found if story], now)


_Told = tuple[int, int, Entry]
"""Central's number, when it came (milliseconds since 1970), and the entry."""


def _story(connection: Connection, office: str, dossier: UUID) -> list[_Told]:
    columns = entries.c.number, entries.c.received_ms, entries.c.body
    of_it = (entries.c.dossier == dossier) & (entries.c.office == office) & entries.c.accepted
    rows = connection.execute(select(*columns).where(of_it).order_by(entries.c.number))
    return [(row.number, row.received_ms, wire.decode_entry(row.body)) for row in rows]


def _proof(story: Sequence[_Told], sheets: SheetStore) -> wire.DossierProof:
    wanted = {sheet for _, _, entry in story for sheet in sheets_of(entry) if is_digest(sheet)}
    lacking = sheets.missing(wanted)
    ended_ms = _ended(story)
    if ended_ms is None:
        settled_ms = max((ms for _, ms, one in story if not isinstance(one.what, _AFTERWARDS)), default=story[-1][1])
    else:
        settled_ms = max([ended_ms, *(ms for _, ms, entry in story if _brings_pages(entry))])
    return wire.DossierProof(
        dossier=story[0][2].dossier,
        entries=len(story),
        newest=story[-1][0],
        settled_at=datetime.fromtimestamp(settled_ms / 1000, UTC),
        sheets=len(wanted),
        lacking=_raw(lacking),
        open=ended_ms is None,
    )


def _ended(story: Sequence[_Told]) -> int | None:
    """When the end of a dossier came (milliseconds since 1970); None while it has none, or went on after it.

    A result that is printed again after it was handed over is no end: its dossier goes on.
    """
    state, since = Dossier(story[0][2].dossier), None
    for _, ms, entry in story:
        state = after(state, entry)
        ended = state.status == "discarded" or state.course.ended
        since = None if not ended else ms if since is None else since
    return since


def _brings_pages(entry: Entry) -> bool:
    return not isinstance(entry.what, _AFTERWARDS) and any(is_digest(sheet) for sheet in sheets_of(entry))


def _raw(digests: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in sorted(digests)]
