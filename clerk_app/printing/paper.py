"""Sheets of paper and rolls: size, margins, and the type sizes that suit them. All measures are points."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_app.domain.forms import PrintedForm

_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Paper:
    """`sizes` are tried in turn until a form fits one page; a longer one is set in `long` over several.

    `title` is its type size, `head` how much larger than on A5 the head is set. A roll has no end: its `height` is 0
    until the form is set.
    """

    width: float
    height: float
    side: float
    edge: float
    sizes: tuple[float, ...]
    long: float
    title: float
    head: float

    @property
    def right(self) -> float:
        """The right margin."""
        return self.width - self.side

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.side

    @property
    def bottom(self) -> float:
        """Where the room of a page ends, from the top."""
        return self.height - self.edge


A5 = Paper(148 * _MM, 210 * _MM, 30.0, 26.0, (9.0, 8.6, 8.2, 7.8, 7.4), 8.6, 11.5, 1.0)
A4 = Paper(210 * _MM, 297 * _MM, 56.7, 45.0, (12.5, 12.0, 11.5, 11.0, 10.5, 10.0), 11.5, 15.0, 1.45)
"""Margins of an official paper (NĐ 30/2020/NĐ-CP, annex I): 20 mm at least at the sides, here on both."""
A4_WIDE = Paper(297 * _MM, 210 * _MM, 30.0, 28.0, (7.4,), 7.4, 14.0, 1.25)
TICKET_DOTS = 576
"""Dots across a ticket printer of 80 mm: 72 mm at 8 dots a millimetre."""
TICKET = Paper(72 * _MM, 0.0, 6.0, 8.0, (9.2,), 9.2, 10.8, 1.0)


def paper_of(form: PrintedForm) -> Paper:
    """The paper that a form is printed on."""
    if form.paper == "80mm":
        return TICKET
    if form.paper == "A4":
        return A4_WIDE if form.landscape else A4
    return A5
