"""`central report`: figures of a period at the server itself, for whoever runs it. No person is in them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click
from msgspec import to_builtins

from clerk_app.commands import speaking
from clerk_app.commands.central_access import opened_database
from clerk_app.commands.central_places import data_option, database_option
from clerk_app.commands.report_period import asked_options, paged, period_of
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import dimension_of

if TYPE_CHECKING:
    from clerk_app.domain.reports import LineValues, Report
    from clerk_app.wire_reports import BehindSaid


@click.command()
@asked_options
@click.option("--rebuild", is_flag=True, help="Count every dossier anew from its entries first.")
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Folder of the rule pack; the one of this tree by default.",
)
@click.option("--catalogue-key", default="", help="Hex Ed25519 key of who may publish the rule pack.")
@data_option
@database_option
@json_option
@speaking.speaking
def report(
    day: datetime | None,
    month: datetime | None,
    quarter: str,
    year: int | None,
    first: datetime | None,
    last: datetime | None,
    by: str | None,
    offices: tuple[str, ...],
    counters: tuple[str, ...],
    procedures: tuple[str, ...],
    channels: tuple[str, ...],
    line: str,
    group: str | None,
    page: int,
    rebuild: bool,
    catalogue: Path | None,
    catalogue_key: str,
    data_dir: Path,
    database: str | None,
    as_json: bool,
) -> None:
    """Print the report of a period, this month without one, by the catalogue that was published last."""
    from clerk_app.bootstrap import now
    from clerk_app.central import report_rows
    from clerk_app.central.law import PackedLaw, publishers
    from clerk_app.central.packs import PublishedPacks, catalogue_folder
    from clerk_app.central.reporting import Reporting
    from clerk_app.wire_reports import MOST_LISTED, BehindAsked, ReportOf, wanted_of

    begin, end = period_of(now().date(), day, month, quarter, year, first, last)
    folder = catalogue or catalogue_folder()
    dimension = dimension_of(by or "")
    with opened_database(data_dir, database) as opened:
        made = report_rows.rebuild(opened) if rebuild else None
        report_rows.current(opened)
        keys = publishers(folder, [bytes.fromhex(catalogue_key)] if catalogue_key else [], opened.practice)
        packs = PublishedPacks(opened, keys)
        reporting = Reporting(opened, PackedLaw(packs.begin(folder, now()), packs), now)
        chosen = list(offices), list(counters), list(procedures), list(channels)
        of = ReportOf(_midnight(begin), _midnight(end + timedelta(days=1)), dimension, *chosen)
        begun = perf_counter()
        with opened.read() as connection:
            wanted = wanted_of(of, now())
            if line:
                asked = BehindAsked("", of, line, group, MOST_LISTED, (page - 1) * MOST_LISTED)
                found = reporting.listed(connection, wanted, asked)
                which = speaking.said(paged(found.total, page, MOST_LISTED))
                listed = {**to_builtins(found), "page": page, "page_size": MOST_LISTED}
                speaking.tell(listed, "\n".join([which, *_listed(found)]), as_json)
                return
            said = reporting.made(connection, wanted, "any")
        took = round(perf_counter() - begun, 3)
    counted = Words(f"Đã đếm lại {made} hồ sơ.", f"Counted {made} dossiers anew.")
    lines = [speaking.said(counted)] if made is not None else []
    document = {"first": begin.isoformat(), "last": end.isoformat(), "seconds": took, "rebuilt": made}
    speaking.tell({**document, **to_builtins(said)}, "\n".join([*lines, *_lines(said.report)]), as_json)


def _listed(found: BehindSaid) -> list[str]:
    return [f"{one.code}  {one.office}  {one.counter}  {one.channel}  {one.state}" for one in found.dossiers]


def _lines(report: Report) -> list[str]:
    lines = []
    for table in report.tables:
        lines += ["", f"{speaking.said(table.name)} [{' | '.join(('', *report.groups))}]"]
        lines += [f"  {speaking.said(line.name)}: {_figures(line)}" for line in table.lines]
    return lines


def _figures(line: LineValues) -> str:
    from clerk_app.desk.report_views import NOTHING, grouped, percent, thousandths_of

    if line.kind != "ratio":
        return " | ".join(speaking.said(grouped(one.of)) for one in line.values)
    shares = [thousandths_of(one) for one in line.values]
    return " | ".join(speaking.said(NOTHING if share is None else percent(share)) for share in shares)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI)
