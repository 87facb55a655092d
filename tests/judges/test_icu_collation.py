"""Our order of Vietnamese text against ICU's collator for `vi`, which carries CLDR's rules; it lies in Qt's wheel."""

from __future__ import annotations

import ctypes
import importlib.util
import itertools
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.people import nfc
from clerk_app.domain.sorting import sort_key

ONSETS = ("", "b", "c", "ch", "d", "đ", "g", "gh", "h", "kh", "ng", "nghi", "ph", "qu", "th", "tr", "x")
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
CODAS = ("", "c", "n", "ng", "nh", "t")
SYLLABLES = [
    unicodedata.normalize("NFC", onset + vowel + tone) + coda
    for onset, vowel, tone, coda in itertools.product(ONSETS, VOWELS, TONES, CODAS)
]
WRITTEN = st.text(
    sorted({*"".join(SYLLABLES), *"".join(SYLLABLES).upper(), *" -'fjwzFJWZ0123456789"}), max_size=12
).map(nfc)

Compare = Callable[[str, str], int]


def _icu() -> Compare | None:
    """`ucol_strcoll` of the ICU that Qt brings, by its C interface; None where this Qt brings none."""
    package = importlib.util.find_spec("PySide6")
    folders = package.submodule_search_locations if package else None
    found = sorted(Path(folders[0]).glob("Qt/lib/libicui18n.so.*")) if folders else []
    if not found:
        return None
    library = ctypes.CDLL(str(found[-1]))
    version = re.sub(r".*\.so\.(\d+).*", r"\1", found[-1].name)
    opened, compared = getattr(library, f"ucol_open_{version}"), getattr(library, f"ucol_strcoll_{version}")
    opened.restype = ctypes.c_void_p
    compared.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int32]
    problem = ctypes.c_int(0)
    collator = opened(b"vi", ctypes.byref(problem))
    assert collator
    assert problem.value <= 0, problem.value

    def compare(one: str, other: str) -> int:
        first, second = one.encode("utf-16-le"), other.encode("utf-16-le")
        return int(compared(collator, first, len(first) // 2, second, len(second) // 2))

    return compare


ICU = _icu()
pytestmark = pytest.mark.skipif(ICU is None, reason="this Qt brings no ICU (libicui18n.so beside Qt's libraries)")


def icu(one: str, other: str) -> int:
    assert ICU is not None
    return ICU(one, other)


def ours(one: str, other: str) -> int:
    first, second = sort_key(one), sort_key(other)
    return (first > second) - (first < second)


def test_the_judge_knows_vietnamese() -> None:
    assert icu("đ", "dz") > 0
    assert icu("ô", "oz") > 0
    assert icu("má", "mạ") < 0
    assert icu("mả", "mã") < 0


def test_every_syllable_stands_where_icu_puts_it() -> None:
    ordered = sorted(SYLLABLES, key=sort_key)
    for before, after in itertools.pairwise(ordered):
        assert icu(before, after) <= 0, (before, after)


@given(WRITTEN, WRITTEN)
def test_any_two_names_stand_as_icu_puts_them(one: str, other: str) -> None:
    assert ours(one, other) == icu(one, other)


@given(WRITTEN)
def test_a_changed_tone_or_case_stands_as_icu_puts_it(text: str) -> None:
    for tone in TONES[1:]:
        changed = unicodedata.normalize("NFC", re.sub("a", f"a{tone}", text, count=1))
        assert ours(text, changed) == icu(text, changed)
    assert ours(text, text.swapcase()) == icu(text, text.swapcase())
