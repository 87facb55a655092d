"""reading: certificates clean and spoilt, read by ours and by Tesseract as it comes (`tesseract -l vie`).

`letters wrong` is the edit distance to what was printed, blanks not counted. A value counts as clearly read from three
quarters of sureness on; one that is clearly read and wrong must not be. Names are compared as the desk compares them,
without marks.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bench.reading_pages import KINDS, Certificate, letters_wrong, page
from bench.run import row
from clerk_app.domain.pages import PageText
from clerk_app.domain.paper_reading import proposals, recognise
from clerk_app.domain.people import search_key
from clerk_app.domain.printed_values import Known
from clerk_app.domain.rules import Rules

PAGES = 4
MOST_WRONG = {"copied": 3.0}
MOST_WRONG_ELSEWHERE = 2.0
"""Per cent of letters."""
_PACK = Path(__file__).resolve().parents[1] / "resources" / "catalogue"


@dataclass(slots=True)
class Count:
    """What came of the pages of one kind."""

    wrong: int = 0
    letters: int = 0
    recognised: int = 0
    values: int = 0
    right: int = 0
    misleading: int = 0
    ours_s: float = 0.0

    @property
    def share(self) -> float:
        """Letters wrong, in per cent."""
        return 100 * self.wrong / max(1, self.letters)


def as_it_comes(jpeg: bytes) -> str:
    """What Tesseract makes of the page when nothing is done for it."""
    command = ["tesseract", "stdin", "stdout", "-l", "vie"]
    alone = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, input=jpeg, capture_output=True, check=True, env=alone).stdout.decode("utf-8")


def law() -> Rules:
    """The training pack's rules of a day."""
    from clerk_app.catalogue import pack, signing

    return pack.load(_PACK, [signing.read_key(_PACK / signing.PUBLIC_KEY)]).as_of(date(2026, 11, 23))


def counted(kind: str, read: Callable[[bytes], PageText], rules: Rules) -> tuple[Count, Count]:
    """(ours, Tesseract as it comes) over the pages of one kind."""
    ours, plain = Count(), Count()
    known = Known({code for _, code in rules.classes}, rules.id_provinces, rules.licence_prefixes)
    for number in range(PAGES):
        certificate, jpeg = page(number, kind)
        start = time.perf_counter()
        text = read(jpeg)
        ours.ours_s += time.perf_counter() - start
        for count, said in ((ours, text.text), (plain, as_it_comes(jpeg))):
            wrong, letters = letters_wrong(said, certificate.text)
            count.wrong, count.letters = count.wrong + wrong, count.letters + letters
        found = recognise(text, rules.recognition)
        ours.recognised += found is not None and found.paper == "GKSK"
        _values(ours, certificate, text, rules, known)
    return ours, plain


def _values(count: Count, certificate: Certificate, text: PageText, rules: Rules, known: Known) -> None:
    count.values += len(certificate.values)
    for one in proposals(text, "GKSK", rules.readings, known):
        right = search_key(one.text) == search_key(certificate.values[one.field])
        count.right += right
        count.misleading += not right and one.sure >= 0.75


def run() -> list[dict[str, Any]]:
    """Rows of letters by kind, then of papers, values and time over all of them."""
    from clerk_app.imaging.reading import TesseractReader

    reader = TesseractReader()
    if reader.lacks():
        missing = [f"{reader.lacks()}: apt-get install tesseract-ocr tesseract-ocr-vie"]
        return [row("reading", None, unit="%", what="letters wrong", not_measured=missing)]
    rules = law()
    rows, every = [], Count()
    for kind in KINDS:
        ours, plain = counted(kind, lambda jpeg: reader.read(jpeg, 300, lambda: False), rules)
        most = MOST_WRONG.get(kind, MOST_WRONG_ELSEWHERE)
        made = row(
            f"reading {kind}", ours.share, peer=plain.share, unit="% letters wrong", what="a certificate, 300 dpi"
        )
        rows.append(made | {"goal": f"≤ {most:g} %", "met": ours.share <= most})
        for name in ("recognised", "values", "right", "misleading", "ours_s"):
            setattr(every, name, getattr(every, name) + getattr(ours, name))
    pages = PAGES * len(KINDS)
    papers = row("reading papers", 100 * every.recognised / pages, unit="% recognised", what="by their title")
    values = row("reading values", 100 * every.right / every.values, unit="% right", what="values of the form")
    wrong = row("reading misleading", float(every.misleading), unit="values", what="wrong, and shown as clearly read")
    taken = row("reading time", every.ours_s * 1000 / pages, unit="ms", what="a page, at low priority")
    return [
        *rows,
        papers | {"goal": "100 %", "met": every.recognised == pages},
        values | {"goal": "≥ 90 %", "met": every.right >= 0.9 * every.values},
        wrong | {"goal": "none", "met": every.misleading == 0},
        taken,
    ]
