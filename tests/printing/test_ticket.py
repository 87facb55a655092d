"""The appointment on a ticket printer, read back by a decoder of our own, an image library and a QR reader."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace

import pytest
from PIL import Image, ImageChops

from clerk_app.domain.refusals import Refusal
from clerk_app.printing.flow import Leaf
from clerk_app.printing.forms import PaperForms
from clerk_app.printing.ink import PLAIN, STRONG, fonts
from clerk_app.printing.ticket import drawn, escpos
from docs.forms import specimens
from docs.forms.specimens import ISSUED, LONGEST
from tests.printing.paper import RESOURCES, codes_of


@dataclass(frozen=True, slots=True)
class Roll:
    """What a ticket printer would have done: dots burnt (True is black), lines fed, cut."""

    rows: list[list[bool]]
    fed: int
    cut: bool


def feed(data: bytes) -> Roll:
    """Do what the commands say, after Epson's descriptions of ESC @, GS v 0, ESC d and GS V."""
    rows: list[list[bool]] = []
    fed, cut, at = 0, False, 0
    while at < len(data):
        if data[at : at + 2] == b"\x1b@":
            at += 2
        elif data[at : at + 3] == b"\x1dv0":
            mode, x_low, x_high, y_low, y_high = data[at + 3 : at + 8]
            assert mode == 0
            across, down = x_low + 256 * x_high, y_low + 256 * y_high
            assert 0 < across <= 72
            at += 8
            for _ in range(down):
                line = data[at : at + across]
                assert len(line) == across
                rows.append([bool(byte >> (7 - bit) & 1) for byte in line for bit in range(8)])
                at += across
        elif data[at : at + 2] == b"\x1bd":
            fed += data[at + 2]
            at += 3
        elif data[at : at + 3] == b"\x1dV\x42":
            cut = True
            at += 4
        else:
            raise AssertionError(f"unknown command at {at}: {data[at : at + 4]!r}")
    return Roll(rows, fed, cut)


def picture_of(roll: Roll) -> Image.Image:
    """The burnt dots as a picture."""
    width = len(roll.rows[0])
    return Image.frombytes("L", (width, len(roll.rows)), bytes(0 if dot else 255 for row in roll.rows for dot in row))


def _png(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "1"
        return picture.convert("L")


@pytest.mark.parametrize("practice", [False, True])
def test_the_commands_burn_the_very_picture(forms: PaperForms, practice: bool) -> None:
    ticket = forms.ticket(replace(specimens.dossier(LONGEST), practice=practice), 1, ISSUED)
    roll = feed(ticket.escpos)
    assert (len(roll.rows[0]), roll.fed, roll.cut) == (576, 4, True)
    assert ImageChops.difference(picture_of(roll), _png(ticket.png)).getbbox() is None
    assert codes_of(picture_of(roll)) == {"qr": specimens.CODE}


def test_every_module_of_the_code_is_a_whole_number_of_dots(forms: PaperForms) -> None:
    picture = _png(forms.ticket(specimens.dossier(), 1, ISSUED).png)
    # The finder pattern: seven modules wide, its frame one module thick.
    row = next(y for y in range(80, 200) if picture.crop((100, y, 300, y + 1)).histogram()[0] > 60)
    line = [picture.getpixel((x, row + 2)) == 0 for x in range(picture.width)]
    first = line.index(True)
    finder = line[first:].index(False)
    assert finder % 7 == 0
    below = [picture.getpixel((first + x, row + finder // 7 + 1)) == 0 for x in range(finder)]
    assert below.index(False) == finder // 7


def test_it_says_when_and_that_it_is_no_receipt(forms: PaperForms, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    set_text = Leaf.text

    def watched(leaf: Leaf, *given: object, **named: object) -> None:
        said.append(str(given[4]))
        set_text(leaf, *given, **named)

    monkeypatch.setattr(Leaf, "text", watched)
    forms.ticket(specimens.dossier(), 2, ISSUED)
    for text in ("PHIẾU NHẮC HẸN TRẢ KẾT QUẢ", specimens.CODE, "12 giờ 00 phút,", "ngày 30 tháng 11 năm 2026"):
        assert text in said
    assert "BẢN IN LẠI LẦN 1" in said


@pytest.mark.parametrize("face", [PLAIN, STRONG])
@pytest.mark.parametrize(
    ("marked", "plain"), [("ẫ", "â"), ("ễ", "ê"), ("ữ", "ư"), ("ộ", "ô"), ("Ẩ", "Â"), ("Ặ", "Ă"), ("Ỡ", "Ơ")]
)
def test_stacked_marks_are_dots_of_their_own(face: str, marked: str, plain: str) -> None:
    """
    . . # . . # .
    . # . # # . .   hat, tone and letter are islands, none grown together
    . . . . . . .
    . # # # # # .
    """

    def burnt(letter: str) -> Image.Image:
        leaf = Leaf(fonts(RESOURCES / "fonts"), 30.0)
        leaf.text(10, 18, face, 8.6, letter)
        return drawn(leaf, RESOURCES / "fonts").convert("L")

    assert _pieces(burnt(marked)) == _pieces(burnt(plain)) + 1


def _pieces(picture: Image.Image) -> int:
    """How many islands of ink there are."""
    width = picture.width
    ink = {(at % width, at // width) for at, dot in enumerate(picture.tobytes()) if dot == 0}
    count = 0
    while ink:
        count += 1
        edge = [ink.pop()]
        while edge:
            x, y = edge.pop()
            near = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & ink
            ink -= near
            edge += near
    return count


@pytest.mark.parametrize("height", [1, 254, 255, 256, 700])
def test_bands_join_without_a_gap(height: int) -> None:
    picture = Image.new("1", (576, height), 1)
    for y in range(height):
        picture.putpixel((y % 576, y), 0)
    roll = feed(escpos(picture))
    assert ImageChops.difference(picture_of(roll), picture.convert("L")).getbbox() is None


def test_a_draft_gets_no_ticket(forms: PaperForms) -> None:
    with pytest.raises(Refusal) as refused:
        forms.ticket(specimens.draft(), 1, ISSUED)
    assert refused.value.code == "FORM_NOT_SUBMITTED"
