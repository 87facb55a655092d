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
from clerk_app.commands.speaking import json_option
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import DIMENSIONS, dimension_of

if TYPE_CHECKING:
    from clerk_app.domain.reports import LineValues, Report

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "first", type=_DAY, default=None, metavar="DAY", help="First day; without it today.")
@click.option("--to", "last", type=_DAY, default=None, metavar="DAY", help="Last day; without it today.")
@click.option("--by", type=click.Choice([one for one in DIMENSIONS if one]), default=None, help="Split by.")
@click.option("--office", "offices", multiple=True, metavar="CODE", help="Of this office; repeat it.")
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
    first: datetime | None,
    last: datetime | None,
    by: str | None,
    offices: tuple[str, ...],
    rebuild: bool,
    catalogue: Path | None,
    catalogue_key: str,
    data_dir: Path,
    database: str | None,
    as_json: bool,
) -> None:
    """Print the report of a period by the catalogue that was published last."""
    from clerk_app.bootstrap import now
    from clerk_app.central import report_rows
    from clerk_app.central.law import PackedLaw, publishers
    from clerk_app.central.packs import PublishedPacks, catalogue_folder
    from clerk_app.central.reporting import Reporting
    from clerk_app.wire_reports import ReportOf, wanted_of

    today = now().date()
    begin, end = (one.date() if one is not None else today for one in (first, last))
    folder = catalogue or catalogue_folder()
    dimension = dimension_of(by or "")
    with opened_database(data_dir, database) as opened:
        made = report_rows.rebuild(opened) if rebuild else None
        report_rows.current(opened)
        keys = publishers(folder, [bytes.fromhex(catalogue_key)] if catalogue_key else [], opened.practice)
        packs = PublishedPacks(opened, keys)
        reporting = Reporting(opened, PackedLaw(packs.begin(folder, now()), packs), now)
        of = ReportOf(_midnight(begin), _midnight(end + timedelta(days=1)), dimension, list(offices))
        begun = perf_counter()
        with opened.read() as connection:
            said = reporting.made(connection, wanted_of(of, now()), "any")
        took = round(perf_counter() - begun, 3)
    counted = Words(f"Đã đếm lại {made} hồ sơ.", f"Counted {made} dossiers anew.")
    lines = [speaking.said(counted)] if made is not None else []
    document = {"first": begin.isoformat(), "last": end.isoformat(), "seconds": took, "rebuilt": made}
    speaking.tell({**document, **to_builtins(said)}, "\n".join([*lines, *_lines(said.report)]), as_json)


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
