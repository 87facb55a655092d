"""Codes in PDFs: drawn by poppler, bounded, and refused in words."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.devices.codes import PictureCodes
from clerk_app.devices.pdf_pages import MOST_PAGES, pictures_of
from clerk_app.domain.refusals import DeviceFault
from tests.devices.test_codes import CARD, encoded, qr

poppler = pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="apt-get install poppler-utils")


def pdf(*pages: Image.Image) -> bytes:
    out = BytesIO()
    pages[0].save(out, "PDF", resolution=100, save_all=True, append_images=list(pages[1:]))
    return out.getvalue()


@poppler
def test_every_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "two.pdf").write_bytes(pdf(qr(CARD), qr("hai")))
    pages = list(pictures_of(tmp_path / "two.pdf"))
    assert [PictureCodes().read(page) for page in pages] == [(("QRCode", CARD),), (("QRCode", "hai"),)]


def test_a_picture_is_itself(tmp_path: Path) -> None:
    picture = encoded(qr(CARD))
    (tmp_path / "card.png").write_bytes(picture)
    assert list(pictures_of(tmp_path / "card.png")) == [picture]


def refused(file: Path, program: str = "pdftoppm") -> str:
    with pytest.raises(DeviceFault) as caught:
        list(pictures_of(file, program))
    assert caught.value.remedy.vi
    return caught.value.code


@poppler
def test_what_is_no_pdf_or_too_much_is_refused(tmp_path: Path) -> None:
    broken, long = tmp_path / "broken.pdf", tmp_path / "long.pdf"
    broken.write_bytes(b"%PDF-1.7\n" + bytes(300))
    assert refused(broken) == "PDF_UNREADABLE"
    strip = Image.new("1", (2, 200))  # its longer side is drawn as long as any page's
    long.write_bytes(pdf(*[strip] * (MOST_PAGES + 3)))
    assert refused(long) == "PDF_TOO_LONG"
    assert refused(tmp_path / "none.pdf") == "PICTURE_UNREADABLE"


@poppler
def test_a_page_that_says_it_is_huge_is_drawn_small(tmp_path: Path) -> None:
    huge = pdf(qr(CARD)).replace(b"/MediaBox [ 0 0 ", b"/MediaBox [ 0 0 9")
    (tmp_path / "huge.pdf").write_bytes(huge)
    for page in pictures_of(tmp_path / "huge.pdf"):
        assert max(Image.open(BytesIO(page)).size) <= 2400


def test_without_poppler_the_remedy_names_it(tmp_path: Path) -> None:
    (tmp_path / "one.pdf").write_bytes(b"%PDF-1.7\n")
    assert refused(tmp_path / "one.pdf", "no-such-program") == "PDF_READER_MISSING"
