"""Tesseract itself on pages that we make: what it reads, and that nothing it does reaches the desk."""

from __future__ import annotations

import os
import stat
import time
import unicodedata
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bench import reading_pages
from clerk_app.domain.pages import PageText, Turn, Wish
from clerk_app.domain.paper_reading import proposals, recognise
from clerk_app.domain.printed_values import Known
from clerk_app.domain.refusals import DeviceFault
from clerk_app.domain.rules import Rules
from clerk_app.imaging import reading_faults
from clerk_app.imaging.maker import WorkerPageMaker
from clerk_app.imaging.reading import TesseractReader
from clerk_app.imaging.reading_picture import LONGEST, prepared
from clerk_app.imaging.reading_words import words_of
from clerk_app.practice import scanner_papers, specimens
from tests.peers.pack import training_pack

DAY = date(2026, 11, 23)
ALREADY = TesseractReader()
needs_tesseract = pytest.mark.skipif(not ALREADY.available(), reason="tesseract-ocr and tesseract-ocr-vie are missing")


def never() -> bool:
    return False


def rules() -> Rules:
    return training_pack().as_of(DAY)


def known() -> Known:
    held = rules()
    return Known({code for _, code in held.classes}, held.id_provinces, held.licence_prefixes)


def jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def specimen_page(paper: scanner_papers.Paper) -> bytes:
    """A specimen as the maker leaves it: straight, a card cut out of its glass."""
    one = specimens.specimen(1)
    picture = scanner_papers.draw(paper, one.person, one.licences[0], angle=0.0)
    if paper != "health":
        picture = picture.crop((150, 130, 1190, 800))
    return jpeg(picture)


@pytest.fixture(scope="module")
def health() -> tuple[bytes, PageText]:
    page = specimen_page("health")
    return page, ALREADY.read(page, 300, never)


def script(folder: Path, body: str) -> str:
    """A program that stands where Tesseract should."""
    path = folder / "tesseract"
    path.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


# ---- what is read


@needs_tesseract
@pytest.mark.wire
def test_a_health_certificate_is_read_recognised_and_proposes_what_it_says(health: tuple[bytes, PageText]) -> None:
    text = health[1]
    assert "GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE" in text.text
    assert text.text == unicodedata.normalize("NFC", text.text)
    assert (text.width, text.height) == scanner_papers.A4
    assert all(0 <= word.sure <= 1 for word in text.words)
    assert [word.line for word in text.words] == sorted(word.line for word in text.words)
    found = recognise(text, rules().recognition)
    assert found is not None
    assert (found.paper, found.sure > 0.9) == ("GKSK", True)
    values = {one.field: one.text for one in proposals(text, "GKSK", rules().readings, known())}
    person, licence = specimens.specimen(1).person, specimens.specimen(1).licences[0]
    assert values["applicant.name"] == person.name.upper()
    assert values["applicant.number"] == person.number
    assert values["health.conclusion"] == "fit"
    assert values["health.class"] == licence.code
    assert values["health.number"] == "00042/GKSKLX/MAU15/26"
    assert values["health.concluded"] == "2026-11-02"


@needs_tesseract
@pytest.mark.wire
def test_a_licence_is_read_from_both_sides_red_print_and_all() -> None:
    front = ALREADY.read(specimen_page("licence-front"), 300, never)
    found = recognise(front, rules().recognition)
    assert found is not None
    assert (found.paper, found.side) == ("GPLX_CU", "front")
    licence = specimens.specimen(1).licences[0]
    values = {one.field: one.text for one in proposals(front, "GPLX_CU", rules().readings, known())}
    assert values["licence.number"] == licence.number
    assert values["licence.class"] == licence.code
    assert licence.issued is not None
    assert licence.expires is not None
    assert values["licence.issued"] == licence.issued.isoformat()
    assert values["licence.expires"] == licence.expires.isoformat()
    back = recognise(ALREADY.title(specimen_page("licence-back"), 300, never), rules().recognition)
    assert back is not None
    assert (back.paper, back.side) == ("GPLX_CU", "back")


@needs_tesseract
@pytest.mark.wire
def test_the_title_alone_is_enough_to_know_the_paper(health: tuple[bytes, PageText]) -> None:
    page, whole = health
    upper = ALREADY.title(page, 300, never)
    assert len(upper.words) < len(whole.words) / 2
    assert max(word.box[1] + word.box[3] for word in upper.words) <= whole.height / 3 + 1
    found = recognise(upper, rules().recognition)
    assert found is not None
    assert found.paper == "GKSK"


@needs_tesseract
@pytest.mark.wire
@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_that_is_looked_at_turned_is_read_so_and_its_boxes_lie_in_its_pixels(
    turned: Turn, health: tuple[bytes, PageText]
) -> None:
    back = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}[turned]
    picture = Image.open(BytesIO(health[0])).transpose(back)
    text = ALREADY.read(jpeg(picture), 300, never, turned)
    assert "GIẤY KHÁM SỨC KHỎE" in text.text
    assert (text.width, text.height) == picture.size
    title = next(word for word in text.words if word.text == "KHÁM" and word.box[2] * word.box[3] > 4000)
    left, top, width, height = title.box
    piece = picture.crop((left, top, left + width, top + height)).convert("L")
    assert piece.getextrema()[0] < 80  # ink
    # …and the same values stand at their places in the page as it lies.
    read = {one.field: one for one in proposals(text, "GKSK", rules().readings, known(), turned)}
    left, top, width, height = read["applicant.name"].box
    assert left >= 0
    assert left + width <= picture.width
    assert (width > height) is (turned == 180)


@needs_tesseract
@pytest.mark.wire
@pytest.mark.parametrize("kind", ["noise", "straightened", "stamp", "copied"])
def test_spoilt_pages_lose_few_letters_and_no_value_is_wrong_and_sure(kind: str) -> None:
    wrong = meant = right = 0
    for number in (2, 3):
        certificate, page = reading_pages.page(number, kind)
        text = ALREADY.read(page, 300, never)
        lost, letters = reading_pages.letters_wrong(text.text, certificate.text)
        wrong, meant = wrong + lost, meant + letters
        found = recognise(text, rules().recognition)
        assert found is not None
        assert found.paper == "GKSK"
        for one in proposals(text, "GKSK", rules().readings, known()):
            truth = certificate.values[one.field]
            right += one.text == truth
            # A mark of a name may be wrong however sure it is; names are compared without them.
            assert one.text == truth or one.sure < 0.75 or one.field == "applicant.name", one.field
    assert wrong / meant < 0.04
    assert right >= 9


@needs_tesseract
@pytest.mark.wire
@pytest.mark.parametrize("paper", ["health", "licence-front"])
def test_from_the_glass_through_the_maker_to_the_values(paper: scanner_papers.Paper) -> None:
    one = specimens.specimen(1)
    sheet = BytesIO()
    scanner_papers.draw(paper, one.person, one.licences[0]).save(sheet, "PNG", compress_level=1)
    with closing(WorkerPageMaker()) as maker:
        (page,) = maker.make(sheet.getvalue(), 300, Wish(), never)
    found = recognise(ALREADY.title(page.data, page.dpi, never), rules().recognition)
    assert found is not None
    text = ALREADY.read(page.data, page.dpi, never)
    values = {each.field: each.text for each in proposals(text, found.paper, rules().readings, known())}
    assert values["applicant.name"] == one.person.name.upper()
    if paper == "health":
        assert (found.paper, values["health.conclusion"]) == ("GKSK", "fit")
        assert values["health.number"] == "00042/GKSKLX/MAU15/26"
    else:
        assert (found.paper, values["licence.number"]) == ("GPLX_CU", one.licences[0].number)


@needs_tesseract
@pytest.mark.wire
def test_an_empty_page_has_no_words() -> None:
    assert ALREADY.read(jpeg(Image.new("RGB", (1240, 1754), "white")), 150, never).words == ()


def test_a_page_of_any_scale_is_brought_near_300_dpi_and_never_beyond_bounds() -> None:
    def sizes(pixels: tuple[int, int], dpi: int) -> tuple[tuple[int, int], int]:
        made = prepared(jpeg(Image.new("L", pixels, 255)), dpi, 0, upper=False)
        return Image.open(BytesIO(made.data)).size, made.dpi

    assert sizes((827, 1169), 100) == ((2481, 3507), 300)
    assert sizes((2480, 3508), 300) == ((2480, 3508), 300)
    assert sizes((4960, 7016), 600) == ((2480, 3508), 300)
    assert sizes((800, 600), 0)[0] == (1600, 1200)
    assert max(sizes((4000, 6500), 300)[0]) == LONGEST


def test_the_red_of_a_stamp_goes_and_the_red_of_a_card_stays() -> None:
    sheet = Image.new("RGB", (2480, 3508), "white")
    sheet.paste((200, 40, 46), (100, 100, 900, 900))
    sheet.paste((28, 48, 140), (1000, 100, 1900, 900))
    made = Image.open(BytesIO(prepared(jpeg(sheet), 300, 0, upper=False).data))
    assert made.getpixel((500, 500)) > 240
    assert made.getpixel((1500, 500)) < 90
    card = Image.new("RGB", (1011, 638), "white")
    card.paste((176, 32, 36), (100, 100, 400, 400))
    assert Image.open(BytesIO(prepared(jpeg(card), 300, 0, upper=False).data)).getpixel((200, 200)) < 120


# ---- what may go wrong


def _fault(reader: TesseractReader, page: bytes = b"", cancel: object = never) -> str:
    with pytest.raises(DeviceFault) as caught:
        reader.read(page or jpeg(Image.new("L", (400, 300), 255)), 300, cancel)  # type: ignore[arg-type]
    return caught.value.code


def test_without_the_program_it_says_what_to_install(tmp_path: Path) -> None:
    reader = TesseractReader(lambda: str(tmp_path / "nothing"))
    assert not reader.available()
    assert _fault(reader) == "READING_PROGRAM_MISSING"


@needs_tesseract
def test_without_vietnamese_it_says_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    assert _fault(ALREADY) == "READING_LANGUAGE_MISSING"


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_program_that_breaks_down_is_said_to(tmp_path: Path) -> None:
    assert _fault(TesseractReader(lambda: script(tmp_path, "cat >/dev/null; kill -9 $$"))) == "READING_CRASHED"
    assert _fault(TesseractReader(lambda: script(tmp_path, "exit 3"))) == "READING_CRASHED"
    garbage = "cat >/dev/null; printf 'level\\n5\\t1\\t1\\t1\\t1\\t1\\tx\\ty\\tz\\tw\\t9\\tword\\n'"
    assert _fault(TesseractReader(lambda: script(tmp_path, garbage))) == "READING_CRASHED"
    # What is no table of words holds none.
    reader = TesseractReader(lambda: script(tmp_path, "cat >/dev/null; head -c 4000 /dev/urandom"))
    assert reader.read(jpeg(Image.new("L", (400, 300), 255)), 300, never).words == ()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
@pytest.mark.parametrize("reads", ["cat >/dev/null;", ""], ids=["after reading", "without reading"])
def test_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path, reads: str) -> None:
    noted = tmp_path / "child"
    hangs = script(tmp_path, f"{reads} sleep 600 & echo $! > {noted}; wait")
    assert _fault(TesseractReader(lambda: hangs, page_s=1.0), reading_pages.page(0, "clean")[1]) == "READING_TOO_SLOW"
    _gone(int(noted.read_text()))


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_giving_up_kills_the_program(tmp_path: Path) -> None:
    noted = tmp_path / "child"
    hangs = script(tmp_path, f"echo $$ > {noted}.part; mv {noted}.part {noted}; exec sleep 600")
    assert _fault(TesseractReader(lambda: hangs), cancel=noted.exists) == "READING_GIVEN_UP"
    _gone(int(noted.read_text()))


def _gone(process: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        if "Z" in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:1]:
            return
    raise AssertionError("it still runs")


def test_what_is_no_page_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = TesseractReader(lambda: "/bin/false")
    for page in (b"no picture", b"\xff\xd8\xff\xe0 broken", jpeg(Image.new("L", (3000, 2), 255)), b""):
        with pytest.raises(DeviceFault, match="READING_PICTURE"):
            reader.read(page, 300, never)
    bomb = BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    with pytest.raises(DeviceFault, match="READING_PICTURE_TOO_LARGE"):
        reader.read(bomb.getvalue(), 300, never)


def test_every_fault_has_both_languages_and_a_remedy() -> None:
    for code in reading_faults.FAULTS:
        said = reading_faults.fault(code)
        assert all((said.words.vi, said.words.en, said.remedy.vi, said.remedy.en))


def test_words_are_composed_and_lines_counted() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    rows = [
        "1\t1\t0\t0\t0\t0\t0\t0\t100\t100\t-1\t",
        "5\t1\t1\t1\t1\t1\t10\t10\t20\t8\t96.5\tSu\u031b\u0301c",
        "5\t1\t1\t1\t1\t2\t32\t10\t20\t8\t41\tkhỏe",
        "5\t1\t2\t1\t1\t1\t10\t30\t20\t8\t-1\t ",
        "5\t1\t2\t1\t1\t2\t10\t30\t20\t8\t120\tlái",
    ]
    picture = prepared(jpeg(Image.new("L", (100, 100), 255)), 150, 0, upper=False)
    words = words_of("\n".join([head, *rows]), picture)
    assert [(word.text, word.line, word.sure) for word in words] == [
        ("Sức", 0, 0.965),
        ("khỏe", 0, 0.41),
        ("lái", 1, 1.0),
    ]
    assert words[0].box == (5, 5, 10, 4)
