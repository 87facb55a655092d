"""Makes the pictures in this folder from the real forms and the real rule pack: `python docs/forms/make.py`.

The people and papers are practice specimens; `pdftoppm` of poppler-utils draws the pages.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from bench.receipt import STATION, dossier  # noqa: E402 - the tree is not installed
from clerk_app.catalogue.pack import load  # noqa: E402
from clerk_app.domain.dossier import Dossier  # noqa: E402
from clerk_app.printing.forms import PaperForms  # noqa: E402
from clerk_app.printing.labels import words_of  # noqa: E402


def main() -> None:
    """Draw every form once: original, reprint in practice, fee receipt."""
    folder = ROOT / "resources" / "catalogue"
    pack = load(folder, [bytes.fromhex((folder / "publisher.pub").read_text("ascii").strip())])
    forms = PaperForms(lambda day: words_of(pack.as_of(day)), STATION, ROOT / "resources")
    specimen = dossier(128)
    # As the counter records it today: which papers came, not in which form.
    known = {name: value for name, value in specimen.fields.items() if not name.startswith("paper.")}
    specimen = replace(specimen, fields=known)
    if specimen.submitted is None:
        raise ValueError("the specimen was not submitted")
    practice = replace(specimen, practice=True)
    wanted: list[tuple[str, str, Dossier, int]] = [
        ("m01", "M01", specimen, 1),
        ("m01-practice-reprint", "M01", practice, 2),
        ("fee-receipt", "fee_receipt", specimen, 1),
    ]
    with tempfile.TemporaryDirectory() as room:
        for name, form, shown, serial in wanted:
            file = Path(room) / f"{name}.pdf"
            file.write_bytes(forms.render(form, shown, serial, specimen.submitted.received_at))
            command = [
                "pdftoppm",
                "-r",
                "110",
                "-png",
                "-f",
                "2",
                "-l",
                "2",
                "-singlefile",
                str(file),
                str(HERE / name),
            ]
            subprocess.run(command, check=True)
            print(HERE / f"{name}.png")


if __name__ == "__main__":
    main()
