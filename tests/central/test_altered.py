"""Whatever is written into central's tables past the program is named, table and row; nothing else ever is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine, inspect, select

from clerk_app import wire
from clerk_app.central import audit_check, blocks, people, stations
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, database_url, metadata, open_database, users
from clerk_app.central.law import PackedLaw
from clerk_app.central.protection import CENTRAL, left_out
from clerk_app.central.register import Register
from clerk_app.central.sheets import SheetFolder
from clerk_app.central.stations import KnownStation, enrol, find_station, new_code
from clerk_app.central.verify import verify
from clerk_app.domain.altered import Finding
from tests.peers import commands
from tests.peers.central import BOTH, Backing, CentralProcess
from tests.peers.counter import Chain, pack

BACKINGS = BOTH
OFF = {
    "sqlite": tuple(
        f"DROP TRIGGER {table}_no_{verb}" for table in ("entries", "audit") for verb in ("update", "delete")
    ),
    "postgresql": (
        "DROP TRIGGER entries_only_grow ON entries",
        "DROP TRIGGER entries_emptied_only ON entries",
        "DROP TRIGGER audit_only_grows ON audit",
    ),
}


@pytest.fixture
def url(tmp_path: Path, backing: Backing) -> str:
    return backing.database(tmp_path)


@pytest.fixture
def worked(url: str, tmp_path: Path) -> Iterator[tuple[Database, Register, Chain, KnownStation]]:
    """A central at which every recorded table but a few has rows, and one station sent two batches."""
    with closing(open_database(url, practice=True)) as database:
        people.seed_practice(database)
        sheets = SheetFolder(tmp_path / "central-sheets")
        register = Register(database, sheets, PackedLaw(pack()))
        chain, station = _station(database, "Q01-A")
        for _ in range(2):
            chain.draft(uuid4(), 3)
            register.take(wire.Batch(chain.sealed[-3:]), station, hanoi_now())
        people.revoke(database, "supervisor", hanoi_now())
        people.restore(database, "supervisor", hanoi_now())
        blocks.lend(database, wire.BlockAsked("receipt", 10, uuid4()), station, hanoi_now())
        register.sheet_lost("ab" * 32, station, hanoi_now())
        yield database, register, chain, station


def _station(database: Database, name: str) -> tuple[Chain, KnownStation]:
    chain = Chain(name)
    public = Ed25519PrivateKey.from_private_bytes(chain.seed).public_key().public_bytes_raw()
    enrol(database, wire.Enrolment(new_code(database, name, hanoi_now()).code, public), hanoi_now())
    people.sign_in(database, wire.SignInAsked("clerk", "practice"), name, people.PRACTICE_OFFICE, hanoi_now())
    with database.read() as connection:
        return chain, find_station(connection, name)


def _by_hand(url: str, *statements: str) -> None:
    """What somebody does who has the database itself in hand."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in (*OFF[engine.dialect.name], *statements):
            connection.exec_driver_sql(statement)
    engine.dispose()


def _found(url: str) -> set[tuple[str, str, str]]:
    return {(one.table, one.row, one.kind) for one in verify(url).findings}


def test_every_table_and_column_of_central_has_a_protection(url: str) -> None:
    open_database(url, practice=True).close()
    engine = create_engine(url)
    seen = inspect(engine)
    assert set(seen.get_table_names()) == CENTRAL.keys()
    for name, protection in CENTRAL.items():
        columns = {column["name"] for column in seen.get_columns(name)}
        assert protection.columns.keys() <= columns
        if protection.way == "recorded":
            key = set(seen.get_pk_constraint(name)["constrained_columns"])
            assert not left_out(name) & key
            assert {column.name for column in metadata.tables[name].columns} == columns
    engine.dispose()


def test_what_the_program_does_is_whole(url: str, worked: tuple[Database, Register, Chain, KnownStation]) -> None:
    database, register, chain, station = worked
    found = verify(url)
    assert (found.problems, found.entries, found.stations) == ((), 6, 1)
    with database.read() as connection:
        assert audit_check.quick(connection, metadata, database.secret) == []
    # The same batch again, a refused one, and a retried transaction change nothing of that.
    register.take(wire.Batch(chain.sealed), station, hanoi_now())
    chain.draft(uuid4(), 2, counter="Q99")
    register.take(wire.Batch(chain.sealed[-2:]), station, hanoi_now())
    stations.revoke(database, "Q01-A", hanoi_now())
    assert verify(url).problems == ()


CHANGED = [
    ("UPDATE users SET roles = 'clerk supervisor' WHERE id = 'clerk'", ("users", "clerk", "changed")),
    ("UPDATE users SET verifier = 'x' WHERE id = 'clerk'", ("users", "clerk", "changed")),
    ("DELETE FROM users WHERE id = 'clerk'", ("users", "clerk", "missing")),
    (
        "INSERT INTO users (id, name, roles, office, active, verifier) "
        "VALUES ('x', 'X', 'clerk', 'PC08-HN', true, 'x')",
        ("users", "x", "extra"),
    ),
    ("UPDATE offices SET name_vi = 'x' WHERE code = 'PC08-HN'", ("offices", "PC08-HN", "changed")),
    ("INSERT INTO counters (office, code) VALUES ('PC08-HN', 'Q77')", ("counters", "PC08-HN/Q77", "extra")),
    ("UPDATE stations SET enrolled_ms = 1", ("stations", "Q01-A", "changed")),
    ("UPDATE facts SET value = 'no' WHERE name = 'practice'", ("facts", "practice", "changed")),
    ("UPDATE sign_ins SET succeeded_ms = 1", ("sign_ins", "Q01-A/clerk", "changed")),
    ("DELETE FROM heads", ("heads", "Q01-A", "missing")),
    ("UPDATE lost_sheets SET told_ms = 1", ("lost_sheets", f"Q01-A/{'ab' * 32}", "changed")),
    ("UPDATE entries SET accepted = false WHERE n = 2", ("entries", "Q01-A/2", "changed")),
    ("UPDATE entries SET received_ms = 1 WHERE n = 5", ("entries", "Q01-A/5", "changed")),
    ("UPDATE entries SET number = 99 WHERE n = 6", ("entries", "Q01-A/6", "changed")),
    ("UPDATE entries SET office = 'X' WHERE n = 1", ("entries", "Q01-A/1", "changed")),
    ("DELETE FROM entries WHERE n = 4", ("entries", "Q01-A/4", "missing")),
    ("DELETE FROM entries WHERE n > 4", ("entries", "Q01-A/5-6", "missing")),
    ("UPDATE audit SET at_ms = 1 WHERE chain = 'changes' AND seq = 2", ("audit", "changes/2", "changed")),
    ("DELETE FROM audit WHERE chain = 'changes' AND seq = 2", ("audit", "changes/3", "missing")),
    ("DELETE FROM audit WHERE chain = 'station Q01-A' AND seq = 2", ("audit", "station Q01-A/2", "missing")),
    ("UPDATE audit_heads SET seq = 1 WHERE chain = 'changes'", ("audit_heads", "changes", "changed")),
    ("DELETE FROM audit_heads", ("audit_heads", "changes", "missing")),
    ("UPDATE dossiers SET office = 'X'", ("dossiers", "", "changed")),
]


@pytest.mark.parametrize(("statement", "named"), CHANGED, ids=[statement[:40] for statement, _ in CHANGED])
def test_what_was_written_past_the_program_is_named(
    url: str,
    worked: tuple[Database, Register, Chain, KnownStation],
    statement: str,
    named: tuple[str, str, str],
) -> None:
    worked[0].close()
    _by_hand(url, statement)
    assert named in _found(url)


def test_removing_the_newest_of_a_row_and_of_its_record_is_seen(
    url: str, worked: tuple[Database, Register, Chain, KnownStation]
) -> None:
    worked[0].close()
    _by_hand(
        url,
        "DELETE FROM lost_sheets",
        "DELETE FROM audit WHERE chain = 'changes' AND seq = (SELECT seq FROM audit_heads WHERE chain = 'changes')",
    )
    assert any(table == "audit" and kind == "missing" for table, _, kind in _found(url))


def test_writing_over_by_the_program_does_not_wash_a_change(
    url: str, worked: tuple[Database, Register, Chain, KnownStation]
) -> None:
    database = worked[0]
    _by_hand(url, "UPDATE users SET roles = 'supervisor' WHERE id = 'clerk'")
    people.revoke(database, "clerk", hanoi_now())
    assert ("users", "clerk", "changed") in _found(url)


def test_a_row_that_nobody_can_read_is_told_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    with closing(open_database(url, practice=True)) as database:
        people.seed_practice(database)
    _by_hand(
        url,
        "UPDATE users SET factor_step = x'ff' WHERE id = 'clerk'",
        "UPDATE offices SET name_vi = CAST(x'ff' AS TEXT)",
        "INSERT INTO counters (office, code) VALUES ('PC08-HN', 'Q77')",
    )
    found = _found(url)
    assert {("users", "clerk", "changed"), ("offices", "", "changed"), ("counters", "PC08-HN/Q77", "extra")} <= found


def test_several_at_once_keep_one_record(url: str, tmp_path: Path) -> None:
    with closing(open_database(url, practice=True)) as database:
        people.seed_practice(database)
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            with closing(open_database(url, practice=True)) as mine:
                register = Register(mine, SheetFolder(tmp_path / name), PackedLaw(pack()))
                chain, station = _station(mine, name)
                for _ in range(8):
                    chain.draft(uuid4(), 2)
                    register.take(wire.Batch(chain.sealed[-2:]), station, hanoi_now())
                    blocks.lend(mine, wire.BlockAsked("receipt", 3, uuid4()), station, hanoi_now())
                    people.revoke(mine, "supervisor", hanoi_now())
                    people.restore(mine, "supervisor", hanoi_now())
        except BaseException as problem:  # noqa: BLE001 - told below, in the thread of the test
            failed.append(problem)

    threads = [Thread(target=work, args=(f"Q01-{letter}",)) for letter in "ABCD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    found = verify(url)
    assert (found.problems, found.entries) == ((), 64)


def test_two_that_change_one_row_under_different_locks_record_it_in_their_order(url: str) -> None:
    with closing(open_database(url, practice=True)) as database:
        people.seed_practice(database)

        def change(name: str) -> None:
            with database.write(name) as connection:
                connection.execute(users.update().where(users.c.id == "clerk").values(name=name))

        with database.write("first") as connection:
            connection.execute(users.update().where(users.c.id == "clerk").values(name="first"))
            other = Thread(target=change, args=("second",))
            other.start()
            # It waits for the row, or on SQLite for its turn.
            other.join(0.5)
            assert other.is_alive()
        other.join()
        assert verify(url).problems == ()


def test_what_did_not_match_before_an_update_of_the_schema_is_named_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database_url(tmp_path)
    with closing(open_database(url, practice=True)) as database:
        people.seed_practice(database)
    _by_hand(url, "UPDATE users SET roles = 'supervisor' WHERE id = 'clerk'")
    step_again = "clerk_app.central.database.migrate"

    def migrated(connection: object, before: object) -> bool:
        assert callable(before)
        before()
        return True

    with monkeypatch.context() as patched:
        patched.setattr(step_again, migrated)
        open_database(url).close()
    assert _found(url) == {("users", "", "changed")}


@pytest.mark.wire
def test_central_tells_at_its_start_and_the_command_names_it(
    central: CentralProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    central.enrol("Q01", "clerk")
    central.stop()
    capfd.readouterr()
    central.start()
    assert "CENTRAL_ALTERED" not in capfd.readouterr().err
    central.stop()
    name = f"someone{secrets.token_hex(3)}"
    _by_hand(central.database_url, f"UPDATE users SET id = '{name}' WHERE id = 'supervisor'")
    central.start()
    said = capfd.readouterr().err
    assert "CENTRAL_ALTERED: users: extra (1)" in said
    assert name not in said
    central.stop()
    told = commands.here("journal", "verify", "--database", central.database_url, "--json")
    assert {"table": "users", "row": name, "kind": "extra"} in told.json["findings"]
    # Practice made that account anew at the start, where the record knows one.
    assert {"table": "users", "row": "supervisor", "kind": "changed"} in told.json["findings"]


def test_a_change_of_nothing_is_not_recorded(url: str, worked: tuple[Database, Register, Chain, KnownStation]) -> None:
    database = worked[0]

    def links() -> int:
        with database.read() as connection:
            return len(connection.execute(select(metadata.tables["audit"].c.seq)).all())

    before = links()
    with database.write() as connection:
        connection.execute(users.update().where(users.c.id == "clerk").values(active=True))
    assert links() == before


def test_the_words_name_table_and_row() -> None:
    one = Finding("users", "clerk", "changed")
    assert "users [clerk]" in one.words().vi
