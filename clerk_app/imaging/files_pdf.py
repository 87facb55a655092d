"""The pages of a PDF (ISO 32000): the scan itself where a page is nothing but one, else drawn by poppler's pdftoppm.

Nothing in a PDF is run: pikepdf only reads its objects, pdftoppm draws one page at a time, within the worker's bounds.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from clerk_app.imaging import files_pictures, files_scan
from clerk_app.imaging.file_faults import MOST_PAGES, SHORTEST_SIDE
from clerk_app.imaging.files_pictures import Unusable
from clerk_app.imaging.files_scan import PageSize
from clerk_app.imaging.files_wire import Sheet

if TYPE_CHECKING:
    import pikepdf

PROGRAM = "pdftoppm"
DPI = 300
MOST_DRAWN = 5000
"""Pixels of a drawn page's longer side: A3 at 300 dpi. A page that says it is larger is drawn coarser."""
_LARGEST_PRINT = 2 * 1024 * 1024
"""Octets of a PNG; a page of print stays below it, one with a photograph does not."""
_TAIL = 4096
_LOST_PICTURE = (b"DCT", b"JPX", b"JBIG2", b"CCITT", b"flate", b"JPEG")
"""Of what poppler complains when the data of a picture is damaged; it would draw the rest."""


def pages(held: BinaryIO) -> Iterator[Sheet]:
    """The pages of a PDF, one after the other.

    Raises `Unusable`: `PDF_LOCKED`, `PDF_TOO_LONG`, `PDF_INCOMPLETE`, `PDF_UNREADABLE`, `PDF_READER_MISSING`,
    `PICTURE_…`.
    """
    with _document(held) as document:
        said = int(document.Root.Pages.Count)  # before it is put right: a page that is damaged is left out
        count = len(document.pages)
        if count > MOST_PAGES:
            raise Unusable("PDF_TOO_LONG")
        if count < max(1, said) or (document.get_warnings() and not _ended(held)):
            raise Unusable("PDF_UNREADABLE" if _ended(held) else "PDF_INCOMPLETE")
        for number in range(count):
            page = document.pages[number]
            size = files_scan.size_of(page)
            yield files_scan.of_page(page, size) or _drawn(held, number + 1, size)


@contextmanager
def _document(held: BinaryIO) -> Iterator[pikepdf.Pdf]:
    """The document, opened with no password. What a damaged one makes pikepdf say becomes `Unusable`."""
    import pikepdf

    try:
        held.seek(0)
        with pikepdf.open(held, suppress_warnings=True, inherit_page_attributes=False) as document:
            yield document
    except pikepdf.PasswordError:
        raise Unusable("PDF_LOCKED") from None
    except (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        raise Unusable("PDF_UNREADABLE" if _ended(held) else "PDF_INCOMPLETE") from None


def _ended(held: BinaryIO) -> bool:
    """Whether the file has its end; one that was cut loses its last pages without anybody noticing."""
    held.seek(0, 2)
    held.seek(max(0, held.tell() - _TAIL))
    return b"%%EOF" in held.read()


def _run(command: list[str], held: BinaryIO) -> subprocess.CompletedProcess[bytes]:
    """Run a program that takes the document as its input."""
    if isinstance(held, BytesIO):
        return subprocess.run(command, input=held.getvalue(), capture_output=True, check=False)
    # Opened anew: with the same place in the file, what pikepdf reads next would come from where the program stopped.
    with Path(f"/proc/self/fd/{held.fileno()}").open("rb") as again:
        return subprocess.run(command, stdin=again, capture_output=True, check=False)


def _drawn(held: BinaryIO, number: int, size: PageSize) -> Sheet:
    """A page as pdftoppm draws it: PNG of print, JPEG of pictures."""
    from PIL import Image, ImageChops

    found = shutil.which(PROGRAM)
    if found is None:
        raise Unusable("PDF_READER_MISSING")
    longer = max(SHORTEST_SIDE, min(MOST_DRAWN, round(size.longer_inch * DPI)))
    which = ("-f", str(number), "-l", str(number), "-scale-to", str(longer), "-cropbox")
    done = _run([found, *which, "-"], held)
    if done.returncode < 0 and b"memory" in done.stderr.lower():
        raise MemoryError
    if done.returncode or any(
        b"Error" in line and any(lost in line for lost in _LOST_PICTURE) for line in done.stderr.splitlines()
    ):
        raise Unusable("PDF_UNREADABLE")
    try:
        with Image.open(BytesIO(done.stdout), formats=("PPM",)) as image:
            image.load()
    except (OSError, SyntaxError, ValueError):
        raise Unusable("PDF_UNREADABLE") from None
    files_pictures.within_limits(image.width, image.height)
    dpi = round(max(image.size) / size.longer_inch)
    dpi = dpi if files_pictures.LEAST_DPI <= dpi <= files_pictures.MOST_DPI else 0
    red, green, blue = image.split()
    grey = not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()
    shown = green if grey else image
    return files_pictures.lossless(shown, dpi, _LARGEST_PRINT)
