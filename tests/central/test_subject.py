"""`central subject extract`: everything about one number and nothing about another, for who may have it, and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from clerk_app.central import people
from clerk_app.central.database import Database, extracts, open_database
from clerk_app.central.subject import mark_of
from clerk_app.domain.dossier import Discarded, FieldsEntered, IdentityRead, Page, PagesArranged
from clerk_app.domain.oversight import Looked
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.subject import checked_number
from tests.peers.central import BOTH, CentralProcess
from tests.peers.commands import Said, here
from tests.peers.counter import PAPER, Chain, exchange, opened

pytestmark = pytest.mark.wire
BACKINGS = BOTH
SUBJECT, OTHER, OLD = "001090012345", "001085054321", "012345678"
SHEET = hashlib.sha256(PAPER).hexdigest()


@dataclass
class Held:
    """A central that holds: a card read of the subject, an old number typed, a stranger, and a refused entry."""

    central: CentralProcess
    database: Database
    read: UUID
    typed: UUID
    stranger: UUID
    folder: Path

    def extract(
        self, number: str, *more: str, user: str = "officer", purpose: str = "SUBJECT", name: str = "x"
    ) -> Said:
        around = {"CLERK_DATABASE": self.central.database_url}
        if self.central.blobs:
            around["CLERK_BLOBS"] = self.central.blobs
        words: list[str | Path] = [
            *("central", "subject", "extract", "--number", number, "--as", user, "--purpose", purpose),
            *("--out", str(self.folder / f"{name}.zip"), "--data", str(self.central.folder), "--json", *more),
        ]
        return here(*words, profile=None, **around)

    def kept(self) -> list[Any]:
        with self.database.read() as connection:
            return list(connection.execute(select(extracts).order_by(extracts.c.at_ms)))


def _read(person: Person) -> IdentityRead:
    from clerk_app.central.app import hanoi_now

    read = next(one for one in exchange("", "", hanoi_now()) if isinstance(one, IdentityRead))
    return replace(read, person=person)


@pytest.fixture
def held(central: CentralProcess, tmp_path: Path) -> Iterator[Held]:
    database = open_database(central.database_url)
    people.add_user(database, "officer", "Lê Thị Luật", ["data_officer"], "PC08-HN", "practice")
    chain = Chain("Q01")
    uplink = central.enrol("Q01", "clerk", "supervisor", seed=chain.seed)
    read, typed, stranger = uuid4(), uuid4(), uuid4()
    me = _read(Person(SUBJECT, "TRẦN MINH QUÂN", old_number=OLD)).person
    page = Page(SHEET, "GKSK", 100, 100, 300, len(PAPER))
    chain.happen(read, opened(), _read(me), PagesArranged((page,), "scan"))
    chain.happen(read, Looked("values", "CONTROL"), who="supervisor")
    chain.happen(typed, opened(local_code="T-2"))
    chain.happen(typed, FieldsEntered(MappingProxyType({"applicant.number": SUBJECT}), "identity"))
    chain.happen(typed, FieldsEntered(MappingProxyType({"applicant.number": ""}), "identity"))
    chain.happen(stranger, opened(local_code="T-3"), _read(Person(OTHER, "PHẠM NGƯỜI LẠ")))
    chain.happen(read, Discarded("thôi"))
    chain.happen(read, FieldsEntered(MappingProxyType({"applicant.phone": "0912345678"}), "identity"), who="ghost")
    answers = uplink.push(chain.sealed).answers
    assert [one.accepted for one in answers] == [True] * (len(answers) - 1) + [False], answers
    yield Held(central, database, read, typed, stranger, tmp_path)
    database.close()


def _document(path: Path) -> dict[str, Any]:
    with ZipFile(path) as zipped:
        found: dict[str, Any] = json.loads(zipped.read("subject.json"))
    return found


def test_everything_of_one_number_and_nothing_of_another(held: Held, tmp_path: Path) -> None:
    said = held.extract(SUBJECT)
    assert said.code == 0, said.err
    with ZipFile(tmp_path / "x.zip") as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    listed = json.loads(files.pop("manifest.json"))["files"]
    assert listed == {n: {"sha256": hashlib.sha256(d).hexdigest(), "octets": len(d)} for n, d in sorted(files.items())}
    assert files[f"sheets/{SHEET}.bin"] == PAPER
    document = json.loads(files["subject.json"])
    dossiers = {UUID(one["dossier"]): one for one in document["dossiers"]}
    assert list(dossiers) == [held.read, held.typed], "also where the number stood once"
    for text in (files["subject.json"].decode(), files["subject.html"].decode()):
        assert SUBJECT in text
        assert "TRẦN MINH QUÂN" in text
        assert OTHER not in text
        assert "PHẠM" not in text
        assert str(held.stranger) not in text
    one = dossiers[held.read]
    kinds = {entry["entry"]: entry["kind"] for entry in one["entries"]}
    assert list(kinds.values()) == ["Opened", "IdentityRead", "PagesArranged", "Looked", "Discarded", "FieldsEntered"]
    assert [kinds[entry] for entry in one["named_by"]] == ["IdentityRead"]
    assert [kinds[entry] for entry in one["looked"]] == ["Looked"]
    (refused,) = one["refused"]
    last = one["entries"][-1]
    assert (refused, bool(last["refusal"]), bool(last["refusal_words"]["vi"])) == (last["entry"], True, True)
    assert all(entry["sentence"]["vi"] and entry["sentence"]["en"] for entry in one["entries"])
    assert one["entries"][1]["body"]["what"]["person"]["number"] == SUBJECT
    assert said.json["sheets"] == 1
    assert said.json["sha256"] == hashlib.sha256((tmp_path / "x.zip").read_bytes()).hexdigest()


def test_the_old_number_finds_the_card_and_a_part_of_a_number_finds_nothing(held: Held, tmp_path: Path) -> None:
    assert held.extract(OLD, name="old").json["dossiers"] == 1
    assert [one["dossier"] for one in _document(tmp_path / "old.zip")["dossiers"]] == [str(held.read)]
    assert held.extract(SUBJECT[:9], name="part").json["dossiers"] == 0
    assert held.extract(SUBJECT[:8], name="none").refusal == "NUMBER_WRONG"
    assert checked_number(" 001 090 012 345 ") == SUBJECT
    with pytest.raises(Refusal, match="NUMBER_WRONG"):
        checked_number("٠٠١٠٩٠٠١٢٣٤٥")


def test_only_who_may_and_says_why_gets_it_and_nothing_is_written_else(held: Held, tmp_path: Path) -> None:
    assert held.extract(SUBJECT, user="supervisor").refusal == "ROLE_MISSING"
    assert held.extract(SUBJECT, user="nobody").refusal == "SIGN_IN_WRONG"
    assert held.extract(SUBJECT, purpose="").refusal == "PURPOSE_MISSING"
    assert held.extract(SUBJECT, purpose="INSPECTION").refusal == "PURPOSE_UNKNOWN"
    wrong = tmp_path / "wrong"
    wrong.write_text("nonsense\n", "utf-8")
    assert held.extract(SUBJECT, "--password-file", str(wrong)).refusal == "SIGN_IN_WRONG"
    people.revoke(held.database, "officer", _now())
    assert held.extract(SUBJECT).refusal in ("SIGN_IN_WAIT", "USER_INACTIVE")
    assert not list(tmp_path.glob("*.zip*"))
    assert held.kept() == []


def _now() -> Any:
    from clerk_app.central.app import hanoi_now

    return hanoi_now()


def test_that_it_was_made_is_kept_for_ever_without_the_number(held: Held, tmp_path: Path) -> None:
    first = held.extract(SUBJECT, name="first").json
    assert held.extract(SUBJECT, name="first").refusal == "FILE_EXISTS"
    held.extract(OTHER, name="stranger")
    held.extract(SUBJECT, name="second")
    rows = held.kept()
    assert [(row.who, row.purpose, row.dossiers) for row in rows] == [("officer", "SUBJECT", n) for n in (2, 1, 2)]
    assert rows[0].subject == rows[2].subject == mark_of(held.database, SUBJECT) != rows[1].subject
    assert SUBJECT not in repr(rows)
    (told,) = _document(tmp_path / "second.zip")["earlier_extracts"]
    assert (told["extract"], told["sha256"], told["who"]) == (first["extract"], first["sha256"], "officer")
    for statement in (update(extracts).values(who="x"), delete(extracts)):
        with pytest.raises((DBAPIError, Refusal)), held.database.write("extracts") as connection:
            connection.execute(statement)
    assert len(held.kept()) == 3
