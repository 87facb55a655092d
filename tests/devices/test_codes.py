"""QR and bar codes in pictures, and pictures that are none or too much."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from bench import qr_pictures
from clerk_app.desk.ports import Codes
from clerk_app.devices.codes import PictureCodes
from clerk_app.domain.refusals import DeviceFault

CARD = "001090012345|012345678|Trần Minh Quân|14081990|Nam|Số 12, phố Hàng Bông, phường Hoàn Kiếm, Hà Nội|10052021"


def qr(text: str, scale: int = 4) -> Image.Image:
    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=scale, border=4)
    return Image.open(out).convert("RGB")


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_the_qr_code_of_a_card_is_read_with_every_mark(kind: str) -> None:
    codes: Codes = PictureCodes()

    assert codes.read(encoded(qr(CARD), kind)) == (("QRCode", CARD),)
    assert codes.qr_texts(encoded(qr(CARD), kind)) == (CARD,)


def test_a_turned_code_on_a_grey_page_is_read() -> None:
    page = Image.new("RGB", (1240, 1754), (236, 234, 230))
    page.paste(qr(CARD).rotate(17, expand=True, fillcolor=(236, 234, 230)), (500, 700))

    assert PictureCodes().read(encoded(page, "JPEG")) == (("QRCode", CARD),)


def test_several_codes_come_top_to_bottom_each_once() -> None:
    import barcode
    from barcode.writer import ImageWriter

    page = Image.new("RGB", (900, 1600), "white")
    bars = BytesIO()
    barcode.get("code128", "H29.11-261123-0001", writer=ImageWriter()).write(bars, {"write_text": False})
    page.paste(qr("hai"), (20, 900))
    page.paste(Image.open(bars).convert("RGB"), (20, 20))
    page.paste(qr("hai"), (20, 1300))

    assert PictureCodes().read(encoded(page)) == (("Code128", "H29.11-261123-0001"), ("QRCode", "hai"))


def test_a_page_without_codes_is_an_empty_answer() -> None:
    assert PictureCodes().read(encoded(Image.new("L", (400, 400), 255))) == ()


def test_a_picture_file_is_read_and_a_missing_one_refused(tmp_path: Path) -> None:
    (tmp_path / "code.png").write_bytes(encoded(qr(CARD)))

    assert PictureCodes().read_file(tmp_path / "code.png") == (("QRCode", CARD),)
    with pytest.raises(DeviceFault) as refused:
        PictureCodes().read_file(tmp_path / "none.png")
    assert refused.value.code == "PICTURE_UNREADABLE"


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(side: int) -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))

    with pytest.raises(DeviceFault) as refused:
        PictureCodes().read(bomb)

    assert refused.value.code == "PICTURE_TOO_LARGE"


@settings(max_examples=60, deadline=None)
@given(
    some.binary(max_size=400), some.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"GIF89a"])
)
def test_bytes_that_are_no_picture_are_refused_in_words(noise: bytes, head: bytes) -> None:
    with pytest.raises(DeviceFault) as refused:
        PictureCodes().read(head + noise)

    assert refused.value.code in ("PICTURE_UNREADABLE", "PICTURE_TOO_LARGE")


@settings(max_examples=60, deadline=None)
@given(some.data())
def test_a_damaged_picture_is_read_or_refused_and_nothing_else(data: some.DataObject) -> None:
    good = bytearray(encoded(qr("mẫu"), data.draw(some.sampled_from(["PNG", "JPEG", "TIFF", "GIF"]))))
    for _ in range(data.draw(some.integers(1, 6))):
        good[data.draw(some.integers(0, len(good) - 1))] = data.draw(some.integers(0, 255))
    try:
        codes = PictureCodes().read(bytes(good))
    except DeviceFault as refused:
        codes = (("", refused.code),)
    for form, text in codes:
        assert form or text in ("PICTURE_UNREADABLE", "PICTURE_TOO_LARGE")


@pytest.mark.parametrize("number", [3, 5, 11])
def test_what_a_plain_reading_misses_is_looked_for_again(number: int) -> None:
    import zxingcpp

    hard = qr_pictures.picture(number, hard=True)
    assert not zxingcpp.read_barcodes(hard.grey), "a picture that needs the second look"
    assert PictureCodes().qr(hard.grey) == (hard.text,)
    assert PictureCodes().read(hard.jpeg) == (("QRCode", hard.text),)


def test_the_pictures_of_the_bench_are_the_same_every_time() -> None:
    one, again = qr_pictures.picture(3, hard=True), qr_pictures.picture(3, hard=True)
    assert (one.text, one.jpeg) == (again.text, again.jpeg)
    assert one.text != qr_pictures.picture(3, hard=False).text


@pytest.mark.parametrize(("height", "width"), [(800, 1280), (37, 2000), (1, 1), (3, 4)])
def test_noise_holds_no_code(height: int, width: int) -> None:
    dice = numpy.random.default_rng(height)
    assert PictureCodes().qr(dice.integers(0, 256, (height, width), numpy.uint8)) == ()
    blots = (dice.integers(0, 2, (height, width), numpy.uint8) * 255).repeat(4, 0).repeat(4, 1)
    assert PictureCodes().qr(blots) == ()
