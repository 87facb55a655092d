"""An order to erase reaches two real desks over the real wire: what they held goes, and what is left proves itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clerk_app import bootstrap, wire
from clerk_app.central import backup as backups
from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.central.sheets import open_sheets
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Page, PagesArranged
from clerk_app.domain.oversight import ErasureDone, Looked
from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import raw_connection
from clerk_app.store.journal import SealedJournal
from clerk_app.wire import Erasure, Pulled
from tests.peers.central import CentralProcess
from tests.peers.commands import Said, here
from tests.peers.erasing import NAME, OTHER, SUBJECT, pack_kept, publish
from tests.peers.line import Line
from tests.stories.test_two_desks import Place

pytestmark = pytest.mark.wire
OWN, SHARED = b"a page of the subject alone", b"a page that lies in two dossiers"


@dataclass
class Both:
    """Two desks that both hold a dossier of the subject and one of a stranger, and the office's data officers."""

    central: CentralProcess
    first: Place
    second: Place
    gone: UUID
    stranger: UUID
    own: str
    shared: str
    folder: Path

    def command(self, *words: str | Path) -> Said:
        place = {"CLERK_DATABASE": self.central.database_url, "CLERK_BLOBS": self.central.blobs}
        return here("central", "subject", *words, "--as", "officer", "--data", self.central.folder, "--json", **place)

    def erase(self) -> str:
        """Give the order; its number."""
        password = self.folder / "password"
        password.write_text("practice\n", "utf-8")
        words = ("erase", SUBJECT, "--purpose", "SUBJECT")
        shown = self.command(*words).json
        assert [one["dossier"] for one in shown["goes"]] == [str(self.gone)]
        agreed = ("--confirm", shown["digest"], "--second", "officer2", "--second-password-file", password)
        done = self.command(*words, *agreed)
        assert done.code == 0, done.err
        return str(done.json["order"])

    def stands(self) -> tuple[list[str], list[str]]:
        """Which stations carried it out, and on which one waits."""
        (one,) = self.command("erasures").json["orders"]
        return one["confirmed"], one["waiting"]


def _deliver(*places: Place) -> None:
    for place in (*places, *places):
        place.deliver()


def _page(place: Place, data: bytes) -> str:
    return place.desk.counter.sheets.put(data)


def _dossier(place: Place, number: str, name: str, *sheets: str) -> UUID:
    dossier = place.desk.intake.open().dossier
    place.desk.intake.enter(dossier, {"applicant.number": number, "applicant.name": name}, "identity", "")
    pages = tuple(Page(sheet, "GKSK", 100, 100, 300, 40) for sheet in sheets)
    place.desk.counter.write(dossier, PagesArranged(pages, "scan"))
    place.desk.counter.write(dossier, Looked("values", "CONTROL"))
    place.desk.intake.discard(dossier, "thôi")
    return dossier


@pytest.fixture
def both(central: CentralProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Both]:
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with closing(open_database(central.database_url)) as database:
        for user in ("officer", "officer2"):
            people.add_user(database, user, user.title(), ["data_officer"], "PC08-HN", "practice")
        publish(database, pack_kept(tmp_path, given_up=0))
    with ExitStack() as stack:
        made = []
        for station, user in (("Q01", "clerk"), ("Q02", "clerk2")):
            line = Line(central.url)
            stack.callback(line.close)
            profile = tmp_path / station
            bootstrap.enrol(profile, line.url, central.code(station), "practice")
            desk = stack.enter_context(closing(bootstrap.open_desk(profile, "practice")))
            desk.sign_in.sign_in(user, "practice")
            made.append(Place(profile, line, desk))
        first, second = made
        own, shared = _page(first, OWN), _page(first, SHARED)
        gone = _dossier(first, SUBJECT, NAME, own, shared)
        stranger = _dossier(first, OTHER, "PHẠM NGƯỜI LẠ", shared)
        _deliver(first, second)
        assert second.state(gone).text("applicant.number") == SUBJECT
        yield Both(central, first, second, gone, stranger, own, shared, tmp_path)


def _nothing_left(place: Place, both: Both) -> None:
    """Neither entries nor lists nor pages know the person; everything still proves itself, also made anew."""
    journal = place.desk.journal
    assert journal.naming(SUBJECT) == ()
    assert NAME.encode() not in b"".join(wire.encode_entry(one) for one in journal.entries(both.gone))
    for query in (SUBJECT, NAME, "Quân"):
        assert both.gone not in {line.dossier for line in journal.find(query)}
    assert both.gone not in {line.dossier for line in journal.find()}
    with pytest.raises(Refusal, match="SHEET_MISSING"):
        place.desk.counter.sheets.get(both.own)
    assert journal.verify().problems == ()
    assert isinstance(journal, SealedJournal)
    assert journal.soundness() is None
    journal.rebuild()
    assert journal.verify().problems == ()
    assert place.state(both.stranger).text("applicant.number") == OTHER


def test_each_desk_erases_at_its_next_contact_and_central_knows_who_has_not(both: Both) -> None:
    first, second = both.first, both.second
    second.line.pull_out()
    order = both.erase()
    assert both.stands() == ([], ["Q01", "Q02"])
    _deliver(first)
    _nothing_left(first, both)
    with pytest.raises(Refusal, match="DOSSIER_ERASED"):
        first.desk.counter.draft(both.gone)
    assert first.desk.counter.sheets.get(both.shared) == SHARED, "the stranger's dossier still needs it"
    assert both.stands() == (["Q01"], ["Q02"])
    (done,) = [one.what for one in first.desk.journal.entries(both.gone) if isinstance(one.what, ErasureDone)]
    assert (str(done.order), done.sheets) == (order, (both.own,))

    _deliver(second)
    assert second.state(both.gone).text("applicant.number") == SUBJECT, "it has no line"
    second.line.plug_in()
    _deliver(second)
    _nothing_left(second, both)
    assert both.stands() == (["Q01", "Q02"], [])
    assert verify(both.central.database_url).problems == ()
    _deliver(first, second)
    for place in (first, second):
        assert place.desk.journal.refused() == ()
        # Told again, nothing happens again.
        assert [type(one.what) for one in place.desk.journal.entries(both.gone)].count(ErasureDone) == 2


def test_what_ends_the_program_in_the_middle_is_finished_at_the_next_contact(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = both.first
    both.erase()

    class Killed(BaseException):
        """The program ends here."""

    def dies(*_arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("clerk_app.store.erasing.empty", dies)
        with pytest.raises(Killed):
            first.deliver()
    assert first.state(both.gone).erased is None, "the entries and the word to central are one transaction"
    assert first.desk.journal.naming(SUBJECT) == (both.gone,)
    _deliver(first)
    _nothing_left(first, both)
    assert both.stands()[0] == ["Q01"]


def test_nobody_but_central_gives_orders(both: Both) -> None:
    journal = both.first.desk.journal
    forged = Erasure(both.gone, both.gone, "officer", hanoi_now(), bytes(64))
    for hear in both.first.desk.delivery.pulled:
        hear(Pulled([], 0, erasures=[forged]))
    assert journal.naming(SUBJECT) == (both.gone,)
    assert both.first.desk.counter.sheets.get(both.own) == OWN


@pytest.mark.parametrize("real", [True, False])
def test_a_forged_tombstone_at_a_desk_is_named(both: Both, real: bool) -> None:
    """By somebody who has the key of the store, with central's true signature of an order about that very dossier, or
    without."""
    both.erase()
    _deliver(both.first)
    desk = both.first.desk
    entries = desk.journal.entries(both.gone)
    erased = next(one.what for one in entries if type(one.what).__name__ == "Erased")
    among = desk.journal.entries(both.gone if real else both.stranger)
    victim = next(one for one in among if isinstance(one.what, Looked))
    proof = bytes.fromhex(erased.proof) if real else bytes(64)
    body = wire.emptied(victim, erased.order, proof)
    store = desk.journal
    assert isinstance(store, SealedJournal)
    database = store._db
    key = bootstrap_key(both.first.profile)
    with closing(raw_connection(database.path, key)) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in made:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE entries SET kind = 'Erased', body = ? WHERE id = ?", (body, victim.id.bytes))
        for _, sql in made:
            connection.execute(sql)
        connection.commit()
    found = store.verify().findings
    assert any(one.table == "entries" and one.kind == "changed" for one in found), found


def bootstrap_key(profile: Path) -> bytes:
    """The key of the store of this profile."""
    from clerk_app.store.keys import unwrap

    return unwrap(profile, "practice").database


def test_an_older_copy_of_central_learns_the_order_again_from_its_stations(both: Both, tmp_path: Path) -> None:
    central, first, second = both.central, both.first, both.second
    place = tmp_path / "copies"
    made = backups.backup(central.database_url, open_sheets(central.blobs), place, hanoi_now())
    order = both.erase()
    _deliver(first)
    assert both.stands() == (["Q01"], ["Q02"])
    central.stop()
    for path in central.folder.glob("central.sqlite*"):
        path.unlink()
    shutil.rmtree(central.blobs)
    proof = backups.restore(
        backups.newest(place), central.database_url, open_sheets(central.blobs), hanoi_now(), made.digest
    )
    assert proof.problems == ()
    assert open_sheets(central.blobs).whole(both.own), "as the copy had it"
    central.start()
    _deliver(first, second, first)
    (known,) = both.command("erasures").json["orders"]
    assert (known["order"], known["confirmed"]) == (order, ["Q01", "Q02"])
    assert both.command("erase", SUBJECT, "--purpose", "SUBJECT").json["goes"] == []
    assert not open_sheets(central.blobs).whole(both.own)
    assert verify(central.database_url).problems == ()
    for place_ in (first, second):
        _nothing_left(place_, both)
