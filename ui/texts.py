"""Every word of the window, in Vietnamese and English, picked by the language of the moment.

Words live in resources/translations, one JSON file per room: `{"key": {"vi": "…", "en": "…"}}`. The shell's file is
read first because the sign-in frame needs it; the others when a key of theirs is first asked for.
"""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clerk_app.domain.refusals import Words

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "translations"
LANGUAGES = ("vi", "en")
_FIRST = "shell"
_QT = "qt"


class _Counting(string.Formatter):
    """`{count:|page|pages}` is the first word of one, else the second; everything else as `str.format` has it.

    A count may come as words already (`texts.number`): one is what reads "1".
    """

    def format_field(self, value: object, format_spec: str) -> str:
        if not format_spec.startswith("|"):
            return str(super().format_field(value, format_spec))
        one, many = format_spec[1:].split("|")
        return one if str(value) == "1" else many


_counting = _Counting()
_language = "vi"
_entries: dict[str, dict[str, str]] = {}
_read: set[str] = set()


def language() -> str:
    """The language shown now: `vi` or `en`."""
    return _language


def set_language(code: str) -> None:
    """Show `code` from now on; widgets follow when they are told to `retranslate()`."""
    global _language
    _language = code if code in LANGUAGES else "vi"


def t(key: str, **values: object) -> str:
    """The words for `key` in the language of the moment, its `{places}` filled in; an unknown `key` as it is."""
    entry = _entries.get(key)
    if entry is None:
        _read_rooms(key)
        entry = _entries.get(key)
        if entry is None:
            return key
    text = entry[_language]
    return _counting.format(text, **values) if values else text


def known(key: str) -> bool:
    """Whether `key` is a key of some room, so that a typing mistake can be told from a text."""
    if key not in _entries:
        _read_rooms(key)
    return key in _entries


def words(both: Words) -> str:
    """The sentence of `both` in the language of the moment."""
    return both.of(_language)


def number(count: int) -> str:
    """`1.507`, in English `1,507`."""
    return f"{count:,}".replace(",", ".") if _language == "vi" else f"{count:,}"


def qt_words() -> dict[str, str]:
    """Qt's own English strings and their Vietnamese."""
    return {english: both["vi"] for english, both in _load(_QT).items()}


def _read_rooms(key: str) -> None:
    if _FIRST not in _read:
        _read.add(_FIRST)
        _entries.update(_load(_FIRST))
        if key in _entries:
            return
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem != _QT and path.stem not in _read:
            _read.add(path.stem)
            _entries.update(_load(path.stem))


def _load(room: str) -> dict[str, dict[str, str]]:
    loaded: dict[str, dict[str, str]] = json.loads((FOLDER / f"{room}.json").read_text(encoding="utf-8"))
    return loaded
