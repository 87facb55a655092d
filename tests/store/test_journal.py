"""The journal keeps what happened: sealed, for ever, once; and what follows from it can be made again."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from clerk_app import wire
from clerk_app.domain import report_facts
from clerk_app.domain.dossier import Entry, FieldsEntered, Opened, PaperMarked, Submitted, replay
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.report_facts import facts_of
from clerk_app.store import projections
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.wire import Answer, Answers, Block, Pulled
from tests.peers.pack import SPECIMENS
from tests.store.conftest import MORNING, Clock, Store

QUAN = "TRẦN MINH QUÂN"
OPENED = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.1", practice=True)


def _typed(name: str) -> FieldsEntered:
    return FieldsEntered({"applicant.name": name, "applicant.number": "001090012345"}, "identity", "applicant.name")


def _open(journal: SealedJournal, clock: Clock, name: str = "Đỗ Thị Hằng") -> UUID:
    dossier = new_id()
    journal.append(dossier, [OPENED, _typed(name)], "clerk", clock())
    return dossier


def test_a_dossier_is_its_entries_also_after_a_restart(store: Store, clock: Clock) -> None:
    dossier = _open(store.journal(), clock)
    store.journal().append(dossier, [PaperMarked("GPLX_CU", "seen")], "clerk", clock())
    again = store.reopen()
    assert again.dossier(dossier) == replay(again.entries(dossier))
    assert again.dossier(dossier).marks == {"GPLX_CU": "seen"}
    assert again.dossier(dossier).focus == "applicant.name"


def test_the_chain_goes_on_after_a_restart(store: Store, clock: Clock) -> None:
    _open(store.journal(), clock)
    _open(store.reopen(), clock)
    report = store.journal().verify()
    assert (report.ok, report.entries, report.problems) == (True, 4, ())


@pytest.mark.parametrize("table", ["entries", "answers", "drawn", "sheets"])
def test_nothing_is_updated_or_deleted(store: Store, clock: Clock, table: str) -> None:
    journal = store.journal()
    dossier = _open(journal, clock)
    journal.lend(Block("receipt", 1, 5))
    journal.draw("receipt")
    first = journal.entries(dossier)[0]
    journal.answered(Answers([Answer(first.id, True, 1)], 2, MORNING))
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO sheets (digest, size_bytes, at) VALUES ('00', 1, '')")
    for order in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid + 100"):
        with pytest.raises(DatabaseError, match="only grows"), store.database.engine.begin() as connection:
            connection.execute(sa.text(order))


def _tamper(store: Store, order: str, *values: object) -> None:
    with store.database.engine.begin() as connection:
        for verb in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER entries_{verb}_never")
        connection.exec_driver_sql(order, values)


def test_an_altered_entry_is_named(store: Store, clock: Clock) -> None:
    dossier = _open(store.journal(), clock)
    forged = Entry(store.journal().entries(dossier)[1].id, dossier, _typed("Kẻ khác"), "clerk", MORNING)
    _tamper(store, "UPDATE entries SET body = ? WHERE n = 2", wire.encode_entry(forged))
    report = store.reopen().verify()
    assert not report.ok
    assert any("entry 2 of station Q04: altered" in problem for problem in report.problems)


def test_a_removed_entry_is_named(store: Store, clock: Clock) -> None:
    journal = store.journal()
    dossier = _open(journal, clock)
    journal.append(dossier, [_typed("Lê Văn Tám")], "clerk", clock())
    _tamper(store, "DELETE FROM entries WHERE n = 2")
    assert any("missing" in problem for problem in store.reopen().verify().problems)


def test_a_chain_forged_with_another_key_is_named(store: Store, clock: Clock) -> None:
    other = Ed25519PrivateKey.generate()
    _open(store.journal(sign=other.sign), clock)
    assert not store.journal().verify().ok


def test_projections_can_be_thrown_away(store: Store, clock: Clock) -> None:
    journal = store.journal()
    for name in ("Đỗ Thị Hằng", "Nguyễn Hữu Đạt", "Y Moan Êban"):
        _open(journal, clock, name)
    before = journal.find()
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dossiers SET name = 'x'")
    assert any("projection" in problem for problem in journal.verify().problems)
    journal.rebuild()
    assert journal.find() == before
    assert journal.verify().ok


OLD_DESK = SPECIMENS / "desk_0001.db"
"""Written by the program before a document of another number cleared the name that the one before had filled in."""
OLD_KEY, OLD_SIGNER = bytes(range(32)), Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))


def _old_desk(folder: Path) -> Store:
    shutil.copy(OLD_DESK, folder / "desk.db")
    return Store(folder, OLD_KEY, OLD_SIGNER)


def test_the_list_of_an_earlier_program_is_made_anew_at_the_first_start(tmp_path: Path) -> None:
    old = _old_desk(tmp_path)
    with old.database.read() as connection:
        listed = connection.exec_driver_sql("SELECT number, name FROM dossiers ORDER BY number").all()
    assert [tuple(line) for line in listed] == [("001090012345", QUAN), ("001185067890", QUAN)]
    journal = old.journal()
    assert {(line.number, line.name) for line in journal.find()} == {("001090012345", QUAN), ("001185067890", "")}
    assert len(journal.find("tran minh quan")) == 1
    assert journal.verify().problems == ()
    with old.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE dossiers SET name = 'x'")
    again = old.reopen()
    assert {line.name for line in again.find()} == {"x"}, "once, not at every start"
    old.database.close()


def test_whoever_reads_other_things_in_the_same_entries_says_so(tmp_path: Path) -> None:
    """Fails when a line of the list comes out another: then `projections.VERSION` is one more, and so is this. Where it
    is what reports count, `report_facts.VERSION`, by which central makes its own anew, is one more, too.
    """
    old = _old_desk(tmp_path)
    journal = old.journal()
    kept = [journal.dossier(line.dossier) for line in journal.find()]
    old.database.close()
    kept.append(replay(map(wire.decode_entry, (SPECIMENS / "entries_v1.jsonl").read_bytes().splitlines())))
    lines = [repr((line := projections.line_of(one), projections.words_of(line), facts_of(one))) for one in kept]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert (projections.VERSION, report_facts.VERSION, digest[:16]) == ("8", "3", "9afc4ffed6319959")


@pytest.mark.parametrize(
    "query", ["do thi", "Đỗ", "hang", "đỗ hằng", "001090012345", "0010900", "Q04-261123", "q04 0001"]
)
def test_search_needs_no_marks(store: Store, clock: Clock, query: str) -> None:
    journal = store.journal()
    wanted = _open(journal, clock)
    other = new_id()
    journal.append(other, [replace(OPENED, local_code="Q09-261122-0007")], "clerk", clock())
    assert [line.dossier for line in journal.find(query)] == [wanted]


@pytest.mark.parametrize("query", ['"', "*", "a OR b", "-", "'; DROP TABLE entries", "NEAR(", "😀" * 400])
def test_search_survives_anything_typed(store: Store, clock: Clock, query: str) -> None:
    journal = store.journal()
    _open(journal, clock)
    assert journal.find(query) in ((), journal.find())


def test_what_waits_is_a_state_of_an_entry(store: Store, clock: Clock) -> None:
    journal = store.journal()
    dossier = _open(journal, clock)
    first, second = journal.waiting(10, 10**6)
    assert journal.outbox().waiting == 2
    assert journal.find()[0].waiting == 2
    entries = journal.entries(dossier)
    journal.answered(Answers([Answer(entries[0].id, True, 7)], 2, MORNING))
    journal.answered(Answers([Answer(entries[0].id, True, 7)], 2, MORNING))
    assert journal.waiting(10, 10**6) == (second,)
    refusal = Answer(entries[1].id, False, 8, "FEE_WRONG", "sai", "wrong", "sửa", "mend")
    assert journal.answered(Answers([refusal], 3, MORNING)) == {dossier}
    outbox = journal.outbox()
    assert (outbox.waiting, outbox.accepted, outbox.refused) == (0, 1, 1)
    assert journal.refused()[0].code == "FEE_WRONG"
    assert journal.find()[0].refused == 1
    assert first.n == 1


def test_waiting_keeps_to_the_limits_but_always_moves(store: Store, clock: Clock) -> None:
    journal = store.journal()
    for _ in range(5):
        _open(journal, clock)
    assert len(journal.waiting(3, 10**6)) == 3
    assert len(journal.waiting(100, 1)) == 1


def test_others_are_replayed_in_central_order_ours_last(store: Store, clock: Clock) -> None:
    journal = store.journal()
    dossier = _open(journal, clock, "Tên ban đầu")
    ours = journal.entries(dossier)
    journal.answered(Answers([Answer(ours[0].id, True, 1), Answer(ours[1].id, True, 2)], 3, MORNING))
    journal.append(dossier, [PaperMarked("ANH", "seen")], "clerk", clock())
    theirs = Entry(new_id(), dossier, _typed("Tên từ quầy khác"), "clerk2", clock())
    signer = Ed25519PrivateKey.generate()
    sealed = wire.seal(wire.encode_entry(theirs), "Q09", 1, wire.FIRST, signer.sign)
    assert journal.received(Pulled([(3, sealed)], 3)) == {dossier}
    assert journal.received(Pulled([(3, sealed)], 3)) == frozenset()
    assert [type(entry.what).__name__ for entry in journal.entries(dossier)] == [
        "Opened",
        "FieldsEntered",
        "FieldsEntered",
        "PaperMarked",
    ]
    assert journal.dossier(dossier).text("applicant.name") == "Tên từ quầy khác"
    assert journal.cursor() == 3
    assert journal.verify().ok


def test_numbers_are_drawn_once_and_run_out_with_words(store: Store) -> None:
    journal = store.journal()
    journal.lend(Block("dossier", 10, 12))
    journal.lend(Block("dossier", 10, 12))
    journal.lend(Block("dossier", 40, 40))
    assert [journal.draw("dossier") for _ in range(4)] == [10, 11, 12, 40]
    again = store.reopen()
    with pytest.raises(Refusal, match="NUMBERS_USED_UP"):
        again.draw("dossier")
    assert {state.kind: state.left for state in again.blocks()} == {"dossier": 0, "receipt": 0}


def test_listeners_hear_after_the_transaction(store: Store, clock: Clock) -> None:
    journal = store.journal()
    heard: list[int] = []
    journal.subscribe(lambda dossiers: heard.append(len(store.reopen().entries(next(iter(dossiers))))))
    _open(journal, clock)
    assert heard == [2]


def test_the_database_is_unreadable_without_the_key(store: Store, clock: Clock) -> None:
    _open(store.journal(), clock)
    store.database.close()
    raw = store.path.read_bytes()
    assert "Hằng".encode() not in raw
    assert b"applicant" not in raw
    with pytest.raises(Refusal, match="KEY_WRONG"):
        Database(store.path, b"\x01" * 32)


def test_a_damaged_database_says_so(store: Store, clock: Clock) -> None:
    _open(store.journal(), clock)
    store.database.close()
    data = bytearray(store.path.read_bytes())
    data[5000:9000] = b"\0" * 4000
    store.path.write_bytes(bytes(data))
    with pytest.raises(Refusal, match=r"DATABASE_DAMAGED|KEY_WRONG"):
        store.reopen().verify()


def test_a_newer_store_is_refused_whole(store: Store) -> None:
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refusal, match="DATABASE_NEWER"):
        store.reopen()


def test_commits_are_on_the_disk(store: Store) -> None:
    with store.database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.one_of(TEXTS.map(_typed), st.sampled_from(["GKSK", "ANH"]).map(lambda p: PaperMarked(p, "seen"))))
)
def test_whatever_happens_replay_and_projection_agree(store: Store, steps: list[FieldsEntered | PaperMarked]) -> None:
    journal, dossier = store.journal(), new_id()
    state = journal.append(dossier, [OPENED, *steps], "clerk", MORNING)
    assert replay(journal.entries(dossier)) == state
    assert journal.verify().ok


def test_an_entry_of_a_later_time_stays_one_line(store: Store, clock: Clock) -> None:
    journal = store.journal()
    dossier = _open(journal, clock)
    submitted = Submitted("G01.801.308-261123-000128", clock(), clock(), "B", "DOI_SAP_HET_HAN", 115_000, ("GKSK",))
    journal.append(dossier, [submitted], "clerk", clock())
    (line,) = journal.find("000128")
    assert (line.code, line.status) == ("G01.801.308-261123-000128", "submitted")
    assert journal.opened("Q04-261123-") == 1


class Interrupted(Exception):
    """What a test throws into the middle of a transaction."""


def test_what_fails_together_never_happened(store: Store, clock: Clock) -> None:
    journal = store.journal()
    dossier = _open(journal, clock)
    journal.lend(Block("receipt", 1, 9))
    heard: list[frozenset[UUID]] = []
    journal.subscribe(heard.append)
    with pytest.raises(Interrupted), journal.together():  # noqa: PT012 - the point is what came before it
        journal.draw("receipt")
        journal.append(dossier, [PaperMarked("ANH", "seen")], "clerk", clock())
        assert journal.dossier(dossier).marks
        raise Interrupted
    assert heard == []
    assert not journal.dossier(dossier).marks
    assert journal.draw("receipt") == 1
    journal.append(dossier, [PaperMarked("GKSK", "seen")], "clerk", clock())
    assert journal.dossier(dossier).marks == {"GKSK": "seen"}
    assert journal.verify().ok


def test_together_is_one_announcement(store: Store, clock: Clock) -> None:
    journal = store.journal()
    dossier = _open(journal, clock)
    heard: list[frozenset[UUID]] = []
    journal.subscribe(heard.append)
    with journal.together():
        journal.append(dossier, [PaperMarked("ANH", "seen")], "clerk", clock())
        journal.append(dossier, [PaperMarked("GKSK", "seen")], "clerk", clock())
    assert heard == [frozenset({dossier})]


def test_the_cursor_waits_for_the_program_that_can_read(store: Store, clock: Clock) -> None:
    journal = store.journal()
    signer = Ed25519PrivateKey.generate()
    entry = Entry(new_id(), new_id(), OPENED, "clerk2", clock())
    body = wire.encode_entry(entry)
    newer = body.replace(b'"v":1', b'"v":2')
    first = wire.seal(body, "Q09", 1, wire.FIRST, signer.sign)
    second = wire.seal(newer, "Q09", 2, first.digest, signer.sign)
    assert journal.received(Pulled([(7, first), (8, second)], 8)) == {entry.dossier}
    assert journal.cursor() == 7


def test_what_was_accepted_stays_so_although_it_was_refused_under_the_same_name(store: Store, clock: Clock) -> None:
    journal, signer = store.journal(), Ed25519PrivateKey.generate()
    theirs = Entry(new_id(), new_id(), OPENED, "clerk2", clock())
    once = wire.seal(wire.encode_entry(theirs), "Q09", 1, wire.FIRST, signer.sign)
    again = wire.seal(wire.encode_entry(theirs), "Q09", 2, once.digest, signer.sign)
    refusal = Answer(theirs.id, False, 4, "ENTRY_ID_USED")
    assert journal.received(Pulled([(5, again)], 5, refused=[(once, refusal)])) == {theirs.dossier}, "in one page"
    assert journal.received(Pulled([], 6, refused=[(once, refusal)])) == frozenset(), "and behind it"
    assert [one.id for one in journal.entries(theirs.dossier)] == [theirs.id]
    other = Entry(new_id(), new_id(), OPENED, "clerk2", clock())
    once = wire.seal(wire.encode_entry(other), "Q09", 3, again.digest, signer.sign)
    again = wire.seal(wire.encode_entry(other), "Q09", 4, once.digest, signer.sign)
    journal.received(Pulled([], 7, refused=[(once, Answer(other.id, False, 7, "ROLE_MISSING"))]))
    assert journal.received(Pulled([(8, again)], 8)) == {other.dossier}, "judged anew"
    assert len(journal.entries(other.dossier)) == 1
    assert journal.cursor() == 8


def test_what_was_asked_for_before_central_forgot_is_not_taken(store: Store, clock: Clock) -> None:
    journal = store.journal()
    entry = Entry(new_id(), new_id(), OPENED, "clerk2", clock())
    sealed = wire.seal(wire.encode_entry(entry), "Q09", 1, wire.FIRST, Ed25519PrivateKey.generate().sign)
    journal.received(Pulled([], 1000, era="first"))
    journal.forgotten(1, "second")
    late = Pulled([(1001, sealed)], 1001, era="second")
    assert journal.received(late, 1000, "first") == frozenset(), "of another era"
    assert journal.received(late, 1000, "second") == frozenset(), "behind what was never brought"
    assert journal.cursor() == 0
    assert journal.received(late, 0, "second") == {entry.dossier}


def test_a_store_held_by_another_is_called_busy(store: Store) -> None:
    from clerk_app.store.database import translate

    class Locked(Exception):
        orig = Exception("database is locked")

    assert translate(Locked()).code == "STORE_BUSY"


def test_an_entry_too_big_for_central_is_refused_here(store: Store, clock: Clock) -> None:
    journal = store.journal()
    with pytest.raises(Refusal, match="ENTRY_TOO_BIG"):
        journal.append(new_id(), [_typed("x" * wire.MAX_BODY_BYTES)], "clerk", clock())
    assert journal.find() == ()


def test_a_connection_that_looked_before_calls_nothing_that_others_wrote_damage(store: Store, clock: Clock) -> None:
    """A desk runs all day, and its connections outlive what they saw of the search index."""
    journal = store.journal()
    dossier = _open(journal, clock)
    with store.database.engine.connect():
        for number in range(6):
            assert store.database.sound()
            journal.append(dossier, [_typed(f"{QUAN} {number}")], "clerk", clock())
            _open(journal, clock)


def test_what_waits_is_counted_without_reading_a_body(store: Store, clock: Clock) -> None:
    """A week without a line waits here; its bodies fit into no cache."""
    journal = store.journal()
    dossier = _open(journal, clock)
    with store.database.read() as connection:
        counted = "SELECT count(*), min(at), count(DISTINCT dossier) FROM entries WHERE station = ? AND n >= ?"
        (plan,) = [
            row for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counted}", ("Q04", 1)) if "SEARCH" in row[3]
        ]
        of_some = (
            "SELECT dossier, count(*) FROM entries WHERE station = ? AND n >= ? AND dossier IN (?) GROUP BY dossier"
        )
        asked = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {of_some}", ("Q04", 1, dossier.bytes))
        (other,) = [row for row in asked if "SEARCH" in row[3]]
    assert "COVERING INDEX entries_to_send" in plan[3]
    assert "COVERING INDEX" in other[3]
