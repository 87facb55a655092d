"""An exception in any order of asking, asking back and deciding: nobody grants what is not theirs to grant."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.deciding import may_decide
from clerk_app.domain.differences import sources_differ
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    FieldsEntered,
    Happening,
    IdentityRead,
    Opened,
    PaperMarked,
    RegisterAnswered,
    TakenOver,
    after,
    replay,
)
from clerk_app.domain.evidence import Evidence
from clerk_app.domain.exceptions import check_decision, check_request, is_granted, shown_of, shown_text
from clerk_app.domain.facts import exception_of
from clerk_app.domain.licence import Holder
from clerk_app.domain.oversight import DecisionRefused, Looked, MoreAsked
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens
from clerk_app.wire import decode_entry, encode_entry
from tests.peers.pack import training_pack

AT = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
WEAK = "IDENTITY_WEAK"
OPENED = Opened("licence-exchange", "counter", "Q01-1", "PC08-HN", "Q01", "1", True)
RULES = training_pack().as_of(AT.date())
PEOPLE = ("opener", "clerk", "s1", "s2", "s3")

asks = st.builds(
    lambda who, count: (who, ExceptionAsked(WEAK, "x", approvers=count)), st.sampled_from(PEOPLE), st.integers(0, 3)
)
says = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["grant", "refuse", "more"]), st.integers(-1, 3))
"""Who, what, and about which request: the n-th last one, or none in particular (-1)."""


def _entry(dossier: UUID, what: Happening, who: str, minute: int = 0) -> Entry:
    return Entry(uuid4(), dossier, what, who, AT + timedelta(minutes=minute))


def _what(kind: str, request: UUID | None) -> Happening:
    if kind == "more":
        return MoreAsked(WEAK, "?", request=request)
    return ExceptionDecided(WEAK, kind == "grant", request=request)


@given(st.lists(st.one_of(asks, says), max_size=14))
def test_it_is_granted_by_enough_other_people_or_not_at_all(steps: list[tuple[object, ...]]) -> None:
    """Against a reading of its own: all that was said to the last request, in order."""
    dossier = uuid4()
    state = replay([_entry(dossier, OPENED, "opener")])
    requests: list[tuple[UUID, str, int]] = []
    granted: set[str] = set()
    outcome: bool | None = None
    for step in steps:
        if isinstance(step[1], ExceptionAsked):
            entry = _entry(dossier, step[1], str(step[0]))
            requests.append((entry.id, entry.who, max(1, step[1].approvers)))
            granted, outcome = set(), None
        else:
            who, kind, back = str(step[0]), str(step[1]), step[2]
            assert isinstance(back, int)
            named = requests[-1 - back][0] if 0 <= back < len(requests) else None
            entry = _entry(dossier, _what(kind, named), who)
            if requests and outcome is None and named in (None, requests[-1][0]):
                _, asker, count = requests[-1]
                if who not in {asker, "opener"} | granted:
                    if kind == "refuse":
                        outcome = False
                    elif kind == "grant":
                        granted.add(who)
                        outcome = True if len(granted) >= count else None
        state = after(state, entry)
    held = state.exceptions.get(WEAK)
    if not requests:
        assert held is None
        return
    assert held is not None
    assert (held.granted, set(held.granted_by), held.request) == (outcome, granted, requests[-1][0])
    if held.granted:
        assert len(set(held.granted_by)) >= held.approvers
        assert {"opener", held.asked_by}.isdisjoint(held.granted_by)


def _asked(*more: tuple[str, Happening], approvers: int = 1) -> Dossier:
    dossier = uuid4()
    happened = (("opener", OPENED), ("clerk", ExceptionAsked(WEAK, "Chip hỏng", approvers=approvers)), *more)
    return replay(_entry(dossier, what, who, minute) for minute, (who, what) in enumerate(happened))


def test_more_is_asked_for_until_it_is_asked_anew() -> None:
    state = _asked(("s1", MoreAsked(WEAK, "Mặt sau đâu?", "applicant.number")))
    held = state.exceptions[WEAK]
    assert held.is_open
    assert held.more is not None
    assert (held.more.comment, held.more_by, held.lacking) == ("Mặt sau đâu?", "s1", 1)
    again = after(state, _entry(state.id, ExceptionAsked(WEAK, "Đã quét"), "clerk")).exceptions[WEAK]
    assert (again.more, again.reason) == (None, "Đã quét")
    by_asker = after(state, _entry(state.id, MoreAsked(WEAK, "tôi"), "clerk")).exceptions[WEAK]
    assert by_asker.more == held.more, "whoever asked cannot hold it back"
    decided = after(state, _entry(state.id, ExceptionDecided(WEAK, True, "được"), "s2")).exceptions[WEAK]
    assert (decided.granted, decided.more, decided.decided_by) == (True, None, "s2")


def test_two_must_grant_and_one_refusal_ends_it() -> None:
    first = _asked(("s1", ExceptionDecided(WEAK, True)), approvers=2)
    held = first.exceptions[WEAK]
    assert (held.granted, held.granted_by, held.lacking) == (None, ("s1",), 1)
    twice = after(first, _entry(first.id, ExceptionDecided(WEAK, True), "s1"))
    assert twice.exceptions[WEAK].granted is None, "one person, twice"
    refused = after(first, _entry(first.id, ExceptionDecided(WEAK, False, "không"), "s2")).exceptions[WEAK]
    assert (refused.granted, refused.lacking) == (False, 0)
    both = after(first, _entry(first.id, ExceptionDecided(WEAK, True), "s2")).exceptions[WEAK]
    assert (both.granted, both.granted_by) == (True, ("s1", "s2"))


def test_a_second_account_is_the_same_person() -> None:
    state = _asked(("s1", ExceptionDecided(WEAK, True)), approvers=2)
    held = state.exceptions[WEAK]
    persons = {"opener2": "P1", "opener": "P1", "clerk2": "clerk", "s1b": "P9", "s1": "P9"}
    for who in ("opener2", "clerk2", "s1b", "opener", "clerk", "s1"):
        assert not may_decide(state, held, who, persons), who
    assert may_decide(state, held, "opener2"), "nobody said that they are one"
    assert may_decide(state, held, "s2", persons)


# ---- what is shown


def test_what_is_shown_is_the_same_after_the_wire_and_in_any_zone() -> None:
    state = _asked(("clerk", FieldsEntered(MappingProxyType({"applicant.name": "Trần Minh Quân"}), "identity")))
    dossier = uuid4()
    happened = [
        _entry(dossier, OPENED, "opener"),
        _entry(dossier, ExceptionAsked(WEAK, "Chip hỏng", 0, ("ab" * 32,)), "clerk"),
        _entry(dossier, FieldsEntered(MappingProxyType({"applicant.number": "001090012345"}), "identity"), "clerk"),
        _entry(dossier, RegisterAnswered(False, (), "unknown", problem="x"), "clerk"),
    ]
    here = shown_of(replay(happened), WEAK)
    assert here == shown_of(replay(decode_entry(encode_entry(one)) for one in happened), WEAK)
    assert here == shown_of(replay(replace(one, at=one.at.astimezone(UTC)) for one in happened), WEAK)
    far = timezone(timedelta(hours=-5))
    assert here == shown_of(replay(replace(one, at=one.at.astimezone(far)) for one in happened), WEAK)
    assert len(here) == 64
    assert shown_of(state, "OTHER") == ""


@pytest.mark.parametrize(
    "what",
    [
        FieldsEntered(MappingProxyType({"applicant.name": "LÊ VĂN B"}), "identity"),
        FieldsEntered(MappingProxyType({"case": "DOI_SAP_HET_HAN"}), "application"),
        PaperMarked("CC", "seen"),
        FeeTaken("0000001", 135_000, "cash", 200_000, 65_000),
        RegisterAnswered(True, (), "clear"),
        ExceptionAsked(WEAK, "Lý do khác"),
        ExceptionAsked(WEAK, "Chip hỏng"),
    ],
    ids=lambda what: type(what).__name__,
)
def test_what_a_decider_looks_at_changes_the_digest(what: Happening) -> None:
    before = _asked()
    assert shown_of(before, WEAK) != shown_of(after(before, _entry(before.id, what, "clerk", 9)), WEAK)


@pytest.mark.parametrize(
    "what",
    [
        FieldsEntered(
            MappingProxyType({"applicant.phone": "0912345678", "reason": "x", "pledge": "yes"}), "application"
        ),
        FieldsEntered(MappingProxyType({}), "papers", "focus"),
        MoreAsked(WEAK, "?"),
        ExceptionDecided(WEAK, True),
        DecisionRefused(WEAK, "FOUR_EYES", "clerk"),
        Looked("applicant.number"),
    ],
    ids=lambda what: type(what).__name__,
)
def test_what_nobody_decides_on_leaves_it_as_it_is(what: Happening) -> None:
    before = _asked(approvers=2)
    assert shown_of(before, WEAK) == shown_of(after(before, _entry(before.id, what, "s1", 9)), WEAK)


def test_no_two_dossiers_are_shown_as_one() -> None:
    one, other = _asked(), _asked()
    texts = {shown_text(state, state.exceptions[WEAK]) for state in (one, other)}
    assert len(texts) == 2
    assert " " not in min(texts).replace("Chip hỏng", "").replace("licence-exchange", "")


# ---- the law


def _refusal(
    state: Dossier, who: str, roles: tuple[str, ...], granted: bool = True, request: UUID | None = None
) -> str:
    try:
        check_decision(state, next(iter(state.exceptions), WEAK), request, granted, who, roles, RULES)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_who_may_decide_by_the_rows_of_the_law() -> None:
    state = _asked()
    assert _refusal(state, "s1", ("supervisor",)) == ""
    assert _refusal(state, "s1", ("clerk",)) == "GRANTED_BY_OTHERS"
    assert _refusal(state, "s1", ()) == "GRANTED_BY_OTHERS"
    assert _refusal(state, "clerk", ("supervisor",)) == "FOUR_EYES"
    assert _refusal(state, "s1", ("supervisor",), request=uuid4()) == "REQUEST_OTHER"
    assert _refusal(state, "s1", ("supervisor",), request=state.exceptions[WEAK].request) == ""
    done = after(state, _entry(state.id, ExceptionDecided(WEAK, False), "s1"))
    assert _refusal(done, "s2", ("supervisor",)) == "EXCEPTION_DECIDED"
    assert _refusal(replay([_entry(uuid4(), OPENED, "opener")]), "s1", ("supervisor",)) == "EXCEPTION_UNKNOWN"


def test_no_more_money_than_the_row_says() -> None:
    dossier = uuid4()

    def asked(amount_vnd: int) -> Dossier:
        asks = ExceptionAsked("REFUND", "Rút hồ sơ", amount_vnd)
        return replay([_entry(dossier, OPENED, "opener"), _entry(dossier, asks, "clerk")])

    assert RULES.grants("REFUND", ("supervisor",))[0].up_to_vnd == 1_000_000
    assert _refusal(asked(1_000_000), "s1", ("supervisor",)) == ""
    assert _refusal(asked(1_000_001), "s1", ("supervisor",)) == "AMOUNT_TOO_HIGH"
    assert _refusal(asked(1_000_001), "s1", ("supervisor",), granted=False) == "", "whoever refuses gives nothing away"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (ExceptionAsked("REFUND", "x", 135_000), ""),
        (ExceptionAsked("REFUND", "x", 135_001), "AMOUNT_WRONG"),
        (ExceptionAsked("REFUND", "x", 0), "AMOUNT_WRONG"),
        (ExceptionAsked("REFUND", "x", -5), "AMOUNT_WRONG"),
        (ExceptionAsked(WEAK, "x", 1), "AMOUNT_WRONG"),
        (ExceptionAsked("BACKDATED", "x"), "APPROVERS_FEWER"),
        (ExceptionAsked("BACKDATED", "x", approvers=2), ""),
        (ExceptionAsked(WEAK, "x", approvers=3), ""),
        (ExceptionAsked("FREE_BEER", "x"), "EXCEPTION_KIND"),
        (ExceptionAsked(WEAK, "x", evidence=("ab" * 32,)), "EVIDENCE_UNKNOWN"),
        (ExceptionAsked("PAPER_WAIVED:GKSK", "x"), ""),
    ],
)
def test_what_can_be_asked_for(asked: ExceptionAsked, code: str) -> None:
    paid = FeeTaken("0000001", 135_000, "cash", 200_000, 65_000)
    state = _asked(("clerk", paid))
    with pytest.raises(Refusal, match=code) if code else nullcontext():
        check_request(state, asked, RULES)


def _typed(**values: str) -> FieldsEntered:
    return FieldsEntered({name.replace("__", "."): text for name, text in values.items()}, "identity")


@pytest.mark.parametrize(
    "work",
    [
        _typed(applicant__name="TRẦN B"),
        PaperMarked("GKSK", "seen"),
        TakenOver("Q02-A", "clerk", "mất điện"),
        FeeTaken("1", 135_000, "cash", 135_000, 0),
    ],
)
def test_nobody_decides_about_what_he_brought_in_or_took_over(work: Happening) -> None:
    state = after(_asked(), _entry(uuid4(), work, "s1"))
    held = state.exceptions[WEAK]
    assert not may_decide(state, held, "s1")
    assert not may_decide(state, held, "s1.second", {"s1": "CA-117", "s1.second": "CA-117"})
    assert may_decide(state, held, "s2")
    with pytest.raises(Refusal, match="FOUR_EYES"):
        check_decision(state, WEAK, held.request, True, "s1", ["supervisor"], RULES)


def test_to_look_at_it_or_to_stand_somewhere_in_it_is_no_part_in_it() -> None:
    phone = FieldsEntered({"applicant.phone": "0912345678"}, "application")
    here = FieldsEntered({}, "papers", "applicant.name")
    state = _asked(("s1", here), ("s1", Looked("trail")), ("s1", phone))
    assert may_decide(state, state.exceptions[WEAK], "s1")


@pytest.mark.parametrize(
    ("code", "before", "then"),
    [
        ("LATE_ENTRY", {"received_at": "2026-11-22T09:00+07:00"}, {"received_at": "2026-11-10T09:00+07:00"}),
        ("BACKDATED", {"received_at": "2026-11-05T09:00+07:00"}, {"received_at": "2026-10-05T09:00+07:00"}),
        ("HEALTH_EXPIRED", {"health.concluded": "2025-11-01"}, {"health.concluded": "2020-11-01"}),
    ],
)
def test_what_was_granted_for_one_day_is_not_granted_for_another(
    code: str, before: dict[str, str], then: dict[str, str]
) -> None:
    dossier = uuid4()
    happened = [
        ("clerk", OPENED),
        ("clerk", FieldsEntered(before, "identity")),
        ("clerk", ExceptionAsked(code, "x")),
        ("s1", ExceptionDecided(code, True)),
    ]
    state = replay(_entry(dossier, what, who) for who, what in happened)
    assert is_granted(state, code, RULES) or code == "BACKDATED"
    assert exception_of(after(state, _entry(dossier, _typed(applicant__phone="0912"), "clerk")), code) is not None
    other = after(state, _entry(dossier, FieldsEntered(then, "identity"), "clerk"))
    assert exception_of(other, code) is None
    assert not is_granted(other, code, RULES)
    back = after(other, _entry(dossier, FieldsEntered(before, "identity"), "clerk"))
    assert exception_of(back, code) is not None


def test_what_was_granted_of_differing_data_holds_for_what_was_laid_side_by_side() -> None:
    dossier, code = uuid4(), "DATA_DIFFERS"
    read = specimens.specimen(1).person
    qr = IdentityRead(read, Evidence("qr", "qr", (), "", AT))
    holder = RegisterAnswered(True, (), "clear", "R", holder=Holder("TRẦN MINH QUANG", read.born))
    happened = [
        ("clerk", OPENED),
        ("clerk", qr),
        ("clerk", holder),
        ("clerk", ExceptionAsked(code, "x")),
        ("s1", ExceptionDecided(code, True)),
    ]
    state = replay(_entry(dossier, what, who) for who, what in happened)
    assert sources_differ(state)
    assert is_granted(state, code, RULES)
    chosen = after(state, _entry(dossier, _typed(applicant__name="TRẦN MINH QUANG"), "clerk"))
    assert is_granted(chosen, code, RULES), "of what was seen one is chosen"
    third = after(state, _entry(dossier, _typed(applicant__name="LÊ VĂN CƯỜNG"), "clerk"))
    assert sources_differ(third)
    assert not is_granted(third, code, RULES)
    again = after(state, _entry(dossier, replace(holder, holder=Holder("NGUYỄN VĂN AN", read.born)), "clerk"))
    assert not is_granted(again, code, RULES)
