"""What is derived from the journal and may be thrown away: the list of dossiers and the search index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from clerk_app.domain.altered import Finding
from clerk_app.domain.approving import approval_of
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.owed import owed_at
from clerk_app.domain.people import search_key, wide_keys
from clerk_app.store import online_lines, page_index, report_rows, result_index, schema

VERSION = "9"
"""Of what is made of the same entries: one more whenever the fold of a dossier, a line or its search words change. A
desk that finds another one makes its projections anew."""


def line_of(dossier: Dossier) -> dict[str, Any]:
    """The row of one dossier in the list of dossiers."""
    return {
        "id": dossier.id.bytes,
        "code": dossier.code,
        "local_code": dossier.local_code,
        "name": dossier.text("applicant.name"),
        "number": dossier.text("applicant.number"),
        "procedure": dossier.procedure,
        "status": dossier.status,
        "clerk": dossier.clerk,
        "opened_at": dossier.opened_at.isoformat() if dossier.opened_at else "",
        "changed_at": dossier.changed_at.isoformat() if dossier.changed_at else "",
        "due_at": _text(dossier.course.due_at if dossier.submitted else None),
        "entries": dossier.entries,
        "approval": approval_of(dossier),
        "owed_at": _text(owed_at(dossier.course)),
        "state": dossier.course.state if dossier.submitted else "",
    }


def _text(at: datetime | None) -> str | None:
    """In one zone: then moments are in order as texts."""
    return in_hanoi(at).isoformat() if at is not None else None


def words_of(line: dict[str, Any]) -> str:
    """What the search index holds of one line: everything a clerk may type, folded."""
    codes = f"{line['code']} {line['local_code']}".replace("-", " ").replace(".", " ")
    return search_key(f"{line['name']} {line['number']} {codes}")


def project(connection: Connection, dossier: Dossier, searchable: bool = True) -> None:
    """Write the row of one dossier; the search words only when they changed. What is of the station gets none."""
    if dossier.of_station:
        return
    report_rows.project(connection, dossier)
    if dossier.erased is not None:
        _remove(connection, dossier.id.bytes)
        return
    online_lines.project(connection, dossier)
    line = line_of(dossier)
    before = connection.execute(sa.select(schema.dossiers).where(schema.dossiers.c.id == line["id"])).one_or_none()
    if before is None:
        connection.execute(schema.dossiers.insert(), line)
    else:
        connection.execute(schema.dossiers.update().where(schema.dossiers.c.id == line["id"]), line)
    result_index.project(connection, dossier)
    if not searchable:
        return
    page_index.project(connection, dossier)
    words = words_of(line)
    if before is not None and words_of(dict(before._mapping)) == words:
        return
    if before is not None:
        connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (_row(connection, line["id"]),))
    connection.exec_driver_sql(
        "INSERT INTO search (rowid, words, dossier) VALUES (?, ?, ?)",
        (_row(connection, line["id"]), words, line["id"]),
    )


def _remove(connection: Connection, dossier: bytes) -> None:
    """An erased dossier stands in no list and is found by no word."""
    online_lines.remove(connection, dossier)
    row = connection.exec_driver_sql("SELECT rowid FROM dossiers WHERE id = ?", (dossier,)).scalar()
    if row is not None:
        connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", (row,))
        # What a deleted row said stays in the index until its parts are merged.
        connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")
        connection.exec_driver_sql("DELETE FROM dossiers WHERE id = ?", (dossier,))
    connection.exec_driver_sql("DELETE FROM dossier_words WHERE dossier = ?", (dossier,))
    connection.exec_driver_sql("DELETE FROM results WHERE dossier = ?", (dossier,))


def _row(connection: Connection, dossier: bytes) -> int:
    return int(connection.exec_driver_sql("SELECT rowid FROM dossiers WHERE id = ?", (dossier,)).scalar_one())


def clear(connection: Connection) -> None:
    """Forget every projection."""
    page_index.clear(connection)
    report_rows.clear(connection)
    online_lines.clear(connection)
    connection.exec_driver_sql("DELETE FROM search")
    connection.exec_driver_sql("DELETE FROM results")
    connection.exec_driver_sql("DELETE FROM dossiers")


def matching(connection: Connection, query: str) -> list[bytes]:
    """The dossiers whose words begin with every word of `query`, newest first, at most 500.

    Where there are none, i stands for y and y for i: Lý and Lí are one name.
    """
    words = _words(query)
    if not words:
        return []
    narrow = [(word,) for word in words]
    return _found(connection, narrow) or _found(connection, [wide_keys(word) for word in words])


def on_pages(connection: Connection, query: str) -> list[bytes]:
    """The dossiers with a page on which every word of `query` stands, newest first; i and y as in `matching`."""
    words = _words(query)
    found = page_index.matching(connection, [(word,) for word in words])
    return found or page_index.matching(connection, [wide_keys(word) for word in words])


def _words(query: str) -> list[str]:
    query = "".join(letter if letter.isprintable() else " " for letter in query)
    return search_key(query).replace("-", " ").replace(".", " ").replace('"', "").split()


def _found(connection: Connection, words: Sequence[tuple[str, ...]]) -> list[bytes]:
    """The dossiers of which some word begins with one way to write each of these."""
    phrase = " AND ".join("(" + " OR ".join(f'"{way}"*' for way in ways) + ")" for ways in words)
    found = connection.exec_driver_sql(
        "SELECT dossier FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 500", (phrase,)
    )
    return [bytes(row[0]) for row in found]


def differences(connection: Any, fresh: Mapping[UUID, Dossier]) -> list[Finding]:
    """Where the stored projection is not what the journal says; empty when all is well. Of the driver's connection."""
    names = [str(column.name) for column in schema.dossiers.columns]
    stored = {row[0]: dict(zip(names, row, strict=True)) for row in connection.execute("SELECT * FROM dossiers")}
    rows = {row[0]: row[1] for row in connection.execute("SELECT id, rowid FROM dossiers")}
    indexed = {row[0]: tuple(row[1:]) for row in connection.execute("SELECT rowid, dossier, words FROM search")}
    found = []
    for key, dossier in fresh.items():
        if dossier.of_station or dossier.erased is not None:
            continue
        line = line_of(dossier)
        if (kept := stored.pop(key.bytes, None)) != line:
            found.append(Finding("dossiers", str(key), "missing" if kept is None else "changed", _ANEW))
        elif indexed.pop(rows[key.bytes], None) != (key.bytes, words_of(line)):
            found.append(Finding("search", str(key), "changed", f"search words; {_ANEW}"))
    found += [Finding("dossiers", _named(key), "extra", f"it has no entries; {_ANEW}") for key in stored]
    known = {rows[key] for key in stored}
    found += [Finding("search", str(row), "extra", _ANEW) for row in indexed if row not in known]
    found = found + page_index.differences(connection, fresh) + online_lines.differences(connection, fresh)
    found = found + report_rows.differences(connection, fresh)
    return found + result_index.differences(connection, fresh)


def _named(key: object) -> str:
    return str(UUID(bytes=key)) if isinstance(key, bytes) and len(key) == 16 else "?"


_ANEW = "projection differs from its entries; journal rebuild makes it anew"
