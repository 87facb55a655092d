"""What is still missing before a dossier can be accepted, in words, with the step and field that mend it."""

from __future__ import annotations

from datetime import UTC, datetime

from clerk_app.desk import face_words
from clerk_app.desk.evidence_view import explained
from clerk_app.desk.facts import case_is_chosen, open_classes, open_groups
from clerk_app.desk.lacking import lacks, unassigned
from clerk_app.desk.views import Finding
from clerk_app.domain import checks
from clerk_app.domain.calendar import day, format_day, in_hanoi
from clerk_app.domain.differences import NAME, differences
from clerk_app.domain.dossier import Dossier, Step
from clerk_app.domain.exceptions import by_hand, is_granted
from clerk_app.domain.facts import TYPED_LICENCES, paper_done, received_at
from clerk_app.domain.forms import FormField
from clerk_app.domain.people import Sex
from clerk_app.domain.procedure import Decision, Facts, exception_needed
from clerk_app.domain.reception import receives
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.withdrawn import brought

IDENTITY_FIELDS = (
    "applicant.number",
    "applicant.name",
    "applicant.born",
    "applicant.sex",
    "applicant.expires",
    "applicant.nationality",
    "applicant.residence",
)
"""What the identity step shows; every other field of the form stands in the application step."""

_MISSING = {
    "applicant.number": Words("Chưa có số định danh cá nhân.", "The ID number is missing."),
    "applicant.name": Words("Chưa có họ tên.", "The name is missing."),
    "applicant.born": Words("Chưa có ngày sinh.", "The date of birth is missing."),
}
_NOT_SAID = datetime.min.replace(tzinfo=UTC)
_LICENCE_FIELDS = ("licence.number", "licence.class", "licence.regime")


def findings(dossier: Dossier, facts: Facts, decision: Decision, rules: Rules) -> tuple[Finding, ...]:
    """Everything that is missing or doubtful, in the order of the steps. Not `blocking`: somebody should look."""
    found = [*_identity(dossier, rules), *_differing(dossier), *_application(dossier, facts, decision, rules)]
    for paper in decision.papers:
        if paper.required and not paper_done(dossier, paper):
            words = Words(f"Còn thiếu: {paper.name.vi}.", f"Still missing: {paper.name.en}.")
            found.append(Finding("PAPER_MISSING", words, "papers", paper.code))
    found += _pages(dossier, decision, rules)
    if decision.fee_vnd and dossier.fee is None:
        found.append(Finding("FEE_OPEN", Words("Chưa thu lệ phí.", "The fee has not been taken."), "fee", "tendered"))
    if dossier.fee is not None and dossier.fee.fee_vnd != decision.fee_vnd:
        words = Words("Lệ phí đã thu khác mức hiện hành.", "The fee taken differs from the one that applies.")
        found.append(Finding("FEE_DIFFERS", words, "fee", "tendered"))
    return tuple(found)


def _pages(dossier: Dossier, decision: Decision, rules: Rules) -> list[Finding]:
    """What is still to be done about pages that are there. A flaw blocks until somebody replaced or looked at it."""
    found = []
    for paper in decision.papers:
        for lack in lacks(dossier, paper.code, rules):
            words = Words(f"{paper.name.vi}: {lack.words.vi}.", f"{paper.name.en}: {lack.words.en}.")
            found.append(Finding(lack.code, words, "papers", paper.code, lack.blocking))
    if count := unassigned(dossier):
        words = Words(f"{count} trang chưa thuộc mục nào.", f"Pages that belong to no item: {count}.")
        found.append(Finding("PAGE_UNASSIGNED", words, "papers"))
    listed = {paper.code for paper in decision.papers}
    strays = sum(1 for page in brought(dossier) if page.paper and page.paper not in listed)
    if strays:
        vi = f"{strays} trang thuộc giấy tờ mà trường hợp này không cần."
        en = f"Pages of papers that this case does not ask for: {strays}."
        found.append(Finding("PAGE_NOT_NEEDED", Words(vi, en), "papers", blocking=False))
    return found


def _identity(dossier: Dossier, rules: Rules) -> list[Finding]:
    form = rules.form(dossier.procedure)
    found = []
    if dossier.face is not None and dossier.face.result == "no_match":
        found.append(Finding("FACE_NOT_MATCHED", face_words.LOOK_YOURSELF, "identity", blocking=False))
    for name in required_identity(dossier.procedure, rules):
        # A nationality nobody typed is the Vietnamese one, as the facts take it.
        if not dossier.text(name) and name != "applicant.nationality":
            field = form.field(name)
            words = _MISSING.get(name) or (_enter(field) if field else _MISSING["applicant.name"])
            found.append(Finding("FIELD_MISSING", words, "identity", name))
    sex = dossier.text("applicant.sex")
    known_sex: Sex | None = "M" if sex == "M" else "F" if sex == "F" else None
    if dossier.text("applicant.number"):
        checked = checks.id_number(
            dossier.text("applicant.number"), rules.id_provinces, day(dossier.text("applicant.born")), known_sex
        )
        if checked.state != "ok":
            blocks = checked.state == "refuse"
            found.append(Finding("ID_NUMBER", checked.words, "identity", "applicant.number", blocks))
    named = checks.person_name(dossier.text(NAME))
    if dossier.text(NAME) and named.state != "ok":
        found.append(Finding("NAME_UNUSUAL", named.words, "identity", NAME, named.state == "refuse"))
    for name in ("applicant.born", "applicant.expires"):
        if dossier.text(name) and day(dossier.text(name)) is None:
            found.append(Finding("DATE_UNREADABLE", _bad_date(), "identity", name))
    return [*found, *_licence_numbers(dossier, rules), *_reception(dossier, rules)]


def _reception(dossier: Dossier, rules: Rules) -> list[Finding]:
    """A late entry names the moment of its reception; where the counter was closed then, somebody should look."""
    at = received_at(dossier, _NOT_SAID)
    if at == _NOT_SAID:
        return []
    reception = receives(rules.calendar, at)
    if reception.open:
        return []
    moment = f"{in_hanoi(at):%H:%M} {format_day(in_hanoi(at).date())}"
    vi = f"Giờ tiếp nhận ghi {moment}, khi quầy không tiếp nhận. {reception.words.vi} Đối chiếu với sổ giấy."
    en = f"Received at {moment}, when the counter was closed. {reception.words.en} Compare with the paper register."
    return [Finding("RECEPTION_CLOSED", Words(vi, en), "application", "received_at", blocking=False)]


def _licence_numbers(dossier: Dossier, rules: Rules) -> list[Finding]:
    """Numbers typed from a card because no register named them. A foreign or military licence has another shape."""
    case = rules.case(dossier.text("case"))
    if (dossier.register and dossier.register.licences) or (case is not None and case.classes == "free"):
        return []
    found = []
    for prefix in TYPED_LICENCES:
        name = f"{prefix}.number"
        if not dossier.text(name):
            continue
        person, issued = dossier.text("applicant.number"), day(dossier.text(f"{prefix}.issued"))
        checked = checks.licence_number(dossier.text(name), rules.licence_prefixes, person, issued)
        if checked.state != "ok":
            found.append(Finding("LICENCE_NUMBER", checked.words, "identity", name, checked.state == "refuse"))
    return found


def _differing(dossier: Dossier) -> list[Finding]:
    """Documents of two persons block; a name that the register has otherwise is for the clerk to look at."""
    found = []
    for one in differences(dossier):
        if one.kind == "persons":
            found.append(Finding("OTHER_PERSON", explained(one), "identity", one.field))
        elif one.field == NAME and one.kind != "typed":
            found.append(Finding("NAME_DIFFERS", explained(one), "identity", one.field, blocking=False))
    return found


def _application(dossier: Dossier, facts: Facts, decision: Decision, rules: Rules) -> list[Finding]:
    found: list[Finding] = []
    if decision.fee_vnd == 0 and not decision.new_classes and not decision.refusals:
        words = Words("Chưa có giấy phép lái xe nào để đổi.", "No licence to exchange is known yet.")
        found.append(Finding("LICENCE_MISSING", words, "identity", "licence.number"))
    elif not dossier.register or not dossier.register.licences:
        missing = [name for name in _LICENCE_FIELDS if not dossier.text(name)]
        if missing:
            words = Words("Chưa có giấy phép lái xe nào để đổi.", "No licence to exchange is known yet.")
            found.append(Finding("LICENCE_MISSING", words, "identity", missing[0]))
    if not decision.refusals:
        found += _choices(dossier, facts, rules)
    for reason in decision.refusals:
        found.append(Finding(reason.code, reason.words, "application", "case"))
    for field in rules.form(dossier.procedure).fields:
        problem = field_problem(dossier, field)
        if problem and field.name not in IDENTITY_FIELDS:
            step: Step = "papers" if field.group == "papers" else "application"
            found.append(Finding("FIELD", problem, step, field.name))
    raised = [exception_needed(row, rules) for code in by_hand(dossier, rules) if (row := rules.exception(code))]
    for needed in (*decision.exceptions_needed, *raised):
        if not is_granted(dossier, needed.code, rules):
            words = Words(f"Cần phê duyệt: {needed.words.vi}", f"Needs approval: {needed.words.en}")
            found.append(Finding("EXCEPTION_OPEN", words, "application", f"exception.{needed.code}"))
    return found


def _choices(dossier: Dossier, facts: Facts, rules: Rules) -> list[Finding]:
    """What the law leaves to the applicant and nobody chose yet: it is never taken for them."""
    found = []
    if facts.case and not case_is_chosen(dossier, facts, rules):
        words = Words("Chưa chọn trường hợp.", "The case has not been chosen.")
        found.append(Finding("CASE_OPEN", words, "application", "case"))
    classes = open_classes(facts, rules)
    if classes and facts.wanted_class not in classes:
        listed = Words(" hoặc ".join(classes), " or ".join(classes)) if len(classes) < 4 else Words("…", "…")
        words = Words(f"Chưa chọn hạng đề nghị: {listed.vi}.", f"The class has not been chosen: {listed.en}.")
        found.append(Finding("CLASS_OPEN", words, "application", "wanted_class"))
    elif classes and (left := [group for group in open_groups(facts, rules) if facts.wanted_class not in group]):
        # One dossier asks for one class: the other choice is made where it can be written down.
        listed = Words(" hoặc ".join(left[0]), " or ".join(left[0]))
        words = Words(
            f"Giấy phép khác còn phải chọn {listed.vi}: bỏ đánh dấu giấy phép đó và lập hồ sơ riêng.",
            f"Another licence still leaves {listed.en} open: untick that one and take a dossier of its own for it.",
        )
        found.append(Finding("CLASS_OPEN_TOO", words, "identity", "licences"))
    return found


def field_problem(dossier: Dossier, field: FormField) -> Words | None:
    """What is wrong with one field of the form, in words, or nothing."""
    text = dossier.text(field.name)
    if not text:
        if field.required and field.kind != "choice":
            return _enter(field)
        return None
    if len(text) > field.max_length:
        return too_long(field.max_length)
    if field.kind == "date" and day(text) is None:
        return _bad_date()
    if field.kind == "phone":
        checked = checks.phone(text)
        return checked.words if checked.state == "refuse" else None
    return None


def required_identity(procedure: str, rules: Rules) -> tuple[str, ...]:
    """The fields of the identity step without which no dossier is accepted."""
    definition = rules.forms.get(procedure)
    demanded = {field.name for field in definition.fields if field.required} if definition else set()
    return tuple(name for name in IDENTITY_FIELDS if name in demanded or name in _MISSING)


def _enter(field: FormField) -> Words:
    return Words(f"Cần nhập: {field.label.vi}.", f"Please enter: {field.label.en}.")


def too_long(limit: int) -> Words:
    """A text that does not fit."""
    return Words(f"Dài quá {limit} ký tự; nội dung cũ được giữ.", f"Longer than {limit} characters; not taken over.")


def _bad_date() -> Words:
    return Words("Ngày không hợp lệ; nhập dạng ngày/tháng/năm.", "Not a date; enter day/month/year.")
