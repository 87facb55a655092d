"""The periods of reports: month, quarter and year of a day, their first and last days both within."""

from __future__ import annotations

from datetime import date, timedelta


def month_of(day: date) -> tuple[date, date]:
    """The month in which a day lies."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def quarter_of(day: date) -> tuple[date, date]:
    """The quarter in which a day lies."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    after = date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def year_of(day: date) -> tuple[date, date]:
    """The year in which a day lies."""
    return date(day.year, 1, 1), date(day.year, 12, 31)
