"""`clerk central` and `clerk journal verify` as an administrator types them, on both backings."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from clerk_app.uplink import Uplink
from tests.peers import commands
from tests.peers.central import BOTH, Backing
from tests.peers.counter import Chain
from tests.peers.postgres import Postgres

pytestmark = pytest.mark.wire
BACKINGS = BOTH


@contextmanager
def _central(*arguments: str, **environment: str) -> Iterator[str]:
    """A running `clerk central`; its address."""
    command = [sys.executable, "-m", "clerk_app", "central", "--practice", "--listen", "127.0.0.1:0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=commands.ROOT, env=os.environ | environment
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["listening"]
        finally:
            process.terminate()
        assert process.wait(timeout=60) == 0


def test_central_on_the_given_database_and_sheets(tmp_path: Path, backing: Backing) -> None:
    database, blobs = backing.empty(tmp_path), backing.blobs(tmp_path)
    where = ("--database", database, "--blobs", blobs, "--data", str(tmp_path / "data"))
    chain = Chain("Q01")
    with _central(*where) as url:
        code = commands.here("central", "enrol", "--station", "Q01", "--database", database, "--json").json["code"]
        with closing(Uplink(url, chain.seed)) as uplink:
            uplink.enrol(code)
            uplink.sign_in("clerk", "practice")
            chain.draft(uuid4(), 3)
            assert all(answer.accepted for answer in uplink.push(chain.sealed).answers)
    said = commands.here("journal", "verify", "--database", database, "--json").json
    assert said == {"entries": 3, "stations": 1, "ok": True, "problems": [], "findings": []}


def test_the_address_may_come_from_the_environment(tmp_path: Path, backing: Backing) -> None:
    database = backing.empty(tmp_path)
    with _central("--data", str(tmp_path / "data"), CLERK_DATABASE=database):
        pass
    assert not (tmp_path / "data" / "central.sqlite").exists()
    assert commands.here("central", "enrol", "--station", "Q02", CLERK_DATABASE=database, profile=tmp_path).code == 0


def test_the_place_of_sheets_may_come_from_the_environment(tmp_path: Path, backing: Backing) -> None:
    """So the processes and the copy of one machine read it from the same file."""
    known = {"CLERK_DATABASE": backing.empty(tmp_path), "CLERK_BLOBS": backing.blobs(tmp_path / "kept")}
    chain, sheet = Chain("Q01"), secrets.token_bytes(2000)
    with _central("--data", str(tmp_path / "data"), **known) as url:
        code = commands.here("central", "enrol", "--station", "Q01", "--json", **known).json["code"]
        with closing(Uplink(url, chain.seed)) as uplink:
            uplink.enrol(code)
            assert uplink.send_sheet(hashlib.sha256(sheet).hexdigest(), sheet, 0).complete
    assert not (tmp_path / "data" / "sheets").exists()
    said = commands.here("central", "backup", tmp_path / "copies", "--json", **known).json
    assert (said["sheets"], said["new_sheets"]) == (1, 1)


@pytest.mark.parametrize("command", [("--practice", "--listen", "127.0.0.1:0"), ("backup", "copies")])
def test_a_place_of_sheets_that_is_empty_is_not_taken_for_none(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert commands.here("central", *command, CLERK_BLOBS="").refusal == "BLOBS_UNNAMED"
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_is_yet_the_command_that_makes_it_is_named(tmp_path: Path) -> None:
    who = ("--user", "lan", "--name", "Lan", "--role", "clerk", "--office", "PC08")
    said = commands.here("central", "add-user", *who, "--data", tmp_path / "data")
    assert said.refusal == "DATABASE_MISSING"
    assert "clerk central add-office" in said.err
    assert str(tmp_path / "data") in said.err, "where it was looked for"
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_away_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "central.sqlite").mkdir()
    for arguments in (("enrol", "--station", "Q01"), ("--practice", "--listen", "127.0.0.1:0")):
        assert commands.clerk("central", *arguments, "--data", tmp_path).refusal == "DATABASE_AWAY"


EVERY = (
    ("--practice", "--listen", "127.0.0.1:0"),
    ("enrol", "--station", "Q01"),
    ("people",),
    ("backup", "copies"),
    ("restore", "copies"),
    ("leave-out", "--since", "2026-11-28T14:00:00+07:00"),
    ("grace", "--station", "Q01", "--limit", "disk"),
    ("take", "file", "--answer", "answer"),
)


@pytest.mark.parametrize("arguments", EVERY, ids=lambda one: one[0])
def test_an_address_that_is_empty_is_not_taken_for_none(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it comes from a secret that could not be read: another database would be worse than none."""
    monkeypatch.chdir(tmp_path)
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "manifest.json").write_text("{}")
    before = sorted(tmp_path.rglob("*"))
    assert commands.here("central", *arguments, CLERK_DATABASE="").refusal == "DATABASE_UNNAMED"
    assert commands.here("central", *arguments, "--database", " ").refusal == "DATABASE_UNNAMED"
    assert sorted(tmp_path.rglob("*")) == before


def test_the_first_office_makes_a_central_for_real_work(tmp_path: Path, backing: Backing) -> None:
    database = backing.empty(tmp_path)
    office = (
        "--name-vi",
        "Phòng CSGT",
        "--name-en",
        "Traffic Police",
        "--unit-code",
        "G01.801.308",
        "--counter",
        "Q01",
    )
    for code in ("PC08", "PC09"):
        said = commands.here("central", "add-office", "--code", code, *office, CLERK_DATABASE=database)
        assert (said.code, said.out) == (0, f"Added office {code}, Traffic Police, with counters Q01.\n")
    known = {"CLERK_DATABASE": database, "CLERK_PASSWORD": "long-enough-1"}
    who = ("--user", "lan", "--name", "Nguyễn Thị Lan", "--role", "clerk", "--office", "PC08")
    assert commands.here("central", "add-user", *who, "--json", **known).json == {
        "user": "lan",
        "name": "Nguyễn Thị Lan",
        "roles": ["clerk"],
        "office": "PC08",
        "person": "",
    }
    other = ("--user", "binh", "--name", "Lê Văn Bình", "--role", "clerk", "--role", "supervisor", "--office", "PC09")
    said = commands.here("central", "add-user", *other, **known)
    assert (said.code, said.out) == (0, "Added Lê Văn Bình (clerk, supervisor), who signs in at PC09 as binh.\n")
    said = commands.here("central", "people", "--json", **known).json["people"]
    assert [(one["user"], one["office"], one["active"]) for one in said] == [
        ("lan", "PC08", True),
        ("binh", "PC09", True),
    ]
    gone = commands.here("central", "revoke", "--user", " LAN ", "--json", **known)
    assert (gone.code, gone.json["user"]) == (0, "lan"), "as add-user took it"
    assert commands.here("central", "restore-user", "--user", "Lan", "--json", **known).json["user"] == "lan"
    assert "lan" in commands.here("central", "people", "person", "LAN", "--is", "", **known).out
    assert commands.here("central", "--practice", "--database", database).refusal == "PRACTICE_MIXED"


def test_a_password_is_never_told(postgres: Postgres, tmp_path: Path) -> None:
    wrong = secrets.token_hex(8)
    database = postgres.database().replace(postgres.password, wrong)
    for arguments in (("journal", "verify"), ("central", "enrol", "--station", "Q01"), ("central", "--practice")):
        said = commands.here(*arguments, "--database", database)
        assert said.refusal == "DATABASE_AWAY"
        assert wrong not in said.out + said.err
