"""The citizen at the desk, as an identity document describes them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Sex = Literal["M", "F"]


_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys("\u00d0\u0189", "\u0110"),  # Eth and African D for Đ
        **dict.fromkeys("\u00f0\u0256", "\u0111"),
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4", "'"),
        **dict.fromkeys("\u2010\u2011", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),  # what nobody can see
        # What turns the writing round, so that others read something else than what stands there (UAX #9).
        **dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", None),
    }
)
_TONE_FIRST = re.compile("([\u0300\u0301\u0303\u0309])([\u0302\u0306])")
_SHAPES = "\u0302\u0306"
"""Circumflex and breve: old converters write the tone before them, and what comes out is no letter."""


def person_key(text: str) -> str:
    """What two texts have in common that name one person of the staff: `ca-117` is `CA-117`, and `CA - 117` too."""
    return "".join(nfc(text).casefold().split())


def nfc(text: str) -> str:
    """Text as it is kept: composed (NFC), look-alikes mapped, edges trimmed, inner white space single (TCVN 6909).

    A tone that stands before the circumflex or breve of its letter is put behind it, where Unicode composes both.
    """
    composed = unicodedata.normalize("NFC", text.translate(_LOOK_ALIKES))
    if any(shape in composed for shape in _SHAPES):
        parted = unicodedata.normalize("NFD", composed)
        composed = unicodedata.normalize("NFC", _TONE_FIRST.sub(r"\2\1", parted))
    return " ".join(composed.split())


def sign_in_name(text: str) -> str:
    """A sign-in name as it is kept, however it was typed: composed, without outer blanks, in small letters.

    Again is the same: a letter may have a composed small form only (J with a caron).
    """
    return nfc(nfc(text).lower())


def search_key(text: str) -> str:
    """Lower case, without marks, đ as d: what a search compares. Never shown, never written back.

    Where a tone mark stands (hòa, hoà) does not count, as no mark does.
    """
    lowered = nfc(text).lower().replace("đ", "d")
    # A blank that carried a mark is an outer blank once the mark is gone.
    return nfc("".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c)))


def wide_keys(word: str) -> tuple[str, ...]:
    """Every way to write the search key of a word with i for y and y for i (Lý, Lí), its own first."""
    key = search_key(word)
    places = [place for place, letter in enumerate(key) if letter in "iy"][:_MOST_SWAPS]
    found = [key]
    for place in places:
        found += [f"{one[:place]}{'y' if one[place] == 'i' else 'i'}{one[place + 1 :]}" for one in found]
    return tuple(found)


_MOST_SWAPS = 4
"""No Vietnamese syllable has more than two; the limit keeps a strange query small."""


_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Huyền, sắc, ngã, hỏi, nặng; every other mark (â, ê, ô, ă, ơ, ư) belongs to its letter."""


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: NFC, case, white space and where a tone mark stands do not count.

    hoà = hòa, thuý = thúy; but hòa is not hào, đ is not d, and no tone is not any tone.
    """
    return _syllables(one) == _syllables(other)


def _syllables(text: str) -> tuple[tuple[str, str], ...]:
    """Each syllable as its letters and its tone, which an old and a new way of writing put on different letters."""
    plain = unicodedata.normalize("NFD", nfc(text).casefold())
    return tuple(
        ("".join(c for c in syllable if c not in _TONES), "".join(c for c in syllable if c in _TONES))
        for syllable in plain.split()
    )


def same_address(one: str, other: str) -> bool:
    """Whether two texts name one place: as `same_name`, and commas, dots, dashes and slashes do not count."""

    def bare(text: str) -> str:
        marked = unicodedata.normalize("NFD", text)
        return "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in marked)

    return same_name(bare(one), bare(other))


@dataclass(frozen=True, slots=True)
class Person:
    """What an identity document says about its holder. Every field is personal data and stays out of logs."""

    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    nationality: str = field(default="VNM", repr=False)
    residence: str = field(default="", repr=False)
    issued: date | None = field(default=None, repr=False)
    expires: date | None = field(default=None, repr=False)
    old_number: str = field(default="", repr=False)


def said_of(person: Person) -> dict[str, str]:
    """What a document says of its holder, by the name of the field it fills; dates as ISO text, nothing empty."""
    known = {
        "applicant.number": person.number,
        "applicant.name": person.name,
        "applicant.born": person.born.isoformat() if person.born else "",
        "applicant.sex": person.sex or "",
        "applicant.nationality": person.nationality,
        "applicant.residence": person.residence,
        "applicant.expires": person.expires.isoformat() if person.expires else "",
        "applicant.issued": person.issued.isoformat() if person.issued else "",
    }
    return {name: text for name, text in known.items() if text}
