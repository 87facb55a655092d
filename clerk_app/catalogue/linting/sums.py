"""Figures that follow from one another agree, and what the program fills in or computes with has its shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from string import Formatter

from clerk_app.catalogue.linting.days import LABELS
from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Row
from clerk_app.domain import dossier_codes
from clerk_app.domain.message_rows import FACTS

HOURS_OF_A_HALF_DAY = 4


def disagreeing(pack: Pack) -> Iterator[Problem]:
    """Limits, classes, provinces and fees whose figures contradict each other."""
    for row in pack.tables.limits:
        half_days, hours = row.value.half_days, row.value.hours
        if hours != half_days * HOURS_OF_A_HALF_DAY:
            vi = f"{half_days} nửa ngày là {half_days * HOURS_OF_A_HALF_DAY} giờ, không phải {hours}."
            en = f"{half_days} half days are {half_days * HOURS_OF_A_HALF_DAY} hours, not {hours}."
            yield at(row, "sum", vi, en)
    for one in pack.tables.classes:
        value = one.value
        if (value.validity == "years") != (value.validity_years > 0) and value.validity != "age":
            yield at(one, "sum", "thời hạn và số năm không khớp.", "validity and years do not agree.")
        for most in (value.max_age_male, value.max_age_female):
            if most and most <= value.min_age:
                vi = f"tuổi tối đa {most} không lớn hơn tuổi tối thiểu {value.min_age}."
                yield at(one, "sum", vi, f"the highest age {most} is not above the lowest, {value.min_age}.")
                break
    for province in pack.tables.provinces:
        if province.value.code != f"0{province.value.prefix}":
            vi = f"mã {province.value.code} không khớp đầu số {province.value.prefix}."
            en = f"code {province.value.code} and prefix {province.value.prefix} do not agree."
            yield at(province, "sum", vi, en)
    for special in pack.tables.holidays:
        if special.value.works and special.value.day.weekday() < 5:
            yield at(special, "sum", "ngày làm bù không phải thứ Bảy, Chủ nhật.", "a make-up day that is no weekend.")


def _whole(value: str) -> bool:
    return value.isascii() and value.isdigit() and 0 < int(value[:9]) < 1000


def _filled(**places: object) -> Callable[[str], bool]:
    def fits(value: str) -> bool:
        try:
            return bool(value.format(**places)) if len(value) < 200 else False
        except (KeyError, IndexError, ValueError, AttributeError, TypeError):
            return False

    return fits


def _code(value: str) -> bool:
    """Central reads the unit, the day and the number out of the code again."""
    if not _filled(unit=_UNIT, day=_DAY, number=_NUMBER)(value):
        return False
    found = dossier_codes.read(dossier_codes.written(_UNIT, _DAY, _NUMBER, value))
    return found is not None and (found.unit, found.day, int(found.serial)) == (_UNIT, _DAY, _NUMBER)


_UNIT, _DAY, _NUMBER = "G01.801.308", date(2026, 11, 23), 128
_SHAPES: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "rule_set": (lambda value: bool(re.fullmatch(r"R\d{1,3}", value)), "R và số", "R and a number"),
    "half_day_reading": (lambda value: value in ("noon", "hours"), "noon hoặc hours", "noon or hours"),
    "permit_valid_years": (_whole, "số năm", "a number of years"),
    "late_entry_days": (_whole, "số ngày", "a number of days"),
    "offline_days": (_whole, "số ngày", "a number of days"),
    "pin_tries": (_whole, "số lần", "a number of tries"),
    "second_factor_roles": (
        lambda value: bool(re.fullmatch(r"[a-z_]+(\|[a-z_]+)*", value)),
        "các vai trò cách nhau bằng |, hoặc none",
        "roles with | between them, or none",
    ),
    "second_factor_kinds": (
        lambda value: value in ("totp", "token", "totp|token", "token|totp"),
        "totp, token hoặc totp|token",
        "totp, token or totp|token",
    ),
    "second_factor_for_decisions": (lambda value: value in ("on", "off"), "on hoặc off", "on or off"),
    "dossier_code_format": (_code, "{unit} {day} {number} đọc lại được", "{unit} {day} {number} that reads back"),
    "receipt_number_format": (_filled(number=1), "{number}", "{number}"),
    "receipt_series_format": (_filled(year=26), "{year}", "{year}"),
}
"""Settings the program computes with → whether a value fits, and what it must look like."""
_BY_ROLE = ("offline_days", "second_factor_kinds")
"""Settings that may have a row of their own for a role."""


def misshapen(pack: Pack) -> Iterator[Problem]:
    """Settings whose value the program could not use, and labels that printing asks for and a form does not have."""
    for row in pack.tables.settings:
        key, value, _ = row.value
        shape = next((one for one in _BY_ROLE if key.startswith(f"{one}_")), key)
        if shape in _SHAPES:
            fits, vi, en = _SHAPES[shape]
            if not fits(value):
                yield at(row, "sum", f"“{key}” là “{value}”, phải là {vi}.", f"“{key}” is “{value}”, not {en}.")
    for form in pack.tables.printed:
        for key in LABELS.get(form.value.code, ()):
            if not form.value.label(key):
                vi = f"biểu mẫu {form.value.code} thiếu nhãn “{key}”."
                yield at(form, "text", vi, f"the form {form.value.code} has no label “{key}”.")


def unfilled(rows: list[Row]) -> Iterator[Problem]:
    """Words with a `{place}` that nobody fills in. Only the words of a paper may name `{new_class}`."""
    for row in rows:
        for name, cell in row.cells.items():
            if not (isinstance(cell, str) and name.endswith(("_vi", "_en"))):
                continue
            allowed = {"new_class"} if row.file == "papers.csv" and name.startswith("because") else set()
            if row.file == "messages.csv":
                # Which of them may stand there is asked in `linting.messages`.
                allowed = set(FACTS)
            for place in sorted(_places(cell) - allowed):
                vi, en = (
                    f"“{name}” có chỗ điền “{{{place}}}” không ai điền.",
                    f"nobody fills “{{{place}}}” in “{name}”.",
                )
                yield at(row, "text", vi, en)


def _places(text: str) -> set[str]:
    try:
        return {place for _, place, _, _ in Formatter().parse(text) if place is not None}
    except ValueError:
        return {"…"}
