"""Archive copies as others read them: poppler, qpdf, pikepdf; the text, the size, the colours, the bytes."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from clerk_app.archiving import copies, text_layer
from clerk_app.archiving.copies import PRACTICE, PROFILE, PdfArchive
from clerk_app.archiving.lightening import most_octets
from clerk_app.desk.page_ports import ArchiveLabel, ArchivePage
from clerk_app.desk.papers import MOST_PAGES
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.pages import PageText, Word
from clerk_app.domain.refusals import Refusal
from clerk_app.wire import MAX_SHEET_BYTES
from tests.peers.paper_pages import A4, CARD, CERTIFICATE, page

RESOURCES = Path(__file__).parents[2] / "resources"
AT = datetime(2026, 11, 23, 9, 30, tzinfo=HANOI)
LABEL = ArchiveLabel("Giấy khám sức khỏe", "GKSK", "G01.801.308-261123-000128", "Phòng CSGT Hà Nội", False)
MM = 72 / 25.4
ARCHIVE = PdfArchive(RESOURCES)


def copied(*pages: ArchivePage, label: ArchiveLabel = LABEL) -> bytes:
    return ARCHIVE.copy(label, pages, AT)


def said(pdf: bytes, folder: Path, *command: str) -> str:
    path = folder / "copy.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        [*command, str(path), *(["-"] if command[0] == "pdftotext" else [])], capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return done.stdout


# ---- what others say of it


def test_the_text_can_be_searched_word_by_word_and_line_by_line(tmp_path: Path) -> None:
    text = said(copied(page(), page(lines=("Trang hai",))), tmp_path, "pdftotext", "-layout")
    first, second, _ = text.split("\f")
    assert [" ".join(line.split()) for line in first.splitlines() if line.strip()] == list(CERTIFICATE)
    assert second.split() == ["Trang", "hai"]


def test_what_tesseract_reads_is_what_can_be_searched(tmp_path: Path) -> None:
    """Words and boxes as a real reader gives them, which are never those that were printed."""
    if shutil.which("tesseract") is None:
        pytest.skip("no reader of print (tesseract-ocr, tesseract-ocr-vie)")
    whole = page((1800, 700), read=False)
    (tmp_path / "page.jpg").write_bytes(whole.data)
    command = ["tesseract", str(tmp_path / "page.jpg"), "-", "-l", "vie", "--dpi", "300", "tsv"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    words, lines = [], {}
    for row in (line.split("\t") for line in told):
        if row[0] == "5" and row[11].strip():
            box = tuple(map(int, row[6:10]))
            line = lines.setdefault(tuple(row[1:5]), len(lines))
            words.append(Word(row[11], box, float(row[10]) / 100, line))  # type: ignore[arg-type]
    assert len(words) > 20
    text = PageText(tuple(words), 1800, 700)
    found = said(copied(replace(whole, text=text)), tmp_path, "pdftotext", "-layout")
    assert [" ".join(line.split()) for line in found.splitlines() if line.strip()] == [
        unicodedata.normalize("NFC", line) for line in text.text.splitlines()
    ]
    assert "GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE" in " ".join(found.split())


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_turned_page_is_seen_and_read_as_it_is_turned(tmp_path: Path, turned: int) -> None:
    """Left upper corner dark: the corner goes round by the clock, and the words with it."""
    picture = Image.new("L", (600, 300), 255)
    picture.paste(0, (0, 0, 150, 75))
    out = BytesIO()
    picture.save(out, "JPEG")
    text = PageText((Word("góc", (10, 10, 100, 40), 1.0, 0),), 600, 300)
    pdf = copied(ArchivePage(out.getvalue(), "image/jpeg", 600, 300, 300, turned=turned, text=text))  # type: ignore[arg-type]
    (tmp_path / "t.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "100", "-png", str(tmp_path / "t.pdf"), str(tmp_path / "t")], check=True)
    with Image.open(tmp_path / "t-1.png") as shown:
        grey = shown.convert("L")
    assert grey.size == ((200, 100) if turned in (0, 180) else (100, 200))
    corners = [(5, 5), (grey.width - 6, 5), (grey.width - 6, grey.height - 6), (5, grey.height - 6)]
    assert [grey.getpixel(corner) < 128 for corner in corners] == [at == turned // 90 for at in range(4)]
    (found,) = [line for line in said(pdf, tmp_path, "pdftotext", "-bbox").splitlines() if "góc" in line]
    x, y = (float(found.split(f'{name}="')[1].split('"')[0]) for name in ("xMin", "yMin"))
    page_x, page_y = grey.width * 0.72, grey.height * 0.72
    assert (x < page_x / 2, y < page_y / 2) == [(True, True), (False, True), (False, False), (True, False)][
        turned // 90
    ]


def test_nothing_is_wrong_for_qpdf_and_every_font_is_embedded(tmp_path: Path) -> None:
    pdf = copied(page(), page(mode="L"), page(kind="PNG", size=(400, 300)))
    assert "No syntax or stream encoding errors" in said(pdf, tmp_path, "qpdf", "--check")
    fonts = [line.split() for line in said(pdf, tmp_path, "pdffonts").splitlines()[2:]]
    assert fonts
    assert all(line[-5:-2] == ["yes", "yes", "yes"] for line in fonts), "embedded, a subset, with Unicode"
    assert "Helvetica" not in str(fonts)
    assert ARCHIVE.problems(pdf) == ()


def test_a_copy_without_text_holds_no_font_that_is_missing(tmp_path: Path) -> None:
    pdf = copied(page(read=False))
    assert said(pdf, tmp_path, "pdftotext").strip() == ""
    assert ARCHIVE.problems(pdf) == ()


def test_it_says_what_it_is_and_names_nobody(tmp_path: Path) -> None:
    told = said(copied(page()), tmp_path, "pdfinfo", "-meta")
    for words in ("Giấy khám sức khỏe – G01.801.308-261123-000128", "vi-VN", "Phòng CSGT Hà Nội", "<pdfaid:part>2<"):
        assert words in told
    assert "dc:creator" not in told
    assert "Author" not in said(copied(page()), tmp_path, "pdfinfo")


def test_words_of_a_label_cannot_break_its_description() -> None:
    label = ArchiveLabel('Giấy & <tờ> "khác" ]]>', "X&Y", "C-1", "Phòng <A>", False)
    pdf = copied(page(), label=label)
    assert ARCHIVE.problems(pdf) == ()
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert str(opened.docinfo.Title) == 'Giấy & <tờ> "khác" ]]> – C-1'


# ---- pictures


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_goes_in_as_it_is(mode: str) -> None:
    whole = page(mode=mode)
    with pikepdf.open(BytesIO(copied(whole))) as opened:
        (image,) = opened.pages[0].Resources.XObject.values()
        assert image.read_raw_bytes() == whole.data
        assert image.ColorSpace == ("/DeviceRGB" if mode == "RGB" else "/DeviceGray")


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_any_other_picture_shows_the_same(tmp_path: Path, mode: str) -> None:
    original = Image.effect_noise((64, 48), 60).convert("RGB")
    picture = original.convert("L").convert(mode) if mode == "I;16" else original.convert(mode)
    out = BytesIO()
    picture.save(out, "JPEG" if mode == "CMYK" else "PNG", quality=100)
    pdf = copied(ArchivePage(out.getvalue(), "image/png", 64, 48, 72))
    assert ARCHIVE.problems(pdf) == ()
    (tmp_path / "p.pdf").write_bytes(pdf)
    subprocess.run(["pdfimages", "-png", str(tmp_path / "p.pdf"), str(tmp_path / "p")], check=True)
    with Image.open(tmp_path / "p-000.png") as shown, Image.open(BytesIO(out.getvalue())) as kept:
        wanted, found = kept.convert("RGB"), shown.convert("RGB")
        assert found.size == wanted.size
        apart = [abs(a - b) for a, b in zip(found.tobytes(), wanted.tobytes(), strict=True)]
    assert max(apart) <= (3 if mode == "CMYK" else 0)


def test_what_was_transparent_is_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (200, 0, 0, 0)).save(out, "PNG")
    with pikepdf.open(BytesIO(copied(ArchivePage(out.getvalue(), "image/png", 10, 10, 72)))) as opened:
        (image,) = opened.pages[0].Resources.XObject.values()
        shown = pikepdf.PdfImage(image).as_pil_image().convert("RGB")
    assert shown.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("data", [b"", b"page 1", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n" + b"\x00" * 20])
def test_what_is_no_picture_is_refused_with_its_page(data: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        copied(page(), ArchivePage(data, "image/jpeg", 10, 10, 300))
    assert refusal.value.code == "ARCHIVE_PICTURE"
    assert "2" in refusal.value.words.en


def test_a_copy_of_no_pages_is_refused() -> None:
    with pytest.raises(Refusal, match="ARCHIVE_NO_PAGES"):
        copied()


# ---- larger than central takes


def noisy(number: int, edge: int = 600, kind: str = "JPEG", mode: str = "RGB") -> ArchivePage:
    """A page of nothing but noise, which weighs as much as a picture can."""
    bands = {"RGB": 3, "L": 1, "RGBA": 4}[mode]
    picture = Image.frombytes(mode, (edge, edge), random.Random(number).randbytes(bands * edge * edge))
    out = BytesIO()
    picture.save(out, kind, **({"quality": 95} if kind == "JPEG" else {}))
    media: Literal["image/png", "image/jpeg"] = "image/png" if kind == "PNG" else "image/jpeg"
    return ArchivePage(out.getvalue(), media, edge, edge, 150)


def pictures_in(pdf: bytes) -> list[bytes]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [one.read_raw_bytes() for leaf in opened.pages for one in leaf.Resources.XObject.values()]


def test_a_copy_larger_than_central_takes_has_lighter_pictures_of_its_heaviest_pages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One file, all pages at their true size and with their text; what is light already is not touched."""
    assert copies.LARGEST_BYTES < MAX_SHEET_BYTES
    light = page((600, 400))
    heavy = [noisy(1), noisy(2, kind="PNG"), noisy(3, kind="PNG", mode="L"), noisy(4, kind="PNG", mode="RGBA")]
    whole = copied(light, *heavy)
    room = 700_000
    assert len(whole) > 2 * room
    monkeypatch.setattr(copies, "LARGEST_BYTES", room)
    pdf = copied(light, *heavy)
    assert room / 3 < len(pdf) <= room
    assert ARCHIVE.problems(pdf) == ()
    assert sizes(pdf) == sizes(whole)
    assert pictures_in(pdf)[0] == light.data, "octet for octet"
    assert said(pdf, tmp_path, "pdftotext") == said(whole, tmp_path, "pdftotext")
    assert copied(light, *heavy) == pdf


def test_pages_that_cannot_become_so_light_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "LARGEST_BYTES", 100_000)
    with pytest.raises(Refusal, match="ARCHIVE_TOO_LARGE"):
        copied(*(noisy(number) for number in range(9)))


def test_as_many_full_pages_as_a_dossier_may_have_find_room() -> None:
    """Which is what a page gets at the last step, were all of them as heavy as a page may be."""
    many = most_octets([400 * 1024] * MOST_PAGES, copies.LARGEST_BYTES)
    assert many > 128_000


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=50), st.integers(0, 10**8))
def test_the_share_of_a_picture_is_fair_and_full(weights: list[int], room: int) -> None:
    most = most_octets(weights, room)
    assert sum(min(weight, most) for weight in weights) <= max(room, 0) or most == 0
    if sum(weights) <= room:
        assert most == max(weights)
    else:
        assert sum(min(weight, most + 1) for weight in weights) > room, "no octet more would do"


# ---- size


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [(float(one.mediabox[2]), float(one.mediabox[3])) for one in opened.pages]


def test_a_page_is_as_large_as_its_paper() -> None:
    (a4,), (turned,) = sizes(copied(page())), sizes(copied(page(turned=90)))
    assert a4 == pytest.approx((210 * MM, 297 * MM), abs=0.5)
    assert turned == pytest.approx((297 * MM, 210 * MM), abs=0.5)
    assert sizes(copied(page(dpi=0))) == [pytest.approx((210 * MM, 297 * MM), abs=0.5)], "nobody knows: as A4"


def test_a_tiny_page_is_no_smaller_than_a_pdf_can_have() -> None:
    out = BytesIO()
    Image.new("L", (1, 1)).save(out, "PNG")
    pdf = copied(ArchivePage(out.getvalue(), "image/png", 1, 1, 300))
    assert sizes(pdf) == [(3.0, 3.0)]
    assert ARCHIVE.problems(pdf) == ()


def test_both_sides_of_a_card_are_on_one_a4_at_true_size(tmp_path: Path) -> None:
    front, back = page(CARD, side="front", lines=("MẶT TRƯỚC",)), page(CARD, side="back", lines=("MẶT SAU",))
    pdf = copied(front, back, page())
    assert sizes(pdf) == [pytest.approx((210 * MM, 297 * MM)), pytest.approx((210 * MM, 297 * MM), abs=0.5)]
    first = said(pdf, tmp_path, "pdftotext", "-l", "1").split()
    assert first == ["MẶT", "TRƯỚC", "MẶT", "SAU"]
    (tmp_path / "c.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "254", "-l", "1", "-gray", str(tmp_path / "c.pdf"), str(tmp_path / "c")], check=True
    )
    listed = said(pdf, tmp_path, "pdfimages", "-list", "-l", "1").splitlines()[2:]
    assert [line.split()[12:14] for line in listed] == [["300", "300"]] * 2, "the resolution it had"


@pytest.mark.parametrize(
    ("sides", "pages"),
    [
        (["front", "back", "front", "back"], 2),
        (["front", "front", "back"], 2),
        (["front", ""], 2),
        (["back", "front"], 2),
        (["back"], 1),
    ],
)
def test_only_a_front_and_its_back_share_a_page(sides: list[str], pages: int) -> None:
    assert len(sizes(copied(*(page(CARD, side=side) for side in sides)))) == pages


def test_sides_too_large_for_one_a4_have_pages_of_their_own() -> None:
    assert len(sizes(copied(page(side="front"), page(side="back")))) == 2


# ---- the same again


def test_the_same_again_is_the_same_bytes() -> None:
    pages = [page(), page(turned=90), page(CARD, side="front"), page(CARD, side="back")]
    first, other = (PdfArchive(RESOURCES).copy(LABEL, pages, AT) for _ in range(2))
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(other).hexdigest()
    later = ARCHIVE.copy(LABEL, pages, AT.replace(minute=31))
    assert later != first


def test_training_stands_on_every_page(tmp_path: Path) -> None:
    label = ArchiveLabel("Giấy khám sức khỏe", "GKSK", "C-1", "Phòng CSGT", True)
    pdf = copied(page(read=False), page(CARD, read=False), label=label)
    assert [one.strip() for one in said(pdf, tmp_path, "pdftotext").split("\f")[:2]] == [PRACTICE] * 2
    assert "(tập huấn)" in said(pdf, tmp_path, "pdfinfo")
    assert ARCHIVE.problems(pdf) == ()


# ---- text of any kind

WORD = st.builds(
    Word,
    st.text(max_size=12),
    st.tuples(*[st.integers(-50, 3000)] * 2, *[st.integers(-5, 900)] * 2),
    st.floats(0, 1),
    st.integers(0, 5),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORD, max_size=12), st.integers(0, 2480), st.integers(0, 3508))
def test_whatever_was_read_makes_a_copy_that_conforms(words: list[Word], width: int, height: int) -> None:
    text = PageText(tuple(words), width, height)
    whole = page((400, 300), lines=("a",))
    assert ARCHIVE.problems(copied(ArchivePage(whole.data, "image/jpeg", 400, 300, 300, text=text))) == ()


def test_text_is_composed_and_without_what_the_font_lacks() -> None:
    known = text_layer.face(RESOURCES / "fonts").charToGlyph
    assert text_layer.legible("Nguye\u0302\u0303n\u00a0漢 \x07A", known) == "NguyễnA"


# ---- the colours


def test_the_profile_is_srgb_and_has_no_moment_of_its_making() -> None:
    own = ImageCms.getOpenProfile(str(RESOURCES / "colour" / PROFILE))
    change = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), own, "RGB", "RGB")
    colours = Image.merge("RGB", [Image.effect_noise((64, 64), 120) for _ in range(3)])
    apart = [
        abs(a - b) for a, b in zip(colours.tobytes(), ImageCms.applyTransform(colours, change).tobytes(), strict=True)
    ]
    assert max(apart) <= 1
    data = (RESOURCES / "colour" / PROFILE).read_bytes()
    assert data[8:10] == b"\x04\x20", "ICC 4.2, the newest that PDF 1.7 knows"


def test_a4_of_the_helper_is_a4() -> None:
    assert (round(210 / 25.4 * 300), round(297 / 25.4 * 300)) == A4
