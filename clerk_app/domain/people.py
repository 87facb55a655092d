"""The citizen at the desk, as an identity document describes them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Sex = Literal["M", "F"]


def nfc(text: str) -> str:
    """Text as it is kept: composed (NFC), look-alikes mapped, edges trimmed, inner white space single (TCVN 6909)."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join(composed.replace("\u00d0", "\u0110").replace("\u00a0", " ").replace("\u2019", "'").split())


def search_key(text: str) -> str:
    """Lower case, without marks, đ as d: what a search compares. Never shown, never written back."""
    lowered = nfc(text).lower().replace("đ", "d")
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))


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
