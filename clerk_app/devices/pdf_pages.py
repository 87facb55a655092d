"""The pages of a PDF as pictures, drawn by poppler's pdftoppm in a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from clerk_app.devices.faults import fault

PROGRAM = "pdftoppm"
MOST_PAGES = 50
LONGER_SIDE = 2400
"""Pixels of a page's longer side, some 200 dpi on A4, however large the page says it is."""
WITHIN_S = 60.0
LARGEST_FILE = 100_000_000


def pictures_of(file: Path, program: str = PROGRAM) -> Iterator[bytes]:
    """The pictures in a file: its pages if it is a PDF, else the file itself.

    Raises `DeviceFault`: PICTURE_UNREADABLE, PICTURE_TOO_LARGE, PDF_READER_MISSING, PDF_UNREADABLE, PDF_TOO_LONG.
    """
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise fault("PICTURE_TOO_LARGE", megapixels=60)
        data = file.read_bytes()
    except OSError as problem:
        raise fault("PICTURE_UNREADABLE") from problem
    if not data.startswith(b"%PDF-"):
        yield data
        return
    found = shutil.which(program)
    if found is None:
        raise fault("PDF_READER_MISSING")
    with tempfile.TemporaryDirectory(prefix="quay-pdf-") as folder:
        pages = _drawn(found, data, Path(folder))
        if len(pages) > MOST_PAGES:
            raise fault("PDF_TOO_LONG", pages=MOST_PAGES)
        for page in pages:
            yield page.read_bytes()


def _drawn(program: str, data: bytes, folder: Path) -> list[Path]:
    command = [program, "-gray", "-png", "-scale-to", str(LONGER_SIDE), "-l", str(MOST_PAGES + 1), "-", "page"]
    try:
        done = subprocess.run(command, input=data, cwd=folder, capture_output=True, timeout=WITHIN_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise fault("PDF_UNREADABLE") from problem
    pages = sorted(folder.glob("page-*.png"))
    if done.returncode or not pages:
        raise fault("PDF_UNREADABLE")
    return pages
