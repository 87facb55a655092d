"""Scanned sheets and portraits, each an encrypted file named by the SHA-256 of its content.

A sheet is on the disk, whole, before its row is written, and never written over but to destroy it. What arrived for a
dossier is its original: it lies among the sheets, in a table of its own, until it is released.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from clerk_app.desk.ports import Clock
from clerk_app.domain.altered import Finding
from clerk_app.domain.refusals import Refusal
from clerk_app.store import faults, schema, sheet_files
from clerk_app.store.database import Database, translate

_O = schema.originals.c
_GONE = ".gone"
"""How a file ends that is to be destroyed."""


class SheetStore:
    """`desk.ports.Sheets` in a folder; how a file looks inside says `sheet_files`."""

    def __init__(self, folder: Path, key: bytes, database: Database, clock: Clock) -> None:
        self._folder = folder
        self._key = key
        self._db = database
        self._clock = clock
        self._unfinished = folder / "unfinished"
        self._lock = threading.RLock()
        """A file is looked at and its row written while nobody releases it."""

    def put(self, data: bytes) -> str:
        """Keep a picture; its digest. Keeping the same picture again changes nothing."""
        return self._keep(data, schema.sheets, {})

    def keep_original(self, data: bytes, dossier: UUID) -> str:
        """Keep what arrived for a dossier; its digest. On the disk when it returns; never counted or delivered."""
        return self._keep(data, schema.originals, {"dossier": dossier.bytes})

    def _keep(self, data: bytes, table: sa.Table, of: dict[str, bytes]) -> str:
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            if not self._intact(digest):
                self._write(self._path(digest), sheet_files.sealed(data, digest, self._key))
            now: datetime = self._clock()
            row = {"digest": digest, "size_bytes": len(data), "at": now.isoformat(), **of}
            with self._db.write() as connection:
                connection.execute(table.insert().prefix_with("OR IGNORE"), row)
        return digest

    def get(self, digest: str) -> bytes:
        """The picture, checked. Raises `Refusal` (`SHEET_MISSING`, `SHEET_DAMAGED`, `SHEET_UNREADABLE`)."""
        from cryptography.exceptions import InvalidTag

        try:
            sealed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise faults.sheet_missing() from None
        except OSError:
            raise faults.sheet_unreadable() from None
        try:
            return sheet_files.opened(sealed, digest, self._key)
        except (InvalidTag, ValueError):
            raise faults.sheet_damaged() from None

    def original(self, digest: str) -> bytes:
        """What arrived, checked. Raises `Refusal` (`ORIGINAL_RELEASED`, `SHEET_MISSING`, `SHEET_DAMAGED`, …)."""
        with self._db.read() as connection:
            kept = connection.execute(sa.select(_O.digest).where(_O.digest == digest).limit(1)).first()
        if kept is None:
            raise faults.original_released()
        return self.get(digest)

    def originals(self) -> tuple[UUID, ...]:
        """The dossiers of which originals are here."""
        with self._db.read() as connection:
            found = connection.execute(sa.select(_O.dossier).distinct()).scalars().all()
        return tuple(UUID(bytes=one) for one in found)

    def release(self, dossier: UUID) -> int:
        """Delete the originals of a dossier, and the files that nothing else needs; how many originals went.

        The files go before the rows: whatever ends the program in between, the next release finds the rest. Raises
        `Refusal` while the dossier is a draft.
        """
        with self._lock:
            with self._db.write() as connection:
                rows = connection.execute(sa.select(schema.originals).where(_O.dossier == dossier.bytes)).all()
                connection.execute(schema.originals.delete().where(_O.dossier == dossier.bytes))
                held = [row for row in rows if not self._let_go(connection, row.digest)]
                if held:
                    connection.execute(schema.originals.insert(), [dict(row._mapping) for row in held])
            # Writing over takes its time, and other lanes wait for a transaction.
            self._destroy_gone()
        return len(rows) - len(held)

    def _let_go(self, connection: Connection, digest: str) -> bool:
        """Delete the file unless something still needs it; False where something else holds it at the moment."""
        other = sa.select(_O.digest).where(_O.digest == digest)
        sheet = sa.select(schema.sheets.c.digest).where(schema.sheets.c.digest == digest)
        if connection.execute(other.union_all(sheet).limit(1)).first() is not None:
            return True
        return self._put_aside(digest)

    def remove(self, digest: str) -> bool:
        """Destroy this desk's copy of a sheet that central has; False where something still needs it.

        Its row stays: the sheet was here. Raises `Refusal` for what the disk says.
        """
        with self._lock:
            with self._db.read() as connection:
                original = connection.execute(sa.select(_O.digest).where(_O.digest == digest).limit(1)).first()
                there = schema.sheets_delivered.c.digest == digest
                delivered = connection.execute(sa.select(schema.sheets_delivered).where(there)).first()
            if original is not None or delivered is None or not self._put_aside(digest):
                return False
            self._destroy_gone()
        return True

    def destroy(self, digest: str) -> bool:
        """Destroy a sheet whoever has it: an order wants it gone, and nothing of it is sent any more; False where an
        original or something else holds it at the moment.
        """
        with self._lock:
            with self._db.write() as connection:
                original = connection.execute(sa.select(_O.digest).where(_O.digest == digest).limit(1)).first()
                here = connection.execute(sa.select(schema.sheets.c.digest).where(schema.sheets.c.digest == digest))
                if here.first() is not None:
                    connection.execute(schema.sheets_delivered.insert().prefix_with("OR IGNORE"), {"digest": digest})
            if original is not None or not self._put_aside(digest):
                return False
            self._destroy_gone()
        return True

    def copies(self) -> dict[str, int]:
        """Every sheet that lies here and that central is known to have, with the octets of its file."""
        delivered = sa.select(schema.sheets.c.digest).where(
            schema.sheets.c.digest.in_(sa.select(schema.sheets_delivered.c.digest))
        )
        with self._db.read() as connection:
            known = frozenset(connection.execute(delivered).scalars())
        files = {path.stem: path for path in self._folder.glob("??/*.sheet")}
        return {digest: files[digest].stat().st_size for digest in sorted(known & files.keys())}

    def _put_aside(self, digest: str) -> bool:
        """Nobody finds the file any more; False where something else holds it at the moment."""
        try:
            self._unfinished.mkdir(parents=True, exist_ok=True)
            self._path(digest).replace(self._unfinished / f"{secrets.token_hex(8)}{_GONE}")
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    def _destroy_gone(self) -> None:
        """What cannot be destroyed now is, with the next one or at the next start."""
        for path in self._unfinished.glob(f"*{_GONE}"):
            with suppress(OSError):
                sheet_files.destroy(path)

    def waiting(self) -> tuple[tuple[str, int], ...]:
        """(digest, bytes) of sheets that central does not have yet, oldest first."""
        with self._db.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT digest, size_bytes FROM sheets WHERE digest NOT IN (SELECT digest FROM sheets_delivered) "
                "ORDER BY rowid"
            ).all()
        return tuple((row[0], row[1]) for row in rows)

    def delivered(self, *digests: str) -> None:
        """Central has them."""
        rows = [{"digest": digest} for digest in digests]
        with self._db.write() as connection:
            connection.execute(schema.sheets_delivered.insert().prefix_with("OR IGNORE"), rows)

    def known(self) -> tuple[str, ...]:
        """Every digest that should be here."""
        with self._db.read() as connection:
            every = sa.select(schema.sheets.c.digest).union(sa.select(_O.digest))
            return tuple(connection.execute(every).scalars())

    def verify(self, removed: Collection[str] = ()) -> Iterator[Finding]:
        """The pages that should lie here and are gone, were exchanged, cut or changed; each is read. Of those that were
        `removed` by rule, says the journal, none needs to lie here.
        """
        with self._db.read() as connection:
            every = sa.select(schema.sheets.c.digest, schema.sheets.c.size_bytes).union(
                sa.select(_O.digest, _O.size_bytes)
            )
            rows = connection.execute(every).all()
        for digest, size in rows:
            try:
                if len(self.get(digest)) != size:
                    yield Finding("sheet", digest, "changed", "not of the size that was written")
            except Refusal as refusal:
                gone = refusal.code == "SHEET_MISSING"
                if not (gone and digest in removed):
                    yield Finding("sheet", digest, "missing" if gone else "changed", refusal.code)

    def tidy(self) -> None:
        """Remove what the end of the program left half written. Only for the one desk that works in this folder."""
        self._destroy_gone()
        for part in self._unfinished.glob("*.part"):
            with suppress(OSError):
                part.unlink()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.sheet"

    def _intact(self, digest: str) -> bool:
        try:
            self.get(digest)
        except Refusal:
            return False
        return True

    def _write(self, path: Path, sealed: bytes) -> None:
        part = self._unfinished / f"{secrets.token_hex(8)}.part"
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            with part.open("xb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _settle(path.parent)
        except OSError as problem:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise translate(problem) from None


def _settle(folder: Path) -> None:
    """Let the new name survive a power cut; Windows keeps names without being asked."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
