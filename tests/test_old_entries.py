"""Entries that earlier versions of the program wrote stay readable for ever, and amount to the same dossier."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest

from clerk_app.domain import dossier as happenings
from clerk_app.domain.differences import differences, of_another_person
from clerk_app.domain.dossier import (
    Discarded,
    Dossier,
    Entry,
    FieldsEntered,
    IdentityRead,
    Printed,
    RegisterAnswered,
    Submitted,
    replay,
)
from clerk_app.domain.evidence import proves
from clerk_app.domain.facts import level_of, proven
from clerk_app.domain.people import Person
from clerk_app.domain.report_facts import facts_of
from clerk_app.wire import Unreadable, decode_entry, encode_entry, erased_by
from tests.peers.pack import SPECIMENS

LINES = (SPECIMENS / "entries_v1.jsonl").read_bytes().splitlines()
"""As written before readings had sources side by side, chip files, and a register that names the holder."""


def _entries() -> list[Entry]:
    return [decode_entry(line) for line in LINES]


def test_there_is_a_specimen_of_every_kind() -> None:
    files = sorted(SPECIMENS.glob("entries_v*.jsonl"))
    every = [decode_entry(line) for file in files for line in file.read_bytes().splitlines()]
    assert {type(entry.what) for entry in every} == set(get_args(happenings.Happening))


def test_a_submission_from_before_packs_were_handed_out_names_none_and_keeps_that_of_its_opening() -> None:
    (submitted,) = [entry.what for entry in _entries() if isinstance(entry.what, Submitted)]
    assert submitted.pack == ""
    assert replay(_entries()[:-1]).pack == "2026.11.22"


def test_a_draft_that_went_over_to_a_newer_pack_is_decided_by_that_one() -> None:
    lines = (SPECIMENS / "entries_v3_packs.jsonl").read_bytes().splitlines()
    renewed, submitted = [decode_entry(line) for line in lines]
    opened, *rest = _entries()
    between = [entry for entry in rest if not isinstance(entry.what, Submitted | Printed | Discarded)]
    assert replay([opened, *between, renewed]).pack == "2026.12.1"
    assert replay([opened, *between, renewed, submitted]).pack == "2026.12.1"


def test_an_acceptance_from_before_it_named_its_counter_counts_where_the_dossier_was_opened() -> None:
    (named,) = [decode_entry(line) for line in (SPECIMENS / "entries_v12_acceptances.jsonl").read_bytes().splitlines()]
    before = replay(_entries()[:-1])
    draft = [entry for entry in _entries()[:-1] if not isinstance(entry.what, Submitted | Printed)]
    counters = [found.counter for one in (before, replay([*draft, named])) if (found := facts_of(one)) is not None]
    assert counters == [before.counter, "Q02"]
    assert before.counter != "Q02"


def test_what_is_new_has_the_value_that_was_meant() -> None:
    reads = [entry.what for entry in _entries() if isinstance(entry.what, IdentityRead)]
    assert [(read.taken, read.evidence.files, read.evidence.ms) for read in reads] == [(True, (), 0)] * 2
    (answer,) = [entry.what for entry in _entries() if isinstance(entry.what, RegisterAnswered)]
    assert answer.holder is None


def test_the_old_shape_of_a_chips_verdicts_is_for_old_entries_alone() -> None:
    """Whoever writes it today, in whatever way, proves nothing by one word `signed`."""
    old = next(line for line in LINES if b'"source":"chip"' in line)
    entry = decode_entry(old)
    assert isinstance(entry.what, IdentityRead)
    assert (entry.what.evidence.shape, proves(entry.what.evidence)) == (1, True)
    rewritten = replace(entry, what=replace(entry.what, evidence=replace(entry.what.evidence, shape=2)))
    today = encode_entry(rewritten)
    now = decode_entry(today).what
    assert isinstance(now, IdentityRead)
    assert not proves(now.evidence)
    with pytest.raises(Unreadable):
        decode_entry(today.replace(b'"shape":2', b'"shape":1'))
    known = decode_entry(old.replace(b'"signed"', b'"signature"')).what
    assert isinstance(known, IdentityRead)
    assert known.evidence.shape == 2, "the version before wrote the new shape too"


@pytest.mark.parametrize(
    "evidence",
    [
        None,
        [],
        {},
        {"verdicts": 7},
        {"source": "chip", "verdicts": [{}]},
        {"source": "chip", "verdicts": [{"name": []}]},
    ],
)
def test_an_old_entry_that_is_none_is_unreadable(evidence: object) -> None:
    body = json.loads(next(line for line in LINES if b'"source":"chip"' in line))
    body["what"]["evidence"] = evidence
    with pytest.raises(Unreadable):
        decode_entry(json.dumps(body).encode())


def test_they_amount_to_the_dossier_they_were() -> None:
    dossier: Dossier = replay(_entries()[:-1])
    assert (dossier.status, dossier.code) == ("submitted", "G01.801.308-261123-000001")
    assert dossier.text("applicant.name") == "TRẦN MINH QUÂN"
    assert level_of(dossier) == "chip"
    assert proven(dossier, "applicant.name")
    assert [(one.field, one.kind) for one in differences(dossier)] == [("applicant.name", "typed")]


def test_a_code_taken_by_mistake_is_settled_by_the_chip_as_it_was() -> None:
    """Accepted at desks before documents of two persons were looked for: code of A, number of B typed, chip of B."""
    opened, *rest = _entries()
    read = next(
        entry for entry in rest if isinstance(entry.what, IdentityRead) and entry.what.evidence.source == "chip"
    )
    assert isinstance(read.what, IdentityRead)
    mistaken = Person("001185067890", "LÊ THỊ HƯƠNG", residence="Huế")
    code = replace(read.what.evidence, source="qr", level="qr")
    number = FieldsEntered({"applicant.number": read.what.person.number}, "identity")
    what = IdentityRead(mistaken, code), number, read.what
    dossier = replay([opened, *(replace(read, what=one) for one in what)])
    assert not of_another_person(dossier)
    assert level_of(dossier) == "chip"
    assert dossier.readings.keys() == {"chip"}
    stranger = replay([opened, *(replace(read, what=one) for one in (replace(what[0], taken=False), *what[1:]))])
    assert of_another_person(stranger), "what was never taken was no mistake: somebody else's card lay there"
    unproven = replace(read.what, evidence=replace(read.what.evidence, verdicts=(), level="qr"))
    assert of_another_person(replay([opened, *(replace(read, what=one) for one in (*what[:2], unproven))]))


_DEEP = b'{"a":' * 20_000 + b"1" + b"}" * 20_000


@pytest.mark.parametrize("body", [_DEEP, b'{"kind":"Erased","x":' + _DEEP + b"}", b'{"kind":"Erased","what":' + _DEEP])
def test_what_is_nested_without_end_is_unreadable_and_no_order(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_entry(body)
    assert erased_by(body, bytes(32)) is None


def test_what_a_citizen_stated_online_is_the_portals_and_what_a_clerk_typed_theirs() -> None:
    entries = [decode_entry(line) for line in (SPECIMENS / "entries_v9_online.jsonl").read_bytes().splitlines()]
    sent = replay(entries[:-1])
    assert (sent.channel, sent.course.state, sent.fields["applicant.name"].source) == ("online", "registered", "portal")
    assert [sent.text(f"portal.{name}") for name in ("payment", "fee_vnd")] == ["due", "115000"]
    name = replay(entries).fields["applicant.name"]
    assert (name.text, name.source, name.who) == ("Trần Minh Quan", "manual", "clerk")
    (typed,) = [entry.what for entry in _entries() if isinstance(entry.what, FieldsEntered)][:1]
    assert typed.source == "manual", "before there was a portal everything was typed"
