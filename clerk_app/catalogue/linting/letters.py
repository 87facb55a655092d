"""What stands in the files as written: composed letters, none that only looks like another, a basis for every rule."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import get_args

from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.tables import Row
from clerk_app.domain.calendar import Verified
from clerk_app.domain.refusals import Words

NO_BASIS = frozenset({"vocabulary.csv", "texts.csv", "settings.csv", "forms.toml", "examples.toml"})
"""Files whose rows are words or choices of the office and need no law."""

_CONTROL = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


def strange_letters(contents: Mapping[str, bytes]) -> Iterator[Problem]:
    """Letters that are not composed, or that look like a Latin one and are another; one problem a line."""
    for name, content in contents.items():
        if content.isascii() and not any(byte < 32 and byte not in (9, 10, 13) for byte in content):
            continue
        text = content.decode("utf-8", "replace")
        for number, line in enumerate(text.split("\n"), 1):
            found = _strange(line.rstrip("\r"))
            if found is not None:
                yield Problem(name, number, found, "letters")
            elif not unicodedata.is_normalized("NFC", line):
                words = Words("chữ chưa ở dạng dựng sẵn (NFC).", "the letters are not composed (NFC).")
                yield Problem(name, number, words, "text")


def _strange(line: str) -> Words | None:
    for letter in dict.fromkeys(line):
        if ord(letter) < 127 and letter >= " ":
            continue
        category = unicodedata.category(letter)
        name = unicodedata.name(letter, f"U+{ord(letter):04X}")
        code = f"U+{ord(letter):04X}"
        if (category in _CONTROL and letter != "\t") or category in ("Zl", "Zp", "Zs"):
            return Words(f"ký tự không nhìn thấy {code}.", f"an invisible character, {code} {name}.")
        if letter == "\u00d0" or (category[0] == "L" and not name.startswith("LATIN ")) or "FULLWIDTH" in name:
            return Words(f"“{letter}” là {code}, chỉ trông giống chữ Latinh.", f"“{letter}” is {code} {name}.")
    return None


def without_basis(rows: list[Row]) -> Iterator[Problem]:
    """Rules without a legal basis, and rows that do not say how surely they were read."""
    options = get_args(Verified)
    for row in rows:
        if row.file == "examples.toml":
            continue
        if row.file not in NO_BASIS and not str(row.cells.get("basis", "")).strip():
            yield at(row, "basis", "thiếu căn cứ pháp lý.", "the legal basis is missing.")
        if row.cells.get("verified") not in options:
            vi = "“verified” phải là yes, partial hoặc no."
            yield at(row, "basis", vi, "“verified” must be yes, partial or no.")
