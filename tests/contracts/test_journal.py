"""`desk.ports.Journal` and `desk.ports.Sheets`: what the desk relies on from whatever keeps things here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from clerk_app.desk.ports import Journal, Sheets
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import FieldsEntered, Opened, replay
from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal
from clerk_app.store.sheets import SheetStore
from clerk_app.wire import Answer, Answers, Block, Pulled

AT = datetime(2026, 11, 23, 8, 30, tzinfo=HANOI)
SIGNER = Ed25519PrivateKey.from_private_bytes(b"j" * 32)
OPENED = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.1", practice=True)


@pytest.fixture(scope="module", params=["sealed"])
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Database]]:
    folder = tmp_path_factory.mktemp("room")
    database = Database(folder / "desk.db", b"k" * 32)
    yield folder, database
    database.close()


@pytest.fixture
def journal(room: tuple[Path, Database]) -> Journal:
    """One that other tests have written into before."""
    return SealedJournal(room[1], "Q04", SIGNER.sign, SIGNER.public_key().public_bytes_raw())


@pytest.fixture
def sheets(room: tuple[Path, Database]) -> Sheets:
    return SheetStore(room[0] / "sheets", b"s" * 32, room[1], lambda: AT)


def _typed(text: str) -> FieldsEntered:
    return FieldsEntered({"reason": text}, "application", "reason")


def _draft(journal: Journal, *texts: str) -> UUID:
    dossier = uuid4()
    journal.append(dossier, [OPENED, *map(_typed, texts)], "clerk", AT)
    return dossier


def _answered(journal: Journal, accepted: bool = True) -> None:
    """Central takes everything that waits."""
    waiting = journal.waiting(10_000, 10**9)
    ids = [wire.decode_entry(one.body).id for one in waiting]
    code = "" if accepted else "ROLE_MISSING"
    answers = [Answer(one, accepted, number, code, "sai", "wrong") for number, one in enumerate(ids, start=1)]
    journal.answered(Answers(answers, waiting[-1].n + 1 if waiting else 1, AT))


def _answered_again(journal: Journal) -> None:
    """Central takes again everything that it forgot."""
    forgotten = journal.again(10_000, 10**9)
    answers = [Answer(wire.decode_entry(one.body).id, True, 2_000 + one.n) for one in forgotten]
    journal.answered(Answers(answers, forgotten[-1].n + 1, AT))


def test_the_state_is_the_fold_of_its_entries(journal: Journal) -> None:
    dossier = _draft(journal, "một", "hai")
    state = journal.append(dossier, [_typed("ba")], "clerk2", AT + timedelta(seconds=1))
    assert state == journal.dossier(dossier) == replay(journal.entries(dossier))
    assert [entry.who for entry in journal.entries(dossier)] == ["clerk", "clerk", "clerk", "clerk2"]
    assert state.text("reason") == "ba"


def test_a_dossier_nobody_opened(journal: Journal) -> None:
    with pytest.raises(Refusal, match="DOSSIER_UNKNOWN"):
        journal.dossier(uuid4())
    assert journal.entries(uuid4()) == ()


def test_entries_wait_in_order_until_they_are_answered(journal: Journal) -> None:
    _answered(journal)
    dossier = _draft(journal, "một")
    waiting = journal.waiting(10, 10**6)
    assert [one.n for one in waiting] == [waiting[0].n, waiting[0].n + 1]
    assert waiting[1].previous == waiting[0].digest
    assert (journal.outbox().waiting, journal.outbox().dossiers_waiting, journal.open_counts(dossier)) == (2, 1, (2, 0))
    assert len(journal.waiting(1, 10**6)) == len(journal.waiting(10, 1)) == 1
    _answered(journal)
    assert journal.waiting(10, 10**6) == ()
    assert (journal.outbox().waiting, journal.outbox().oldest, journal.open_counts(dossier)) == (0, None, (0, 0))


def test_what_was_refused_is_kept_with_its_reasons(journal: Journal) -> None:
    _answered(journal)
    dossier = _draft(journal)
    _answered(journal, accepted=False)
    refused = [one for one in journal.refused() if one.entry.dossier == dossier]
    assert [(one.code, one.words_vi) for one in refused] == [("ROLE_MISSING", "sai")]
    assert journal.open_counts(dossier) == (0, 1)
    assert journal.waiting(10, 10**6) == ()


def test_what_others_did_is_kept_once_and_the_cursor_only_grows(journal: Journal) -> None:
    from clerk_app.domain.dossier import Entry

    dossier = uuid4()
    entry = Entry(uuid4(), dossier, OPENED, "clerk9", AT)
    sealed = wire.seal(wire.encode_entry(entry), "Q09", 1, wire.FIRST, Ed25519PrivateKey.generate().sign)
    cursor = journal.cursor()
    assert journal.received(Pulled([(cursor + 5, sealed)], cursor + 5)) == {dossier}
    assert journal.received(Pulled([(cursor + 5, sealed)], cursor + 2)) == frozenset()
    assert journal.cursor() == cursor + 5
    assert journal.dossier(dossier).clerk == "clerk9"
    assert sealed.n not in [one.n for one in journal.waiting(10, 10**6) if one.station == "Q09"]


def test_what_central_forgot_goes_again_and_its_new_word_counts(journal: Journal) -> None:
    _answered(journal)
    dossier = _draft(journal, "một", "hai")
    first = journal.waiting(1, 1)[0].n
    _answered(journal)
    assert journal.again(10, 10**6) == ()
    assert (journal.next_n(), journal.forgotten(first + 1, "later")) == (first + 3, {dossier})
    assert ([one.n for one in journal.again(10, 10**6)], journal.next_n()) == ([first + 1, first + 2], first + 1)
    assert (journal.era(), journal.waiting(10, 10**6), journal.dossier(dossier).text("reason")) == ("later", (), "hai")
    one, two = (wire.decode_entry(sealed.body).id for sealed in journal.again(10, 10**6))
    assert journal.answered(Answers([Answer(one, True, 901)], first + 2, AT)) == {dossier}
    assert [sealed.n for sealed in journal.again(10, 10**6)] == [first + 2]
    journal.answered(Answers([Answer(two, False, 0, "ROLE_MISSING", "sai", "wrong")], first + 3, AT))
    assert (journal.again(10, 10**6), journal.next_n(), journal.open_counts(dossier)) == ((), first + 3, (0, 1))
    assert journal.verify().ok


def test_what_was_never_heard_is_not_skipped_where_central_forgot(journal: Journal) -> None:
    _answered(journal)
    cursor = journal.cursor()
    _draft(journal)
    (one,) = journal.waiting(10, 10**6)
    ours = Answer(wire.decode_entry(one.body).id, True, cursor + 50)
    journal.answered(Answers([ours], one.n + 1, AT))
    _draft(journal)
    _answered(journal)
    journal.forgotten(one.n + 1, "later")
    assert journal.cursor() == cursor, "others may have been there before our own"
    _answered_again(journal)


def test_central_is_told_what_is_held_once_and_what_others_have_is_not_drawn(journal: Journal) -> None:
    journal.lend(Block("dossier", 800, 802))
    journal.lend(Block("dossier", 900, 901))
    journal.told("dossier", [])
    assert journal.held("dossier") == ()
    journal.forgotten(journal.next_n(), "later still")
    assert journal.held("dossier") == ((800, 802), (900, 901))
    assert journal.draw("dossier") == 800
    journal.told("dossier", [800])
    assert (journal.held("dossier"), journal.draw("dossier")) == ((), 900)
    journal.told("receipt", [])
    assert journal.held("receipt") == ()


def test_whoever_listens_hears_which_dossier(journal: Journal) -> None:
    heard: list[frozenset[UUID]] = []
    journal.subscribe(heard.append)
    assert heard == []
    dossier = _draft(journal)
    assert heard == [frozenset({dossier})]


def test_lent_numbers_are_drawn_once(journal: Journal) -> None:
    journal.lend(Block("receipt", 700, 701))
    assert [journal.draw("receipt"), journal.draw("receipt")] == [700, 701]
    with pytest.raises(Refusal, match="NUMBERS_USED_UP"):
        journal.draw("receipt")
    assert {one.kind: one.left for one in journal.blocks()}["receipt"] == 0


def test_notes_about_the_desk(journal: Journal) -> None:
    assert journal.noted("nothing") == ""
    journal.note("open_dossier", "a")
    journal.note("open_dossier", "b")
    assert journal.noted("open_dossier") == "b"


def test_all_of_it_verifies_and_rebuilds_to_the_same(journal: Journal) -> None:
    _draft(journal, "x")
    before = journal.find()
    journal.rebuild()
    assert journal.find() == before
    assert (journal.verify().ok, journal.verify().problems) == (True, ())


def test_a_sheet_is_kept_once_and_waits_until_delivered(sheets: Sheets) -> None:
    digest = sheets.put(b"picture one")
    assert sheets.put(b"picture one") == digest
    assert sheets.get(digest) == b"picture one"
    assert (digest, 11) in sheets.waiting()
    sheets.delivered(digest)
    sheets.delivered(digest)
    assert digest not in [one for one, _ in sheets.waiting()]
    assert sheets.get(digest) == b"picture one"


def test_a_sheet_nobody_kept(sheets: Sheets) -> None:
    with pytest.raises(Refusal, match="SHEET_MISSING"):
        sheets.get("0" * 64)


def test_the_oldest_sheet_goes_first(sheets: Sheets) -> None:
    made = [sheets.put(b"in order %d" % number) for number in range(3)]
    assert [one for one, _ in sheets.waiting() if one in made] == made
