"""Values as papers print them: numbers, dates, names, classes, taken from the words behind a label.

What was read is not corrected in secret: a letter taken for a digit makes the value less sure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from clerk_app.domain import checks
from clerk_app.domain.pages import Word
from clerk_app.domain.people import nfc, search_key

DOUBT = 0.6
"""What is left of the sureness of a value in which something had to be taken for something else."""
FAR = 3.0
"""Gaps wider than this many heights of a line part two columns."""
_YEARS = range(1900, 2101)
_DIGITS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8"})
_CLASS_DIGITS = str.maketrans({"I": "1", "L": "1", "Z": "2"})
_EDGES = ".,;:…_'\"“”‘’()[]{}<>|*~«»†"
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_WRITTEN = re.compile(r"([a-z]{2,6}) ?(\d{1,2}) ?([a-z]{3,7}) ?(\d{1,2}) ?([a-z]{2,5}) ?(\d{4})")
_WRITTEN_WORDS = ("ngay", "thang", "nam")
_MOST_WORDS_OF_A_DATE = 8


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue of the day knows of numbers and classes."""

    classes: Collection[str] = ()
    provinces: Collection[str] = ()
    licence_prefixes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A value as the form keeps it, the words that it was, and what part of their sureness it has."""

    text: str = field(repr=False)
    words: tuple[Word, ...] = field(repr=False)
    share: float = 1.0


CHECKS: Mapping[str, Callable[[str, Known], checks.Checked]] = {
    "id_number": lambda text, known: checks.id_number(text, known.provinces),
    "licence_number": lambda text, known: checks.licence_number(text, known.licence_prefixes),
    "certificate_number": lambda text, _: checks.certificate_number(text),
}
"""Checks that a reading may name."""


def column(words: Sequence[Word], first_far: bool = True) -> tuple[Word, ...]:
    """The words up to a wide gap, where another column begins. The first may stand far from its label."""
    taken: list[Word] = []
    for word in words:
        if taken:
            before = taken[-1]
            if word.box[0] - before.box[0] - before.box[2] > FAR * max(before.box[3], word.box[3]):
                break
        taken.append(word)
    return tuple(taken)


def number(words: Sequence[Word], check: str, known: Known) -> Found | None:
    """The number that stands there at once: a word with a digit, and what hangs on it by a slash, a dash or digits."""
    taken: list[Word] = []
    for word in column(words):
        text = word.text.strip(_EDGES)
        hangs = bool(taken) and (taken[-1].text.endswith(("/", "-")) or text.startswith(("/", "-")))
        goes_on = bool(taken) and text.isdigit() and taken[-1].text.strip(_EDGES).isdigit()
        if (not taken and any(c.isdigit() for c in text)) or hangs or goes_on:
            taken.append(word)
        elif taken or text:
            break
    text = nfc("".join(word.text.strip(_EDGES) for word in taken))
    if not text:
        return None
    return _checked(text, tuple(taken), check, known)


def _checked(text: str, words: tuple[Word, ...], check: str, known: Known) -> Found:
    asked = CHECKS.get(check)
    if asked is None:
        return Found(text, words)
    as_read = asked(text, known)
    if as_read.state != "refuse":
        return Found(as_read.text, words, 1.0 if as_read.state == "ok" else DOUBT)
    as_digits = asked(text.translate(_DIGITS), known)
    if as_digits.state != "refuse":
        return Found(as_digits.text, words, DOUBT)
    return Found(text, words, DOUBT * DOUBT)


def day(words: Sequence[Word]) -> Found | None:
    """The first date, as ISO text: 20/12/2026, 20-12-2026, or “ngày 20 tháng 12 năm 2026”."""
    for first in range(len(words)):
        for behind in range(first + 1, min(len(words), first + _MOST_WORDS_OF_A_DATE) + 1):
            taken = tuple(words[first:behind])
            found = _day_of(" ".join(word.text.strip(_EDGES) for word in taken), taken)
            if found is not None:
                return found
    return None


def _day_of(text: str, words: tuple[Word, ...]) -> Found | None:
    close = text.replace(" ", "")
    for written, share in ((close, 1.0), (close.translate(_DIGITS), DOUBT)):
        match = _SLASHED.fullmatch(written)
        if match is not None:
            return _real(match.group(3), match.group(2), match.group(1), words, share)
    match = _WRITTEN.fullmatch(" ".join(search_key(text).replace(".", " ").split()))
    if match is None or any(
        _wrong(said, meant) > 1 for said, meant in zip(match.group(1, 3, 5), _WRITTEN_WORDS, strict=True)
    ):
        return None
    return _real(match.group(6), match.group(4), match.group(2), words, 1.0)


def _real(year: str, month: str, of_month: str, words: tuple[Word, ...], share: float) -> Found | None:
    try:
        found = date(int(year), int(month), int(of_month))
    except ValueError:
        return None
    return Found(found.isoformat(), words, share) if found.year in _YEARS else None


def _wrong(said: str, meant: str) -> int:
    """How many letters differ, place by place; a missing one counts."""
    return abs(len(said) - len(meant)) + sum(one != other for one, other in zip(said, meant, strict=False))


def name(words: Sequence[Word]) -> Found | None:
    """A name in capitals: its words up to the first that is not."""
    taken: list[Word] = []
    for word in column(words):
        text = word.text.strip(_EDGES)
        if not text or not all(c.isalpha() or c in "'’-" for c in text) or text != text.upper():
            break
        taken.append(word)
    if len(taken) < 2:
        return None
    return Found(nfc(" ".join(word.text.strip(_EDGES) for word in taken)), tuple(taken))


def licence_class(words: Sequence[Word], known: Known) -> Found | None:
    """The first word, if it is a class of the day. Several classes are doubtful: a form asks for one."""
    taken = column(words)
    found = None
    for word in taken:
        text = word.text.strip(_EDGES).upper()
        likely = text if text in known.classes else text.translate(_CLASS_DIGITS)
        if likely not in known.classes:
            break
        if found is not None:
            return Found(found.text, found.words, found.share * DOUBT)
        found = Found(likely, (word,), 1.0 if likely == text else DOUBT)
    return found


def plain(words: Sequence[Word]) -> Found | None:
    """Whatever stands there, up to the next column."""
    taken = column(words)
    text = nfc(" ".join(word.text for word in taken)).strip(_EDGES + " ")
    return Found(text, taken) if text else None
