"""One counter in memory: a station's chain of sealed entries, and dossiers as a clerk would really take them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID, uuid4

import uuid_utils.compat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from clerk_app.catalogue.pack import Pack
from clerk_app.central.app import hanoi_now
from clerk_app.central.law import read_pack
from clerk_app.central.packs import catalogue_folder
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    FeeTaken,
    FieldsEntered,
    Happening,
    IdentityRead,
    Opened,
    Page,
    PagesArranged,
    PaperMarked,
    Printed,
    RegisterAnswered,
    Submitted,
    replay,
)
from clerk_app.domain.evidence import PRACTICE_FILE, Evidence
from clerk_app.domain.facts import facts_at, paper_done
from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Person
from clerk_app.domain.procedure import Decision, decide
from tests.peers.verdicts import verdicts


@lru_cache(maxsize=1)
def pack() -> Pack:
    """The rule pack of this program."""
    return read_pack(catalogue_folder(), (), practice=True)


def opened(counter: str = "Q01", **other: object) -> Opened:
    known = {"procedure": "licence-exchange", "channel": "counter", "local_code": "T-1", "office": "PC08-HN"}
    return Opened(**{**known, "counter": counter, "pack": pack().version, "practice": True, **other})  # type: ignore[arg-type]


def exchange(
    code: str,
    receipt: str,
    at: datetime,
    counter: str = "Q01",
    sheets: Sequence[bytes] = (),
    law: Pack | None = None,
    named: str = "",
) -> list[Happening]:
    """A whole exchange, from the card to the printed receipt, as the rules of `at` want it, by this program's pack or
    `law`; `named` is the version that the submission says decided it.
    """
    person = Person("001090012345", "TRẦN MINH QUÂN", date(1990, 8, 14), "M", expires=date(2030, 8, 14))
    evidence = Evidence("chip", "chip", verdicts(), "practice", at)
    licence = Licence(
        "old", "B2", "010167012345", date(2016, 12, 20), date(2026, 12, 20), "valid", "Sở GTVT Hà Nội", 12
    )
    pages = tuple(Page(hashlib.sha256(sheet).hexdigest(), "", 100, 100, 300, len(sheet)) for sheet in sheets)
    done: list[Happening] = [
        opened(counter),
        IdentityRead(person, evidence),
        RegisterAnswered(True, (licence,), "clear", PRACTICE_FILE),
        FieldsEntered(MappingProxyType({"case": "DOI_SAP_HET_HAN", "licences": licence.number}), "application", "case"),
        FieldsEntered(MappingProxyType({"wanted_class": "B", "reason": "Sắp hết hạn"}), "application", "reason"),
    ]
    if pages:
        done.append(PagesArranged(pages, "scan"))
    dossier = uuid4()
    state = replay(Entry(uuid4(), dossier, what, "clerk", at) for what in done)
    decision = decide(facts_at(state, at, "DOI_SAP_HET_HAN", "B"), (law or pack()).as_of(at.date()))
    done += handed_in(decision, state)
    fee = decision.fee_vnd
    done.append(FeeTaken(receipt, fee, "cash", fee + 5000, 5000))
    papers = tuple(paper.code for paper in decision.papers)
    done.append(Submitted(code, at, decision.due_at, "B", "DOI_SAP_HET_HAN", fee, papers, pack=named))
    done.append(Printed("M01", 1, 2, "completed"))
    return done


PAPER = b"the specimen of a paper"
"""What was scanned of every paper of an exchange."""


def handed_in(decision: Decision, state: Dossier) -> list[Happening]:
    """What the checklist still wants: seen where that is enough, else scanned."""
    wanting = [paper for paper in decision.papers if not paper_done(state, paper)]
    sheet = hashlib.sha256(PAPER).hexdigest()
    scans = [Page(sheet, paper.code, 100, 100, 300, len(PAPER)) for paper in wanting if not paper.by_seeing]
    seen = [PaperMarked(paper.code, "seen") for paper in wanting if paper.by_seeing]
    return [*([PagesArranged((*state.pages, *scans), "scan")] if scans else []), *seen]


def scanned(done: Sequence[Happening], *pages: Page) -> list[Happening]:
    """The same, but that these pages were scanned of their papers."""
    papers = {page.paper for page in pages}

    def also(others: Sequence[Page]) -> tuple[Page, ...]:
        return (*(page for page in others if page.paper not in papers), *pages)

    return [replace(one, pages=also(one.pages)) if isinstance(one, PagesArranged) else one for one in done]


def without(done: Sequence[Happening], paper: str) -> list[Happening]:
    """The same, but that nobody handed in this paper."""
    left: list[Happening] = []
    for one in done:
        if isinstance(one, PagesArranged):
            left.append(replace(one, pages=tuple(page for page in one.pages if page.paper != paper)))
        elif not (isinstance(one, PaperMarked) and one.paper == paper):
            left.append(one)
    return left


@dataclass
class Chain:
    """A station's own entries, sealed as they happen; what central would call its journal."""

    station: str = "Q01"
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    sealed: list[wire.Sealed] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)

    def sign(self, digest: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(digest)

    def happen(
        self, dossier: UUID, *what: Happening, who: str = "clerk", at: datetime | None = None, seen: int = 0
    ) -> None:
        for one in what:
            entry = Entry(uuid_utils.compat.uuid7(), dossier, one, who, at or hanoi_now(), seen)
            self.seal(wire.encode_entry(entry))
            self.ids.append(entry.id)

    def seal(self, body: bytes) -> wire.Sealed:
        previous = self.sealed[-1].digest if self.sealed else wire.FIRST
        self.sealed.append(wire.seal(body, self.station, len(self.sealed) + 1, previous, self.sign))
        return self.sealed[-1]

    def draft(self, dossier: UUID, entries: int = 3, counter: str = "Q01") -> None:
        """Open a dossier and type into it."""
        self.happen(dossier, opened(counter))
        for at in range(entries - 1):
            self.happen(dossier, FieldsEntered(MappingProxyType({"applicant.phone": f"09{at:08d}"}), "identity"))


def codes(block: wire.Block, at: datetime) -> list[str]:
    """Dossier codes of the practice office from a lent block."""
    return [f"G01.801.308-{at:%y%m%d}-{number:06d}" for number in range(block.first, block.last + 1)]


def state_of(chain: Chain, dossier: UUID) -> Dossier:
    """What the chain's entries make of a dossier."""
    every = (wire.decode_entry(sealed.body) for sealed in chain.sealed)
    return replay(entry for entry in every if entry.dossier == dossier)
