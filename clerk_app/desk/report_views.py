"""A report as plain values for screens and papers: every figure written out, every name in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from clerk_app.desk.views import Badge
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import EXCEPTION, STAY, Dimension, Kind
from clerk_app.domain.reports import LineValues, Report, Value
from clerk_app.domain.rules import Rules

Source = Literal["central", "here"]
NOTHING = Words("–", "–")
TOTAL = Words("Tất cả", "All")
CHANNELS: Mapping[str, Words] = {
    "online": Words("Trực tuyến", "Online"),
    "counter": Words("Trực tiếp", "At the counter"),
    "post": Words("Bưu chính", "By post"),
}
DIMENSION_WORDS: Mapping[Dimension, Words] = {
    "": Words("Không chia", "Not split"),
    "office": Words("Theo đơn vị", "By office"),
    "counter": Words("Theo quầy", "By counter"),
    "procedure": Words("Theo thủ tục", "By procedure"),
    "channel": Words("Theo kênh nộp", "By channel"),
}


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Which report: whole days, both within; split by one dimension, of some counters and so on or of all.

    `here`: of this counter alone, from what lies at this desk, also with a line.
    """

    first: date
    last: date
    by: Dimension = ""
    offices: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    here: bool = False


def only(query: ReportQuery, by: Dimension, group: str) -> ReportQuery:
    """The same report of one group alone, not split any more."""
    match by:
        case "office":
            return replace(query, by="", offices=(group,))
        case "counter":
            return replace(query, by="", counters=(group,))
        case "procedure":
            return replace(query, by="", procedures=(group,))
        case "channel":
            return replace(query, by="", channels=(group,))
        case _:
            return query


@dataclass(frozen=True, slots=True)
class FigureView:
    """One figure: its text, the number itself (of a ratio: in thousandths), and which dossiers are behind it."""

    text: Words
    number: int
    line: str
    group: str | None
    dossiers: bool = True


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a table. `doubt`: its definition was not read surely."""

    code: str
    name: Words
    kind: Kind
    basis: str
    doubt: bool
    figures: tuple[FigureView, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table: its columns are the groups of the report, or its own `heads`."""

    code: str
    name: Words
    heads: tuple[Words, ...]
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class FormHead:
    """A column of an official table: the heading it stands under, its own, its number."""

    group: Words
    head: Words
    number: int


@dataclass(frozen=True, slots=True)
class FormView:
    """An official table as it is handed in: every row has a name and a count for each head. `doubt`: its layout was not
    compared with the form itself.
    """

    code: str
    heads: tuple[FormHead, ...]
    rows: tuple[tuple[Words, tuple[int, ...]], ...]
    basis: str
    doubt: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: its share in thousandths, and what it says."""

    label: Words
    thousandths: int
    text: Words


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars that belong together."""

    name: Words
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """A whole report. `source` says where it was counted; `sign` says so to people, and how far it goes; `doubts` what
    in it may not be so.
    """

    query: ReportQuery
    title: Words
    period: Words
    source: Source
    sign: Badge
    at: datetime
    tables: tuple[TableView, ...]
    charts: tuple[Chart, ...]
    dossiers: int
    pack: str
    office: Words
    scope: Words
    forms: tuple[FormView, ...] = ()
    doubts: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class BehindLine:
    """A dossier behind a figure. `known`: it lies at this desk and can be opened."""

    dossier: UUID
    code: str
    office: Words
    counter: str
    procedure: Words
    channel: Words
    state: Words
    since: datetime
    due_at: datetime | None
    known: bool
    codes: Mapping[str, str] = field(default_factory=dict)
    """Office, procedure, channel and state, for programs."""


@dataclass(frozen=True, slots=True)
class BehindView:
    """One page of the dossiers behind a figure, from the place `first` on; `total` are there."""

    name: Words
    lines: tuple[BehindLine, ...]
    total: int
    first: int = 0


def grouped(number: int) -> Words:
    """`14.456` and `14,456`."""
    english = f"{number:,}"
    return Words(english.replace(",", "."), english)


def percent(thousandths: int) -> Words:
    """`13,7 %` and `13.7 %`."""
    text = f"{thousandths // 10}.{thousandths % 10}"
    return Words(f"{text.replace('.', ',')} %", f"{text} %")


def thousandths_of(value: Value) -> int | None:
    """A ratio in thousandths, halves upwards; None where there is nothing to divide by."""
    return (value.of * 2000 + value.over) // (2 * value.over) if value.over else None


def length(ms: int) -> Words:
    """How long something took, in hours with one decimal: of office hours no day has 24."""
    tenths = (ms + 180_000) // 360_000
    return Words(f"{tenths // 10},{tenths % 10} giờ", f"{tenths // 10}.{tenths % 10} h")


def doubts_of(first: date, last: date, rules: Rules, forms: tuple[FormView, ...]) -> tuple[Words, ...]:
    """What may not be so in a report of these days: days off that nobody wrote down, forms that nobody compared."""
    known = {day.year for day in rules.calendar.special}
    years = ", ".join(str(year) for year in range(first.year, last.year + 1) if year not in known)
    found = []
    if years:
        found.append(
            Words(
                f"Danh mục chưa có ngày nghỉ của năm {years}: thời gian ở từng bước tính cả ngày lễ; "
                "tỷ lệ đúng hạn tính theo ngày hẹn đã cấp.",
                f"The catalogue has no holidays of {years}: times per step count them in; "
                "on-time ratios go by the appointments that were given.",
            )
        )
    codes = ", ".join(form.code for form in forms if form.doubt)
    if codes:
        found.append(
            Words(
                f"Biểu {codes}: thứ tự và tên cột chưa đối chiếu với biểu mẫu gốc.",
                f"Form {codes}: order and names of columns were not yet compared with the form itself.",
            )
        )
    return tuple(found)


def group_name(group: str, by: Dimension, rules: Rules, names: Mapping[str, tuple[str, str]]) -> Words:
    """What people call a group."""
    if by == "procedure" and group in rules.procedures:
        return rules.procedures[group].name
    if by == "channel":
        return CHANNELS.get(group, Words(group, group))
    if by == "office" and group in names:
        return Words(*names[group])
    return Words(group or "–", group or "–")


def tables_of(
    report: Report, by: Dimension, rules: Rules, names: Mapping[str, tuple[str, str]]
) -> tuple[TableView, ...]:
    """Every table of a report in the words of the law."""
    groups: tuple[str | None, ...] = (None, *report.groups)
    heads = (TOTAL, *(group_name(group, by, rules, names) for group in report.groups))
    found = [
        TableView(table.code, table.name, heads, tuple(_line(line, groups) for line in table.lines))
        for table in report.tables
    ]
    if report.stays:
        found.append(_stays(report, rules))
    if report.causes:
        found.append(_causes(report, rules))
    return tuple(found)


def _line(line: LineValues, groups: tuple[str | None, ...]) -> LineView:
    figures = tuple(
        _figure(line.code, line.kind, value, group) for value, group in zip(line.values, groups, strict=True)
    )
    return LineView(line.code, line.name, line.kind, line.basis, line.verified != "yes", figures)


def _figure(code: str, kind: Kind, value: Value, group: str | None) -> FigureView:
    if kind == "ratio":
        share = thousandths_of(value)
        return FigureView(NOTHING if share is None else percent(share), share or 0, code, group, value.of > 0)
    text = Words(format_vnd(value.of), format_vnd(value.of)) if kind == "money" else grouped(value.of)
    return FigureView(text, value.of, code, group, value.of > 0)


def _stays(report: Report, rules: Rules) -> TableView:
    lines = []
    for stay in report.stays:
        state = rules.states.get(stay.state)
        name, code = state.name if state is not None else Words(stay.state, stay.state), f"{STAY}:{stay.state}"
        told = [FigureView(grouped(stay.count), stay.count, code, None)]
        told += [
            FigureView(length(ms), ms // 60_000, code, None, False)
            for ms in (stay.mean_ms, stay.median_ms, stay.ninth_ms)
        ]
        lines.append(LineView(code, name, "count", "", False, tuple(told)))
    heads = (
        Words("Số lượt", "Times"),
        Words("Trung bình", "Mean"),
        Words("Trung vị", "Median"),
        Words("90 % lượt không quá", "90 % took at most"),
    )
    return TableView(
        "stays", Words("Thời gian từng bước (giờ làm)", "Times per step (office hours)"), heads, tuple(lines)
    )


def _causes(report: Report, rules: Rules) -> TableView:
    lines = []
    for cause in report.causes:
        row, code = rules.exception(cause.code), f"{EXCEPTION}:{cause.code}"
        name = row.rule.because if row is not None else Words(cause.code, cause.code)
        every = cause.granted + cause.refused + cause.open
        told = [FigureView(grouped(every), every, code, None)]
        told += [
            FigureView(grouped(number), number, f"{code}:{outcome}", None, number > 0)
            for number, outcome in ((cause.granted, "granted"), (cause.refused, "refused"), (cause.open, "open"))
        ]
        lines.append(LineView(code, name, "count", row.rule.basis if row is not None else "", False, tuple(told)))
    heads = (
        Words("Tất cả", "All"),
        Words("Đã duyệt", "Granted"),
        Words("Từ chối", "Refused"),
        Words("Chưa duyệt", "Open"),
    )
    return TableView("causes", Words("Ngoại lệ theo nguyên nhân", "Exceptions by cause"), heads, tuple(lines))


def charts_of(tables: tuple[TableView, ...]) -> tuple[Chart, ...]:
    """Bars of every ratio: of everything, and where the report is split one chart for each of the first two."""
    ratios = next((table for table in tables if table.code == "ratios"), None)
    if ratios is None:
        return ()
    charts = [
        Chart(ratios.name, tuple(Bar(one.name, one.figures[0].number, one.figures[0].text) for one in ratios.lines))
    ]
    if len(ratios.heads) > 1:
        for line in ratios.lines[:2]:
            bars = tuple(
                Bar(head, figure.number, figure.text) for head, figure in zip(ratios.heads, line.figures, strict=True)
            )
            charts.append(Chart(line.name, bars))
    return tuple(charts)
