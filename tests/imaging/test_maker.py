"""The page maker as the desk has it: a worker that makes pages, refuses what is none, and is replaced when it fails."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from clerk_app.desk.page_ports import PageMaker
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging import maker_wire, maker_worker, opening
from clerk_app.imaging.faults import FAULTS
from clerk_app.imaging.maker import WorkerPageMaker
from tests.imaging.scans import certificate
from tests.peers.processes import alive, children

pytestmark = pytest.mark.wire


def never() -> bool:
    return False


def png(picture: Any) -> bytes:
    return bytes(cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes())


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def maker() -> Iterator[WorkerPageMaker]:
    one = WorkerPageMaker(patience_s=120)
    yield one
    one.close()


PAGE = np.ascontiguousarray(certificate(1, 100)[:, :, ::-1])
SHEET = png(PAGE)


def test_a_sheet_becomes_a_page_and_the_same_one_every_time(maker: PageMaker) -> None:
    (page,) = maker.make(SHEET, 100, Wish(), never)
    assert page.media == "image/jpeg"
    with Image.open(io.BytesIO(page.data)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (page.width, page.height)
        assert picture.info["dpi"] == (100, 100)
    assert page.dpi == 100
    assert page.made.size == "a4"
    assert page.made.flaws == ("coarse",)
    assert maker.make(SHEET, 100, Wish(), never) == (page,)
    assert maker.make(SHEET, 100, Wish(colour="grey"), never) != (page,)
    other = WorkerPageMaker(patience_s=120)
    try:
        assert other.make(SHEET, 100, Wish(), never) == (page,)
    finally:
        other.close()


# ---- what comes from outside


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few octets that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9999)) + chunk(b"IEND", b"")
    )


JPEG = saved(Image.fromarray(certificate(1, 100)), "JPEG", quality=80)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "PAGE_UNREADABLE"),
    "words": (lambda: b"no picture at all" * 50, "PAGE_UNREADABLE"),
    "one pixel": (lambda: saved(Image.new("RGB", (1, 1)), "PNG"), "PAGE_TOO_SMALL"),
    "a line": (lambda: saved(Image.new("RGB", (9000, 3)), "PNG"), "PAGE_TOO_SMALL"),
    "30000 pixels wide": (lambda: saved(Image.new("L", (30000, 40)), "PNG"), "PAGE_TOO_LARGE"),
    "30000 by 30000": (lambda: bomb(30000, 30000), "PAGE_TOO_LARGE"),
    "two milliard wide": (lambda: bomb(2**31 - 1, 2**31 - 1), "PAGE_TOO_LARGE"),
    "a bomb within bounds": (lambda: bomb(6000, 6000), "PAGE_UNREADABLE"),
    "half a PNG": (lambda: SHEET[: len(SHEET) // 2], "PAGE_UNREADABLE"),
    "a PNG without its end": (lambda: SHEET[:-12], "PAGE_UNREADABLE"),
    "a PNG with one octet changed": (
        lambda: SHEET[:30000] + bytes([SHEET[30000] ^ 1]) + SHEET[30001:],
        "PAGE_UNREADABLE",
    ),
    "half a JPEG": (lambda: JPEG[: len(JPEG) // 2], "PAGE_UNREADABLE"),
    "a JPEG without its end": (lambda: JPEG[:-2], "PAGE_UNREADABLE"),
    "a TIFF": (lambda: saved(Image.new("L", (200, 200)), "TIFF"), "PAGE_UNREADABLE"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_a_page_is_refused_with_words_and_the_worker_lives(maker: WorkerPageMaker, what: str) -> None:
    maker.make(SHEET, 100, Wish(), never)
    pid = maker.pid
    octets, code = REFUSED[what]
    with pytest.raises(DeviceFault) as found:
        maker.make(octets(), 300, Wish(), never)
    assert found.value.code == code
    assert "{" not in str(found.value)
    assert maker.pid == pid


HANDLED: dict[str, Callable[[], bytes]] = {
    "all white": lambda: png(np.full((1100, 800, 3), 255, np.uint8)),
    "all black": lambda: png(np.zeros((1100, 800, 3), np.uint8)),
    "only noise": lambda: png(np.random.default_rng(1).integers(0, 256, (1100, 800, 3), np.uint8)),
    "16 pixels": lambda: png(np.full((16, 16), 200, np.uint8)),
    "a long strip": lambda: png(np.full((16, 9000, 3), 200, np.uint8)),
    "16 bits grey": lambda: png(PAGE[:, :, 0].astype(np.uint16) * 257),
    "16 bits in colour": lambda: png(PAGE.astype(np.uint16) * 257),
    "a palette": lambda: saved(Image.fromarray(certificate(1, 100)).quantize(64), "PNG"),
    "one bit": lambda: saved(Image.fromarray(certificate(1, 100)).convert("1"), "PNG"),
    "alpha": lambda: saved(Image.fromarray(certificate(1, 100)).convert("RGBA"), "PNG"),
    "grey and alpha": lambda: saved(Image.fromarray(certificate(1, 100)).convert("LA"), "PNG"),
    "CMYK": lambda: saved(Image.fromarray(certificate(1, 100)).convert("CMYK"), "JPEG"),
    "a grey JPEG": lambda: saved(Image.fromarray(certificate(1, 100)).convert("L"), "JPEG"),
    "a progressive JPEG": lambda: saved(Image.fromarray(certificate(1, 100)), "JPEG", progressive=True),
}


@pytest.mark.parametrize("dpi", [0, 100, 1200])
@pytest.mark.parametrize("what", HANDLED)
def test_every_kind_of_picture_becomes_a_page(maker: WorkerPageMaker, what: str, dpi: int) -> None:
    pages = maker.make(HANDLED[what](), dpi, Wish(), never)
    assert pages
    for page in pages:
        assert cv2.imdecode(np.frombuffer(page.data, np.uint8), cv2.IMREAD_UNCHANGED).shape[:2] == (
            page.height,
            page.width,
        )


def test_white_alpha_and_sixteen_bits_look_as_they_would_on_paper() -> None:
    clear = np.zeros((40, 40, 4), np.uint8)
    assert opening.opened(png(clear)).luma.min() == 255
    assert opening.opened(png(np.full((40, 40), 0xC0FF, np.uint16))).luma.max() in (0xC0, 0xC1)
    black = Image.new("CMYK", (40, 40), (0, 0, 0, 255))
    assert opening.opened(saved(black, "JPEG")).luma.max() < 12


# ---- the worker


def test_opencv_never_comes_into_the_desk() -> None:
    program = (
        "import sys; from clerk_app.imaging.maker import WorkerPageMaker;"
        "assert not {'cv2', 'numpy', 'PIL', 'zxingcpp', 'simplejpeg'} & set(sys.modules), 'loaded'"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_worker_starts_with_the_first_sheet_and_is_gone_after_the_last() -> None:
    before = children()
    one = WorkerPageMaker(patience_s=120)
    assert one.pid is None
    assert children() == before
    one.make(SHEET, 100, Wish(), never)
    pid = one.pid
    assert pid is not None
    one.close()
    one.close()
    assert not alive(pid)
    assert children() == before


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(600)", "PAGE_SILENT"),
        ("raise SystemExit(3)", "PAGE_CRASHED"),
        ("import os; os.read(0, 9); os.abort()", "PAGE_CRASHED"),
        ("import os; os.write(1, b'\\0\\0\\0\\3abc'); os.read(0, 1 << 24)", "PAGE_CRASHED"),
        ("import os; os.write(1, b'\\xff\\xff\\xff\\xff'); os.read(0, 1 << 24)", "PAGE_CRASHED"),
    ],
)
def test_a_worker_that_hangs_crashes_or_writes_nonsense_is_ended_and_soon_given_up(program: str, code: str) -> None:
    before = children()
    one = WorkerPageMaker((sys.executable, "-c", program), patience_s=0.5, monotonic=lambda: 0.0)
    said = []
    for _ in range(6):
        with pytest.raises(DeviceFault) as found:
            one.make(SHEET, 100, Wish(), never)
        said.append(found.value.code)
        assert children() == before
    assert said == [code] * 4 + ["PAGE_MAKER_GIVEN_UP"] * 2


def test_whoever_gives_up_is_let_go_at_once_and_the_next_sheet_has_a_new_worker(maker: WorkerPageMaker) -> None:
    asleep = WorkerPageMaker((sys.executable, "-c", "import time; time.sleep(600)"), patience_s=600)
    asked = 0

    def after_a_while() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(DeviceFault) as found:
        asleep.make(SHEET, 100, Wish(), after_a_while)
    assert found.value.code == "PAGE_GIVEN_UP"
    assert asleep.pid is None
    with pytest.raises(DeviceFault) as found:
        maker.make(SHEET, 100, Wish(), lambda: True)
    assert found.value.code == "PAGE_GIVEN_UP"
    assert maker.make(SHEET, 100, Wish(), never)


def test_closing_ends_a_worker_at_work() -> None:
    one = WorkerPageMaker((sys.executable, "-c", "import time; time.sleep(600)"), patience_s=600)
    heard: list[str] = []
    begun = threading.Event()

    def cancel() -> bool:
        begun.set()
        return False

    def ask() -> None:
        try:
            one.make(SHEET, 100, Wish(), cancel)
        except DeviceFault as problem:
            heard.append(problem.code)

    asking = threading.Thread(target=ask)
    asking.start()
    assert begun.wait(60)
    one.close()
    asking.join(60)
    assert heard == ["PAGE_GIVEN_UP"]


def test_a_sheet_larger_than_any_is_refused_before_a_worker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opening.LARGEST_OCTETS + 1_000_000 < maker_wire.LARGEST
    monkeypatch.setattr("clerk_app.imaging.maker.LARGEST_OCTETS", len(SHEET) - 1)
    one = WorkerPageMaker((sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(DeviceFault) as found:
        one.make(SHEET, 100, Wish(), never)
    assert found.value.code == "PAGE_TOO_LARGE"


def test_the_largest_sheet_goes_through_the_worker_within_its_memory(maker: WorkerPageMaker) -> None:
    """A4 in colour at 600 dpi, of noise that no PNG can make smaller."""
    grain = np.random.default_rng(3).integers(200, 256, (1754, 4960, 3), np.uint8)
    sheet = png(np.tile(grain, (4, 1, 1)))
    assert len(sheet) > 40_000_000
    (page,) = maker.make(sheet, 600, Wish(), never)
    assert page.dpi <= 300
    assert len(page.data) <= 3_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows bounds no process by itself")
def test_a_worker_without_memory_says_so_and_lives() -> None:
    program = (
        "from clerk_app.imaging import maker_worker; maker_worker.LARGEST_MEMORY = 420 << 20;"
        "raise SystemExit(maker_worker.main())"
    )
    one = WorkerPageMaker((sys.executable, "-c", program), patience_s=120)
    try:
        small = one.make(SHEET, 100, Wish(), never)
        pid = one.pid
        with pytest.raises(DeviceFault) as found:
            one.make(saved(Image.new("RGB", (6300, 6300), "white"), "PNG"), 600, Wish(), never)
        assert found.value.code == "PAGE_NO_MEMORY"
        assert one.make(SHEET, 100, Wish(), never) == small
        assert one.pid == pid
    finally:
        one.close()


def test_the_worker_ends_by_itself_when_nobody_asks_or_the_desk_is_gone() -> None:
    subprocess.run([sys.executable, "-m", "clerk_app.imaging.maker_worker"], input=b"", check=True, timeout=60)
    assert maker_worker.IDLE_S <= 600
    program = (
        "from clerk_app.imaging import maker_worker; maker_worker.IDLE_S = 0.1; raise SystemExit(maker_worker.main())"
    )
    quiet = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert quiet.wait(60) == 0
    assert quiet.stdin is not None
    assert quiet.stdout is not None
    quiet.stdin.close()
    quiet.stdout.close()


def test_every_fault_has_words_in_both_languages_and_a_remedy() -> None:
    for words, remedy in FAULTS.values():
        assert all((words.vi, words.en, remedy.vi, remedy.en))
