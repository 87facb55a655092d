"""What a page says: which kind of paper it is, and the values that its form asks for. Proposals only; nobody's word.

Titles and labels are rows of the catalogue. They are found although single letters were read wrong; of a value nothing
is guessed, and how sure it is follows from its letters, from its label, and from what its check says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from clerk_app.domain import printed_values
from clerk_app.domain.page_geometry import Box, around, turned_back, upright
from clerk_app.domain.pages import CardSide, PageText, Proposal, Turn, Word
from clerk_app.domain.printed_values import Found, Known
from clerk_app.domain.printed_words import Printed, Spot, printed
from clerk_app.domain.rules import ReadingRow, RecognitionRow

SURE_ENOUGH = 0.5
"""A title that is less sure says nothing."""
CLOSE = 0.05
"""Titles of two papers that are as sure as each other within this say less than either."""
_CAPITALS = 0.7
_AS_LIKE = 0.08
"""By how much a longer phrase may be less like than a shorter one inside it, and still be what stands there."""
_ABOVE_LINES = 6
"""How many heights of its label a value may stand above it."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Which paper of the checklist a page seems to be, how sure (0 to 1), where its title stands, and on which side of
    a card that title stands alone.
    """

    paper: str
    sure: float
    box: Box
    side: CardSide = ""


def recognise(text: PageText, rows: Iterable[RecognitionRow], turned: Turn = 0) -> Recognised | None:
    """The paper whose title stands on the page; nothing where none does, or where others are as likely."""
    page = printed(upright(text, turned))
    if not page.words:
        return None
    found = []
    for row in rows:
        spot = page.best(row.title, across=True)
        if spot is not None and _goes_with(page, row):
            found.append((row, spot, _title_sure(page, row, spot)))
    # A title that is part of a longer one there (“giấy phép lái xe” in an application for one) is no title.
    titles = [
        (row, spot, sure)
        for row, spot, sure in found
        if not any(_inside(spot, other) and row.paper != larger.paper for larger, other, _ in found)
    ]
    titles.sort(key=lambda one: -one[2])
    if not titles or titles[0][2] < SURE_ENOUGH:
        return None
    row, spot, sure = titles[0]
    if any(other.paper != row.paper and sure - less < CLOSE for other, _, less in titles[1:]):
        sure /= 2
        if sure < SURE_ENOUGH:
            return None
    # Both sides on one picture, or a title read where it does not stand: then it is neither.
    sides = {other.side for other, _, as_sure in titles if other.paper == row.paper and as_sure >= SURE_ENOUGH} - {""}
    box = around(word.box for word in page.words[spot.first : spot.behind])
    side = sides.pop() if len(sides) == 1 else ""
    return Recognised(row.paper, round(sure, 3), turned_back(box, text.width, text.height, turned), side)


def _goes_with(page: Printed, row: RecognitionRow) -> bool:
    return all(page.best(words) for words in row.must) and not any(page.best(words) for words in row.never)


def _title_sure(page: Printed, row: RecognitionRow, spot: Spot) -> float:
    """A title is in capitals, has its line for itself, and stands high on the page."""
    words = page.words[spot.first : spot.behind]
    letters = [c for word in words for c in word.text if c.isalpha()]
    capitals = sum(c.isupper() for c in letters) / max(1, len(letters))
    if row.title.isupper() and capitals < _CAPITALS:
        return 0.0
    beside = [word for word in page.line_of(spot.first) if word not in words]
    alone = len(letters) / (len(letters) + sum(len(word.text) for word in beside))
    high = 1 - min(1.0, words[0].box[1] / (max(word.box[1] + word.box[3] for word in page.words) or 1))
    return spot.like * (0.7 + 0.15 * alone + 0.15 * high)


def _inside(spot: Spot, other: Spot) -> bool:
    longer = other.behind - other.first > spot.behind - spot.first
    return longer and other.first <= spot.first and spot.behind <= other.behind


# ---- values ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Read:
    """A value and the label by which it was found."""

    row: ReadingRow
    spot: Spot
    found: Found
    sure: float


def proposals(
    text: PageText, paper: str, rows: Iterable[ReadingRow], known: Known, turned: Turn = 0
) -> tuple[Proposal, ...]:
    """The values of the page for the fields of the form, each field once; boxes in the pixels of the page."""
    page = printed(upright(text, turned))
    by_field: dict[str, list[_Read]] = {}
    for row in rows:
        if row.paper == paper:
            by_field.setdefault(row.field, []).extend(_read(page, row, known))
    made = []
    for name, reads in by_field.items():
        best = _settled(page, reads)
        if best is not None:
            box = turned_back(_piece(page, best), text.width, text.height, turned)
            made.append(Proposal(name, best.found.text, best.sure, box))
    return tuple(made)


def _settled(page: Printed, reads: Sequence[_Read]) -> _Read | None:
    """The surest value, of two as sure the higher one.

    Phrases that say different things in different places leave it open: all of them are printed there to be ticked.
    """
    kept = [one for one in reads if not any(_gives_way(one.spot, other.spot) for other in reads)]
    if len({one.found.text for one in kept if one.row.kind == "phrase"}) > 1:
        return None
    height = max((word.box[1] for word in page.words), default=0) or 1
    return max(kept, key=lambda one: one.sure - 0.1 * page.words[one.spot.first].box[1] / height, default=None)


def _gives_way(spot: Spot, other: Spot) -> bool:
    """Whether another phrase says better what stands there: `không đủ` than `đủ`, but only where its letters do."""
    if spot.behind <= other.first or other.behind <= spot.first:
        return False
    size, others = spot.behind - spot.first, other.behind - other.first
    if others > size:
        return other.like >= spot.like - _AS_LIKE
    return others < size and spot.like < other.like - _AS_LIKE


def _read(page: Printed, row: ReadingRow, known: Known) -> Iterator[_Read]:
    for label in row.labels:
        for spot in page.find(label):
            if label.endswith(":") and not _has_colon(page, spot):
                continue
            found = _phrase(page, row, spot) if row.kind == "phrase" else _value(page, row, spot, known)
            if found is not None:
                sure = min(word.sure for word in found.words) * found.share * spot.like
                yield _Read(row, spot, found, round(sure, 3))


def _has_colon(page: Printed, spot: Spot) -> bool:
    after = page.words[spot.behind].text if spot.behind < len(page.words) else ""
    return page.words[spot.behind - 1].text.endswith(":") or after.startswith(":")


def _piece(page: Printed, read: _Read) -> Box:
    """The piece of the picture to show: of a phrase all of its line, for a “not” before it must be seen."""
    words = page.line_of(read.spot.first) if read.row.kind == "phrase" else read.found.words
    return around(word.box for word in words)


def _phrase(page: Printed, row: ReadingRow, spot: Spot) -> Found | None:
    """What the phrase stands for. A word right before it may turn it round, so that it is doubtful there."""
    words = page.words[spot.first : spot.behind]
    before = [word for word in page.line_of(spot.first) if word.box[0] < words[0].box[0]]
    led_in = (
        bool(before) and any(c.isalpha() for c in before[-1].text) and not before[-1].text.endswith((":", ".", ")"))
    )
    return Found(row.value, words, printed_values.DOUBT if led_in else 1.0)


def _value(page: Printed, row: ReadingRow, spot: Spot, known: Known) -> Found | None:
    for words in _where(page, row, spot):
        found = _taken(row, words, known)
        if found is not None:
            return found
    return None


def _where(page: Printed, row: ReadingRow, spot: Spot) -> Iterable[tuple[Word, ...]]:
    """The words in which the value may stand, the likeliest first."""
    label = page.words[spot.first : spot.behind]
    if row.place == "above":
        yield from _lines_above(page, label)
        return
    rest = tuple(word for word in page.words[spot.behind :] if word.line == label[-1].line)
    if rest:
        yield rest
        return
    below = next((word.line for word in page.words[spot.behind :]), None)
    if below is not None:
        yield tuple(word for word in page.words if word.line == below)


def _lines_above(page: Printed, label: Sequence[Word]) -> Iterable[tuple[Word, ...]]:
    top, height = label[0].box[1], max(word.box[3] for word in label)
    lines: dict[int, list[Word]] = {}
    for word in page.words:
        if top - _ABOVE_LINES * height < word.box[1] and word.box[1] + word.box[3] // 2 < top:
            lines.setdefault(word.line, []).append(word)
    return (tuple(line) for line in sorted(lines.values(), key=lambda line: -line[0].box[1]))


def _taken(row: ReadingRow, words: Sequence[Word], known: Known) -> Found | None:
    match row.kind:
        case "number":
            return printed_values.number(words, row.check, known)
        case "date":
            return printed_values.day(words)
        case "name":
            return printed_values.name(words)
        case "class":
            return printed_values.licence_class(words, known)
        case "text":
            return printed_values.plain(words)
        case "phrase":
            return None
        case _:
            assert_never(row.kind)
