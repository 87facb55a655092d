"""The fonts of the forms, ready to be embedded, and the surface they are set on.

An ordinary reportlab font cuts a new subset for every document, which costs more than the page itself. Here the first
256 glyphs are the same in every document: ASCII and every Vietnamese letter. Their subset is cut and compressed once.
A rarer character goes into a second subset of that document, as reportlab does it.
"""

from __future__ import annotations

import unicodedata
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont, makeToUnicodeCMap
from reportlab.pdfgen.canvas import Canvas

from clerk_app.domain.refusals import Refusal, Words

# Streams as bytes: ASCII85 would make every page a quarter larger and slower, for mail systems of long ago.
rl_config.useA85 = 0

PLAIN, STRONG, SLANTED = "BeVietnamPro-Regular", "BeVietnamPro-SemiBold", "BeVietnamPro-Italic"
FILES = {
    PLAIN: "BeVietnamPro_400Regular.ttf",
    STRONG: "BeVietnamPro_600SemiBold.ttf",
    SLANTED: "BeVietnamPro_400Regular_Italic.ttf",
}


def _vietnamese() -> list[int]:
    """Every letter of the Vietnamese alphabet beyond ASCII with every tone, and the signs the forms use."""
    letters = {
        unicodedata.normalize("NFC", letter + tone)
        for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
        for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
    }
    return sorted(ord(sign) for sign in letters | set("đĐ–—“”‘’…·•₫×°½«»") if ord(sign) > 126)


def _escaped(place: int) -> str:
    """A byte of a PDF string as ASCII (ISO 32000-1 §7.3.4.2)."""
    return chr(place) if 32 <= place < 127 and place not in b"()\\" else f"\\{place:03o}"


class Ink(TTFont):  # type: ignore[misc]
    """A TrueType font whose first subset never changes."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name, str(file), shapable=False)
        self._alphabet = [0] * 32 + list(range(32, 127)) + [0] * 129
        slots = [*range(1, 32), *range(127, 256)]
        beyond = [code for code in _vietnamese() if code in self.face.charToGlyph]
        for slot, code in zip(slots, beyond, strict=False):
            self._alphabet[slot] = code
        self._places = {code: place for place, code in enumerate(self._alphabet) if code}
        self._cut: dict[tuple[int, ...], tuple[int, bytes, bytes, bytes]] = {}
        self.widths: dict[str, float] = {
            chr(code): self.face.getCharWidth(code) / 1000 for code in self._alphabet if code
        }
        self._written = {code: _escaped(place) for code, place in self._places.items()}
        self._standing = frozenset(self.widths)

    def chosen(self, canvas: Canvas, size: float) -> str:
        """The operator that selects this face at a size."""
        return f"{self.getSubsetInternalName(0, canvas._doc)} {size:.2f} Tf"

    def shown(self, canvas: Canvas, text: str, size: float) -> str:
        """The operators that show `text`, which must be NFC."""
        if self._standing.issuperset(text):
            return f"({text.translate(self._written)}) Tj"
        document, said = canvas._doc, []
        for subset, places in self.splitString(text, document):
            name = self.getSubsetInternalName(subset, document)
            said.append(f"{name} {size:.2f} Tf ({''.join(map(_escaped, places))}) Tj")
        return " ".join([*said, self.chosen(canvas, size)])

    def begin(self, document: object) -> None:
        """Give a new document the standing alphabet."""
        state = TTFont.State(True, self)
        state.assignments = {0: 0, **self._places}
        state.subsets = [list(self._alphabet)]
        state.nextCode = 256
        self.state[document] = state

    def width(self, text: str, size: float) -> float:
        """Width of `text` in points."""
        known = self.widths
        try:
            return sum([known[sign] for sign in text]) * size
        except KeyError:
            for sign in text:
                known.setdefault(sign, self.face.getCharWidth(ord(sign)) / 1000)
            return sum([known[sign] for sign in text]) * size

    def knows(self, character: str) -> bool:
        """Whether the font has a picture of the character."""
        return ord(character) in self.face.charToGlyph

    def addObjects(self, doc: Any) -> None:
        """Write the subsets that this document uses, the standing one from memory."""
        state = self.state[doc]
        state.frozen = 1
        for number, subset in enumerate(state.subsets):
            internal = self.getSubsetInternalName(number, doc)[1:]
            tag = f"QUAYA{chr(65 + number)}" if number < 26 else f"QUAYB{chr(65 + number % 26)}"
            base = f"{tag}+{self.face.name.decode('ascii')}"
            length, packed, unicode_map, widths = self._subset(base, subset)
            font = pdfdoc.PDFTrueTypeFont()
            font.Name = internal
            font.BaseFont = base
            font.FirstChar = 0
            font.LastChar = len(subset) - 1
            font.Widths = widths
            font.ToUnicode = doc.Reference(_flate(unicode_map), f"toUnicodeCMap:{base}")
            font.FontDescriptor = self._descriptor(doc, base, length, packed)
            doc.Reference(font, internal)
            doc.idToObject["BasicFonts"].dict[internal] = font
        del self.state[doc]

    def _subset(self, base: str, subset: list[int]) -> tuple[int, bytes, bytes, bytes]:
        key = tuple(subset)
        known = self._cut.get(key)
        if known is None:
            cut = self.face.makeSubset(subset)
            unicode_map = makeToUnicodeCMap(base, subset).encode("ascii")
            widths = f"[{' '.join(f'{self.face.getCharWidth(code):g}' for code in subset)}]".encode("ascii")
            known = (len(cut), zlib.compress(cut, 9), zlib.compress(unicode_map, 9), widths)
            if len(self._cut) < 16:
                self._cut[key] = known
        return known

    def _descriptor(self, doc: Any, base: str, length: int, packed: bytes) -> Any:
        face = self.face
        file = _flate(packed)
        file.dictionary["Length1"] = length
        descriptor = pdfdoc.PDFDictionary(
            {
                "Type": "/FontDescriptor",
                "Ascent": face.ascent,
                "CapHeight": face.capHeight,
                "Descent": face.descent,
                "Flags": face.flags & ~32 | 4,
                "FontBBox": pdfdoc.PDFArray(face.bbox),
                "FontName": pdfdoc.PDFName(base),
                "ItalicAngle": face.italicAngle,
                "StemV": face.stemV,
                "FontFile2": doc.Reference(file, f"fontFile:{base}"),
                "MissingWidth": face.defaultWidth,
            }
        )
        return doc.Reference(descriptor, f"fontDescriptor:{base}")


def _flate(packed: bytes) -> Any:
    """A stream that is compressed already. reportlab would compress it again for every document."""
    return pdfdoc.PDFStream(pdfdoc.PDFDictionary({"Filter": pdfdoc.PDFName("FlateDecode")}), packed)


@lru_cache(maxsize=4)
def fonts(folder: Path) -> dict[str, Ink]:
    """The three faces from `folder`, known to reportlab from now on. Raises `Refusal` (`FORM_FONT`)."""
    made: dict[str, Ink] = {}
    for name, file in FILES.items():
        try:
            made[name] = Ink(name, folder / file)
        except (OSError, TTFError) as problem:
            raise _fontless(file) from problem
    for ink in made.values():
        pdfmetrics.registerFont(ink)
    return made


def _fontless(file: str) -> Refusal:
    return Refusal(
        "FORM_FONT",
        Words(f"Không đọc được phông chữ {file}, nên không in được.", f"The font {file} cannot be read; no printing."),
        Words("Cài đặt lại chương trình.", "Install the program again."),
    )
