"""What stands in a dossier is taken for what it proves, not for what it says of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import uuid4

import pytest

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FieldsEntered,
    Happening,
    IdentityRead,
    Opened,
    RegisterAnswered,
    after,
    replay,
)
from clerk_app.domain.evidence import PRACTICE_FILE, Evidence, State, Verdict
from clerk_app.domain.facts import (
    SANCTIONS_UNKNOWN,
    exception_of,
    facts_at,
    late_entry_reach,
    level_of,
    proven,
    received_at,
)
from clerk_app.domain.people import Person
from tests.peers.verdicts import verdicts

AT = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
PERSON = Person("001090012345", "TRẦN MINH QUÂN")


def _story(*what: Happening, practice: bool = False, who: str = "clerk") -> Dossier:
    opened = Opened("licence-exchange", "counter", "Q01-1", "PC08-HN", "Q01", "1", practice)
    dossier = uuid4()
    first = Entry(uuid4(), dossier, opened, "clerk", AT)
    return replay([first, *(Entry(uuid4(), dossier, one, who, AT) for one in what)])


def _chip(hashes: State = "yes", chain: State = "yes", expired: State = "no") -> Evidence:
    return Evidence("chip", "chip", verdicts(hashes=hashes, chain=chain, expired=expired), "reader", AT)


def _level(evidence: Evidence, practice: bool = False) -> str:
    return facts_at(_story(IdentityRead(PERSON, evidence), practice=practice), AT, "", "").identity_level


def test_a_verified_chip_proves() -> None:
    assert _level(_chip()) == "chip"
    assert _level(replace(_chip(), level="qr")) == "qr", "its word makes it less"
    assert _level(replace(_chip(chain="untrusted"), level="qr")) == "qr"
    assert _level(Evidence("qr", "qr", (Verdict("signed", "unsupported"),), "", AT)) == "qr"


@pytest.mark.parametrize("practice", [True, False])
@pytest.mark.parametrize(
    "claimed",
    [
        _chip(hashes="no"),
        _chip(hashes="unknown"),
        _chip(chain="untrusted"),
        _chip(expired="yes"),
        replace(_chip(), verdicts=()),
        replace(_chip(), source="manual"),
        replace(_chip(), source="qr", device=PRACTICE_FILE),
        replace(_chip(), level="qr", source="manual"),
        replace(_chip(), level="qr", source="camera"),
        replace(_chip(), level="qr", source="register"),
        replace(_chip(), level="qr", verdicts=()),
        replace(_chip(hashes="no"), level="qr"),
        replace(_chip(hashes="unknown"), level="qr"),
        replace(_chip(), level="qr", verdicts=verdicts(signature="no")),
        replace(_chip(), level="qr", verdicts=verdicts(genuine="no")),
        replace(_chip(), level="qr", verdicts=(*verdicts(), Verdict("hashes", "no"))),
    ],
)
def test_a_level_that_its_verdicts_do_not_bear_out_counts_for_nothing(claimed: Evidence, practice: bool) -> None:
    assert _level(claimed, practice) == "manual"


def test_a_file_stands_in_for_the_chip_only_in_training() -> None:
    from_file = Evidence("manual", "chip", (Verdict("signed", "unknown"),), PRACTICE_FILE, AT)
    assert _level(from_file, practice=True) == "chip"
    assert _level(from_file) == "manual"


def test_what_the_chip_said_is_proven_until_a_weaker_reading_replaced_it() -> None:
    dossier = _story(IdentityRead(PERSON, _chip()), FieldsEntered(MappingProxyType({"reason": "x"}), "identity"))
    assert proven(dossier, "applicant.name")
    assert not proven(dossier, "applicant.residence"), "the chip did not say"
    assert not proven(dossier, "reason")
    weaker = replace(_chip(), level="qr", source="qr")
    assert not proven(_story(IdentityRead(PERSON, _chip()), IdentityRead(PERSON, weaker)), "applicant.name")


def test_a_name_without_its_marks_is_not_proven() -> None:
    bare = replace(_chip(), problems=("DG13_UNREADABLE",))
    dossier = _story(IdentityRead(replace(PERSON, name="TRAN MINH QUAN"), bare))
    assert proven(dossier, "applicant.number")
    assert not proven(dossier, "applicant.name")


def test_what_was_found_altered_counts_until_a_chip_of_that_number_proves() -> None:
    altered = IdentityRead(PERSON, replace(_chip(hashes="no"), level="manual"), taken=False)
    unsigned = IdentityRead(PERSON, replace(_chip(chain="untrusted"), level="qr"))
    other = replace(PERSON, number="001185067890")
    stranger = IdentityRead(other, altered.evidence, taken=False), IdentityRead(other, _chip(), taken=False)
    assert level_of(_story(unsigned)) == "qr"
    assert level_of(_story(altered, unsigned)) == "manual"
    assert level_of(_story(altered, *stranger, unsigned)) == "manual"
    assert level_of(_story(altered, IdentityRead(PERSON, _chip()))) == "chip"
    assert level_of(_story(stranger[0], unsigned)) == "qr", "somebody else's is not theirs"
    assert PERSON.number not in repr(_story(altered))


@pytest.mark.parametrize("decider", ["clerk", "supervisor"])
def test_neither_opener_nor_asker_decides(decider: str) -> None:
    asked = _story(ExceptionAsked("NO_CHIP", "hỏng"), who="supervisor")
    entry = Entry(uuid4(), asked.id, ExceptionDecided("NO_CHIP", True), decider, AT)
    assert after(asked, entry).exceptions["NO_CHIP"].granted is None
    other = after(asked, replace(entry, who="supervisor2"))
    assert (other.exceptions["NO_CHIP"].granted, other.exceptions["NO_CHIP"].decided_by) == (True, "supervisor2")


def _typed(**values: str) -> FieldsEntered:
    return FieldsEntered(MappingProxyType({name.replace("__", "."): text for name, text in values.items()}), "identity")


def _licence(prefix: str, number: str) -> FieldsEntered:
    said = {"number": number, "class": "B2", "regime": "old"}
    return FieldsEntered(MappingProxyType({f"{prefix}.{name}": text for name, text in said.items()}), "identity")


@pytest.mark.parametrize(
    ("since", "holds"),
    [
        ((), True),
        ((_typed(applicant__number="001185067890"),), False),
        ((_typed(applicant__number="001185067890"), _typed(applicant__number=PERSON.number)), True),
        ((_licence("licence", "010167099999"),), False),
        ((_licence("licence.2", "010167099999"), _typed(licences="010167012345,010167099999")), False),
        ((_licence("licence.2", "010167099999"), _typed(licences="010167012345")), True),
        ((_typed(licence__issuer="Sở GTVT Hà Nội"),), True),
        ((RegisterAnswered(False, (), "unknown"),), True),
    ],
)
def test_unknown_sanctions_are_granted_for_one_number_and_its_licences(
    since: tuple[Happening, ...], holds: bool
) -> None:
    known = _typed(applicant__number=PERSON.number), _licence("licence", "010167012345")
    asked = _folded(_story(*known), ExceptionAsked(SANCTIONS_UNKNOWN, "mất mạng"))
    granted = _folded(asked, ExceptionDecided(SANCTIONS_UNKNOWN, True), who="supervisor")
    for before, decision in ((asked, None), (granted, True)):
        state = exception_of(_folded(before, *since), SANCTIONS_UNKNOWN)
        assert (state.granted if state else "ask anew") == (decision if holds else "ask anew")


def _folded(dossier: Dossier, *what: Happening, who: str = "clerk") -> Dossier:
    for one in what:
        dossier = after(dossier, Entry(uuid4(), dossier.id, one, who, AT))
    return dossier


@pytest.mark.parametrize("text", ["9999-12-31T23:00:00+00:00", "0001-01-01T00:00:00+07:00", "2026-11-20T08:00:00", "x"])
def test_a_moment_nobody_can_count_with_is_now(text: str) -> None:
    typed = FieldsEntered(MappingProxyType({"received_at": text}), "application")
    assert received_at(_story(typed), AT) == AT


def test_how_far_back_a_late_entry_reaches_is_the_catalogues_to_say() -> None:
    assert late_entry_reach("15").days == 15
    assert late_entry_reach("").days == late_entry_reach("-3").days == 60
