"""An encrypted store in a temporary folder."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.domain.calendar import HANOI
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal

MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=HANOI)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = MORNING

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


class Store:
    """A database that can be closed and opened again, and the journals of any station in it."""

    def __init__(self, folder: Path, key: bytes = b"", signer: Ed25519PrivateKey | None = None) -> None:
        self.path = folder / "desk.db"
        self.key = key or secrets.token_bytes(32)
        self.signer = signer or Ed25519PrivateKey.generate()
        self.public_key = self.signer.public_key().public_bytes_raw()
        self.database = Database(self.path, self.key)

    def journal(self, station: str = "Q04", sign: Callable[[bytes], bytes] | None = None) -> SealedJournal:
        return SealedJournal(self.database, station, sign or self.signer.sign, self.public_key)

    def reopen(self) -> SealedJournal:
        self.database.close()
        self.database = Database(self.path, self.key)
        return self.journal()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    kept = Store(tmp_path)
    yield kept
    kept.database.close()
