"""The practice scanner: SANE's own `pnm` device in a private configuration, with a specimen paper on its glass."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Person
from clerk_app.practice.scanner_papers import DPI, Paper, draw

DEVICE = "pnm:0"
"""The name under which SANE lists the practice scanner."""

ScannerFault = Literal["", "jam", "cover-open", "no-paper", "io", "access", "no-memory", "end"]
_SWITCHES: Mapping[ScannerFault, str] = {
    "": "",
    "jam": "status-jammed",
    "cover-open": "status-coveropen",
    "no-paper": "status-nodocs",
    "io": "status-ioerror",
    "access": "status-accessdenied",
    "no-memory": "status-nomem",
    "end": "status-eof",
}


@dataclass(slots=True)
class PracticeScanner:
    """A glass on which specimen papers of one person lie. `environment` makes any SANE program see it and only it."""

    folder: Path
    person: Person = field(repr=False)
    licence: Licence = field(repr=False)
    environment: Mapping[str, str]

    def lay(self, paper: Paper) -> None:
        """Put a paper on the glass; the next scan shows it. Drawn once, about a second."""
        drawn = self.folder / f"{paper}.pnm"
        if not drawn.exists():
            fresh = drawn.with_suffix(".new")
            draw(paper, self.person, self.licence).save(fresh, "PPM")
            fresh.replace(drawn)
        self._show(drawn)

    def lay_file(self, picture: Path) -> None:
        """Put any PNM file on the glass."""
        self._show(picture)

    def set_fault(self, fault: ScannerFault) -> None:
        """Let every scan end in this fault; the empty text heals it."""
        self._options(_SWITCHES[fault])

    def _show(self, picture: Path) -> None:
        fresh = self.folder / "glass.new"
        fresh.unlink(missing_ok=True)
        try:
            os.link(picture, fresh)
        except OSError:  # another disk, or one without links
            fresh.write_bytes(picture.read_bytes())
        fresh.replace(self.folder / "glass.pnm")

    def _options(self, switch: str) -> None:
        glass = (self.folder / "glass.pnm").as_posix()
        lines = [f'["{DEVICE}"]', 'label = "Máy quét tập (Practice)"', f'["{DEVICE}".options]', f'filename = "{glass}"']
        if switch:
            lines += ['status = "no"', f'{switch} = "yes"']
        lines += ['["pnm:1"]', "hidden = true", ""]
        fresh = self.folder / "options.new"
        fresh.write_text("\n".join(lines), encoding="utf-8")
        fresh.replace(self.folder / "options.toml")


def practice_scanner(folder: Path, person: Person, licence: Licence, paper: Paper = "health") -> PracticeScanner:
    """Make the private SANE configuration in `folder` and lay the first paper on the glass (A4, 300 dpi)."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "dll.conf").write_text("pnm\n", encoding="ascii")
    environment = {"SANE_CONFIG_DIR": str(folder), "QUAY_SCANNER_OPTIONS": str(folder / "options.toml")}
    scanner = PracticeScanner(folder, person, licence, environment)
    scanner.set_fault("")
    scanner.lay(paper)
    return scanner


__all__ = ["DEVICE", "DPI", "Paper", "PracticeScanner", "ScannerFault", "practice_scanner"]
