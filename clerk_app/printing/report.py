"""Reports as files for people: on A4 landscape with charts, and as a workbook with numbers that stay numbers."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Words
from clerk_app.printing.flow import LEADING, Leaf, balanced, clean
from clerk_app.printing.frame import PRACTICE
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG, Ink, fonts
from clerk_app.printing.paper import A4_WIDE
from clerk_app.printing.report_form import FormSetter
from clerk_app.printing.report_sheet import form_sheet

if TYPE_CHECKING:
    from clerk_app.desk.report_views import Chart, FigureView, FormView, LineView, ReportView, TableView

_SIZE, _HEAD, _TITLE = 8.0, 10.5, 15.0
_ROW = _SIZE * LEADING + 3
_NAME = 0.34
"""How much of the width the names of lines take."""
_MOST_COLUMNS = 9
"""Columns of figures beside each other; further ones go below with the names once more."""
_BAR = 9.0
_FOOT = 14.0


class ReportPaper:
    """`desk.report_ports.ReportPapers` with the fonts in `resources/fonts`. The same view gives the same bytes."""

    def __init__(self, resources: Path, practice: bool) -> None:
        self._resources = resources
        self._practice = practice

    def pdf(self, view: ReportView, language: str) -> bytes:
        """A4 landscape. Raises `Refusal` `FORM_FONT`."""
        inks = fonts(self._resources / "fonts")
        setter = _Setter(inks, language, self._practice)
        for form in view.forms:
            setter.form(view, form)
        setter.head(view)
        for chart in view.charts:
            setter.chart(chart)
        for table in view.tables:
            setter.table(table)
        return _written(setter.leaves, inks, view.at, view.title.of(language), setter.foot(view))

    def xlsx(self, view: ReportView, language: str) -> bytes:
        """One sheet a table."""
        from xlsxwriter import Workbook

        out = io.BytesIO()
        book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        # No person in the properties, and the moment of the report: the same report, the same file.
        book.set_properties(
            {"title": view.title.of(language), "author": "Quầy", "created": in_hanoi(view.at).replace(tzinfo=None)}
        )
        strong = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"})
        plain, count = book.add_format({"text_wrap": True}), book.add_format({"num_format": "#,##0"})
        hours = book.add_format({"num_format": "[h]:mm"})
        share = book.add_format({"num_format": "0.0%"})
        head = book.add_format({"bold": True, "font_size": 14})
        names: set[str] = set()
        for form in view.forms:
            name = _sheet_name(Words(f"Biểu {form.code}", f"Form {form.code}").of(language), names)
            form_sheet(book, book.add_worksheet(name), view, form, language, PRACTICE if self._practice else "")
        for table in view.tables:
            sheet = book.add_worksheet(_sheet_name(table.name.of(language), names))
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_column(0, 0, 46)
            sheet.set_column(1, len(table.heads), 15)
            sheet.write_string(0, 0, view.title.of(language), head)
            sheet.write_string(1, 0, f"{view.period.of(language)} · {view.scope.of(language)}")
            sheet.write_string(2, 0, " ".join(one.of(language) for one in (view.sign.words, *view.doubts)))
            if self._practice:
                sheet.write_string(3, 0, PRACTICE, strong)
            sheet.write_string(4, 0, table.name.of(language), strong)
            for place, one in enumerate(table.heads, 1):
                sheet.write_string(4, place, one.of(language), strong)
            for at, line in enumerate(table.lines, 5):
                sheet.write_string(at, 0, line.name.of(language), plain)
                for place, figure in enumerate(line.figures, 1):
                    if figure.text.vi == "–":
                        sheet.write_string(at, place, figure.text.of(language))
                    elif table.code == "stays" and place > 1:
                        sheet.write_number(at, place, figure.number / 1440, hours)
                    elif line.kind == "ratio":
                        sheet.write_number(at, place, figure.number / 1000, share)
                    else:
                        sheet.write_number(at, place, figure.number, count)
            sheet.freeze_panes(5, 1)
        book.close()
        return out.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that a workbook takes: 31 letters at most, none of its own signs, none twice."""
    tidy = "".join(" " if sign in "[]:*?/\\'" else sign for sign in name)[:28].strip()
    found = tidy
    while found.lower() in taken:
        found = f"{tidy} {len(taken)}"
    taken.add(found.lower())
    return found


@dataclass(slots=True)
class _Setter:
    """Sets a report page by page."""

    inks: Mapping[str, Ink]
    language: str
    practice: bool
    leaves: list[Leaf] = field(default_factory=list)
    top: float = 0.0

    @property
    def leaf(self) -> Leaf:
        return self.leaves[-1]

    def _say(self, said: Words | str) -> str:
        return clean(said if isinstance(said, str) else said.of(self.language), self.inks)

    def _page(self) -> None:
        self.leaves.append(Leaf(self.inks, A4_WIDE.height))
        self.top = A4_WIDE.edge
        if self.practice:
            self.leaf.shade(A4_WIDE.side, self.top - 8, A4_WIDE.room, 16)
            self.leaf.text(A4_WIDE.width / 2, self.top + 3.4, STRONG, 9, PRACTICE, "centre")
            self.top += 14

    def _room(self, height: float) -> bool:
        """Make room for so much; True where that began a page."""
        if self.leaves and self.top + height <= A4_WIDE.bottom - _FOOT:
            return False
        self._page()
        return True

    def head(self, view: ReportView) -> None:
        """Office, title, period, where it was counted."""
        self._page()
        for text, face, size in (
            (view.office, STRONG, 9.0),
            (view.title, STRONG, _TITLE),
            (view.period, PLAIN, _HEAD),
            (view.scope, PLAIN, _HEAD),
            (view.sign.words, SLANTED, 8.5),
            *((doubt, SLANTED, 7.5) for doubt in view.doubts),
        ):
            for said in balanced(self.inks, face, self._say(text), size, A4_WIDE.room):
                self.leaf.text(A4_WIDE.width / 2, self.top + size, face, size, said, "centre")
                self.top += size * LEADING
        self.top += 8

    def form(self, view: ReportView, form: FormView) -> None:
        """An official table on pages of its own."""

        def page() -> float:
            self._page()
            return self.top

        FormSetter(self.inks, self._say, page, lambda: self.leaf).set(view, form, _FOOT)

    def chart(self, chart: Chart) -> None:
        """Bars on one scale from 0 to 100 %, each with its figure: what is grey on the screen is grey here."""
        height = _HEAD * LEADING + 4 + len(chart.bars) * (_BAR + 5) + 10
        self._room(min(height, 300))
        self._heading(chart.name)
        left = A4_WIDE.side + A4_WIDE.room * _NAME + 8
        wide = A4_WIDE.right - left - 60
        for bar in chart.bars:
            if self._room(_BAR + 5):
                self._heading(chart.name)
            text = _cut(self.inks, self._say(bar.label), A4_WIDE.room * _NAME)
            self.leaf.text(A4_WIDE.side, self.top + _BAR - 1.5, PLAIN, _SIZE, text)
            self.leaf.line(left, self.top - 1, left, self.top + _BAR + 2, 0.6)
            length = wide * min(bar.thousandths, 1000) / 1000
            if length > 0.4:
                self.leaf.shade(left, self.top, length, _BAR)
            self.leaf.text(left + length + 5, self.top + _BAR - 1.5, STRONG, _SIZE, self._say(bar.text))
            self.top += _BAR + 5
        self.top += 10

    def table(self, table: TableView) -> None:
        """One table; one that is too wide goes on below, with the names of its lines once more."""
        for first in range(0, len(table.heads), _MOST_COLUMNS):
            self._part(table, slice(first, first + _MOST_COLUMNS))

    def _heading(self, name: Words) -> None:
        self.leaf.text(A4_WIDE.side, self.top + _HEAD, STRONG, _HEAD, self._say(name))
        self.top += _HEAD * LEADING + 4

    def _part(self, table: TableView, columns: slice) -> None:
        heads = table.heads[columns]
        self._room(_HEAD * LEADING + _ROW * 5)
        self._heading(table.name)
        self._heads(heads)
        for line in table.lines:
            name = balanced(self.inks, PLAIN, self._say(line.name), _SIZE, A4_WIDE.room * _NAME - 4)
            height = _SIZE * LEADING * len(name) + 3
            if self._room(height):
                self._heading(table.name)
                self._heads(heads)
            self._row(line, name, line.figures[columns], len(heads), height)
        self.top += 10

    def _heads(self, heads: Sequence[Words]) -> None:
        wide = _width(len(heads))
        said = [balanced(self.inks, STRONG, self._say(one), _SIZE, wide - 6)[:3] for one in heads]
        height = max((len(one) for one in said), default=1) * _SIZE * LEADING
        for place, texts in enumerate(said):
            right = A4_WIDE.right - (len(heads) - 1 - place) * wide
            for at, text in enumerate(texts):
                self.leaf.text(right - 2, self.top + _SIZE + at * _SIZE * LEADING, STRONG, _SIZE, text, "right")
        self.top += height + 3
        self.leaf.line(A4_WIDE.side, self.top, A4_WIDE.right, self.top, 0.8)
        self.top += 1

    def _row(
        self, line: LineView, name: Sequence[str], figures: Sequence[FigureView], columns: int, height: float
    ) -> None:
        wide = _width(columns)
        whole = not line.name.vi.startswith("–")
        face = STRONG if whole else PLAIN
        for at, text in enumerate(name):
            base = self.top + _SIZE + 1 + at * _SIZE * LEADING
            self.leaf.text(A4_WIDE.side + (0 if whole else 10), base, PLAIN, _SIZE, text.removeprefix("– "))
        for place, figure in enumerate(figures):
            right = A4_WIDE.right - (columns - 1 - place) * wide
            said = self._say(figure.text)
            self.leaf.text(right - 2, self.top + _SIZE + 1, face, _SIZE, said, "right")
        self.top += height
        self.leaf.line(A4_WIDE.side, self.top, A4_WIDE.right, self.top, 0.25)

    def foot(self, view: ReportView) -> str:
        """What stands below every page."""
        said = Words(
            f"Định nghĩa theo danh mục {view.pack}; biểu mẫu và căn cứ chưa được cán bộ đối chiếu với văn bản gốc.",
            f"Defined by catalogue {view.pack}; not yet compared with the text of the law by an officer.",
        )
        doubtful = any(line.doubt for table in view.tables for line in table.lines)
        plain = Words(f"Định nghĩa theo danh mục {view.pack}.", f"Defined by catalogue {view.pack}.")
        return self._say(said if doubtful else plain)


def _width(columns: int) -> float:
    room = A4_WIDE.room * (1 - _NAME)
    return min(room / max(columns, 1), 110.0)


def _cut(inks: Mapping[str, Ink], text: str, room: float) -> str:
    """The text, its end left out where there is no room for it."""
    if inks[PLAIN].width(text, _SIZE) <= room:
        return text
    while text and inks[PLAIN].width(f"{text}…", _SIZE) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _written(leaves: Sequence[Leaf], inks: Mapping[str, Ink], at: datetime, title: str, foot: str) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    size = (A4_WIDE.width, A4_WIDE.height)
    canvas = Canvas(out, pagesize=size, initialFontName=PLAIN, lang="vi-VN", invariant=1, pageCompression=1)
    stamp = f"{in_hanoi(at):D:%Y%m%d%H%M%S+07'00'}"
    canvas.setDateFormatter(lambda *_: stamp)
    canvas.setTitle(title)
    canvas.setAuthor("Quầy")
    canvas.setCreator("Quầy")
    for ink in inks.values():
        ink.begin(canvas._doc)
    for number, leaf in enumerate(leaves, 1):
        leaf.text(A4_WIDE.side, A4_WIDE.bottom + 6, SLANTED, 6.5, foot)
        leaf.text(A4_WIDE.right, A4_WIDE.bottom + 6, PLAIN, 7, f"{number}/{len(leaves)}", "right")
        leaf.play(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
