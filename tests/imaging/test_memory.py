"""The largest pictures that are let in leave both workers within 512 MB, whatever their kind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clerk_app.bootstrap import files_of
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.file_faults import LARGEST_JPEG_PIXELS, LARGEST_PIXELS, LARGEST_WEBP_PIXELS
from clerk_app.imaging.files import WorkerFiles
from clerk_app.imaging.maker import WorkerPageMaker
from tests.peers.processes import children

pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much a process ever held"),
]
MOST_KB = 512 * 1024


def never() -> bool:
    return False


@lru_cache(maxsize=1)
def grain(pixels: int) -> Image.Image:
    """A square picture of so many pixels, of noise, so that nothing about it is small."""
    edge = int(pixels**0.5)
    rows = np.random.default_rng(3).integers(150, 256, (64, edge, 3), np.uint8)
    return Image.fromarray(np.tile(rows, (edge // 64 + 1, 1, 1))[:edge])


def saved(picture: Image.Image, kind: str, **how: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def most_kb(pid: int) -> int:
    """The most that a process ever held in memory."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0])


BROUGHT: dict[str, Callable[[], bytes]] = {
    "progressive": lambda: saved(grain(LARGEST_JPEG_PIXELS), "JPEG", progressive=True, subsampling=0, quality=70),
    "inks": lambda: saved(grain(LARGEST_PIXELS).convert("CMYK"), "JPEG", progressive=True, quality=60),
    "transparent": lambda: saved(grain(LARGEST_PIXELS).convert("RGBA"), "PNG", compress_level=1),
    "webp": lambda: saved(grain(LARGEST_WEBP_PIXELS), "WEBP", lossless=True, quality=0),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", BROUGHT)
def test_opening_a_file(what: str) -> None:
    data = BROUGHT[what]()
    before = children()
    arriving = WorkerFiles(patience_s=250).pages(data, never)
    page = next(arriving)
    (worker,) = children() - before
    most = most_kb(worker)
    arriving.close()
    print(f"{what}: {most // 1024} MB")
    assert most <= MOST_KB
    assert page.width * page.height <= LARGEST_PIXELS, "a page can be made of it"


SCANNED: dict[str, Callable[[], bytes]] = {
    "progressive": lambda: saved(grain(LARGEST_PIXELS), "JPEG", progressive=True, subsampling=0, quality=70),
    "palette": lambda: saved(grain(LARGEST_PIXELS).quantize(16), "PNG", compress_level=1),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", SCANNED)
def test_making_a_page(what: str) -> None:
    maker = WorkerPageMaker(patience_s=250)
    try:
        assert maker.make(SCANNED[what](), 600, Wish(), never)
        assert maker.pid is not None
        most = most_kb(maker.pid)
    finally:
        maker.close()
    print(f"{what}: {most // 1024} MB")
    assert most <= MOST_KB


def test_what_could_not_be_opened_within_them_is_refused_with_a_remedy() -> None:
    for picture, kind, code in (
        (grain(LARGEST_WEBP_PIXELS + 200_000), "WEBP", "PICTURE_WEBP_LARGE"),
        (grain(LARGEST_PIXELS + 200_000).convert("CMYK"), "JPEG", "PICTURE_TOO_LARGE"),
        (grain(LARGEST_PIXELS + 200_000), "BMP", "PICTURE_TOO_LARGE"),
    ):
        with pytest.raises(DeviceFault) as caught:
            list(files_of().pages(saved(picture, kind), never))
        assert caught.value.code == code
        assert "{" not in str(caught.value)
