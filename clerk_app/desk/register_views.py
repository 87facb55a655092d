"""What the State's systems said of a dossier beside what was typed or read from the chip, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from clerk_app.desk.evidence_view import moment
from clerk_app.desk.intake_view import UNASKED
from clerk_app.desk.system_words import SANCTIONS, SYSTEM_NAMES, cause_words
from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.calendar import day, format_day, in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import known_licences
from clerk_app.domain.people import same_name
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.registers import Agreement, HealthCertificate, HealthCertificates
from clerk_app.domain.rules import Rules
from clerk_app.domain.systems import SYSTEMS, Answers, Standing, System, SystemAnswered, age_limit, standing

Mark = Literal["same", "differs", "unknown", "plain"]
_NOTHING = Words("–", "–")
_AGREEMENTS: Mapping[Agreement, Words] = {
    "same": Words("khớp", "the same"),
    "differs": Words("khác", "different"),
    "not_given": Words("hệ thống không có mục này", "not on record"),
    "unknown": Words("chưa rõ", "unknown"),
}
_CONCLUSIONS: Mapping[str, Words] = {
    "fit": Words("đủ sức khỏe", "fit"),
    "again": Words("đủ, phải khám lại", "fit, to be examined again"),
    "unfit": Words("không đủ sức khỏe", "unfit"),
    "unknown": Words("chưa rõ", "unknown"),
}
_FIELDS = {
    "name": "applicant.name",
    "born": "applicant.born",
    "sex": "applicant.sex",
    "residence": "applicant.residence",
}
_TITLES: Mapping[str, Words] = {
    "name": Words("Họ và tên", "Name"),
    "born": Words("Ngày sinh", "Born"),
    "sex": Words("Giới tính", "Sex"),
    "residence": Words("Nơi cư trú", "Residence"),
    "old_number": Words("Số CMND cũ", "Former number"),
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One thing: what stands in the dossier (`here`) and what the system says of it (`there`)."""

    label: Words
    here: Words = field(repr=False)
    there: Words = field(repr=False)
    mark: Mark
    name: str = ""
    """What it is, for programs: the same in every language."""


@dataclass(frozen=True, slots=True)
class SystemView:
    """What one system said of the dossier. `said` is its answer in a few words, nothing that counts where `standing` is
    unknown, too_old, other or never. `at` is when it said it; `cause` why it was silent last. `problem`: why it cannot
    be asked.
    """

    system: System | Literal["licences"]
    name: Words
    standing: Standing
    badge: Badge
    said: Words = field(repr=False)
    at: datetime | None
    cause: Words | None
    lines: tuple[AnswerLine, ...] = ()
    problem: Refusal | None = None

    @property
    def when(self) -> str:
        """When it said it, for people."""
        return moment(self.at) if self.at is not None else ""

    @property
    def differs(self) -> bool:
        """Whether anything of it is not as it stands in the dossier."""
        return any(one.mark == "differs" for one in self.lines)


def about(system: System, state: Dossier, rules: Rules) -> dict[str, str]:
    """What a system is asked of this dossier, by the names of the fields; what is not known yet is left out."""
    number = state.text("applicant.number")
    match system:
        case "identity":
            asked = {name: state.text(name) for name in ("applicant.number", *_FIELDS.values())}
        case "violations":
            held = ",".join(sorted(one.number for one in known_licences(state)))
            asked = {"applicant.number": number, "licences": held}
        case "health":
            asked = {"applicant.number": number, "health.number": state.text("health.number")}
        case "results":
            asked = {"applicant.number": number, "procedure": tthc_of(state, rules)}
        case "portal":
            asked = {"code": state.portal_code}
    return {name: text for name, text in asked.items() if text}


def tthc_of(state: Dossier, rules: Rules) -> str:
    """The national number of the procedure, by the case that was chosen; nothing while none was."""
    return next((case.tthc for case in rules.cases if case.code == state.text("case")), "")


def system_views(state: Dossier, rules: Rules, now: datetime) -> tuple[SystemView, ...]:
    """Every system with what it said, in the order in which a clerk looks at them."""
    return (_licences(state), *(_view(system, state, rules, now) for system in SYSTEMS))


def licences_before() -> Refusal:
    """What the dossier was accepted on does not change any more."""
    return Refusal(
        "LICENCES_BEFORE",
        Words(
            "Giấy phép chỉ được tra cứu trước khi tiếp nhận hồ sơ.",
            "The licence register is asked only before a dossier is accepted.",
        ),
        Words(
            "Câu trả lời đã ghi: clerk dossier show, hoặc trang Danh tính.",
            "What it said then: clerk dossier show, or the identity step.",
        ),
    )


def _licences(state: Dossier) -> SystemView:
    """What the licence register said: whose licences they are, and whether a sanction stands."""
    register, name = state.register, SYSTEM_NAMES["licences"]
    problem = askable("violations", about_number(state)) if state.status == "draft" else licences_before()
    if register is None or register.problem in UNASKED:
        never = Badge(Words("chưa hỏi", "not asked"), "calm")
        return SystemView("licences", name, "never", never, _NOTHING, None, None, (), problem)
    if not register.answered:
        unknown = Badge(SANCTIONS["unknown"], "warn")
        cause = cause_words(register.problem) if register.problem else None
        return SystemView("licences", name, "unknown", unknown, _NOTHING, state.register_at, cause, (), problem)
    lines = [
        AnswerLine(
            Words(f"Giấy phép {one.code}", f"Licence {one.code}"),
            _NOTHING,
            _plain(_joined(one.number, _day(one.expires))),
            "plain" if one.status == "valid" else "unknown" if one.status == "unknown" else "differs",
            "licence",
        )
        for one in register.licences
    ]
    if register.holder is not None:
        fits: Mark = "same" if same_name(register.holder.name, state.text("applicant.name")) else "differs"
        whose = AnswerLine(_TITLES["name"], _here(state, "applicant.name"), _plain(register.holder.name), fits, "name")
        lines.insert(0, whose)
    tones: Mapping[str, Tone] = {"clear": "good", "blocked": "bad", "unknown": "warn"}
    tone: Tone = "bad" if any(one.mark == "differs" for one in lines) else tones[register.sanctions]
    said = Words(
        f"{len(register.licences)} giấy phép, {SANCTIONS[register.sanctions].vi}",
        f"{len(register.licences)} licences, {SANCTIONS[register.sanctions].en}",
    )
    badge = Badge(SANCTIONS[register.sanctions], tone)
    return SystemView("licences", name, "known", badge, said, state.register_at, None, tuple(lines), problem)


def about_number(state: Dossier) -> dict[str, str]:
    """What can be asked about a person whose number is known."""
    number = state.text("applicant.number")
    return {"applicant.number": number} if number else {}


def _view(system: System, state: Dossier, rules: Rules, now: datetime) -> SystemView:
    asked, answers = about(system, state, rules), state.answers.get(system)
    age = age_limit(system, lambda name: rules.settings.get(name, ""))
    stands = standing(answers, asked, now, age)
    last = answers.last if answers is not None else None
    counts = last if stands in ("known", "kept") else None
    lines = _lines(counts, state, now) if counts is not None else ()
    return SystemView(
        system,
        SYSTEM_NAMES[system],
        stands,
        _badge(stands, counts, lines),
        _said(counts) if counts is not None else _NOTHING,
        _heard_at(answers, stands),
        _cause(answers, last if counts is not None else None),
        lines,
        askable(system, asked),
    )


def _heard_at(answers: Answers | None, stands: Standing) -> datetime | None:
    if answers is None:
        return None
    told = answers.silent if stands == "unknown" else answers.last
    return told.heard_at if told is not None else None


def _cause(answers: Answers | None, last: SystemAnswered | None) -> Words | None:
    silent = answers.silent if answers is not None else None
    cause = silent.cause if silent is not None else last.cause if last is not None else ""
    return cause_words(cause) if cause else None


def _badge(stands: Standing, said: SystemAnswered | None, lines: tuple[AnswerLine, ...]) -> Badge:
    match stands:
        case "never":
            return Badge(Words("chưa hỏi", "not asked"), "calm")
        case "unknown":
            return Badge(Words("chưa rõ", "unknown"), "warn")
        case "too_old":
            return Badge(Words("câu trả lời đã cũ", "the answer is too old"), "warn")
        case "other":
            return Badge(Words("hỏi khi dữ liệu còn khác", "asked about other data"), "warn")
        case "known" | "kept":
            words, tone = _worth(said, lines)
            kept = Words(f"{words.vi} (trả lời trước đó)", f"{words.en} (said before)")
            return Badge(kept if stands == "kept" else words, "warn" if stands == "kept" and tone == "good" else tone)


def _worth(said: SystemAnswered | None, lines: tuple[AnswerLine, ...]) -> tuple[Words, Tone]:
    if said is None:
        return Words("chưa rõ", "unknown"), "warn"
    if said.violations is not None:
        tones: Mapping[str, Tone] = {"clear": "good", "blocked": "bad", "unknown": "warn"}
        return SANCTIONS[said.violations.state], tones[said.violations.state]
    held = next((one.held for one in (said.identity, said.health, said.results, said.portal) if one is not None), "no")
    if held == "unknown":
        return Words("chưa rõ", "unknown"), "warn"
    if held == "no":
        return Words("không có trong hệ thống", "not on record"), "bad" if said.identity is not None else "calm"
    if said.results is not None:
        return _said(said), "calm"
    if any(one.mark == "differs" for one in lines):
        return Words("có khác biệt", "differences"), "bad"
    if any(one.mark == "unknown" for one in lines):
        return Words("chưa đối chiếu hết", "not all compared"), "warn"
    return Words("khớp", "the same"), "good"


def _said(what: SystemAnswered) -> Words:
    if what.violations is not None:
        return SANCTIONS[what.violations.state]
    if what.health is not None:
        count = len(what.health.certificates)
        return Words(f"{count} giấy khám sức khỏe", f"{count} {'certificate' if count == 1 else 'certificates'}")
    if what.results is not None:
        count = len(what.results.results)
        return Words(f"{count} kết quả trước đây", f"{count} earlier {'result' if count == 1 else 'results'}")
    if what.portal is not None and what.portal.held == "yes":
        return Words(f"trạng thái {what.portal.status}", f"state {what.portal.status}")
    if what.identity is not None and what.identity.held == "yes":
        count = len(what.identity.fields)
        return Words(f"đối chiếu {count} mục", f"{count} fields compared")
    return _NOTHING


def _lines(what: SystemAnswered, state: Dossier, now: datetime) -> tuple[AnswerLine, ...]:
    if what.identity is not None:
        return tuple(
            AnswerLine(_TITLES[name], _here(state, _FIELDS.get(name, "")), _AGREEMENTS[found], _mark(found), name)
            for name, found in what.identity.fields
        )
    if what.violations is not None:
        return tuple(
            AnswerLine(
                Words("Quyết định", "Decision"),
                _NOTHING,
                _plain(_joined(one.decision, one.authority, _day(one.decided))),
                "differs",
                "decision",
            )
            for one in what.violations.violations
        )
    if what.health is not None:
        return _health_lines(what.health, state, now)
    if what.results is not None:
        return tuple(
            AnswerLine(_plain(one.title), _NOTHING, _plain(_joined(one.number, one.authority)), "plain", "result")
            for one in what.results.results
        )
    if what.portal is not None and what.portal.held == "yes":
        portal = what.portal
        fits: Mark = "same" if same_name(portal.owner, state.text("applicant.name")) else "differs"
        return (
            AnswerLine(_TITLES["name"], _here(state, "applicant.name"), _plain(portal.owner), fits, "name"),
            AnswerLine(Words("Trạng thái", "State"), _NOTHING, _plain(portal.status), "plain", "state"),
        )
    return ()


def _mark(found: Agreement) -> Mark:
    match found:
        case "same" | "differs":
            return found
        case "not_given":
            return "plain"
        case "unknown":
            return "unknown"


def _health_lines(said: HealthCertificates, state: Dossier, now: datetime) -> tuple[AnswerLine, ...]:
    one = chosen_certificate(said, state.text("health.number"))
    if one is None:
        return ()
    conclusion, classes = state.text("health.conclusion"), state.text("health.class")
    over = one.expires is not None and one.expires < in_hanoi(now).date()
    expires = Words(
        f"{_day(one.expires)} – đã hết hạn" if over else _day(one.expires),
        f"{_day(one.expires)} – expired" if over else _day(one.expires),
    )
    lines = [
        AnswerLine(
            Words("Số giấy khám", "Certificate"),
            _here(state, "health.number"),
            _plain(one.number),
            _same(state.text("health.number"), one.number),
            "number",
        ),
        AnswerLine(
            Words("Kết luận", "Conclusion"),
            _CONCLUSIONS.get(conclusion, _plain(conclusion)),
            _CONCLUSIONS[one.conclusion],
            "differs" if one.conclusion == "unfit" else _same(conclusion, one.conclusion),
            "conclusion",
        ),
        AnswerLine(
            Words("Ngày kết luận", "Concluded"),
            _plain(_day(day(state.text("health.concluded")))),
            _plain(_day(one.concluded)),
            _same(state.text("health.concluded"), one.concluded.isoformat() if one.concluded else ""),
            "concluded",
        ),
        AnswerLine(
            Words("Hạng", "Classes"),
            _plain(classes),
            _plain(", ".join(one.classes)),
            "plain" if not classes or not one.classes else "same" if classes in one.classes else "differs",
            "classes",
        ),
    ]
    if one.expires is not None:
        lines.append(
            AnswerLine(
                Words("Có giá trị đến", "Valid until"), _NOTHING, expires, "differs" if over else "plain", "expires"
            )
        )
    return tuple(lines)


def chosen_certificate(said: HealthCertificates, number: str) -> HealthCertificate | None:
    """The one that the clerk named, else the newest."""
    named = [one for one in said.certificates if number and one.number == number]
    newest = sorted(said.certificates, key=lambda one: one.concluded or date.min)
    found = named or newest
    return found[-1] if found else None


def _same(here: str, there: str) -> Mark:
    if not here or not there:
        return "plain"
    return "same" if here == there else "differs"


def _here(state: Dossier, name: str) -> Words:
    text = state.text(name) if name else ""
    if name == "applicant.sex":
        return {"M": Words("Nam", "Male"), "F": Words("Nữ", "Female")}.get(text, _NOTHING)
    found = day(text) if name == "applicant.born" else None
    return _plain(_day(found) if found is not None else text)


def _day(when: date | None) -> str:
    return format_day(when) if when is not None else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _plain(text: str) -> Words:
    return Words(text, text) if text else _NOTHING


_NEEDED: Mapping[System, tuple[str, Words]] = {
    "identity": ("applicant.number", Words("Chưa có số định danh.", "There is no ID number yet.")),
    "violations": ("applicant.number", Words("Chưa có số định danh.", "There is no ID number yet.")),
    "health": ("applicant.number", Words("Chưa có số định danh.", "There is no ID number yet.")),
    "results": ("procedure", Words("Chưa chọn trường hợp giải quyết.", "No case was chosen yet.")),
    "portal": ("code", Words("Hồ sơ chưa có mã hồ sơ.", "The dossier has no code yet.")),
}


def askable(system: System, asked: Mapping[str, str]) -> Refusal | None:
    """Why a system cannot be asked about the dossier as it stands."""
    name, words = _NEEDED[system]
    missing = name not in asked or (system == "results" and "applicant.number" not in asked)
    remedy = Words("Điền mục đó rồi hỏi lại.", "Fill that in, then ask again.")
    return Refusal("NOTHING_TO_ASK", words, remedy) if missing else None
