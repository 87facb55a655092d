"""`central subject erase`: exactly what was shown and only what the law lets go; what is left still proves itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from clerk_app import wire
from clerk_app.central import backup as backups
from clerk_app.central import by_hand, erasing, erasure_plan, erasure_records
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import (
    Database,
    entries,
    erased_entries,
    erased_sheets,
    erasures,
    metadata,
    open_database,
)
from clerk_app.central.sheets import open_sheets
from clerk_app.central.subject import mark_of
from clerk_app.central.verify import verify
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Discarded, FieldsEntered, Page, PagesArranged
from clerk_app.domain.oversight import Erased, ErasureDone, Looked
from clerk_app.domain.refusals import Refusal
from tests.peers.central import BOTH, Backing, CentralProcess
from tests.peers.counter import PAPER, codes, exchange, opened
from tests.peers.erasing import NAME, OTHER, SHEET, SUBJECT, Held, days_from_now, identity

pytestmark = pytest.mark.wire
BACKINGS = BOTH


@pytest.fixture
def held(central: CentralProcess, tmp_path: Path) -> Held:
    return Held(central, tmp_path)


@pytest.fixture
def database(held: Held) -> Iterator[Database]:
    with closing(held.database()) as opened_:
        yield opened_


def bodies(database: Database, dossier: Any) -> list[bytes]:
    with database.read() as connection:
        chosen = select(entries.c.body).where(entries.c.dossier == dossier).order_by(entries.c.number)
        return list(connection.execute(chosen).scalars())


def kinds(database: Database, dossier: Any) -> list[str]:
    return [type(wire.decode_entry(body).what).__name__ for body in bodies(database, dossier)]


def whole_text(database: Database) -> bytes:
    """Everything that lies in any table."""
    found = b""
    with database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                found += b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
    return found


def test_it_shows_first_and_then_erases_exactly_that(held: Held, database: Database) -> None:
    held.law(given_up=0)
    shown = held.erase()
    assert shown.code == 0, shown.err
    (goes,), (stays,) = shown.json["goes"], shown.json["stays"]
    assert (goes["dossier"], goes["entries"], goes["sheets"], goes["verified"]) == (str(held.gone), 5, 1, "no")
    assert (stays["dossier"], stays["why"]) == (str(held.stranger), "another"), "found in what somebody wrote"
    assert kinds(database, held.gone)[1] == "IdentityRead", "nothing went yet"
    assert open_sheets(held.central.blobs).whole(SHEET)

    done = held.erased(shown.json["digest"])
    assert done.code == 0, done.err
    assert (done.json["emptied"], done.json["destroyed_sheets"]) == (5, 1)
    assert kinds(database, held.gone) == ["Erased"] * 3 + ["Looked"] + ["Erased"] * 2
    assert not open_sheets(held.central.blobs).whole(SHEET)
    left = [wire.decode_entry(body) for body in bodies(database, held.gone)]
    assert [one.what.was for one in left if isinstance(one.what, Erased)][1] == "IdentityRead"
    assert [one.id for one in left] == held.chain.ids[:6]
    everything = whole_text(database)
    for trace in (SUBJECT, NAME, "0912345678"):
        assert trace.encode() not in everything
    assert OTHER.encode() in everything
    with database.read() as connection:
        (order,) = connection.execute(select(erasures)).all()
    assert (order.who, order.second, order.purpose) == ("officer", "officer2", "SUBJECT")
    assert order.subject == mark_of(database, SUBJECT)
    assert order.digest.hex() == shown.json["digest"]
    found = verify(held.central.database_url)
    assert found.problems == ()
    assert held.erase().json["goes"] == [], "and is found no more"
    assert held.erase("--confirm", held.erase().json["digest"]).code == 1


def test_a_sheet_is_counted_once_and_only_where_it_goes(held: Held, database: Database) -> None:
    """Two dossiers that go share a page; of another two, one holds the page that the other shows, and stays."""
    held.law(given_up=0)
    second, third, theirs = uuid4(), uuid4(), uuid4()
    page = Page(SHEET, "GKSK", 100, 100, 300, len(PAPER))
    kept = Page(hashlib.sha256(b"x").hexdigest(), "GKSK", 100, 100, 300, 1)
    held.chain.happen(second, opened(local_code="T-4"), identity(SUBJECT, NAME), PagesArranged((page,), "scan"))
    held.chain.happen(second, Discarded("thôi"))
    held.chain.happen(third, opened(local_code="T-5"), identity(SUBJECT, NAME), PagesArranged((page, kept), "scan"))
    held.chain.happen(third, Discarded("thôi"))
    held.chain.happen(theirs, opened(local_code="T-6"), identity(OTHER, "PHẠM"), PagesArranged((kept,), "scan"))
    held.uplink.send_sheet(kept.sheet, b"x", 0)
    answers = held.go_on()
    assert (len(answers), {one.code for one in answers}) == (len(held.chain.sealed), {""})
    shown = held.erase().json
    assert sorted(one["sheets"] for one in shown["goes"]) == [0, 0, 1]
    done = held.erased(shown["digest"]).json
    assert (shown["sheets"], done["destroyed_sheets"]) == (1, 1)
    sheets = open_sheets(held.central.blobs)
    assert (sheets.whole(SHEET), sheets.whole(kept.sheet)) == (False, True)


def test_what_must_stay_is_refused_with_its_cause_and_day(held: Held) -> None:
    digest = held.erase().json["digest"]
    said = held.erased(digest)
    assert said.refusal == "ERASE_RETAINED"
    assert days_from_now(365) in said.err
    held.law(given_up=0, version="2026.12.2")
    held.chain.happen(held.draft, opened(local_code="T-2"), identity("001090099999", NAME))
    held.go_on()
    shown = held.erase(number="001090099999").json
    said = held.command(
        *("erase", "001090099999", "--as", "officer", "--purpose", "SUBJECT", "--confirm", shown["digest"]),
        *("--second", "officer2", "--second-password-file", str(held.password())),
    )
    assert said.refusal == "ERASE_IN_WORK"
    assert held.erase(number="079090000000").json["goes"] == []


def test_what_ended_before_its_appointment_is_not_in_work(held: Held) -> None:
    """The one is with the office, the other was withdrawn: what keeps it is the time that it must be kept."""
    running, ended = uuid4(), uuid4()
    numbers, receipts = (held.uplink.lend(kind, 2, uuid4()) for kind in ("dossier", "receipt"))
    for at, (dossier, code) in enumerate(zip((running, ended), codes(numbers, hanoi_now()), strict=True)):
        held.chain.happen(dossier, *exchange(code, f"{receipts.first + at:07d}", hanoi_now()))
    gone = StepTaken("withdraw", "accepted", "withdrawn", "stopped", ends=True, reason="Xin rút")
    held.chain.happen(ended, gone)
    answers = held.go_on()
    assert {one.code for one in answers} == {""}
    stays = {one["dossier"]: one["why"] for one in held.erase(number="001090012345").json["stays"]}
    assert (stays[str(running)], stays[str(ended)]) == ("in_work", "retained")


def test_only_who_may_and_two_of_them(held: Held, database: Database) -> None:
    held.law(given_up=0)
    digest = held.erase().json["digest"]
    assert held.erase(user="supervisor").refusal == "ROLE_MISSING"
    assert held.erase(purpose="").refusal == "PURPOSE_MISSING"
    assert held.erase("--confirm", "0" * 64).refusal == "CONFIRM_DIFFERS"
    assert held.erase("--confirm", digest).refusal == "SECOND_MISSING"
    password = str(held.password())
    for second, code in (("officer", "SECOND_SAME"), ("supervisor", "ROLE_MISSING")):
        said = held.erase("--confirm", digest, "--second", second, "--second-password-file", password)
        assert said.refusal == code
    assert kinds(database, held.gone)[1] == "IdentityRead"
    with database.read() as connection:
        assert connection.execute(select(erasures)).all() == []


def test_the_catalogue_may_ask_for_one_person_only(held: Held) -> None:
    held.law(two="off", given_up=0)
    assert held.erase("--confirm", held.erase().json["digest"]).code == 0


def test_what_changed_since_it_was_shown_is_not_erased(held: Held, database: Database) -> None:
    held.law(given_up=0)
    digest = held.erase().json["digest"]
    other = held.gone.__class__(int=held.gone.int ^ 1)
    held.chain.happen(other, opened(local_code="T-9"), identity(SUBJECT, NAME), Discarded("thôi"))
    held.go_on()
    assert held.erased(digest).refusal == "CONFIRM_DIFFERS"
    assert "Erased" not in kinds(database, held.gone)


def test_what_comes_while_it_is_confirmed_is_not_erased_unseen(held: Held, database: Database) -> None:
    held.law(given_up=0)
    with by_hand.opened(held.central.folder, held.central.database_url, held.central.blobs) as central:
        law, now = central.register.law.standing(), hanoi_now()
        who = wire.User("officer", "", ["data_officer"], "PC08-HN")
        shown = erasure_plan.plan(database, law, SUBJECT, who, now)
        held.chain.happen(held.gone, FieldsEntered({"applicant.phone": "0987654321"}, "identity"))
        held.go_on()
        with pytest.raises(Refusal, match="CONFIRM_DIFFERS"):
            erasure_plan.order(database, shown, SUBJECT, who, "", "SUBJECT", shown.digest.hex(), now)
    with database.read() as connection:
        assert connection.execute(select(erasures)).all() == []
    assert "Erased" not in kinds(database, held.gone)


def test_killed_in_the_middle_nothing_went_and_sheets_are_finished_later(
    held: Held, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.law(given_up=0)
    digest = held.erase().json["digest"]
    real = erasing.note
    calls = []

    def dies(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(erasing, "note", dies)
    with pytest.raises((KeyboardInterrupt, SystemExit, AssertionError)):
        assert held.erased(digest).code == 0
    assert "Erased" not in kinds(database, held.gone)
    assert verify(held.central.database_url).problems == ()
    monkeypatch.setattr(erasing, "note", real)
    monkeypatch.setattr(erasing, "finish", lambda *_: 0)
    assert held.erased(digest).code == 0, "the digest of the same things is the same"
    monkeypatch.undo()
    assert open_sheets(held.central.blobs).whole(SHEET)
    assert held.command("erasures", "--as", "officer").json["destroyed_sheets"] == 1
    assert not open_sheets(held.central.blobs).whole(SHEET)
    assert held.command("erasures", "--as", "officer").json["destroyed_sheets"] == 0


def _tampered(database: Database, statement: str, **values: Any) -> None:
    """As somebody who has the database and not the program."""
    with database.engine.connect() as connection, connection.begin():
        if database.several_writers:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for name in ("entries_emptied_only", "entries_only_grow"):
                connection.execute(text(f"ALTER TABLE entries DISABLE TRIGGER {name}"))
        else:
            connection.execute(text("DROP TRIGGER entries_no_update"))
        connection.execute(text(statement), values)


@pytest.mark.parametrize("forged", ["of another dossier", "never ordered", "of what the order left"])
def test_a_forged_tombstone_is_an_altered_entry(held: Held, database: Database, forged: str) -> None:
    """Even with central's true signature: of another dossier, or of an entry that the order did not empty."""
    held.law(given_up=0)
    held.erased(held.erase().json["digest"])
    victim = held.gone if forged == "of what the order left" else held.stranger
    with database.read() as connection:
        order = connection.execute(select(erasures.c.id)).scalar_one()
        rows = connection.execute(select(entries).where(entries.c.dossier == victim)).all()
    row = next(one for one in rows if erasing.read(one).kind != "Erased")
    proof = bytes(64) if forged == "never ordered" else erasing.proof_of(database.secret, order, held.gone)
    body = wire.emptied(wire.decode_entry(row.body), order, proof)
    _tampered(database, "UPDATE entries SET body = :body WHERE number = :n", body=body, n=row.number)
    (one,) = [one for one in verify(held.central.database_url).findings if one.table == "entries"]
    assert (one.row, one.kind) == (f"Q01/{row.n}", "changed")


def test_content_that_is_put_back_is_named_with_the_order(held: Held, database: Database) -> None:
    held.law(given_up=0)
    before = bodies(database, held.gone)[1]
    held.erased(held.erase().json["digest"])
    _tampered(database, "UPDATE entries SET body = :body WHERE n = 2 AND station = 'Q01'", body=before)
    (one,) = [one for one in verify(held.central.database_url).findings if one.table == "entries"]
    assert "lawful order" in str(one)


def test_the_tables_let_nothing_else_happen(held: Held, database: Database) -> None:
    held.law(given_up=0)
    with pytest.raises((DBAPIError, Refusal)), database.write() as connection:
        connection.execute(update(entries).where(entries.c.dossier == held.gone).values(body=b"{}"))
    held.erased(held.erase().json["digest"])
    for statement in (
        update(entries).where(entries.c.dossier == held.gone).values(station="Q09"),
        update(erasures).values(who="x"),
        delete(erased_entries),
        delete(erased_sheets),
        delete(entries),
    ):
        with pytest.raises((DBAPIError, Refusal)), database.write() as connection:
            connection.execute(statement)
    assert verify(held.central.database_url).problems == ()


def test_an_order_written_past_the_program_is_found(held: Held, database: Database) -> None:
    held.law(given_up=0)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(insert(erased_entries), {"digest": held.chain.sealed[1].digest, "erasure": held.gone})
    found = {(one.table, one.kind) for one in verify(held.central.database_url).findings}
    assert ("erased_entries", "extra") in found


def test_what_comes_again_or_late_brings_nothing_back(held: Held, database: Database) -> None:
    held.law(given_up=0)
    held.erased(held.erase().json["digest"])
    assert [one.accepted for one in held.go_on()] == [True] * len(held.chain.sealed), "as it was answered then"
    late = FieldsEntered({"applicant.name": NAME}, "identity")
    held.chain.happen(held.gone, late)
    held.chain.happen(held.gone, Looked("values", "CONTROL"), who="supervisor")
    answers = held.go_on()[-2:]
    assert [one.code for one in answers] == ["DOSSIER_ERASED"] * 2
    assert kinds(database, held.gone)[-2:] == ["Erased", "Looked"]
    assert NAME.encode() not in whole_text(database)
    held.uplink.send_sheet(SHEET, PAPER, 0)
    held.command("erasures", "--as", "officer")
    assert not open_sheets(held.central.blobs).whole(SHEET)
    assert verify(held.central.database_url).problems == ()


def test_nobody_but_central_empties_an_entry(held: Held, database: Database) -> None:
    """Straight at central: a tombstone as an act, one over a seal, and a confirmation of what nobody ordered."""
    held.law(given_up=0)
    chain = held.chain
    chain.happen(held.stranger, Erased(held.gone, "FieldsEntered", "00" * 64))
    chain.happen(held.stranger, ErasureDone(held.gone, "00" * 64, (), ()))
    assert [one.code for one in held.go_on()[-2:]] == ["ROLE_MISSING", "ERASURE_UNKNOWN"]
    chain.happen(held.gone, Looked("values", "CONTROL"), who="supervisor")
    sealed = chain.sealed.pop()
    forged = wire.emptied(wire.decode_entry(sealed.body), held.gone, bytes(64))
    with pytest.raises(Refusal, match="SEAL_BROKEN"):
        held.uplink.push([wire.Sealed(forged, *[getattr(sealed, name) for name in _SEAL])])
    assert "Erased" not in kinds(database, held.gone)


_SEAL = ("station", "n", "previous", "digest", "signature")


def test_a_station_hears_of_it_until_it_says_that_it_is_done(held: Held, database: Database) -> None:
    held.law(given_up=0)
    held.central.enrol("Q02", "clerk2")
    order = held.erased(held.erase().json["digest"]).json["order"]
    late = held.central.enrol("Q03", "clerk")
    assert late.pull(0).erasures == [], "it never got anything"
    assert [one.dossier for number, sealed in late.pull(0).entries for one in [wire.decode_entry(sealed.body)]].count(
        held.gone
    ) == 1, "but that somebody looked"
    (told,) = held.uplink.pull(0).erasures
    assert (str(told.order), told.dossier, told.who) == (order, held.gone, "officer")
    key = erasing.order_key(database.secret)
    done = ErasureDone(told.order, told.proof.hex(), (), (SHEET,))
    assert wire.proves_erasure(done, held.gone, key)
    assert not wire.proves_erasure(done, held.stranger, key)

    def stands() -> tuple[list[str], list[str]]:
        (one,) = held.command("erasures", "--as", "officer").json["orders"]
        return one["confirmed"], one["waiting"]

    assert stands() == ([], ["Q01", "Q02"])
    held.chain.happen(held.gone, done, who="clerk")
    assert held.go_on()[-1].code == "ERASURE_UNKNOWN", "not by whose order it was"
    held.chain.happen(held.gone, done, who="officer")
    assert held.go_on()[-1].accepted
    assert held.uplink.pull(0).erasures == []
    assert stands() == (["Q01"], ["Q02"])
    assert verify(held.central.database_url).problems == ()


def test_the_plan_is_the_same_for_the_same_things(held: Held, database: Database) -> None:
    held.law(given_up=0)
    assert held.erase().json["digest"] == held.erase().json["digest"]
    said = held.erase(number=OTHER).json
    assert said["digest"] != held.erase().json["digest"]


def _restored(held: Held, place: Path, backing: Backing, folder: Path) -> tuple[CentralProcess, backups.Proof]:
    peer = CentralProcess(folder, database=backing.empty(folder), blobs=backing.blobs(folder))
    proof = backups.restore(backups.newest(place), peer.database_url, open_sheets(peer.blobs), hanoi_now())
    return peer, proof


def test_an_older_copy_is_erased_again_before_anybody_can_look(
    held: Held, database: Database, backing: Backing, tmp_path: Path
) -> None:
    held.law(given_up=0)
    place = tmp_path / "copies"
    backups.backup(held.central.database_url, open_sheets(held.central.blobs), place, hanoi_now())
    digest = held.erase().json["digest"]
    password = held.password()
    agreed = ("--confirm", digest, "--second", "officer2", "--second-password-file", password)
    order = held.erase(*agreed, "--record", place / erasure_records.FILE).json["order"]
    for trace in (SUBJECT, NAME):
        assert trace not in (place / erasure_records.FILE).read_text("utf-8")
    peer, proof = _restored(held, place, backing, tmp_path / "restored")
    assert proof.problems == ()
    with closing(open_database(peer.database_url)) as again:
        assert NAME.encode() not in whole_text(again)
        assert [one["order"] for one in erasing.given(again)] == [order]
        assert erasure_records.carry_out(again, place / erasure_records.FILE) == 0, "once more changes nothing"
    assert not open_sheets(peer.blobs).whole(SHEET)
    assert verify(peer.database_url).problems == ()
    backups.backup(peer.database_url, open_sheets(peer.blobs), place, hanoi_now())
    assert len(erasure_records.read(place / erasure_records.FILE).orders) == 1


def test_a_record_that_central_did_not_sign_does_nothing(held: Held, database: Database, tmp_path: Path) -> None:
    held.law(given_up=0)
    held.erased(held.erase().json["digest"])
    kept = held.central.folder / erasure_records.FILE
    (order,) = erasure_records.read(kept).orders
    forged = tmp_path / "forged.json"
    forged.write_text(kept.read_text("utf-8").replace(str(held.gone), str(held.stranger)), "utf-8")
    said = held.command("erasures", "--as", "officer", "--again", forged)
    assert said.refusal == "RECORD_FORGED"
    known = kept.read_text("utf-8")
    for word, other in (('"officer"', '"officer9"'), (str(order.at_ms), str(order.at_ms - 86_400_000))):
        assert word in known
        forged.write_text(known.replace(word, other), "utf-8")
        assert held.command("erasures", "--as", "officer", "--again", forged).refusal == "RECORD_FORGED", "who, when"
    forged.write_text(known.replace(order.dossiers[0].office, "PC08-HP"), "utf-8")
    assert held.command("erasures", "--as", "officer", "--again", forged).refusal == "RECORD_FORGED"
    older = {name: value for name, value in msgspec.to_builtins(order).items() if name != "proof"}
    forged.write_bytes(msgspec.json.encode({"orders": [older], "format": 1}))
    told = held.command("erasures", "--as", "officer", "--again", forged).json
    assert (told["unproven"], told["erased_again"]) == (1, 0), "as an older program wrote it"
    assert held.command("erasures", "--as", "officer", "--again", kept).json["unproven"] == 0
    empty = {**msgspec.json.decode(kept.read_bytes())["orders"][0], "id": str(uuid4()), "dossiers": []}
    forged.write_bytes(msgspec.json.encode({"orders": [empty], "format": 1}))
    assert held.command("erasures", "--as", "officer", "--again", forged).refusal == "RECORD_FORGED"
    for odd in ({"subject": "abc"}, {"at_ms": 10**18}, {"entries": 10**12}):
        forged.write_bytes(msgspec.json.encode({"orders": [msgspec.to_builtins(order) | odd], "format": 1}))
        assert held.command("erasures", "--as", "officer", "--again", forged).refusal == "RECORD_UNREADABLE"
    forged.write_text("{", "utf-8")
    assert held.command("erasures", "--as", "officer", "--again", forged).refusal == "RECORD_UNREADABLE"
    assert held.command("erasures", "--as", "officer", "--again", kept).json["erased_again"] == 0
    assert "Erased" not in kinds(database, held.stranger)
    assert order.who == "officer"
    with database.read() as connection:
        assert connection.execute(select(erasures.c.id)).scalars().all() == [order.id]


def test_what_a_station_emptied_after_the_copy_comes_back_empty_and_brings_the_order(
    held: Held, database: Database, backing: Backing, tmp_path: Path
) -> None:
    """No record was kept, and the copy knows neither the dossier nor the order."""
    held.law(given_up=0)
    place = tmp_path / "copies"
    backups.backup(held.central.database_url, open_sheets(held.central.blobs), place, hanoi_now())
    chain, late = held.chain, held.draft
    many = len(chain.sealed)
    chain.happen(late, opened(local_code="T-7"), identity("079090000001", NAME), Discarded("thôi"))
    held.go_on()
    digest = held.erase(number="079090000001").json["digest"]
    password = str(held.password())
    agreed = ("--confirm", digest, "--second", "officer2", "--second-password-file", password)
    order = held.erase(*agreed, number="079090000001").json["order"]
    (told,) = held.uplink.pull(0).erasures
    chain.happen(late, ErasureDone(told.order, told.proof.hex(), (), ()), who="officer")
    assert held.go_on()[-1].accepted
    emptied = [
        wire.Sealed(body, *[getattr(one, name) for name in _SEAL])
        for one, body in zip(chain.sealed[many:], bodies(database, late), strict=True)
    ]
    peer, proof = _restored(held, place, backing, tmp_path / "restored")
    assert proof.problems == ()
    peer.start()
    try:
        uplink = peer.uplink(chain.seed, "Q01")
        answers = uplink.push([*chain.sealed[:many], *emptied]).answers
        assert {one.code for one in answers} == {""}
        with closing(open_database(peer.database_url)) as again:
            (known,) = erasing.given(again)
            assert (known["order"], known["confirmed"]) == (order, ["Q01"])
            assert kinds(again, late) == ["Erased"] * 3 + ["ErasureDone"]
        assert verify(peer.database_url).problems == ()
        body = emptied[0].body.replace(told.proof.hex().encode(), b"00" * 64)
        chain.happen(late, Looked("values", "CONTROL"))
        forged = wire.Sealed(body, *[getattr(chain.sealed[-1], name) for name in _SEAL])
        with pytest.raises(Refusal, match="SEAL_BROKEN"):
            uplink.push([forged])
    finally:
        peer.close()
