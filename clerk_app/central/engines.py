"""The two kinds of database that central runs on: how each is opened, locked, and what its troubles mean.

SQLite in one file for a demo or a small office, one writer at a time. PostgreSQL through psycopg 3 for a province:
any number of processes write side by side and take turns by named locks.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, insert, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from clerk_app.domain.refusals import Refusal, Words

_LOG = logging.getLogger("quay.central")

_KEPT_OPEN = 8
_MORE_AT_NEED = 40
"""Connections of one process at most: one for each of the 40 threads that serve requests, and some to spare, because a
thread that writes may have to read a rule pack beside it."""
_POOL_WAIT_S = 10
_BUSY_S = 30
SERVER_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "120s",
    "timezone": "UTC",
}
"""What every session asks of PostgreSQL, so that nobody waits for ever."""
_RULES = frozenset({"23505", "23P01"})
_FIRST_ELSEWHERE = _RULES | {"40001", "40P01"}
"""SQLSTATEs of a transaction that another one was quicker than: unique and exclusion violation, serialization failure,
deadlock."""
_SQLITE_TROUBLE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
_STANDBY = "25006"


def parsed(url: str) -> URL:
    """The address of a database that central can use. Raises `Refusal` DATABASE_KIND, which never quotes it."""
    try:
        made = make_url(url)
    except ArgumentError:
        raise _wrong_kind() from None
    if made.drivername in ("sqlite", "sqlite+pysqlite"):
        if made.database and made.database != ":memory:":
            return made
    elif made.get_backend_name() == "postgresql" and made.database:
        return made.set(drivername="postgresql+psycopg")
    raise _wrong_kind()


def engine_for(url: URL) -> Engine:
    """An engine on which transactions begin as central needs them. Raises `Refusal` DATABASE_DRIVER."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": _BUSY_S}, hide_parameters=True)
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine
    settings = " ".join(f"-c {name}={value}" for name, value in SERVER_SETTINGS.items())
    try:
        return create_engine(
            url,
            # READ COMMITTED is what the locks need: whoever waited for one must see what its holder committed, and a
            # snapshot would be as old as the wait.
            isolation_level="READ COMMITTED",
            # Values are what citizens said, and errors end up in logs.
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=_KEPT_OPEN,
            max_overflow=_MORE_AT_NEED,
            pool_timeout=_POOL_WAIT_S,
            connect_args={
                "connect_timeout": 5,
                "tcp_user_timeout": 20_000,
                "application_name": "quay-central",
                "options": settings,
            },
        )
    except (ImportError, NoSuchModuleError):
        raise Refusal(
            "DATABASE_DRIVER",
            Words("Máy này chưa cài trình điều khiển PostgreSQL.", "The driver for PostgreSQL is not installed here."),
            Words("Cài gói bổ sung “server” của chương trình.", "Install the program's extra “server”."),
        ) from None


def take_lock(connection: Connection, name: str) -> None:
    """Be the only transaction under this name until it ends. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def patient(connection: Connection) -> None:
    """Let this transaction's statements and waits take as long as they need, as an upgrade of the schema may."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; on PostgreSQL by COPY, at a third of the cost of many INSERTs."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    import psycopg
    from psycopg import sql

    columns = [table.c[name] for name in rows[0]]
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    copying = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table.name), names)
    raw = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(copying) as copied:  # type: ignore[union-attr]
            copied.set_types([column.type.compile(connection.dialect).lower() for column in columns])
            for row in rows:
                copied.write_row(tuple(row.values()))
    except psycopg.Error as problem:
        # Told as SQLAlchemy tells every other error of its driver.
        lost = raw is None or bool(raw.closed)
        raise DBAPIError.instance(
            f"COPY {table.name}", None, problem, psycopg.Error, True, lost, connection.dialect
        ) from problem


def first_elsewhere(problem: Exception) -> bool:
    """Whether another transaction was quicker, so that doing the same again in a fresh one is right."""
    if not isinstance(problem, DBAPIError):
        return False
    state = getattr(problem.orig, "sqlstate", None)
    return isinstance(problem, IntegrityError) if state is None else state in _FIRST_ELSEWHERE


def broken_rule(problem: Exception) -> str:
    """Which rule of a table a statement broke, and on PostgreSQL with which values; the empty text for other troubles.

    Only to be compared: the values may be a person's.
    """
    if not isinstance(problem, DBAPIError):
        return ""
    # COPY tells its violations as errors of no kind in particular.
    broken = isinstance(problem, IntegrityError) or getattr(problem.orig, "sqlstate", "") in _RULES
    return str(problem.orig) if broken else ""


def told(problem: Exception) -> Refusal | None:
    """The refusal DATABASE_AWAY if the database is away, too busy, full or on its way up; None for our own mistakes."""
    if isinstance(problem, PoolExhausted):
        _LOG.warning("database: no connection became free within %s s", _POOL_WAIT_S)
        return away()
    if not isinstance(problem, DBAPIError):
        return None
    name = getattr(problem.orig, "sqlite_errorname", None)
    if name is not None:
        trouble = name.startswith(_SQLITE_TROUBLE)
    else:
        state = getattr(problem.orig, "sqlstate", None)
        of_the_server = type(problem.orig).__module__.startswith("psycopg")
        trouble = of_the_server and (
            isinstance(problem, OperationalError) or problem.connection_invalidated or state == _STANDBY
        )
        name = state or type(problem.orig).__name__
    if not trouble:
        return None
    _LOG.warning("database: %s", name)
    return away()


def away() -> Refusal:
    """No database now: says nothing about what was asked, which may be asked again."""
    return Refusal(
        "DATABASE_AWAY",
        Words("Trung tâm tạm thời không dùng được cơ sở dữ liệu.", "Central cannot use its database at the moment."),
        Words(
            "Máy trạm giữ mọi việc và sẽ gửi lại; quản trị kiểm tra máy chủ cơ sở dữ liệu, tài khoản và đĩa.",
            "Stations keep everything and try again; check the database server, its account and its disk.",
        ),
    )


def _wrong_kind() -> Refusal:
    return Refusal(
        "DATABASE_KIND",
        Words("Loại cơ sở dữ liệu này không dùng được.", "This kind of database cannot be used."),
        Words(
            "Dùng địa chỉ sqlite:///đường-dẫn hoặc postgresql+psycopg://người-dùng@máy/tên.",
            "Use an address like sqlite:///path or postgresql+psycopg://user@host/name.",
        ),
    )


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
