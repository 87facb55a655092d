"""The notices of a dossier: what is missing, why it is refused, that it is late or stopped, who has it, what came in.

A notice whose facts nobody wrote down (a new appointment, a stop, a supplement of an accepted dossier) is refused with
its reason: paper must not say what the journal does not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from clerk_app.desk.facts import decision_of
from clerk_app.desk.findings import findings
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.course import HANDED_OVER, Passed
from clerk_app.domain.dossier import Dossier, Entry, FeeTaken, PayMethod
from clerk_app.domain.facts import known_licences, paper_done
from clerk_app.domain.notices import (
    About,
    Apology,
    CashHandover,
    ControlSlip,
    Ground,
    HandOver,
    MissingPaper,
    Officer,
    RefusalNotice,
    RegisterBook,
    RegisterLine,
    StopNotice,
    SupplementRequest,
    about_of,
    punctuality,
)
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules

NOT_YET: Mapping[str, tuple[str, Words, Words]] = {
    "M07": (
        "FORM_OF_MANY",
        Words("Sổ theo dõi không phải của riêng một hồ sơ.", "The register is not of one dossier."),
        Words("Dùng lệnh dossier register.", "Use the command dossier register."),
    ),
    "SHIFT": (
        "FORM_OF_MANY",
        Words("Biên bản bàn giao không phải của riêng một hồ sơ.", "The hand-over is not of one dossier."),
        Words("Dùng lệnh dossier handover.", "Use the command dossier handover."),
    ),
}
"""Why these are never printed of one dossier: code, words and remedy, by form."""

_ASKABLE = ("text", "date", "phone")
"""Kinds of fields that a citizen can still tell us."""


def supplement(dossier: Dossier, rules: Rules, officer: Officer, now: datetime) -> SupplementRequest:
    """M02: what was asked for by the last step that asked; of a draft without one, every required paper and fact that
    is missing.

    Raises `Refusal` `SUPPLEMENT_UNKNOWN`, `APPLICANT_UNKNOWN`, `REFUSAL_STANDS`, `NOTHING_MISSING`.
    """
    asked = dossier.course.passed[-1] if dossier.course.clock == "paused" else None
    if asked is not None and asked.what.items:
        return _asked_for(dossier, asked, rules, officer)
    if dossier.status != "draft":
        raise Refusal(
            "SUPPLEMENT_UNKNOWN",
            Words(
                "Hồ sơ đã tiếp nhận hoặc đã hủy, và chưa có yêu cầu bổ sung nào được ghi nhận.",
                "The dossier is accepted or given up, and no supplement was asked for on record.",
            ),
            Words("Ghi nhận yêu cầu bổ sung trước.", "Record the request for a supplement first."),
        )
    _named(dossier)
    facts, decision = decision_of(dossier, now, rules)
    if _grounds(dossier, rules, now):
        raise Refusal(
            "REFUSAL_STANDS",
            Words("Hồ sơ này thuộc trường hợp từ chối, bổ sung giấy tờ không đủ.", "This dossier must be refused."),
            Words("In phiếu từ chối M03.", "Print the refusal, M03."),
        )
    papers = tuple(
        MissingPaper(paper.code, paper.name, paper.because, paper.basis)
        for paper in decision.papers
        if paper.required and not paper_done(dossier, paper)
    )
    further = []
    form = rules.form(dossier.procedure)
    for found in findings(dossier, facts, decision, rules):
        field = form.field(found.field)
        if (
            found.code in ("FIELD", "FIELD_MISSING", "DATE_UNREADABLE", "ID_NUMBER")
            and field
            and field.kind in _ASKABLE
        ):
            further.append(Words(f"Thông tin: {field.label.vi}", f"Fact: {field.label.en}"))
    if not papers and not further:
        raise Refusal(
            "NOTHING_MISSING",
            Words("Hồ sơ không còn thiếu giấy tờ hay thông tin nào.", "No paper and no fact is missing."),
            Words("Thu lệ phí và tiếp nhận hồ sơ.", "Take the fee and submit the dossier."),
        )
    on = in_hanoi(facts.received_at).date()
    about = about_of(dossier, facts.case, facts.wanted_class, on)
    return SupplementRequest(about, papers, tuple(dict.fromkeys(further)), officer)


def _asked_for(dossier: Dossier, asked: Passed, rules: Rules, officer: Officer) -> SupplementRequest:
    """What a step asked for: papers of the catalogue by their codes, anything else in its own words."""
    _named(dossier)
    known = {row.code: row for row in reversed(rules.papers)}
    papers, further = [], []
    for item in asked.what.items:
        row = known.get(item)
        if row is None:
            further.append(Words(item, item))
        else:
            papers.append(MissingPaper(row.code, row.name, row.rule.because.filled(new_class="…"), row.rule.basis))
    return SupplementRequest(_about(dossier, asked.at), tuple(papers), tuple(further), officer)


def _about(dossier: Dossier, at: datetime) -> About:
    """Which dossier it is, by its acceptance, or as it stood at this moment."""
    submitted = dossier.submitted
    if submitted is None:
        return about_of(dossier, dossier.text("case"), dossier.text("wanted_class"), in_hanoi(at).date())
    return about_of(dossier, submitted.case, submitted.new_class, in_hanoi(submitted.received_at).date())


def _brought_out(dossier: Dossier, form: str, rules: Rules) -> Passed | None:
    """The last step that brought this form out."""
    steps = {step.code for step in rules.steps if step.form == form}
    return dossier.course.last(*steps)


def apology(dossier: Dossier, rules: Rules) -> Apology:
    """M04: the result comes later, why, and when. Raises `Refusal` `APOLOGY_UNKNOWN`."""
    course, submitted = dossier.course, dossier.submitted
    said = _brought_out(dossier, "M04", rules)
    before = course.passed[: course.passed.index(said)] if said is not None else ()
    given = [one.what.due_at for one in before if one.what.due_at is not None]
    if said is None or said.what.due_at is None or submitted is None or not given:
        raise Refusal(
            "APOLOGY_UNKNOWN",
            Words(
                "Hồ sơ này chưa được ghi nhận gia hạn, nên chưa có ngày hẹn lại để in.",
                "No extension of this dossier is on record, so there is no new appointment to print.",
            ),
            Words("Ghi nhận việc gia hạn và ngày hẹn lại trước.", "Record the extension and its new day first."),
        )
    old, new = given[-1], said.what.due_at
    days = rules.calendar.working_days(in_hanoi(old).date(), in_hanoi(new).date())
    return Apology(_about(dossier, said.at), submitted.received_at, old, new, days, said.what.reason)


def stop(dossier: Dossier, rules: Rules) -> StopNotice:
    """M05: work on the dossier ends, and why. Raises `Refusal` `STOP_UNKNOWN`."""
    said = _brought_out(dossier, "M05", rules)
    if said is None:
        raise Refusal(
            "STOP_UNKNOWN",
            Words("Hồ sơ này chưa được ghi nhận dừng giải quyết.", "No stop of this dossier is on record."),
            Words("Ghi nhận việc dừng và lý do trước.", "Record the stop and its reason first."),
        )
    fee_vnd = dossier.fee.fee_vnd if dossier.fee is not None else 0
    names = {row.code: row.name.vi for row in reversed(rules.papers)}
    papers = dossier.submitted.papers if dossier.submitted is not None else ()
    listed = tuple(names.get(code, code) for code in papers)
    return StopNotice(_about(dossier, said.at), "", None, said.what.reason, fee_vnd, fee_returned=False, papers=listed)


def refusal(dossier: Dossier, rules: Rules, now: datetime) -> RefusalNotice:
    """M03: the reason and rule that somebody refused it by; of a draft, what the rules refuse it for and no other case
    mends.

    Raises `Refusal` `NOT_REFUSED`, `APPLICANT_UNKNOWN`, `DOSSIER_CLOSED`.
    """
    said = _brought_out(dossier, "M03", rules)
    if said is not None and dossier.course.ended:
        _named(dossier)
        ground = Ground(Words(said.what.reason, said.what.reason), said.what.basis)
        return RefusalNotice(_about(dossier, said.at), (ground,))
    if dossier.status != "draft":
        raise Refusal(
            "DOSSIER_CLOSED",
            Words(
                "Hồ sơ này đã được tiếp nhận hoặc đã hủy, không từ chối được nữa.",
                "The dossier was accepted or given up and cannot be refused any more.",
            ),
            Words("Chỉ hồ sơ chưa tiếp nhận mới in phiếu từ chối.", "Only a draft can be refused."),
        )
    _named(dossier)
    grounds = _grounds(dossier, rules, now)
    if not grounds:
        raise Refusal(
            "NOT_REFUSED",
            Words(
                "Không quy định nào buộc từ chối hồ sơ này với những gì đã biết.",
                "No rule refuses this dossier, by what is known of it.",
            ),
            Words(
                "Tra cứu giấy phép, chọn trường hợp khác, hoặc in phiếu bổ sung M02.",
                "Ask the register, choose another case, or print the request for a supplement, M02.",
            ),
        )
    facts, _ = decision_of(dossier, now, rules)
    on = in_hanoi(facts.received_at).date()
    return RefusalNotice(about_of(dossier, facts.case, facts.wanted_class, on), grounds)


def _grounds(dossier: Dossier, rules: Rules, now: datetime) -> tuple[Ground, ...]:
    """Why the person cannot be served; a reason about the case only asks for another case.

    Unknown is not refused: as long as nobody named a licence and no register answered, nothing speaks against anybody.
    """
    if not known_licences(dossier) and not (dossier.register and dossier.register.answered):
        return ()
    _, decision = decision_of(dossier, now, rules)
    final = {row.code for row in rules.refusals if row.about == "person"}
    return tuple(Ground(reason.words, reason.basis) for reason in decision.refusals if reason.code in final)


def _named(dossier: Dossier) -> None:
    if not dossier.text("applicant.name"):
        raise Refusal(
            "APPLICANT_UNKNOWN",
            Words("Chưa biết phiếu này gửi cho ai.", "Nobody is named whom the notice is for."),
            Words("Đọc căn cước hoặc nhập họ tên ở bước 1.", "Read the card or enter the name in step 1."),
        )


def control_slip(dossier: Dossier, rules: Rules, office: str) -> ControlSlip:
    """M06 of an accepted dossier: who had it from when to when; what has not happened yet is for the pen.

    Raises `Refusal` `NOT_SUBMITTED`.
    """
    submitted = dossier.submitted
    if submitted is None:
        raise Refusal(
            "NOT_SUBMITTED",
            Words("Hồ sơ chưa được tiếp nhận nên chưa có phiếu kiểm soát.", "Not accepted yet: no control slip."),
            Words("Tiếp nhận hồ sơ trước.", "Submit the dossier first."),
        )
    about = about_of(dossier, submitted.case, submitted.new_class, in_hanoi(submitted.received_at).date())
    counter = rules.texts["one_stop"].vi.capitalize() if "one_stop" in rules.texts else office
    return ControlSlip(
        about,
        submitted.received_at,
        dossier.course.due_at or submitted.due_at,
        office,
        (),
        _hands(dossier, counter, office),
    )


def _hands(dossier: Dossier, counter: str, office: str) -> tuple[HandOver, ...]:
    """The counter, the office that decides, the counter again: each from when to when, and whether it was in time."""
    course, submitted = dossier.course, dossier.submitted
    if submitted is None:
        return ()
    after = course.passed[course.accepted_at + 1 :]
    on = next((one.at for one in after), None)
    done = next((one.at for one in reversed(after) if one.what.clock == "stopped" and not one.what.ends), None)
    given = next((one.at for one in reversed(after) if one.what.ends), None)
    hands = [HandOver(counter, submitted.received_at, on)]
    if on is not None:
        in_time = punctuality(done, course.due_at) if done is not None and course.due_at is not None else None
        hands.append(HandOver(office, on, done or given, in_time))
    if done is not None:
        hands.append(HandOver(counter, done, delivered_at(dossier) or given, note=delivery(dossier)))
    return tuple(hands)


def register_line(dossier: Dossier, received_by: str) -> RegisterLine | None:
    """The line of an accepted dossier in the register; None for any other."""
    submitted = dossier.submitted
    if submitted is None:
        return None
    about = about_of(dossier, submitted.case, submitted.new_class, in_hanoi(submitted.received_at).date())
    due_at = dossier.course.due_at or submitted.due_at
    return RegisterLine(
        about, submitted.received_at, due_at, received_by, delivered_at=delivered_at(dossier), note=delivery(dossier)
    )


def delivered_at(dossier: Dossier) -> datetime | None:
    """When the citizen had the result, at a counter or by post; also where it was an electronic one, or handed over
    before that was written down by itself. A dossier that ended in another way delivered nothing.
    """
    if dossier.handing.given_at is not None:
        return dossier.handing.given_at
    return dossier.course.since if dossier.course.state == HANDED_OVER else None


def delivery(dossier: Dossier) -> str:
    """By whom or how a result was collected, for the register and the slip; nothing where the holder came."""
    handing = dossier.handing
    if handing.state in ("posted", "returning") or (handing.state == "given" and handing.handed is None):
        back = " (chuyển hoàn)" if handing.state == "returning" else ""
        return f"Bưu chính {handing.item}{back}".strip()
    if handing.handed is not None and handing.handed.to == "authorised":
        return f"Nhận thay: {handing.handed.name}".strip()
    return ""


def register_book(lines: Iterable[RegisterLine], first: date, last: date, practice: bool) -> RegisterBook:
    """M07 of these days, in the order of reception."""
    within = [line for line in lines if first <= in_hanoi(line.received_at).date() <= last]
    return RegisterBook(
        first, last, tuple(sorted(within, key=lambda line: (line.received_at, line.about.code))), practice
    )


def cash_handover(
    entries: Iterable[Entry], on: date, counter: str, who: str, name: str, practice: bool
) -> CashHandover:
    """What one person took on one day, by the receipts in these entries."""
    fees = [
        entry.what
        for entry in entries
        if isinstance(entry.what, FeeTaken) and entry.who == who and in_hanoi(entry.at).date() == on
    ]
    methods: tuple[PayMethod, ...] = ("cash", "vietqr", "online")
    sums = []
    for method in methods:
        taken = [fee.fee_vnd for fee in fees if fee.method == method]
        sums.append((method, len(taken), sum(taken)))
    return CashHandover(on, counter, name, tuple(fee.receipt for fee in fees), tuple(sums), practice)
