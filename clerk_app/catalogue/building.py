"""Rows become rules: one function per table of a pack, from a row as written to a dated value of the domain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

from clerk_app.catalogue.tables import Dated, Row
from clerk_app.domain.calendar import Hours, Session, SpecialDay, Verified
from clerk_app.domain.conditions import Field
from clerk_app.domain.forms import Block, FormField, Head, Kind, Paper, PrintedField, PrintedForm
from clerk_app.domain.handing import VALUES, HandingKind, HandingRow
from clerk_app.domain.licence import Regime
from clerk_app.domain.message_rows import ANYWHERE, GROUNDS, WAYS, MessageRow
from clerk_app.domain.money import format_vnd
from clerk_app.domain.pages import CardSide
from clerk_app.domain.printed_values import CHECKS
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import KINDS as REPORT_KINDS
from clerk_app.domain.report_law import MEASURES, POSITIONS, FormColumn, ReportLine, StatePosition
from clerk_app.domain.roles import BARE, REACHES, Reach, Role, ScopeRow
from clerk_app.domain.rules import (
    COPY_KINDS,
    RAISED,
    RECORD_KINDS,
    TESTS,
    Case,
    CauseRow,
    ClassRow,
    Conversion,
    Document,
    ExceptionRow,
    ExpiryBand,
    FeeRow,
    GrantRow,
    LimitRow,
    NoticeRow,
    PaperRow,
    Procedure,
    Profile,
    Province,
    PurposeRow,
    ReadingKind,
    ReadingPlace,
    ReadingRow,
    RecognitionRow,
    RefusalRow,
    Restriction,
    RetentionRow,
    ReuseRow,
    ReviewRow,
    Rule,
    Span,
    Status,
)
from clerk_app.domain.steps import CLOCKS, NEEDS, SCOPE_BY, STAGE_OF, STAGES, Need, State, Step

W = TypeVar("W", bound=str)
_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?", re.ASCII)

REGIMES: tuple[Regime, ...] = ("old", "new")
CHANNELS: tuple[Literal["any", "counter", "online", "post"], ...] = ("any", "counter", "online", "post")
ABOUT: tuple[Literal["person", "case"], ...] = ("person", "case")
SOURCES: tuple[Literal["dossier", "register"], ...] = ("dossier", "register")
KEYS = "123456789"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
VERIFIED: tuple[Verified, ...] = ("yes", "partial", "no")

COLUMNS: dict[str, tuple[str, ...]] = {
    "vocabulary": ("field", "value", "words_vi", "words_en"),
    "procedures": ("code", "name_vi", "name_en", "tthc"),
    "cases": (
        *("code", "name_vi", "name_en", "procedures", "tthc", "limit", "fee", "classes", "leaves_out_suspended"),
        *("old_card_vi", "old_card_en", "because_vi", "because_en"),
    ),
    "classes": (
        *("regime", "code", "covers_vi", "covers_en", "validity", "validity_years", "min_age", "max_age_male"),
        *("max_age_female", "over_age", "health", "includes"),
    ),
    "conversions": ("regime", "code", "to", "restriction_vi", "restriction_en", "extra_vi", "extra_en"),
    "restrictions": ("code", "classes", "words_vi", "words_en"),
    "expiry": ("start", "end", "test", "exchange_open", "when", "because_vi", "because_en"),
    "papers": (
        *("code", "name_vi", "name_en", "cases", "required", "when", "by_chip", "by_seeing", "generated"),
        *("reuse_vi", "reuse_en", "because_vi", "because_en"),
    ),
    "profiles": ("paper", "key", "source", "colour", "cut", "dpi", "sides", "pages_min", "pages_max", "codes"),
    "reuses": ("paper", "source", "cases", "max_age", "counted_from", "state", "because_vi", "because_en"),
    "purposes": ("code", "words_vi", "words_en", "roles"),
    "fees": ("code", "name_vi", "name_en", "channel", "amount_vnd"),
    "limits": ("key", "half_days", "hours"),
    "refusals": ("code", "about", "cases", "when", "because_vi", "because_en"),
    "exceptions": ("code", "cases", "when", "approvers", "raised", "amount", "because_vi", "because_en"),
    "grants": ("kind", "role", "up_to_vnd"),
    "notices": ("code", "cases", "when", "because_vi", "because_en"),
    "holidays": ("day", "works", "name_vi", "name_en"),
    "hours": ("office", "opens", "noon", "resumes", "closes"),
    "receptions": ("office", "weekday", "opens", "closes"),
    "provinces": ("code", "prefix", "name", "kind", "merged_into"),
    "statuses": ("code", "name_vi", "name_en", "clock"),
    "documents": ("number", "kind", "title", "relation", "topic"),
    "roles": ("role", "name_vi", "name_en", "scopes", "supervised"),
    "scopes": ("scope", "words_vi", "words_en", "widest"),
    "settings": ("key", "value", "meaning_vi", "meaning_en"),
    "texts": ("key", "words_vi", "words_en"),
    "units": ("code", "name"),
    "states": ("code", "name_vi", "name_en", "status", "ends", "stage"),
    "steps": (
        "code",
        "name_vi",
        "name_en",
        "procedures",
        "from",
        "to",
        "by",
        "clock",
        "form",
        "scope",
        "needs",
        "again",
    ),
    "messages": (
        *("code", "trigger", "procedures", "ways", "ground", "within", "hours"),
        *("subject_vi", "subject_en", "text_vi", "text_en"),
    ),
    "recognition": ("code", "title", "must", "never", "side"),
    "readings": ("paper", "field", "kind", "place", "labels", "value", "check"),
    "reviews": ("code", "procedures", "cases", "ordinary", "share_percent", "because_vi", "because_en"),
    "review_causes": ("code", "name_vi", "name_en"),
    "retentions": ("kind", "name_vi", "name_en", "days"),
    "report_tables": ("code", "name_vi", "name_en"),
    "reports": ("table", "code", "name_vi", "name_en", "kind", "of", "over"),
    "report_forms": ("form", "column", "group_vi", "group_en", "head_vi", "head_en", "of"),
    "report_positions": ("state", "position", "counts", "digital"),
    "handings": ("code", "kind", "procedures", "value", "words_vi", "words_en"),
}
"""Every table of a pack and its own columns; the four of every row follow them."""

ADDED_COLUMNS = {
    "procedures": ("tthc",),
    "recognition": ("side",),
    "roles": ("supervised",),
    "states": ("stage",),
    "steps": ("scope", "needs", "again"),
}
"""Columns that packs from before them do not have; such a pack stays readable, because dossiers live by it."""

REPLACED_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "exceptions": {"granted_by": ("approvers", "raised", "amount")},
}
"""Columns of packs from before, and those that came in the place of each."""

MOST_APPROVERS = 3


def vocabulary(rows: list[Row]) -> dict[str, Field]:
    """What facts are called. Rows without a value name the field, the others its values."""
    values: dict[str, list[tuple[str, Words]]] = {}
    for row in rows:
        if row.text("value"):
            values.setdefault(row.must("field"), []).append((row.text("value"), row.words("words")))
    named = [(row.must("field"), row.words("words")) for row in rows if not row.text("value")]
    return {name: Field(name, words, tuple(values.get(name, ()))) for name, words in named}


def procedure(row: Row) -> Dated[Procedure]:
    code = row.must("code")
    name = row.words("name")
    return row.dated((code,), Procedure(code, name, row.rule((code,), name), row.text("tthc")))


def case(row: Row) -> Dated[Case]:
    code = row.must("code")
    return row.dated(
        (code,),
        Case(
            code,
            row.words("name"),
            frozenset(row.listed("procedures")),
            row.text("tthc"),
            row.must("limit"),
            row.text("fee"),
            row.choice("classes", ("convert", "lower", "free", "none")),
            row.flag("leaves_out_suspended"),
            row.words("old_card"),
            row.rule((code,), row.words("because")),
        ),
    )


def class_row(row: Row) -> Dated[ClassRow]:
    key = (row.choice("regime", REGIMES), row.must("code"))
    covers = row.words("covers")
    because = Words(f"Hạng {key[1]}: {covers.vi}", f"Class {key[1]}: {covers.en}")
    ages = (row.whole("min_age"), row.whole("max_age_male"), row.whole("max_age_female"))
    return row.dated(
        key,
        ClassRow(
            key[0],
            key[1],
            covers,
            row.choice("validity", ("none", "years", "age")),
            row.whole("validity_years"),
            *ages,
            row.text("over_age"),
            row.flag("health"),
            row.listed("includes"),
            row.rule(key, because),
        ),
    )


def conversion(row: Row) -> Dated[Conversion]:
    regime, code, to = row.choice("regime", REGIMES), row.must("code"), row.text("to")
    if to:
        which = {"old": "cũ", "new": "mới"}[regime]
        because = Words(f"Hạng {code} ({which}) đổi sang hạng {to}.", f"Class {code} ({regime}) becomes class {to}.")
    else:
        because = Words(f"Hạng {code} không đổi sang hạng nào.", f"Class {code} becomes no class.")
    value = Conversion(
        regime,
        code,
        to,
        row.maybe_words("restriction"),
        row.maybe_words("extra"),
        row.rule((regime, code, to), because),
    )
    return row.dated((regime, code, to), value)


def restriction(row: Row) -> Dated[Restriction]:
    code, words = row.must("code"), row.words("words")
    return row.dated((code,), Restriction(code, words, row.listed("classes"), row.rule((code,), words)))


def expiry(row: Row) -> Dated[ExpiryBand]:
    start, end = row.span("start"), row.span("end")
    key = (row.text("start"), row.text("end"), row.text("when"))
    band = ExpiryBand(
        start or Span(0, "day"),
        end,
        row.choice("test", TESTS),
        row.flag("exchange_open"),
        row.condition("when"),
        row.rule(key[:2], row.words("because")),
    )
    return row.dated(key, band)


def paper(row: Row) -> Dated[PaperRow]:
    code = row.must("code")
    because = row.words("because")
    try:
        because.filled(new_class="B")
    except (KeyError, IndexError, ValueError) as problem:
        raise row.wrong(f"chỗ điền không có: {problem}.", f"no such place to fill: {problem}.") from None
    value = PaperRow(
        code,
        row.words("name"),
        row.scope("cases"),
        row.flag("required"),
        row.condition("when"),
        row.flag("by_chip"),
        row.flag("by_seeing"),
        row.flag("generated"),
        row.maybe_words("reuse") or Words("", ""),
        row.rule((code, row.text("cases").split()[0]), because),
    )
    return row.dated((code, row.text("cases"), row.text("when")), value)


def profile(row: Row) -> Dated[Profile]:
    paper, key = row.must("paper"), row.text("key")
    if key and key not in KEYS:
        raise row.wrong(f"phím “{key}” phải từ 1 đến 9.", f"the key “{key}” is not one of 1 to 9.")
    dpi, least, most = row.whole("dpi", 300), row.whole("pages_min", 1), row.whole("pages_max")
    if not 75 <= dpi <= 1200:
        raise row.wrong("“dpi” phải từ 75 đến 1200.", "“dpi” must be from 75 to 1200.")
    if most and most < least:
        raise row.wrong("số trang tối đa ít hơn tối thiểu.", "more pages are wanted than there may be.")
    because = Words(f"Cách quét giấy tờ {paper}.", f"How the paper {paper} is scanned.")
    value = Profile(
        paper,
        key,
        row.choice("source", ("feeder", "glass", "camera")),
        row.choice("colour", ("auto", "colour", "grey")),
        row.choice("cut", ("auto", "none", "card")),
        dpi,
        2 if row.choice("sides", ("1", "2")) == "2" else 1,
        least,
        most,
        row.listed("codes"),
        row.rule((paper,), because),
    )
    return row.dated((paper,), value)


def reuse(row: Row) -> Dated[ReuseRow]:
    paper, source = row.must("paper"), row.choice("source", SOURCES)
    value = ReuseRow(
        paper,
        source,
        row.scope("cases"),
        row.span("max_age"),
        row.text("counted_from"),
        2 if row.choice("state", ("2", "3")) == "2" else 3,
        row.rule((paper, source), row.words("because")),
    )
    return row.dated((paper, source, row.text("cases")), value)


def purpose(row: Row) -> Dated[PurposeRow]:
    code, said = row.must("code"), row.words("words")
    return row.dated((code,), PurposeRow(code, said, frozenset(row.listed("roles")), row.rule((code,), said)))


def fee(row: Row) -> Dated[FeeRow]:
    code, channel = row.must("code"), row.choice("channel", CHANNELS)
    name = row.words("name")
    amount = row.whole("amount_vnd") if row.text("amount_vnd") else None
    said = format_vnd(amount) if amount is not None else "…"
    because = Words(f"{name.vi}: {said}", f"{name.en}: {said}")
    return row.dated((code, channel), FeeRow(code, name, channel, amount, row.rule((code, channel), because)))


def limit(row: Row) -> Dated[LimitRow]:
    key, half_days, hours = row.must("key"), row.whole("half_days"), row.whole("hours")
    if not 0 < half_days < 400:
        raise row.wrong("thời hạn phải lớn hơn 0.", "a limit must be above 0.")
    days = f"{half_days / 2:g}"
    vi = f"Thời hạn giải quyết: {days.replace('.', ',')} ngày làm việc."
    because = Words(vi, f"Time limit: {days} working days.")
    return row.dated((key,), LimitRow(key, half_days, hours, row.rule((key,), because)))


def refusal(row: Row) -> Dated[RefusalRow]:
    code = row.must("code")
    about = row.choice("about", ABOUT)
    rule = row.rule((code,), row.words("because"))
    value = RefusalRow(code, about, row.scope("cases"), row.condition("when"), rule)
    return row.dated((code, row.text("cases")), value)


def exception(row: Row) -> Dated[ExceptionRow]:
    code = row.must("code")
    rule = row.rule((code,), row.words("because"))
    approvers = row.whole("approvers", 1)
    if not 1 <= approvers <= MOST_APPROVERS:
        vi, en = f"số người duyệt phải từ 1 đến {MOST_APPROVERS}.", f"“approvers” must be from 1 to {MOST_APPROVERS}."
        raise row.wrong(vi, en)
    value = ExceptionRow(
        code,
        row.scope("cases"),
        row.condition("when"),
        approvers,
        row.choice("raised", RAISED),
        row.flag("amount"),
        rule,
    )
    return row.dated((code,), value)


def grant(row: Row) -> Dated[GrantRow]:
    """`up_to_vnd` is empty where a role may grant any amount."""
    up_to_vnd = row.whole("up_to_vnd") if row.text("up_to_vnd") else None
    return _grant(row, row.must("kind"), row.must("role"), up_to_vnd)


def grant_of_exception(row: Row) -> Dated[GrantRow]:
    """From before grants were a table: each exception named the one role that could grant it."""
    return _grant(row, row.must("code"), row.must("granted_by"), None)


def _grant(row: Row, kind: str, role: str, up_to_vnd: int | None) -> Dated[GrantRow]:
    said = f", {format_vnd(up_to_vnd)}" if up_to_vnd is not None else ""
    because = Words(f"{kind}: {role} được duyệt{said}", f"{kind}: granted by {role}{said}")
    return row.dated((kind, role), GrantRow(kind, role, up_to_vnd, row.rule((kind, role), because)))


def notice(row: Row) -> Dated[NoticeRow]:
    code = row.must("code")
    rule = row.rule((code,), row.words("because"))
    return row.dated((code, row.text("cases")), NoticeRow(code, row.scope("cases"), row.condition("when"), rule))


def holiday(row: Row) -> Dated[SpecialDay]:
    day = row.day("day")
    if day is None:
        raise row.wrong("thiếu ngày.", "the day is missing.")
    value = SpecialDay(day, row.words("name"), row.flag("works"), row.choice("verified", VERIFIED), row.text("basis"))
    return row.dated((day.isoformat(),), value)


def hours(row: Row) -> Dated[tuple[str, Hours]]:
    value = Hours(row.moment("opens"), row.moment("noon"), row.moment("resumes"), row.moment("closes"))
    if not value.opens < value.noon <= value.resumes < value.closes:
        raise row.wrong("giờ làm việc không theo thứ tự.", "the office hours are not in order.")
    office = row.must("office")
    return row.dated((office,), (office, value))


def reception(row: Row) -> Dated[tuple[str, Session]]:
    """A session beside the office hours; `weekday` is Mon … Sun, `office` * is each without rows of its own."""
    office, weekday = row.must("office"), row.choice("weekday", WEEKDAYS)
    value = Session(WEEKDAYS.index(weekday), row.moment("opens"), row.moment("closes"))
    if not value.opens < value.closes:
        raise row.wrong("buổi tiếp nhận kết thúc trước khi bắt đầu.", "the session ends before it begins.")
    return row.dated((office, weekday, row.text("opens")), (office, value))


def province(row: Row) -> Dated[Province]:
    code = row.must("code")
    value = Province(code, row.must("prefix"), row.must("name"), row.must("kind"), row.must("merged_into"))
    return row.dated((code,), value)


def status(row: Row) -> Dated[Status]:
    code = row.must("code")
    return row.dated((code,), Status(code, row.words("name"), row.choice("clock", ("runs", "paused", "stopped"))))


def document(row: Row) -> Dated[Document]:
    number = row.must("number")
    verified: Verified = row.choice("verified", VERIFIED)
    since, until = row.day("effective_from"), row.day("effective_to")
    kind, title = row.must("kind"), row.must("title")
    value = Document(number, kind, title, since, until, row.text("relation"), row.text("topic"), verified)
    return row.dated((number,), value)


def role(row: Row) -> Dated[Role]:
    """A scope is written `dossier.take@own`; without a reach it is that of the office."""
    code = row.must("role")
    if len(code.split()) != 1:
        raise row.wrong(f"tên vai trò “{code}” có dấu cách.", f"the name of the role “{code}” has a space.")
    scopes: dict[str, Reach] = {}
    for token in row.listed("scopes"):
        scope, at, said = token.partition("@")
        reach = next((one for one in REACHES if one == said), None) if at else BARE
        if reach is None:
            known = ", ".join(REACHES)
            vi, en = f"phạm vi “{token}” không thuộc: {known}.", f"the reach of “{token}” is none of: {known}."
            raise row.wrong(vi, en)
        if scope in scopes:
            raise row.wrong(f"quyền “{scope}” ghi hai lần.", f"the scope “{scope}” stands there twice.")
        scopes[scope] = reach
    return row.dated((code,), Role(code, row.words("name"), MappingProxyType(scopes), row.flag("supervised")))


def scope(row: Row) -> Dated[ScopeRow]:
    code = row.must("scope")
    return row.dated((code,), ScopeRow(code, row.words("words"), row.choice("widest", REACHES)))


def setting(row: Row) -> Dated[tuple[str, str, Rule]]:
    key = row.must("key")
    return row.dated((key,), (key, row.must("value"), row.rule((key,), row.words("meaning"))))


def text(row: Row) -> Dated[tuple[str, Words]]:
    key = row.must("key")
    return row.dated((key,), (key, row.words("words")))


def unit(row: Row) -> Dated[tuple[str, str]]:
    code = row.must("code")
    return row.dated((code,), (code, row.must("name")))


def state(row: Row) -> Dated[State]:
    code, name, ends = row.must("code"), row.words("name"), row.flag("ends")
    stage = row.choice("stage", STAGES) if row.text("stage") else "ended" if ends else STAGE_OF.get(code, "accepted")
    if (stage == "ended") != ends:
        raise row.wrong("giai đoạn không khớp với cột ends.", "the stage and the column ends do not agree.")
    return row.dated((code,), State(code, name, row.must("status"), ends, row.rule((code,), name), stage))


def report_table(row: Row) -> Dated[tuple[str, Words]]:
    code = row.must("code")
    return row.dated((code,), (code, row.words("name")))


def report_line(row: Row) -> Dated[ReportLine]:
    """A line of a report. What it counts must be what the program can count."""
    code, name, of, over = row.must("code"), row.words("name"), row.listed("of"), row.listed("over")
    unknown = [one for one in (*of, *over) if one not in MEASURES]
    if unknown or not of:
        listed = " ".join(unknown)
        raise row.wrong(f"không có chỉ tiêu “{listed}”.", f"there is no measure “{listed}”.")
    kind = row.choice("kind", REPORT_KINDS)
    if (kind == "ratio") != bool(over):
        raise row.wrong("tỷ lệ phải có mẫu số, và chỉ tỷ lệ mới có.", "a ratio, and nothing else, is over something.")
    value = ReportLine(row.must("table"), code, name, kind, of, over, row.rule((code,), name))
    return row.dated((code,), value)


def report_form(row: Row) -> Dated[FormColumn]:
    """A column of an official table."""
    form, column, head = row.must("form"), row.whole("column"), row.words("head")
    key = (form, f"{column:03d}")
    return row.dated(key, FormColumn(form, column, row.words("group"), head, row.listed("of"), row.rule(key, head)))


def report_position(row: Row) -> Dated[StatePosition]:
    state, position = row.must("state"), row.choice("position", POSITIONS)
    rule = row.rule((state,), Words(state, state))
    value = StatePosition(state, position, row.flag("counts"), row.flag("digital"), rule)
    return row.dated((state,), value)


def step(row: Row) -> Dated[Step]:
    code, name = row.must("code"), row.words("name")
    procedures, start = row.listed("procedures"), row.listed("from")
    if not procedures or not start:
        raise row.wrong("thiếu thủ tục hoặc trạng thái đầu.", "procedures or the first state are missing.")
    value = Step(
        code,
        name,
        procedures,
        start,
        row.must("to"),
        row.must("by"),
        row.choice("clock", CLOCKS),
        row.text("form"),
        row.rule((code,), name),
        row.text("scope") or SCOPE_BY.get(row.must("by"), "dossier.submit"),
        _needs(row),
        row.text("again"),
    )
    return row.dated((code,), value)


def _needs(row: Row) -> tuple[Need, ...]:
    said = row.listed("needs")
    unknown = [one for one in said if one not in NEEDS]
    if unknown:
        raise row.wrong(f"“{unknown[0]}” không phải điều kiện của bước.", f"“{unknown[0]}” is nothing a step needs.")
    return tuple(one for one in NEEDS if one in said)


def message(row: Row) -> Dated[MessageRow]:
    """What citizens are told when a step was taken. The words are checked by the linter, which knows every fact."""
    code, ways, procedures = row.must("code"), row.listed("ways"), row.listed("procedures")
    unknown = [one for one in ways if one not in WAYS]
    if unknown or not ways or not procedures:
        named = unknown[0] if unknown else ""
        raise row.wrong(f"“{named}” không phải kênh gửi tin.", f"“{named}” is no way by which a message goes.")
    trigger = row.must("trigger")
    because = Words(f"Tin “{code}” sau bước “{trigger}”.", f"The message “{code}” after the step “{trigger}”.")
    value = MessageRow(
        code,
        trigger,
        procedures,
        tuple(one for one in WAYS if one in ways),
        row.choice("ground", GROUNDS),
        row.listed("within") or (ANYWHERE,),
        row.whole("hours"),
        row.maybe_words("subject") or Words("", ""),
        row.words("text"),
        row.rule((code,), because),
    )
    return row.dated((code,), value)


def recognition(row: Row) -> Dated[RecognitionRow]:
    """A title of a kind of paper; `must` and `never` are phrases parted by semicolons, `side` is of a card."""
    code, title = row.must("code"), row.must("title")
    because = Words(f"Giấy có tiêu đề “{title}”.", f"A paper with the title “{title}”.")
    side = _word(row, "side", "", get_args(CardSide))
    rule = row.rule((code, title), because)
    value = RecognitionRow(code, title, _phrases(row, "must"), _phrases(row, "never"), rule, side)
    return row.dated((code, title), value)


def reading(row: Row) -> Dated[ReadingRow]:
    """A value read from a kind of paper; `labels` are the printed words beside it, parted by semicolons."""
    paper, name, labels = row.must("paper"), row.must("field"), _phrases(row, "labels")
    kind, value, check = row.choice("kind", get_args(ReadingKind)), row.text("value"), row.text("check")
    if not labels:
        raise row.wrong("thiếu chữ in cạnh giá trị.", "the words printed beside the value are missing.")
    if (kind == "phrase") != bool(value):
        raise row.wrong("“value” chỉ đi với “phrase”.", "“value” goes with “phrase”, and with nothing else.")
    if check and (check not in CHECKS or kind != "number"):
        listed = ", ".join(CHECKS)
        raise row.wrong(f"“check” của số là: {listed}.", f"“check” of a number is one of: {listed}.")
    key = (paper, name, value or labels[0])
    because = Words(f"Đọc cạnh “{labels[0]}”.", f"Read beside “{labels[0]}”.")
    place = _word(row, "place", "after", get_args(ReadingPlace))
    return row.dated(key, ReadingRow(paper, name, kind, place, labels, value, check, row.rule(key, because)))


def _phrases(row: Row, name: str) -> tuple[str, ...]:
    return tuple(part for one in row.text(name).split(";") if (part := one.strip()))


def form_field(row: Row) -> Dated[tuple[str, FormField]]:
    """A `[[field]]` of `forms.toml`; its choices are `[[value, vi, en], …]`."""
    form, name = row.must("form"), row.must("name")
    value = FormField(
        name,
        row.words("label"),
        row.choice("kind", get_args(Kind)),
        row.flag("required"),
        row.whole("max_length", 200),
        _choices(row),
        row.maybe_words("hint") or Words("", ""),
        row.must("group"),
        row.text("check"),
        row.condition("when"),
    )
    return row.dated((form, name), (form, value))


def form_group(row: Row) -> Dated[tuple[str, str, Words]]:
    form, code = row.must("form"), row.must("code")
    return row.dated((form, code), (form, code, row.words("title")))


def form_head(row: Row) -> Dated[tuple[str, Words]]:
    code = row.must("code")
    return row.dated((code,), (code, row.words("title")))


def printed(row: Row) -> Dated[PrintedForm]:
    """A `[[form]]` of `printed.toml`; its fields are tables with key, vi, en, block and, for a table, columns."""
    code = row.must("code")
    fields = row.cells.get("fields", [])
    if not isinstance(fields, list):
        raise row.wrong("“fields” phải là danh sách.", "“fields” must be a list.")
    if not all(isinstance(one, dict) for one in fields):
        raise row.wrong("mỗi dòng của “fields” phải là một bảng.", "every line of “fields” must be a table.")
    copies, names = row.whole("copies", 1), row.listed("copy_names")
    if not 1 <= copies <= 9 or (names and len(names) != copies):
        raise row.wrong("“copies” và “copy_names” không khớp.", "“copies” and “copy_names” do not agree.")
    lines = [Row(row.file, row.line, one) for one in fields]
    value = PrintedForm(
        code,
        row.words("title"),
        row.text("number"),
        row.choice("paper", get_args(Paper)),
        copies,
        tuple(_printed_field(one) for one in lines),
        row.text("basis"),
        row.choice("verified", VERIFIED),
        names,
        _word(row, "head", "state", get_args(Head)),
        row.flag("landscape"),
        _word(row, "barcode", "code128", ("code128", "code39", "none")),
        row.flag("qr") if "qr" in row.cells else True,
        row.text("number_line"),
        row.text("note"),
        row.text("counted"),
        row.whole("gap", 22),
        row.flag("bilingual"),
    )
    return row.dated((code,), value)


def _printed_field(row: Row) -> PrintedField:
    words = Words(row.must("vi"), row.must("en"))
    columns, aligns = row.listed("columns"), row.listed("aligns")
    shares = tuple(_share(row, one) for one in row.listed("shares"))
    if any(len(said) not in (0, len(columns)) for said in (shares, aligns)):
        raise row.wrong(
            "“shares” và “aligns” phải có đủ mỗi cột một giá trị.", "“shares” and “aligns” need one value a column."
        )
    if any(align not in ("left", "centre", "right") for align in aligns):
        raise row.wrong("“aligns” gồm left, centre, right.", "“aligns” are left, centre, right.")
    values = row.listed("values")
    if columns and len(values) not in (0, len(columns)):
        raise row.wrong("“values” của bảng phải đủ mỗi cột một ô.", "“values” of a table need one cell a column.")
    return PrintedField(
        row.must("key"),
        words,
        row.text("hint"),
        columns,
        values,
        _word(row, "block", "table" if columns else "line", get_args(Block)),
        shares,
        aligns,
        row.whole("rows"),
        row.text("after"),
        row.flag("upper"),
        row.flag("optional"),
    )


def _share(row: Row, text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise row.wrong("“shares” gồm số nguyên dương.", "“shares” are whole numbers above 0.")
    return int(text)


def _word(row: Row, name: str, empty: W, options: Sequence[W]) -> W:
    """One of the options; `empty` for an empty cell."""
    return row.choice(name, options) if row.text(name) else empty


def _choices(row: Row) -> tuple[tuple[str, Words], ...]:
    raw = row.cells.get("choices", [])
    if not isinstance(raw, list):
        raise row.wrong("“choices” phải là danh sách.", "“choices” must be a list.")
    result = []
    for one in raw:
        if not (isinstance(one, list) and len(one) == 3 and all(isinstance(part, str) for part in one)):
            raise row.wrong("lựa chọn gồm giá trị, vi, en.", "a choice is value, vi, en.")
        result.append((one[0], Words(one[1], one[2])))
    return tuple(result)


def review(row: Row) -> Dated[ReviewRow]:
    """`share_percent` is a number from 0 to 100 with two places at most."""
    code, procedures = row.must("code"), row.listed("procedures")
    if not procedures:
        raise row.wrong("thiếu thủ tục.", "the procedures are missing.")
    share = _SHARE.fullmatch(row.must("share_percent"))
    hundredths = int(share[1]) * 100 + int((share[2] or "").ljust(2, "0")) if share else -1
    if not 0 <= hundredths <= 10_000:
        raise row.wrong("“share_percent” phải từ 0 đến 100.", "“share_percent” must be from 0 to 100.")
    rule = row.rule((code,), row.words("because"))
    value = ReviewRow(code, procedures, row.scope("cases"), row.flag("ordinary"), hundredths, rule)
    return row.dated((code,), value)


def review_cause(row: Row) -> Dated[CauseRow]:
    code, name = row.must("code"), row.words("name")
    return row.dated((code,), CauseRow(code, name, row.rule((code,), name)))


def retention(row: Row) -> Dated[RetentionRow]:
    kind, name = row.choice("kind", (*COPY_KINDS, *RECORD_KINDS)), row.words("name")
    row.must("days")
    return row.dated((kind,), RetentionRow(kind, name, row.whole("days"), row.rule((kind,), name)))


def handing(row: Row) -> Dated[HandingRow]:
    """`value` is one of what a row of its kind may say, a paper's code, or a number of days."""
    code, said = row.must("code"), row.words("words")
    kind: HandingKind = row.choice("kind", get_args(HandingKind))
    procedures = row.listed("procedures")
    if not procedures:
        raise row.wrong("thiếu thủ tục.", "the procedures are missing.")
    row.must("value")
    if kind == "reminder":
        value = str(row.whole("value"))
    else:
        value = row.choice("value", VALUES[kind]) if VALUES[kind] else row.must("value")
    return row.dated((code,), HandingRow(code, kind, procedures, value, said, row.rule((code,), said)))


def boundaries(rows: Iterable[Dated[object]]) -> list[date]:
    """Every day on which some rule begins, or the day after one ends: between two of them nothing changes."""
    days: set[date] = set()
    for row in rows:
        days.add(row.since)
        if row.until is not None and row.until < date.max:
            days.add(row.until + timedelta(days=1))
    return sorted(days)
