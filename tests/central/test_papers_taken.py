"""A paper from record is believed only where it is of the same person, was handed in, and may still be taken."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from uuid import uuid4

import pytest

from clerk_app.catalogue.pack import load
from clerk_app.central.app import hanoi_now
from clerk_app.central.law import PackedLaw
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FieldsEntered,
    Happening,
    PaperTaken,
    RegisterAnswered,
    Submitted,
    replay,
)
from clerk_app.domain.pages import Page
from clerk_app.domain.refusals import Refusal
from tests.peers.central import CentralProcess
from tests.peers.counter import Chain, codes, exchange, pack, scanned, without
from tests.peers.pack import copy_of_pack, public_key, sign_again

NOW = datetime(2026, 11, 23, 9, tzinfo=HANOI)
CERTIFICATE = Page("a" * 64, "GKSK", 100, 100, 300, 5)
CODE, RECEIPT = "G01.801.308-261123-{:06d}", "{:07d}"


def _earlier(concluded: str = "2026-11-18", **other: object) -> Dossier:
    """An accepted dossier with a health certificate."""
    done = scanned(exchange(CODE.format(1), RECEIPT.format(1), NOW - timedelta(days=3)), CERTIFICATE)
    typed = {"health.concluded": concluded, **other}
    return _folded([*done[:4], FieldsEntered(MappingProxyType(typed), "papers"), *done[4:]])  # type: ignore[arg-type]


def _folded(done: list[Happening]) -> Dossier:
    dossier = uuid4()
    return replay(Entry(uuid4(), dossier, what, "clerk", NOW) for what in done)


def _with_taken(*instead: Happening, paper: str = "GKSK") -> tuple[Dossier, Submitted]:
    """A later dossier of the same person in which an item was met by something else than by having been seen."""
    done = exchange(CODE.format(2), RECEIPT.format(2), NOW)
    kept = without(done, paper)
    state = _folded([*kept[:5], *instead, *kept[5:]])
    assert state.submitted is not None
    return state, state.submitted


def _says(state: Dossier, submitted: Submitted, earlier: Dossier | None = None) -> str:
    try:
        PackedLaw(pack()).check(state, submitted, NOW, lambda code: earlier)
    except Refusal as refusal:
        return refusal.code
    return ""


TAKEN = PaperTaken("GKSK", "dossier", CODE.format(1), 2, (CERTIFICATE,))


def test_a_paper_that_is_not_there_is_missed() -> None:
    assert _says(*_with_taken()) == "PAPER_MISSING"


def test_a_certificate_of_an_earlier_dossier_is_believed() -> None:
    assert _says(*_with_taken(TAKEN), _earlier()) == ""


@pytest.mark.parametrize(
    ("taken", "earlier"),
    [
        (TAKEN, None),
        (TAKEN, _earlier("2025-11-01")),
        (TAKEN, _earlier("")),
        (TAKEN, _earlier(**{"applicant.name": "TRẦN THỊ LAN"})),
        (replace(TAKEN, pages=()), _earlier()),
        (replace(TAKEN, pages=(replace(CERTIFICATE, sheet="b" * 64),)), _earlier()),
        (replace(TAKEN, state=3), _earlier()),
        (replace(TAKEN, source="register"), _earlier()),
        (TAKEN, replace(_earlier(), submitted=None)),
    ],
    ids=["none", "too old", "no day", "another name", "no pages", "other pages", "state", "source", "a draft"],
)
def test_what_a_desk_may_not_take_central_refuses(taken: PaperTaken, earlier: Dossier | None) -> None:
    assert _says(*_with_taken(taken), earlier) == "PAPER_TAKEN"


def test_what_was_taken_back_or_for_somebody_else_is_missed() -> None:
    assert _says(*_with_taken(TAKEN, replace(TAKEN, state=0, pages=())), _earlier()) == "PAPER_MISSING"
    before = FieldsEntered(MappingProxyType({"applicant.number": "001090099999"}), "identity")
    after = FieldsEntered(MappingProxyType({"applicant.number": "001090012345"}), "identity")
    assert _says(*_with_taken(before, TAKEN, after), _earlier()) == "PAPER_MISSING"


def test_the_register_stands_for_a_licence_that_it_named_itself() -> None:
    taken = PaperTaken("GPLX_CU", "register", "CSGT", 3)
    assert _says(*_with_taken(taken, paper="GPLX_CU")) == ""
    silent = RegisterAnswered(False, (), "unknown", "CSGT", "REGISTER_SILENT")
    typed = {"licence.number": "010167012345", "licence.class": "B2", "licence.regime": "old"}
    state, submitted = _with_taken(
        taken, silent, FieldsEntered(MappingProxyType(typed | {"licence.expires": "2026-12-20"}), "identity"),
        ExceptionAsked("SANCTIONS_UNKNOWN", "x"), paper="GPLX_CU",
    )  # fmt: skip
    granted = replace(
        state.exceptions["SANCTIONS_UNKNOWN"], granted=True, decided_by="supervisor", granted_by=("supervisor",)
    )
    state = replace(state, exceptions={"SANCTIONS_UNKNOWN": granted})
    assert _says(state, submitted) == "PAPER_MISSING"


def test_a_waiver_counts_for_its_paper_and_person_only_when_granted() -> None:
    asked = ExceptionAsked("PAPER_WAIVED:GKSK", "Cơ sở y tế mất điện")
    state, submitted = _with_taken(asked)
    assert _says(state, submitted) == "PAPER_MISSING"
    for granted, says in ((True, ""), (False, "PAPER_MISSING")):
        entry = Entry(uuid4(), state.id, ExceptionDecided(asked.code, granted), "supervisor", NOW)
        decided = replay([*_entries(state, asked), entry])
        assert decided.exceptions[asked.code].granted is granted
        exceptions = decided.exceptions
        assert _says(replace(state, exceptions=exceptions), submitted) == says
    other = replace(state, exceptions=replay([*_entries(state, asked)]).exceptions)
    assert _says(other, submitted) == "PAPER_MISSING"


def test_a_waiver_that_the_rules_of_the_day_do_not_know_counts_for_nothing(tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    rows = (folder / "exceptions.csv").read_text("utf-8").splitlines(True)
    (folder / "exceptions.csv").write_text("".join(row for row in rows if not row.startswith("PAPER_WAIVED")), "utf-8")
    sign_again(folder)
    asked = ExceptionAsked("PAPER_WAIVED:GKSK", "Cơ sở y tế mất điện")
    state, submitted = _with_taken(asked)
    granted = replace(state.exceptions[asked.code], granted=True, decided_by="supervisor")
    state = replace(state, exceptions={asked.code: granted})
    assert _says(state, submitted) == ""
    with pytest.raises(Refusal, match="PAPER_MISSING"):
        PackedLaw(load(folder, [public_key()])).check(state, replace(submitted, pack=""), NOW)


def _entries(state: Dossier, asked: ExceptionAsked) -> Iterator[Entry]:
    """The dossier's number and the request, as little as a decision needs."""
    number = FieldsEntered(MappingProxyType({"applicant.number": state.text("applicant.number")}), "identity")
    for what in (exchange(CODE.format(3), RECEIPT.format(3), NOW)[0], number, asked):
        yield Entry(uuid4(), state.id, what, "clerk", NOW)


# ---- on the wire -------------------------------------------------------------------------------------------------


@pytest.mark.wire
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
def test_both_dossiers_of_an_outage_are_accepted_and_no_sheet_goes_twice(
    shared_central: CentralProcess, together: bool
) -> None:
    """The earlier dossier may arrive in the same batch as the one that takes its paper."""
    chain = Chain(f"Q01-{secrets.token_hex(4)}")
    uplink = shared_central.enrol(chain.station, "clerk", seed=chain.seed)
    now = hanoi_now()
    first, second = codes(uplink.lend("dossier", 20, uuid4()), now)[:2]
    block = uplink.lend("receipt", 20, uuid4())
    scan = secrets.token_bytes(1000)
    page = replace(CERTIFICATE, sheet=hashlib.sha256(scan).hexdigest(), size_bytes=len(scan))
    earlier = scanned(exchange(first, RECEIPT.format(block.first), now), page)
    earlier.insert(4, FieldsEntered(MappingProxyType({"health.concluded": f"{now:%Y-%m-%d}"}), "papers"))
    later = exchange(second, RECEIPT.format(block.first + 1), now)
    later = without(later, "GKSK")
    later[5:5] = [PaperTaken("GKSK", "dossier", first, 2, (page,))]
    uplink.send_sheet(page.sheet, scan, 0)
    sent = uplink.bytes_sent
    chain.happen(uuid4(), *earlier)
    answers = [] if together else uplink.push(chain.sealed).answers
    chain.happen(uuid4(), *later)
    answers = [*answers, *uplink.push(chain.sealed[len(answers) :]).answers]
    assert [answer.code for answer in answers] == [""] * (len(earlier) + len(later))
    assert uplink.sheet_state(page.sheet).complete
    assert uplink.bytes_sent - sent < 100_000


@pytest.mark.wire
def test_a_paper_of_a_dossier_that_nobody_knows_is_refused(shared_central: CentralProcess) -> None:
    chain = Chain(f"Q01-{secrets.token_hex(4)}")
    uplink = shared_central.enrol(chain.station, "clerk", seed=chain.seed)
    now = hanoi_now()
    code = codes(uplink.lend("dossier", 20, uuid4()), now)[0]
    done = exchange(code, RECEIPT.format(uplink.lend("receipt", 20, uuid4()).first), now)
    done = without(done, "GKSK")
    done[5:5] = [PaperTaken("GKSK", "dossier", "G01.801.308-261101-999999", 2)]
    chain.happen(uuid4(), *done[:-1])
    assert [answer.code for answer in uplink.push(chain.sealed).answers][-1] == "PAPER_TAKEN"
