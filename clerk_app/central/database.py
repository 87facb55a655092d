"""Where central keeps what it knows: tables, and how reading and writing transactions begin and end.

Columns and statements are plain SQLAlchemy Core and serve both engines; the tables themselves are made by the steps in
`migrations`, triggers included.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import (
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
    insert,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central import audit, audit_check, foreign_tables, message_table
from clerk_app.central.engines import away, broken_rule, engine_for, first_elsewhere, parsed, take_lock, told
from clerk_app.central.migrating import check_current, migrate, version
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal, Words

T = TypeVar("T")

_TRIES = 5

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
    Column("person", String, nullable=False, server_default=""),
    Column("factor", String, nullable=False, server_default=""),
    Column("factor_step", BigInteger, nullable=False, server_default="0"),
)
"""`person` is who is behind the account (empty: it stands for one itself), `factor` the name of the second factor that
was issued last, `factor_step` the last one-time code that was accepted (Unix time by 30 s)."""

person_tokens = Table(
    "person_tokens",
    metadata,
    Column("user", String, primary_key=True),
    Column("certificate", String, primary_key=True),
    Column("added_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("removed_ms", BigInteger),
    Column("der", LargeBinary, nullable=False),
)
"""Which certificate (`der`, by its SHA-256 in hex) on a token is registered for whom; without `removed_ms` it still
is."""

revocations = Table(
    "revocations",
    metadata,
    Column("user", String, primary_key=True),
    Column("revoked_ms", BigInteger, primary_key=True, autoincrement=False),
    Column("restored_ms", BigInteger),
)
"""From when until when somebody was without access; without `restored_ms` they still are."""

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
"""Token requests already honoured, and what people's tokens signed for signing in, until they expire by themselves:
none works twice."""

entries = Table(
    "entries",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
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

heads = Table(
    "heads",
    metadata,
    Column("station", String, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
)
"""Where each station's chain ends: the running number and digest of its last recorded entry."""

dossiers = Table("dossiers", metadata, Column("id", Uuid, primary_key=True), Column("office", String, nullable=False))
"""Projection of the accepted entries: which office opened which dossier. Two offices never open the same."""

claims = Table(
    "claims",
    metadata,
    Column("kind", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("dossier", Uuid, nullable=False),
)
"""Projection of the accepted entries: which dossier owns which dossier code and receipt number, and which challenge its
entries answered."""

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

Index(
    "blocks_of_receipts",
    blocks.c.first,
    unique=True,
    sqlite_where=blocks.c.kind == "receipt",
    postgresql_where=blocks.c.kind == "receipt",
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

audit_links = Table(
    "audit",
    metadata,
    Column("chain", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)
"""What was changed here by this program (`central.audit`). Append-only by trigger."""

audit_heads = Table(
    "audit_heads",
    metadata,
    Column("chain", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("counts", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
)
"""Where each chain of the record ends, and how many rows it knows of."""

extracts = Table(
    "extracts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("dossiers", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""Every extract of what is held on one number. `subject` is an HMAC of it that central alone can make, `digest` the
SHA-256 of the file. Append-only by trigger."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("second", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("subject", LargeBinary, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
"""Every order to erase what is held on one number. `second` agreed to it, `basis` names the rules of the catalogue,
`subject` is as in `extracts`, `digest` the SHA-256 of what was shown and agreed to. Append-only by trigger, as the
four that follow."""

erased_dossiers = Table(
    "erased_dossiers",
    metadata,
    Column("dossier", Uuid, primary_key=True),
    Column("erasure", Uuid, nullable=False),
    Column("office", String, nullable=False, index=True),
)

erased_entries = Table(
    "erased_entries",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("erasure", Uuid, nullable=False),
)
"""The seals of the entries whose bodies were emptied: a row of `entries` may be changed in this way only."""

erased_sheets = Table(
    "erased_sheets",
    metadata,
    Column("digest", String, primary_key=True),
    Column("erasure", Uuid, nullable=False),
)

erasures_done = Table(
    "erasures_done",
    metadata,
    Column("dossier", Uuid, primary_key=True),
    Column("station", String, primary_key=True),
    Column("done_ms", BigInteger, nullable=False),
)
"""Which station said, in an entry of its own, that it carried out the order about a dossier."""


register_queries = foreign_tables.register_queries(metadata)
register_answers = foreign_tables.register_answers(metadata)
orders = foreign_tables.orders(metadata)
messages = message_table.messages(metadata)
submissions = foreign_tables.submissions(metadata)


def milliseconds(at: datetime) -> int:
    """An aware time as whole milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def moment(ms: int) -> datetime:
    """So many milliseconds since 1970, in Hanoi's time."""
    return datetime.fromtimestamp(ms / 1000, HANOI)


@dataclass(frozen=True, slots=True)
class Database:
    """Central's database, and what it says central is. `secret` signs access tokens and never leaves.

    Every transaction raises `Refusal` DATABASE_AWAY when the database cannot be reached, is too busy or full.
    """

    engine: Engine
    central_id: str
    practice: bool
    secret: bytes = field(repr=False)

    @property
    def several_writers(self) -> bool:
        """Whether transactions under different locks write side by side."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of everything."""
        options: dict[str, object] = {}
        if self.several_writers:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with _trouble_told(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self, alone: str = "") -> Iterator[Connection]:
        """A transaction that writes, kept for good when it ends without an exception.

        On SQLite it is the only one that does at this moment; on PostgreSQL the only one under the lock `alone`. It
        sees whatever was committed before it got the lock.
        """
        with _trouble_told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            take_lock(connection, alone)
            audit.open_in(connection)
            try:
                yield connection
                audit.close_in(connection, metadata, self.secret)
            finally:
                audit.forget(connection)

    def written(self, work: Callable[[Connection], T], alone: str = "") -> T:
        """What `work` returns from a writing transaction under the lock `alone`.

        Where a transaction under another lock was quicker (a number was taken, two waited for each other), `work` is
        done again in a fresh one, in which it finds what the other did. Where it does not look, and breaks the same
        rule of a table once more, that is a mistake of our own and raised as it is.
        """
        broken = ""
        for _ in range(_TRIES):
            try:
                with self.write(alone) as connection:
                    return work(connection)
            except SQLAlchemyError as problem:
                if not first_elsewhere(problem):
                    raise
                before, broken = broken, broken_rule(problem)
                if broken and broken == before:
                    raise
        raise away()

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def _trouble_told() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as problem:
        refusal = None if first_elsewhere(problem) else told(problem)
        if refusal is None:
            raise
        raise refusal from None


def database_url(data_dir: Path) -> str:
    """The URL of the database in central's own folder."""
    return f"sqlite:///{(data_dir / 'central.sqlite').as_posix()}"


def url_of(given: str | None, data_dir: Path) -> str:
    """The URL that was given, and only where none was the one of central's own folder.

    Raises `Refusal` DATABASE_UNNAMED for one that is given empty, as by a secret that could not be read: central would
    begin anew in a file while its database is elsewhere.
    """
    if given is None:
        return database_url(data_dir)
    if not given.strip():
        raise Refusal(
            "DATABASE_UNNAMED",
            Words("Địa chỉ cơ sở dữ liệu để trống.", "The address of the database is empty."),
            Words(
                "Kiểm tra CLERK_DATABASE hoặc --database, và tệp chứa địa chỉ có đọc được không.",
                "Check CLERK_DATABASE or --database, and whether the file that holds the address can be read.",
            ),
        )
    return given


def open_database(url: str, practice: bool | None = None, upgrade: bool = True) -> Database:
    """Central's database at `url`, made if it is new and brought up to date if it is old.

    `practice` None takes what stands there. Without `upgrade` it is only looked at, and DATABASE_OLDER if it is old:
    processes of the program before may be at work on it. Raises `Refusal`: DATABASE_KIND for an engine that central
    cannot use, DATABASE_DRIVER, DATABASE_AWAY, DATABASE_MISSING, DATABASE_NEWER, DATABASE_FOREIGN, PRACTICE_MIXED when
    a database for practice is opened for real work or the other way round. None of them quotes more of an
    address than its host and the name of the database: it may hold a password.
    """
    address = parsed(url)
    if address.get_backend_name() == "sqlite":
        file = Path(address.database or "")
        if practice is None and not file.exists():
            raise _missing(address)
        file.parent.mkdir(parents=True, exist_ok=True)
    engine = engine_for(address)
    audit.listen(engine)
    try:
        kept = _facts(engine, practice, upgrade)
        if practice is not None and practice != (kept["practice"] == "yes"):
            raise _mixed()
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, kept["central_id"], kept["practice"] == "yes", bytes.fromhex(kept["secret"]))


def open_or_make(url: str) -> Database:
    """Central's database at `url`, whichever it is; one for real work is made where there is none. Raises `Refusal` as
    `open_database`.
    """
    try:
        return open_database(url)
    except Refusal as refusal:
        if refusal.code != "DATABASE_MISSING":
            raise
        return open_database(url, practice=False)


def _facts(engine: Engine, practice: bool | None, upgrade: bool) -> dict[str, str]:
    """What the database says central is, once its schema is the one of this program."""
    with _trouble_told(), engine.connect().execution_options(writes=True) as connection, connection.begin():
        if practice is None and version(connection) is None:
            raise _missing(engine.url)
        made = False
        broken: list[str] = []
        if upgrade:
            made = migrate(connection, lambda: broken.extend(audit_check.broken(connection, metadata)))
        else:
            check_current(connection)
        kept = {row.name: row.value for row in connection.execute(select(facts))}
        if not kept:
            kept = {
                "central_id": str(uuid4()),
                "practice": "yes" if practice else "no",
                "secret": secrets.token_hex(32),
            }
            connection.execute(insert(facts), [{"name": name, "value": value} for name, value in kept.items()])
            # Tables that somebody else made ahead of it are new to it all the same.
            made = True
        if made:
            audit.begin(connection, metadata, bytes.fromhex(kept["secret"]), broken)
        return kept


def _missing(address: URL) -> Refusal:
    # Of a server only what is no secret: the address may hold a password wherever it likes.
    place = str(address.database or "") if address.host is None else f"{address.host}/{address.database or ''}"
    return Refusal(
        "DATABASE_MISSING",
        Words(f"Không có cơ sở dữ liệu trung tâm ở {place}.", f"There is no central database at {place}."),
        Words(
            "Kiểm tra --data (CLERK_CENTRAL_DATA) hoặc --database; chỉ nơi mới hoàn toàn: clerk central add-office.",
            "Check --data (CLERK_CENTRAL_DATA) or --database; only where central is new: clerk central add-office.",
        ),
    )


def _mixed() -> Refusal:
    return Refusal(
        "PRACTICE_MIXED",
        Words(
            "Cơ sở dữ liệu này thuộc chế độ khác (thực hành hoặc thật).",
            "This database belongs to the other mode (practice or real).",
        ),
        Words("Chọn thư mục dữ liệu khác cho mỗi chế độ.", "Choose a data folder of its own for each mode."),
    )
