"""Sources are compared as what they mean: a spelling is no difference, another person is never a spelling."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.differences import Difference, differences, of_another_person
from clerk_app.domain.dossier import Dossier, Entry, FieldsEntered, Happening, IdentityRead, RegisterAnswered, replay
from clerk_app.domain.evidence import Evidence, Level, Source
from clerk_app.domain.facts import level_of, proven, takes
from clerk_app.domain.licence import Holder
from clerk_app.domain.people import Person, same_address, same_name
from tests.peers.verdicts import verdicts

AT = datetime(2026, 11, 23, 9, 0, tzinfo=HANOI)
HOA = Person("001090012345", "Nguyễn Thị Hòa", date(1990, 8, 14), "F", residence="Số 1, phố Huế, Hà Nội")
OTHER = Person("001185067890", "Lê Thị Hương")


def _evidence(source: Source = "chip", level: Level = "chip", *problems: str) -> Evidence:
    return Evidence(source, level, verdicts(), "Reader 1", AT, problems=problems)


def _read(person: Person, source: Source = "chip", taken: bool = True, level: Level | None = None) -> IdentityRead:
    return IdentityRead(person, _evidence(source, level or ("chip" if source == "chip" else "qr")), taken)


def _typed(**values: str) -> FieldsEntered:
    return FieldsEntered(MappingProxyType({f"applicant.{name}": text for name, text in values.items()}), "identity")


def _story(*what: Happening) -> Dossier:
    dossier = uuid4()
    return replay(Entry(uuid4(), dossier, one, "clerk", AT) for one in what)


def _kinds(*what: Happening) -> dict[str, str]:
    return {one.field: one.kind for one in differences(_story(*what))}


SAME = [
    ("hoà", "hòa"),
    ("Thuý", "THÚY"),
    ("Nguyễn  Thị Hoà", "NGUYỄN THỊ HÒA"),
    (unicodedata.normalize("NFD", "Đặng Quỳnh Như"), "Đặng Quỳnh Như"),
    ("khoẻ", "khỏe"),
    ("Hoàng", "hoàng"),
]
UNLIKE = [
    ("Đào", "Dào"),
    ("Hòa", "Hào"),
    ("Hoa", "Hòa"),
    ("Hoà", "Hoá"),
    ("Thu", "Thư"),
    ("Tân", "Tăn"),
    ("Minh Quân", "Quân Minh"),
    ("Hòa An", "Hoa Àn"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_name_in_two_spellings(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_two_names(one: str, other: str) -> None:
    assert not same_name(one, other)


@given(st.lists(st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạếềễệốồ", min_size=1, max_size=6), min_size=1, max_size=4))
def test_case_white_space_and_composition_never_make_another_name(syllables: list[str]) -> None:
    name = " ".join(syllables)
    assert same_name(name, f"  {unicodedata.normalize('NFD', name.upper())} ".replace(" ", "  "))
    assert not same_name(name, f"{name} văn")


def test_an_address_is_its_words() -> None:
    assert same_address("Số 1 - phố Huế, Hà Nội", "số 1, phố Huế, HÀ NỘI.")
    assert not same_address("Số 1, phố Huế, Hà Nội", "Số 11, phố Huế, Hà Nội")


def test_one_source_does_not_disagree_with_itself() -> None:
    assert _kinds(_read(HOA)) == {}
    assert _kinds(_typed(number=HOA.number, born="1990-08-14")) == {}


def test_values_are_compared_not_their_spelling() -> None:
    twice = _typed(number=HOA.number, name="NGUYỄN THỊ HOÀ", residence="số 1 phố Huế Hà Nội"), _read(HOA)
    assert _kinds(*twice) == {}
    assert _kinds(_read(HOA, "qr"), _read(replace(HOA, born=date(1990, 8, 15), sex="M"))) == {
        "applicant.born": "documents",
        "applicant.sex": "documents",
    }


def test_half_a_date_is_not_a_difference() -> None:
    assert _kinds(_typed(number=HOA.number, born="14/0"), _read(HOA)) == {}
    assert _kinds(_typed(number="0010"), _read(HOA, "qr")) == {}
    assert _kinds(_typed(number=HOA.number, born="1991-08-14"), _read(HOA)) == {"applicant.born": "typed"}


def test_typed_over_an_unproven_code_both_stay() -> None:
    (name,) = differences(_story(_read(HOA, "qr"), _typed(name="Nguyễn Thị Hoan")))
    assert [(one.source, one.text, one.used) for one in name.said] == [
        ("qr", "Nguyễn Thị Hòa", False),
        ("manual", "Nguyễn Thị Hoan", True),
    ]


def test_the_registers_holder_is_compared() -> None:
    def held(name: str) -> RegisterAnswered:
        return RegisterAnswered(True, (), "clear", "CSGT", holder=Holder(name))

    assert _kinds(_read(HOA), held("NGUYỄN THỊ HOÀ")) == {}
    assert _kinds(_read(HOA), held("Nguyễn Thị Hào")) == {"applicant.name": "register"}
    assert _kinds(_read(HOA), replace(held("Nguyễn Thị Hào"), answered=False)) == {}


def test_a_chip_without_dg13_knows_no_marks() -> None:
    plain = replace(HOA, name="NGUYEN THI HOA", residence="")
    bare = IdentityRead(plain, _evidence("chip", "chip", "DG13_MISSING"))
    assert _kinds(_read(HOA, "qr"), bare) == {}
    assert _kinds(_read(replace(HOA, name="Nguyễn Thị Hồng"), "qr"), bare) == {"applicant.name": "documents"}
    assert _kinds(_read(HOA, "qr"), _read(plain)) == {"applicant.name": "documents"}
    assert _story(_read(HOA, "qr"), bare).text("applicant.name") == HOA.name
    namesake = _read(replace(HOA, number=OTHER.number), "qr")
    assert _story(namesake, bare).text("applicant.name") == plain.name, "whose marks they are nobody knows"


@pytest.mark.parametrize(
    "story",
    [
        (_read(HOA), _read(OTHER, "qr", taken=False)),
        (_read(HOA, "qr"), _read(OTHER, "chip", taken=False)),
        (_read(HOA, "qr"), _typed(number=OTHER.number)),
        (IdentityRead(HOA, _evidence("chip", "chip", "DG13_DIFFERS")),),
    ],
)
def test_documents_of_two_persons(story: tuple[Happening, ...]) -> None:
    dossier = _story(*story)
    assert of_another_person(dossier)
    number = next(one for one in differences(dossier) if one.field == "applicant.number")
    assert isinstance(number, Difference)
    assert number.kind == "persons"
    assert len(number.said) > 1


@pytest.mark.parametrize(
    "story",
    [
        (_read(OTHER, "qr"), _read(HOA, "qr")),
        (_typed(number=OTHER.number), _read(HOA, "qr")),
        (_read(HOA), _read(OTHER, "qr", taken=False), _read(HOA, "qr", taken=False)),
        (_read(HOA, "qr"), _read(OTHER, "chip", taken=False), _read(HOA)),
    ],
)
def test_a_right_reading_settles_it(story: tuple[Happening, ...]) -> None:
    assert not of_another_person(_story(*story))


def test_a_stranger_after_the_proven_chip_both_numbers_stand_there() -> None:
    number = differences(_story(_read(HOA), _read(OTHER, taken=False)))[0]
    assert [(one.source, one.text, one.used) for one in number.said] == [
        ("chip", OTHER.number, False),
        ("chip", HOA.number, True),
    ]


def test_what_a_zone_said_by_hand_does_not_hide_what_was_typed() -> None:
    """The zone on the back of a card, typed: evidence by hand, and it has no name with marks."""
    zone = Person(HOA.number, "", date(1990, 8, 14), "F")
    story = _typed(name="Nguyễn Thị Hoan"), _read(zone, "manual", level="manual"), _read(HOA)
    assert _kinds(*story) == {"applicant.name": "typed"}
    other = _read(replace(zone, born=date(1990, 8, 15)), "camera", level="manual")
    assert _kinds(other, _read(HOA)) == {"applicant.born": "documents"}


def test_what_a_camera_filled_in_was_not_typed() -> None:
    filled = replace(_typed(expires="2030-01-01"), source="camera")
    assert _story(_read(HOA, "qr"), filled).typed == {}


def test_what_was_typed_of_another_number_is_forgotten_with_it() -> None:
    dossier = _story(_typed(number=OTHER.number, name="Lê Thị Hương"), _read(HOA, "qr"))
    (number,) = differences(dossier)
    assert (number.field, number.kind) == ("applicant.number", "typed")
    assert [one.text for one in number.said] == [HOA.number, OTHER.number]


def test_what_a_document_of_another_number_said_goes_with_it() -> None:
    """Whoever wrote the entries: what the second document does not say is not known of its holder."""
    bare = _read(replace(HOA, name="", residence=""), "qr")
    dossier = _story(_read(replace(OTHER, residence="Huế"), "qr", level="manual"), _typed(reason="x"), bare)
    assert (dossier.text("applicant.name"), dossier.text("applicant.residence")) == ("", "")
    assert dossier.text("applicant.reason") == "x"
    chip = _read(replace(OTHER, residence=""), level="qr")
    twice = _story(_read(replace(OTHER, residence="Huế"), "qr"), chip, _typed(number=HOA.number), bare)
    assert twice.text("applicant.residence") == "", "the code that said it is no longer the last one"
    kept = _story(_read(HOA, "qr", level="manual"), bare)
    assert kept.text("applicant.residence") == HOA.residence, "of the same number it stays"


def test_a_reading_that_was_not_taken_changes_no_field_and_no_evidence() -> None:
    before = _story(_read(HOA, "qr"))
    after = _story(_read(HOA, "qr"), _read(replace(HOA, name="X"), taken=False, level="manual"))
    assert after.person == before.person
    assert {name: value.text for name, value in after.fields.items()} == {
        name: value.text for name, value in before.fields.items()
    }
    assert (level_of(before), level_of(after)) == ("qr", "manual"), "an altered chip counts against the code"


def test_a_field_is_proven_by_the_reading_in_force_alone() -> None:
    first = replace(_read(HOA), evidence=replace(_evidence(), device="Reader 2"))
    again = _story(first, _read(replace(HOA, residence="")))
    assert proven(again, "applicant.name")
    assert not proven(again, "applicant.residence"), "the reading in force did not say it"


def test_what_a_reading_may_fill() -> None:
    chip, altered, code = _evidence(), _evidence("chip", "manual"), _evidence("qr", "qr")
    empty, scanned, read = _story(_typed()), _story(_read(HOA, "qr")), _story(_read(HOA))
    weak = _story(_read(HOA, level="qr"))
    assert takes(empty, HOA, chip)
    assert takes(scanned, HOA, chip)
    assert not takes(scanned, OTHER, chip)
    assert not takes(empty, HOA, altered)
    assert takes(empty, HOA, code)
    assert takes(scanned, OTHER, code), "the next card was scanned: another applicant"
    assert not takes(read, HOA, code)
    assert not takes(read, OTHER, code)
    assert not takes(weak, HOA, code), "a code is worth less than a chip nobody signed for"
    assert takes(weak, OTHER, code)
