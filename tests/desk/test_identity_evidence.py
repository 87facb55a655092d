"""Every value knows how it is known; what disagrees stands side by side; what was not proven is said, never passed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app import wire
from clerk_app.catalogue.pack import load
from clerk_app.desk.views import FieldView, Finding, IntakeView
from clerk_app.domain.dossier import FieldsEntered, RegisterAnswered, sheets_of
from clerk_app.domain.evidence import Level, State, Verdict
from clerk_app.domain.facts import level_of
from clerk_app.domain.licence import Holder
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import card_contents, specimens
from tests.desk import fakes
from tests.desk.conftest import Desk
from tests.peers.pack import copy_of_pack, public_key, sign_again

QUAN, HUONG = specimens.specimen(1).person, specimens.specimen(2).person
FILES = {"EF.SOD": b"sod", "DG1": b"zone", "DG13": b"religion: none; mother: Nguyen"}


def _field(view: IntakeView, name: str) -> FieldView:
    return next(one for one in view.identity.fields if one.name == name)


def _finding(view: IntakeView, code: str) -> Finding | None:
    return next((one for one in view.receipt.findings if one.code == code), None)


def _read(table: Desk, dossier: UUID, person: Person, level: Level = "chip", **verdicts: State) -> IntakeView:
    """Read a card whose verdicts are good but those named."""
    reading = fakes.reading(person, table.clock())
    found = tuple(replace(one, state=verdicts.get(one.name, one.state)) for one in reading.evidence.verdicts)
    evidence = replace(reading.evidence, level=level, verdicts=found)
    table.readers.says = replace(reading, evidence=evidence, ms=2130, files=FILES)
    return table.intake.read_card(dossier)


def _scanned(table: Desk, person: Person = QUAN) -> UUID:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(person))
    return dossier


# ---- every value ---------------------------------------------------------------------------------------------------


def test_a_typed_value_tells_who_and_when(table: Desk) -> None:
    view = table.intake.enter(table.draft(), {"applicant.name": "Đỗ Thị Hằng"}, "identity", "")
    name = _field(view, "applicant.name")
    assert (name.source, name.proof, name.locked) == (Words("nhập tay", "typed"), "calm", False)
    assert name.told is not None
    assert name.told.vi.startswith("Nhập tay · clerk · 08:30 · 23/11/2026")
    assert "Chưa được chứng minh" in name.told.vi
    value = table.state(view).fields["applicant.name"]
    assert (value.who, value.evidence) == ("clerk", None)
    assert value.at is not None
    assert value.at.utcoffset() is not None


def test_a_proven_value_tells_the_reader_and_what_was_proven(table: Desk) -> None:
    view = _read(table, _scanned(table), QUAN)
    born = _field(view, "applicant.born")
    assert (born.source, born.proof, born.locked) == (Words("chip", "chip"), "good", True)
    assert born.told is not None
    assert "Reader 1" in born.told.vi
    assert "Đã chứng minh: dữ liệu không bị sửa" in born.told.vi
    assert view.identity.took == Words("2,1 giây", "2.1 s")
    assert any("Reader 1" in line.detail.vi and "PACE" in line.detail.vi for line in view.identity.checks)


def test_what_a_code_said_is_free_and_marked(table: Desk) -> None:
    view = table.intake.view(_scanned(table))
    name = _field(view, "applicant.name")
    assert (name.proof, name.locked) == ("warn", False)
    assert _field(view, "applicant.nationality").source is None, "the code names no nationality"


@pytest.mark.parametrize(
    ("level", "verdicts"),
    [
        ("qr", {"chain": "untrusted"}),
        ("qr", {"expired": "yes"}),
        ("qr", {"expired": "unknown"}),
        ("chip", {"chain": "untrusted"}),
        ("chip", {"hashes": "no"}),
    ],
)
def test_a_poor_verdict_never_locks(table: Desk, level: Level, verdicts: dict[str, State]) -> None:
    """Also where the reading claims more than its verdicts bear out."""
    view = _read(table, _scanned(table), QUAN, level, **verdicts)
    assert not [one.name for one in view.identity.fields if one.locked or one.proof == "good"]
    view = table.intake.enter(view.dossier, {"applicant.name": "Trần Minh Quang"}, "identity", "")
    assert _field(view, "applicant.name").value == "Trần Minh Quang"
    assert "IDENTITY_WEAK" in [one.code for one in view.application.exceptions]


def test_an_altered_chip_fills_nothing_in_and_is_kept_beside(table: Desk) -> None:
    forged = replace(QUAN, name="TRẦN MINH QUÝ")
    view = _read(table, _scanned(table), forged, "manual", hashes="no")
    assert _field(view, "applicant.name").source == Words("mã QR", "QR")
    assert view.identity.badge is not None
    assert view.identity.badge.tone == "bad"
    (name,) = [one for one in view.identity.differences if one.field == "applicant.name"]
    assert [(value.source.en, value.used) for value in name.values] == [("chip", False), ("QR", True)]
    assert table.sheets.known() == (), "what a forged chip shows is not kept as the applicant's face"
    table.intake.read_card(view.dossier)
    assert table.kinds(view.dossier).count("IdentityRead") == 2, "the same again is no entry"


def test_a_good_reading_after_an_altered_one_counts(table: Desk) -> None:
    dossier = _scanned(table)
    _read(table, dossier, QUAN, "manual", hashes="no")
    view = _read(table, dossier, QUAN)
    assert _field(view, "applicant.name").locked
    assert "IDENTITY_WEAK" not in [one.code for one in view.application.exceptions]


def test_a_code_does_not_replace_a_chip_that_proved_less(table: Desk) -> None:
    dossier = _scanned(table)
    view = _read(table, dossier, QUAN, "qr", chain="untrusted")
    assert view.identity.portrait
    view = table.intake.take_qr(dossier, specimens.qr_text(replace(QUAN, residence="Nơi khác")))
    assert view.identity.portrait
    assert _field(view, "applicant.residence").value == QUAN.residence
    assert [one.field for one in view.identity.differences] == ["applicant.residence"]


# ---- differences ---------------------------------------------------------------------------------------------------


def test_what_was_typed_before_the_chip_stays_visible(table: Desk) -> None:
    dossier = table.draft()
    typed = {"applicant.number": QUAN.number, "applicant.name": "Tran Minh Quan", "applicant.born": "14/0"}
    table.intake.enter(dossier, typed, "identity", "")
    view = _read(table, dossier, QUAN)
    (name,) = view.identity.differences
    assert (name.field, name.tone) == ("applicant.name", "warn")
    assert [(one.source.en, one.value.vi, one.used) for one in name.values] == [
        ("chip", QUAN.name, True),
        ("typed", "Tran Minh Quan", False),
    ]
    assert _finding(view, "NAME_DIFFERS") is None, "typing is no document"


def test_spelling_is_no_difference(table: Desk) -> None:
    dossier = table.draft()
    typed = {"applicant.number": QUAN.number, "applicant.name": QUAN.name.lower(), "applicant.sex": "M"}
    table.intake.enter(dossier, typed, "identity", "")
    table.intake.take_qr(dossier, specimens.qr_text(QUAN))
    assert _read(table, dossier, QUAN).identity.differences == ()


def test_a_register_with_another_name_is_a_warning_that_explains(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    state = table.journal.dossier(dossier)
    assert state.register is not None
    table.central.says = replace(state.register, holder=Holder("Trần Minh Quang", QUAN.born))
    view = table.intake.ask_register(dossier)
    found = _finding(view, "NAME_DIFFERS")
    assert found is not None
    assert (found.blocking, found.step, found.field) == (False, "identity", "applicant.name")
    assert "thay đổi thông tin" in found.words.vi
    (differs,) = view.application.exceptions
    assert (differs.code, differs.state) == ("DATA_DIFFERS", "needed"), "a supervisor compares and decides"
    table.exceptions.ask(dossier, "DATA_DIFFERS", "Đã đổi tên, có quyết định")
    table.exceptions.decide(dossier, "DATA_DIFFERS", "supervisor", fakes.PASSWORD, True, "Đã xem quyết định đổi tên")
    assert all(step.done for step in table.intake.view(dossier).steps[:4])
    assert table.intake.submit(dossier).status == "submitted"


def test_a_register_with_the_same_name_says_nothing(table: Desk) -> None:
    dossier = table.identified()
    table.central.says = RegisterAnswered(True, (), "clear", "CSGT", holder=Holder(QUAN.name.title(), QUAN.born))
    assert table.intake.ask_register(dossier).identity.differences == ()


# ---- two persons ---------------------------------------------------------------------------------------------------


def _refused(table: Desk, dossier: UUID, person: Person) -> IntakeView:
    with pytest.raises(Refusal, match="CARD_OF_OTHER_PERSON"):
        _read(table, dossier, person)
    return table.intake.view(dossier)


def test_the_chip_of_another_person_blocks_until_the_right_card_was_read(table: Desk) -> None:
    dossier = _scanned(table)
    view = _refused(table, dossier, HUONG)
    (number,) = [one for one in view.identity.differences if one.field == "applicant.number"]
    assert (number.tone, [value.value.vi for value in number.values]) == ("bad", [HUONG.number, QUAN.number])
    found = _finding(view, "OTHER_PERSON")
    assert found is not None
    assert found.blocking
    view = _read(table, dossier, QUAN)
    assert (_finding(view, "OTHER_PERSON"), view.identity.differences) == (None, ())


def test_a_chip_that_was_somebody_elses_proves_nothing_when_its_number_is_typed(table: Desk) -> None:
    dossier = _scanned(table)
    _refused(table, dossier, HUONG)
    view = table.intake.enter(dossier, {"applicant.number": HUONG.number}, "identity", "applicant.number")
    assert view.identity.badge is None, "nothing was taken from it: the card has to be read"
    assert "IDENTITY_WEAK" in {needed.code for needed in view.application.exceptions}
    view = _read(table, dossier, HUONG)
    assert view.identity.badge is not None
    assert view.identity.badge.tone == "good"


def test_the_code_of_another_person_blocks_submission(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    with pytest.raises(Refusal, match="CARD_OF_OTHER_PERSON"):
        table.intake.take_qr(dossier, specimens.qr_text(HUONG))
    with pytest.raises(Refusal, match="DOSSIER_INCOMPLETE") as caught:
        table.intake.submit(dossier)
    assert "own card" in caught.value.words.en
    table.intake.take_qr(dossier, specimens.qr_text(QUAN))
    assert table.intake.submit(dossier).status == "submitted"


@pytest.mark.parametrize("number_first", [False, True])
def test_the_code_of_the_next_person_leaves_nothing_of_the_one_before(table: Desk, number_first: bool) -> None:
    """A scanner that types Latin letters leaves a name with holes: it is not taken, and the old one must not stay."""
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(HUONG))
    table.zones.take(dossier, card_contents.mrz(HUONG))
    if number_first:
        table.intake.enter(dossier, {"applicant.number": QUAN.number, "applicant.expires": ""}, "identity", "")
    garbled = "|".join([QUAN.number, "", "Tr?n Minh Qu?n", "14081990", "Nam", "S? 1", "10082021"])
    view = table.intake.take_qr(dossier, garbled)
    assert {name: _field(view, f"applicant.{name}").value for name in ("number", "name", "residence", "expires")} == {
        "number": QUAN.number,
        "name": "",
        "residence": "",
        "expires": "",
    }
    state = table.state(view)
    assert not [value for value in state.fields.values() if value.text in (HUONG.name, HUONG.residence)]


def test_a_chip_of_two_persons_blocks(table: Desk) -> None:
    dossier = _scanned(table)
    reading = fakes.reading(QUAN, table.clock())
    table.readers.says = replace(reading, evidence=replace(reading.evidence, problems=("DG13_DIFFERS",)))
    view = table.intake.read_card(dossier)
    assert _finding(view, "OTHER_PERSON") is not None
    (number,) = view.identity.differences
    assert number.values[-1].value == Words("của người khác", "of another person")


# ---- what a supervisor is told -------------------------------------------------------------------------------------


def _details(view: IntakeView) -> str:
    (weak,) = [one for one in view.application.exceptions if one.code == "IDENTITY_WEAK"]
    assert weak.details
    return " ".join(one.en for one in weak.details)


def test_the_exception_says_what_was_not_proven(table: Desk) -> None:
    dossier = table.draft()
    table.intake.enter(dossier, {"applicant.number": QUAN.number}, "identity", "")
    assert "no electronic evidence" in _details(table.intake.view(dossier))
    table.intake.take_qr(dossier, specimens.qr_text(QUAN))
    assert "not signed" in _details(table.intake.view(dossier))
    said = _details(_read(table, dossier, QUAN, "qr", chain="untrusted"))
    assert "untrusted signer" in said
    assert "Card not expired" not in said, "what was proven is no reason"


def _granted(table: Desk, dossier: UUID) -> None:
    table.exceptions.ask(dossier, "IDENTITY_WEAK", "Chip bị xước")
    table.exceptions.decide(dossier, "IDENTITY_WEAK", "supervisor", fakes.PASSWORD, True, "Đã xem thẻ")


def _weak(view: IntakeView) -> str:
    (weak,) = [one for one in view.application.exceptions if one.code == "IDENTITY_WEAK"]
    return weak.state


def test_what_a_supervisor_granted_is_asked_again_when_the_evidence_is_worse(table: Desk) -> None:
    dossier = _scanned(table)
    _granted(table, dossier)
    assert _weak(table.intake.take_qr(dossier, specimens.qr_text(QUAN))) == "granted", "the same code again"
    assert _weak(_read(table, dossier, QUAN, "manual", hashes="no")) == "asked"
    assert table.kinds(dossier)[-2:] == ["IdentityRead", "ExceptionAsked"]


def test_what_a_supervisor_granted_was_granted_for_that_number(table: Desk) -> None:
    dossier = _scanned(table)
    _granted(table, dossier)
    view = table.intake.enter(dossier, {"applicant.phone": "0912345678"}, "application", "")
    assert _weak(view) == "granted"
    assert _weak(table.intake.enter(dossier, {"applicant.number": HUONG.number}, "identity", "")) == "asked"


def test_what_was_granted_for_one_zone_is_asked_again_for_another(table: Desk) -> None:
    dossier = table.draft()
    table.zones.take(dossier, card_contents.mrz(HUONG))
    _granted(table, dossier)
    assert _weak(table.zones.take(dossier, card_contents.mrz(QUAN))) == "asked"
    open_one = _finding(table.intake.view(dossier), "EXCEPTION_OPEN")
    assert open_one is not None
    assert open_one.blocking
    table.exceptions.decide(dossier, "IDENTITY_WEAK", "supervisor", fakes.PASSWORD, True, "Đã xem thẻ")
    assert _weak(table.intake.view(dossier)) == "granted"


def test_a_request_that_waits_is_about_the_number_that_stands_there(table: Desk) -> None:
    dossier = table.draft()
    table.zones.take(dossier, card_contents.mrz(HUONG))
    table.exceptions.ask(dossier, "IDENTITY_WEAK", "Chip bị xước")
    assert _weak(table.zones.take(dossier, card_contents.mrz(QUAN))) == "asked"
    table.exceptions.decide(dossier, "IDENTITY_WEAK", "supervisor", fakes.PASSWORD, True, "Đã xem thẻ")
    assert _weak(table.intake.view(dossier)) == "granted"


def test_what_an_earlier_version_left_granted_for_another_number_can_be_asked_for_again(table: Desk) -> None:
    dossier = _scanned(table)
    _granted(table, dossier)
    table.counter.write(dossier, FieldsEntered({"applicant.number": HUONG.number}, "identity"), who="clerk")
    view = table.intake.view(dossier)
    assert _weak(view) == "needed"
    assert _finding(view, "EXCEPTION_OPEN") is not None
    _granted(table, dossier)
    assert _weak(table.intake.view(dossier)) == "granted"


@pytest.mark.parametrize("bad", ["hashes", "signature", "genuine"])
def test_an_altered_chip_is_not_forgotten_over_one_that_proves_nothing(table: Desk, bad: str) -> None:
    dossier = _scanned(table)
    reading = fakes.reading(QUAN, table.clock())
    verdicts = tuple(one for one in reading.evidence.verdicts if one.name != bad)
    evidence = replace(reading.evidence, level="manual", verdicts=(*verdicts, Verdict(bad, "no")))
    table.readers.says = replace(reading, evidence=evidence)
    altered = table.intake.read_card(dossier)
    before = _details(altered)
    view = _read(table, dossier, QUAN, "qr", chain="untrusted")
    assert level_of(table.state(view)) == "manual"
    assert view.identity.badge is not None
    assert view.identity.badge.tone == "bad"
    assert _details(view) == before
    view = _read(table, dossier, QUAN)
    assert level_of(table.state(view)) == "chip"
    assert view.identity.badge is not None
    assert view.identity.badge.tone == "good"


def test_a_chip_that_proves_after_all_needs_no_exception(table: Desk) -> None:
    dossier = _scanned(table)
    _granted(table, dossier)
    view = _read(table, dossier, QUAN)
    assert "IDENTITY_WEAK" not in [one.code for one in view.application.exceptions]
    assert table.kinds(dossier)[-1] == "IdentityRead"


# ---- what travels --------------------------------------------------------------------------------------------------


def _entries(table: Desk, dossier: UUID) -> str:
    return "".join(wire.encode_entry(one).decode() for one in table.journal.entries(dossier))


def test_files_of_the_chip_are_not_kept_by_default(table: Desk) -> None:
    view = _read(table, _scanned(table), QUAN)
    evidence = table.state(view).evidence
    assert evidence is not None
    assert evidence.files == ()
    assert table.sheets.known() == (evidence.portrait,)


def test_files_travel_where_the_catalogue_says_so_but_never_dg13(table: Desk, tmp_path: Path) -> None:
    folder = copy_of_pack(tmp_path)
    settings = folder / "settings.csv"
    settings.write_text(settings.read_text("utf-8").replace("keep_chip_files,off", "keep_chip_files,on"), "utf-8")
    sign_again(folder)
    table.counter.pack = load(folder, [public_key()])
    view = _read(table, _scanned(table), QUAN)
    evidence = table.state(view).evidence
    assert evidence is not None
    assert [name for name, _ in evidence.files] == ["DG1", "EF.SOD"]
    assert {table.sheets.get(digest) for _, digest in evidence.files} == {b"zone", b"sod"}
    entry = table.journal.entries(view.dossier)[-1]
    assert sheets_of(entry) == {evidence.portrait, *(digest for _, digest in evidence.files)}


@pytest.mark.parametrize("level", ["chip", "qr", "manual"])
def test_no_entry_of_a_reading_holds_what_nobody_asked_for(table: Desk, level: Level) -> None:
    """Ethnicity, religion, parents and spouse stand in DG13 beside the name; a dossier has no place for them."""
    view = _read(table, _scanned(table), QUAN, level, hashes="no" if level == "manual" else "yes")
    reads = [json.loads(wire.encode_entry(one))["what"] for one in table.journal.entries(view.dossier)]
    persons = [set(what["person"]) for what in reads if "person" in what]
    allowed = {"number", "name", "born", "sex", "nationality", "residence", "issued", "expires", "old_number"}
    assert persons == [allowed, allowed]
    written = _entries(table, view.dossier)
    assert [word for word in ("religion", "ethnicity", "mother", "father", "spouse") if word in written] == []


def test_verdicts_nobody_has_words_for_are_left_out_not_shown_bare(table: Desk) -> None:
    reading = fakes.reading(QUAN, table.clock())
    verdicts = (*reading.evidence.verdicts, Verdict("of_tomorrow", "yes"))
    table.readers.says = replace(reading, evidence=replace(reading.evidence, verdicts=verdicts))
    view = table.intake.read_card(_scanned(table))
    assert len(view.identity.checks) == 8
