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


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: NFC, case and the placement of tone marks do not count (hòa = hoà)."""

    def folded(text: str) -> tuple[str, ...]:
        syllables = unicodedata.normalize("NFD", nfc(text).lower()).split()
        return tuple("".join(sorted(syllable)) for syllable in syllables)

    return folded(one) == folded(other)


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
