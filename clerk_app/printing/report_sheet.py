"""An official table as a sheet of a workbook: heads merged as on the form, numbers that stay numbers, signatures."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from clerk_app.domain.refusals import Words
from clerk_app.printing.report_form import DOUBT, NAME, NUMBER, SIGNED, TITLE, UNIT, WHOLE

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from clerk_app.desk.report_views import FormView, ReportView

_HEADS = 5
"""The row of the upper heads, from 0."""


def form_sheet(
    book: Workbook, sheet: Worksheet, view: ReportView, form: FormView, language: str, practice: str
) -> None:
    """Write the form into an empty sheet. `practice`: what stands on what is none of a real office."""

    def say(words: Words) -> str:
        return words.of(language)

    boxed = {"border": 1, "text_wrap": True, "valign": "vcenter"}
    middle = book.add_format({**boxed, "bold": True, "align": "center"})
    small = book.add_format({**boxed, "italic": True, "align": "center"})
    plain, count = book.add_format(boxed), book.add_format({**boxed, "num_format": "#,##0"})
    strong = book.add_format({**boxed, "bold": True, "num_format": "#,##0"})
    title = book.add_format({"bold": True, "font_size": 13, "align": "center"})
    centred, slanted = book.add_format({"align": "center"}), book.add_format({"italic": True})
    bold = book.add_format({"bold": True, "align": "center"})
    last = len(form.heads) + 1
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_column(0, 0, 5)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, last, 11)
    sheet.write_string(0, 0, f"{say(Words('Biểu', 'Form'))} {form.code}   {practice}".strip(), slanted)
    sheet.merge_range(1, 0, 1, last, say(TITLE), title)
    sheet.merge_range(2, 0, 2, last, f"{say(view.period)} · {say(view.scope)}", centred)
    sheet.write_string(3, 0, f"{say(view.office)}. {say(UNIT)}. {say(view.sign.words)}", slanted)
    for column, told in enumerate((NUMBER, NAME)):
        sheet.merge_range(_HEADS, column, _HEADS + 1, column, say(told), middle)
    at = 2
    for group, some in groupby(one.group for one in form.heads):
        wide = len(list(some))
        if wide > 1:
            sheet.merge_range(_HEADS, at, _HEADS, at + wide - 1, say(group), middle)
        else:
            sheet.write_string(_HEADS, at, say(group), middle)
        at += wide
    numbers = ["(1)", "(2)", *(f"({one.number})" for one in form.heads)]
    for column, one in enumerate(form.heads, 2):
        sheet.write_string(_HEADS + 1, column, say(one.head), middle)
    for column, text in enumerate(numbers):
        sheet.write_string(_HEADS + 2, column, text, small)
    first = _HEADS + 3
    for row, (name, counts) in enumerate(form.rows):
        whole = row == len(form.rows) - 1
        if whole:
            sheet.write_blank(first + row, 0, None, strong)
        else:
            sheet.write_number(first + row, 0, row + 1, plain)
        sheet.write_string(first + row, 1, say(WHOLE if whole else name), strong if whole else plain)
        for column, number in enumerate(counts, 2):
            sheet.write_number(first + row, column, number, strong if whole else count)
    below = first + len(form.rows) + 1
    if form.doubt:
        sheet.write_string(below, 0, say(DOUBT).format(basis=form.basis), slanted)
    for column, (who, how) in zip((1, last - 2), SIGNED, strict=True):
        sheet.write_string(below + 2, column, say(who), bold)
        sheet.write_string(below + 3, column, say(how), centred)
    sheet.freeze_panes(first, 2)
