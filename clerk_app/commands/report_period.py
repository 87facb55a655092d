"""Which report a command asks for: the same periods and the same choices at a desk and at central."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.report_law import DIMENSIONS
from clerk_app.domain.report_periods import month_of, quarter_of, year_of

F = TypeVar("F", bound=Callable[..., Any])
_DAY = click.DateTime(["%Y-%m-%d"])
_OPTIONS = (
    click.option("--day", type=_DAY, default=None, metavar="DAY", help="One day (2026-11-23)."),
    click.option("--month", type=click.DateTime(["%Y-%m"]), default=None, metavar="MONTH", help="A month (2026-11)."),
    click.option("--quarter", default="", metavar="YYYY-Q", help="A quarter (2026-4)."),
    click.option("--year", type=click.IntRange(2000, 2100), default=None, metavar="YEAR", help="A year (2026)."),
    click.option("--from", "first", type=_DAY, default=None, metavar="DAY", help="From this day on."),
    click.option("--to", "last", type=_DAY, default=None, metavar="DAY", help="Up to this day; today without it."),
    click.option("--by", type=click.Choice([one for one in DIMENSIONS if one]), default=None, help="Split by."),
    click.option("--office", "offices", multiple=True, metavar="CODE", help="Of this office; repeat it."),
    click.option("--counter", "counters", multiple=True, metavar="CODE", help="Of this counter; repeat it."),
    click.option("--procedure", "procedures", multiple=True, metavar="CODE", help="Of this procedure; repeat it."),
    click.option("--channel", "channels", multiple=True, type=click.Choice(["counter", "online", "post"])),
    click.option(
        "--behind", "line", default="", metavar="LINE", help="The dossiers behind a line, by its code, such as late."
    ),
    click.option("--group", default=None, metavar="CODE", help="With --behind: of one group of --by."),
    click.option(
        "--page",
        type=click.IntRange(1, 100_000),
        default=1,
        show_default=True,
        help="With --behind: which page of them.",
    ),
)


def asked_options(command: F) -> F:
    """Period, split and choices of a report, as options of a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def paged(total: int, page: int, size: int) -> Words:
    """Which of how many dossiers a page of a list shows, and how the next is asked for.

    Raises `Refusal` LIST_PAGE_UNKNOWN for a page that there is not.
    """
    pages = max(1, -(-total // size))
    if page > pages:
        raise Refusal(
            "LIST_PAGE_UNKNOWN",
            Words(f"Danh sách chỉ có {pages} trang.", f"The list has {pages} pages."),
            Words(f"Chọn --page từ 1 đến {pages}.", f"Choose --page from 1 to {pages}."),
        )
    first, last = (page - 1) * size + 1, min(page * size, total)
    if pages == 1:
        return Words(f"{total} hồ sơ", "1 dossier" if total == 1 else f"{total} dossiers")
    more = Words(f"; xem tiếp: --page {page + 1}", f"; go on with --page {page + 1}") if page < pages else Words("", "")
    return Words(
        f"{first}–{last} trong {total} hồ sơ, trang {page}/{pages}{more.vi}",
        f"{first}–{last} of {total} dossiers, page {page} of {pages}{more.en}",
    )


def period_of(
    today: date,
    day: datetime | None,
    month: datetime | None,
    quarter: str,
    year: int | None,
    first: datetime | None,
    last: datetime | None,
) -> tuple[date, date]:
    """The days of a period, both within; this month where none is named. Raises `click.BadParameter`."""
    if day is not None:
        return day.date(), day.date()
    if month is not None:
        return month_of(month.date())
    if quarter:
        of_year, _, number = quarter.partition("-")
        if not (of_year.isascii() and of_year.isdigit() and len(of_year) == 4 and number in ("1", "2", "3", "4")):
            raise click.BadParameter("YYYY-Q, a quarter is 1 to 4, such as 2026-4", param_hint="--quarter")
        return quarter_of(date(int(of_year), int(number) * 3, 1))
    if year is not None:
        return year_of(date(year, 1, 1))
    if first is not None or last is not None:
        end = last.date() if last is not None else today
        return (first.date() if first is not None else end.replace(day=1)), end
    return month_of(today)
