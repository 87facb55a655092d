"""A page's words as a sequence in which printed phrases are found although some letters were read wrong.

Marks, case, blanks and letters that look alike do not count; of the rest some may be missing, added or exchanged
(approximate matching after Myers, JACM 46, 1999).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from clerk_app.domain.page_geometry import Box, around
from clerk_app.domain.pages import PageText, Word
from clerk_app.domain.people import search_key

_ALIKE = str.maketrans({"0": "o", "1": "i", "l": "i", "5": "s"})
_EXACT_UP_TO = 3
"""Letters: a shorter phrase stands there as it is, or it is another one."""
MOST_PLACES = 40
"""A phrase that stands more often on a page is no label there."""
ONE_IN = 6
"""So many letters of a phrase allow one of them to be wrong."""


def folded(text: str) -> str:
    """What of a text is compared: letters and digits without marks, those that look alike as one."""
    return "".join(c for c in search_key(text) if c.isalnum()).translate(_ALIKE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase on a page: its first word and the one behind its last, and how like it is (1: letter for letter)."""

    first: int
    behind: int
    like: float


@dataclass(frozen=True, slots=True)
class Printed:
    """The words of a page, upright and in reading order. A word with a colon inside is two."""

    words: tuple[Word, ...]
    _letters: str = field(repr=False)
    _starts: tuple[int, ...] = field(repr=False)
    """Where the letters of each word begin, and at last where they all end."""

    def find(self, phrase: str, across: bool = False) -> Iterator[Spot]:
        """The first places of a phrase, whole words of one line; `across`: it may go over several lines."""
        wanted = folded(phrase)
        if not wanted:
            return
        most = 0 if len(wanted) <= _EXACT_UP_TO else max(1, len(wanted) // ONE_IN)
        for start, end, wrong in islice(_places(wanted, self._letters, most), MOST_PLACES):
            spot = self._whole(start, end, 1 - wrong / len(wanted), len(wanted) > _EXACT_UP_TO)
            if spot is not None and (across or self.words[spot.first].line == self.words[spot.behind - 1].line):
                yield spot

    def best(self, phrase: str, across: bool = False) -> Spot | None:
        """Its likeliest place, the first of several."""
        return max(self.find(phrase, across), key=lambda spot: spot.like, default=None)

    def box(self, words: Iterable[Word]) -> Box:
        """The box around some words. Raises `ValueError` for none."""
        return around(word.box for word in words)

    def line_of(self, at: int) -> tuple[Word, ...]:
        """All words of the line of a word."""
        return tuple(word for word in self.words if word.line == self.words[at].line)

    def _whole(self, start: int, end: int, like: float, loose: bool) -> Spot | None:
        """The words that these letters are; nothing where they begin or end in the middle of one.

        `loose`: one letter more or less at either end is a letter read wrong.
        """
        slack = 1 if loose else 0
        first = self._near(start, range(len(self.words)), slack)
        behind = self._near(end, range(1, len(self.words) + 1), slack)
        if first is None or behind is None:
            return None
        while first < behind - 1 and self._starts[first] == self._starts[first + 1]:
            first += 1  # a word without letters, such as a dash
        return Spot(first, behind, like) if first < behind else None

    def _near(self, letter: int, places: range, slack: int) -> int | None:
        """The border of a word that is nearest to a letter, and not farther than `slack`."""
        low, high = bisect_left(self._starts, letter - slack), bisect_right(self._starts, letter + slack)
        near = range(max(low, places.start), min(high, places.stop))
        return min(near, key=lambda at: abs(self._starts[at] - letter), default=None)


def printed(text: PageText) -> Printed:
    """The page as a sequence of words. The text must be upright."""
    words = tuple(part for word in text.words for part in _parts(word))
    letters = [folded(word.text) for word in words]
    starts, at = [], 0
    for one in letters:
        starts.append(at)
        at += len(one)
    return Printed(words, "".join(letters), (*starts, at))


def _parts(word: Word) -> tuple[Word, ...]:
    """`Số:0042` is a label and its value; the box is shared out by letters."""
    head, colon, tail = word.text.partition(":")
    if not (colon and head and tail and any(c.isalpha() for c in head)):
        return (word,)
    left, top, width, height = word.box
    cut = round(width * (len(head) + 1) / len(word.text))
    return (
        Word(head + colon, (left, top, max(1, cut), height), word.sure, word.line),
        Word(tail, (left + cut, top, max(1, width - cut), height), word.sure, word.line),
    )


def _places(pattern: str, text: str, most: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, wrong letters) of the best match in each stretch of matches with at most `most` wrong letters."""
    ends = enumerate(_ends(pattern, text, most))
    for _, stretch in groupby(ends, key=lambda one: one[1][0] - one[0]):
        end, wrong = min((one for _, one in stretch), key=lambda one: one[1])
        reach = text[max(0, end - len(pattern) - wrong) : end][::-1]
        back = [one for one in _ends(pattern[::-1], reach, wrong, anchored=True) if one[1] == wrong]
        if back:
            length = min(back, key=lambda one: abs(one[0] - len(pattern)))[0]
            yield end - length, end, wrong


def _ends(pattern: str, text: str, most: int, anchored: bool = False) -> Iterator[tuple[int, int]]:
    """(end, wrong letters) wherever a match ends; it may begin anywhere, `anchored`: at the first letter."""
    size = len(pattern)
    full = (1 << size) - 1
    where: dict[str, int] = {}
    for at, letter in enumerate(pattern):
        where[letter] = where.get(letter, 0) | 1 << at
    up, down, wrong, last = full, 0, size, 1 << (size - 1)
    for end, letter in enumerate(text, 1):
        hits = where.get(letter, 0) | down
        same = (((hits & up) + up) ^ up) | hits
        more, less = down | ~(same | up) & full, up & same
        wrong += 1 if more & last else -1 if less & last else 0
        more, less = (more << 1 | anchored) & full, less << 1 & full
        up, down = less | ~(same | more) & full, more & same
        if wrong <= most:
            yield end, wrong
