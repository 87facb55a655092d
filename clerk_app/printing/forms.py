"""`PaperForms`, the desk's port to official forms: a dossier or a notice in, a PDF or a ticket out."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.desk.ports import Station, Ticket
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.notices import CashHandover, Notice, RegisterBook, TrailReport, form_of
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.printing.labels import FormWords

if TYPE_CHECKING:
    from clerk_app.domain.forms import PrintedForm
    from clerk_app.printing.filled import Filled
    from clerk_app.printing.flow import Leaf, Strip
    from clerk_app.printing.frame import Frame, Opening, Sheet
    from clerk_app.printing.ink import Ink

FORMS = ("M01", "fee_receipt", "DON")
"""The forms whose facts all stand in the dossier."""
TICKET_FORM = "TICKET"


class PaperForms:
    """Renders official forms to PDF with the fonts in `resources/fonts`, as their definitions in the catalogue say.

    `words` gives the forms and names as of a day, the reception day of the dossier, by the pack of that version (empty:
    the one in force). The same facts, serial and moment give the same bytes.
    """

    def __init__(self, words: Callable[[date, str], FormWords], station: Station, resources: Path) -> None:
        self._words = words
        self._station = station
        self._resources = resources

    def render(self, form: str, dossier: Dossier, serial: int, issued_at: datetime) -> bytes:
        """One PDF with every copy of a form of the dossier; `serial` above 1 marks a reprint.

        Raises `Refusal`: `FORM_UNKNOWN`, `FORM_NOT_SUBMITTED`, `FORM_NO_FEE`, `FORM_NO_APPLICANT`, `FORM_CODE`,
        `FORM_FONT`.
        """
        from clerk_app.printing import application, fee_receipt, receipt

        if form not in FORMS:
            raise _unknown(form)
        words = self._words_of(dossier, issued_at)
        if form == "M01":
            filled = receipt.filled(dossier, self._station, words)
        elif form == "DON":
            filled = application.filled(dossier, self._station, words)
        else:
            filled = fee_receipt.filled(dossier, self._station, words, issued_at)
        return self._rendered(form, filled, words, serial, issued_at)

    def notice(self, notice: Notice, serial: int, issued_at: datetime) -> bytes:
        """One PDF with every copy of the form that a notice fills. Raises `Refusal` as `render` does."""
        from clerk_app.printing import notices

        match notice:
            case RegisterBook():
                words = self._words(notice.last, "")
            case CashHandover() | TrailReport():
                words = self._words(notice.on, "")
            case _:
                words = self._words(notice.about.on, notice.about.pack)
        filled = notices.filled(notice, self._station, words)
        return self._rendered(form_of(notice), filled, words, serial, issued_at)

    def ticket(self, dossier: Dossier, serial: int, issued_at: datetime) -> Ticket:
        """The appointment on a roll of 80 mm: 576 dots across at 203 dpi, black and white.

        Raises `Refusal` `FORM_UNKNOWN`, `FORM_NOT_SUBMITTED`, `FORM_CODE`, `FORM_FONT`.
        """
        from clerk_app.printing import receipt, ticket

        words = self._words_of(dossier, issued_at)
        form = words.form(TICKET_FORM)
        job = self._job(form, receipt.filled(dossier, self._station, words), words, serial, issued_at)
        return ticket.made(rolled(job), self._resources / "fonts")

    def _words_of(self, dossier: Dossier, issued_at: datetime) -> FormWords:
        received = dossier.submitted.received_at if dossier.submitted else issued_at
        return self._words(in_hanoi(received).date(), dossier.pack)

    def _rendered(self, code: str, filled: Filled, words: FormWords, serial: int, issued_at: datetime) -> bytes:
        job = self._job(words.form(code), filled, words, serial, issued_at)
        return _pdf(job.sheet, laid_out(job), job.inks, issued_at)

    def _job(self, form: PrintedForm, filled: Filled, words: FormWords, serial: int, issued_at: datetime) -> Job:
        from clerk_app.printing import codes, head
        from clerk_app.printing.flow import clean
        from clerk_app.printing.ink import fonts
        from clerk_app.printing.notices import dated

        if serial < 1:
            raise ValueError("the first print has serial 1")
        inks = fonts(self._resources / "fonts")
        if form.barcode != "none" or form.qr:
            codes.check(filled.code)
        # A form is tried in several sizes with the same texts.
        tidy = lru_cache(maxsize=None)(partial(clean, inks=inks))
        on = dated(words.settings.get("place", "Hà Nội"), issued_at)
        return Job(head.sheet(form, filled, self._station, words, serial, on, tidy), filled, inks, on, tidy)


@dataclass(frozen=True, slots=True)
class Job:
    """One form to be set: its frame, what it says, the faces, place and day, and what makes texts fit to be set."""

    sheet: Sheet
    filled: Filled
    inks: Mapping[str, Ink]
    dated: str
    tidy: Callable[[str], str]

    def body(self, size: float) -> list[Strip]:
        """The strips of the form at a type size."""
        from clerk_app.printing.blocks import Setter
        from clerk_app.printing.flow import Column

        column = Column(self.inks, self.sheet.paper.side, self.sheet.paper.room)
        return Setter(self.sheet.form, self.filled, column, size, self.dated, self.tidy).strips()


def _unknown(form: str) -> Refusal:
    return Refusal(
        "FORM_UNKNOWN",
        Words(f"Không có biểu mẫu {form}.", f"There is no form {form}."),
        Words(f"Chọn một trong: {', '.join(FORMS)}.", f"Choose one of: {', '.join(FORMS)}."),
    )


def laid_out(job: Job) -> list[tuple[Leaf, Opening]]:
    """The pages of one copy without its mark, each with where its text begins."""
    from clerk_app.printing.flow import pages
    from clerk_app.printing.frame import Frame

    frame, paper = Frame(job.sheet, job.inks), job.sheet.paper
    first = frame.leaf()
    start = frame.first(first)
    room = frame.bottom - start.top
    promising = math.inf
    for size in paper.sizes:
        if size > promising:
            continue
        strips = job.body(size)
        needed = sum(strip.height for strip in strips)
        if needed <= room:
            dealt = [strips]
            break
        promising = size * room / needed * 1.06
    else:
        dealt = pages(job.body(paper.long), room, frame.bottom - frame.next(frame.leaf()).top)
    made: list[tuple[Leaf, Opening]] = []
    counted = 0
    for number, page in enumerate(dealt, 1):
        leaf = first if number == 1 else frame.leaf()
        opening = start if number == 1 else frame.next(leaf)
        _set(leaf, page, opening.top)
        here = sum(strip.counts for strip in page)
        counted += here
        frame.foot(leaf, number, len(dealt), here, counted)
        made.append((leaf, opening))
    return made


def rolled(job: Job) -> Leaf:
    """A form on a roll: one piece, as long as it needs to be."""
    from clerk_app.printing.frame import Frame, on_roll

    sheet, strips = job.sheet, job.body(job.sheet.paper.long)
    measured = Frame(sheet, job.inks)
    end = measured.first(measured.leaf()).top + sum(strip.height for strip in strips)
    frame = Frame(on_roll(sheet, end + sheet.paper.edge + (28 if sheet.practice else 8)), job.inks)
    leaf: Leaf = frame.leaf()
    _set(leaf, strips, frame.first(leaf).top)
    return leaf


def _set(leaf: Leaf, strips: list[Strip], top: float) -> None:
    for strip in strips:
        strip.draw(leaf, top)
        top += strip.height
    if strips and strips[-1].seam:
        strips[-1].seam(leaf, top)


def _pdf(sheet: Sheet, leaves: list[tuple[Leaf, Opening]], inks: Mapping[str, Ink], issued_at: datetime) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    from clerk_app.printing.frame import Frame
    from clerk_app.printing.ink import PLAIN

    frame: Frame = Frame(sheet, inks)
    stamp = f"{in_hanoi(issued_at):D:%Y%m%d%H%M%S+07'00'}"
    out = io.BytesIO()
    size = (sheet.paper.width, sheet.paper.height)
    canvas = Canvas(out, pagesize=size, initialFontName=PLAIN, lang="vi-VN", invariant=1, pageCompression=1)
    canvas.setDateFormatter(lambda *_: stamp)
    # No name and no number in the metadata: print queues show them to whoever looks.
    canvas.setTitle(sheet.titles[0])
    canvas.setAuthor("Quầy")
    canvas.setCreator("Quầy")
    for ink in inks.values():
        ink.begin(canvas._doc)
    for number, (leaf, _) in enumerate(leaves, 1):
        canvas.beginForm(f"page{number}", 0, 0, *size)
        leaf.play(canvas)
        canvas.endForm()
    for copy in sheet.copies:
        for number, (_, opening) in enumerate(leaves, 1):
            canvas.doForm(f"page{number}")
            mark = frame.leaf()
            frame.mark(mark, copy, opening)
            mark.play(canvas)
            canvas.showPage()
    canvas.save()
    return out.getvalue()
