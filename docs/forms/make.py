"""Makes the pictures in this folder from the real forms and the real rule pack: `python docs/forms/make.py [FOLDER]`.

The people and papers are invented; `pdftoppm` of poppler-utils draws the pages.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from clerk_app.catalogue.pack import load  # noqa: E402 - the tree is not installed
from clerk_app.catalogue.signing import PUBLIC_KEY, read_key  # noqa: E402
from clerk_app.domain.calendar import HANOI  # noqa: E402
from clerk_app.printing.forms import PaperForms  # noqa: E402
from clerk_app.printing.labels import words_of  # noqa: E402
from docs.forms.specimens import (  # noqa: E402
    ISSUED,
    LONGEST,
    ORDINARY,
    STATION,
    apology_of,
    control_slip,
    dossier,
    notices,
)
from docs.forms.specimens_trail import trail_report  # noqa: E402

BEFORE = (2024, 6, 3)
"""A day of the forms before these: TT 01/2018/TT-VPCP, TT 12/2017/TT-BGTVT."""


def gallery() -> Iterator[tuple[str, bytes, int]]:
    """(name of the picture, PDF, page) of every form."""
    folder = ROOT / "resources" / "catalogue"
    pack = load(folder, [read_key(folder / PUBLIC_KEY)])
    forms = PaperForms(lambda day, _: words_of(pack.as_of(day)), STATION, ROOT / "resources")
    longest, ordinary = dossier(LONGEST), dossier(ORDINARY)
    yield "m01", forms.render("M01", ordinary, 1, ISSUED), 2
    yield "m01-longest", forms.render("M01", longest, 1, ISSUED), 2
    yield "m01-practice-reprint", forms.render("M01", replace(ordinary, practice=True), 2, ISSUED), 2
    foreign = dossier(ORDINARY | {"applicant.name": "Anna-Lena Müller", "applicant.nationality": "DEU"})
    yield "m01-foreigner", forms.render("M01", foreign, 1, ISSUED), 2
    for code, notice in notices().items():
        pdf = forms.notice(notice, 1, ISSUED)
        yield code.lower(), pdf, 1
        if code == "M07":
            yield "m07-last", pdf, -1
    report = forms.notice(trail_report(), 1, ISSUED)
    yield "trail", report, 1
    yield "trail-last", report, -1
    then = datetime(*BEFORE, 9, 10, tzinfo=HANOI)
    yield "m04-2018", forms.notice(apology_of(then), 1, then + timedelta(days=7)), 1
    yield "m06-2018", forms.notice(control_slip(ORDINARY, then), 1, then), 1
    yield "don", forms.render("DON", longest, 1, ISSUED), 1
    if ordinary.submitted is not None:
        before = replace(ordinary, submitted=replace(ordinary.submitted, received_at=then))
        yield "don-2017", forms.render("DON", before, 1, then), 1
    yield "fee-receipt", forms.render("fee_receipt", longest, 1, ISSUED), 2
    yield "ticket", forms.ticket(longest, 1, ISSUED).png, 0


def main(folder: Path) -> None:
    """Draw every form once."""
    with tempfile.TemporaryDirectory() as room:
        for name, made, page in gallery():
            target = folder / f"{name}.png"
            if page == 0:
                target.write_bytes(made)
            else:
                _draw(made, page, target, Path(room) / f"{name}.pdf")
            print(target)


def _draw(pdf: bytes, page: int, target: Path, file: Path) -> None:
    file.write_bytes(pdf)
    if page < 0:
        info = subprocess.run(["pdfinfo", file], capture_output=True, check=True, text=True).stdout
        page = next(int(line.split()[1]) for line in info.splitlines() if line.startswith("Pages:"))
    which = ["-f", str(page), "-l", str(page), "-singlefile"]
    command = ["pdftoppm", "-r", "110", "-gray", "-png", *which, str(file), str(target.with_suffix(""))]
    subprocess.run(command, check=True)
    with Image.open(target) as drawn:
        small = drawn.quantize(16)
    small.save(target, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
