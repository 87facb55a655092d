"""What central keeps its data on, copied and brought back as an administrator would."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from clerk_app.central.database import database_url


class Ground(Protocol):
    """One central's data. `copy` may be taken while central works; `bring_back` only while none does."""

    folder: Path
    """Where central keeps whatever is not in the database."""

    @property
    def database(self) -> str: ...

    @property
    def blobs(self) -> str | None: ...

    def copy(self) -> None: ...

    def bring_back(self) -> None: ...

    def lacking(self, digests: Sequence[str]) -> list[str]:
        """Which of these sheets are not there, whole and right."""
        ...

    def close(self) -> None: ...


@dataclass
class Files:
    """SQLite and a folder of sheets, in `folder`; the copy lies beside it."""

    folder: Path
    copies: Path

    @property
    def database(self) -> str:
        return database_url(self.folder)

    @property
    def blobs(self) -> str | None:
        return None

    def copy(self) -> None:
        """The database first: then every sheet that its entries mention is in the copy."""
        shutil.rmtree(self.copies, ignore_errors=True)
        self.copies.mkdir()
        with (
            closing(sqlite3.connect(self.folder / "central.sqlite")) as live,
            closing(sqlite3.connect(self.copies / "central.sqlite")) as copy,
        ):
            live.backup(copy)
        shutil.copytree(self.folder / "sheets", self.copies / "sheets", ignore=shutil.ignore_patterns("parts"))

    def bring_back(self) -> None:
        for old in self.folder.glob("central.sqlite*"):
            old.unlink()
        shutil.rmtree(self.folder / "sheets")
        shutil.copy(self.copies / "central.sqlite", self.folder)
        shutil.copytree(self.copies / "sheets", self.folder / "sheets")

    def lacking(self, digests: Sequence[str]) -> list[str]:
        return [digest for digest in digests if not self._right(self.folder / "sheets" / digest[:2] / digest, digest)]

    @staticmethod
    def _right(path: Path, digest: str) -> bool:
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest

    def close(self) -> None:
        """Nothing runs."""
