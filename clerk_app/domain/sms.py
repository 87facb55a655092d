"""How long a text message is, by 3GPP TS 23.038: in which alphabet it goes, in how many parts it is billed and sent."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.people import nfc

Alphabet = Literal["GSM-7", "UCS-2"]

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet (§6.2.1) without its escape: each sign takes one septet."""
EXTENDED = "\f^{}\\[~]|€"
"""Its extension (§6.2.1.1): each sign takes two septets."""
_ONE = {"GSM-7": 160, "UCS-2": 70}
_OF_SEVERAL = {"GSM-7": 153, "UCS-2": 67}
"""What remains beside the header that joins the parts (TS 23.040 §9.2.3.24.1)."""


@dataclass(frozen=True, slots=True)
class Length:
    """`units` are septets, or 16-bit units of UCS-2; an empty text has no part."""

    alphabet: Alphabet
    units: int
    parts: int


def length(text: str) -> Length:
    """The length of a text as it is sent. A sign that would be torn by the end of a part goes to the next one whole."""
    basic = all(sign in BASIC or sign in EXTENDED for sign in text)
    alphabet: Alphabet = "GSM-7" if basic else "UCS-2"
    widths = [_septets(sign) if basic else len(sign.encode("utf-16-be")) // 2 for sign in text]
    units = sum(widths)
    if units <= _ONE[alphabet]:
        return Length(alphabet, units, 1 if units else 0)
    room, parts, left = _OF_SEVERAL[alphabet], 1, _OF_SEVERAL[alphabet]
    for width in widths:
        if width > left:
            parts, left = parts + 1, room
        left -= width
    return Length(alphabet, units, parts)


def _septets(sign: str) -> int:
    return 2 if sign in EXTENDED else 1


def without_marks(text: str) -> str:
    """The text in letters that every telephone and the cheap alphabet have: đ is d, ễ is e; what is no letter stays.

    Quotes and dashes of print become those of the keyboard.
    """
    plain = nfc(text).translate(_PLAIN)
    parted = unicodedata.normalize("NFD", plain)
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


_PLAIN = str.maketrans({"đ": "d", "Đ": "D", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})
