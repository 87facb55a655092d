"""Files made to do harm, and files that came to harm: refused in words, and the next file is opened as ever."""

from __future__ import annotations

import os
import shutil
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from clerk_app.bootstrap import files_of
from clerk_app.desk.ports import ScannedPage
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.file_faults import FILE_FAULTS, LARGEST_FILE, MOST_PAGES, SECONDS_PER_PAGE, file_fault
from clerk_app.imaging.files_wire import WIRE, End, Sheet, Trouble
from clerk_app.workers.pipe import Worker
from tests.imaging.test_files import encoded, go_on, only, pages, paper, scans_as_pdf, shown, written
from tests.peers.processes import children

poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="apt-get install poppler-utils")


def refused(file: Path | bytes) -> str:
    """The code of the refusal; a good file is opened after it."""
    before = children()
    with pytest.raises(DeviceFault) as caught:
        pages(file)
    assert caught.value.words.vi
    assert caught.value.remedy.vi
    assert children() == before
    assert only(GOOD).data == GOOD
    return caught.value.code


def outcome(file: Path | bytes) -> tuple[list[ScannedPage], str]:
    """The pages, and the code of the refusal if there was one."""
    found: list[ScannedPage] = []
    try:
        for page in files_of().pages(file, go_on):
            found.append(page)
    except DeviceFault as fault:
        return found, fault.code
    return found, ""


GOOD = encoded(paper(), "JPEG")


def png(width: int, height: int, rows: bytes, *, depth: int = 8, colour: int = 0) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def zeros(count: int) -> bytes:
    """What unpacks to so many zeros (RFC 1950); its check sum, which comes last, is wrong."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + block * (count >> 20) + b"\x03\0" + bytes(4)


# ---- what is no file


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    round_and_round, pipe, gone = tmp_path / "loop", tmp_path / "pipe", tmp_path / "gone"
    round_and_round.symlink_to(round_and_round)
    os.mkfifo(pipe)
    gone.symlink_to(tmp_path / "nothing")
    empty = tmp_path / "empty.pdf"
    empty.touch()
    large = tmp_path / "large.tif"
    with large.open("wb") as out:
        out.truncate(LARGEST_FILE + 1)
    assert refused(tmp_path) == "FILE_NOT_A_FILE"
    assert refused(pipe) == "FILE_NOT_A_FILE"
    assert refused(round_and_round) == "FILE_UNREADABLE"
    assert refused(gone) == "FILE_MISSING"
    assert refused(tmp_path / "Nguyễn Văn A.pdf") == "FILE_MISSING"
    assert refused(tmp_path / "a\0b") == "FILE_UNREADABLE"
    assert refused(empty) == refused(b"") == "FILE_EMPTY"
    assert refused(large) == "FILE_TOO_LARGE"


def test_a_device_is_no_file() -> None:
    with pytest.raises(DeviceFault) as caught:
        pages(Path("/dev/zero"))
    assert caught.value.code == "FILE_NOT_A_FILE"


def test_no_refusal_names_the_file(tmp_path: Path) -> None:
    name = tmp_path / "Nguyen Van Quay 001099000001.pdf"
    for content in (None, b"", b"%PDF-1.7", b"hello"):
        if content is not None:
            name.write_bytes(content)
        with pytest.raises(DeviceFault) as caught:
            pages(name)
        chain, said = caught.value, ""
        while chain is not None:
            said += repr(chain) + str(chain)
            chain = chain.__cause__  # type: ignore[assignment]
        assert "Quay" not in said
        assert "001099" not in said


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"PK\x03\x04" + bytes(200),
        b"GIF89a" + bytes(100),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%!PS-Adobe-3.0\n(%stdin) (w) file",
        b"\x7fELF" + bytes(300),
        b"\0\0\0\x20ftypavif" + bytes(100),
    ],
)
def test_other_kinds_of_file_are_refused_by_what_they_are(content: bytes) -> None:
    assert refused(content) == "FILE_KIND_UNKNOWN"


# ---- sizes


def test_pictures_too_large_or_too_small_are_refused_before_they_are_unpacked() -> None:
    assert refused(png(30_000, 30_000, zeros(900_000_000))) == "PICTURE_TOO_LARGE"
    assert refused(png(30_000, 2, zlib.compress(bytes(2 * 30_001)))) == "PICTURE_TOO_LARGE"
    assert refused(encoded(Image.new("L", (30_000, 2)), "JPEG")) == "PICTURE_TOO_LARGE"
    assert refused(encoded(Image.new("1", (8000, 8000)), "PNG")) == "PICTURE_TOO_LARGE"
    for kind in ("JPEG", "PNG", "TIFF", "BMP", "WEBP"):
        assert refused(encoded(Image.new("RGB", (1, 1)), kind)) == "PICTURE_TOO_SMALL"
    tiff = bytearray(encoded(Image.new("1", (100, 100)), "TIFF", compression="group4"))
    head = struct.unpack("<I", tiff[4:8])[0]
    for entry in range(head + 2, head + 2 + 12 * 2, 12):  # width and height come first
        assert struct.unpack("<H", tiff[entry : entry + 2])[0] in (256, 257)
        tiff[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, 60_000)
    assert refused(bytes(tiff)) == "PICTURE_TOO_LARGE"


def test_a_jpeg_that_says_it_is_larger_than_it_is_is_incomplete() -> None:
    data = bytearray(GOOD)
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 7000, 7000)
    assert refused(bytes(data)) in ("PICTURE_INCOMPLETE", "PICTURE_UNREADABLE")


def test_a_png_with_more_in_it_than_it_says_is_only_as_large_as_it_says() -> None:
    data = png(100, 100, zeros(800_000_000))
    assert only(data).width == 100


def test_text_that_unpacks_without_end_is_refused() -> None:
    text = b"comment\0\0" + zeros(300_000_000)
    name = b"zTXt"
    chunk = struct.pack(">I", len(text)) + name + text + struct.pack(">I", zlib.crc32(name + text))
    data = png(100, 100, zlib.compress(bytes(100 * 101)))
    assert refused(data[:33] + chunk + data[33:]) == "PICTURE_UNREADABLE"


def test_an_endless_tiff_is_refused() -> None:
    two = encoded(paper(), "TIFF", save_all=True, append_images=[paper()])
    first = struct.unpack("<I", two[4:8])[0]
    count = struct.unpack("<H", two[first : first + 2])[0]
    link = first + 2 + 12 * count
    round_and_round = two[:link] + struct.pack("<I", first) + two[link + 4 :]
    found, code = outcome(round_and_round)
    assert len(found) <= 2
    assert code in ("", "PICTURE_UNREADABLE", "FILE_TOO_LONG")
    many = [Image.new("1", (70, 70))] * (MOST_PAGES + 1)
    assert refused(encoded(many[0], "TIFF", save_all=True, append_images=many[1:])) == "FILE_TOO_LONG"


# ---- damage


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_was_cut_is_never_taken(progressive: bool) -> None:
    data = encoded(paper(), "JPEG", progressive=progressive)
    for part in (0.3, 0.6, 0.9, 0.99):
        cut = data[: int(len(data) * part)]
        assert refused(cut) in ("PICTURE_INCOMPLETE", "PICTURE_UNREADABLE")
    assert refused(data[: len(data) // 2] + b"\xff\xd9") == "PICTURE_INCOMPLETE"


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "WEBP"])
def test_other_pictures_that_were_cut_are_never_taken(kind: str) -> None:
    data = encoded(paper(), kind)
    for part in (0.05, 0.5, 0.95):
        assert refused(data[: int(len(data) * part)]) in ("PICTURE_INCOMPLETE", "PICTURE_UNREADABLE")


def test_a_photograph_of_a_telephone_that_was_cut_or_is_none_is_refused() -> None:
    data = (Path(__file__).parent / "specimen-turned.heic").read_bytes()
    for bad in (data[:200], data[: len(data) // 2], data[:12] + os.urandom(2000), data[:8] + b"heic" + bytes(9)):
        assert refused(bad) in ("PICTURE_INCOMPLETE", "PICTURE_UNREADABLE")
    huge = bytearray(data)
    at = huge.index(b"ispe")
    huge[at + 8 : at + 16] = struct.pack(">II", 30_000, 30_000)
    assert refused(bytes(huge)).startswith("PICTURE_")


# ---- PDF


def changed(data: bytes, change: str) -> bytes:
    with pikepdf.open(BytesIO(data)) as document:
        page = document.pages[0]
        match change:
            case "script":
                document.Root.OpenAction = pikepdf.Dictionary(
                    S=pikepdf.Name.JavaScript, JS=pikepdf.String("while(true){app.alert(1)}")
                )
            case "launch":
                document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("/bin/false"))
            case "attachment":
                document.attachments["evil.exe"] = pikepdf.AttachedFileSpec(document, bytes(1 << 20))
            case "huge":
                page.obj.MediaBox = [0, 0, 1e9, 1e9]
            case "thin":
                page.obj.MediaBox = [0, 0, 1e9, 1]
            case "none":
                page.obj.MediaBox = [0, 0, 0, 0]
            case "nonsense":
                page.obj.MediaBox = [pikepdf.Name.A, 0, 1, 1]
        out = BytesIO()
        document.save(out)
        return out.getvalue()


@poppler
@pytest.mark.parametrize("change", ["script", "launch", "attachment"])
def test_nothing_in_a_pdf_is_run_and_its_page_is_there(change: str) -> None:
    assert only(changed(scans_as_pdf(paper()), change)).media == "image/jpeg"
    assert only(changed(written("x"), change)).media == "image/png"


@poppler
@pytest.mark.parametrize("change", ["huge", "thin", "none", "nonsense"])
def test_a_page_of_no_possible_size_is_refused_or_drawn_small(change: str) -> None:
    found, code = outcome(changed(written("x"), change))
    assert all(max(page.width, page.height) <= 5000 for page in found)
    assert bool(found) != code.startswith(("PDF_", "PICTURE_"))
    assert only(GOOD).data == GOOD


@poppler
def test_a_pdf_with_a_password_is_refused_and_one_that_needs_none_is_read() -> None:
    for owner, user, code in (("owner", "secret", "PDF_LOCKED"), ("owner", "", "")):
        with pikepdf.open(BytesIO(written("x"))) as document:
            out = BytesIO()
            document.save(out, encryption=pikepdf.Encryption(owner=owner, user=user))
        if code:
            assert refused(out.getvalue()) == code
        else:
            assert only(out.getvalue()).dpi == 300


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    with pikepdf.new() as document:
        for _ in range(MOST_PAGES + 1):
            document.add_blank_page()
        out = BytesIO()
        document.save(out)
    assert refused(out.getvalue()) == "PDF_TOO_LONG"


def by_hand(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1, the first its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
ONE_PAGE = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"


@poppler
@pytest.mark.parametrize(
    "objects",
    [
        (CATALOGUE, b"<</Type/Pages/Count 1/Kids[2 0 R]>>"),
        (CATALOGUE, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>"),
        (CATALOGUE, b"<</Type/Pages/Count 99999999/Kids[]>>"),
        (CATALOGUE, b"7"),
        (b"<</Type/Catalog>>",),
        (b"[]",),
    ],
)
def test_a_tree_of_pages_that_is_none_is_refused(objects: tuple[bytes, ...]) -> None:
    assert refused(by_hand(*objects)) == "PDF_UNREADABLE"


@poppler
@pytest.mark.parametrize(
    ("there", "instead"), [(b"\n4 0 obj", b"\n4 0 obk"), (b"4 0 R 5", b"4 9 R 5"), (b"4 0 R 5", b"null  5")]
)
def test_a_page_that_is_damaged_is_never_left_out_without_a_word(there: bytes, instead: bytes) -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    whole = by_hand(CATALOGUE, b"<</Type/Pages/Count 3/Kids[3 0 R 4 0 R 5 0 R]>>", page, page, page)
    assert len(pages(whole)) == 3
    assert refused(whole.replace(there, instead)) == "PDF_UNREADABLE"


@poppler
def test_a_drawing_that_draws_itself_ends() -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</F 5 0 R>>>>/Length 10>>stream\n"
    form += b"/F Do /F Do\nendstream"
    data = by_hand(CATALOGUE, ONE_PAGE, page, b"<</Length 5>>stream\n/F Do\nendstream", form)
    found, code = outcome(data)
    assert len(found) == 1 or code.startswith("PDF_")
    assert only(GOOD).data == GOOD


def scan_by_hand(picture: bytes, about: bytes, *, width: int = 3000, height: int = 3000) -> bytes:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Resources<</XObject<</F 5 0 R>>>>/Contents 4 0 R>>"
    content = b"q 600 0 0 600 0 0 cm /F Do Q"
    image = b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8%s/Length %d>>stream\n%s\nendstream"
    return by_hand(
        CATALOGUE,
        ONE_PAGE,
        page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        image % (width, height, about, len(picture), picture),
    )


@poppler
def test_bombs_inside_a_pdf_do_no_harm() -> None:
    flate = b"/ColorSpace/DeviceRGB/Filter/FlateDecode"
    assert refused(scan_by_hand(zeros(1), flate, width=30_000, height=30_000)) == "PICTURE_TOO_LARGE"
    out = BytesIO()
    Image.new("L", (9000, 9000)).save(out, "JPEG2000")
    jpx = scan_by_hand(out.getvalue(), b"/Filter/JPXDecode", width=70, height=70)
    twice = scan_by_hand(zlib.compress(zeros(700_000_000)), flate.replace(b"/Flate", b"[/FlateDecode/Flate") + b"]")
    once = scan_by_hand(zeros(700_000_000), flate)
    endless = zeros(700_000_000)
    text = by_hand(
        CATALOGUE,
        ONE_PAGE,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(endless), endless),
    )
    for bomb in (jpx, twice, once, text):
        found, code = outcome(bomb)
        assert all(max(page.width, page.height) <= 5000 for page in found)
        assert code in FILE_FAULTS if code else found
        assert only(GOOD).data == GOOD


@poppler
def test_a_pdf_whose_scan_is_damaged_is_refused_and_never_shown_in_part() -> None:
    data = scans_as_pdf(paper(), quality=90)
    with pikepdf.open(BytesIO(data)) as document:
        picture = next(iter(document.pages[0].get_images().values()))
        raw = picture.read_raw_bytes()
        picture.write(raw[: len(raw) // 2], filter=pikepdf.Name.DCTDecode)
        out = BytesIO()
        document.save(out)
    assert refused(out.getvalue()) == "PICTURE_INCOMPLETE"


@poppler
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.9])
def test_a_pdf_that_was_cut_is_never_taken_for_a_shorter_one(part: float) -> None:
    for data in (scans_as_pdf(paper(), paper(), paper()), written("một", "hai", "ba")):
        assert refused(data[: int(len(data) * part)]) in ("PDF_INCOMPLETE", "PDF_UNREADABLE")


# ---- anything


SEEDS = (
    GOOD,
    encoded(paper().resize((80, 120)), "JPEG", progressive=True),
    encoded(paper().resize((80, 120)), "PNG"),
    encoded(paper().resize((80, 120)).convert("1"), "TIFF", compression="group4"),
    encoded(paper().resize((80, 120)), "TIFF", compression="tiff_lzw"),
    scans_as_pdf(paper().resize((80, 120))),
    written("x"),
    (Path(__file__).parent / "specimen-turned.heic").read_bytes(),
    encoded(paper().resize((80, 120)), "WEBP"),
    encoded(paper().resize((80, 120)), "BMP"),
)


OPENS_MANY = """
import os
from io import BytesIO
from clerk_app.imaging import files_worker
from clerk_app.imaging.files_pictures import Unusable
from clerk_app.imaging.files_wire import WIRE, End, Trouble
from clerk_app.workers.pipe import Desk
files_worker._within_bounds()
desk = Desk(said=os.dup(1))
os.dup2(2, 1)
while (octets := desk.hear()) is not None:
    try:
        for sheet in files_worker.pages(BytesIO(octets)):
            desk.say(WIRE.message(sheet))
        desk.say(WIRE.message(End()))
    except Unusable as problem:
        desk.say(WIRE.message(Trouble(problem.code)))
    except MemoryError:
        desk.say(WIRE.message(Trouble("PICTURE_TOO_LARGE")))
"""
"""The desk gives each file a process of its own. Here one opens them all, and one file that ends it fails the test."""


@pytest.fixture(scope="module")
def opens_many() -> Iterator[Worker]:
    with closing(Worker((sys.executable, "-c", OPENS_MANY))) as worker:
        yield worker


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, len(SEEDS) - 1),
    flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(1, 255)), min_size=1, max_size=12),
    part=st.floats(0.1, 1),
)
def test_bits_that_flipped_give_pages_or_a_refusal(
    opens_many: Worker, seed: int, flips: list[tuple[float, int]], part: float
) -> None:
    data = bytearray(SEEDS[seed])
    for place, bits in flips:
        data[int(place * len(data))] ^= bits
    taken_or_refused(opens_many, bytes(data[: int(len(data) * max(part, 0.5))] if part < 0.3 else data))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    head=st.sampled_from(
        [b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"\0\0\0\x18ftypheic", b"BM"]
    ),
    rest=st.binary(max_size=3000),
)
def test_any_octets_give_pages_or_a_refusal(opens_many: Worker, head: bytes, rest: bytes) -> None:
    taken_or_refused(opens_many, head + rest)


def taken_or_refused(worker: Worker, data: bytes) -> None:
    assert worker.tell(data, SECONDS_PER_PAGE)
    found = 0
    while True:
        heard = worker.hear(SECONDS_PER_PAGE)
        assert heard is not None
        match WIRE.say_from(heard):
            case Sheet() as page:
                found += 1
                assert shown(ScannedPage(page.data, page.media, page.width, page.height, page.dpi)).size == (
                    page.width,
                    page.height,
                )
            case Trouble(code):
                assert code in FILE_FAULTS
                assert code not in ("FILE_CRASHED", "FILE_SLOW")
                return
            case End():
                assert found
                return


def test_every_fault_has_its_words_and_nothing_left_open() -> None:
    for code in FILE_FAULTS:
        found = file_fault(code)
        for words in (found.words, found.remedy):
            assert words.vi
            assert words.vi != words.en
            assert "{" not in words.vi + words.en
