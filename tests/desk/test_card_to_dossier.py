"""From a real chip's octets to the dossier: what was proven locks, what was not is told, nothing else is kept.

The chip is the practice one in this process, read by the real conversation and judged by the real verdicts.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from clerk_app import wire
from clerk_app.desk import words
from clerk_app.desk.intake import Intake
from clerk_app.desk.ports import Access, Cancel, CardReading, Progress
from clerk_app.desk.views import IntakeView
from clerk_app.devices import identity_qr
from clerk_app.devices.card_conversation import read_identity
from clerk_app.domain.facts import level_of
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Words
from clerk_app.practice import specimens
from clerk_app.store.journal import new_id
from tests.desk import fakes
from tests.desk.conftest import Desk
from tests.peers.chip import CountingChip

QUAN = specimens.specimen(1)


class ChipReader(fakes.Readers):
    """A reader on which specimen 1 lies, with the faults a test wants."""

    def __init__(self, table: Desk, *faults: str) -> None:
        super().__init__()
        self._table = table
        self._faults = faults

    def read(
        self,
        access: Access,
        reader: str = "",
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> CardReading:
        return read_identity(
            CountingChip(1, *self._faults),
            access,
            device="Reader 1",
            trusted=[specimens.authority()],
            practice=True,
            clock=self._table.clock,
            progress=progress,
        )


def _qr(text: str) -> tuple[Person, tuple[str, ...]]:
    found = identity_qr.parse(text)
    return found.person, found.problems


def _read(table: Desk, *faults: str) -> IntakeView:
    """The QR code was scanned, then the chip read."""
    intake = Intake(table.counter, ChipReader(table, *faults), table.central, _qr, new_id, table.making.finish)
    dossier = table.draft()
    intake.take_qr(dossier, specimens.qr_text(QUAN.person))
    return intake.read_card(dossier)


def _written(table: Desk, dossier: UUID) -> str:
    return "".join(wire.encode_entry(one).decode() for one in table.journal.entries(dossier))


def test_a_genuine_chip_locks_what_it_says(table: Desk) -> None:
    view = _read(table)
    said = [one for one in view.identity.fields if one.name.startswith("applicant.")]
    assert [one.name for one in said if not one.locked or one.proof != "good"] == []
    assert level_of(table.state(view)) == "chip"
    assert view.identity.differences == ()


@pytest.mark.parametrize(
    ("fault", "level", "taken"),
    [
        ("altered-dg1", "manual", False),
        ("altered-dg2", "manual", False),
        ("altered-dg13", "manual", False),
        ("no-dg2", "manual", False),
        ("wrong-signature", "manual", False),
        ("no-sod", "manual", False),
        ("unknown-signer", "qr", True),
        ("expired", "qr", True),
    ],
)
def test_what_was_not_proven_is_free_and_a_supervisor_is_told_why(
    table: Desk, fault: str, level: str, taken: bool
) -> None:
    view = _read(table, fault)
    state = table.state(view)
    assert level_of(state) == level
    assert state.readings["chip"].taken is taken
    assert [one.name for one in view.identity.fields if one.locked or one.proof == "good"] == []
    assert bool(view.identity.portrait) is taken
    (weak,) = [one for one in view.application.exceptions if one.code == "IDENTITY_WEAK"]
    assert weak.details
    assert view.identity.badge is not None
    assert view.identity.badge.tone == ("warn" if taken else "bad")
    poor = [line for line in view.identity.checks if line.tone in ("bad", "warn")]
    assert poor
    assert all(line.detail.vi for line in poor)


@pytest.mark.parametrize("fault", ["opaque-dg13", "no-dg13"])
def test_a_chip_without_its_vietnamese_text_takes_no_marks_from_a_name(table: Desk, fault: str) -> None:
    view = _read(table, fault)
    state = table.state(view)
    assert level_of(state) == "chip"
    assert state.text("applicant.name") == "Trần Minh Quân", "as the code has it"
    assert [one.name for one in view.identity.fields if one.locked and one.name == "applicant.name"] == []
    assert view.identity.differences == ()
    again = table.intake.enter(view.dossier, {"applicant.name": "Trần Minh Quan"}, "identity", "applicant.name")
    assert table.state(again).text("applicant.name") == "Trần Minh Quan", "it can be put right"


def test_without_a_name_that_is_held_the_zone_fills_it_in_and_marks_can_be_added(table: Desk) -> None:
    intake = Intake(table.counter, ChipReader(table, "opaque-dg13"), table.central, _qr, new_id, table.making.finish)
    dossier = table.draft()
    intake.enter(dossier, {"applicant.number": QUAN.person.number}, "identity", "")
    view = intake.read_card(dossier)
    assert table.state(view).text("applicant.name") == "TRAN MINH QUAN"
    (name,) = [one for one in view.identity.fields if one.name == "applicant.name"]
    assert (name.proof, name.hint, view.identity.unfinished) == ("warn", words.NAME_WITHOUT_MARKS, name.name)
    assert name.told is not None
    assert words.NAME_WITHOUT_MARKS.vi in name.told.vi
    view = intake.enter(dossier, {"applicant.name": QUAN.person.name}, "identity", "")
    assert table.state(view).text("applicant.name") == QUAN.person.name
    assert view.identity.differences == ()
    assert view.identity.unfinished == ""


@pytest.mark.parametrize(
    ("faults", "prompt", "remedy"),
    [
        (("no-keys",), words.PROMPT_PERHAPS_COPY, words.PERHAPS_COPY_REMEDY),
        (("no-keys", "expired"), words.PROMPT_UNPROVEN_CHIP, words.UNPROVEN_CHIP_REMEDY),
        (("unknown-signer",), words.PROMPT_UNPROVEN_CHIP, words.UNPROVEN_CHIP_REMEDY),
        (("copied",), words.PROMPT_BAD_CHIP, words.BAD_CHIP_REMEDY),
        ((), words.PROMPT_CARD, None),
    ],
)
def test_what_a_chip_lacks_is_said_with_the_remedy(
    table: Desk, faults: tuple[str, ...], prompt: Words, remedy: Words | None
) -> None:
    view = _read(table, *faults)
    assert (view.identity.prompt, view.identity.remedy) == (prompt, remedy)


def test_a_chip_without_a_key_asks_for_attention(table: Desk) -> None:
    view = _read(table, "no-keys")
    (line,) = [one for one in view.identity.checks if one.title == words.VERDICTS["genuine"]]
    assert (line.tone, line.sign) == ("warn", "!")


@pytest.mark.parametrize("fault", ["jpeg", "altered-dg13", "unknown-signer", "expired"])
def test_what_dg13_says_beyond_the_procedure_is_nowhere(table: Desk, fault: str) -> None:
    """The chip also tells ethnicity (Kinh), religion, features, the place of origin, father and mother."""
    view = _read(table, fault)
    written = _written(table, view.dossier)
    assert QUAN.person.number in written
    for secret in (QUAN.father, QUAN.mother, QUAN.origin, "Kinh", "Không có"):
        assert secret
        assert secret not in written
    kept = [table.sheets.get(digest) for digest in table.sheets.known()]
    assert not [sheet for sheet in kept if QUAN.father.encode() in sheet or b"Kinh" in sheet]
