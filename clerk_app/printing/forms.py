"""`PaperForms`, the desk's port to official forms: a dossier in, a PDF out."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.labels import FormWords

if TYPE_CHECKING:
    from clerk_app.printing.flow import Leaf, Strip
    from clerk_app.printing.frame import Frame, Sheet
    from clerk_app.printing.ink import Ink

FORMS = ("M01", "fee_receipt")
_SIZES = {"M01": (9.0, 8.6, 8.2, 7.8, 7.4), "fee_receipt": (9.2, 8.6, 8.0, 7.4)}
_LONG = 8.6
"""Type sizes in points, tried in turn until the form fits one page; a longer one is set in `_LONG` over several."""


class PaperForms:
    """Renders official forms to A5 PDFs with the fonts in `resources/fonts`.

    `words` gives the labels and names as of a day, the reception day of the dossier, by the pack of that version. The
    same dossier, serial and moment give the same bytes.
    """

    def __init__(self, words: Callable[[date, str], FormWords], station: Station, resources: Path) -> None:
        self._words = words
        self._station = station
        self._resources = resources

    def render(self, form: str, dossier: Dossier, serial: int, issued_at: datetime) -> bytes:
        """One PDF with both copies of the form; `serial` above 1 marks a reprint.

        Raises `Refusal`: `FORM_UNKNOWN`, `FORM_NOT_SUBMITTED`, `FORM_NO_FEE`, `FORM_CODE`, `FORM_FONT`.
        """
        if form not in FORMS:
            raise Refusal(
                "FORM_UNKNOWN",
                Words(f"Không có biểu mẫu {form}.", f"There is no form {form}."),
                Words(f"Chọn một trong: {', '.join(FORMS)}.", f"Choose one of: {', '.join(FORMS)}."),
            )
        if serial < 1:
            raise ValueError("the first print has serial 1")
        return self._render(form, dossier, serial, issued_at)

    def _render(self, form: str, dossier: Dossier, serial: int, issued_at: datetime) -> bytes:
        from clerk_app.printing import codes, fee_receipt, receipt
        from clerk_app.printing.flow import clean
        from clerk_app.printing.frame import Frame
        from clerk_app.printing.ink import fonts

        inks = fonts(self._resources / "fonts")
        tidy = partial(clean, inks=inks)
        received = dossier.submitted.received_at if dossier.submitted else issued_at
        words = self._words(in_hanoi(received).date(), dossier.pack)
        printed = words.forms[form]
        if form == "M01":
            sheet = receipt.sheet(printed, dossier, self._station, words, serial, issued_at, tidy)
            body = partial(receipt.strips, printed, dossier, self._station, words, inks, tidy)
        else:
            sheet = fee_receipt.sheet(printed, dossier, self._station, words, serial, issued_at, tidy)
            paid = partial(fee_receipt.strips, printed, dossier, self._station, words, inks, tidy)
            body = partial(paid, at=issued_at)
        codes.check(sheet.code)
        return _pdf(sheet, _set(Frame(sheet, inks), body), inks, issued_at)


def _set(frame: Frame, body: Callable[[float], Sequence[Strip]]) -> list[tuple[Leaf, float]]:
    """The pages of one copy without its mark, each with the top of its free room."""
    from clerk_app.printing.flow import Leaf, pages

    first = Leaf(frame.inks)
    start = frame.first(first)
    following = frame.next(Leaf(frame.inks))
    room = frame.bottom - start
    promising = math.inf
    for size in _SIZES[frame.sheet.name]:
        if size > promising:
            continue
        strips = body(size)
        needed = sum(strip.height for strip in strips)
        if needed <= room:
            dealt = [list(strips)]
            break
        promising = size * room / needed * 1.06
    else:
        dealt = pages(body(_LONG), room, frame.bottom - following)
    made: list[tuple[Leaf, float]] = []
    for number, page in enumerate(dealt, 1):
        leaf = first if number == 1 else Leaf(frame.inks)
        top = opening = start if number == 1 else frame.next(leaf)
        for strip in page:
            strip.draw(leaf, top)
            top += strip.height
        frame.foot(leaf, number, len(dealt))
        made.append((leaf, opening))
    return made


def _pdf(sheet: Sheet, leaves: list[tuple[Leaf, float]], inks: Mapping[str, Ink], issued_at: datetime) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    from clerk_app.printing.flow import HEIGHT, WIDTH, Leaf
    from clerk_app.printing.frame import Frame
    from clerk_app.printing.ink import PLAIN

    frame = Frame(sheet, inks)
    stamp = f"{in_hanoi(issued_at):D:%Y%m%d%H%M%S+07'00'}"
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), initialFontName=PLAIN, lang="vi-VN", invariant=1, pageCompression=1)
    canvas.setDateFormatter(lambda *_: stamp)
    # No name and no number in the metadata: print queues show them to whoever looks.
    canvas.setTitle(sheet.title)
    canvas.setAuthor("Quầy")
    canvas.setCreator("Quầy")
    for ink in inks.values():
        ink.begin(canvas._doc)
    for number, (leaf, _) in enumerate(leaves, 1):
        canvas.beginForm(f"page{number}")
        leaf.play(canvas)
        canvas.endForm()
    for copy in sheet.copies:
        for number, (_, top) in enumerate(leaves, 1):
            canvas.doForm(f"page{number}")
            mark = Leaf(inks)
            frame.mark(mark, copy, top, number)
            mark.play(canvas)
            canvas.showPage()
    canvas.save()
    return out.getvalue()
