"""Pages from files, through the real worker: what comes as it came, what is made upright, and what is one page."""

from __future__ import annotations

import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat
from reportlab.pdfgen import canvas

from clerk_app.bootstrap import files_of
from clerk_app.desk.ports import ScannedPage
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.files import WorkerFiles
from tests.peers.processes import children

poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="apt-get install poppler-utils")
HERE = Path(__file__).parent


def go_on() -> bool:
    return False


def pages(file: Path | bytes) -> list[ScannedPage]:
    return list(files_of().pages(file, go_on))


def only(file: Path | bytes) -> ScannedPage:
    (page,) = pages(file)
    return page


def shown(page: ScannedPage) -> Image.Image:
    with Image.open(BytesIO(page.data), formats=("JPEG", "PNG")) as picture:
        assert picture.size == (page.width, page.height)
        assert page.media == f"image/{(picture.format or '').lower()}"
        return picture.convert("RGB")


def paper() -> Image.Image:
    """Grain and a gradient, red at the upper left: a turned or washed-out page is seen at once."""
    grain = np.random.default_rng(5).integers(0, 60, (90, 60, 3))
    small = np.clip(grain + np.linspace(60, 190, 90)[:, None, None], 0, 255).astype(np.uint8)
    picture = Image.fromarray(small).resize((600, 900))
    picture.paste((200, 20, 20), (30, 30, 230, 130))
    return picture


def encoded(picture: Image.Image, kind: str, **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the pixels, of 255."""
    assert one.size == other.size
    return sum(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean) / 3


# ---- one picture


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_jpeg_comes_byte_for_byte(mode: str, progressive: bool) -> None:
    data = encoded(paper().convert(mode), "JPEG", progressive=progressive, dpi=(300, 300))
    page = only(data)
    assert page == ScannedPage(data, "image/jpeg", 600, 900, 300)


def test_what_hangs_behind_a_jpeg_is_left_away() -> None:
    data = encoded(paper(), "JPEG")
    assert only(data + b"\0\0\0\x18ftypmp42" + bytes(9999)).data == data


def test_a_telephone_that_fills_up_the_end_of_its_jpeg_is_understood() -> None:
    data = encoded(paper(), "JPEG")
    filled = data[:-2] + bytes(64) + data[-2:]
    assert only(filled).data == filled


def test_of_a_picture_of_two_exposures_the_first_one_is_taken() -> None:
    two = encoded(paper(), "MPO", save_all=True, append_images=[ImageOps.invert(paper())])
    page = only(two)
    assert b"MPF\0" not in page.data
    assert unlike(shown(page), paper()) < 3
    with Image.open(BytesIO(page.data)) as picture:
        assert picture.format == "JPEG"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_telephone_held_any_way_gives_an_upright_page(orientation: int) -> None:
    about = Image.Exif()
    about[0x0112] = orientation
    lying = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    held = paper() if lying is None else paper().transpose(lying)
    for kind in ("JPEG", "PNG", "WEBP"):
        page = only(encoded(held, kind, exif=about))
        assert unlike(shown(page), paper()) < 6
        with Image.open(BytesIO(page.data)) as picture:
            assert picture.getexif().get(0x0112, 1) == 1


def test_colours_of_print_become_those_of_a_screen() -> None:
    page = only(encoded(paper().convert("CMYK"), "JPEG", quality=95))
    assert unlike(shown(page), paper()) < 6


def test_a_png_comes_byte_for_byte_unless_it_is_deep_or_transparent() -> None:
    for picture in (paper(), paper().convert("L"), paper().convert("1"), paper().quantize(16)):
        data = encoded(picture, "PNG", dpi=(200, 200))
        page = only(data)
        assert (page.data, page.dpi) == (data, 200)


def test_sixteen_bits_become_eight() -> None:
    deep = np.asarray(paper().convert("L")).astype(np.uint16) * 257
    for kind in ("PNG", "TIFF"):
        assert unlike(shown(only(encoded(Image.fromarray(deep), kind))), paper().convert("L")) < 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(mode: str) -> None:
    clear = paper().convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 450, 600, 900))
    if mode == "P":
        data = encoded(paper().quantize(16), "PNG", transparency=0)
        gone = np.asarray(paper().quantize(16)) == 0
        assert gone.any()
        assert (np.asarray(shown(only(data)))[gone] == 255).all()
        return
    white = shown(only(encoded(clear.convert(mode), "PNG"))).crop((0, 450, 600, 900))
    assert white.getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("kind", ["BMP", "WEBP"])
def test_what_desks_rarely_see_is_taken_too(kind: str) -> None:
    assert unlike(shown(only(encoded(paper(), kind))), paper()) < 8


def test_dots_per_inch_that_only_a_screen_means_are_none() -> None:
    for said, kept in (((72, 72), 0), ((96, 96), 0), ((300, 300), 300), ((300, 77), 0), ((9000, 9000), 0)):
        assert only(encoded(paper(), "JPEG", dpi=said)).dpi == kept
    assert only(encoded(paper(), "JPEG")).dpi == 0


def test_a_photograph_of_a_telephone_is_its_primary_picture_upright() -> None:
    page = only(HERE / "specimen-turned.heic")
    assert page.media == "image/jpeg"
    assert unlike(shown(page), paper()) < 8


# ---- several pages


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "jpeg", "raw", "tiff_adobe_deflate"])
def test_every_page_of_a_tiff_comes_in_its_order(compression: str) -> None:
    mode = "1" if compression == "group4" else "RGB"
    stack = [ImageOps.expand(paper().crop((0, 0, 600 - 40 * at, 900)), 0).convert(mode) for at in range(3)]
    data = encoded(stack[0], "TIFF", compression=compression, save_all=True, append_images=stack[1:], dpi=(300, 300))
    found = pages(data)
    assert [page.width for page in found] == [600, 560, 520]
    assert {page.dpi for page in found} == {300}
    for page, one in zip(found, stack, strict=True):
        assert page.media == ("image/jpeg" if compression == "jpeg" else "image/png")
        assert unlike(shown(page), one) < (8 if compression == "jpeg" else 0.01)


def scans_as_pdf(*stack: Image.Image, **how: Any) -> bytes:
    return encoded(stack[0], "PDF", save_all=True, append_images=list(stack[1:]), **how)


def test_a_scan_in_a_pdf_is_the_scan_itself() -> None:
    data = scans_as_pdf(paper(), paper().convert("L"), resolution=200, quality=90)
    with pikepdf.open(BytesIO(data)) as document:
        inside = [next(iter(page.get_images().values())).read_raw_bytes() for page in document.pages]
    found = pages(data)
    assert [page.data for page in found] == inside
    assert {page.dpi for page in found} == {200}


def test_a_scan_of_black_and_white_in_a_pdf_stays_so() -> None:
    page = only(scans_as_pdf(paper().convert("1"), resolution=300))
    assert page.media == "image/png"
    assert unlike(shown(page), paper().convert("1")) == 0


def written(*lines: str) -> bytes:
    out = BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    for line in lines:
        sheet.setFont("Helvetica", 40)
        sheet.drawString(72, 700, line)
        sheet.rect(72, 100, 450, 500, fill=1)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


@poppler
def test_a_page_of_print_is_drawn_at_300_dots_per_inch() -> None:
    one, two = pages(written("một", "hai"))
    assert (one.media, one.dpi, one.height) == ("image/png", 300, 3508)
    assert one.width == pytest.approx(2480, abs=1)
    assert one.data != two.data
    with pikepdf.open(BytesIO(written("x"))) as document:
        document.pages[0].rotate(90, relative=True)
        out = BytesIO()
        document.save(out)
    assert only(out.getvalue()).width == 3508


@poppler
@pytest.mark.parametrize(
    "change", ["turned", "stamped", "cropped", "masked", "annotated", "two", "inverted", "shifted"]
)
def test_a_scan_with_anything_done_to_it_is_drawn_as_it_is_seen(change: str) -> None:
    with pikepdf.open(BytesIO(scans_as_pdf(paper(), resolution=100, quality=90))) as document:
        page = document.pages[0]
        picture = next(iter(page.get_images().values()))
        match change:
            case "turned":
                page.obj.Rotate = 90
            case "stamped":
                page.contents_add(b"q 1 0 0 rg 0 0 200 200 re f Q")
            case "cropped":
                page.obj.CropBox = [100, 100, 300, 300]
            case "masked":
                picture.Mask = pikepdf.Array([0, 10, 0, 10, 0, 10])
            case "annotated":
                square = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[0, 0, 99, 99])
                page.obj.Annots = [document.make_indirect(square)]
            case "two":
                page.contents_add(f"q 90 0 0 90 0 0 cm {next(iter(page.get_images()))} Do Q".encode())
            case "inverted":
                picture.Decode = [1, 0, 1, 0, 1, 0]
            case "shifted":
                page.obj.MediaBox = [-300, 0, 432, 648]
        raw = picture.read_raw_bytes()
        out = BytesIO()
        document.save(out)
    found = only(out.getvalue())
    assert found.data != raw
    width, height = shown(found).size
    if change == "turned":
        assert width / height == pytest.approx(1.5, abs=0.01)
        assert unlike(shown(found).resize((900, 600)), paper().rotate(-90, expand=True)) < 8
    elif change == "cropped":
        assert width == height
    elif change == "inverted":
        assert unlike(shown(found).resize((600, 900)), ImageOps.invert(paper())) < 8


@poppler
def test_scans_and_pages_of_print_in_turn_come_in_their_order() -> None:
    stack = [paper().crop((0, 0, 600 - 50 * at, 900)).resize((1200 - 100 * at, 1800)) for at in range(4)]
    with (
        pikepdf.open(BytesIO(scans_as_pdf(*stack, quality=97))) as scans,
        pikepdf.open(BytesIO(written(*"abcd"))) as print_,
        pikepdf.new() as both,
    ):
        for scan, sheet in zip(scans.pages, print_.pages, strict=True):
            both.pages.append(scan)
            both.pages.append(sheet)
        out = BytesIO()
        both.save(out)
    assert len(out.getvalue()) > 1_000_000
    found = pages(out.getvalue())
    assert [page.media for page in found] == ["image/jpeg", "image/png"] * 4
    for page, one in zip(found[::2], stack, strict=True):
        assert unlike(shown(page), one) < 6
    assert len({page.data for page in found}) == 8


def test_text_that_nobody_sees_leaves_a_scan_a_scan() -> None:
    with pikepdf.open(BytesIO(scans_as_pdf(paper(), resolution=100))) as document:
        page = document.pages[0]
        raw = next(iter(page.get_images().values())).read_raw_bytes()
        page.contents_add(b"BT 3 Tr 10 10 Td (read) Tj ET")
        out = BytesIO()
        document.save(out)
    assert only(out.getvalue()).data == raw


# ---- the worker


def test_a_worker_lives_as_long_as_its_file_and_nothing_is_left_behind() -> None:
    before = children()
    found = files_of().pages(scans_as_pdf(paper(), paper(), paper()), go_on)
    next(found)
    assert len(children() - before) == 1
    found.close()  # type: ignore[attr-defined]
    assert children() == before
    pages(encoded(paper(), "JPEG"))
    assert children() == before


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(600)", "FILE_SLOW"),
        ("raise SystemExit(3)", "FILE_CRASHED"),
        ("import os; os.read(0, 9); os.abort()", "FILE_CRASHED"),
        ("import os; os.write(1, b'\\0\\0\\0\\3abc'); os.read(0, 1 << 20)", "FILE_CRASHED"),
    ],
)
def test_a_worker_that_hangs_crashes_or_writes_nonsense_is_ended(program: str, code: str) -> None:
    before = children()
    with pytest.raises(DeviceFault) as found:
        list(WorkerFiles((sys.executable, "-c", program), patience_s=0.5).pages(b"x", go_on))
    assert found.value.code == code
    assert children() == before


def test_whoever_gives_up_is_obeyed_and_keeps_the_pages_before() -> None:
    before, asked = children(), False
    found = files_of().pages(scans_as_pdf(paper(), paper()), lambda: asked)
    next(found)
    asked = True
    with pytest.raises(DeviceFault) as caught:
        next(found)
    assert caught.value.code == "FILE_GIVEN_UP"
    assert children() == before
