"""The encrypted database of a desk: SQLAlchemy on SQLCipher with a raw key, WAL and synchronous FULL.

A commit is on the disk when it returns. The key is unwrapped once and handed over raw, so that opening costs a
millisecond and not the tenth of a second that a passphrase would.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from sqlalchemy.pool import QueuePool

from clerk_app.domain.refusals import Refusal
from clerk_app.store import faults
from clerk_app.store.seals import Seals
from clerk_app.store.witness import Mark

HEAD = "0020"
_LEAST_FREE = 64 * 1024
"""Bytes: the index of the write-ahead log grows by half of this, and must be there before anything can be read."""


def raw_connection(path: Path, key: bytes) -> Any:
    """A connection of the driver to the file, opened with its key and nothing else."""
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(path), check_same_thread=False, timeout=10.0, isolation_level=None)
    cursor = connection.cursor()
    cursor.execute("PRAGMA cipher_log_level = NONE")
    cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    cursor.close()
    return connection


def _connector(path: Path, key: bytes) -> Any:
    def connect() -> Any:
        connection = raw_connection(path, key)
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -16000")
        cursor.execute("PRAGMA temp_store = MEMORY")
        # A row that is replaced is taken out, and its seal with it.
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.close()
        return connection

    return connect


def translate(problem: Exception) -> Refusal:
    """The true cause of a database error, in words."""
    text = str(getattr(problem, "orig", problem)).lower()
    if "full" in text or getattr(problem, "errno", 0) == errno.ENOSPC:
        return faults.disk_full()
    if "file is not a database" in text or "hmac" in text:
        return faults.key_wrong()
    if "locked" in text or "busy" in text:
        return faults.busy()
    if "readonly" in text or isinstance(problem, PermissionError):
        return faults.read_only()
    if isinstance(problem, IntegrityError):
        return faults.out_of_step()
    return faults.damaged()


class Database:
    """One encrypted file. `write()` and `read()` hand out a connection inside a transaction.

    What is written through its connections is sealed by them (`store.seals`).
    """

    def __init__(self, path: Path, key: bytes) -> None:
        """Open, and bring an older store up to date. Raises `Refusal` (`KEY_WRONG`, `DATABASE_DAMAGED`, …)."""
        from sqlcipher3 import dbapi2

        self.path = path
        self.seals = Seals(key)
        self.mark = Mark(path.with_suffix(".seal"), self.seals.mark)
        self._connect = _connector(path, key)
        self._sealing = False
        self.engine: Engine = sa.create_engine(
            "sqlite://",
            creator=self._connect,
            module=dbapi2,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=8,
        )

        @sa.event.listens_for(self.engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

        @sa.event.listens_for(self.engine, "connect")
        def _attach(connection: Any, record: Any) -> None:
            if self._sealing:
                record.info["tally"] = self.seals.attach(connection)

        @sa.event.listens_for(self.engine, "commit")
        def _keep(connection: Connection) -> None:
            tally = connection.info.get("tally")
            if tally is not None and tally.changed:
                try:
                    self.seals.keep(connection.connection.dbapi_connection, tally)
                finally:
                    tally.clear()

        @sa.event.listens_for(self.engine, "rollback")
        def _drop(connection: Connection) -> None:
            if (tally := connection.info.get("tally")) is not None:
                tally.clear()

        @sa.event.listens_for(self.engine, "handle_error")
        def _doubt(context: Any) -> None:
            if context.connection is not None and (tally := context.connection.info.get("tally")) is not None:
                tally.unsure = True

        try:
            self._migrate()
            self._sealing = True
            # Those that migrated do not seal.
            self.engine.dispose()
        except DatabaseError as problem:
            self.close()
            raise self._told(problem) from problem

    def _migrate(self) -> None:
        with self.engine.connect() as connection:
            known = connection.exec_driver_sql(
                "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
            ).scalar_one()
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() if known else None
        if version == HEAD:
            return
        if version is not None and version > HEAD:
            self.close()
            raise faults.newer_schema()
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")
        with self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
            raw: Any = connection.connection.dbapi_connection
            connection.exec_driver_sql("SELECT 1")
            broken: list[str] = []
            revision = 0
            if raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'seals'").fetchone() is not None:
                broken = self.seals.broken(raw)
                sums = self.seals.sums(raw)
                revision = sums.revision if sums is not None else self.mark.revision()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            revision = self.seals.begin(raw, revision, broken)
            connection.commit()
        self.mark.saw(revision)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is either whole on the disk or not there. Raises `Refusal` for what the disk says."""
        try:
            with self.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
                tally = connection.info["tally"]
                tally.revision = 0
                with connection.begin():
                    yield connection
                if tally.revision:
                    self.mark.saw(tally.revision)
        except (OperationalError, DatabaseError, OSError) as problem:
            raise self._told(problem) from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent look."""
        try:
            with self.engine.connect() as connection, connection.begin():
                yield connection
        except (OperationalError, DatabaseError) as problem:
            raise self._told(problem) from None

    def seal_anew(self, connection: Connection, revision: int) -> None:
        """Seal everything as it lies here now, whatever was written in this transaction; the revisions go on from
        there.
        """
        self.seals.begin(connection.connection.dbapi_connection, revision)
        connection.info["tally"].clear()

    def empty_log(self) -> None:
        """Write the log into the file and leave nothing in it, as far as readers and the disk let it."""
        with suppress(self.engine.dialect.loaded_dbapi.DatabaseError), closing(self._connect()) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def sound(self) -> bool:
        """Whether the file is whole, by a connection of its own: the search index of one that lived through other
        connections' writes may be remembered as it was, and would be called corrupt.
        """
        try:
            connection = self._connect()
            try:
                return bool(connection.execute("PRAGMA quick_check").fetchone()[0] == "ok")
            finally:
                connection.close()
        except self.engine.dialect.loaded_dbapi.DatabaseError:
            return False

    def _told(self, problem: Exception) -> Refusal:
        """Where the log's index finds no room SQLite says no more than “disk I/O error”; the disk says why."""
        failed = "disk i/o error" in str(getattr(problem, "orig", problem)).lower()
        if failed and shutil.disk_usage(self.path.parent).free < _LEAST_FREE:
            return faults.disk_full()
        return translate(problem)

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()
