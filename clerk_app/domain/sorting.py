"""The order of Vietnamese text: ă, â, đ, ê, ô, ơ, ư are letters of their own, tones count only between equal letters.

It is the order of CLDR's `vi` (root order, then `&a<ă<â &d<đ &e<ê &o<ô<ơ &u<ư` and the tones `&̀<<̉<<̃<<́<<̣`), for the
letters, digits and marks that names and addresses are written with.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from clerk_app.domain.people import nfc

SortKey = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""Letters, then tones and other marks, then case: a later part counts only where all before it is equal."""

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_SIGNS = " _-,;:!?.'\"()[]{}@*/\\&#%"
_TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Huyền, hỏi, ngã, sắc, nặng; no mark (ngang) stands before them."""

_SHAPES = "\u0302\u0306\u031b"
_WEIGHTS = {sign: 1 + place for place, sign in enumerate(_SIGNS)}
_WEIGHTS |= {str(digit): 100 + digit for digit in range(10)}
_WEIGHTS |= {letter: 200 + place for place, letter in enumerate(_LETTERS)}
_OTHER = 1000
"""From here on everything else, in the order of Unicode."""


def sort_key(text: str) -> SortKey:
    """What to sort a Vietnamese text by. Total: any text has a key, and equal keys are texts that look the same."""
    letters: list[int] = []
    marks: list[int] = []
    cases: list[int] = []
    for character in nfc(text):
        letter, marked = _parts(character.lower())
        if not letter:
            marks += marked
            continue
        letters += [_WEIGHTS.get(one, _OTHER + ord(one)) for one in letter]
        marks += [0, *marked]
        cases.append(character != character.lower())
    return tuple(letters), tuple(marks), tuple(cases)


@lru_cache(maxsize=2048)
def _parts(character: str) -> tuple[str, tuple[int, ...]]:
    """The letter without its tone, and its tone and other marks by weight. A lone mark has no letter."""
    parted = unicodedata.normalize("NFD", character)
    base = "".join(one for one in parted if not unicodedata.combining(one))
    marks = [one for one in parted if unicodedata.combining(one)]
    for mark in marks:
        shaped = unicodedata.normalize("NFC", base + mark)
        if mark in _SHAPES and shaped in _WEIGHTS:
            base = shaped
            marks.remove(mark)
            break
    return base, tuple(1 + _TONES.index(mark) if mark in _TONES else _OTHER + ord(mark) for mark in marks)
