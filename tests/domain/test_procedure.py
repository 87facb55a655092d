"""The decision, on the pack of this repository; the exact cases stand as examples inside the pack itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.licence import Licence
from clerk_app.domain.procedure import VIEW_FIELDS, Applicant, Decision, Facts, Foreign, applicable, decide, view_of
from clerk_app.domain.rules import TESTS
from tests.peers.pack import training_pack

PACK = training_pack()
NOW = datetime(2026, 11, 23, 9, tzinfo=HANOI)
B2 = Licence("old", "B2", "010167012345", date(2016, 12, 20), date(2026, 12, 20), "valid")
A1 = Licence("old", "A1", "010097055512", date(2009, 5, 3), None, "valid")
QUAN = Facts(
    procedure="licence-exchange",
    case="DOI_SAP_HET_HAN",
    received_at=NOW,
    channel="counter",
    applicant=Applicant(date(1990, 8, 14), "M"),
    licences=(B2,),
    wanted_class="B",
    identity_level="chip",
    sanctions="clear",
)


def decided(facts: Facts) -> Decision:
    return decide(facts, PACK.as_of(facts.received_at.date()))


def test_the_main_job() -> None:
    decision = decided(QUAN)
    assert decision.allowed
    assert [choice.code for choice in decision.new_classes] == ["B", "C1"]
    assert decision.fee_vnd == 115_000
    assert decision.due_at == datetime(2026, 11, 30, 12, tzinfo=HANOI)
    assert decision.test == "none"
    assert decision.valid_until == date(2036, 11, 23)
    assert decision.exceptions_needed == ()
    assert all(rule.because.vi and rule.because.en and "{" not in rule.because.vi for rule in decision.rules)


def test_every_paper_says_why_and_how_it_may_come() -> None:
    papers = {paper.code: paper for paper in decided(QUAN).papers}
    assert "hạng mới là B" in papers["GKSK"].because.vi
    assert papers["CC"].by_chip
    assert not papers["GKSK"].by_seeing
    assert papers["DON"].generated
    assert not papers["UY_QUYEN"].required
    assert "người khác nộp hoặc nhận thay" in papers["UY_QUYEN"].because.vi
    by_hand = decided(replace(QUAN, identity_level="manual"))
    assert not next(paper for paper in by_hand.papers if paper.code == "CC").by_chip


def test_unknown_sanctions_are_never_clear() -> None:
    decision = decided(replace(QUAN, sanctions="unknown", identity_level="manual"))
    assert [one.code for one in decision.exceptions_needed] == ["IDENTITY_WEAK", "SANCTIONS_UNKNOWN"]
    assert decided(replace(QUAN, sanctions="blocked")).refusals[0].code == "TU_CHOI_VI_PHAM"


def test_a_restriction_goes_when_a_second_licence_has_none() -> None:
    a2 = replace(A1, code="A2")
    alone = decided(replace(QUAN, case="DOI_PHAN_HANG_MOI", licences=(A1,), wanted_class=""))
    both = decided(replace(QUAN, case="DOI_PHAN_HANG_MOI", licences=(A1, a2), wanted_class=""))
    assert alone.new_classes[0].restriction is not None
    assert [(choice.code, choice.restriction) for choice in both.new_classes] == [("A", None)]


def test_a_merged_card_needs_what_either_class_needs() -> None:
    decision = decided(replace(QUAN, case="DOI_TICH_HOP", licences=(A1, B2), wanted_class=""))
    papers = {paper.code: paper for paper in decision.papers}
    assert papers["GKSK"].required
    assert "B / C1" in papers["GKSK"].because.vi
    assert decision.valid_until == date(2036, 11, 23)


def test_a_class_that_leads_nowhere_is_said_beside_one_that_does() -> None:
    a4 = Licence("old", "A4", "010167012345", date(2020, 1, 5), date(2030, 1, 5), "valid")
    decision = decided(replace(QUAN, licences=(B2, a4)))
    assert decision.allowed
    assert any("A4" in words.vi for words in decision.warnings)


def test_an_expiry_day_nobody_knows_is_no_expired_licence_and_no_valid_one() -> None:
    typed = replace(B2, expires=None, status="unknown")
    decision = decided(replace(QUAN, licences=(typed,)))
    assert decision.allowed
    assert any("ngày hết hạn" in words.vi for words in decision.warnings)


def test_the_doubt_about_a_class_reaches_the_supervisor() -> None:
    trailer = Licence("old", "FB2", "010167012345", date(2022, 1, 15), date(2027, 1, 15), "valid")
    decision = decided(replace(QUAN, licences=(trailer,), wanted_class="C1E"))
    verified = {choice.code: choice.verified for choice in decision.new_classes}
    assert verified == {"BE": "partial", "C1E": "no"}
    assert "no" in {rule.verified for rule in decision.rules}


def test_a_day_before_all_rules_is_answered_too() -> None:
    decision = decided(replace(QUAN, received_at=datetime(1985, 1, 1, 9, tzinfo=HANOI)))
    assert not decision.allowed
    assert decision.refusals[0].code == "PROCEDURE_UNKNOWN"


def test_every_doubt_about_the_appointment_is_said() -> None:
    decision = decided(replace(QUAN, received_at=datetime(2024, 12, 31, 9, tzinfo=HANOI)))
    said = [one.vi for one in decision.warnings if "ngày nghỉ" in one.vi]
    assert said == ["Danh mục chưa có ngày nghỉ của năm 2024."], "of 2025 they are known"


def test_a_dossier_keeps_the_rules_of_its_reception_day() -> None:
    facts = replace(QUAN, case="DOI_HONG", received_at=datetime(2026, 6, 10, 9, tzinfo=HANOI))
    assert decided(facts).due_at == datetime(2026, 6, 17, 17, tzinfo=HANOI)


def test_only_what_can_apply_today_is_offered_and_the_rest_says_why_not() -> None:
    rules = PACK.as_of(NOW.date())
    offered = {case.code: (applies, why) for case, applies, why in applicable(replace(QUAN, case=""), rules)}
    assert set(offered) == {case.code for case in rules.cases if QUAN.procedure in case.procedures}
    assert offered["DOI_SAP_HET_HAN"][0]
    assert not offered["CAP_LAI_QUA_HAN"][0]
    assert "chưa quá hạn" in offered["CAP_LAI_QUA_HAN"][1].vi
    assert not offered["DOI_TICH_HOP"][0]
    expired = replace(QUAN, licences=(replace(B2, expires=date(2026, 10, 1)),))
    later = {case.code: applies for case, applies, _ in applicable(expired, rules)}
    assert later["CAP_LAI_QUA_HAN"]
    assert not later["DOI_SAP_HET_HAN"]


def test_an_open_violation_does_not_hide_the_cases() -> None:
    rules = PACK.as_of(NOW.date())
    offered = {case.code: applies for case, applies, _ in applicable(replace(QUAN, sanctions="blocked"), rules)}
    assert offered["DOI_SAP_HET_HAN"]


# ---- for all facts -----------------------------------------------------------------------------------------------

TODAY = PACK.as_of(NOW.date())
CASES = [case.code for case in TODAY.cases]
CODES = sorted({code for _, code in TODAY.classes})
DAYS = st.dates(date(2005, 1, 1), date(2040, 12, 31))
LICENCES = st.builds(
    Licence,
    regime=st.sampled_from(["old", "new"]),
    code=st.sampled_from([*CODES, "Z9"]),
    number=st.just("010167012345"),
    issued=st.none() | DAYS,
    expires=st.none() | DAYS,
    status=st.sampled_from(["valid", "held", "suspended", "revoked", "lost", "unknown"]),
    issuer=st.sampled_from(["", "Sở GTVT Hà Nội", "Bộ Quốc phòng", "Giấy phép ngành Công an", "Bayern"]),
    points=st.none() | st.integers(0, 12),
    restriction=st.sampled_from(["", "", "automatic", "three_wheels", "left_hand", "unheard of"]),
    fraud_decided=st.none() | DAYS,
)
FACTS = st.builds(
    Facts,
    procedure=st.sampled_from([*TODAY.procedures, "licence-exchange", "other"]),
    case=st.sampled_from([*CASES, "NONE"]),
    received_at=st.datetimes(datetime(2016, 1, 1), datetime(2029, 12, 31), timezones=st.just(HANOI)),  # noqa: DTZ001
    channel=st.sampled_from(["counter", "online", "post"]),
    applicant=st.builds(
        Applicant,
        born=st.none() | st.dates(date(1930, 1, 1), date(2015, 1, 1)),
        sex=st.sampled_from([None, "M", "F"]),
        nationality=st.sampled_from(["VNM", "FRA", ""]),
        residence_abroad=st.booleans(),
    ),
    licences=st.lists(LICENCES, max_size=3).map(tuple),
    wanted_class=st.sampled_from(["", *CODES, "Z9"]),
    identity_level=st.sampled_from(["chip", "qr", "manual"]),
    sanctions=st.sampled_from(["clear", "blocked", "unknown"]),
    force_majeure=st.sampled_from([None, True, False]),
    represented=st.sampled_from([None, True, False]),
    fraud_decided=st.none() | DAYS,
    foreign=st.builds(
        Foreign,
        kind=st.sampled_from([None, "national", "temporary", "permit"]),
        altered=st.sampled_from([None, True, False]),
        earned_abroad=st.sampled_from([None, True, False]),
        residence_months=st.none() | st.integers(0, 999),
    ),
    health=st.sampled_from(["fit", "again", "unfit", "unknown"]),
)


@given(FACTS)
def test_there_is_always_an_answer_and_always_a_reason(facts: Facts) -> None:
    decision = decided(facts)
    assert decision.allowed == (not decision.refusals)
    assert all(one.words.vi and one.words.en for one in decision.refusals)
    assert all(one.because.vi and one.because.en for one in decision.papers)
    assert decision.due_at >= facts.received_at
    assert decision == decided(facts)


@given(FACTS)
def test_the_vocabulary_of_conditions_is_answered(facts: Facts) -> None:
    assert set(view_of(facts, PACK.as_of(facts.received_at.date()))) == VIEW_FIELDS


@given(FACTS)
def test_not_knowing_never_takes_away_a_refusal_for_sanctions_without_an_exception(facts: Facts) -> None:
    decision = decided(replace(facts, sanctions="unknown"))
    rules = PACK.as_of(facts.received_at.date())
    if rules.exceptions:
        assert "SANCTIONS_UNKNOWN" in [one.code for one in decision.exceptions_needed]


@given(FACTS.filter(lambda facts: facts.case != "DOI_TICH_HOP_TUOC"), st.integers(1, 400))
def test_the_longer_overdue_the_more_is_tested(facts: Facts, days: int) -> None:
    earlier = tuple(
        replace(one, expires=one.expires - timedelta(days=days)) if one.expires else one for one in facts.licences
    )
    now, then = decided(facts), decided(replace(facts, licences=earlier))
    assert TESTS.index(then.test) >= TESTS.index(now.test)


@given(FACTS)
def test_a_blocked_person_is_never_allowed_what_a_clear_one_is_not(facts: Facts) -> None:
    if facts.case != "DOI_TICH_HOP_TUOC":
        clear, blocked = (decided(replace(facts, sanctions=state)) for state in ("clear", "blocked"))
        assert {one.code for one in clear.refusals} <= {one.code for one in blocked.refusals}


@pytest.mark.parametrize("rule_set", ["R0", "R1", "R2", "R3", "R4", "R5", "R6", "R7"])
def test_every_rule_set_stands(rule_set: str) -> None:
    days = [day for day in PACK.rule_days if PACK.as_of(day).rule_set == rule_set]
    rules = PACK.as_of(days[0])
    facts = replace(QUAN, case="DOI_HONG", received_at=datetime.combine(days[0], NOW.time(), HANOI))
    licence = replace(B2, expires=days[0] + timedelta(days=30))
    decision = decide(replace(facts, licences=(licence,), wanted_class=""), rules)
    assert decision.allowed
    assert decision.fee_vnd > 0
    assert decision.due_at.date() > days[0]


def test_what_the_draft_of_a_circular_says_is_a_switch_of_the_office() -> None:
    rules = PACK.as_of(NOW.date())
    turned = replace(rules, settings={**rules.settings, "application_form": "on", "id_database_photo": "on"})
    off = {paper.code: paper for paper in decide(QUAN, rules).papers}
    on = {paper.code: paper for paper in decide(QUAN, turned).papers}
    assert (off["DON"].required, on["DON"].required) == (False, True)
    assert (off["ANH"].by_chip, on["ANH"].by_chip) == (False, True)


def test_a_restriction_goes_with_the_lower_class_of_somebody_too_old() -> None:
    rules = PACK.as_of(NOW.date())
    bus = Licence("old", "E", "010167012345", date(2022, 1, 15), date(2027, 1, 15), "valid", restriction="glasses")
    old_driver = replace(QUAN, licences=(bus,), wanted_class="", applicant=Applicant(date(1968, 1, 10), "M"))
    row = replace(rules.restrictions["automatic"], code="glasses", classes=("D", "D2"))
    both, only_d = (
        decide(old_driver, replace(rules, restrictions={"glasses": replace(row, classes=classes)}))
        for classes in (("D", "D2"), ("D",))
    )
    assert [(one.code, one.restriction) for one in both.new_classes] == [("D2", row.words)]
    assert [one.code for one in only_d.refusals] == ["RESTRICTED"]
    (known,) = rules.conversions["old", "E"]
    bound = {**rules.conversions, ("old", "E"): (replace(known, restriction=row.words),)}
    plain = replace(old_driver, licences=(replace(bus, restriction=""),))
    (lower,) = decide(plain, replace(rules, conversions=bound)).new_classes
    assert (lower.code, lower.restriction) == ("D2", row.words)


def test_a_visa_counts_as_residence_only_where_the_office_turned_that_on() -> None:
    rules = PACK.as_of(NOW.date())
    turned = replace(rules, settings={**rules.settings, "foreign_visa": "on"})
    foreign = replace(
        QUAN, case="DOI_NN", licences=(), applicant=Applicant(date(1980, 1, 1), "M", "FRA"), foreign=Foreign("national")
    )
    off, on = ([paper for paper in decide(foreign, one).papers if paper.code == "CU_TRU_NN"] for one in (rules, turned))
    assert [("thị thực" in paper.name.vi, paper.required) for paper in (*off, *on)] == [(False, True), (True, True)]


def test_the_rows_behind_a_line_are_named_with_words_for_that_line() -> None:
    decision = decided(QUAN)
    assert [rule.because.vi for rule in decision.why("valid_until")] == ["Hạng B có giá trị 10 năm kể từ ngày cấp."]
    assert [rule.because.vi for rule in decision.why("due")] == [
        "Thời hạn giải quyết: 3,5 ngày làm việc.",
        "Nửa ngày được đọc là 12 giờ trưa của ngày cuối.",
        "Ngày Văn hóa Việt Nam",
    ]
    assert [rule.because.vi for rule in decision.why("class:C1")] == ["Hạng B2 (cũ) đổi sang hạng C1."]
    assert decision.why("test") == ()
    (fee,) = decision.why("fee")
    assert (fee.basis, fee.verified, fee.since, fee.until) == (
        "TT 154/2025/TT-BTC (Annex)",
        "partial",
        date(2026, 1, 1),
        None,
    )


def test_the_supervisor_is_told_what_the_doubt_is() -> None:
    trailer = Licence("old", "FB2", "010167012345", date(2022, 1, 15), date(2027, 1, 15), "valid")
    decision = decided(replace(QUAN, licences=(trailer,), wanted_class="C1E", sanctions="unknown"))
    doubts = {rule.id.partition("@")[0]: rule.verified for rule in decision.doubts}
    assert doubts["conversions:old/FB2/C1E"] == "no"
    assert doubts["fees:GPLX_ISSUE/any"] == "partial"
    (needed,) = decision.exceptions_needed
    assert (needed.code, needed.granted_by, needed.approvers) == ("SANCTIONS_UNKNOWN", ("supervisor",), 1)
    assert decision.why("exception:SANCTIONS_UNKNOWN")


def test_a_permit_bears_the_number_of_the_national_licence_and_shows_it_to_nobody_else() -> None:
    decision = decided(replace(QUAN, case="CAP_IDP", wanted_class=""))
    assert decision.permit_number == "VN010167012345"
    assert "010167012345" not in repr(decision)
    assert decided(QUAN).permit_number == ""


def test_an_international_permit_ends_with_the_national_licence() -> None:
    permit = replace(QUAN, case="CAP_IDP", wanted_class="")
    assert decided(permit).valid_until == date(2026, 12, 20)
    long_lived = replace(B2, expires=date(2035, 1, 1))
    assert decided(replace(permit, licences=(long_lived,))).valid_until == date(2029, 11, 23)
    assert decided(permit).new_classes == ()
