"""How an entry lies in its table."""

from __future__ import annotations

from typing import Any

from clerk_app.domain.dossier import Entry
from clerk_app.wire import Sealed

KEEP = (
    "INSERT INTO entries (id, dossier, kind, station, n, at, body, previous, digest, signature) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
"""Handed to the driver as it is: preparing each value through the table's types would cost more than keeping it."""


def row_of(entry: Entry, sealed: Sealed) -> tuple[Any, ...]:
    """The values of `KEEP`."""
    return (
        entry.id.bytes,
        entry.dossier.bytes,
        type(entry.what).__name__,
        sealed.station,
        sealed.n,
        entry.at.isoformat(),
        sealed.body,
        sealed.previous,
        sealed.digest,
        sealed.signature,
    )
