"""Network scanners: the practice one on the real wire, Debian's `sane-airscan` as somebody else's client of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clerk_app.practice import escl_scanner, specimens
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from clerk_app.practice.scanner_papers import draw

AIRSCAN = Path("/usr/lib/x86_64-linux-gnu/sane/libsane-airscan.so.1")


@dataclass(frozen=True, slots=True)
class Papers:
    """Specimen papers as files, A4 at 300 dpi: a stack of them is what lies in a feeder."""

    health: Path
    front: Path
    back: Path
    empty: Path

    def stack(self, count: int) -> list[Path]:
        """So many sheets of different papers, over and over."""
        kinds = (self.health, self.front, self.back, self.empty)
        return [kinds[number % len(kinds)] for number in range(count)]


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    """Drawn once for all tests of a worker."""
    folder = tmp_path_factory.mktemp("papers")
    specimen = specimens.specimen(1)
    drawn = []
    for kind in ("health", "licence-front", "licence-back", "empty"):
        drawn.append(folder / f"{kind}.ppm")
        draw(kind, specimen.person, specimen.licences[0]).save(drawn[-1], "PPM")
    return Papers(*drawn)


@pytest.fixture(scope="module")
def _escl_machine() -> Iterator[PracticeEsclScanner]:
    machine = escl_scanner.start()
    yield machine
    machine.close()


@pytest.fixture
def network_scanner(_escl_machine: PracticeEsclScanner) -> PracticeEsclScanner:
    """The practice network scanner, empty and well."""
    _escl_machine.show()
    return _escl_machine


def airscan_env(folder: Path, address: str) -> dict[str, str]:
    """A private SANE that knows one network scanner, and that through `sane-airscan`; skipped where that is missing."""
    if not any(AIRSCAN.parent.parent.parent.rglob(AIRSCAN.name)):
        pytest.skip("the SANE backend airscan is missing: apt-get install sane-airscan")
    folder.mkdir()
    (folder / "dll.conf").write_text("airscan\n")
    (folder / "airscan.conf").write_text(
        f'[devices]\n"Practice" = {address}, eSCL\n[options]\ndiscovery = disable\nws-discovery = off\n'
    )
    return {"SANE_CONFIG_DIR": str(folder), "QUAY_SCANNER_OPTIONS": str(folder / "options.toml")}
