"""Scanned sheets and portraits, each an encrypted file named by the SHA-256 of its content.

A sheet is on the disk, whole, before its row is written, and never written over.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from clerk_app.desk.ports import Clock
from clerk_app.domain.refusals import Refusal
from clerk_app.store import faults, schema
from clerk_app.store.database import Database, translate


class SheetStore:
    """`desk.ports.Sheets` in a folder, AES-256-GCM with the digest as associated data."""

    def __init__(self, folder: Path, key: bytes, database: Database, clock: Clock) -> None:
        self._folder = folder
        self._key = key
        self._db = database
        self._clock = clock

    def put(self, data: bytes) -> str:
        """Keep a picture; its digest. Keeping the same picture again changes nothing."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not self._intact(digest):
            self._write(path, self._encrypt(data, digest))
        now: datetime = self._clock()
        with self._db.write() as connection:
            connection.execute(
                schema.sheets.insert().prefix_with("OR IGNORE"),
                {"digest": digest, "size_bytes": len(data), "at": now.isoformat()},
            )
        return digest

    def get(self, digest: str) -> bytes:
        """The picture, checked. Raises `Refusal` (`SHEET_MISSING`, `SHEET_DAMAGED`, `SHEET_UNREADABLE`)."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            sealed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise faults.sheet_missing() from None
        except OSError:
            raise faults.sheet_unreadable() from None
        try:
            return AESGCM(self._key).decrypt(sealed[:12], sealed[12:], bytes.fromhex(digest))
        except (InvalidTag, ValueError):
            raise faults.sheet_damaged() from None

    def waiting(self) -> tuple[tuple[str, int], ...]:
        """(digest, bytes) of sheets that central does not have yet, oldest first."""
        with self._db.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT digest, size_bytes FROM sheets WHERE digest NOT IN (SELECT digest FROM sheets_delivered) "
                "ORDER BY rowid"
            ).all()
        return tuple((row[0], row[1]) for row in rows)

    def delivered(self, digest: str) -> None:
        """Central has it."""
        with self._db.write() as connection:
            connection.execute(schema.sheets_delivered.insert().prefix_with("OR IGNORE"), {"digest": digest})

    def known(self) -> tuple[str, ...]:
        """Every digest that should be here."""
        with self._db.read() as connection:
            return tuple(connection.execute(sa.select(schema.sheets.c.digest)).scalars())

    def _encrypt(self, data: bytes, digest: str) -> bytes:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self._key).encrypt(nonce, data, bytes.fromhex(digest))

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.sheet"

    def _intact(self, digest: str) -> bool:
        try:
            self.get(digest)
        except Refusal:
            return False
        return True

    def _write(self, path: Path, sealed: bytes) -> None:
        part = path.with_suffix(f".{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
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
