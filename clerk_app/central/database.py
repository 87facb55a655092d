"""Where central keeps what it knows: tables, and how reading and writing transactions begin.

SQLite in one file (WAL, synchronous FULL) for a demo or a small office. Columns and statements are plain SQLAlchemy
Core, so a bigger engine needs another URL and its own two triggers, nothing else.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    create_engine,
    event,
    insert,
    make_url,
    select,
)

from clerk_app.domain.refusals import Refusal, Words

SCHEMA = "1"

metadata = MetaData()

facts = Table("facts", metadata, Column("name", String, primary_key=True), Column("value", String, nullable=False))
"""What this central is: its identity, schema, whether it is for practice, the secret behind its tokens."""

offices = Table(
    "offices",
    metadata,
    Column("code", String, primary_key=True),
    Column("name_vi", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("unit_code", String, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("office", String, primary_key=True),
    Column("code", String, primary_key=True),
)

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("office", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("verifier", String, nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("station", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("tried_ms", BigInteger, nullable=False),
    Column("succeeded_ms", BigInteger),
)
"""Who tried to sign in where. `succeeded_ms` is empty until somebody proved here, with a line, who they are."""

stations = Table(
    "stations",
    metadata,
    Column("code", String, primary_key=True),
    Column("office", String, nullable=False),
    Column("counter", String, nullable=False),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("code_digest", LargeBinary(32), primary_key=True),
    Column("station", String, nullable=False),
    Column("office", String, nullable=False),
    Column("counter", String, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_by", LargeBinary(32)),
)

assertions = Table(
    "assertions",
    metadata,
    Column("jti", String, primary_key=True),
    Column("expires_ms", BigInteger, nullable=False, index=True),
)
"""Token requests already honoured, until they expire by themselves: none works twice."""

entries = Table(
    "entries",
    metadata,
    Column("number", Integer().with_variant(BigInteger, "postgresql"), primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False),
    Column("station", String, nullable=False),
    Column("n", Integer, nullable=False),
    Column("office", String, nullable=False),
    Column("dossier", Uuid, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("refusal", LargeBinary),
    Column("body", LargeBinary, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    UniqueConstraint("station", "n"),
    sqlite_autoincrement=True,
)
"""Every entry that arrived in its chain, accepted or refused, in central's order. Append-only by trigger."""

Index("entries_once", entries.c.id, unique=True, sqlite_where=entries.c.accepted, postgresql_where=entries.c.accepted)
Index("entries_of_dossier", entries.c.dossier, entries.c.number)
Index("entries_of_office", entries.c.office, entries.c.number)

claims = Table(
    "claims",
    metadata,
    Column("kind", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("dossier", Uuid, nullable=False),
)
"""Projection of the accepted entries: which dossier owns which dossier code and receipt number."""

blocks = Table(
    "blocks",
    metadata,
    Column("office", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("station", String, nullable=False),
    Column("key", Uuid, nullable=False),
    Column("lent_ms", BigInteger, nullable=False),
    UniqueConstraint("station", "key"),
)

packs = Table(
    "packs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("version", String, nullable=False),
    Column("digest", LargeBinary(32), nullable=False, index=True),
    Column("published_ms", BigInteger, nullable=False),
    Column("archive", LargeBinary, nullable=False),
)
"""Every rule pack that was ever published here, the newest with the highest number."""

graces = Table(
    "graces",
    metadata,
    Column("station", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("counter", Integer, primary_key=True, autoincrement=False),
    Column("limit", String, nullable=False),
    Column("extent", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
)
"""Every grace code that was made, by station, day (ISO) and its number on that day. That it was used is an entry."""

lost_sheets = Table(
    "lost_sheets",
    metadata,
    Column("station", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("told_ms", BigInteger, nullable=False),
)
"""Sheets that a station says it cannot read any more: entries that mention them are refused instead of waited for."""

for _verb in ("UPDATE", "DELETE"):
    event.listen(
        entries,
        "after_create",
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER entries_no_{_verb.lower()} BEFORE {_verb} ON entries "
            "BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END"
        ).execute_if(dialect="sqlite"),
    )


def milliseconds(at: datetime) -> int:
    """An aware time as whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Database:
    """Central's database, and what it says central is. `secret` signs access tokens and never leaves."""

    engine: Engine
    central_id: str
    practice: bool
    secret: bytes

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of everything."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """The only transaction that writes at this moment; kept for good when it ends without an exception."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def database_url(data_dir: Path) -> str:
    """The URL of the database in central's own folder."""
    return f"sqlite:///{(data_dir / 'central.sqlite').as_posix()}"


def open_database(url: str, practice: bool | None = None) -> Database:
    """Central's database at `url`, made if it is new. `practice` None takes what stands there.

    Raises `Refusal`: DATABASE_KIND for an engine this release cannot use, DATABASE_MISSING, PRACTICE_MIXED when a
    database for practice is opened for real work or the other way round.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise Refusal(
            "DATABASE_KIND",
            Words("Loại cơ sở dữ liệu này chưa dùng được.", "This kind of database cannot be used."),
            Words("Dùng địa chỉ sqlite:///đường-dẫn.", "Use an address like sqlite:///path."),
        )
    if practice is None and not Path(parsed.database).exists():
        raise Refusal(
            "DATABASE_MISSING",
            Words("Chưa có cơ sở dữ liệu trung tâm ở đây.", "There is no central database here."),
            Words("Chạy máy chủ trung tâm một lần, hoặc kiểm tra đường dẫn.", "Start central once, or check the path."),
        )
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 30})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        metadata.create_all(connection)
        kept = {row.name: row.value for row in connection.execute(select(facts))}
        if not kept:
            kept = {
                "schema": SCHEMA,
                "central_id": str(uuid4()),
                "practice": "yes" if practice else "no",
                "secret": secrets.token_hex(32),
            }
            connection.execute(insert(facts), [{"name": name, "value": value} for name, value in kept.items()])
    if practice is not None and practice != (kept["practice"] == "yes"):
        engine.dispose()
        raise Refusal(
            "PRACTICE_MIXED",
            Words(
                "Cơ sở dữ liệu này thuộc chế độ khác (thực hành hoặc thật).",
                "This database belongs to the other mode (practice or real).",
            ),
            Words("Chọn thư mục dữ liệu khác cho mỗi chế độ.", "Choose a data folder of its own for each mode."),
        )
    return Database(engine, kept["central_id"], kept["practice"] == "yes", bytes.fromhex(kept["secret"]))


def _on_connect(raw: Any, _record: object) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    # A transaction that will write asks for the lock at once: a later upgrade could fail after work was done.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
