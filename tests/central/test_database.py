"""Central's database on both engines: made, brought up to date, refused by name, and away without costing anybody."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, func, make_url, select

from clerk_app.central import blocks, engines, people
from clerk_app.central.app import hanoi_now
from clerk_app.central.backup import backup
from clerk_app.central.database import database_url, entries, metadata, open_database
from clerk_app.central.migrating import HEAD, version
from clerk_app.central.sheets import SheetFolder
from clerk_app.central.stations import find_station
from clerk_app.central.verify import verify
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import BlockAsked
from tests.peers import commands
from tests.peers.central import BOTH, Backing, CentralProcess
from tests.peers.counter import Chain
from tests.peers.postgres import Postgres, cluster, free_port

BACKINGS = BOTH
ROOT = Path(__file__).resolve().parents[2]
SPECIMEN = ROOT / "tests" / "specimens" / "central_0001.sqlite"


@pytest.fixture
def url(tmp_path: Path, backing: Backing) -> str:
    return backing.empty(tmp_path)


def _refused(url: str, practice: bool | None = True) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        open_database(url, practice)
    return refusal.value


def _done(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_steps_make_what_the_program_reads(url: str) -> None:
    database = open_database(url, practice=True)
    with database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
    database.close()
    again = open_database(url)
    assert again.central_id == database.central_id
    again.close()


_STARTS = """
import sys
from clerk_app.central.database import open_database
from clerk_app.central.people import seed_practice
sys.stdin.readline()
database = open_database(sys.argv[1], practice=True)
seed_practice(database)
print(database.central_id)
database.close()
"""


@pytest.mark.wire
def test_several_processes_start_at_once_on_an_empty_database(url: str) -> None:
    command = [sys.executable, "-c", _STARTS, url]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[0] for process in started]
    assert [process.returncode for process in started] == [0] * 4
    assert len(set(said)) == 1
    database = open_database(url)
    with database.read() as connection:
        assert people.find_user(connection, "supervisor2") is not None
    database.close()


# ---- older and newer ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacking", [(), ("packs", "lost_sheets")])
def test_a_database_of_the_first_release_is_brought_up_to_date(tmp_path: Path, lacking: tuple[str, ...]) -> None:
    shutil.copy(SPECIMEN, tmp_path / "central.sqlite")
    url = database_url(tmp_path)
    _done(url, *(f"DROP TABLE {table}" for table in lacking))
    database = open_database(url, practice=True)
    with database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == HEAD
        station = find_station(connection, "Q01")
        assert connection.execute(select(func.count()).select_from(entries)).scalar() == 32
        assert blocks.lent_to(connection, "receipt", station) == [range(1, 501)]
    assert blocks.lend(database, BlockAsked("receipt", 10, uuid4()), station, hanoi_now()).first == 1001
    database.close()
    found = verify(url)
    assert (found.problems, found.entries, found.stations) == ((), 32, 2)


def test_a_schema_of_a_later_program_is_refused_by_name(url: str) -> None:
    open_database(url, practice=True).close()
    _done(url, "UPDATE alembic_version SET version_num = '9999'")
    refusal = _refused(url)
    assert refusal.code == "DATABASE_NEWER"
    assert "9999" in refusal.words.en


def test_copying_and_proving_leave_the_schema_of_the_program_that_serves(tmp_path: Path) -> None:
    shutil.copy(SPECIMEN, tmp_path / "central.sqlite")
    url = database_url(tmp_path)
    sheets = SheetFolder(tmp_path / "sheets")
    for look in (lambda: verify(url), lambda: backup(url, sheets, tmp_path / "copies", hanoi_now())):
        with pytest.raises(Refusal, match="DATABASE_OLDER"):
            look()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert version(connection) == "0000"
    engine.dispose()


@pytest.mark.parametrize("command", ["stations", "people"])
def test_a_command_that_only_looks_leaves_the_schema_of_the_program_that_serves(tmp_path: Path, command: str) -> None:
    shutil.copy(SPECIMEN, tmp_path / "central.sqlite")
    assert commands.here("central", command, "--data", tmp_path).refusal == "DATABASE_OLDER"
    engine = create_engine(database_url(tmp_path))
    with engine.connect() as connection:
        assert version(connection) == "0000"
    engine.dispose()
    open_database(database_url(tmp_path)).close()
    assert commands.here("central", command, "--data", tmp_path).code == 0


def test_tables_of_somebody_else_are_left_alone(url: str) -> None:
    _done(url, "CREATE TABLE things (name VARCHAR)")
    assert _refused(url).code == "DATABASE_FOREIGN"


def test_tables_that_only_have_our_names_are_left_alone(tmp_path: Path) -> None:
    shutil.copy(SPECIMEN, tmp_path / "central.sqlite")
    url = database_url(tmp_path)
    _done(url, "ALTER TABLE stations DROP COLUMN revoked_ms")
    assert _refused(url).code == "DATABASE_FOREIGN"


def test_what_is_not_there_is_not_made_by_looking(url: str) -> None:
    missing, address = _refused(url, practice=None), make_url(url)
    assert missing.code == "DATABASE_MISSING"
    assert str(address.database) in missing.words.en, "where it was looked for"
    assert (address.host or "") in missing.words.vi
    assert address.password is None or address.password not in str(missing)
    open_database(url, practice=False).close()
    assert _refused(url).code == "PRACTICE_MIXED"


# ---- addresses and secrets ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["mysql://quay:hunter2@there/central", "sqlite://", "sqlite:///:memory:", "hunter2", "postgresql://there"]
)
def test_an_address_that_cannot_be_used_is_refused_without_being_quoted(url: str) -> None:
    refusal = _refused(url)
    assert refusal.code == "DATABASE_KIND"
    assert "hunter2" not in f"{refusal!r} {refusal.words} {refusal.remedy}"


def test_no_secret_is_shown(url: str) -> None:
    database = open_database(url, practice=True)
    shown = repr(database)
    assert database.secret.hex() not in shown
    assert repr(database.secret) not in shown
    password = database.engine.url.password
    assert not password or str(password) not in shown
    database.close()


# ---- a server that is away ---------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A PostgreSQL that a test may stop and crash."""
    with cluster() as made:
        yield made


@pytest.mark.wire
def test_a_central_that_is_told_to_wait_begins_once_its_database_is_there(server: Postgres, tmp_path: Path) -> None:
    url = server.database()
    server.stop()
    command = [sys.executable, "-m", "clerk_app", "central", "--practice", "--listen", "127.0.0.1:0", "--data"]
    known = os.environ | {"CLERK_DATABASE": url}
    waiting = [*command, str(tmp_path / "waits"), "--wait", "120"]
    with subprocess.Popen(waiting, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=known) as process:
        at_once = subprocess.run(
            [*command, str(tmp_path / "once")], capture_output=True, text=True, cwd=ROOT, env=known, check=False
        )
        assert at_once.stderr.startswith("DATABASE_AWAY: ")
        assert process.poll() is None
        server.start()
        assert process.stdout is not None
        assert "listening" in process.stdout.readline()
        process.terminate()
    assert process.returncode == 0


@pytest.mark.wire
def test_nobody_gets_in_with_a_wrong_password_or_where_nobody_listens(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = secrets.token_hex(8)
    for url in (
        postgres.database().replace(postgres.password, wrong),
        f"postgresql+psycopg://quay:{wrong}@127.0.0.1:{free_port()}/x",
    ):
        refusal = _refused(url)
        assert refusal.code == "DATABASE_AWAY"
        assert wrong not in f"{refusal!r} {refusal.words} {refusal.remedy} {caplog.text}"


@pytest.mark.wire
def test_while_the_server_is_away_stations_are_without_a_line_and_no_entry_is_refused(
    tmp_path: Path, server: Postgres
) -> None:
    central = CentralProcess(tmp_path, database=server.database())
    central.start()
    chain = Chain("Q01")
    uplink = central.enrol("Q01", "clerk", seed=chain.seed)
    chain.draft(uuid4(), 3)
    first = uplink.push(chain.sealed)
    chain.draft(uuid4(), 3)
    for kind in (signal.SIGINT, signal.SIGQUIT):
        server.stop(kind)
        for ask in (lambda: uplink.push(chain.sealed), lambda: uplink.pull(0), lambda: uplink.sign_in("clerk", "no")):
            with pytest.raises(Refusal) as refusal:
                ask()
            assert refusal.value.code == "CENTRAL_UNREACHABLE"
        assert not uplink.alive()
        server.start()
        again = uplink.push(chain.sealed)
        assert all(answer.accepted for answer in again.answers)
        assert again.answers[:3] == first.answers
    central.close()
    assert verify(central.database_url).problems == ()


@pytest.mark.wire
def test_a_lock_that_is_held_too_long_is_told_as_away(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.SERVER_SETTINGS, "lock_timeout", "200ms")
    database = open_database(postgres.database(), practice=True)
    with database.write("office A"), database.write("office B"):
        with pytest.raises(Refusal) as refusal, database.write("office A"):
            pass
        assert refusal.value.code == "DATABASE_AWAY"
    with database.write("office A"):
        pass
    database.close()
