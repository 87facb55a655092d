"""A copy that was spoilt is found out, each time by the sentence that names it; anything else is no PDF, no crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Pdf

from clerk_app.archiving.conformance import problems
from clerk_app.archiving.copies import PdfArchive
from clerk_app.desk.page_ports import ArchiveLabel
from clerk_app.domain.calendar import HANOI
from tests.peers.paper_pages import page

RESOURCES = Path(__file__).parents[2] / "resources"
AT = datetime(2026, 11, 23, 9, 30, tzinfo=HANOI)


@lru_cache
def copy() -> bytes:
    label = ArchiveLabel("Giấy khám sức khỏe", "GKSK", "C-1", "Phòng CSGT", False)
    return PdfArchive(RESOURCES).copy(label, [page((600, 400), lines=("Giấy khám",))], AT)


def spoilt(change: Callable[[Pdf], None], **how: object) -> tuple[str, ...]:
    out = BytesIO()
    with pikepdf.open(BytesIO(copy())) as opened:
        change(opened)
        opened.save(out, fix_metadata_version=False, **how)  # type: ignore[arg-type]
    return problems(out.getvalue())


def font(pdf: Pdf) -> Dictionary:
    return next(iter(pdf.pages[0].Resources.Font.values()))


def picture(pdf: Pdf) -> Dictionary:
    return next(iter(pdf.pages[0].Resources.XObject.values()))


def content(before: bytes = b"", after: bytes = b"") -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        pdf.pages[0].Contents = pdf.make_stream(before + pdf.pages[0].Contents.read_bytes() + after)

    return change


def metadata(old: bytes, new: bytes) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        said = pdf.Root.Metadata.read_bytes()
        assert old in said
        pdf.Root.Metadata = pdf.make_stream(said.replace(old, new), Type=Name.Metadata, Subtype=Name.XML)

    return change


def annotated(**fields: object) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        one = {"Type": Name.Annot, "Subtype": Name.Widget, "FT": Name.Sig, "F": 132, "Rect": [0, 0, 0, 0]} | fields
        pdf.pages[0].Annots = Array([pdf.make_indirect(Dictionary(**one))])
        pdf.Root.AcroForm = Dictionary(Fields=pdf.pages[0].Annots)

    return change


def put(name: str, value: object, *at: str) -> Callable[[Pdf], None]:
    """Write something into the catalogue, or where `at` says."""

    def change(pdf: Pdf) -> None:
        where = {"": pdf.Root, "page": pdf.pages[0].obj, "font": font(pdf), "picture": picture(pdf)}["".join(at)]
        where[name] = value

    return change


def without(name: str, at: str = "") -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        where = {"": pdf.Root, "font": font(pdf), "descriptor": font(pdf).FontDescriptor}[at]
        del where[name]

    return change


ACTION = Dictionary(Type=Name.Action, S=Name.JavaScript, JS="app.alert(1)")

CASES: list[tuple[str, Callable[[Pdf], None], str]] = [
    ("an action when it is opened", put("/OpenAction", ACTION), "has /OpenAction"),
    ("a script", put("/Names", Dictionary(JavaScript=Dictionary())), "its catalogue has /Names"),
    ("layers", put("/OCProperties", Dictionary()), "its catalogue has /OCProperties"),
    ("actions of a page", put("/AA", Dictionary(O=ACTION), "page"), "an object has /AA"),
    ("no output intent", without("/OutputIntents"), "no output intent"),
    ("a grey profile", lambda pdf: setattr(pdf.Root.OutputIntents[0].DestOutputProfile, "N", 1), "not one of RGB"),
    ("no metadata", without("/Metadata"), "no XMP metadata"),
    ("part 3", metadata(b"part>2<", b"part>3<"), "do not say that it is a PDF/A-2b"),
    ("another title", metadata("Giấy khám sức khỏe".encode(), b"Giay kham"), "/Title is not what the metadata say"),
    ("another moment", metadata(b"CreateDate>2026-11-23", b"CreateDate>2026-11-24"), "/CreationDate is not"),
    ("broken metadata", metadata(b"</rdf:RDF>", b""), "metadata cannot be read"),
    ("metadata that expand", metadata(b"<x:xmpmeta", b'<!DOCTYPE a [<!ENTITY b "c">]><x:xmpmeta'), "cannot be read"),
    ("an author", lambda pdf: pdf.docinfo.__setitem__("/Author", "Ai đó"), "/Author is not what the metadata say"),
    ("a font elsewhere", without("/FontFile2", "descriptor"), "a font is not embedded"),
    ("a font without Unicode", without("/ToUnicode", "font"), "which characters its glyphs are"),
    ("a font with an encoding", put("/Encoding", Name.WinAnsiEncoding, "font"), "an encoding of another"),
    ("a transparency group", put("/Group", Dictionary(S=Name.Transparency), "page"), "a transparency group"),
    ("a transparent picture", put("/SMask", Dictionary(), "picture"), "a picture is transparent"),
    ("an interpolated picture", put("/Interpolate", True, "picture"), "to be interpolated"),
    ("CMYK", put("/ColorSpace", Name.DeviceCMYK, "picture"), "not of 8-bit RGB or grey"),
    ("a picture elsewhere", put("/F", "picture.jpg", "picture"), "an object has /F"),
    ("a page too small", put("/MediaBox", Array([0, 0, 2, 2]), "page"), "smaller than 3"),
    ("states of graphics", lambda pdf: pdf.pages[0].Resources.__setitem__("/ExtGState", Dictionary()), "/ExtGState"),
    ("an unknown operator", content(b"BX foo EX "), "an operator that our pages do not have"),
    ("a state never saved", content(b"Q "), "saves its state too often"),
    ("a state not restored", content(after=b" q"), "does not restore"),
    ("a missing glyph", content(after=b" BT (\\000) Tj ET"), "a glyph that its font lacks"),
    ("a link", annotated(Subtype=Name.Link), "not the field of a signature"),
    ("a hidden field", annotated(F=2), "hidden or not printed"),
    ("a field without looks", annotated(Rect=[0, 0, 10, 10]), "has no appearance"),
    ("a form drawn by others", put("/AcroForm", Dictionary(NeedAppearances=True, Fields=Array())), "drawn by whoever"),
]


@pytest.mark.parametrize(("change", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_spoilt_is_named(change: Callable[[Pdf], None], said: str) -> None:
    found = spoilt(change)
    assert any(said in problem for problem in found), found


def test_a_sound_copy_saved_again_is_still_sound_and_a_signature_field_is_no_problem() -> None:
    assert spoilt(lambda pdf: None) == ()
    assert spoilt(annotated()) == ()


def test_encrypted_copies_are_refused() -> None:
    for user in ("", "mật khẩu"):
        locked = pikepdf.Encryption(owner="chủ", user=user)
        assert any("encrypted" in problem for problem in spoilt(lambda pdf: None, encryption=locked))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (copy() + b"more", "something follows its end"),
        (b"junk\n" + copy(), "its header"),
        (copy().replace(b"%PDF-1.7", b"%PDF-2.0", 1), "its header"),
        (copy()[: len(copy()) // 2], "not a whole PDF"),
        (b"", "not a whole PDF"),
        (b"%PDF-1.7\n", "not a whole PDF"),
    ],
)
def test_a_file_that_is_not_just_a_copy(data: bytes, said: str) -> None:
    found = problems(data)
    assert any(said in problem for problem in found), found


def test_old_compression_is_found() -> None:
    """LZW cannot be written any more, so a stream merely says that it is."""
    changed = copy().replace(b"/Filter /FlateDecode", b"/Filter /LZWDecode  ", 1)
    assert changed != copy()
    assert problems(changed) != ()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_bytes_make_it_stumble(data: st.DataObject) -> None:
    """Sentences or none, whatever was changed, cut out or put in."""
    whole = copy()
    at = data.draw(st.integers(0, len(whole)))
    changed = whole[:at] + data.draw(st.binary(max_size=20)) + whole[at + data.draw(st.integers(0, 40)) :]
    assert all(isinstance(problem, str) for problem in problems(changed))


@given(st.binary(max_size=400))
def test_anything_else_is_no_pdf(data: bytes) -> None:
    assert problems(data) != ()
