"""receipt: an M01 on A5, both copies, warm, against the same page in stock reportlab (platypus).

Every run is another dossier: codes and names change, so nothing of a page can be remembered.
"""

from __future__ import annotations

import itertools
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

from bench import receipt_platypus
from bench.run import alternated, row
from clerk_app.catalogue.pack import load
from clerk_app.catalogue.signing import PUBLIC_KEY, read_key
from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, FeeTaken, Submitted, Value
from clerk_app.printing.forms import PaperForms
from clerk_app.printing.labels import words_of

RUNS = 60
PAPERS = ("DON", "GKSK", "GPLX_CU", "CC", "ANH")
RESOURCES = Path(__file__).parents[1] / "resources"
PACK = RESOURCES / "catalogue"
WORDS = words_of(load(PACK, [read_key(PACK / PUBLIC_KEY)]).as_of(date(2026, 11, 23)))
OFFICE = "Phòng Cảnh sát giao thông - Công an thành phố Hà Nội"
STATION = Station("bench", "Q5", "PC08-HN", OFFICE, "Hanoi traffic police", "G01.801.308", False, "")
NAMES = ("TRẦN MINH QUÂN", "LÊ THỊ HƯƠNG", "ĐỖ NGỌC ÁNH", "NGUYỄN HỮU ĐẠT")


def dossier(number: int) -> Dossier:
    """The dossier of one run."""
    code = f"G01.801.308-261123-{number:06d}"
    fields = {
        "applicant.name": NAMES[number % len(NAMES)],
        "applicant.number": f"001090{number:06d}",
        "applicant.residence": f"Số {number % 300}, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
        "applicant.phone": f"09{number:08d}",
    }
    fields |= {f"paper.{code}.kind": "original" for code in PAPERS}
    received, due = datetime(2026, 11, 23, 9, 5, tzinfo=HANOI), datetime(2026, 11, 30, 12, 0, tzinfo=HANOI)
    return Dossier(
        id=UUID(int=number),
        status="submitted",
        procedure="licence-exchange",
        code=code,
        submitted=Submitted(code, received, due, "B", "DOI_SAP_HET_HAN", 115000, PAPERS),
        fields=MappingProxyType({name: Value(text, "chip") for name, text in fields.items()}),
        fee=FeeTaken(f"{number:07d}", 115000, "cash", 115000, 0),
    )


def run() -> list[dict[str, Any]]:
    """Two rows: copy against copy, and our two copies against a single one of the peer."""
    forms = PaperForms(lambda *_: WORDS, STATION, RESOURCES)
    issued = datetime(2026, 11, 23, 9, 10, tzinfo=HANOI)
    ours, theirs = itertools.count(1), itertools.count(1)

    def by_us() -> bytes:
        return forms.render("M01", dossier(next(ours)), 1, issued)

    def by_platypus(copies: int) -> bytes:
        return receipt_platypus.render(dossier(next(theirs)), WORDS, STATION, issued, RESOURCES, copies)

    by_us()
    by_platypus(2)
    times = alternated({"ours": by_us, "peer": lambda: by_platypus(2), "single": lambda: by_platypus(1)}, RUNS)
    return [
        row(
            "receipt",
            times["ours"],
            peer=times["peer"],
            at_most=0.5,
            what="M01 on A5, two copies, Code 128 and QR, warm; peer: stock reportlab platypus",
            not_measured=["WeasyPrint: this bench does not render with it"],
        ),
        row(
            "receipt (peer: one copy)",
            times["ours"],
            peer=times["single"],
            at_most=0.5,
            what="the same, although the peer lays out a single page and we two copies",
        ),
    ]
