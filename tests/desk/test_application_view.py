"""Step 2 in a dozen situations, word for word: what follows from the law, why, and for whom a doubt is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clerk_app.desk.because import because
from clerk_app.desk.counting import counted, special_days
from clerk_app.desk.views import ChoiceView, FieldView, IntakeView, SummaryLine, Why
from clerk_app.domain.conditions import ALWAYS, AllOf, AnyOf, Known, Not, field
from clerk_app.domain.dossier import FieldsEntered, Submitted
from clerk_app.domain.refusals import Refusal, Words
from tests.desk.conftest import Desk
from tests.peers import situations
from tests.peers.pack import training_pack
from tests.peers.situations import SITUATIONS, Situation


def form_field(view: IntakeView, name: str) -> FieldView:
    return next(one for one in view.application.fields if one.name == name)


def line(view: IntakeView, key: str) -> SummaryLine:
    return next(one for one in view.summary if one.key == key)


def option(view: IntakeView, name: str, value: str) -> ChoiceView:
    return next(one for one in form_field(view, name).options if one.value == value)


def in_both(said: Words | None) -> tuple[str, str]:
    return (said.vi, said.en) if said is not None else ("", "")


# ---- test and overdue days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("b2", ("Không", "No test"), ("còn hạn 27 ngày", "27 days left")),
        ("a1", ("Không", "No test"), ("không thời hạn", "no expiry")),
        ("overdue-0", ("Không", "No test"), ("hết hạn hôm nay, vẫn còn hạn", "expires today, still valid")),
        ("overdue-29", ("Không", "No test"), ("quá hạn 29 ngày, dưới 30 ngày", "29 days overdue, under 30 days")),
        (
            "overdue-30",
            ("Lý thuyết", "Theory"),
            ("quá hạn 30 ngày, từ 30 ngày đến dưới 1 năm", "30 days overdue, from 30 days to under 1 year"),
        ),
        (
            "overdue-364",
            ("Lý thuyết", "Theory"),
            ("quá hạn 364 ngày, từ 30 ngày đến dưới 1 năm", "364 days overdue, from 30 days to under 1 year"),
        ),
        (
            "overdue-365",
            ("Lý thuyết và thực hành", "Theory and practice"),
            ("quá hạn 365 ngày, từ 1 năm", "365 days overdue, 1 year or more"),
        ),
        (
            "merge",
            ("Không", "No test"),
            ("B2: còn hạn 27 ngày; A1: không thời hạn", "B2: 27 days left; A1: no expiry"),
        ),
    ],
)
def test_the_test_follows_from_counted_days(name: str, value: tuple[str, str], detail: tuple[str, str]) -> None:
    shown = line(situations.view(name), "test")
    assert (in_both(shown.value), in_both(shown.detail)) == (value, detail)


def test_an_overdue_licence_says_from_which_day_it_would_be_another_test() -> None:
    (why,) = line(situations.view("overdue-29"), "test").whys
    assert why.text.vi == (
        "Hạng B2 quá hạn 29 ngày, dưới 30 ngày. Quá hạn dưới 30 ngày: cấp lại, không sát hạch. "
        "Từ 24/11/2026: sát hạch lý thuyết."
    )
    assert why.text.en.endswith("From 24/11/2026: theory test.")
    assert (why.basis, why.since, why.until) == ("TT 108/2026/TT-BCA art.22(1)", "01/07/2026", "")


# ---- appointment ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        (
            "b2",
            "12:00 · 30/11/2026",
            (
                "3,5 ngày làm việc; không tính 24/11 (nghỉ lễ), 28–29/11 (cuối tuần)",
                "3.5 working days; not counting 24/11 (holiday), 28–29/11 (weekend)",
            ),
        ),
        (
            "saturday",
            "12:00 · 03/12/2026",
            (
                "3,5 ngày làm việc; nhận thứ Bảy, tính từ ngày làm việc tiếp theo; không tính 29/11 (cuối tuần)",
                "3.5 working days; received on a Saturday, counted from the next working day; "
                "not counting 29/11 (weekend)",
            ),
        ),
        (
            "tet",
            "12:00 · 16/02/2027",
            (
                "3,5 ngày làm việc; không tính 05–11/02 (nghỉ lễ), 13–14/02 (cuối tuần)",
                "3.5 working days; not counting 05–11/02 (holiday), 13–14/02 (weekend)",
            ),
        ),
        (
            "permit",
            "17:00 · 01/12/2026",
            (
                "5 ngày làm việc; không tính 24/11 (nghỉ lễ), 28–29/11 (cuối tuần)",
                "5 working days; not counting 24/11 (holiday), 28–29/11 (weekend)",
            ),
        ),
    ],
)
def test_the_appointment_says_how_it_was_counted(name: str, value: str, detail: tuple[str, str]) -> None:
    shown = line(situations.view(name), "due")
    assert (shown.value.vi, in_both(shown.detail)) == (value, detail)


def test_the_whole_count_and_every_special_day_has_its_basis() -> None:
    first, half, holiday = line(situations.view("b2"), "due").whys
    assert first.text.vi == (
        "Không tính ngày nhận 23/11/2026. Thời hạn 3,5 ngày làm việc; không tính 24/11 (nghỉ lễ), "
        "28–29/11 (cuối tuần). Hẹn 12:00, thứ Hai 30/11/2026. Nửa ngày cuối hết lúc 12:00."
    )
    assert first.basis == "QĐ 1891/QĐ-TTg; TT 108/2026/TT-BCA"
    assert half.text.en == "Half a day is read as until noon of that day."
    assert (holiday.about.vi, holiday.text.vi) == ("Ngày 24/11/2026", "Ngày Văn hóa Việt Nam")
    assert "NQ 28/2026/QH16" in holiday.basis


def test_a_make_up_saturday_is_counted_and_said() -> None:
    rules = training_pack().as_of(date(2026, 8, 20))
    received = situations.MONDAY.replace(year=2026, month=8, day=20)
    due = rules.calendar.due(received, 7, 28).at
    said = counted(received, due, rules.limits["3.000347"], rules.calendar)
    assert said.vi.endswith("có tính 22/08 (làm bù)")
    assert [day.day.day for day in special_days(received, due, rules.calendar)] == [22]


@pytest.mark.parametrize("days", range(0, 400, 7))
def test_the_words_agree_with_the_calendar(days: int) -> None:
    """Every day between reception and appointment is either counted or named."""
    at = situations.MONDAY - timedelta(days=200 - days)
    rules = training_pack().as_of(at.date())
    limit = rules.limits["3.000347"]
    due = rules.calendar.due(at, limit.half_days, limit.hours).at
    between = [at.date() + timedelta(days=n) for n in range(1, (due.date() - at.date()).days + 1)]
    off = [day for day in between if not rules.calendar.works(day)]
    said = counted(at, due, limit, rules.calendar).en
    assert ("not counting" in said) == bool(off)
    assert len(between) - len(off) == (limit.half_days + 1) // 2


# ---- cases and classes ----------------------------------------------------------------------------------------------


def test_nothing_is_chosen_where_the_law_leaves_a_choice() -> None:
    view = situations.view("b2")
    assert form_field(view, "case").value == ""
    assert form_field(view, "wanted_class").value == ""
    assert [one.value for one in form_field(view, "wanted_class").options] == ["B", "C1"]
    assert in_both(line(view, "class").value) == ("B2 → B / C1", "B2 → B / C1")
    assert in_both(line(view, "case").value) == ("chưa chọn", "not chosen yet")
    assert in_both(view.subtitle) == ("Đổi giấy phép lái xe", "Exchange of a driving licence")
    found = {one.code: one.words.vi for one in view.receipt.findings if one.step == "application"}
    assert found["CASE_OPEN"] == "Chưa chọn trường hợp."
    assert found["CLASS_OPEN"] == "Chưa chọn hạng đề nghị: B hoặc C1."


def test_a_class_chosen_for_one_licence_is_not_chosen_for_another() -> None:
    def merged(wanted: str, other: str) -> dict[str, str]:
        fields = (("case", "DOI_HONG"), ("wanted_class", wanted))
        both = (situations.B2, situations.licence(other, date(2028, 1, 1), digit="3"))
        view = situations.view("merge", change=lambda one: replace(one, licences=both, fields=fields))
        return {one.code: one.words.vi for one in view.receipt.findings if one.code.startswith("CLASS_OPEN")}

    assert merged("B", "FB2") == {
        "CLASS_OPEN_TOO": "Giấy phép khác còn phải chọn BE hoặc C1E: bỏ đánh dấu giấy phép đó và lập hồ sơ riêng."
    }
    assert list(merged("", "FB2")) == ["CLASS_OPEN"]
    assert merged("B", "B1") == {}, "one choice answers both"


def test_the_only_one_that_fits_stands_chosen() -> None:
    view = situations.view("a1")
    assert form_field(view, "wanted_class").value == "A"
    assert "CLASS_OPEN" not in {one.code for one in view.receipt.findings}


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        (
            "b2",
            "B",
            (
                "10 năm, đến 23/11/2036 · kèm: Chứng chỉ điều khiển xe máy chuyên dùng (máy kéo đến 3.500 kg)",
                "10 years, until 23/11/2036 · with: Certificate for tractors up to 3,500 kg",
            ),
        ),
        (
            "a1",
            "A",
            (
                "Không thời hạn · hạn chế: Chỉ điều khiển mô tô hai bánh dưới 175 cm3 hoặc dưới 14 kW",
                "No expiry · restricted: Motorcycles under 175 cm³ or under 14 kW only",
            ),
        ),
        (
            "over-age",
            "D2",
            (
                "5 năm, đến 23/11/2031 · kèm: Chứng chỉ điều khiển xe máy chuyên dùng (máy kéo trên 3.500 kg)",
                "5 years, until 23/11/2031 · with: Certificate for tractors over 3,500 kg",
            ),
        ),
    ],
)
def test_a_class_says_how_long_with_what_and_without_what(name: str, value: str, detail: tuple[str, str]) -> None:
    assert in_both(option(situations.view(name), "wanted_class", value).detail) == detail


def test_a_merge_asks_only_for_the_class_that_is_open() -> None:
    view = situations.view("merge")
    wanted = form_field(view, "wanted_class")
    assert [one.value for one in wanted.options] == ["B", "C1"]
    assert in_both(wanted.hint) == (
        "Cùng với hạng A, không phải chọn.",
        "Together with class A, which needs no choice.",
    )
    assert line(view, "class").value.vi == "B2 + A1 → B / C1 + A"


def test_a_suspended_class_stays_with_the_police() -> None:
    view = situations.view("merged-suspended")
    assert line(view, "class").value.vi == "B2 + A1 → A"
    assert in_both(line(view, "test").detail) == ("không thời hạn", "no expiry")
    assert {"QDXP", "CC"} <= {one.code for one in view.papers.lines}
    assert "GPLX_CU" not in {one.code for one in view.papers.lines}


def test_what_cannot_apply_says_why_with_the_values_of_this_dossier() -> None:
    closed = option(situations.view("b2"), "case", "CAP_LAI_QUA_HAN")
    assert not closed.open
    assert closed.key == ""
    assert in_both(closed.detail) == (
        "Giấy phép chưa quá hạn: dùng một trường hợp đổi.",
        "The licence has not expired: use a case of exchange.",
    )
    assert in_both(closed.whys[0].condition) == ("số ngày quá hạn: 0, dưới 1", "the days overdue: 0, below 1")
    assert closed.whys[0].basis == "TT 108/2026/TT-BCA"


def test_an_expired_licence_leaves_what_fits_and_closes_the_rest() -> None:
    view = situations.view("overdue-29")
    cases = form_field(view, "case").options
    assert next((one.value, one.key) for one in cases if one.open) == ("CAP_LAI_QUA_HAN", "1")
    renewal = option(view, "case", "DOI_SAP_HET_HAN")
    assert not renewal.open
    assert "Giấy phép quá thời hạn sử dụng" in (renewal.detail.vi if renewal.detail else "")


def test_a_permit_has_no_class_and_ends_with_the_licence() -> None:
    view = situations.view("permit")
    assert "wanted_class" not in {one.name for one in view.application.fields}
    assert line(view, "class").value.vi == "B2"
    assert (line(view, "valid").value.vi, line(view, "valid").detail) == (
        "20/12/2026",
        Words("không quá giấy phép quốc gia", "not beyond the national licence"),
    )


def test_a_foreign_licence_is_mapped_and_asks_for_its_papers() -> None:
    view = situations.view("foreign")
    assert view.application.verdict is not None
    assert in_both(view.application.verdict.words) == (
        "Chọn hạng theo giấy phép gốc.",
        "Choose the class by the original licence.",
    )
    assert {"BAN_DICH", "HC", "CU_TRU_NN"} <= {one.code for one in view.papers.lines if one.required}
    health = next(one for one in view.papers.lines if one.code == "GKSK")
    assert not health.required
    assert in_both(health.condition) == (
        "nếu hạng mới cần giấy khám sức khỏe",
        "if the new class needs a health certificate",
    )
    residence = next(one for one in view.papers.lines if one.code == "CU_TRU_NN")
    assert in_both(residence.whys[0].condition) == (
        "không phải là công dân Việt Nam",
        "the person is not a Vietnamese citizen",
    )


# ---- papers, refusals, exceptions -----------------------------------------------------------------------------------


def test_a_paper_says_why_and_where_it_may_come_from() -> None:
    papers = {one.code: one for one in situations.view("b2-chosen").papers.lines}
    assert in_both(papers["CC"].sources) == (
        "lấy từ chip căn cước · đối chiếu bản chính · quét · Cơ sở dữ liệu dân cư, VNeID",
        "from the chip of the ID card · the original is seen · scanned · population database, VNeID",
    )
    assert "hạng mới là B " in papers["GKSK"].whys[0].text.vi
    assert in_both(papers["UY_QUYEN"].condition) == (
        "nếu người khác nộp hoặc nhận thay",
        "if another person hands in or collects",
    )
    assert papers["DON"].condition is None


def test_a_refusal_says_what_else_may_fit() -> None:
    (lost,) = situations.view("lost").application.refusals
    assert lost.instead.vi.startswith("Có thể phù hợp: Cấp lại giấy phép bị mất, còn hạn")
    assert lost.instead.en.startswith("May fit: Re-issue of a lost licence that is still valid")
    (blocked,) = situations.view("blocked").application.refusals
    assert in_both(blocked.instead) == ("Hôm nay không trường hợp nào khác phù hợp.", "No other case fits today.")
    assert in_both(blocked.whys[0].condition) == (
        "tình trạng xử lý vi phạm: chưa thực hiện xong",
        "the state of traffic sanctions: not settled",
    )


def test_an_exception_names_who_may_grant_it() -> None:
    needed = {one.code: one for one in situations.view("silent").application.exceptions}
    assert in_both(needed["SANCTIONS_UNKNOWN"].granted_by) == ("Lãnh đạo phụ trách", "Supervisor")
    assert in_both(needed["IDENTITY_WEAK"].whys[0].condition) == (
        "mức xác thực danh tính: nhập tay",
        "the level of identification: typed by hand",
    )


@pytest.mark.parametrize(
    ("name", "tone", "said"),
    [
        ("b2", "calm", "Chọn trường hợp theo lời người đề nghị."),
        ("b2-chosen", "good", "Nhận được theo quy định hôm nay."),
        ("merge", "calm", "Hỏi người đề nghị chọn hạng nào."),
        ("merged-suspended", "good", "Nhận được theo quy định hôm nay."),
        ("lost", "bad", "Giấy phép được báo mất: dùng trường hợp “Cấp lại giấy phép bị mất, còn hạn”."),
    ],
)
def test_one_line_says_where_it_stands(name: str, tone: str, said: str) -> None:
    verdict = situations.view(name).application.verdict
    assert verdict is not None
    assert (verdict.tone, verdict.words.vi) == (tone, said)


def test_an_open_exception_stands_between_and_says_who_decides() -> None:
    chosen = (("case", "DOI_HONG"), ("wanted_class", "B"))

    def told(one: Situation) -> Situation:
        return replace(one, fields=(*one.fields, *chosen))

    verdict = situations.view("silent", change=told).application.verdict
    assert verdict is not None
    assert verdict.tone == "warn"
    assert in_both(verdict.detail) == (
        "Người quyết định: Lãnh đạo phụ trách, ở cuối trang.",
        "Decided by: Supervisor, at the end of the page.",
    )


# ---- why and doubts -------------------------------------------------------------------------------------------------


def every_why(view: IntakeView) -> list[Why]:
    whys = [why for one in view.summary for why in one.whys]
    whys += [why for one in view.application.fields for choice in one.options for why in choice.whys]
    whys += [why for one in view.papers.lines for why in one.whys]
    whys += [why for one in view.application.refusals for why in one.whys]
    return whys + [why for one in view.application.exceptions for why in one.whys]


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_reason_is_whole_in_both_languages(name: str) -> None:
    for why in every_why(situations.view(name, doubts=True)):
        for said in (why.about, why.text, why.condition, why.doubt):
            assert said is None or (said.vi.strip() and said.en.strip())
            assert said is None or not any(wrong in said.vi + said.en for wrong in ("{", "None", "frozenset"))
        assert why.pack == training_pack().version
        assert why.rule_set.startswith("R")
        assert not why.until or why.since


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_clerk_hears_of_no_doubt_and_a_supervisor_does(name: str) -> None:
    clerk, supervisor = situations.view(name), situations.view(name, doubts=True)
    assert not any(why.doubt for why in every_why(clerk))
    assert not any(one.doubtful for one in clerk.summary)
    assert {why.doubt.vi for why in every_why(supervisor) if why.doubt} <= {
        "Căn cứ mới xác minh một phần",
        "Căn cứ chưa được xác minh",
    }
    assert line(supervisor, "due").doubtful, "the limit of 3.5 days is not read in the law itself"


def test_doubts_follow_the_scopes_of_whoever_signed_in(table: Desk) -> None:
    dossier = table.identified()
    for user, told in (("clerk", False), ("clerk2", False), ("supervisor", True)):
        table.as_user(user)
        view = table.intake.view(dossier)
        assert any(one.doubtful for one in view.summary) is told, user


def test_who_decides_an_exception_reads_its_doubt_at_the_clerks_desk() -> None:
    (weak, _) = situations.view("silent").application.exceptions
    assert in_both(weak.doubt) == ("Căn cứ mới xác minh một phần", "Basis only partly verified")


# ---- submitting -----------------------------------------------------------------------------------------------------


def test_a_dossier_is_not_accepted_before_case_and_class_were_chosen(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    table.journal.append(dossier, [FieldsEntered({"case": "", "wanted_class": ""}, "application")], "clerk", table.time)
    with pytest.raises(Refusal, match="DOSSIER_INCOMPLETE") as caught:
        table.intake.submit(dossier)
    assert caught.value.words.vi == "Chưa chọn trường hợp."
    table.intake.enter(dossier, {"case": "DOI_HONG"}, "application", "case")
    with pytest.raises(Refusal) as caught:
        table.intake.submit(dossier)
    assert caught.value.words.vi == "Chưa chọn hạng đề nghị: B hoặc C1."
    table.intake.enter(dossier, {"wanted_class": "C1"}, "application", "wanted_class")
    table.intake.submit(dossier)
    submitted = table.journal.dossier(dossier).submitted
    assert isinstance(submitted, Submitted)
    assert (submitted.case, submitted.new_class) == ("DOI_HONG", "C1")


def test_check_puts_the_words_beside_the_choice(table: Desk) -> None:
    view = table.intake.check(table.identified(), "application")
    assert in_both(form_field(view, "case").problem) == ("Chưa chọn trường hợp.", "The case has not been chosen.")
    assert form_field(view, "wanted_class").problem is not None


# ---- conditions with values -----------------------------------------------------------------------------------------

AGE = field("age", "tuổi", "the age")
CITIZEN = field("citizen", "là công dân Việt Nam", "being a Vietnamese citizen")
STATES = replace(field("statuses", "tình trạng", "the states"), values=(("held", Words("bị giữ", "held")),))


@pytest.mark.parametrize(
    ("condition", "facts", "said"),
    [
        (ALWAYS, {}, None),
        (AGE.below(18), {"age": 17}, Words("tuổi: 17, dưới 18", "the age: 17, below 18")),
        (AGE.at_least(18), {"age": 36}, Words("tuổi: 36, từ 18", "the age: 36, at least 18")),
        (AGE.below(18), {}, Words("chưa rõ tuổi", "the age: not known")),
        (
            CITIZEN.is_(True),
            {"citizen": False},
            Words("không phải là công dân Việt Nam", "not being a Vietnamese citizen"),
        ),
        (CITIZEN.is_(False), {"citizen": True}, Words("là công dân Việt Nam", "being a Vietnamese citizen")),
        (Known(AGE), {}, Words("chưa rõ tuổi", "the age: not known")),
        (STATES.has("held"), {"statuses": frozenset({"held"})}, Words("tình trạng: bị giữ", "the states: held")),
        (STATES.has("held"), {"statuses": frozenset()}, Words("tình trạng: không có", "the states: none")),
        (
            AnyOf((AGE.below(18), CITIZEN.is_(False))),
            {"age": 40, "citizen": False},
            Words("không phải là công dân Việt Nam", "not being a Vietnamese citizen"),
        ),
        (
            AllOf((AGE.at_least(18), Not(CITIZEN.is_(True)))),
            {"age": 40, "citizen": False},
            Words(
                "tuổi: 40, từ 18 và không phải là công dân Việt Nam",
                "the age: 40, at least 18 and not being a Vietnamese citizen",
            ),
        ),
    ],
)
def test_a_condition_says_what_decided(condition: object, facts: dict[str, object], said: Words | None) -> None:
    assert because(condition, facts) == said  # type: ignore[arg-type]
