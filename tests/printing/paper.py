"""A dossier as the counter hands it to the printer, and eyes that read what came out."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

import zxingcpp
from PIL import Image

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, FeeTaken, Page, Submitted, Value

RESOURCES = Path(__file__).parents[2] / "resources"
STT_PT, LINE_PT, SPACE_PT = 12.0, 60.0, 2.5
"""How far a number may stand from the edge of its column, how high a line is, how wide a space."""
CODE = "G01.801.308-261123-000128"
ISSUED = datetime(2026, 11, 23, 9, 10, tzinfo=HANOI)
FIELDS = {
    "applicant.name": "TRẦN MINH QUÂN",
    "applicant.number": "001090012345",
    "applicant.residence": "Số 12, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
    "applicant.phone": "0912345678",
    "result_place": "post",
}
STATION = Station(
    station="station-1",
    counter="Q5",
    office="G01.801.308",
    office_name_vi="Phòng Cảnh sát giao thông - Công an thành phố Hà Nội",
    office_name_en="Hanoi traffic police",
    unit_code="G01.801.308",
    practice=False,
    central="",
)


def accepted(code: str = CODE, practice: bool = False, **fields: str) -> Dossier:
    """A dossier that was accepted; `fields` overwrite (`applicant_residence="…"`)."""
    known = FIELDS | {name.replace("_", ".", 1): text for name, text in fields.items()}
    received = datetime(2026, 11, 23, 9, 5, tzinfo=HANOI)
    due = datetime(2026, 11, 30, 12, 0, tzinfo=HANOI)
    papers = ("DON", "GKSK", "GPLX_CU", "CC", "ANH")
    return Dossier(
        id=UUID(int=1),
        status="submitted",
        procedure="licence-exchange",
        code=code,
        local_code="T-Q5-00004",
        practice=practice,
        submitted=Submitted(code, received, due, "B", "DOI_SAP_HET_HAN", 115000, papers),
        fields=MappingProxyType({name: Value(text, "chip") for name, text in known.items()}),
        marks=MappingProxyType({"CC": "chip", "DON": "generated", "GPLX_CU": "seen"}),
        pages=tuple(Page(f"{n:064x}", "GKSK", 1654, 2339, 200, 1) for n in range(2)),
        fee=FeeTaken("0000128", 115000, "cash", 200000, 85000),
    )


def unpaid() -> Dossier:
    """The same dossier before any money changed hands."""
    return replace(accepted(), fee=None)


def text_of(pdf: bytes, *options: str) -> str:
    """What `pdftotext` reads, white space single."""
    done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    text = done.stdout.decode("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def lines_of(pdf: bytes) -> list[list[str]]:
    """The lines of a printed table whose first column counts them; each cell is its letters, without spaces."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    _, *pages = done.stdout.decode().split("<page ")
    return [line for page in pages for line in _lines_on(page)]


def _lines_on(page: str) -> list[list[str]]:
    found = re.findall(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', page)
    words = [(float(left), float(top), float(right), text) for left, top, right, _, text in found]
    edge = min((left for left, _, _, text in words if text == "STT"), default=0.0)
    tops = sorted(top for left, top, _, text in words if text.isdigit() and abs(left - edge) < STT_PT)
    lines = []
    for number, top in enumerate(tops):
        below = tops[number + 1] if number + 1 < len(tops) else top + LINE_PT
        mine = sorted(word for word in words if top - 1 < word[1] < below - 1)
        cells: list[list[tuple[float, float, float, str]]] = []
        for word in mine:
            if cells and word[0] < max(right for _, _, right, _ in cells[-1]) + SPACE_PT:
                cells[-1].append(word)
            else:
                cells.append([word])
        lines.append(["".join(text for *_, text in sorted(cell, key=lambda one: (one[1], one[0]))) for cell in cells])
    return lines


def pages_of(pdf: bytes) -> int:
    """How many pages `pdfinfo` counts."""
    done = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True)
    return next(int(line.split()[1]) for line in done.stdout.decode().splitlines() if line.startswith("Pages:"))


Pictures = Callable[[bytes, int], list[Image.Image]]


def codes_of(picture: Image.Image) -> dict[str, str]:
    """What a reader finds on the page, by kind of symbol."""
    found: dict[str, str] = {}
    for code in zxingcpp.read_barcodes(picture):
        kind = (
            "qr" if "qr" in str(code.format).lower() else "code128" if "128" in str(code.format) else str(code.format)
        )
        found[kind] = code.text
    return found
