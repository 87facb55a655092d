"""Vietnamese that arrived as UTF-8 read with an old code page, put right where that can be proven.

A scanner set to the wrong character set sends `Tráº§n` for `Trần`. The octets are still there: they are taken back with
the same code page and read as what they are. That is believed only when the whole text is well-formed UTF-8 again,
holds nothing but Vietnamese letters and ASCII, and no other code page tells another story.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import product

_CODE_PAGES = ("latin-1", "cp1252", "cp1258", "cp437", "cp850")
_TCVN_5712 = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323"
    "àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
"""The upper half of TCVN 5712:1993 (VN1, of which TCVN3 is a part), from octet 0x80; Python has no codec for it."""


@cache
def _letters() -> frozenset[str]:
    """Every letter of the Vietnamese alphabet with every tone, both cases, and printable ASCII."""
    vowels, tones = "aăâeêioôơuưy", ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    marked = {unicodedata.normalize("NFC", vowel + tone) for vowel, tone in product(vowels, tones)} | {"đ"}
    return frozenset(marked | {one.upper() for one in marked} | {chr(code) for code in range(0x20, 0x7F)})


@cache
def _octets() -> tuple[Mapping[str, int], ...]:
    """For every code page, which octet above 0x7F a character stands for; one without a character passes as it is."""
    tables = [{letter: 0x80 + at for at, letter in enumerate(_TCVN_5712)}]
    for page in _CODE_PAGES:
        table: dict[str, int] = {}
        for octet in range(0x80, 0x100):
            letter = bytes([octet]).decode(page, "replace")
            table[chr(octet) if letter == "\ufffd" else letter] = octet
        tables.append(table)
    return tuple(tables)


def is_vietnamese(text: str) -> bool:
    """Whether a text holds nothing but Vietnamese letters and printable ASCII."""
    return _letters().issuperset(unicodedata.normalize("NFC", text))


def repaired(text: str) -> str | None:
    """What a garbled text was meant to be, NFC; None where nothing proves it, and for a text that is not garbled."""
    if text.isascii():
        return None
    meant: set[str] = set()
    for table in _octets():
        try:
            octets = bytes(ord(letter) if letter < "\x80" else table[letter] for letter in text)
            read = octets.decode("utf-8")
        except (KeyError, UnicodeDecodeError):
            continue
        if is_vietnamese(read):
            meant.add(unicodedata.normalize("NFC", read))
    return meant.pop() if len(meant) == 1 else None
