"""Makes the pictures in this folder from the real window: `.venv/bin/python docs/pictures/make.py`.

It plays `./clerk demo --headless` and keeps some of the screens that the demonstration took, the first page that came
out of its printer, what `identity.py` beside it took of cards that prove nothing, `application.py` of step 2,
`papers.py` of step 3, `shelf.py` of the shelf and `oversight.py` of approvals, trail and lock, smaller and with fewer
colours. A second look takes a day to be drawn, a queue takes citizens and a report takes a quarter: those pictures are
of the same window on the sample desks of its tests (`GALLERIES`).
`--from DIR` takes a demonstration that was already played with `--out DIR`. People and papers are practice specimens.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

SCREENS = {
    "identity": ("identity", 0),
    "exception": ("application", -1),
    "outbox-offline": ("outbox-offline", 0),
}
"""Our name → the demonstration's name of the screen, and which one of those: the first, or the last."""
CARDS = ("identity-altered", "identity-copied")
"""What `identity.py` takes."""
STEP_2 = ("application", "application-why")
"""What `application.py` takes."""
STEP_3 = ("papers",)
"""What `papers.py` takes."""
SHELF = ("shelf",)
"""What `shelf.py` takes."""
OVERSIGHT = ("approvals", "trail", "lock")
"""What `oversight.py` takes."""
GALLERIES = {
    "review": ("gallery_review", "review-waiting", "review-waiting"),
    "online": ("gallery_online", "queue", "queue-vi"),
    "results": ("gallery_results", "results-hand", "results-hand"),
    "reports": ("gallery_reports", "reports-quarter", "reports-quarter-vi"),
    "course": ("gallery_messages", "messages-two", "messages-two"),
}
"""Our name → which gallery of the tests of the window takes it, of which state, and what the file is called there."""
WIDTH = 1200
RECEIPT = "receipt-m01"
MOST_BYTES = 200_000
COLOURS = (256, 192, 128, 96, 64)


def shrunk(picture: Image.Image) -> bytes:
    """The picture as a PNG of at most `MOST_BYTES`, with as many colours as fit. Raises `ValueError`.

    Settled by `kmeans`, large areas keep the very colour they have; without it the page's grey turns blue or green.
    """
    for colours in COLOURS:
        out = BytesIO()
        picture.quantize(colours, method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError(f"more than {MOST_BYTES} bytes even with {COLOURS[-1]} colours")


def screen(folder: Path, name: str, which: int) -> Image.Image:
    """A screen of that name, `WIDTH` pixels wide. Raises `FileNotFoundError`."""
    found = sorted((folder / "screens").glob(f"[0-9][0-9]-{name}.png"))
    if not found:
        raise FileNotFoundError(f"the demonstration took no picture of {name}")
    return shown(found[which])


def shown(file: Path) -> Image.Image:
    """A picture of the window, `WIDTH` pixels wide."""
    with Image.open(file) as picture:
        height = round(picture.height * WIDTH / picture.width)
        return picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)


def printed(folder: Path) -> Image.Image:
    """The citizen's copy of the first form that was printed, drawn by poppler's pdftoppm."""
    form = next(path for path in sorted(folder.glob("receipt*.pdf")))
    command = ["pdftoppm", "-r", "110", "-png", "-f", "2", "-l", "2", "-singlefile", str(form)]
    drawn = subprocess.run(command, check=True, capture_output=True).stdout
    with Image.open(BytesIO(drawn)) as picture:
        return picture.convert("RGB")


def cards() -> dict[str, Image.Image]:
    """Cards that prove nothing, on the reader of a practice desk."""
    with tempfile.TemporaryDirectory() as room:
        for name in CARDS:
            word = name.partition("-")[2]
            subprocess.run([sys.executable, str(HERE / "identity.py"), room, "--only", word], check=True)
        return {name: shown(Path(room) / f"{name}.png") for name in CARDS}


def steps() -> dict[str, Image.Image]:
    """What follows from the law, and why; pages that were scanned, made and read; two versions of one dossier; what
    supervisors see.
    """
    with tempfile.TemporaryDirectory() as room:
        for script in ("application.py", "papers.py", "shelf.py", "oversight.py"):
            subprocess.run([sys.executable, str(HERE / script), room], check=True)
        names = (*STEP_2, *STEP_3, *SHELF, *OVERSIGHT)
        return {name: shown(Path(room) / f"{name}.png") for name in names} | {
            name: gallery(Path(room), *place) for name, place in GALLERIES.items()
        }


def gallery(room: Path, module: str, state: str, file: str) -> Image.Image:
    """A page of the window on the sample desk of its tests."""
    command = [sys.executable, "-m", f"tests.screens.{module}", str(room), "vi", "1440x900", state]
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"})
    return shown(room / f"{file}.png")


def make(folder: Path) -> None:
    """Every picture, from what a demonstration left in `folder`."""
    pictures = {ours: screen(folder, *theirs) for ours, theirs in SCREENS.items()} | {RECEIPT: printed(folder)}
    pictures |= cards() | steps()
    for name, picture in pictures.items():
        file = HERE / f"{name}.png"
        file.write_bytes(shrunk(picture))
        print(f"{file.relative_to(ROOT)}: {picture.width} × {picture.height}, {file.stat().st_size // 1000} KB")


def main() -> None:
    """Play the demonstration, unless it was played, and keep its pictures."""
    parser = argparse.ArgumentParser(description="Makes the pictures in this folder from the real window.")
    parser.add_argument("--from", dest="folder", type=Path, metavar="DIR", help="what `demo --headless --out` left")
    options = parser.parse_args()
    if options.folder is not None:
        make(options.folder)
        return
    with tempfile.TemporaryDirectory() as room:
        subprocess.run([sys.executable, str(ROOT / "clerk"), "demo", "--headless", "--out", room], check=True)
        make(Path(room))


if __name__ == "__main__":
    main()
