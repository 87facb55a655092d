"""To which item of a checklist the generated scans go: by a bar code on them, by the size of a card, by their title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
import zxingcpp

from clerk_app.catalogue import pack, signing
from clerk_app.desk.page_ports import MadePage
from clerk_app.domain.assigning import Stack, Title, assigned
from clerk_app.domain.decision import PaperNeeded
from clerk_app.domain.pages import Page, PageText
from clerk_app.domain.paper_reading import recognise
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from tests.imaging.outcomes import Outcome, outcome
from tests.imaging.scans import Scan, Truth, certificate, glass, lay, scanned

By = Literal["code", "size", "title"]
CODES = ("QRCode", "Code128", "DataMatrix")
CERTIFICATE, LICENCE = "GKSK", "GPLX_CU"
_PACK = Path(__file__).parents[2] / "resources" / "catalogue"
_NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Assignment:
    """The pages of one scan: item and side as they should be and as they became, `by` that sort of evidence."""

    name: str
    by: By
    wanted: tuple[tuple[str, str], ...]
    given: tuple[tuple[str, str], ...]

    @property
    def open(self) -> tuple[tuple[str, str], ...]:
        """What it would be if no page were given to an item."""
        return (("", ""),) * len(self.wanted)

    @property
    def right(self) -> bool:
        """Whether all of it is as it should be."""
        return self.given == self.wanted

    @property
    def wrong(self) -> bool:
        """Whether a page went to an item or a side that is not its own; one that was left open did not."""
        if len(self.given) != len(self.wanted):
            return any(paper for paper, _ in self.given)
        return any(paper and (paper, side) != true for (paper, side), true in zip(self.given, self.wanted, strict=True))


def rules_of() -> Rules:
    """The training pack's law of a day."""
    return pack.load(_PACK, [signing.read_key(_PACK / signing.PUBLIC_KEY)]).as_of(date(2026, 11, 23))


def checklist(rules: Rules) -> dict[str, PaperNeeded]:
    """Every kind of paper that can be scanned; certificate and old licence are required, the identity card was read."""
    return {
        code: PaperNeeded(
            code, _NOTHING, code in (CERTIFICATE, LICENCE, "CC"), _NOTHING, "", code == "CC", False, False
        )
        for code in rules.profiles
    }


def coded(rules: Rules, every: int = 1) -> Iterator[tuple[str, Scan]]:
    """Papers that bear the code of each item (or of a part of them), askew, with a number that is a person's:
    (item, scan).
    """
    wanted = [(paper, kind) for paper in rules.profiles for kind in CODES]
    for number in range(0, len(wanted), every):
        paper, kind = wanted[number]
        yield paper, _coded(number, 150, f"{paper}-2026", kind)


def _coded(number: int, dpi: int, text: str, kind: str) -> Scan:
    # What is less than six millimetres high is not looked for: lines of bold print would be, too.
    page = certificate(number, dpi, stamp=False).copy()
    for words, top in ((text, 1460), ("001085012345", 1600)):
        code = zxingcpp.create_barcode(words, getattr(zxingcpp.BarcodeFormat, kind))
        picture = np.asarray(code.to_image(scale=2 if kind == "Code128" else 4))
        if kind == "Code128":
            picture = np.repeat(picture[50:51], 90, axis=0)
        height, width = picture.shape
        page[top : top + height, 150 : 150 + width] = picture[..., None]
    onto = glass(dpi, "white", np.random.default_rng(number))
    angle = (number * 37 % 120) / 10 - 6
    lay(onto, page, (onto.shape[1] / 2, onto.shape[0] / 2), angle)
    picture = scanned(onto, np.random.default_rng(number))
    return Scan(f"{kind} {text}", number, dpi, picture, Truth(angle))


def by_code(rules: Rules, some: Iterable[tuple[str, Scan]] = ()) -> Iterator[Assignment]:
    """Each item by each kind of code; or those scans."""
    for paper, scan in some or coded(rules):
        yield Assignment(scan.name, "code", ((paper, ""),), _given(outcome(scan), rules, lambda page: None))


def by_size(found: Outcome, rules: Rules, read: Callable[[MadePage], PageText] | None = None) -> Assignment:
    """A scan of one card, or of front and back: the old licence, which alone is wanting. With `read` its titles are."""
    sides = ("front", "back")[: max(1, len(found.truth.papers))]
    wanted = tuple((LICENCE, side) for side in sides)
    title = _titles(read, rules) if read is not None else lambda page: None
    return Assignment(found.name, "size", wanted, _given(found, rules, title))


def by_title(found: Outcome, rules: Rules, read: Callable[[MadePage], PageText]) -> Assignment:
    """A drawn form: a certificate is one; an application and a decision on one are no item of a checklist."""
    wanted = CERTIFICATE if found.number % 3 == 0 else ""
    return Assignment(
        f"{found.number} {found.name}", "title", ((wanted, ""),), _given(found, rules, _titles(read, rules))
    )


def _titles(read: Callable[[MadePage], PageText], rules: Rules) -> Callable[[MadePage], Title | None]:
    def title(page: MadePage) -> Title | None:
        seen = recognise(read(page), rules.recognition)
        return Title(seen.paper, seen.sure, seen.side) if seen is not None else None

    return title


def has_title(found: Outcome) -> bool:
    """Whether it is a scan of a whole drawn form that nobody has to scan again."""
    return found.name.startswith(("a4", "slip")) and not found.truth.flaws


def _given(found: Outcome, rules: Rules, title: Callable[[MadePage], Title | None]) -> tuple[tuple[str, str], ...]:
    papers, done = checklist(rules), []
    for at, made in enumerate(found.pages):
        page = Page(f"{at:064x}", "", made.width, made.height, made.dpi, len(made.data), made=made.made)
        stack = Stack(papers, rules.profiles, tuple(done))
        done.append(assigned(page, stack, lambda made=made: title(made)))  # type: ignore[misc]
    return tuple((page.paper, page.side) for page in done)
