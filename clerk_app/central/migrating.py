"""Bringing central's database to the schema of this program: Alembic's steps, under one lock, all or nothing.

Several processes may start at once; the first one does the work, the others wait and find it done. Databases from
before there were steps are told by their tables and taken as the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from clerk_app.central.engines import patient, take_lock
from clerk_app.central.migrations.versions import c0001_first
from clerk_app.domain.refusals import Refusal, Words

HEAD = "0022"
_TABLE = re.compile(r'CREATE TABLE "?(\w+)"? \((.*)\)')
_NAMED = re.compile(r"CREATE (?:UNIQUE )?(?:INDEX|TRIGGER) (\w+)")


def version(connection: Connection) -> str | None:
    """The step that this database stands at: `0000` where it has tables from before there were steps, None if empty."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return "0000" if tables else None


def migrate(connection: Connection, before: Callable[[], None] = lambda: None) -> bool:
    """Bring the schema up to date within this transaction, and say whether that was needed; then `before` is called
    first, if there are tables.

    Raises `Refusal`: DATABASE_NEWER for a schema of a later program, DATABASE_FOREIGN for tables that are not ours.
    """
    take_lock(connection, "schema")
    patient(connection)
    stands = version(connection)
    if stands == HEAD:
        return False
    if stands is not None and stands > HEAD:
        raise _newer(stands)
    if stands is not None:
        before()
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if stands == "0000":
        _adopt(connection)
        command.stamp(config, "0001")
    command.upgrade(config, "head")
    return True


def check_current(connection: Connection) -> None:
    """Change nothing. Raises `Refusal`: DATABASE_NEWER, DATABASE_OLDER where the schema is not this program's."""
    stands = version(connection) or ""
    if stands > HEAD:
        raise _newer(stands)
    if stands != HEAD:
        raise Refusal(
            "DATABASE_OLDER",
            Words(
                f"Cơ sở dữ liệu trung tâm ở bước {stands}, cũ hơn chương trình này ({HEAD}).",
                f"Central's database is at step {stands}, older than this program ({HEAD}).",
            ),
            Words(
                "Dùng chương trình đang phục vụ, hoặc khởi động trung tâm bằng chương trình này trước.",
                "Use the program that serves it, or start central with this one first.",
            ),
        )


def _newer(stands: str) -> Refusal:
    return Refusal(
        "DATABASE_NEWER",
        Words(
            f"Cơ sở dữ liệu trung tâm ở bước {stands}, mới hơn chương trình này ({HEAD}).",
            f"Central's database is at step {stands}, newer than this program knows ({HEAD}).",
        ),
        Words("Cập nhật chương trình trên máy này.", "Update the program on this machine."),
    )


def _adopt(connection: Connection) -> None:
    """Make a SQLite file of any release before the steps what the first step makes; it may lack later tables."""
    if connection.dialect.name != "sqlite":
        raise _foreign()
    seen = inspect(connection)
    tables = set(seen.get_table_names())
    if not {"facts", "entries", "stations"} <= tables:
        raise _foreign()
    named = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger')")).scalars())
    for statement in c0001_first.SQLITE:
        table, other = _TABLE.match(statement), _NAMED.match(statement)
        if table is not None and table[1] in tables:
            there = {column["name"] for column in seen.get_columns(table[1])}
            if there != _columns(table[2]):
                raise _foreign()
        elif other is None or other[1] not in named:
            connection.exec_driver_sql(statement)


def _columns(written: str) -> set[str]:
    """The names of the columns in the text of a CREATE TABLE."""
    flat = re.sub(r"\([^()]*\)", "", written)
    words = (part.split()[0].strip('"') for part in flat.split(","))
    return {word for word in words if word not in ("PRIMARY", "UNIQUE")}


def _foreign() -> Refusal:
    return Refusal(
        "DATABASE_FOREIGN",
        Words(
            "Cơ sở dữ liệu này có bảng không phải của trung tâm.", "This database has tables that are not central's."
        ),
        Words("Dùng một cơ sở dữ liệu trống cho trung tâm.", "Give central a database of its own, empty."),
    )
