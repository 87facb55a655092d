"""How the text of a page is written down where it is kept: compressed JSON, one list a word."""

from __future__ import annotations

import json
import re
import zlib

from clerk_app.domain.pages import PageText, Word
from clerk_app.domain.people import search_key

LARGEST = 16 * 1024 * 1024
"""Bytes of a text, unpacked: a thousand times a page."""
_TOKEN = re.compile("[0-9a-z]{2,40}")


def written(text: PageText) -> bytes:
    """The text as bytes; the same text always gives the same."""
    words = [[word.text, *word.box, word.sure, word.line] for word in text.words]
    plain = json.dumps([text.width, text.height, words], ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(plain.encode("utf-8"), 6)


def text_in(data: bytes) -> PageText:
    """The text in these bytes. Raises `ValueError` for anything else."""
    try:
        unpack = zlib.decompressobj()
        plain = unpack.decompress(data, LARGEST)
        if unpack.unconsumed_tail or not unpack.eof:
            raise ValueError("size")
        width, height, words = json.loads(plain)
        read = tuple(
            Word(str(text), (int(left), int(top), int(wide), int(high)), float(sure), int(line))
            for text, left, top, wide, high, sure, line in words
        )
        return PageText(read, int(width), int(height))
    except (zlib.error, TypeError, RecursionError) as problem:
        raise ValueError("no text of a page") from problem


def search_words(text: PageText) -> str:
    """What of a page can be searched for: each word once, without marks, đ as d, in order of the alphabet."""
    found = {token for word in text.words for token in _TOKEN.findall(search_key(word.text))}
    return " ".join(sorted(found))
