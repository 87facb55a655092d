"""What this desk keeps of dossiers beside its journal, and in which dossiers each of it is mentioned."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from clerk_app.desk.ports import Cancel, Mentions
from clerk_app.store.database import Database
from clerk_app.store.sheets import SheetStore

_DIGEST = re.compile(rb'"([0-9a-f]{64})"')
_AT_ONCE = 1000
AFTERWARDS = frozenset({"CopiesRemoved", "DecisionRefused", "ErasureDone", "FindingAnswered", "Looked", "Reviewed"})
"""Kinds that happen around a finished dossier and make it no younger."""
_ENDS = frozenset({"StepTaken", "Discarded"})
"""Kinds with which a dossier may end."""


class LocalCopies:
    """`desk.ports.LocalCopies` on the encrypted database and the folder of sheets."""

    def __init__(self, sheets: SheetStore, database: Database) -> None:
        self._sheets = sheets
        self._db = database

    def here(self) -> Mapping[str, int]:
        """Every sheet of which a copy lies here and that central is known to have, with its octets."""
        return self._sheets.copies()

    def mentions(self, digests: Collection[str], cancel: Cancel) -> Mentions:
        """In which dossiers these digests stand, in whatever entry; and when each dossier was last worked on.

        Reads every entry that is here once: some seconds for years of work.
        """
        wanted = {digest.encode() for digest in digests}
        found: dict[str, set[UUID]] = {}
        newest: dict[UUID, str] = {}
        last = 0
        while not cancel():
            with self._db.read() as connection:
                rows = connection.exec_driver_sql(
                    "SELECT row, dossier, kind, at, body FROM entries WHERE row > ? ORDER BY row LIMIT ?",
                    (last, _AT_ONCE),
                ).all()
            if not rows:
                break
            last = rows[-1].row
            for row in rows:
                dossier = UUID(bytes=bytes(row.dossier))
                held = wanted.intersection(_DIGEST.findall(row.body))
                if row.kind in _ENDS or (held and row.kind not in AFTERWARDS):
                    newest[dossier] = max(newest.get(dossier, ""), row.at)
                for digest in held:
                    found.setdefault(digest.decode(), set()).add(dossier)
        return Mentions(
            {digest: frozenset(those) for digest, those in found.items()},
            {dossier: datetime.fromisoformat(at) for dossier, at in newest.items()},
        )

    def remove(self, digest: str) -> bool:
        """Destroy the copy; False where something here still needs it."""
        return self._sheets.remove(digest)

    def destroy(self, digest: str) -> bool:
        """Destroy the copy by an order, whether or not central has it; False where an original still holds it."""
        return self._sheets.destroy(digest)

    def with_words(self) -> tuple[UUID, ...]:
        """The dossiers of whose pages words for the search are kept."""
        with self._db.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT DISTINCT d.dossier FROM dossier_words d JOIN page_words w ON w.reading = d.reading"
            ).scalars()
            return tuple(UUID(bytes=bytes(one)) for one in rows)

    def forget_words(self, dossier: UUID) -> int:
        """Take the words of its pages out of the search, but what stands on pages of another dossier too; how many.

        What central said of messages to the citizen goes, too: it can be asked again.
        """
        with self._db.write() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            connection.exec_driver_sql("DELETE FROM messages_heard WHERE dossier = ?", (dossier.bytes,))
            rows = connection.exec_driver_sql(
                "SELECT w.id, w.words FROM page_words w JOIN dossier_words d ON d.reading = w.reading "
                "WHERE d.dossier = ? AND NOT EXISTS (SELECT 1 FROM dossier_words o WHERE o.reading = d.reading "
                "AND o.dossier <> d.dossier)",
                (dossier.bytes,),
            ).all()
            for row in rows:
                connection.exec_driver_sql(
                    "INSERT INTO page_search (page_search, rowid, words) VALUES ('delete', ?, ?)", (row.id, row.words)
                )
                connection.exec_driver_sql("DELETE FROM page_words WHERE id = ?", (row.id,))
        return len(rows)
