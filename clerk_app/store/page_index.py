"""The words on pages, for the search: which words a reading has is kept, whose pages they are follows from the journal.

`page_words` grows with every page that is read and outlives the text itself, which is released with the originals.
`dossier_words` is a projection: a page taken out of a dossier, or set aside, is found no more, and undo finds it again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from clerk_app.domain.altered import Finding
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.pages import in_force

MOST = 500
_TOKEN = re.compile("[0-9a-z]+")


def keep(connection: Connection, reading: str, words: str) -> None:
    """Keep the folded words of a reading, by the digest of its text. Keeping them again changes nothing."""
    kept = connection.exec_driver_sql(
        "INSERT OR IGNORE INTO page_words (reading, words) VALUES (?, ?) RETURNING id", (reading, words)
    ).scalar()
    if kept is not None:
        connection.exec_driver_sql("INSERT INTO page_search (rowid, words) VALUES (?, ?)", (kept, words))


def readings_of(dossier: Dossier) -> frozenset[str]:
    """The readings of the pages that belong to the dossier now."""
    read = dossier.readings_of_pages
    return frozenset(read[page.sheet].reading for page in in_force(dossier.pages) if page.sheet in read)


def project(connection: Connection, dossier: Dossier) -> None:
    """Write down whose words these are; only for a dossier of which something was read."""
    if not dossier.readings_of_pages:
        return
    key, now = dossier.id.bytes, readings_of(dossier)
    rows = connection.exec_driver_sql("SELECT reading FROM dossier_words WHERE dossier = ?", (key,))
    before = {str(row[0]) for row in rows}
    for reading in before - now:
        connection.exec_driver_sql("DELETE FROM dossier_words WHERE dossier = ? AND reading = ?", (key, reading))
    for reading in now - before:
        connection.exec_driver_sql("INSERT INTO dossier_words (dossier, reading) VALUES (?, ?)", (key, reading))


def clear(connection: Connection) -> None:
    """Forget whose the words are, and index the words anew."""
    connection.exec_driver_sql("DELETE FROM dossier_words")
    connection.exec_driver_sql("INSERT INTO page_search (page_search) VALUES ('rebuild')")


def matching(connection: Connection, words: Sequence[Iterable[str]]) -> list[bytes]:
    """The dossiers with a page on which, for each of `words`, a word begins with one way to write it; newest first."""
    asked: list[list[str]] = []
    for ways in words:
        parts = [_TOKEN.findall(way) for way in ways]
        # A number with a slash in it is several words; each of them must be there.
        for at in range(max((len(one) for one in parts), default=0)):
            asked.append(sorted({one[at] for one in parts if len(one) > at and len(one[at]) > 1}))
    asked = [ways for ways in asked if ways]
    if not asked:
        return []
    phrase = " AND ".join("(" + " OR ".join(f'"{way}"*' for way in ways) + ")" for ways in asked)
    found = connection.exec_driver_sql(
        "SELECT DISTINCT d.dossier FROM (SELECT rowid AS id FROM page_search WHERE page_search MATCH ? "
        "ORDER BY rowid DESC LIMIT ?) AS hit JOIN page_words w ON w.id = hit.id "
        "JOIN dossier_words d ON d.reading = w.reading",
        (phrase, MOST),
    )
    return [bytes(row[0]) for row in found]


def differences(connection: Any, fresh: Mapping[UUID, Dossier]) -> list[Finding]:
    """Where it is written otherwise than in the journal whose words they are; empty when all is well."""
    stored: dict[Any, set[Any]] = {}
    for row in connection.execute("SELECT dossier, reading FROM dossier_words"):
        stored.setdefault(row[0], set()).add(row[1])
    wrong = [str(key) for key, dossier in fresh.items() if stored.pop(key.bytes, set()) != readings_of(dossier)]
    wrong += [str(UUID(bytes=key)) if isinstance(key, bytes) and len(key) == 16 else "?" for key in stored]
    return [
        Finding("dossier_words", key, "changed", "words on pages differ from its entries; journal rebuild mends it")
        for key in wrong
    ]
