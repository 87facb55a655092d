"""An official table on A4 landscape: heads in two rows, numbers of the columns, a row for each group, signatures.

Two columns come before those of the catalogue, as on the form: the number of the row (1), and what it is of (2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from clerk_app.domain.refusals import Words
from clerk_app.printing.flow import LEADING, Leaf, balanced
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG, Ink
from clerk_app.printing.paper import A4_WIDE

if TYPE_CHECKING:
    from clerk_app.desk.report_views import FormView, ReportView

TITLE = Words(
    "Tình hình, kết quả giải quyết thủ tục hành chính", "State and results of the handling of administrative procedures"
)
UNIT = Words("Đơn vị tính: hồ sơ", "In dossiers")
DOUBT = Words(
    "Thứ tự và tên cột theo {basis}, chưa đối chiếu với biểu mẫu gốc.",
    "Order and names of columns by {basis}, not yet compared with the form itself.",
)
SIGNED = (
    (Words("Người lập biểu", "Made by"), Words("(ký, ghi rõ họ tên)", "(signature, full name)")),
    (Words("Thủ trưởng đơn vị", "Head of the office"), Words("(ký, đóng dấu)", "(signature, seal)")),
)
NUMBER, NAME, WHOLE = Words("STT", "No."), Words("Thủ tục, đơn vị", "Procedure, office"), Words("Tổng số", "Total")
_SIZE = 7.6
_NUMBER, _NAME = 26.0, 148.0
_LINE = _SIZE * LEADING
_SIGNATURES = 96.0


class FormSetter:
    """Sets one form: `page` begins a page and says where its top is, `leaf` is the page of now."""

    def __init__(
        self,
        inks: Mapping[str, Ink],
        say: Callable[[Words | str], str],
        page: Callable[[], float],
        leaf: Callable[[], Leaf],
    ) -> None:
        self._inks, self._say, self._page, self._leaf = inks, say, page, leaf
        self._top = 0.0

    def set(self, view: ReportView, form: FormView, foot: float) -> float:
        """The form on pages of its own, down to `foot` points above the lower edge; where it ends."""
        bottom = A4_WIDE.bottom - foot
        self._top = self._page()
        self._title(view, form)
        self._heads(form)
        for at, (name, counts) in enumerate(form.rows):
            whole = at == len(form.rows) - 1
            said = balanced(self._inks, PLAIN, self._say(WHOLE if whole else name), _SIZE, _NAME - 6)
            height = max(len(said), 1) * _LINE + 4
            if self._top + height > bottom:
                self._top = self._page()
                self._heads(form)
            self._row("" if whole else str(at + 1), said, counts, STRONG if whole else PLAIN, height)
        if self._top + _SIGNATURES > bottom:
            self._top = self._page()
        self._signatures(form)
        return self._top

    def _title(self, view: ReportView, form: FormView) -> None:
        leaf = self._leaf()
        leaf.text(A4_WIDE.side, self._top + 9, STRONG, 9, self._say(Words(f"Biểu {form.code}", f"Form {form.code}")))
        leaf.text(A4_WIDE.right, self._top + 9, SLANTED, 8, self._say(view.office), "right")
        self._top += 20
        for text, face, size in ((TITLE, STRONG, 12.0), (view.period, PLAIN, 9.5), (view.scope, PLAIN, 9.0)):
            for said in balanced(self._inks, face, self._say(text), size, A4_WIDE.room):
                leaf.text(A4_WIDE.width / 2, self._top + size, face, size, said, "centre")
                self._top += size * LEADING
        leaf.text(A4_WIDE.right, self._top + _SIZE, SLANTED, _SIZE, self._say(UNIT), "right")
        self._top += _LINE + 3

    def _edges(self, form: FormView) -> list[float]:
        """Where columns begin, and where the last ends."""
        first = A4_WIDE.side + _NUMBER + _NAME
        each = (A4_WIDE.right - first) / len(form.heads)
        return [A4_WIDE.side, A4_WIDE.side + _NUMBER, *(first + each * at for at in range(len(form.heads) + 1))]

    def _heads(self, form: FormView) -> None:
        leaf, edges, top = self._leaf(), self._edges(form), self._top
        groups = [(group, len(list(some))) for group, some in groupby(one.group for one in form.heads)]
        wide = edges[3] - edges[2]
        upper = max(len(self._cut(group, wide * count)) for group, count in groups) * _LINE + 5
        lower = max(len(self._cut(one.head, wide)) for one in form.heads) * _LINE + 5
        ends = top + upper + lower
        at = 2
        for group, count in groups:
            self._said(self._cut(group, wide * count), (edges[at] + edges[at + count]) / 2, top, STRONG)
            leaf.line(edges[at], top + upper, edges[at + count], top + upper)
            leaf.line(edges[at], top, edges[at], ends)
            at += count
        for place, one in enumerate(form.heads, 2):
            self._said(self._cut(one.head, wide), (edges[place] + edges[place + 1]) / 2, top + upper, PLAIN)
            leaf.line(edges[place], top + upper, edges[place], ends)
        for place, name in enumerate((NUMBER, NAME)):
            middle = (edges[place] + edges[place + 1]) / 2
            self._said([self._say(name)], middle, top + (upper + lower) / 2 - _LINE, STRONG)
        self._top = ends
        numbers = ["(1)", "(2)", *(f"({one.number})" for one in form.heads)]
        for place, number in enumerate(numbers):
            self._said([number], (edges[place] + edges[place + 1]) / 2, self._top - 1, SLANTED)
        self._rules(top, ends, edges[:2])
        self._rules(ends, ends + _LINE + 3, edges)
        leaf.line(edges[0], top, edges[-1], top, 0.8)
        leaf.line(edges[-1], top, edges[-1], ends)
        self._top = ends + _LINE + 3

    def _cut(self, text: Words, wide: float) -> list[str]:
        """As many words a line as there is room for: a head is never cut inside a word."""
        lines: list[str] = []
        for word in self._say(text).split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._inks[STRONG].width(longer, _SIZE) <= wide - 4:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _said(self, lines: Sequence[str], middle: float, top: float, face: str) -> None:
        for at, text in enumerate(lines):
            self._leaf().text(middle, top + 2 + _SIZE + at * _LINE, face, _SIZE, text, "centre")

    def _rules(self, top: float, bottom: float, edges: Sequence[float]) -> None:
        """The lines on the left of these columns, and below all of them."""
        whole = self._leaf()
        for edge in edges:
            whole.line(edge, top, edge, bottom)
        whole.line(A4_WIDE.side, bottom, A4_WIDE.right, bottom)

    def _row(self, number: str, name: Sequence[str], counts: Sequence[int], face: str, height: float) -> None:
        leaf = self._leaf()
        edges = [A4_WIDE.side, A4_WIDE.side + _NUMBER, A4_WIDE.side + _NUMBER + _NAME]
        each = (A4_WIDE.right - edges[2]) / len(counts)
        edges += [edges[2] + each * (at + 1) for at in range(len(counts))]
        base = self._top + 2 + _SIZE
        leaf.text((edges[0] + edges[1]) / 2, base, face, _SIZE, number, "centre")
        for at, text in enumerate(name):
            leaf.text(edges[1] + 3, base + at * _LINE, face, _SIZE, text)
        for at, count in enumerate(counts):
            text = self._say(Words(f"{count:,}".replace(",", "."), f"{count:,}"))
            leaf.text(edges[3 + at] - 3, base, face, _SIZE, text, "right")
        self._rules(self._top, self._top + height, edges)
        self._top += height

    def _signatures(self, form: FormView) -> None:
        leaf = self._leaf()
        self._top += 8
        if form.doubt:
            said = self._say(Words(DOUBT.vi.format(basis=form.basis), DOUBT.en.format(basis=form.basis)))
            leaf.text(A4_WIDE.side, self._top + 7, SLANTED, 7, said)
        self._top += 20
        for place, (who, how) in enumerate(SIGNED):
            middle = A4_WIDE.side + A4_WIDE.room * (0.25 + 0.5 * place)
            leaf.text(middle, self._top + 9, STRONG, 9, self._say(who), "centre")
            leaf.text(middle, self._top + 20, SLANTED, 7.5, self._say(how), "centre")
        self._top += _SIGNATURES - 28
