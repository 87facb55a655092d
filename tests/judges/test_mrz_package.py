"""The `mrz` package, another hand's implementation of ICAO 9303-5, on a thousand zones of ours."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from mrz.checker.td1 import TD1CodeChecker
from mrz.generator.td1 import TD1CodeGenerator

from clerk_app.devices.emrtd import mrz as reader
from clerk_app.domain.people import Person
from clerk_app.practice import card_zone

TODAY = date(2026, 11, 28)
LETTERS = {
    "A": "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬ",
    "D": "Đ",
    "E": "ÈÉẺẼẸÊỀẾỂỄỆ",
    "I": "ÌÍỈĨỊ",
    "O": "ÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢ",
    "U": "ÙÚỦŨỤƯỪỨỬỮỰ",
    "Y": "ỲÝỶỸỴ",
}
"""The Vietnamese letters that the package's own table does not know, as 9303-3 §6.B transliterates them."""

TABLE = {marked: plain for plain, row in LETTERS.items() for marked in row}
SURNAMES = ("NGUYỄN", "TRẦN", "LÊ", "PHẠM", "ĐẶNG", "HUỲNH", "VÕ", "BÙI", "ĐỖ", "HỒ", "NGÔ", "DƯƠNG", "LÝ")
GIVEN = (
    "VĂN",
    "THỊ",
    "ĐỨC",
    "QUỲNH",
    "PHƯƠNG",
    "HƯỜNG",
    "ÁNH",
    "NGUYỆT",
    "THẢO",
    "HẠNH",
    "Ỷ",
    "THƯỢNG",
    "KHƯƠNG",
    "ẨN",
)
PEOPLE = 1000


def somebody(dice: random.Random) -> Person:
    """A person with marks in the name, at times with more names than a line holds."""
    born = date(1926, 1, 1) + timedelta(days=dice.randrange(36500))
    female, century = dice.randrange(2), born.year // 100 - 19
    number = f"{dice.randrange(1, 97):03d}{2 * century + female}{born:%y}{dice.randrange(10**6):06d}"
    names = dice.choices(GIVEN, k=dice.choice((1, 2, 2, 2, 3, 4, 5, 7)))
    return Person(
        number=number,
        name=" ".join((dice.choice(SURNAMES), *names)),
        born=born,
        sex="F" if female else "M",
        expires=TODAY + timedelta(days=dice.randrange(1, 9000)),
    )


def zone_by_package(person: Person) -> str:
    """The zone as the package makes it. Names that do not fit it refuses; of those it gets the first two."""
    assert person.born is not None
    assert person.expires is not None
    surname, *given = person.name.split()
    given_names = "<".join(given if len(person.name) < 30 else given[:2])
    document = person.number[3:]
    return str(
        TD1CodeGenerator(
            "ID",
            "VNM",
            document,
            f"{person.born:%y%m%d}",
            str(person.sex),
            f"{person.expires:%y%m%d}",
            "VNM",
            surname,
            given_names,
            f"{person.number}<<{card_zone.digit(person.number)}",
            transliteration=TABLE,
        )
    ).replace("\n", "")


@pytest.fixture(scope="module")
def people() -> list[Person]:
    dice = random.Random(9303)
    return [somebody(dice) for _ in range(PEOPLE)]


def test_the_package_makes_the_same_thousand_zones(people: list[Person]) -> None:
    assert sum(len(person.name) > 29 for person in people) > PEOPLE // 20
    for person in people:
        lines = 90 if len(person.name) < 30 else 60
        assert card_zone.mrz(person)[:lines] == zone_by_package(person)[:lines]


def test_a_name_too_long_is_cut_so_that_each_name_is_begun_and_the_line_ends_with_a_letter(
    people: list[Person],
) -> None:
    for person in people:
        surname, _, given = card_zone.mrz(person)[60:].rstrip("<").partition("<<")
        plain = "".join(TABLE.get(letter, letter) for letter in person.name).split()
        shown = [surname, *given.split("<")]
        assert all(whole.startswith(part) for whole, part in zip(plain, shown, strict=False))
        assert all(shown)
        if len(person.name) > 29:
            assert card_zone.mrz(person)[-1].isalpha()


def test_the_package_accepts_our_zones_and_refuses_them_with_one_digit_changed(people: list[Person]) -> None:
    dice = random.Random(5)
    for person in people:
        zone = card_zone.mrz(person)
        assert TD1CodeChecker("\n".join((zone[:30], zone[30:60], zone[60:])))
        at = dice.choice((*range(5, 14), *range(30, 36), *range(38, 44)))
        changed = zone[:at] + str((int(zone[at]) + 1) % 10) + zone[at + 1 :]
        assert not TD1CodeChecker("\n".join((changed[:30], changed[30:60], changed[60:])))


def test_our_reader_understands_what_the_package_made(people: list[Person]) -> None:
    for person in people:
        found = reader.parse(zone_by_package(person), TODAY)
        assert found.wrong_digits == ()
        assert (found.number, found.document) == (person.number, person.number[3:])
        assert (found.born, found.sex, found.expires) == (person.born, person.sex, person.expires)
        assert (found.country, found.nationality) == ("VNM", "VNM")
        if len(person.name) < 30:
            assert found.name == "".join(TABLE.get(letter, letter) for letter in person.name)
