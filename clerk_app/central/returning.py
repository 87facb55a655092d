"""What central gives back to a desk that lost it: the desk's own entries, and the sheets of dossiers that are open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from clerk_app import wire
from clerk_app.central.database import Database, entries, heads
from clerk_app.central.register import answer_of, as_far_as_fits
from clerk_app.central.sheets import SheetStore, check_digest
from clerk_app.central.stations import KnownStation
from clerk_app.domain.dossier import Dossier, replay, sheets_of
from clerk_app.domain.oversight import CopiesRemoved
from clerk_app.domain.refusals import Refusal, Words

MAX_BYTES = 4 * 1024 * 1024


def own_entries(database: Database, station: KnownStation, after: int, limit: int) -> wire.Returned:
    """What this station sent after its running number `after`, at most `limit` entries or `MAX_BYTES`."""
    mine = (entries.c.station == station.code) & (entries.c.n > after)
    sizes = select(entries.c.n, func.length(entries.c.body)).where(mine).order_by(entries.c.n).limit(limit)
    found: list[tuple[wire.Sealed, wire.Answer]] = []
    with database.read() as connection:
        last = connection.execute(select(heads).where(heads.c.station == station.code)).first()
        # Bodies are read only as far as they are sent: a driver may hold all that was asked for.
        sent = as_far_as_fits([(row[0], row[1]) for row in connection.execute(sizes)], MAX_BYTES)
        if sent:
            chosen = select(entries).where(mine, entries.c.n <= sent[-1]).order_by(entries.c.n)
            for row in connection.execute(chosen):
                sealed = wire.Sealed(row.body, row.station, row.n, row.previous, row.digest, row.signature)
                found.append((sealed, answer_of(row.id, row.number, row.refusal)))
    return wire.Returned(found, last.n + 1 if last else 1, last.digest if last else wire.FIRST)


def sheet_of(
    database: Database,
    sheets: SheetStore,
    station: KnownStation,
    digest: str,
    dossier: UUID,
    now: datetime,
    waits: Callable[[Dossier], bool] = lambda dossier: False,
) -> bytes:
    """A sheet that an accepted entry of this dossier mentions, while the dossier is open in the station's office.

    Open is a draft, what was received and is not due yet, and what `waits` for a second look; to the counter that
    accepted it, which makes the copies for the archive, until its course has ended. A desk that sent it and removed its
    own copy by the retention rule always gets it again. Raises `Refusal`: SHEET_NAME, SHEET_NOT_OPEN,
    SHEET_NOT_KEPT, SHEETS_AWAY.
    """
    check_digest(digest)
    columns = entries.c.body, entries.c.office, entries.c.station
    chosen = select(*columns).where(entries.c.dossier == dossier, entries.c.accepted)
    with database.read() as connection:
        rows = connection.execute(chosen.order_by(entries.c.number)).all()
    told = [(row.station, wire.decode_entry(row.body)) for row in rows if row.office == station.office]
    story = [entry for _, entry in told]
    if not any(digest in sheets_of(entry) for entry in story):
        raise _not_open()
    own = [entry for by, entry in told if by == station.code]
    removed_there = any(digest in sheets_of(entry) for entry in own) and any(
        isinstance(entry.what, CopiesRemoved) and digest in entry.what.sheets for entry in own
    )
    state = replay(story)
    if _is_over(state, station, now) and not removed_there and not waits(state):
        raise _not_open()
    if not sheets.whole(digest):
        raise Refusal(
            "SHEET_NOT_KEPT",
            Words("Trung tâm cũng không có trang này.", "Central does not have this sheet either."),
            Words("Quét lại giấy tờ.", "Scan the paper again."),
        )
    return sheets.read(digest)


def _is_over(state: Dossier, station: KnownStation, now: datetime) -> bool:
    if state.status == "discarded":
        return True
    accepted = state.submitted
    if accepted is None or (accepted.counter == station.counter and not state.course.ended):
        return False
    due_at = state.course.due_at or accepted.due_at
    return due_at < now


def _not_open() -> Refusal:
    # The same words whether there is no such dossier or it is another office's: nobody learns which.
    return Refusal(
        "SHEET_NOT_OPEN",
        Words(
            "Trang này không thuộc hồ sơ nào đang mở của đơn vị.",
            "The sheet belongs to no open dossier of this office.",
        ),
        Words("Xem hồ sơ đã kết thúc tại trung tâm.", "Look at finished dossiers at central."),
    )
