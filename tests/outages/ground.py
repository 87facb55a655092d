"""What central keeps its data on, copied and brought back as an administrator would."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, urlsplit

from clerk_app.central.database import database_url
from tests.peers.postgres import Postgres, binaries, cluster
from tests.peers.s3 import CREDENTIALS, ObjectStore

if TYPE_CHECKING:
    from obstore.store import S3Store


class Database(Protocol):
    """Where the entries are. `copy` may be taken while central works; `bring_back` only while none does."""

    @property
    def url(self) -> str: ...

    def copy(self) -> None: ...

    def bring_back(self) -> None: ...

    def close(self) -> None: ...


class Sheets(Protocol):
    """Where the sheets are; as `Database`."""

    @property
    def url(self) -> str | None:
        """As `central --blobs` takes it; None for the folder in central's own."""
        ...

    def copy(self) -> None: ...

    def bring_back(self) -> None: ...

    def lacking(self, digests: Sequence[str]) -> list[str]:
        """Which of these sheets are not there, whole and right."""
        ...


@dataclass
class File:
    """SQLite in central's own folder."""

    folder: Path
    copies: Path

    @property
    def url(self) -> str:
        return database_url(self.folder)

    def copy(self) -> None:
        self.copies.mkdir(exist_ok=True)
        (self.copies / "central.sqlite").unlink(missing_ok=True)
        with (
            closing(sqlite3.connect(self.folder / "central.sqlite")) as live,
            closing(sqlite3.connect(self.copies / "central.sqlite")) as copy,
        ):
            live.backup(copy)

    def bring_back(self) -> None:
        for old in self.folder.glob("central.sqlite*"):
            old.unlink()
        shutil.copy(self.copies / "central.sqlite", self.folder)

    def close(self) -> None:
        """Nothing runs."""


@dataclass
class Server:
    """A database of its own on a PostgreSQL; copied with pg_dump."""

    cluster: Postgres
    copies: Path
    url: str

    def _run(self, *command: str) -> None:
        address = self.url.replace("+psycopg", "")
        done = [str(binaries() / command[0]), *command[1:], f"--dbname={address}"]
        subprocess.run(done, check=True, capture_output=True)

    @property
    def _name(self) -> str:
        return self.url.rpartition("/")[2]

    def copy(self) -> None:
        self.copies.mkdir(exist_ok=True)
        self._run("pg_dump", "--format=custom", "--compress=0", f"--file={self.copies / 'central.dump'}")

    def bring_back(self) -> None:
        self.close()
        self.cluster.asked(f"CREATE DATABASE {self._name}")
        self._run("pg_restore", "--exit-on-error", str(self.copies / "central.dump"))

    def close(self) -> None:
        self.cluster.asked(f"DROP DATABASE {self._name} WITH (FORCE)")


@dataclass
class Folder:
    """Sheets in a folder within central's own."""

    folder: Path
    copies: Path
    url: str | None = None

    def copy(self) -> None:
        shutil.rmtree(self.copies / "sheets", ignore_errors=True)
        shutil.copytree(self.folder / "sheets", self.copies / "sheets", ignore=shutil.ignore_patterns("parts"))

    def bring_back(self) -> None:
        shutil.rmtree(self.folder / "sheets")
        shutil.copytree(self.copies / "sheets", self.folder / "sheets")

    def lacking(self, digests: Sequence[str]) -> list[str]:
        return [digest for digest in digests if not self._right(self.folder / "sheets" / digest[:2] / digest, digest)]

    @staticmethod
    def _right(path: Path, digest: str) -> bool:
        return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


@dataclass
class Bucket:
    """Sheets in an object store; brought back, it has not what came after the copy."""

    url: str
    _copied: set[str] = field(default_factory=set)

    def _store(self) -> S3Store:
        from obstore.store import S3Store

        address = urlsplit(self.url)
        endpoint = parse_qs(address.query)["endpoint"][0]
        return S3Store(
            address.netloc, prefix=address.path.strip("/"), endpoint=endpoint, client_options={"allow_http": True}
        )

    def _there(self) -> set[str]:
        import obstore

        return {one["path"] for found in obstore.list(self._store()) for one in found}

    def copy(self) -> None:
        self._copied = self._there()

    def bring_back(self) -> None:
        import obstore

        if newer := self._there() - self._copied:
            obstore.delete(self._store(), sorted(newer))

    def lacking(self, digests: Sequence[str]) -> list[str]:
        import obstore

        kept = {path.rpartition("/")[2]: path for path in self._there() if not path.startswith("parts/")}
        found = {one: bytes(obstore.get(self._store(), kept[one]).bytes()) for one in digests if one in kept}
        return [one for one in digests if one not in found or hashlib.sha256(found[one]).hexdigest() != one]


@dataclass
class Ground:
    """One central's data; `folder` is on its own disk."""

    folder: Path
    database: Database
    sheets: Sheets

    def copy(self) -> None:
        """The database first: then every sheet that its entries mention is in the copy."""
        self.database.copy()
        self.sheets.copy()

    def bring_back(self) -> None:
        self.database.bring_back()
        self.sheets.bring_back()


class Grounds:
    """Makes the data of centrals: one that a fleet is enrolled at, and for each run a new one that begins as that."""

    def __init__(self, database: str, blobs: str, closing: ExitStack, folder: Path) -> None:
        """`database` is sqlite or postgres, `blobs` folder or s3; what they need runs until `closing`."""
        self._cluster = closing.enter_context(cluster()) if database == "postgres" else None
        self._objects: ObjectStore | None = None
        if blobs == "s3":
            self._objects = ObjectStore()
            self._objects.start()
            closing.callback(self._objects.stop)
            os.environ.update(CREDENTIALS)
        self.template = self._made(folder / "central", folder / "copy", "template1")

    def _made(self, folder: Path, copies: Path, template: str) -> Ground:
        folder.mkdir(parents=True, exist_ok=True)
        database: Database = File(folder, copies)
        if self._cluster is not None:
            database = Server(self._cluster, copies, self._cluster.database(template))
        sheets = Bucket(self._objects.bucket()) if self._objects is not None else Folder(folder, copies)
        return Ground(folder, database, sheets)

    def fresh(self, folder: Path, copies: Path) -> Ground:
        """The data of a new central whose fleet is enrolled."""
        shutil.copytree(self.template.folder, folder, dirs_exist_ok=True)
        return self._made(folder, copies, self.template.database.url.rpartition("/")[2])
