"""A limit is reached without a line; central reads out a code, a supervisor types it, and central judges it later."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app.central import grace as central_grace
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import open_database
from clerk_app.desk.carrying import NOTE, Carrying, keys_noted
from clerk_app.desk.counter import Counter
from clerk_app.desk.delivery import Delivery
from clerk_app.desk.grace import GraceDesk
from clerk_app.desk.limits import CONFIRMED, HEARD, Limits, note_answered
from clerk_app.desk.ports import Station
from clerk_app.desk.rule_packs import RulePacks
from clerk_app.desk.sign_in import SignIn
from clerk_app.domain import grace
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import GraceUsed, RefusalSettled
from clerk_app.domain.grace import Grace
from clerk_app.domain.limits import LimitName
from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.known_users import KnownUsers
from clerk_app.store.pack_shelf import PackShelf
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import unreachable
from clerk_app.wire import OfferedPack
from tests.desk.conftest import Desk as Table
from tests.peers.central import CentralProcess
from tests.peers.pack import public_key, training_pack

KEY = secrets.token_bytes(32)


def keys(table: Table, secret: bytes = KEY) -> GraceDesk:
    """A desk that once heard central's keys, as `bootstrap` joins it."""
    table.journal.note(NOTE, json.dumps({"sealing": "00" * 32, "signing": "00" * 32, "grace": secret.hex()}))
    made = GraceDesk(table.counter, table.users)
    table.counter.lifted = made.lifted_until
    return made


def limits(table: Table, desk: GraceDesk, free_mb: float = 90_000) -> Limits:
    made = Limits(table.counter, table.users, lambda: free_mb, lambda: None, desk)
    table.counter.admits, table.counter.admit_person = (made.admit,), made.admit_person
    return made


def code(table: Table, limit: LimitName, extent: int = 2, counter: int = 1, first: int = 0, days: int = 0) -> str:
    day = (table.time + timedelta(days=days)).date()
    return grace.written(Grace(limit, extent, counter, first), KEY, "Q04", day)


def refused(work: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as caught:
        work(*arguments)  # type: ignore[operator]
    return caught.value.code


def test_nobody_heard_central_for_a_month_and_a_code_lets_the_counter_go_on(table: Table) -> None:
    desk = keys(table)
    watch = limits(table, desk)
    draft = table.draft()
    watch.heard()
    watch.law_confirmed()
    table.time += timedelta(days=29)
    assert {one.name: one.stage for one in watch.now()}["central"] == "urgent"
    table.draft()
    table.time += timedelta(days=2)
    assert refused(table.draft) in ("LIMIT_CENTRAL", "LIMIT_CATALOGUE")
    table.intake.enter(draft, {"reason": "đang làm"}, "application", "reason")
    assert table.journal.dossier(draft).text("reason") == "đang làm", "what is under way goes on"
    table.as_user("supervisor")
    assert desk.use(code(table, "central")).until is not None
    assert refused(table.draft) == "LIMIT_CATALOGUE", "one code lifts one limit"
    desk.use(code(table, "catalogue", counter=2))
    table.draft()
    table.time += timedelta(days=3)
    assert refused(table.draft) in ("LIMIT_CENTRAL", "LIMIT_CATALOGUE"), "and for a time"


def test_a_code_works_once_for_a_supervisor_and_stands_in_no_list(table: Table) -> None:
    desk = keys(table)
    one = code(table, "disk")
    assert refused(desk.use, one) == "NOT_ALLOWED"
    table.as_user("supervisor")
    before = len(table.queue.today().rows)
    desk.use(one)
    assert refused(desk.use, one) == "GRACE_USED"
    assert len(table.queue.today().rows) == before
    (used,) = desk._used()
    assert used == GraceUsed("disk", "Q04", table.time.date().isoformat(), 1, 2)
    assert table.journal.verify().problems == ()
    table.journal.rebuild()
    assert len(table.queue.today().rows) == before
    assert desk.lifted_until("disk") is not None


def test_a_full_disk_keeps_new_dossiers_out_until_it_is_lifted(table: Table) -> None:
    desk = keys(table)
    limits(table, desk, free_mb=100)
    assert refused(table.draft) == "LIMIT_DISK"
    table.as_user("supervisor")
    desk.use(code(table, "disk"))
    table.draft()


def test_numbers_are_lent_over_the_telephone(table: Table) -> None:
    desk = keys(table)
    watch = limits(table, desk)
    stages = set()
    for _ in range(50):
        table.journal.draw("receipt")
        stages.add({one.name: one.stage for one in watch.now()}["receipt-numbers"])
    assert stages == {"ok", "notice", "urgent", "reached"}
    assert refused(table.journal.draw, "receipt") == "NUMBERS_USED_UP"
    table.as_user("supervisor")
    assert desk.use(code(table, "receipt-numbers", extent=3, first=7001)).numbers == 30
    assert table.journal.draw("receipt") == 7001


def test_too_long_offline_to_sign_in_a_supervisor_lifts_it_with_password_and_code(table: Table) -> None:
    desk = keys(table)
    limits(table, desk)
    for user in ("supervisor", "clerk"):
        table.sign_in.sign_in(user, "practice")
    table.sign_in.sign_out()
    table.central.line = False
    table.time += timedelta(days=8)
    assert refused(table.sign_in.sign_in, "clerk", "practice") == "SIGN_IN_TOO_LONG_OFFLINE"
    one = code(table, "days-offline")
    assert refused(desk.use, one, "supervisor", "wrong") == "SIGN_IN_WRONG_PASSWORD"
    assert refused(desk.use, one, "clerk", "practice") == "NOT_ALLOWED"
    assert refused(desk.use, one) == "SIGN_IN_NEEDED"
    desk.use(one, "supervisor", "practice")
    assert table.sign_in.sign_in("clerk", "practice").offline
    table.time += timedelta(days=3)
    assert refused(table.sign_in.sign_in, "clerk", "practice") == "SIGN_IN_TOO_LONG_OFFLINE"


def test_guessing_is_slowed_and_a_slip_of_the_pen_is_no_guess(table: Table) -> None:
    desk = keys(table)
    table.as_user("supervisor")
    good = code(table, "disk")
    for _ in range(9):
        assert refused(desk.use, good[:-1] + ("0" if good[-1] != "0" else "1")) == "GRACE_MISTYPED"
    forged = [
        grace.written(Grace("disk", 9, n + 1), secrets.token_bytes(32), "Q04", table.time.date()) for n in range(4)
    ]
    assert [refused(desk.use, one) for one in forged] == ["GRACE_WRONG"] * 3 + ["GRACE_WAIT"]
    assert refused(desk.use, good) == "GRACE_WAIT"
    again = GraceDesk(table.counter, table.users)
    assert refused(again.use, good) == "GRACE_WAIT", "a new start of the program forgets nothing"
    table.time += timedelta(seconds=31)
    again.use(good)


@pytest.mark.parametrize(("wrong", "wait_s"), [(1, 0), (2, 0), (3, 30), (5, 120), (40, 3600)])
def test_a_clock_that_was_years_ahead_costs_the_wait_and_no_more(table: Table, wrong: int, wait_s: int) -> None:
    """Today's code is wrong on a day in years: the clock is set right, and the same code is typed again."""
    desk = keys(table)
    table.as_user("supervisor")
    good, right = code(table, "disk"), table.time
    table.time += timedelta(days=3 * 365)
    for _ in range(wrong):
        assert refused(desk.use, good) == "GRACE_WRONG"
        table.time += timedelta(hours=1)
    table.time = right
    if wait_s:
        assert refused(desk.use, good) == "GRACE_WAIT"
        table.time += timedelta(seconds=wait_s - 1)
        assert refused(desk.use, good) == "GRACE_WAIT", "setting the clock back shortens nothing"
        table.time += timedelta(seconds=1)
    desk.use(good)
    assert desk.lifted_until("disk") is not None


def test_a_code_of_yesterday_is_told_and_is_no_guess(table: Table) -> None:
    desk = keys(table)
    table.as_user("supervisor")
    for _ in range(5):
        assert refused(desk.use, code(table, "disk", days=-1)) == "GRACE_DAY"


def test_the_users_list_is_too_old_to_let_anybody_in(table: Table) -> None:
    watch = limits(table, keys(table))
    watch.heard()
    table.sign_in.sign_in("clerk", "practice")
    table.central.line = False
    table.time += timedelta(days=15)
    assert refused(table.sign_in.sign_in, "clerk", "practice") == "LIMIT_USERS"


def test_each_stage_is_news_once_a_day_and_doctor_always_says_it(table: Table) -> None:
    watch = limits(table, keys(table), free_mb=1000)
    assert watch.check().state == "warn"
    assert [one.name for one in watch.news()] == ["disk"]
    assert watch.news() == ()
    assert watch.check().state == "warn"
    table.time += timedelta(days=1)
    assert [one.name for one in watch.news()] == ["disk"]


def test_hearing_central_is_written_down_once_an_hour(table: Table) -> None:
    watch = limits(table, keys(table))
    watch.heard()
    watch.law_confirmed()
    first, law = table.journal.noted(HEARD), table.journal.noted(CONFIRMED)
    watch.heard()
    watch.law_confirmed()
    assert (table.journal.noted(HEARD), table.journal.noted(CONFIRMED)) == (first, law)
    table.time += timedelta(hours=2)
    watch.heard()
    assert table.journal.noted(HEARD) > first


def test_a_moment_that_a_wrong_clock_wrote_is_written_once_more(table: Table) -> None:
    watch, right = limits(table, keys(table)), table.time
    table.time += timedelta(days=700)
    watch.heard()
    watch.law_confirmed()
    table.time = right
    watch.heard()
    watch.law_confirmed()
    heard, law = table.journal.noted(HEARD), table.journal.noted(CONFIRMED)
    assert max(heard, law) < (right + timedelta(minutes=1)).isoformat()
    table.time += timedelta(minutes=5)
    watch.heard()
    watch.law_confirmed()
    assert (table.journal.noted(HEARD), table.journal.noted(CONFIRMED)) == (heard, law), "once"


def test_an_answer_by_hand_counts_from_when_central_gave_it_and_never_backwards(table: Table) -> None:
    watch, start = limits(table, keys(table)), table.time
    watch.heard()
    watch.law_confirmed()
    table.time += timedelta(days=20)
    for days in (15, 3):
        note_answered(table.journal, start + timedelta(days=days), table.time)
        ages = {one.name: round(one.used) for one in watch.now()}
        assert (ages["central"], ages["catalogue"]) == (5, 20), "it brought no law"


def test_a_wrong_password_takes_no_grace_away(table: Table) -> None:
    desk = keys(table)
    table.sign_in.sign_in("clerk", "practice")
    table.as_user("supervisor")
    table.central.line = False
    table.time += timedelta(days=40)
    assert refused(table.sign_in.sign_in, "clerk", "practice") == "SIGN_IN_TOO_LONG_OFFLINE"
    desk.use(code(table, "days-offline"))
    assert refused(table.sign_in.sign_in, "clerk", "wrong") == "SIGN_IN_WRONG_PASSWORD"
    table.time += timedelta(minutes=1)
    assert table.sign_in.sign_in("clerk", "practice").offline


# ---- with a real central


@pytest.fixture
def enrolled(central: CentralProcess, tmp_path: Path) -> Iterator[tuple[Counter, GraceDesk, Delivery, SealedJournal]]:
    """A desk at a real central, the supervisor signed in."""
    seed = secrets.token_bytes(32)
    uplink = central.enrol("Q03", seed=seed)
    database = Database(tmp_path / "desk.db", b"k" * 32)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    journal = SealedJournal(database, "Q03", key.sign, key.public_key().public_bytes_raw())
    sheets = SheetStore(tmp_path / "sheets", b"s" * 32, database, hanoi_now)
    station = Station("Q03", "Q03", "PC08-HN", "", "", "G01.801.308", True, central.url, uplink.central_id)
    users = KnownUsers(database)
    counter = Counter(station, journal, sheets, training_pack(), hanoi_now)
    SignIn(counter, uplink, users).sign_in("supervisor", "practice")
    delivery = Delivery(journal, sheets, uplink, hanoi_now)
    carrying = Carrying(journal, sheets, uplink, station, seed, key.sign, hanoi_now, new_id)
    desk = GraceDesk(counter, users)
    delivery.heard += [carrying.learn, desk.judged]
    assert delivery.once(lambda: False).state == "idle"
    yield counter, desk, delivery, journal
    database.close()


@pytest.mark.wire
def test_the_law_is_confirmed_by_an_offer_of_the_one_in_force(
    central: CentralProcess,
    enrolled: tuple[Counter, GraceDesk, Delivery, SealedJournal],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counter, *_ = enrolled
    seed = secrets.token_bytes(32)
    uplink, key = central.enrol("Q04", seed=seed), Ed25519PrivateKey.from_private_bytes(seed)
    database = Database(tmp_path / "other.db", b"k" * 32)
    journal = SealedJournal(database, "Q04", key.sign, key.public_key().public_bytes_raw())
    packs = RulePacks(counter, PackShelf(tmp_path / "catalogue", [public_key()]), "1")
    delivery = Delivery(journal, counter.sheets, uplink, hanoi_now, packs)
    confirmed: list[str] = []
    delivery.confirmed.append(lambda: confirmed.append("confirmed"))
    pull = uplink.pull

    def offers(version: str, digest: bytes) -> None:
        offered = OfferedPack(version, digest)
        monkeypatch.setattr(
            uplink,
            "pull",
            lambda after, limit=500, era="": msgspec.structs.replace(pull(after, limit, era), catalogue=offered),
        )

    offers("2099.1.1", b"x" * 32)
    monkeypatch.setattr(uplink, "rule_pack", unreachable_pack)
    assert delivery.once(lambda: False).state == "offline"
    assert confirmed == [], "another one stands there"
    offers(counter.pack.version, counter.pack.manifest.digest)
    delivery.once(lambda: False)
    assert confirmed == ["confirmed"]
    monkeypatch.setattr(uplink, "pull", unreachable_pack)
    assert delivery.once(lambda: False).state == "offline"
    assert confirmed == ["confirmed"]
    database.close()


def unreachable_pack(*_asked: object, **_named: object) -> bytes:
    raise unreachable()


@pytest.mark.wire
def test_central_judges_what_was_lifted(
    central: CentralProcess, enrolled: tuple[Counter, GraceDesk, Delivery, SealedJournal]
) -> None:
    _, desk, delivery, journal = enrolled
    database = open_database(central.database_url)
    made = central_grace.make(database, "Q03", "central", 3, hanoi_now())
    lent = central_grace.make(database, "Q03", "dossier-numbers", 5, hanoi_now())
    database.close()
    assert (made.grace.counter, lent.grace.counter) == (1, 2)
    desk.use(made.code)
    assert desk.use(lent.code).numbers == 50
    report = delivery.once(lambda: False)
    assert (report.accepted, report.refused) == (2, 0)
    # Somebody who took the station's secret makes a code of their own, and one is used a second time.
    forged = GraceUsed("disk", "Q03", made.day, 900, 31)
    again = GraceUsed("central", "Q03", made.day, 1, 3)
    for at, what in enumerate((forged, again)):
        journal.append(UUID(int=at + 1), [what], "supervisor", hanoi_now())
    delivery.once(lambda: False)
    assert [one.code for one in journal.refused()] == ["GRACE_FORGED", "GRACE_USED"]
    assert journal.verify().problems == ()


@pytest.mark.wire
def test_a_forged_code_lifts_and_lends_only_until_central_has_judged_it(
    central: CentralProcess, enrolled: tuple[Counter, GraceDesk, Delivery, SealedJournal]
) -> None:
    """The key of the codes lies at the desk: whoever has the profile can make some."""
    _, desk, delivery, journal = enrolled
    key, today = keys_noted(journal).grace, in_hanoi(hanoi_now()).date()
    database = open_database(central.database_url)
    right = central_grace.make(database, "Q03", "dossier-numbers", 2, hanoi_now())
    database.close()
    forged = [
        grace.written(one, key, "Q03", today)
        for one in (Grace("disk", 31, 900), Grace("receipt-numbers", 5, 901, 7001), Grace("dossier-numbers", 3, 902, 1))
    ]
    lent = {kind: journal.held(kind, every=True) for kind in ("receipt", "dossier")}
    for one in (right.code, *forged):
        desk.use(one)
    assert desk.lifted_until("disk") is not None
    assert (7001, 7050) in journal.held("receipt", every=True)
    assert delivery.once(lambda: False).refused == 3
    assert {one.code for one in journal.refused()} == {"GRACE_FORGED"}
    assert desk.lifted_until("disk") is None
    assert journal.held("receipt", every=True) == lent["receipt"]
    assert right.grace.numbers is not None
    assert journal.held("dossier", every=True) == (*lent["dossier"], right.grace.numbers), "what central lent stays"
    # Settled and set aside, it is still a code that was used.
    for one in journal.refused():
        settled = RefusalSettled((one.entry.id,), "central", "mã giả", "Q03")
        journal.append(one.entry.dossier, [settled], "supervisor", hanoi_now())
    assert [refused(desk.use, one) for one in forged] == ["GRACE_USED"] * 3
    assert desk.lifted_until("disk") is None
