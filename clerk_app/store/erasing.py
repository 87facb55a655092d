"""Emptying the entries of a dossier by an order of central's, and proving afterwards that it was nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.engine import Connection

from clerk_app import wire
from clerk_app.desk.carrying import NOTE as CENTRAL_KEYS
from clerk_app.domain.oversight import OUTLIVES, Erased, ErasureDone
from clerk_app.wire import Erasure, Sealed

AT_ONCE = 1000
"""Seals that one entry names: 66 KB of it."""
_KEPT = "', '".join(sorted(OUTLIVES))
_LEFT = f"SELECT row, body, digest FROM entries WHERE dossier = ? AND kind NOT IN ('{_KEPT}') ORDER BY row"
_EMPTY = f"UPDATE entries SET kind = '{Erased.__name__}', body = ? WHERE row = ?"
_DONE = "SELECT body FROM entries WHERE kind = 'ErasureDone' AND station = ?"


def left(connection: Connection, dossier: bytes) -> list[Any]:
    """The entries of a dossier that still say something."""
    return list(connection.exec_driver_sql(_LEFT, (dossier,)))


def empty(connection: Connection, order: Erasure, rows: Iterable[Any]) -> None:
    """Put in the place of each what stands for it from now on. That it is done stands in the journal already."""
    connection.exec_driver_sql("PRAGMA secure_delete = ON")
    for row in rows:
        entry = wire.decode_entry(bytes(row.body))
        connection.exec_driver_sql(_EMPTY, (wire.emptied(entry, order.order, order.proof), row.row))


def done_here(raw: Any, station: str) -> frozenset[str]:
    """The seals (hex) of the entries that this very desk says it emptied."""
    found: set[str] = set()
    for (body,) in raw.execute(_DONE, (station,)):
        try:
            what = wire.decode_entry(body).what
        except wire.Unreadable:
            continue
        if isinstance(what, ErasureDone):
            found.update(what.entries)
    return frozenset(found)


def order_key(noted: str) -> bytes:
    """Central's key as this desk noted it; without one no order is believed."""
    try:
        return bytes.fromhex(json.loads(noted)["signing"])
    except (ValueError, KeyError, TypeError):
        return b""


def genuine(sealed: Sealed, public_key: bytes, key: bytes) -> bool:
    """Whether an entry of this desk is as it was sealed, or was emptied by an order of central's."""
    return wire.check_seal(sealed, public_key) or wire.check_emptied(sealed, public_key, key)


__all__ = ["AT_ONCE", "CENTRAL_KEYS", "done_here", "empty", "genuine", "left", "order_key"]
