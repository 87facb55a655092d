"""The practice glass: specimen papers, seen by SANE's own scanimage and by our driver."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date
from io import BytesIO

import pytest
from PIL import Image

from clerk_app.desk.ports import ScannedPage
from clerk_app.devices.codes import PictureCodes
from clerk_app.devices.scanner.scanners import DeskScanners
from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice.scanner import DEVICE, PracticeScanner, ScannerFault, practice_scanner
from clerk_app.practice.scanner_papers import PAPERS, draw

pytestmark = pytest.mark.wire

PERSON = Person(
    number="001304012345",
    name="ĐỖ NGỌC ÁNH",
    born=date(2004, 1, 2),
    sex="F",
    residence="Số 7, phố Huế, phường Hai Bà Trưng, thành phố Hà Nội",
    issued=date(2022, 3, 4),
)
LICENCE = Licence("new", "A1", "011225000017", date(2025, 3, 4), None, "valid", "Công an thành phố Hà Nội")


@pytest.fixture(scope="module")
def glass(tmp_path_factory: pytest.TempPathFactory) -> PracticeScanner:
    if shutil.which("scanimage") is None:
        pytest.skip("scanimage is missing: apt-get install sane-utils")
    return practice_scanner(tmp_path_factory.mktemp("glass"), PERSON, LICENCE)


def scanned(glass: PracticeScanner) -> ScannedPage:
    pages: list[ScannedPage] = []
    assert DeskScanners(glass.environment).scan(DEVICE, "Flatbed", pages.append, lambda: False) == 1
    return pages[0]


def test_only_the_practice_scanner_is_there(glass: PracticeScanner) -> None:
    (device,) = DeskScanners(glass.environment).devices()

    assert (device.name, device.sources) == (DEVICE, ("Flatbed",))
    assert "tập" in device.label


def test_the_next_scan_shows_the_paper_that_was_laid_down(glass: PracticeScanner) -> None:
    glass.lay("licence-back")
    back = scanned(glass)
    glass.lay("empty")
    empty = scanned(glass)

    assert (back.width, back.height, back.dpi) == (2480, 3508, 300)
    assert PictureCodes().read(back.data) == (("QRCode", f"SPECIMEN|{LICENCE.number}|A1"),)
    assert PictureCodes().read(empty.data) == ()


def test_any_sane_program_sees_the_same_paper(glass: PracticeScanner) -> None:
    glass.lay("licence-front")
    command = [
        "scanimage",
        "-d",
        DEVICE,
        f"--filename={glass.folder / 'glass.pnm'}",
        "--resolution=300",
        "--format=pnm",
    ]
    said = subprocess.run(
        command, capture_output=True, check=True, timeout=60, env=os.environ | dict(glass.environment)
    )

    with Image.open(BytesIO(said.stdout)) as theirs, Image.open(BytesIO(scanned(glass).data)) as ours:
        assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("jam", "SCANNER_JAMMED"),
        ("cover-open", "SCANNER_COVER_OPEN"),
        ("no-paper", "SCANNER_NO_PAPER"),
        ("io", "SCANNER_IO"),
        ("access", "SCANNER_ACCESS"),
        ("no-memory", "SCANNER_NO_MEMORY"),
        ("end", "SCANNER_NO_DATA"),
    ],
)
def test_the_practice_scanner_can_suffer(glass: PracticeScanner, fault: ScannerFault, code: str) -> None:
    glass.set_fault(fault)
    try:
        with pytest.raises(DeviceFault) as ended:
            scanned(glass)
    finally:
        glass.set_fault("")

    assert ended.value.code == code


@pytest.mark.parametrize("paper", PAPERS)
def test_papers_are_drawn_the_same_every_time(paper: str) -> None:
    kind = next(known for known in PAPERS if known == paper)

    assert draw(kind, PERSON, LICENCE).tobytes() == draw(kind, PERSON, LICENCE).tobytes()
