"""What Tesseract wrote (TSV, one word a line) as words of a page: NFC, where they stand, how sure, on which line."""

from __future__ import annotations

import unicodedata

from clerk_app.domain.page_geometry import Box, turned_back
from clerk_app.domain.pages import Word
from clerk_app.imaging.reading_faults import fault
from clerk_app.imaging.reading_picture import Prepared

MOST_LETTERS = 40_000
"""Ten times a page full of small print; what is looked for in it takes time by its length."""
LONGEST_WORD = 200
_COLUMNS = 12
_WORD = "5"
"""The level of a word, below page, block, paragraph and line."""


def words_of(tsv: str, picture: Prepared) -> tuple[Word, ...]:
    """The words in reading order; boxes in the pixels of the page, `sure` 0 to 1.

    Raises `DeviceFault` READING_CRASHED for what no Tesseract writes.
    """
    found: list[Word] = []
    line, last, letters = -1, ("", "", ""), 0
    for row in tsv.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < _COLUMNS or cells[0] != _WORD:
            continue
        text = unicodedata.normalize("NFC", " ".join("\t".join(cells[11:]).split()))
        if not text:
            continue
        try:
            left, top, width, height = (int(cell) for cell in cells[6:10])
            sure = float(cells[10]) / 100
        except ValueError:
            raise fault("READING_CRASHED") from None
        if (at := (cells[2], cells[3], cells[4])) != last:
            line, last = line + 1, at
        box = _in_page((left, top, width, height), picture)
        letters += len(text[:LONGEST_WORD])
        if letters > MOST_LETTERS:
            break
        found.append(Word(text[:LONGEST_WORD], box, round(min(1.0, max(0.0, sure)), 3), line))
    return tuple(found)


def _in_page(box: Box, picture: Prepared) -> Box:
    left, top, width, height = (round(side / picture.scale) for side in box)
    return turned_back((left, top, max(1, width), max(1, height)), picture.width, picture.height, picture.turned)
