"""What verdicts prove, in today's shape and in that of entries written before signature and signer were told apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.evidence import Evidence, State, Verdict, proves
from tests.peers.verdicts import GOOD

AT = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)


def chip(states: dict[str, State]) -> Evidence:
    return Evidence("chip", "chip", tuple(Verdict(*one) for one in states.items()), "reader", AT)


def test_every_question_answered_well_proves() -> None:
    assert proves(chip(GOOD))
    assert not proves(replace(chip(GOOD), source="qr"))
    assert not proves(replace(chip(GOOD), verdicts=()))


@pytest.mark.parametrize("name", ["not_revoked", "access"])
@pytest.mark.parametrize(("state", "proven"), [("unknown", True), ("unsupported", True), ("no", False)])
def test_only_what_is_known_against_signer_or_opening_counts(name: str, state: State, proven: bool) -> None:
    assert proves(chip(GOOD | {name: state})) is proven


@pytest.mark.parametrize("name", ["hashes", "signature", "chain", "in_force", "genuine"])
@pytest.mark.parametrize("state", ["no", "unknown", "unsupported", "untrusted"])
def test_what_must_be_good_must_be(name: str, state: State) -> None:
    assert not proves(chip(GOOD | {name: state}))
    assert not proves(chip({other: found for other, found in GOOD.items() if other != name}))


@pytest.mark.parametrize("state", ["yes", "unknown"])
def test_a_card_must_be_in_date(state: State) -> None:
    assert not proves(chip(GOOD | {"expired": state}))


def test_entries_of_earlier_versions_are_judged_as_they_were() -> None:
    old: dict[str, State] = {"hashes": "yes", "signed": "yes", "genuine": "unsupported", "expired": "no"}
    once = replace(chip(old), shape=1)
    assert proves(once)
    assert not proves(chip(old)), "nothing written since can be judged so"
    for name, state in (
        ("hashes", "no"),
        ("signed", "untrusted"),
        ("signed", "no"),
        ("expired", "yes"),
        ("genuine", "no"),
    ):
        assert not proves(replace(chip(old | {name: state}), shape=1))  # type: ignore[dict-item]


def test_one_question_has_one_answer() -> None:
    twice = chip(GOOD)
    assert not proves(replace(twice, verdicts=(Verdict("hashes", "no"), *twice.verdicts)))
