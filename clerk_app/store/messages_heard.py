"""What central last said of the messages about a dossier: its whole answer, as it can be shown without a line."""

from __future__ import annotations

from uuid import UUID

import msgspec

from clerk_app.store.database import Database
from clerk_app.wire_messages import DossierMessages


class MessagesHeard:
    """The last answer for each dossier that was asked about."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, dossier: UUID, said: DossierMessages) -> None:
        """Keep this answer in the place of the one before."""
        with self._db.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO messages_heard (dossier, body) VALUES (?, ?) "
                "ON CONFLICT (dossier) DO UPDATE SET body = excluded.body",
                (dossier.bytes, msgspec.json.encode(said)),
            )

    def of(self, dossier: UUID) -> DossierMessages | None:
        """The last answer; None where nobody asked yet, or it is of a program that said it otherwise."""
        with self._db.read() as connection:
            chosen = "SELECT body FROM messages_heard WHERE dossier = ?"
            body = connection.exec_driver_sql(chosen, (dossier.bytes,)).scalar()
        try:
            return None if body is None else msgspec.json.decode(bytes(body), type=DossierMessages)
        except msgspec.MsgspecError:
            return None
