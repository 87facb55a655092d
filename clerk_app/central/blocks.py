"""Numbers lent to stations, so that dossier codes and receipts are unique without a line."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, func, insert, select

from clerk_app import wire
from clerk_app.central import entry_numbers
from clerk_app.central.database import Database, blocks, milliseconds, offices
from clerk_app.central.engines import take_lock
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words

Kind = Literal["dossier", "receipt"]
MAX_BLOCK = 5000
LAST: Mapping[Kind, int] = {"dossier": 999_999, "receipt": 9_999_999}
"""The last number of each kind: six digits stand in a dossier code, seven in a receipt (NĐ 123/2020/NĐ-CP art. 32)."""

GAP: Mapping[Kind, int] = {"dossier": 10_000, "receipt": 100_000}
"""How many numbers are left out at least once central was brought back from an older copy: what it lent after that copy
lies among them, and its holders may come later."""
GAP_STANDS = timedelta(days=30)
"""For how long nothing more is left out on the word of a station: a copy is brought back seldom, and by whoever says so
with `leave_out`."""
_NOBODY = ""
_ANY_OFFICE = ""
"""Whose rows hold for every office: those that were added after a copy counted as well."""
_LOG = logging.getLogger("quay.central")


def lend(database: Database, asked: wire.BlockAsked, station: KnownStation, now: datetime) -> wire.Block:
    """Numbers that no other station has or will have; the same key gets the same numbers.

    Dossier codes carry their unit, so every office counts for itself; a receipt number stands alone, so all offices
    share one count.

    Raises `Refusal`: BLOCK_SIZE, BLOCK_KEY_USED when the key was used to ask for something else, NUMBERS_RUN_OUT when
    the paper has no room for so many.

    What the station says it holds already is written down again where this central forgot it; with that it may ask for
    no new numbers.
    """
    if not (1 if not asked.held else 0) <= asked.size <= MAX_BLOCK:
        raise Refusal(
            "BLOCK_SIZE",
            Words(f"Mỗi lần được mượn từ 1 đến {MAX_BLOCK} số.", f"A block has 1 to {MAX_BLOCK} numbers."),
            Words("Xin ít số hơn.", "Ask for fewer numbers."),
        )

    def work(connection: Connection) -> wire.Block:
        return lend_in(connection, asked, station, now)

    return database.written(work, lock_of(asked.kind, station.office))


def lock_of(kind: Kind, office: str) -> str:
    """One count, one lock: under it whoever asks next sees the highest number that is lent."""
    return f"blocks {kind}" if kind == "receipt" else f"blocks of {office}"


def lend_in(connection: Connection, asked: wire.BlockAsked, station: KnownStation, now: datetime) -> wire.Block:
    """As `lend`, but for BLOCK_SIZE, within a transaction that writes and holds the lock `lock_of` this count."""
    mine = (blocks.c.station == station.code) & (blocks.c.key == asked.key)
    row = connection.execute(select(blocks).where(mine)).first()
    if row is not None:
        if row.kind != asked.kind or row.last - row.first + 1 != asked.size:
            raise Refusal(
                "BLOCK_KEY_USED",
                Words("Khóa này đã dùng cho yêu cầu khác.", "This key was used for another request."),
                Words("Dùng khóa mới.", "Use a new key."),
            )
        return wire.Block(row.kind, row.first, row.last)
    taken = _remembered(connection, asked, station, now)
    if not asked.size:
        return wire.Block(asked.kind, 1, 0, taken)
    highest = _highest(connection, _counted(asked.kind, station.office) | _everybodys(asked.kind))
    first, last = highest + 1, highest + asked.size
    if last > LAST[asked.kind]:
        raise _run_out(asked.kind)
    mine_now = {"first": first, "last": last, "station": station.code, "key": asked.key}
    connection.execute(insert(blocks), _row(asked.kind, station.office, now) | mine_now)
    return wire.Block(asked.kind, first, last, taken)


def _counted(kind: Kind, office: str) -> ColumnElement[bool]:
    """The rows of the count that this office's numbers come from."""
    of_kind = blocks.c.kind == kind
    return of_kind if kind == "receipt" else of_kind & (blocks.c.office == office)


def _everybodys(kind: Kind) -> ColumnElement[bool]:
    return (blocks.c.kind == kind) & (blocks.c.office == _ANY_OFFICE)


def _row(kind: Kind, office: str, now: datetime) -> dict[str, object]:
    return {"office": office, "kind": kind, "lent_ms": milliseconds(now)}


def _remembered(
    connection: Connection, asked: wire.BlockAsked, station: KnownStation, now: datetime
) -> tuple[int, ...]:
    """Write down again what the station holds; the first numbers of what it may not use, being somebody else's."""
    taken: list[int] = []
    counted = _counted(asked.kind, station.office)
    for first, last in asked.held:
        meets = counted & (blocks.c.first <= last) & (blocks.c.last >= first)
        there = connection.execute(select(blocks.c.first, blocks.c.last, blocks.c.station).where(meets)).all()
        if [tuple(row) for row in there] == [(first, last, station.code)]:
            continue
        possible = 0 < first <= last and last - first < MAX_BLOCK
        # What is somebody else's, or nobody's ever, is no sign that this central forgot anything.
        if not possible or there or last >= _left_out(connection, asked.kind, station, last, now):
            taken.append(first)
            continue
        again = {"first": first, "last": last, "station": station.code, "key": uuid4()}
        connection.execute(insert(blocks), _row(asked.kind, station.office, now) | again)
    return tuple(taken)


def _left_out(connection: Connection, kind: Kind, station: KnownStation, claimed: int, now: datetime) -> int:
    """The number up to which nothing new is lent, since this central forgot what it lent.

    Up to the last one that was left out everything may be claimed. Beyond it more is left out on the word of a station
    only where none was for `GAP_STANDS`, and only for a claim up to a number below: nobody was ever lent more.
    """
    count = _counted(kind, station.office) | _everybodys(kind)
    nobodys = select(blocks.c.last, blocks.c.lent_ms).where(count, blocks.c.station == _NOBODY)
    newest = connection.execute(nobodys.order_by(blocks.c.last.desc()).limit(1)).first()
    if newest is not None and (claimed < newest.last or newest.lent_ms > milliseconds(now - GAP_STANDS)):
        return int(newest.last)
    highest = _highest(connection, count)
    found = min(highest + GAP[kind], LAST[kind])
    if found > max(highest, claimed):
        row = {"first": found, "last": found, "station": _NOBODY, "key": uuid4()}
        connection.execute(insert(blocks), _row(kind, station.office, now) | row)
        _LOG.warning(
            "numbers left out since station %s holds some: %s %s to %s", station.code, kind, highest + 1, found
        )
    return found


def _highest(connection: Connection, counted: ColumnElement[bool]) -> int:
    """The highest number that is lent or left out."""
    return connection.execute(select(func.max(blocks.c.last)).where(counted)).scalar() or 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Numbers that are lent to nobody any more; of every office where `office` is the empty text."""

    kind: Kind
    office: str
    first: int
    last: int


def leave_out(database: Database, since: datetime, now: datetime) -> tuple[LeftOut, ...]:
    """Pass over what a central that forgot all after `since` may have lent until `now`; before it serves anybody.

    At least `GAP`, or twice what it lent in as long a time before. Whoever holds some of them tells, and keeps them.
    Its numbers of entries, which nobody holds, are passed over as well.
    """

    def work(connection: Connection) -> tuple[LeftOut, ...]:
        # Whoever lends at this moment all the same is waited for, count by count.
        for code in sorted(connection.execute(select(offices.c.code)).scalars()):
            take_lock(connection, lock_of("dossier", code))
        entry_numbers.pass_over(connection)
        lenders = select(blocks.c.office).where(blocks.c.kind == "dossier").distinct()
        counts: list[tuple[Kind, str]] = [("receipt", _ANY_OFFICE), ("dossier", _ANY_OFFICE)]
        counts += [("dossier", code) for code in sorted(connection.execute(lenders).scalars()) if code != _ANY_OFFICE]
        # All of them are looked at before any is written: a row for every office is none of an office.
        found = [_passed_over(connection, kind, office, since, now) for kind, office in counts]
        for one in found:
            if one.first <= one.last:
                row = {"office": one.office, "kind": one.kind, "first": one.last, "last": one.last}
                nobody = {"station": _NOBODY, "key": uuid4(), "lent_ms": milliseconds(now)}
                connection.execute(insert(blocks), row | nobody)
        return tuple(one for one in found if one.first <= one.last)

    return database.written(work, lock_of("receipt", _ANY_OFFICE))


def _passed_over(connection: Connection, kind: Kind, office: str, since: datetime, now: datetime) -> LeftOut:
    counted = _counted(kind, office)
    size = func.sum(blocks.c.last - blocks.c.first + 1)
    as_long = milliseconds(since) - (milliseconds(now) - milliseconds(since))
    lately = counted & (blocks.c.station != _NOBODY) & (blocks.c.lent_ms >= as_long)
    lent = connection.execute(select(size).where(lately)).scalar() or 0
    highest = _highest(connection, counted)
    return LeftOut(kind, office, highest + 1, min(highest + max(GAP[kind], 2 * int(lent)), LAST[kind]))


def _run_out(kind: Kind) -> Refusal:
    what = Words("số biên lai", "receipt numbers") if kind == "receipt" else Words("số mã hồ sơ", "dossier numbers")
    return Refusal(
        "NUMBERS_RUN_OUT",
        Words(f"Đã cấp hết {what.vi} ({LAST[kind]}).", f"All {what.en} up to {LAST[kind]} were lent."),
        Words("Báo cán bộ quản trị mở dãy số mới.", "Tell the IT officer: a new series must be opened."),
    )


def lent_to(connection: Connection, kind: str, station: KnownStation) -> list[range]:
    """The numbers of this kind that were lent to this station."""
    chosen = select(blocks.c.first, blocks.c.last).where(
        blocks.c.office == station.office, blocks.c.kind == kind, blocks.c.station == station.code
    )
    return [range(first, last + 1) for first, last in connection.execute(chosen)]
