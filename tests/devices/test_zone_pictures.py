"""The zone in pictures of a card's back, drawn here and read by Debian's Tesseract."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from clerk_app.devices import card_zone
from clerk_app.devices.zone_pictures import TesseractZones, zone_in
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import card_contents, specimens
from tests.devices.test_card_zone import TODAY

MONO = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
QUAN = specimens.specimen(1).person


def back(person: int, spoil: bool = False) -> Image.Image:
    """The back of a card on a dark desk: some print, a chip, and the zone in a typewriter's letters."""
    zone = card_contents.mrz(specimens.specimen(person).person)
    if spoil:
        zone = zone[:31] + str((int(zone[31]) + 1) % 10) + zone[32:]
    picture = Image.new("L", (1500, 1000), 70)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((120, 90, 1380, 890), 40, fill=225)
    draw.rounded_rectangle((200, 170, 400, 330), 20, fill=170)
    small = ImageFont.truetype(MONO, 28)
    for line, text in enumerate(("Đặc điểm nhận dạng / Personal identification", "Ngày, tháng, năm: 10/05/2021")):
        draw.text((460, 190 + line * 60), text, 60, small)
    for finger in (1050, 1220):
        draw.ellipse((finger, 330, finger + 110, 480), outline=90, width=3)
    letters = ImageFont.truetype(MONO, 62)
    for line in range(3):
        draw.text((190, 570 + line * 95), zone[line * 30 : line * 30 + 30], 40, letters)
    return picture


def encoded(picture: Image.Image, quality: int = 80) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.fixture(scope="module")
def zones() -> TesseractZones:
    if shutil.which("tesseract") is None:
        pytest.skip("Tesseract is missing: apt-get install tesseract-ocr")
    if not MONO.exists():
        pytest.skip("DejaVu Sans Mono is missing: apt-get install fonts-dejavu-core")
    return TesseractZones()


@pytest.mark.parametrize(("person", "turned"), [(1, 0), (2, 4), (3, -7), (1, 180), (2, 90)])
def test_the_zone_is_read_however_the_card_lies(zones: TesseractZones, person: int, turned: int) -> None:
    picture = back(person).rotate(turned, expand=True, fillcolor=70, resample=Image.Resampling.BICUBIC)
    zone = zones.read(encoded(picture.filter(ImageFilter.GaussianBlur(1))))
    assert [len(line) for line in zone.split("\n")] == [30, 30, 30]
    read, meant = card_zone.parse(zone, TODAY), specimens.specimen(person).person
    assert (read.number, read.born, read.sex, read.expires) == (meant.number, meant.born, meant.sex, meant.expires)


def test_a_zone_whose_check_digits_do_not_fit_is_not_found(zones: TesseractZones) -> None:
    with pytest.raises(DeviceFault) as refused:
        zones.read(encoded(back(1, spoil=True)))
    assert refused.value.code == "ZONE_NOT_FOUND"


@pytest.mark.parametrize("picture", [Image.new("L", (900, 600), 200), Image.effect_noise((640, 480), 90)])
def test_a_picture_without_a_zone_is_refused_in_words(zones: TesseractZones, picture: Image.Image) -> None:
    with pytest.raises(DeviceFault) as refused:
        zones.read(encoded(picture))
    assert refused.value.code == "ZONE_NOT_FOUND"
    assert refused.value.remedy.vi


def test_without_the_program_the_remedy_names_it() -> None:
    with pytest.raises(DeviceFault) as refused:
        TesseractZones("no-such-program").read(b"")
    assert refused.value.code == "ZONE_READER_MISSING"
    assert "tesseract-ocr" in refused.value.remedy.vi


def test_bytes_that_are_no_picture_are_refused_in_words(zones: TesseractZones) -> None:
    with pytest.raises(DeviceFault) as refused:
        zones.read(b"\x89PNG\r\n\x1a\n")
    assert refused.value.code == "PICTURE_UNREADABLE"


def test_fillers_read_as_letters_and_letters_for_digits_do_no_harm() -> None:
    zone = card_contents.mrz(QUAN)
    one, two, three = zone[:30], zone[30:60], zone[60:]
    seen = f"noise\n{one.replace('<<', 'K<').replace('0', 'O')}\n {two.replace('<<<', '<K', 1)}\n{three}\n"
    assert zone_in(seen) == f"{one}\n{two}\n{three}"
    assert zone_in(seen.replace(two[:6], "9OO815")) == ""
    assert zone_in(f"{one}\n") == ""
