"""Who did what: found by person, user and day, masked by role, and to look is an entry."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest

from clerk_app.desk.trail_views import TrailLine, TrailSearch
from clerk_app.domain.dossier import ExceptionAsked, Opened
from clerk_app.domain.oversight import Looked, SessionHappened
from clerk_app.domain.private import HIDDEN
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from clerk_app.store.journal import new_id
from clerk_app.wire import SignedIn, User
from tests.desk.conftest import USERS, Desk

QUAN = specimens.specimen(1).person
TODAY = date(2026, 11, 23)
SECRETS = (QUAN.number, QUAN.residence, "0912345678", f"{QUAN.born:%d/%m/%Y}")


def known(table: Desk, *users: str) -> None:
    for user in users:
        table.users.remember(SignedIn(USERS[user], 7, table.clock()), "practice")


def wire_user(user: str, roles: list[str]) -> User:
    return msgspec.structs.replace(USERS[user], roles=roles)


def text(lines: tuple[TrailLine, ...]) -> str:
    return repr([(one, one.sentence, one.changes, [(c.before, c.after) for c in one.changes]) for one in lines])


def looked(table: Desk, dossier: UUID) -> list[tuple[str, str, str]]:
    entries = table.journal.entries(dossier)
    return [(one.who, one.what.what, one.what.purpose) for one in entries if isinstance(one.what, Looked)]


def refused(work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refusal) as refusal:
        work()
    return refusal.value.code


@pytest.fixture
def accepted(table: Desk) -> UUID:
    return table.accepted()


def test_who_may_read_it(table: Desk, accepted: UUID) -> None:
    for user, may in (("clerk", False), ("trainee", False), ("supervisor", True), ("inspector", True), ("it", True)):
        table.as_user(user)
        assert table.trail.allowed() is may
        if not may:
            for work in (
                lambda: table.trail.search(TrailSearch()),
                lambda: table.trail.timeline(accepted),
                lambda: table.trail.unmask(accepted, "CONTROL"),
                lambda: table.trail.again(accepted, True),
                table.trail.verify,
            ):
                assert refused(work) == "NOT_ALLOWED"
    assert looked(table, accepted) == []


def test_the_story_of_a_dossier_in_order_with_who_when_and_where(table: Desk, accepted: UUID) -> None:
    known(table, "clerk")
    table.as_user("inspector")
    timeline = table.trail.timeline(accepted)
    kinds = [line.kind for line in timeline.lines]
    assert kinds == table.kinds(accepted)
    assert (kinds[0], kinds[-1]) == ("Opened", "Looked")
    assert timeline.code == table.journal.dossier(accepted).code
    first = timeline.lines[0]
    assert (first.who, first.station, first.roles.en, first.n) == ("Nguyễn Thu Hà (clerk)", "Q04", "Clerk (today)", 1)
    assert first.sentence.en.startswith("Opened the dossier Exchange")
    assert first.central.en == "not sent yet"
    assert timeline.lines[-1].roles.en == "Inspector (today)"
    assert [line.at for line in timeline.lines] == sorted(line.at for line in timeline.lines)


def test_what_is_masked_is_nowhere_in_it(table: Desk, accepted: UUID) -> None:
    note = ExceptionAsked("X", f"Ông {QUAN.name}, {QUAN.number}, 0912 345 678")
    table.journal.append(accepted, [note], "clerk", table.clock())
    table.as_user("it")
    shown = text(table.trail.timeline(accepted).lines) + text(table.trail.search(TrailSearch()).lines)
    for secret in (*SECRETS, QUAN.name, "0912 345 678"):
        assert secret not in shown
    assert "001******345" in shown
    assert "TRẦN M*** Q***" in shown
    table.as_user("supervisor")
    shown = text(table.trail.timeline(accepted).lines)
    assert QUAN.name in shown, "names are hidden from IT alone"
    for secret in SECRETS:
        assert secret not in shown


def test_to_open_a_trail_is_an_entry_once_and_to_see_in_full_each_time(table: Desk, accepted: UUID) -> None:
    table.as_user("supervisor")
    for _ in range(3):
        table.trail.timeline(accepted)
        table.trail.again(accepted, False)
    assert looked(table, accepted) == [("supervisor", "trail", "")]
    table.as_user("inspector")
    table.trail.timeline(accepted)
    table.as_user("supervisor")
    table.trail.timeline(accepted)
    assert [who for who, *_ in looked(table, accepted)] == ["supervisor", "inspector"]
    full = text(table.trail.unmask(accepted, "CONTROL").lines)
    for secret in SECRETS:
        assert secret in full
    table.trail.unmask(accepted, "SUBJECT")
    assert looked(table, accepted)[-2:] == [("supervisor", "values", "CONTROL"), ("supervisor", "values", "SUBJECT")]
    assert QUAN.number not in text(table.trail.timeline(accepted).lines), "the next look is masked again"


def test_to_see_in_full_asks_what_for(table: Desk, accepted: UUID) -> None:
    table.as_user("inspector")
    assert refused(lambda: table.trail.unmask(accepted)) == "PURPOSE_MISSING"
    assert refused(lambda: table.trail.unmask(accepted, "CONTROL")) == "PURPOSE_UNKNOWN", "that is a supervisor's"
    table.as_user("it")
    assert refused(lambda: table.trail.unmask(accepted, "INCIDENT")) == "NOT_ALLOWED"
    assert not table.trail.may_unmask()
    assert looked(table, accepted) == []
    table.as_user("inspector")
    assert [one.code for one in table.trail.purposes()] == ["INSPECTION", "COMPLAINT", "INCIDENT"]


def test_somebody_looking_makes_a_dossier_no_newer(table: Desk, accepted: UUID) -> None:
    before = table.journal.dossier(accepted).changed_at
    table.as_user("supervisor")
    table.trail.unmask(accepted, "CONTROL")
    assert table.journal.dossier(accepted).changed_at == before


def test_found_by_person_user_day_station_and_code(table: Desk, accepted: UUID) -> None:
    other = table.identified(2)
    table.as_user("clerk2")
    later = table.draft()
    table.as_user("supervisor")

    def found(**wanted: object) -> set[UUID]:
        page = table.trail.search(TrailSearch(**wanted), None, 500, "CONTROL")  # type: ignore[arg-type]
        return {line.dossier for line in page.lines if line.code}

    code = table.journal.dossier(accepted).code
    assert found() == {accepted, other, later}
    assert found(dossier=code) == found(dossier=code.lower()) == found(dossier=str(accepted)) == {accepted}
    assert found(dossier=code[:-1]) == set()
    assert found(person="tran minh quan") == found(person=QUAN.number) == found(person="001 090 012 345") == {accepted}
    assert found(person="quân nobody") == set()
    assert found(user="clerk2") == {later}
    known(table, "clerk", "clerk2")
    assert found(user="pham duc long") == {later}
    assert found(user="clerk") == {accepted, other}
    assert found(user="nobody") == set()
    assert found(first=TODAY, last=TODAY) == {accepted, other, later}
    assert found(first=TODAY + timedelta(days=1)) == found(last=TODAY - timedelta(days=1)) == set()
    assert found(station="Q04") == {accepted, other, later}
    assert found(station="Q09") == set()
    assert found(person="quan", user="clerk2") == set()
    assert found(person="quan", dossier=table.journal.dossier(other).local_code) == set()
    assert refused(lambda: found(first=TODAY, last=TODAY - timedelta(days=1))) == "DAYS_WRONG"


def test_nobody_guesses_digit_by_digit_what_is_masked(table: Desk, accepted: UUID) -> None:
    def found(person: str) -> bool:
        return table.trail.count(TrailSearch(person=person), 100) > 0

    table.as_user("it")
    parts = (QUAN.number[:-1], QUAN.number[3:], QUAN.number[:6], "minh quan", "quân", "")
    assert [found(part) for part in parts] == [False, False, False, False, False, True]
    assert found(QUAN.number), "whoever has the whole number learns nothing by it"
    assert found(QUAN.name)
    table.as_user("supervisor")
    assert found(QUAN.number[:-1]), "finds dossiers and sees whose they are"


def test_a_number_that_was_corrected_since_is_still_found(table: Desk) -> None:
    dossier = table.draft()
    table.intake.enter(dossier, {"applicant.number": "001090012349"}, "identity", "applicant.number")
    table.intake.enter(dossier, {"applicant.number": "001090012345"}, "identity", "applicant.number")
    table.as_user("supervisor")
    page = table.trail.search(TrailSearch(person="001090012349"), purpose="COMPLAINT")
    assert {line.dossier for line in page.lines} == {dossier}
    changed = [change for line in page.lines for change in line.changes if change.before.vi == "001******349"]
    assert [change.after.vi for change in changed] == ["001******345"]


def test_page_after_page_is_the_whole_and_nothing_twice(table: Desk, accepted: UUID) -> None:
    table.as_user("supervisor")
    whole = table.trail.search(TrailSearch(), None, 500)
    assert whole.following is None
    assert whole.total == len(whole.lines) > 10
    pages, after = [], None
    while True:
        page = table.trail.search(TrailSearch(), after, 7)
        pages += [line.entry for line in page.lines]
        after = page.following
        if after is None:
            break
    assert pages == [line.entry for line in whole.lines]
    assert len(set(pages)) == len(pages)


def searches(table: Desk) -> list[tuple[str, str]]:
    """Who looked for a person, and what for, newest first."""
    found = table.trail.search(TrailSearch(), None, 500).lines
    entries = [(line.who, table.journal.entries(line.dossier)[0].what) for line in found if line.kind == "Looked"]
    return [(who, what.purpose) for who, what in entries if isinstance(what, Looked) and what.what == "person"]


def test_to_look_for_a_person_is_an_entry_and_says_what_for(table: Desk, accepted: UUID) -> None:
    known(table, "supervisor", "inspector")
    table.as_user("supervisor")
    wanted = TrailSearch(person=QUAN.number)
    assert table.trail.asks_purpose(wanted)
    assert not table.trail.asks_purpose(TrailSearch(user="clerk"))
    assert refused(lambda: table.trail.search(wanted)) == "PURPOSE_MISSING"
    assert refused(lambda: table.trail.search(wanted, purpose="WHIM")) == "PURPOSE_UNKNOWN"
    assert searches(table) == []
    page = table.trail.search(wanted, None, 3, "CONTROL")
    while page.following is not None:
        page = table.trail.search(wanted, page.following, 3, "CONTROL")
    assert len(searches(table)) == 1, "to turn the pages over is no new search"
    table.trail.search(wanted, purpose="COMPLAINT")
    table.trail.search(TrailSearch(person="Trần Minh Quân"), purpose="COMPLAINT")
    table.as_user("inspector")
    table.trail.search(TrailSearch(person="tran minh quan"), purpose="COMPLAINT")
    vu, ngo = "Vũ Minh Châu (supervisor)", "Ngô Thanh Tra (inspector)"
    assert searches(table) == [(ngo, "COMPLAINT"), *[(vu, "COMPLAINT")] * 2, (vu, "CONTROL")]
    everything = table.trail.search(TrailSearch(), None, 500).lines
    entry = next(line for line in everything if line.kind == "Looked")
    assert entry.code == ""
    assert "purpose: A complaint" in entry.sentence.en
    assert table.journal.find() == table.journal.find(str(table.journal.dossier(accepted).code)), "no dossier is made"
    body = repr(
        [one.what for line in everything if line.kind == "Looked" for one in table.journal.entries(line.dossier)]
    )
    assert QUAN.number not in body
    assert "Quân" not in body
    assert table.journal.verify().ok


def test_a_dossier_does_not_leave_the_lists_because_somebody_wrote_that_they_looked_for_a_person(
    table: Desk, accepted: UUID
) -> None:
    table.journal.append(accepted, [Looked("person", "CONTROL")], "supervisor", table.clock())
    assert not table.journal.dossier(accepted).of_station


def test_the_roles_of_who_did_it_are_those_they_came_with(table: Desk) -> None:
    """Whoever is something else by now did it as what they were."""
    known(table, "clerk")
    came = SessionHappened("in", "clerk", False, "password", roles=("clerk", "cashier"))
    table.journal.append(new_id(), [came], "clerk", table.clock())
    dossier = table.draft()
    changed = wire_user("clerk", ["it"])
    table.users.renew([changed])
    table.as_user("supervisor")
    line = table.trail.timeline(dossier).lines[0]
    assert line.roles.en == "Clerk, Cashier"
    session = next(one for one in table.trail.search(TrailSearch(), None, 500).lines if one.kind == "SessionHappened")
    assert session.roles.en == "Clerk, Cashier"


def test_under_which_sign_in_something_was_done(table: Desk) -> None:
    def came(offline: bool) -> None:
        what = SessionHappened("in", "clerk", offline, "password")
        table.journal.append(new_id(), [what], "clerk", table.clock())

    before = table.draft()
    came(offline=True)
    without = table.draft()
    came(offline=False)
    with_line = table.draft()
    table.as_user("supervisor")
    opened = {
        line.dossier: (line.session.en, line.offline)
        for line in table.trail.search(TrailSearch(user="clerk"), None, 500).lines
        if line.kind == Opened.__name__
    }
    assert opened == {
        before: ("", False),
        without: ("signed in without a line, password", True),
        with_line: ("signed in with a line, password", False),
    }
    station = [line for line in table.trail.search(TrailSearch(), None, 500).lines if line.kind == "SessionHappened"]
    assert {line.code for line in station} == {""}
    assert station[-1].sentence.en == "Clerk signed in (password, without a line)"


def test_that_nothing_was_altered_and_since_when_that_is_known(table: Desk, accepted: UUID) -> None:
    table.as_user("inspector")
    assert table.trail.verified() is None
    done = table.trail.verify()
    assert (done.ok, done.problems, done.entries) == (True, 0, len(table.journal.entries(accepted)))
    assert table.trail.verified() == done
    for spoilt in ("", "{}", "[]", json.dumps({"at": "never"}), json.dumps({"at": done.at.isoformat(), "x": 1})):
        table.journal.note("trail_verified", spoilt)
        assert table.trail.verified() is None


def test_a_policy_that_hides_nothing(table: Desk, accepted: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked and hidden are rows of the pack."""
    table.as_user("inspector")
    rules = table.counter.rules_today()
    loose = {name: "-" if name.startswith("masked_") else value for name, value in rules.settings.items()}
    for name, value in (loose | {"purpose_asked": "-"}).items():
        monkeypatch.setitem(rules.settings, name, value)  # type: ignore[arg-type]
    timeline = table.trail.timeline(accepted)
    assert not timeline.masked
    assert QUAN.number in text(timeline.lines)
    assert HIDDEN not in text(timeline.lines)
    assert not table.trail.purpose_asked()
    table.trail.unmask(accepted)
    assert looked(table, accepted)[-1] == ("inspector", "values", "")
    assert timeline.lines[-1].sentence == Words(
        "Xem nhật ký của hồ sơ; không hỏi mục đích", "Looked at the trail of the dossier; no purpose asked"
    )


def test_how_far_somebody_reads_is_the_packs_to_say(
    table: Desk, accepted: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Own, office, any: what lies beyond is in no page, no timeline, no export, and never in full."""
    table.as_user("clerk2")
    own = table.draft()
    came = SessionHappened("in", "clerk", False, "password")
    table.journal.append(new_id(), [came], "clerk", table.clock())
    roles = table.counter.authority().roles
    for reach, seen in (("own", {own}), ("office", {own, accepted}), ("any", {own, accepted})):
        scopes = dict(roles["clerk"]) | dict.fromkeys(("trail.read", "trail.export", "data.unmask"), reach)
        monkeypatch.setitem(roles, "clerk", scopes)  # type: ignore[arg-type]
        page = table.trail.search(TrailSearch(), None, 3)
        lines = list(page.lines)
        while page.following is not None:
            page = table.trail.search(TrailSearch(), page.following, 3)
            lines += page.lines
        assert {line.dossier for line in lines if line.code} == seen
        assert any(line.kind == "SessionHappened" for line in lines) is (reach != "own")
        if reach == "own":
            for work in (table.trail.timeline, lambda one: table.trail.unmask(one, "CONTROL"), _again(table)):
                assert refused(lambda work=work: work(accepted)) == "NOT_YOURS"
            assert looked(table, accepted) == []
            assert table.trail.timeline(own).lines
        else:
            assert table.trail.timeline(accepted).lines


def _again(table: Desk):  # type: ignore[no-untyped-def]
    return lambda one: table.trail.again(one, False)
