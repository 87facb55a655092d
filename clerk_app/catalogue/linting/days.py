"""Every day has exactly one rule: no two rows for one thing on one day, and no day without a row that is needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from clerk_app.catalogue.linting.conditions import Candidates, may_hold
from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain.calendar import format_day
from clerk_app.domain.conditions import AllOf, fields_of
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import BALANCE
from clerk_app.domain.rules import ExpiryBand, PaperRow, Rules, Span

PRINTED = ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "fee_receipt")
SEVEN_FORMS_SINCE = "R4"
SETTINGS = ("rule_set", "half_day_reading", "receipt_number_format", "receipt_form_symbol", "receipt_series_format")
"""Settings the program cannot do without."""
TEXTS = ("national_name", "national_motto", "one_stop")
"""Texts that stand on every official form."""

LABELS = {
    "M01": ("owner_name", "received_at", "due_at", "sign_submitter", "sign_officer"),
    "fee_receipt": ("number", "payer_name", "amount", "amount_words"),
}
"""Labels that printing asks for by their key."""

_MAY_PAUSE = frozenset({"holidays", "documents", "notices"})
"""Tables in which a thing may hold on some days, then not, then again."""

_DAY = timedelta(days=1)
_CHANNELS = ("counter", "online", "post")


def overlapping(pack: Pack) -> Iterator[Problem]:
    """Two rows for one thing on one day."""
    for name, rows in pack.tables.all():
        for key, group in _by_key(rows).items():
            for one, other in pairwise(group):
                if one.until is None or other.since <= one.until:
                    yield _twice(other, one, "/".join(key))
        if name == "fees":
            yield from _fee_channels(rows)
    yield from _same_paper(pack)


def _twice(row: Dated[Any], other: Dated[Any], key: str) -> Problem:
    place = f"{other.file}:{other.line}"
    vi = f"“{key}” có hai dòng cho cùng ngày (xem {place})."
    return at(row, "overlap", vi, f"“{key}” stands twice for one day, see {place}.")


def _fee_channels(rows: Sequence[Dated[Any]]) -> Iterator[Problem]:
    """A fee of any channel beside one of a certain channel; told once a fee, at the row that came later."""
    groups = _by_key(rows)
    told: set[str] = set()
    for (code, channel), group in groups.items():
        for row in group if channel != "any" else ():
            for other in groups.get((code, "any"), ()):
                if share_a_day(row, other) and code not in told:
                    told.add(code)
                    first, last = sorted((row, other), key=lambda one: one.since)
                    place = f"{first.file}:{first.line}"
                    vi = f"kênh “any” trùng với kênh {channel} (xem {place})."
                    yield at(last, "overlap", vi, f"channel “any” overlaps {channel}, see {place}.")


def _same_paper(pack: Pack) -> Iterator[Problem]:
    """Two rows of one paper that a case could meet together: only the first would count."""
    codes: dict[str, list[Dated[PaperRow]]] = defaultdict(list)
    candidates = Candidates(pack)
    for row in pack.tables.papers:
        for other in codes[row.value.code]:
            if row.key == other.key or not share_a_day(row, other):
                continue
            cases = candidates.cases(row, row.value.scope) & candidates.cases(other, other.value.scope)
            both = AllOf((row.value.when, other.value.when))
            if cases and may_hold(both, candidates.of(row, cases)):
                yield _twice(row, other, row.value.code)
        codes[row.value.code].append(row)


def share_a_day(one: Dated[Any], other: Dated[Any]) -> bool:
    """Whether both hold on some day."""
    return (other.until is None or one.since <= other.until) and (one.until is None or other.since <= one.until)


@dataclass(frozen=True, slots=True)
class _Gap:
    """A thing that has no rule from a day on."""

    table: str
    key: tuple[str, ...]
    since: date
    vi: str
    en: str


def missing_days(pack: Pack) -> Iterator[Problem]:
    """Days on which something that is needed has no rule; each thing is told once, from its first such day."""
    found: dict[tuple[str, tuple[str, ...]], _Gap] = {}
    begun = min((row.since for row in pack.tables.cases), default=date.max)
    lived = min((row.since for row in pack.tables.steps), default=None)
    for day in (day for day in pack.rule_days if day >= begun):
        for gap in _wanted(pack.as_of(day), lived):
            found.setdefault((gap.table, gap.key), gap)
    for gap in _holes(pack):
        found.setdefault((gap.table, gap.key), gap)
    rows = dict(pack.tables.all())
    for gap in found.values():
        file, line = _place(rows.get(gap.table, ()), gap)
        said = format_day(gap.since)
        yield Problem(file, line, Words(f"từ ngày {said}: {gap.vi}", f"from {said}: {gap.en}"), "gap")
    if lived is None:
        words = Words("không có bước giải quyết nào.", "there are no steps of any procedure.")
        yield Problem("steps.csv", 0, words, "gap")
    yield from _years(pack)


def _place(rows: Sequence[Dated[Any]], gap: _Gap) -> tuple[str, int]:
    """The row that breaks off there, or ends before the gap, or else the one that begins after it."""
    files = {"form_heads": "forms.toml", "printed": "printed.toml"}
    same = [row for row in rows if row.key[: len(gap.key)] == gap.key]
    here = [row for row in same if row.on(gap.since)]
    before = [row for row in same if row.until is not None and row.until < gap.since]
    after = [row for row in same if row.since > gap.since]
    if here:
        row = here[0]
    elif before:
        row = max(before, key=lambda one: one.since)
    elif after:
        row = min(after, key=lambda one: one.since)
    else:
        return files.get(gap.table, f"{gap.table}.csv"), 0
    return row.file, row.line


def _wanted(rules: Rules, lived: date | None) -> Iterator[_Gap]:
    since = rules.since
    for name in SETTINGS:
        if not rules.settings.get(name):
            yield _Gap("settings", (name,), since, f"thiếu tùy chọn “{name}”.", f"the setting “{name}” is missing.")
    for name in TEXTS:
        if name not in rules.texts:
            yield _Gap("texts", (name,), since, f"thiếu câu chữ “{name}”.", f"the text “{name}” is missing.")
    for case in rules.cases:
        if case.limit not in rules.limits:
            en = f"“{case.limit}” has no time limit."
            yield _Gap("limits", (case.limit,), since, f"“{case.limit}” không có thời hạn.", en)
        for channel in _CHANNELS:
            if case.fee and rules.fee(case.fee, channel) is None:
                said = f"“{case.fee}” / {channel}"
                yield _Gap("fees", (case.fee,), since, f"không có mức phí {said}.", f"there is no fee for {said}.")
    for key in rules.classes:
        if key not in rules.conversions:
            name = f"{key[1]} ({key[0]})"
            yield _Gap("conversions", key, since, f"hạng {name} không đổi sang đâu.", f"class {name} leads nowhere.")
    yield from (_Gap("expiry", start, since, vi, en) for start, vi, en in _bands(rules.expiry))
    for form in PRINTED if rules.rule_set >= SEVEN_FORMS_SINCE else ():
        if form not in rules.printed:
            yield _Gap("printed", (form,), since, f"thiếu biểu mẫu {form}.", f"the form {form} is missing.")
    if "licence-exchange" not in rules.forms:
        yield _Gap("form_heads", ("licence-exchange",), since, "thiếu mẫu nhập liệu.", "the form on screen is missing.")
    for exception in rules.exceptions:
        if not rules.grants(exception.code):
            code = exception.code
            yield _Gap("grants", (code,), since, f"không ai được duyệt “{code}”.", f"nobody may grant “{code}”.")
    if lived is not None and since >= lived:
        for procedure in rules.procedures:
            if not any(step.of(procedure) for step in rules.steps):
                vi, en = f"“{procedure}” không có bước nào.", f"“{procedure}” has no steps."
                yield _Gap("steps", (procedure,), since, vi, en)
    if rules.reports.lines:
        yield from _reported(rules)


def _reported(rules: Rules) -> Iterator[_Gap]:
    """Every state that is reached means something to reports, one says that it was received, and no count is lost."""
    law, since = rules.reports, rules.since
    for state in dict.fromkeys(step.to for step in rules.steps):
        if state in rules.states and state not in law.positions:
            vi, en = f"trạng thái “{state}” không có vị trí trong báo cáo.", f"the state “{state}” has no position."
            yield _Gap("report_positions", (state,), since, vi, en)
    if not any(row.counts for row in law.positions.values()):
        vi, en = "không trạng thái nào tính là đã tiếp nhận.", "no state counts as received."
        yield _Gap("report_positions", ("counts",), since, vi, en)
    told = {name for line in law.lines if line.kind == "count" for name in line.of}
    for name in sorted(BALANCE - told):
        yield _Gap("reports", (name,), since, f"không dòng nào cộng “{name}”.", f"no line adds up “{name}”.")


def _bands(bands: Iterable[ExpiryBand]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Bands without a condition follow one another from the first day to for ever; only the first break is told."""
    ordered = sorted((band for band in bands if not fields_of(band.when)), key=lambda band: _days_of(band.start))
    expected: Span | None = Span(0, "day")
    for band in ordered:
        name = _named(band.start)
        if expected is None or band.start != expected:
            yield (name,), f"bậc “{name}” không nối tiếp.", f"the band “{name}” does not follow."
            return
        expected = band.end
    if expected is not None:
        name = _named(expected)
        yield (name,), f"không có bậc từ “{name}”.", f"there is no band from “{name}”."


def _days_of(span: Span) -> int:
    return span.count * {"day": 1, "month": 30, "year": 365}[span.unit]


def _named(span: Span) -> str:
    return f"{span.count} {span.unit}"


def _holes(pack: Pack) -> Iterator[_Gap]:
    """Rows of one thing with days between them on which it has none."""
    for name, rows in pack.tables.all():
        if name in _MAY_PAUSE:
            continue
        for key, group in _by_key(rows).items():
            for one, other in pairwise(group):
                if one.until is not None and other.since > one.until + _DAY:
                    if name == "fees" and _charged(pack.as_of(one.until + _DAY), key):
                        continue
                    said = "/".join(key)
                    vi = f"“{said}” không có dòng nào đến {format_day(other.since)}."
                    en = f"“{said}” has no row until {format_day(other.since)}."
                    yield _Gap(name, key, one.until + _DAY, vi, en)


def _charged(rules: Rules, key: tuple[str, ...]) -> bool:
    """Whether other rows of that fee stand in for the row of this channel."""
    channels = _CHANNELS if key[1] == "any" else (key[1],)
    return all(rules.fee(key[0], channel) is not None for channel in channels)


def _years(pack: Pack) -> Iterator[Problem]:
    """A year without any holiday, between years that have some."""
    days = [row for row in pack.tables.holidays if not row.value.works]
    years = sorted({row.value.day.year for row in days})
    for one, other in pairwise(years):
        if other > one + 1:
            row = min((row for row in days if row.value.day.year == other), key=lambda found: found.value.day)
            yield at(row, "gap", f"năm {one + 1} không có ngày nghỉ nào.", f"the year {one + 1} has no holiday.")


def _by_key(rows: Sequence[Dated[Any]]) -> dict[tuple[str, ...], list[Dated[Any]]]:
    groups: dict[tuple[str, ...], list[Dated[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.key].append(row)
    for group in groups.values():
        group.sort(key=lambda row: (row.since, row.line))
    return groups
