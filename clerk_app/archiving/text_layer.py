"""What was read on a page, as text that is there and cannot be seen, word by word where the words stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.domain.pages import PageText, Word

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FONT = "BeVietnamPro-Archive"
_FILE = "BeVietnamPro_400Regular.ttf"
_INVISIBLE = 3
_BASELINE = 0.22
"""How far above the lower edge of a line its letters stand, as a share of its height, if some reach below."""
_BELOW = frozenset("gjpqyQ,;()[]{}|_/\u0323")
"""Signs that reach below the line; the last is the dot of ạ."""


@lru_cache(maxsize=1)
def face(fonts: Path) -> Any:
    """The font of text layers, known to reportlab as `FONT`. Its glyphs are embedded, each with its Unicode."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(FONT, str(fonts / _FILE), shapable=False)
    pdfmetrics.registerFont(font)
    return font.face


def write(canvas: Canvas, text: PageText, width: float, height: float, known: Iterable[int]) -> None:
    """Write the words of a picture that is `width` × `height` points large; `known` are the characters of the font.

    A character that the font lacks is left out: a PDF/A shows no missing glyph, not even an invisible one
    (ISO 19005-2 §6.2.11.8).
    """
    if text.width <= 0 or text.height <= 0:
        return
    across, up = width / text.width, height / text.height
    for line in _lines(text.words):
        top = min(word.box[1] for word in line)
        bottom = max(word.box[1] + word.box[3] for word in line)
        size = max(bottom - top, 1) * up
        written = [(word, said) for word in line if (said := legible(word.text, known))]
        below = any(not _BELOW.isdisjoint(unicodedata.normalize("NFD", said)) for _, said in written)
        base = (text.height - bottom) * up + (_BASELINE * size if below else 0.0)
        for place, (word, said) in enumerate(written):
            natural = canvas.stringWidth(said, FONT, size)
            wide = max(word.box[2], 1) * across
            shown = canvas.beginText(word.box[0] * across, base)
            shown.setTextRenderMode(_INVISIBLE)
            shown.setFont(FONT, size)
            shown.setHorizScale(100 * wide / natural if natural else 100)
            shown.textOut(said if place == len(written) - 1 else f"{said} ")
            canvas.drawText(shown)


def legible(text: str, known: Iterable[int]) -> str:
    """The text as the font can show it: NFC, in one piece."""
    whole = unicodedata.normalize("NFC", text)
    return "".join(sign for sign in whole if ord(sign) in known and not sign.isspace())


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words that follow each other on one line of the page."""
    lines: list[list[Word]] = []
    for word in words:
        if not lines or lines[-1][-1].line != word.line:
            lines.append([])
        lines[-1].append(word)
    return lines
