"""What may stand beside what another desk did meanwhile, kind by kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from clerk_app.domain.dossier import (
    Discarded,
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    FieldsEntered,
    Happening,
    IdentityRead,
    Opened,
    Page,
    PageArrived,
    PageRead,
    PagesArranged,
    PaperMarked,
    PaperTaken,
    Printed,
    RefusalSettled,
    RegisterAnswered,
    RulesRenewed,
    Submitted,
    TakenOver,
    arranged,
    replay,
)
from clerk_app.domain.evidence import Evidence
from clerk_app.domain.merging import contradiction
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.settling import Record, check_settlement, counting, ways_out
from tests.desk.conftest import MORNING
from tests.peers.verdicts import verdicts

DOSSIER = UUID(int=7)
A, B = Page("a" * 64, "GKSK", 10, 10, 300, 9), Page("b" * 64, "GKSK", 10, 10, 300, 9)
HELD = replay(
    [
        Entry(uuid4(), DOSSIER, what, "clerk", MORNING)
        for what in (Opened("licence-exchange", "counter", "L-1", "PC08-HN", "Q01", "1"), PagesArranged((A, B), "scan"))
    ]
)
PERSON = Person("001090012345", "TRẦN MINH QUÂN", date(1990, 8, 14), "M")
CHIP = Evidence("chip", "chip", verdicts(), "practice", MORNING)
QR = Evidence("qr", "qr", (), "practice", MORNING)
ACCEPTED = Submitted("G01.801.308-261123-000001", MORNING, MORNING, "B", "DOI", 115_000, ())


def entry(what: Happening, who: str = "clerk") -> Entry:
    return Entry(uuid4(), DOSSIER, what, who, MORNING)


def turned(page: Page) -> Happening:
    pages = tuple(replace(one, turned=90) if one == page else one for one in HELD.pages)
    return arranged(HELD, pages, "rotate")


def typed(**values: str) -> FieldsEntered:
    return FieldsEntered({name.replace("__", "."): text for name, text in values.items()}, "identity")


@pytest.mark.parametrize(
    ("mine", "theirs", "kind"),
    [
        (typed(reason="a"), typed(reason="b"), "field"),
        (typed(reason="a"), typed(reason="a"), ""),
        (typed(reason="a"), typed(applicant__phone="1"), ""),
        (typed(reason=""), typed(reason="b"), "field"),
        (typed(), typed(reason="b"), ""),
        (turned(A), turned(B), ""),
        (turned(A), turned(A), ""),
        (turned(A), arranged(HELD, (B,), "delete"), "page"),
        (arranged(HELD, (B, A), "move"), turned(A), ""),
        (PagesArranged((B, A), "move"), turned(A), "page"),
        (PageArrived(A, "scan"), PageArrived(B, "scan"), ""),
        (PageArrived(A, "scan", 0, B.sheet), turned(B), "page"),
        (PaperMarked("GKSK", "seen"), PaperMarked("GKSK", "unmarked"), "mark"),
        (PaperMarked("GKSK", "seen"), PaperMarked("ANH", "seen"), ""),
        (PaperTaken("GKSK", "dossier", "1", 2), PaperTaken("GKSK", "dossier", "2", 2), "taken"),
        (ExceptionAsked("X", "a"), ExceptionAsked("X", "b"), "asked"),
        (ExceptionAsked("X", "a"), ExceptionDecided("X", True), ""),
        (ExceptionDecided("X", True), ExceptionAsked("X", "other"), ""),
        (ExceptionDecided("X", True), ExceptionDecided("X", False), ""),
        (ExceptionDecided("X", True, request=uuid4()), ExceptionAsked("X", "other"), ""),
        (ExceptionDecided("X", True), ExceptionAsked("Y", "other"), ""),
        (RulesRenewed("2"), RulesRenewed("3"), "law"),
        (RulesRenewed("2"), RulesRenewed("2"), ""),
        (IdentityRead(PERSON, CHIP), typed(applicant__name="KHÁC"), ""),
        (IdentityRead(PERSON, CHIP), typed(applicant__number="001185067890"), "field"),
        (IdentityRead(PERSON, QR), typed(applicant__name="KHÁC"), "field"),
        (IdentityRead(PERSON, QR, taken=False), typed(applicant__name="KHÁC"), ""),
        (RegisterAnswered(True, (), "clear"), RegisterAnswered(False, (), "unknown"), ""),
        (ACCEPTED, typed(applicant__phone="1"), "accepted"),
        (ACCEPTED, PageArrived(A, "scan"), "accepted"),
        (ACCEPTED, PageRead(A.sheet, "c" * 64), ""),
        (ACCEPTED, TakenOver("Q02", "clerk2", "x"), ""),
        (ACCEPTED, Printed("M01", 1, 2, "completed"), ""),
        (ACCEPTED, RefusalSettled((uuid4(),), "central", "x", "Q02"), "accepted"),
        (Discarded("x"), typed(reason="b"), "discarded"),
        (Discarded("x"), typed(), ""),
    ],
)
def test_what_was_not_seen_contradicts_or_stands_beside_it(mine: Happening, theirs: Happening, kind: str) -> None:
    found = contradiction(entry(mine), [entry(theirs)])
    assert (found.kind if found is not None else "") == kind
    if found is not None:
        assert found.refusal.words.vi
        assert found.refusal.remedy.en


def test_a_decision_is_about_the_only_request_there_is() -> None:
    """A central that was brought back from an older copy hears the request again, under a number that nobody saw."""
    decided, asked = entry(ExceptionDecided("X", True), "supervisor"), entry(ExceptionAsked("X", "a"))
    again = entry(ExceptionAsked("X", "b"))
    assert contradiction(decided, [asked]) is None
    for unseen, seen in (([again], [asked]), ([asked, again], [])):
        found = contradiction(decided, unseen, seen)
        assert found is not None, "which of two was decided, nobody can say"
        assert found.kind == "asked"


def test_the_last_of_what_was_not_seen_is_what_stands() -> None:
    unseen = [entry(typed(reason="b")), entry(typed(reason="a"))]
    assert contradiction(entry(typed(reason="a")), unseen) is None


def test_what_is_said_of_a_person_is_about_whom_the_number_named() -> None:
    seen = [entry(typed(applicant__number="001090012345"))]
    unseen = [entry(typed(applicant__number="001185067890"))]
    found = contradiction(entry(typed(applicant__residence="Huế")), unseen, seen)
    assert found is not None
    assert found.names == ("applicant.number",)
    assert contradiction(entry(typed(reason="a")), unseen, seen) is None
    assert contradiction(entry(typed(applicant__residence="Huế")), unseen) is None, "there was nobody else before"


def refused(what: Happening, code: str = "FIELD_CONTRADICTED", who: str = "clerk") -> Record:
    return Record(entry(what, who), "Q01", 0, code)


@pytest.mark.parametrize(
    ("kind", "code", "ways"),
    [
        (typed(reason="a"), "FIELD_CONTRADICTED", ("central", "ours", "new")),
        (ACCEPTED, "SUBMITTED_UNSEEN", ("central", "ours", "new")),
        (ACCEPTED, "CODE_USED", ("central", "new")),
        (FeeTaken("0000001", 1, "cash", 1, 0), "FEE_TWICE", ("central", "new")),
        (ExceptionDecided("X", True), "EXCEPTION_DECIDED", ("central",)),
        (PaperMarked("GKSK", "seen"), "PAPER_CONTRADICTED", ("central", "ours")),
        (Discarded("x"), "DISCARDED_UNSEEN", ("central", "ours")),
        (RefusalSettled((uuid4(),), "ours", "x", "Q01"), "SETTLED_BEFORE", ("central",)),
    ],
)
def test_the_ways_out_follow_from_what_was_refused_and_why(kind: Happening, code: str, ways: tuple[str, ...]) -> None:
    assert ways_out([refused(kind, code)], HELD) == ways


def test_of_a_closed_dossier_ours_cannot_be_entered_again() -> None:
    closed = replay([entry(HELD_OPENED), entry(ACCEPTED)])
    assert ways_out([refused(typed(reason="a"), "DOSSIER_CLOSED")], closed) == ("central", "new")
    assert ways_out([refused(HELD_OPENED, "COUNTER_FOREIGN")], Dossier(DOSSIER)) == ("central", "new")


HELD_OPENED = Opened("licence-exchange", "counter", "L-1", "PC08-HN", "Q01", "1")


def test_a_settlement_names_what_is_there_and_leads_somewhere() -> None:
    one = refused(typed(reason="a"))
    known = {one.entry.id: one}

    def code(way: str, reason: str = "vì thế", who: str = "supervisor", ids: tuple[UUID, ...] = (one.entry.id,)) -> str:
        settled = RefusalSettled(ids, way, reason, "Q01")  # type: ignore[arg-type]
        try:
            check_settlement(entry(settled, who), settled, known, frozenset({UUID(int=9)}), HELD)
        except Refusal as refusal:
            return refusal.code
        return ""

    assert code("central") == code("ours") == code("new") == ""
    assert code("central", reason="  ") == "REASON_MISSING"
    assert code("central", ids=(UUID(int=3),)) == code("central", ids=()) == "REFUSAL_UNKNOWN"
    assert code("central", ids=(UUID(int=9),)) == "SETTLED_BEFORE"
    assert code("ours", who="clerk") == "FOUR_EYES"
    assert code("central", who="clerk") == ""


def test_a_second_account_settles_nothing_of_the_first() -> None:
    one = refused(typed(reason="a"))
    settled = RefusalSettled((one.entry.id,), "ours", "vì thế", "Q01")
    persons = {"clerk": "CA-117", "supervisor": "ca-117"}
    with pytest.raises(Refusal, match="FOUR_EYES"):
        check_settlement(
            entry(settled, "supervisor"), settled, {one.entry.id: one}, frozenset({UUID(int=9)}), HELD, persons
        )


def test_what_nobody_can_read_can_only_be_given_up() -> None:
    unreadable = uuid4()
    for way, code in (("central", ""), ("ours", "WAY_CLOSED")):
        settled = RefusalSettled((unreadable,), way, "x", "Q01")  # type: ignore[arg-type]
        try:
            check_settlement(entry(settled), settled, {unreadable: None}, frozenset(), HELD)
            said = ""
        except Refusal as refusal:
            said = refusal.code
        assert said == code


def test_a_settlement_that_was_refused_settles_nothing_and_one_that_only_gave_way_is_nobodys_trouble() -> None:
    one = refused(typed(reason="a"))
    late = RefusalSettled((one.entry.id,), "central", "x", "Q01")
    opened = Record(entry(HELD_OPENED), "Q01", 1)
    assert counting([opened, one, Record(entry(late), "Q01", 0, "ROLE_MISSING")], "Q01") == (opened.entry, one.entry)
    assert counting([opened, one, settled := Record(entry(late), "Q01")], "Q01") == (opened.entry, settled.entry)
    assert counting([opened, one], "Q02") == (opened.entry,)
