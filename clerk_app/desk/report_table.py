"""A report, or the dossiers behind a figure, as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from clerk_app.desk.report_views import NOTHING, BehindLine, LineView, ReportView, TableView
from clerk_app.desk.trail_table import harmless
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Words

BEHIND_HEADS = (
    Words("Mã hồ sơ", "Dossier"),
    Words("Đơn vị", "Office"),
    Words("Quầy", "Counter"),
    Words("Thủ tục", "Procedure"),
    Words("Kênh nộp", "Channel"),
    Words("Trạng thái", "State"),
    Words("Từ lúc", "Since"),
    Words("Hẹn trả", "Appointment"),
)


def csv_of(view: ReportView, language: str) -> bytes:
    """Every table below the other, each with its name; plain numbers, ratios in percent with a point."""
    rows: list[list[str]] = [
        [view.title.of(language)],
        [view.period.of(language), view.scope.of(language)],
        [view.sign.words.of(language), view.pack],
        *([doubt.of(language)] for doubt in view.doubts),
    ]
    for table in view.tables:
        rows += [[], [table.name.of(language), *(head.of(language) for head in table.heads)]]
        for line in table.lines:
            rows.append(
                [line.name.of(language), *(_cell(table, line, at, language) for at in range(len(line.figures)))]
            )
    return _csv(rows)


def _cell(table: TableView, line: LineView, place: int, language: str) -> str:
    figure = line.figures[place]
    if table.code == "stays" and place:
        return f"{figure.number // 60}:{figure.number % 60:02d}"
    if line.kind == "ratio":
        return "" if figure.text == NOTHING else f"{figure.number / 10:.1f}"
    return str(figure.number)


def csv_of_dossiers(lines: Iterable[BehindLine], language: str) -> bytes:
    """One row for each dossier."""
    rows = [[head.of(language) for head in BEHIND_HEADS]]
    rows += [
        [
            one.code,
            one.office.of(language),
            one.counter,
            one.procedure.of(language),
            one.channel.of(language),
            one.state.of(language),
            one.since.isoformat(timespec="minutes"),
            one.due_at.isoformat(timespec="minutes") if one.due_at else "",
        ]
        for one in lines
    ]
    return _csv(rows)


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    # A name that begins with a dash is written as one of ours, not as a formula.
    writer.writerows([harmless(nfc(text)) for text in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
