"""The QR text of citizen cards as scanners and cameras deliver it, and everything that is not one."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clerk_app.devices import identity_qr
from clerk_app.domain.people import same_name
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens

QUAN = "001090012345|012345678|Trần Minh Quân|14081990|Nam|Số 12, phố Hàng Bông, Hà Nội|10052021"


def test_the_seven_fields_of_2021() -> None:
    found = identity_qr.parse(QUAN)
    assert found.problems == ()
    assert found.extra == ()
    assert found.can == "012345"
    person = found.person
    assert (person.number, person.old_number, person.name) == ("001090012345", "012345678", "Trần Minh Quân")
    assert (person.born, person.sex, person.issued) == (date(1990, 8, 14), "M", date(2021, 5, 10))
    assert person.residence == "Số 12, phố Hàng Bông, Hà Nội"
    assert person.expires is None


@pytest.mark.parametrize("person", [1, 2, 3, 4])
def test_every_practice_card_is_understood(person: int) -> None:
    expected = specimens.specimen(person).person
    found = identity_qr.parse(specimens.qr_text(expected))
    assert found.problems == ()
    assert same_name(found.person.name, expected.name)
    assert found.person.number == expected.number
    assert found.person.old_number == expected.old_number
    assert (found.person.born, found.person.issued, found.person.sex) == (expected.born, expected.issued, expected.sex)
    assert found.person.residence == expected.residence


@pytest.mark.parametrize(
    ("text", "old_number", "extra"),
    [
        (QUAN.replace("012345678", ""), "", ()),
        (QUAN.replace("012345678|", ""), "", ()),
        (QUAN + "||", "012345678", ("", "")),
        (QUAN + "|LÊ VĂN A|TRẦN THỊ B", "012345678", ("LÊ VĂN A", "TRẦN THỊ B")),
        (QUAN.replace("14081990", "14/08/1990"), "012345678", ()),
        (f"  {QUAN}\r\n", "012345678", ()),
        (unicodedata.normalize("NFD", QUAN), "012345678", ()),
    ],
)
def test_variants_that_public_readers_have_seen(text: str, old_number: str, extra: tuple[str, ...]) -> None:
    found = identity_qr.parse(text)
    assert (found.person.name, found.person.born) == ("Trần Minh Quân", date(1990, 8, 14))
    assert (found.person.old_number, found.extra, found.problems) == (old_number, extra, ())


@pytest.mark.parametrize("garbled", [QUAN.encode().decode("latin-1"), QUAN.encode().decode("ascii", "replace")])
def test_garbled_letters_never_reach_a_form(garbled: str) -> None:
    found = identity_qr.parse(garbled)
    assert "QR_GARBLED" in found.problems
    assert (found.person.name, found.person.residence) == ("", "")
    assert found.person.number == "001090012345"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (QUAN.replace("14081990", "31021990"), "QR_BIRTH_DATE"),
        (QUAN.replace("10052021", "2021"), "QR_ISSUE_DATE"),
        (QUAN.replace("|Nam|", "|?|"), "QR_SEX"),
    ],
)
def test_a_field_that_cannot_be_right_is_left_out_and_named(text: str, problem: str) -> None:
    assert identity_qr.parse(text).problems == (problem,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "QR_NOT_IDENTITY"),
        ("https://example.org", "QR_NOT_IDENTITY"),
        ("G01.001.003.000-261123-0001", "QR_NOT_IDENTITY"),
        ("00109001234|x", "QR_NOT_IDENTITY"),
        ("٠٠١٠٩٠٠١٢٣٤٥|x", "QR_NOT_IDENTITY"),
        (QUAN + "x" * 10_000, "QR_NOT_IDENTITY"),
        ("001090012345|012345678|Trần Minh Quân", "QR_INCOMPLETE"),
    ],
)
def test_other_texts_are_refused_with_the_cause(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        identity_qr.parse(text)
    assert caught.value.code == code
    assert caught.value.remedy.vi


@settings(deadline=None)
@given(
    text=st.text(max_size=400)
    | st.lists(st.text(max_size=20), max_size=12).map(lambda p: "001090012345|" + "|".join(p))
)
@example(text="1" * 10_000)
@example(text="001090012345" + "|" * 10_000)
@example(text="001090012345|" + "Ã" * 2_900)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        found = identity_qr.parse(text)
    except Refusal:
        return
    assert found.person.number == "001090012345" or len(found.person.number) == 12
    assert found.person.name == unicodedata.normalize("NFC", found.person.name)


@settings(deadline=None)
@given(
    name=st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạếộữỹ ", min_size=1, max_size=60).filter(str.strip),
    born=st.dates(date(1900, 1, 1), date(2026, 1, 1)),
)
def test_what_a_card_says_comes_back(name: str, born: date) -> None:
    found = identity_qr.parse(f"001090012345||{name}|{born:%d%m%Y}|Nữ|Hà Nội|01012024")
    assert found.problems == ()
    assert found.person.name == " ".join(unicodedata.normalize("NFC", name).split())
    assert found.person.born == born


def test_repr_shows_nothing_personal() -> None:
    shown = repr(identity_qr.parse(QUAN + "|NGUYỄN"))
    for value in ("001090012345", "Quân", "1990", "Hàng Bông", "NGUYỄN"):
        assert value not in shown
