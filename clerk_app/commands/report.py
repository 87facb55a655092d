"""`report`: figures of a period, the dossiers behind one of them, and both as files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clerk_app.commands import speaking
from clerk_app.commands.dossier import signed_in
from clerk_app.commands.report_period import asked_options, paged, period_of
from clerk_app.commands.speaking import json_option, person_options, profile_option
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Words
from clerk_app.domain.report_law import dimension_of

if TYPE_CHECKING:
    from clerk_app.desk.report_views import BehindView, ReportView
    from clerk_app.desk.trail_export import ExportedFile

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@asked_options
@click.option("--here", is_flag=True, help="Of this counter alone, counted at this desk, also with a line.")
@click.option("--csv", "csv_file", type=_FILE, default=None, help="Write the tables, or with --behind the list.")
@click.option("--xlsx", "xlsx_file", type=_FILE, default=None, help="Write a workbook.")
@click.option("--pdf", "pdf_file", type=_FILE, default=None, help="Write a PDF, A4 landscape.")
@click.option("--purpose", default="", metavar="CODE", help="With --behind and --csv: what the list is for.")
@profile_option
@person_options
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
    here: bool,
    line: str,
    group: str | None,
    page: int,
    csv_file: Path | None,
    xlsx_file: Path | None,
    pdf_file: Path | None,
    purpose: str,
    profile: Path,
    user: str,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Figures of a period, this month without one: at central with a line, else of this counter."""
    from clerk_app.desk.report_views import ReportQuery
    from clerk_app.desk.reports import SHOWN

    today = in_hanoi(datetime.now(UTC)).date()
    begin, end = period_of(today, day, month, quarter, year, first, last)
    dimension = dimension_of(by or "")
    query = ReportQuery(begin, end, dimension, offices, counters, procedures, channels, here)
    language = speaking.language()
    files: list[dict[str, Any]] = []
    with signed_in(profile, user, password_file) as desk:
        view = desk.reports.make(query)
        if line:
            if csv_file is not None:
                files.append(_saved(csv_file, desk.reports.csv_behind(view, line, group, purpose, language)))
            behind = desk.reports.behind(view, line, group, SHOWN, (page - 1) * SHOWN)
            which = paged(behind.total, page, SHOWN)
            listed = {**_behind(behind), "page": page, "page_size": SHOWN, "files": files}
            speaking.tell(listed, _behind_text(behind, which, files), as_json)
            return
        if csv_file is not None:
            files.append(_saved(csv_file, desk.reports.csv(view, language)))
        if xlsx_file is not None:
            files.append(_saved(xlsx_file, desk.reports.xlsx(view, language)))
        if pdf_file is not None:
            files.append(_saved(pdf_file, desk.reports.pdf(view, language)))
    speaking.tell({**document(view), "files": files}, _text(view, files), as_json)


def _saved(path: Path, made: ExportedFile) -> dict[str, Any]:
    from clerk_app.desk.reports import save

    save(made, path)
    return {"file": str(path), "sha256": made.digest, "rows": made.rows}


def document(view: ReportView) -> dict[str, Any]:
    """The report as JSON: plain numbers, ratios in thousandths."""
    tables = [
        {
            "code": table.code,
            "name": speaking.said(table.name),
            "heads": [speaking.said(head) for head in table.heads],
            "lines": [
                {
                    "code": line.code,
                    "name": speaking.said(line.name),
                    "kind": line.kind,
                    "basis": line.basis,
                    "doubt": line.doubt,
                    "figures": [
                        {"number": one.number, "text": speaking.said(one.text), "group": one.group}
                        for one in line.figures
                    ],
                }
                for line in table.lines
            ],
        }
        for table in view.tables
    ]
    return {
        "first": view.query.first.isoformat(),
        "last": view.query.last.isoformat(),
        "source": view.source,
        "words": speaking.said(view.sign.words),
        "scope": speaking.said(view.scope),
        "at": speaking.told_at(view.at),
        "catalogue": view.pack,
        "doubts": [speaking.said(doubt) for doubt in view.doubts],
        "dossiers": view.dossiers,
        "tables": tables,
    }


def _text(view: ReportView, files: list[dict[str, Any]]) -> str:
    said = [speaking.said(one) for one in (view.title, view.period, view.scope, view.sign.words, *view.doubts)]
    for table in view.tables:
        said += ["", f"{speaking.said(table.name)} [{' | '.join(speaking.said(head) for head in table.heads)}]"]
        for line in table.lines:
            figures = " | ".join(speaking.said(one.text) for one in line.figures)
            said.append(f"  {speaking.said(line.name)} ({line.code}): {figures}")
    return "\n".join([*said, *_files(files)])


def _files(files: list[dict[str, Any]]) -> list[str]:
    return [speaking.said(Words(f"Đã ghi {one['file']}.", f"Wrote {one['file']}.")) for one in files]


def _behind(view: BehindView) -> dict[str, Any]:
    found = [
        {
            "dossier": str(one.dossier),
            "code": one.code,
            **speaking.named("office", one.codes["office"], one.office),
            "counter": one.counter,
            **speaking.named("procedure", one.codes["procedure"], one.procedure),
            **speaking.named("channel", one.codes["channel"], one.channel),
            **speaking.named("state", one.codes["state"], one.state),
            "since": speaking.told_at(one.since),
            "due_at": speaking.told_at(one.due_at),
            "here": one.known,
        }
        for one in view.lines
    ]
    return {"name": speaking.said(view.name), "total": view.total, "dossiers": found}


def _behind_text(view: BehindView, which: Words, files: list[dict[str, Any]]) -> str:
    said = [f"{speaking.said(view.name)}: {speaking.said(which)}"]
    for one in view.lines:
        how = f"{speaking.said(one.channel)}  {speaking.said(one.state)}"
        said.append(f"{one.code}  {one.counter}  {how}  {one.since:%H:%M %d/%m/%Y}")
    return "\n".join([*said, *_files(files)])
