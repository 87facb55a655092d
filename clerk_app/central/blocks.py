"""Numbers lent to stations, so that dossier codes and receipts are unique without a line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from clerk_app import wire
from clerk_app.central.database import Database, blocks, milliseconds
from clerk_app.central.stations import KnownStation
from clerk_app.domain.refusals import Refusal, Words

MAX_BLOCK = 5000
LAST: Mapping[Literal["dossier", "receipt"], int] = {"dossier": 999_999, "receipt": 9_999_999}
"""The last number of each kind: six digits stand in a dossier code, seven in a receipt (NĐ 123/2020/NĐ-CP art. 32)."""


def lend(database: Database, asked: wire.BlockAsked, station: KnownStation, now: datetime) -> wire.Block:
    """Numbers that no other station has or will have; the same key gets the same numbers.

    Dossier codes carry their unit, so every office counts for itself; a receipt number stands alone, so all offices
    share one count.

    Raises `Refusal`: BLOCK_SIZE, BLOCK_KEY_USED when the key was used to ask for something else, NUMBERS_RUN_OUT when
    the paper has no room for so many.
    """
    if not 1 <= asked.size <= MAX_BLOCK:
        raise Refusal(
            "BLOCK_SIZE",
            Words(f"Mỗi lần được mượn từ 1 đến {MAX_BLOCK} số.", f"A block has 1 to {MAX_BLOCK} numbers."),
            Words("Xin ít số hơn.", "Ask for fewer numbers."),
        )

    def work(connection: Connection) -> wire.Block:
        mine = (blocks.c.station == station.code) & (blocks.c.key == asked.key)
        row = connection.execute(select(blocks).where(mine)).first()
        if row is not None:
            if row.kind != asked.kind or row.last - row.first + 1 != asked.size:
                raise Refusal(
                    "BLOCK_KEY_USED",
                    Words("Khoá này đã dùng cho yêu cầu khác.", "This key was used for another request."),
                    Words("Dùng khoá mới.", "Use a new key."),
                )
            return wire.Block(row.kind, row.first, row.last)
        same = blocks.c.kind == asked.kind
        if asked.kind != "receipt":
            same &= blocks.c.office == station.office
        highest = connection.execute(select(func.max(blocks.c.last)).where(same)).scalar() or 0
        first, last = highest + 1, highest + asked.size
        if last > LAST[asked.kind]:
            raise _run_out(asked.kind)
        lent = {
            "office": station.office,
            "kind": asked.kind,
            "first": first,
            "last": last,
            "station": station.code,
            "key": asked.key,
            "lent_ms": milliseconds(now),
        }
        connection.execute(insert(blocks), lent)
        return wire.Block(asked.kind, first, last)

    # One count, one lock: whoever asks next sees the highest number that is lent.
    return database.written(work, f"blocks {asked.kind}" if asked.kind == "receipt" else f"blocks of {station.office}")


def _run_out(kind: Literal["dossier", "receipt"]) -> Refusal:
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
