"""The part of a day's page about the law around the cases: classes, refusals, the calendar, settings."""

from __future__ import annotations

from clerk_app.catalogue.showing.day import (
    BASIS,
    CASES,
    CODE,
    REGIMES,
    SAYS,
    TESTS,
    WHEN,
    Day,
    row_of,
    span_words,
    when_of,
)
from clerk_app.catalogue.showing.page import BOTH_EMPTY, Row, Section, Table, listed, same, yes_no
from clerk_app.domain.calendar import SpecialDay, format_day
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import ClassRow, Rules, Scope

NEAR = range(-30, 151)
"""Days before and after the day of the page whose holidays are shown."""


def classes(day: Day) -> Section:
    """Classes, what they are exchanged for, and what an overdue licence needs."""
    tables = (_classes(day.rules), _conversions(day.rules), _expiry(day.rules))
    title = Words("Hạng giấy phép", "Licence classes")
    return Section("classes", title, tuple(table for table in tables if table.rows))


def _classes(rules: Rules) -> Table:
    columns = (
        *(Words("Hạng", "Class"), Words("Chế độ", "Regime"), Words("Được lái", "May drive")),
        *(Words("Thời hạn", "Validity"), Words("Tuổi", "Ages"), Words("Giấy khám", "Health"), BASIS),
    )
    rows = tuple(_class(row) for row in rules.classes.values())
    return Table("classes-table", Words("Các hạng", "Classes"), columns, rows)


def _conversions(rules: Rules) -> Table:
    columns = (
        *(Words("Từ hạng", "From class"), Words("Sang hạng", "To class"), Words("Hạn chế", "Restriction")),
        *(Words("Kèm theo", "Also issued"), BASIS),
    )
    rows = [
        row_of(
            one.rule,
            Words(f"{one.code} ({REGIMES[one.regime].vi})", f"{one.code} ({REGIMES[one.regime].en})"),
            same(one.to or "–"),
            one.restriction or BOTH_EMPTY,
            one.extra or BOTH_EMPTY,
        )
        for group in rules.conversions.values()
        for one in group
        if one.regime == "old" or one.to != one.code
    ]
    return Table("conversions", Words("Chuyển đổi hạng", "Conversions"), columns, tuple(rows))


def _expiry(rules: Rules) -> Table:
    columns = (
        *(Words("Quá hạn", "Overdue"), WHEN, Words("Sát hạch", "Test"), Words("Vẫn được đổi", "May be exchanged")),
        *(SAYS, BASIS),
    )
    rows = [
        row_of(
            band.rule,
            Words(
                f"từ {span_words(band.start).vi} đến dưới {span_words(band.end).vi}",
                f"from {span_words(band.start).en} to under {span_words(band.end).en}",
            ),
            when_of(band.when),
            TESTS[band.test],
            yes_no(band.exchange_open),
            band.rule.because,
        )
        for band in rules.expiry
    ]
    return Table("expiry", Words("Giấy phép quá hạn", "Expired licences"), columns, tuple(rows))


def _class(row: ClassRow) -> Row:
    if row.validity == "none":
        validity = Words("không thời hạn", "no expiry")
    elif row.validity == "years":
        validity = Words(f"{row.validity_years} năm", f"{row.validity_years} years")
    else:
        validity = Words("đến một tuổi nhất định", "up to an age")
    ages = Words(f"từ {row.min_age}", f"from {row.min_age}")
    if row.max_age_male or row.max_age_female:
        ages = Words(
            f"{ages.vi} đến {row.max_age_male} (nam), {row.max_age_female} (nữ)",
            f"{ages.en} to {row.max_age_male} (men), {row.max_age_female} (women)",
        )
    return row_of(row.rule, same(row.code), REGIMES[row.regime], row.covers, validity, ages, yes_no(row.health))


def refusals(day: Day) -> Section:
    def scoped(scope: Scope) -> Words:
        cases = day.covers(scope)
        every = len(cases) == len(day.cases)
        return Words("mọi trường hợp", "every case") if every else listed([same(case.code) for case in cases])

    rules = day.rules
    about = {"person": Words("về người", "about the person"), "case": Words("về trường hợp", "about the case")}
    refusals = [
        row_of(row.rule, same(row.code), about[row.about], scoped(row.scope), when_of(row.when), row.rule.because)
        for row in rules.refusals
        if day.covers(row.scope)
    ]
    exceptions = [
        row_of(
            row.rule,
            same(row.code),
            day.granted(row.code),
            scoped(row.scope),
            when_of(row.when),
            yes_no(bool(row.raised)),
            row.rule.because,
        )
        for row in rules.exceptions
        if day.covers(row.scope)
    ]
    notices = [
        row_of(row.rule, same(row.code), scoped(row.scope), when_of(row.when), row.rule.because)
        for row in rules.notices
        if day.covers(row.scope)
    ]
    tables = (
        Table(
            "refusals-table",
            Words("Từ chối", "Refusals"),
            (CODE, Words("Về", "About"), CASES, WHEN, SAYS, BASIS),
            tuple(refusals),
        ),
        Table(
            "exceptions",
            Words("Ngoại lệ", "Exceptions"),
            (CODE, Words("Ai duyệt", "Granted by"), CASES, WHEN, Words("Tự nêu", "By hand"), SAYS, BASIS),
            tuple(exceptions),
        ),
        Table("notices", Words("Lưu ý", "Notices"), (CODE, CASES, WHEN, SAYS, BASIS), tuple(notices)),
    )
    title = Words("Từ chối và ngoại lệ", "Refusals and exceptions")
    return Section("refusals", title, tuple(table for table in tables if table.rows))


def near_days(day: Day) -> list[SpecialDay]:
    """The holidays and make-up days around the day of the page."""
    return [one for at, one in sorted(day.rules.calendar.special.items()) if (at - day.on).days in NEAR]


def calendar(day: Day) -> Section:
    calendar = day.rules.calendar
    rows = [
        Row(
            (
                same(format_day(one.day)),
                one.name,
                Words("làm bù", "make-up working day") if one.works else Words("nghỉ", "day off"),
                same(one.basis),
            ),
            one.basis,
            one.verified,
        )
        for one in near_days(day)
    ]
    hours = calendar.hours
    said = f"{hours.opens:%H:%M}–{hours.noon:%H:%M}, {hours.resumes:%H:%M}–{hours.closes:%H:%M}"
    title = Words("Ngày nghỉ gần đây, sắp tới", "Holidays near")
    columns = (Words("Ngày", "Day"), Words("Tên", "Name"), Words("Là", "Is"), BASIS)
    intro = (Words(f"Giờ làm việc: {said}.", f"Office hours: {said}."),)
    return Section(
        "calendar", Words("Lịch làm việc", "The calendar"), (Table("holidays", title, columns, tuple(rows), intro),)
    )


def settings(day: Day) -> Section:
    found = sorted((row.value for row in day.pack.tables.settings if row.on(day.on)), key=lambda one: one[0])
    rows = [row_of(rule, same(key), same(value), rule.because) for key, value, rule in found]
    title = Words("Tùy chọn của đơn vị", "Settings of the office")
    columns = (Words("Tên", "Name"), Words("Giá trị", "Value"), Words("Ý nghĩa", "Meaning"), BASIS)
    tables = (Table("settings-table", title, columns, tuple(rows)), _purposes(day))
    return Section("settings", title, tuple(table for table in tables if table.rows))


def _purposes(day: Day) -> Table:
    """What personal data may be looked at in full for."""
    rows = [
        row_of(
            one.rule, same(one.code), one.words, listed([day.roles.get(role, same(role)) for role in sorted(one.roles)])
        )
        for one in day.rules.purposes.values()
    ]
    columns = (CODE, SAYS, Words("Vai trò", "Roles"), BASIS)
    return Table("purposes", Words("Mục đích xem dữ liệu cá nhân", "Purposes of looking"), columns, tuple(rows))
