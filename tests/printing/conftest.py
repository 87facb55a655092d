"""The forms of a live office by the real rule pack, and a printer's view of a page."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from clerk_app.catalogue.pack import load
from clerk_app.printing.forms import PaperForms
from clerk_app.printing.labels import words_of
from tests.printing.paper import RESOURCES, STATION, Pictures


@pytest.fixture(scope="session")
def forms() -> PaperForms:
    """The forms of a live office by the rule pack of the repository."""
    folder = RESOURCES / "catalogue"
    pack = load(folder, [bytes.fromhex((folder / "publisher.pub").read_text("ascii").strip())])
    return PaperForms(lambda day, _: words_of(pack.as_of(day)), STATION, RESOURCES)


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    """Every page as a counter's printer of that resolution would draw it."""

    def drawn(pdf: bytes, dpi: int = 203) -> list[Image.Image]:
        (tmp_path / "form.pdf").write_bytes(pdf)
        command = ["pdftoppm", "-r", str(dpi), "-gray", str(tmp_path / "form.pdf"), str(tmp_path / "page")]
        subprocess.run(command, check=True)
        made = []
        for file in sorted(tmp_path.glob("page-*.pgm")):
            with Image.open(file) as picture:
                made.append(picture.copy())
            file.unlink()
        return made

    return drawn
