"""What ISO 19005-2 (PDF/A-2b) asks, as far as our archive copies go: checked on the bytes, not on how they were made.

It is no general validator: it knows what a copy of ours may hold and takes everything else for wrong. Each problem is
one sentence in English for the log and the administrator; none quotes what stands on a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from clerk_app.archiving.description import pdf_moment

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_HEAD = re.compile(rb"%PDF-1\.[0-7][\r\n]{1,2}%[\x80-\xff]{4}")
_TAIL = re.compile(rb"%%EOF(\r\n|\r|\n)?\Z")
_CATALOG = frozenset({"/Type", "/Pages", "/Lang", "/Metadata", "/OutputIntents", "/ViewerPreferences", "/AcroForm"})
_FILTERS = frozenset({"/FlateDecode", "/DCTDecode"})
_FORBIDDEN = frozenset({"/A", "/AA", "/OpenAction", "/JS", "/F", "/FFilter", "/Alternates", "/OPI", "/Ref", "/PS"})
"""Actions, scripts, data kept elsewhere, and what ISO 19005-2 §6.2.5 to §6.2.9 leaves out of graphics."""
_OPERATORS = frozenset({"q", "Q", "cm", "BT", "ET", "Tm", "Tr", "Tz", "Tf", "TL", "Tj", "T*", "Td", "Do", "rg", "g"})
_TEXT_SHOWN = ("Tj", "TJ", "'", '"')
_PRINT, _MUST_NOT = 4, 1 | 2 | 32 | 256
"""Flags of annotations: Print; Invisible, Hidden, NoView, ToggleNoView (ISO 32000-1 table 165)."""
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_NAMES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}


def problems(pdf: bytes) -> tuple[str, ...]:
    """What is wrong, in the order of the standard's clauses; empty if nothing is."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(pdf), attempt_recovery=False) as opened:
            found = [*_file(pdf, opened)]
            if not opened.is_encrypted:
                found += [*_graphics(opened), *_annotations(opened), *_described(opened)]
            return tuple(dict.fromkeys(found))
    except pikepdf.PasswordError:
        return ("it is encrypted with a password",)
    except (pikepdf.PdfError, pikepdf.DependencyError, AttributeError, KeyError, TypeError, ValueError, RuntimeError):
        # pikepdf says one of these where an object is missing or not of the kind that it has to be.
        return ("it is not a whole PDF",)


# ---- §6.1 the file


def _file(data: bytes, pdf: Pdf) -> Iterator[str]:
    if not _HEAD.match(data):
        yield "its header is not that of PDF 1.0 to 1.7 with a line of binary characters"
    if not _TAIL.search(data):
        yield "something follows its end"
    if pdf.is_encrypted:
        yield "it is encrypted"
    if "/ID" not in pdf.trailer:
        yield "its trailer has no ID"
    for warning in pdf.check_pdf_syntax():
        yield f"its syntax: {re.sub(r'[^ -~]', '?', str(warning))[:120]}"
    if unknown := set(pdf.Root.keys()) - _CATALOG:
        yield f"its catalogue has {', '.join(sorted(unknown))}"
    for one in pdf.objects:
        yield from _object(one)


def _object(one: Object) -> Iterator[str]:
    """What no object of any kind may have, and the filters of streams."""
    import pikepdf

    if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        return
    keys = set(one.keys())
    is_widget = one.get("/Subtype") == "/Widget"
    if named := keys & (_FORBIDDEN - ({"/F"} if is_widget else set())):
        yield f"an object has {', '.join(sorted(named))}"
    if "/S" in keys and one.get("/Type") == "/Action":
        yield "it has an action"
    if isinstance(one, pikepdf.Stream):
        filters = one.get("/Filter", pikepdf.Array())
        names = [filters] if isinstance(filters, pikepdf.Name) else list(filters.as_list())
        if others := {str(name) for name in names} - _FILTERS:
            yield f"a stream is packed by {', '.join(sorted(others))}"


# ---- §6.2 graphics


def _graphics(pdf: Pdf) -> Iterator[str]:
    yield from _output_intent(pdf)
    if not len(pdf.pages):
        yield "it has no page"
    for page in pdf.pages:
        yield from _page(page)


def _output_intent(pdf: Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1 or "/DestOutputProfile" not in intents[0]:
        yield "it has no output intent of PDF/A with a profile"
        return
    profile = intents[0].DestOutputProfile
    data = profile.read_bytes()
    # ICC.1:2004 §7.2: version in octet 8, class in 12 to 15, colour space in 16 to 19, signature in 36 to 39.
    right = data[8:9] in (b"\x02", b"\x04") and data[12:20] in (b"mntrRGB ", b"prtrRGB ") and data[36:40] == b"acsp"
    if profile.get("/N") != 3 or not right or int.from_bytes(data[:4], "big") != len(data):
        yield "the profile of its output intent is not one of RGB"


def _page(page: Page) -> Iterator[str]:
    left, bottom, right, top = (float(side) for side in page.mediabox.as_list())
    if not (3 <= right - left <= 14400 and 3 <= top - bottom <= 14400):
        yield "a page is smaller than 3 or larger than 14400 points"
    if "/Group" in page.obj:
        yield "a page has a transparency group"
    resources = page.obj.get("/Resources")
    if resources is None:
        yield "a page has no resources of its own"
        return
    if others := set(resources.keys()) - {"/Font", "/XObject", "/ProcSet"}:
        yield f"a page has resources of the kind {', '.join(sorted(others))}"
    for picture in resources.get("/XObject", {}).values():
        yield from _picture(picture)
    for font in resources.get("/Font", {}).values():
        yield from _font(font)
    yield from _content(page)


def _picture(picture: Object) -> Iterator[str]:
    if picture.get("/Subtype") != "/Image":
        yield "a page shows something that is not a picture"
        return
    if picture.get("/ColorSpace") not in ("/DeviceRGB", "/DeviceGray") or picture.get("/BitsPerComponent") != 8:
        yield "a picture is not of 8-bit RGB or grey"
    if {"/SMask", "/Mask", "/SMaskInData"} & set(picture.keys()):
        yield "a picture is transparent"
    if picture.get("/Interpolate", False):
        yield "a picture is to be interpolated"
    if picture.get("/Filter") == "/DCTDecode":
        data = picture.read_raw_bytes()
        if not (data.startswith(b"\xff\xd8") and b"\xff\xd9" in data):
            yield "a picture is not a whole JPEG"


def _font(font: Object) -> Iterator[str]:
    described = font.get("/FontDescriptor")
    if font.get("/Subtype") != "/TrueType" or described is None or "/FontFile2" not in described:
        yield "a font is not embedded"
        return
    program = described.FontFile2.read_bytes()
    if described.FontFile2.get("/Length1") != len(program) or program[:4] not in (b"\x00\x01\x00\x00", b"true"):
        yield "an embedded font is not whole"
    if "/ToUnicode" not in font:
        yield "a font does not say which characters its glyphs are"
    if "/Encoding" in font or not int(described.get("/Flags", 0)) & 4:
        yield "a font with glyphs of its own order has an encoding of another"
    if len(font.Widths) != int(font.LastChar) - int(font.FirstChar) + 1:
        yield "a font does not say how wide its glyphs are"


def _content(page: Page) -> Iterator[str]:
    """Known operators only, the saved states balanced and not deeper than 28 (§6.1.13)."""
    import pikepdf

    deep = 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator not in _OPERATORS:
            yield "a page uses an operator that our pages do not have"
        deep += {"q": 1, "Q": -1}.get(operator, 0)
        if not 0 <= deep <= 28:
            yield "a page saves its state too often, or never did"
        if operator in _TEXT_SHOWN and any(b"\x00" in bytes(one) for one in _strings(instruction.operands)):
            yield "a page shows a glyph that its font lacks"
    if deep:
        yield "a page does not restore the state it saved"


def _strings(operands: Any) -> Iterator[Object]:
    import pikepdf

    return (one for one in operands if isinstance(one, pikepdf.String))


# ---- §6.3 to §6.5 annotations, forms, actions: signatures alone


def _annotations(pdf: Pdf) -> Iterator[str]:
    for page in pdf.pages:
        for one in page.obj.get("/Annots", []):
            flags = int(one.get("/F", 0))
            sides = [float(side) for side in one.get("/Rect", [0, 0, 1, 1])]
            if one.get("/Subtype") != "/Widget" or one.get("/FT") != "/Sig":
                yield "an annotation is not the field of a signature"
            if not flags & _PRINT or flags & _MUST_NOT:
                yield "an annotation is hidden or not printed"
            if "/AP" not in one and (sides[0] != sides[2] or sides[1] != sides[3]):
                yield "an annotation that is seen has no appearance"
    form = pdf.Root.get("/AcroForm")
    if form is not None and (form.get("/NeedAppearances", False) or "/XFA" in form):
        yield "its form is drawn by whoever opens it"


# ---- §6.6 metadata


def _described(pdf: Pdf) -> Iterator[str]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    stream = pdf.Root.get("/Metadata")
    if stream is None or stream.get("/Subtype") != "/XML":
        yield "it has no XMP metadata"
        return
    if "/Filter" in stream:
        yield "its metadata are packed"
    packet = stream.read_bytes()
    if b"bytes=" in packet[:200] or b"encoding=" in packet[:200]:
        yield "its metadata packet says how it is encoded"
    try:
        said = _said(fromstring(packet.decode("utf-8")))
    except (ParseError, DefusedXmlException, UnicodeDecodeError):
        yield "its metadata cannot be read"
        return
    if (said.get("pdfaid:part"), said.get("pdfaid:conformance")) != ("2", "B"):
        yield "its metadata do not say that it is a PDF/A-2b"
    if not said.get("dc:title"):
        yield "its metadata have no title"
    yield from _agrees(pdf, said)


def _said(packet: Any) -> dict[str, str]:
    """The properties of the packet, written as elements or as attributes; of a list its first value."""
    said = {}
    for described in packet.iter(f"{_RDF}Description"):
        for prefix, name in _NAMES.items():
            inside = f"{{{name}}}"
            for key, value in described.attrib.items():
                if key.startswith(inside):
                    said[f"{prefix}:{key.removeprefix(inside)}"] = value
            for one in described:
                if one.tag.startswith(inside):
                    first = one.find(f".//{_RDF}li")
                    text = (one if first is None else first).text or ""
                    said[f"{prefix}:{one.tag.removeprefix(inside)}"] = text
    return said


def _agrees(pdf: Pdf, said: dict[str, str]) -> Iterator[str]:
    """The information dictionary says nothing else than the metadata."""
    from datetime import datetime

    pairs = {"/Title": "dc:title", "/Creator": "xmp:CreatorTool", "/Producer": "pdf:Producer"}
    moments = {"/CreationDate": "xmp:CreateDate", "/ModDate": "xmp:ModifyDate"}
    for key, value in pdf.docinfo.items():
        text = str(value)
        if key in pairs:
            same = said.get(pairs[key]) == text
        elif key in moments:
            moment = said.get(moments[key], "")
            same = bool(moment) and pdf_moment(datetime.fromisoformat(moment)) == text.replace("Z", "+00'00'")
        else:
            same = False
        if not same:
            yield f"{key} is not what the metadata say"
