"""Walks a pack and names what is wrong with it, with file and line.

Signature and digests, unreadable rows, two rules for one day, days without a rule, names that lead nowhere, and worked
examples that do not come out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from clerk_app.catalogue import facts
from clerk_app.catalogue.pack import Pack, assemble
from clerk_app.catalogue.signing import (
    MANIFEST,
    PUBLIC_KEY,
    SCHEMA,
    Manifest,
    PackRefusal,
    packed_files,
    read_key,
    verified_files,
)
from clerk_app.catalogue.tables import Dated, Row
from clerk_app.domain import checks
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.conditions import Condition, fields_of
from clerk_app.domain.money import amount_in_words
from clerk_app.domain.procedure import VIEW_FIELDS, decide
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import ExpiryBand, Rules, Scope, Span

PRINTED = ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "fee_receipt")


@dataclass(frozen=True, slots=True)
class Problem:
    """One defect of a pack."""

    file: str
    line: int
    words: Words


@dataclass(frozen=True, slots=True)
class Counted:
    """What a pack holds: rows of rules, and worked examples."""

    rules: int
    examples: int


def check(folder: Path, trusted_keys: Sequence[bytes] | None = None) -> list[Problem]:
    """Every defect found in the pack in `folder`; without keys, the publisher's key beside the pack is taken."""
    problems: list[Problem] = []
    manifest = Manifest("", SCHEMA, "", "", {})
    try:
        keys = [read_key(folder / PUBLIC_KEY)] if trusted_keys is None else trusted_keys
        manifest, _ = verified_files(folder, keys)
    except PackRefusal as refusal:
        problems.append(_said(refusal))
    try:
        contents = {path.name: path.read_bytes() for path in packed_files(folder)}
        pack = assemble(manifest, contents)
    except PackRefusal as refusal:
        return [*problems, _said(refusal)]
    except OSError:
        return [*problems, Problem(MANIFEST, 0, Words("không đọc được thư mục.", "the folder cannot be read."))]
    for walk in (_overlaps, _names, _days, _examples):
        problems.extend(walk(pack))
    return list(dict.fromkeys(problems))


def counted(pack: Pack) -> Counted:
    """How many rules and examples a pack holds."""
    return Counted(sum(len(rows) for _, rows in pack.tables.all()), len(pack.examples))


def _said(refusal: PackRefusal) -> Problem:
    return Problem(refusal.file, refusal.line, refusal.plain)


def _at(row: Dated[object] | Row, vi: str, en: str) -> Problem:
    return Problem(row.file, row.line, Words(vi, en))


def _overlaps(pack: Pack) -> Iterator[Problem]:
    for name, rows in pack.tables.all():
        seen: dict[tuple[str, ...], list[Dated[object]]] = {}
        for row in rows:
            for other in seen.get(row.key, ()):
                if _share_a_day(row, other):
                    key = "/".join(row.key)
                    place = f"{other.file}:{other.line}"
                    yield _at(row, f"“{key}” có hai dòng cho cùng ngày ({place}).", f"“{key}” twice, see {place}.")
            seen.setdefault(row.key, []).append(row)
        if name == "fees":
            yield from _fee_overlaps(rows)


def _fee_overlaps(rows: Sequence[Dated[object]]) -> Iterator[Problem]:
    for row in rows:
        for other in rows:
            if other.key == (row.key[0], "any") and row.key[1] != "any" and _share_a_day(row, other):
                vi = f"kênh {row.key[1]} trùng với “any” ({other.file}:{other.line})."
                yield _at(row, vi, f"channel {row.key[1]} overlaps “any”, see {other.file}:{other.line}.")


def _share_a_day(one: Dated[object], other: Dated[object]) -> bool:
    return (other.until is None or one.since <= other.until) and (one.until is None or other.since <= one.until)


def _names(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    cases = {row.value.code for row in tables.cases}
    procedures = {row.value.code for row in tables.procedures}
    classes = {(row.value.regime, row.value.code) for row in tables.classes}
    codes = {code for _, code in classes}
    roles = {row.value[0] for row in tables.roles}
    for case in tables.cases:
        for name in case.value.procedures - procedures:
            yield _at(case, f"không có thủ tục “{name}”.", f"there is no procedure “{name}”.")
    for known in tables.classes:
        for name in (*known.value.includes, *filter(None, (known.value.over_age,))):
            if (known.value.regime, name) not in classes:
                yield _at(known, f"không có hạng “{name}”.", f"there is no class “{name}”.")
    for conversion in tables.conversions:
        if (conversion.value.regime, conversion.value.code) not in classes:
            yield _at(conversion, f"không có hạng “{conversion.value.code}”.", f"no class “{conversion.value.code}”.")
        if conversion.value.to and conversion.value.to not in codes:
            yield _at(conversion, f"không có hạng “{conversion.value.to}”.", f"no class “{conversion.value.to}”.")
    for exception in tables.exceptions:
        if exception.value.granted_by not in roles:
            name = exception.value.granted_by
            yield _at(exception, f"không có vai trò “{name}”.", f"there is no role “{name}”.")
    scoped: list[tuple[Dated[object], Scope, Condition]] = []
    scoped += [(row, row.value.scope, row.value.when) for row in tables.papers]
    scoped += [(row, row.value.scope, row.value.when) for row in tables.refusals]
    scoped += [(row, row.value.scope, row.value.when) for row in tables.exceptions]
    scoped += [(row, row.value.scope, row.value.when) for row in tables.notices]
    for row, scope, when in scoped:
        for pattern in (*scope.included, *scope.excluded):
            if not any(Scope((pattern,)).covers(case) for case in cases):
                yield _at(row, f"không có trường hợp “{pattern}”.", f"there is no case “{pattern}”.")
        for name in fields_of(when) - VIEW_FIELDS:
            yield _at(row, f"không ai trả lời được “{name}”.", f"nobody answers the field “{name}”.")
    yield from _form_names(pack)


def _form_names(pack: Pack) -> Iterator[Problem]:
    tables = pack.tables
    groups = {(form, code) for form, code, _ in (row.value for row in tables.form_groups)}
    heads = {row.value[0] for row in tables.form_heads}
    for row in tables.form_fields:
        form, field = row.value
        if form not in heads:
            yield _at(row, f"không có biểu mẫu “{form}”.", f"there is no form “{form}”.")
        if (form, field.group) not in groups:
            yield _at(row, f"không có nhóm “{field.group}”.", f"there is no group “{field.group}”.")
        if field.check and not callable(getattr(checks, field.check, None)):
            yield _at(row, f"không có phép kiểm tra “{field.check}”.", f"there is no check “{field.check}”.")


def _days(pack: Pack) -> Iterator[Problem]:
    begun = min((row.since for row in pack.tables.cases), default=date.max)
    for day in (day for day in pack.rule_days if day >= begun):
        yield from _one_day(pack.as_of(day))


def _one_day(rules: Rules) -> Iterator[Problem]:
    day = rules.since.isoformat()

    def gap(file: str, vi: str, en: str) -> Problem:
        return Problem(file, 0, Words(f"từ ngày {day}: {vi}", f"from {day}: {en}"))

    if not rules.rule_set:
        yield gap("settings.csv", "không có bộ quy định.", "there is no rule set.")
    for case in rules.cases:
        if case.limit not in rules.limits:
            yield gap("limits.csv", f"“{case.code}” không có thời hạn.", f"“{case.code}” has no time limit.")
        for channel in ("counter", "online", "post"):
            if case.fee and rules.fee(case.fee, channel) is None:
                said = f"“{case.fee}” / {channel}"
                yield gap("fees.csv", f"không có mức phí {said}.", f"there is no fee for {said}.")
    for key in rules.classes:
        if key not in rules.conversions:
            yield gap("conversions.csv", f"hạng {key} không đổi sang đâu.", f"class {key} leads nowhere.")
    yield from (gap("expiry.csv", vi, en) for vi, en in _bands(rules.expiry))
    if rules.rule_set >= "R4":
        for form in (form for form in PRINTED if form not in rules.printed):
            yield gap("printed.toml", f"thiếu biểu mẫu {form}.", f"the form {form} is missing.")


def _bands(bands: Iterable[ExpiryBand]) -> Iterator[tuple[str, str]]:
    """Bands without a condition follow one another from the first day to for ever."""
    ordered = sorted((band for band in bands if not fields_of(band.when)), key=lambda band: _days_of(band.start))
    expected: Span | None = Span(0, "day")
    for band in ordered:
        if expected is None or band.start != expected:
            yield (f"bậc “{_named(band.start)}” không nối tiếp.", f"the band “{_named(band.start)}” does not follow.")
        expected = band.end
    if expected is not None:
        yield (f"không có bậc từ “{_named(expected)}”.", f"there is no band from “{_named(expected)}”.")


def _days_of(span: Span) -> int:
    return span.count * {"day": 1, "month": 30, "year": 365}[span.unit]


def _named(span: Span) -> str:
    return f"{span.count} {span.unit}"


def _examples(pack: Pack) -> Iterator[Problem]:
    try:
        rows = pack.examples
    except PackRefusal as refusal:
        yield _said(refusal)
        return
    for row in rows:
        try:
            got, expected = _worked(pack, row)
        except (Refusal, KeyError, TypeError, ValueError) as problem:
            said = problem.words if isinstance(problem, PackRefusal) else Words(str(problem), str(problem))
            yield _at(row, f"không chạy được: {said.vi}", f"cannot be worked: {said.en}")
            continue
        for name, value in expected.items():
            if got.get(name) != value:
                vi = f"“{row.text('name')}”: {name} là {got.get(name)!r}, mong đợi {value!r}."
                yield _at(row, vi, f"“{row.text('name')}”: {name} is {got.get(name)!r}, expected {value!r}.")


def _worked(pack: Pack, row: Row) -> tuple[Mapping[str, object], Mapping[str, object]]:
    expected = row.cells.get("expect")
    if not isinstance(expected, dict):
        raise TypeError("expect")
    match row.cells:
        case {"amount": int(amount)}:
            return {"words": amount_in_words(amount)}, expected
        case {"received": str(received), "half_days": int(half_days)}:
            at = datetime.fromisoformat(received)
            due = pack.as_of(at.date()).calendar.due(at, half_days, half_days * 4)
            return {"due_at": due.at.isoformat()}, expected
        case {"facts": dict(given)}:
            return _decided(pack, given), expected
        case _:
            raise TypeError("facts, received or amount")


def _decided(pack: Pack, given: Mapping[str, object]) -> Mapping[str, object]:
    asked = {"procedure": "licence-exchange", "channel": "counter", "applicant": {}, **given}
    read = facts.facts_from_json(json.dumps(asked, default=date.isoformat).encode())
    decision = decide(read, pack.as_of(in_hanoi(read.received_at).date()))
    shown = facts.decision_to_json(decision)
    return shown | {
        "refusals": [one.code for one in decision.refusals],
        "exceptions_needed": [one.code for one in decision.exceptions_needed],
        "papers": [one.code for one in decision.papers if one.required],
        "optional_papers": [one.code for one in decision.papers if not one.required],
        "restrictions": [one.restriction.vi if one.restriction else "" for one in decision.new_classes],
        "doubtful": any(one.verified != "yes" for one in decision.new_classes),
        "warned": bool(decision.warnings),
    }
