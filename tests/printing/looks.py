"""Approved looks of the forms: small pictures that people have looked at, and how a new one is held against them.

`python -m tests.printing.looks` draws every form of the gallery anew and replaces the approved pictures. Look at them
before you commit them.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from docs.forms.make import gallery

APPROVED = Path(__file__).parent / "approved"
DPI = 60
_FAR = 60
"""Grey levels of 255 by which a blurred pixel may differ before it counts: more than another rasteriser's edges do."""


def drawn(made: bytes, page: int) -> Image.Image:
    """A page of a PDF (the last one for -1), or a ticket (0), as small as the approved pictures are."""
    if page == 0:
        with Image.open(io.BytesIO(made)) as ticket:
            grey = ticket.convert("L")
            return grey.resize((grey.width // 3, grey.height // 3), Image.Resampling.BOX)
    info = subprocess.run(["pdfinfo", "-"], input=made, capture_output=True, check=True).stdout.decode()
    last = next(int(line.split()[1]) for line in info.splitlines() if line.startswith("Pages:"))
    number = str(last if page < 0 else page)
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-f", number, "-l", number, "-singlefile", "-"]
    done = subprocess.run(command, input=made, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as picture:
        return picture.convert("L")


def approved(name: str) -> Image.Image:
    """The picture that was approved."""
    with Image.open(APPROVED / f"{name}.png") as picture:
        return picture.convert("L")


def differing(one: Image.Image, other: Image.Image) -> int:
    """How many pixels differ for more than their edges; every pixel where the sizes do."""
    if one.size != other.size:
        return one.width * one.height
    blurred = [picture.filter(ImageFilter.BoxBlur(1)) for picture in (one, other)]
    return sum(ImageChops.difference(*blurred).histogram()[_FAR:])


def approve() -> None:
    """Replace every approved picture by what the forms look like now."""
    APPROVED.mkdir(exist_ok=True)
    for old in APPROVED.glob("*.png"):
        old.unlink()
    for name, made, page in gallery():
        drawn(made, page).quantize(16).save(APPROVED / f"{name}.png", optimize=True)
        print(APPROVED / f"{name}.png")


if __name__ == "__main__":
    approve()
