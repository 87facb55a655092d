"""The zone on the back of a citizen card as people and machines write it, judged by an independent MRZ library."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from mrz.base.functions import hash_string
from mrz.checker.td1 import TD1CodeChecker
from mrz.generator.td1 import TD1CodeGenerator

from clerk_app.devices import card_zone
from clerk_app.devices.emrtd import mrz
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.domain.people import Person
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import card_contents, specimens

TODAY = date(2026, 11, 23)
QUAN = specimens.specimen(1).person
ZONE = card_contents.mrz(QUAN)
LINES = "\n".join((ZONE[:30], ZONE[30:60], ZONE[60:]))


def citizen(dice: random.Random) -> Person:
    """Somebody born from 1920 on, with a number that fits."""
    born = date(1920, 1, 1) + timedelta(days=dice.randrange(37_000))
    sex = dice.choice(("M", "F"))
    digit = (born.year - 1900) // 100 * 2 + (sex == "F")
    number = f"{dice.randrange(1, 97):03d}{digit}{born.year % 100:02d}{dice.randrange(10**6):06d}"
    words = "".join(dice.choice("ABCDEGHIKLMNOPQRSTUVXY") for _ in range(dice.randrange(4, 26)))
    name = f"{words[:3]} {words[3:9]} {words[9:]}".strip()
    expires = date(2026, 1, 1) + timedelta(days=dice.randrange(9_000))
    return Person(number=number, name=name, born=born, sex=sex, expires=expires)  # type: ignore[arg-type]


def by_the_library(person: Person) -> str:
    assert person.born is not None
    assert person.expires is not None
    surname, _, given = person.name.partition(" ")
    made = TD1CodeGenerator(
        "ID",
        "VNM",
        person.number[3:],
        f"{person.born:%y%m%d}",
        person.sex,
        f"{person.expires:%y%m%d}",
        "VNM",
        surname,
        given,
        optional_data1=person.number,
    )
    return str(made)


def test_a_thousand_zones_of_the_library_say_the_same_to_us() -> None:
    dice = random.Random(9303)
    for _ in range(1000):
        person = citizen(dice)
        text = by_the_library(person)
        found = mrz.read(text, TODAY)
        assert found.wrong_digits == ()
        assert (found.number, found.born, found.sex, found.expires) == (
            person.number,
            person.born,
            person.sex,
            person.expires,
        )
        read = card_zone.parse(text, TODAY)
        assert (read.number, read.born, read.expires) == (person.number, person.born, person.expires)


def test_a_thousand_zones_of_practice_cards_fit_by_both_and_a_wrong_digit_by_neither() -> None:
    dice = random.Random(3039)
    for _ in range(1000):
        zone = card_contents.mrz(citizen(dice))
        lines = "\n".join((zone[:30], zone[30:60], zone[60:]))
        assert mrz.read(lines, TODAY).wrong_digits == ()
        assert TD1CodeChecker(lines).result
        at = dice.choice((*range(5, 15), *range(30, 37), *range(38, 45), 59))
        spoilt = zone[:at] + str((int(zone[at]) + dice.randrange(1, 10)) % 10) + zone[at + 1 :]
        ours = mrz.read(spoilt, TODAY).wrong_digits
        theirs = TD1CodeChecker("\n".join((spoilt[:30], spoilt[30:60], spoilt[60:])))
        assert set(ours) == {
            name
            for name, fits in (
                ("document", theirs.document_number_hash),
                ("born", theirs.birth_date_hash),
                ("expires", theirs.expiry_date_hash),
                ("composite", theirs.final_hash),
            )
            if not fits
        }
        assert ours


@pytest.mark.parametrize(
    "typed",
    [
        ZONE,
        LINES,
        LINES.lower(),
        LINES.replace("\n", "\r\n") + "\r\n",
        LINES.replace("\n", " "),
        "\n\n".join(" ".join(line[at : at + 5] for at in range(0, 30, 5)) for line in LINES.split("\n")),
        LINES.rstrip("<"),
        LINES.replace("<", "«"),
        LINES.replace("0", "O"),
        ZONE[:30] + ZONE[30:60].replace("0", "o") + ZONE[60:],
    ],
)
def test_however_it_is_typed_it_is_the_same_zone(typed: str) -> None:
    assert card_zone.is_zone(typed)
    read = card_zone.parse(typed, TODAY)
    assert (read.number, read.born, read.sex, read.expires) == (QUAN.number, QUAN.born, QUAN.sex, QUAN.expires)
    assert read.name == "", "a name without marks never reaches a form"


def test_a_letter_for_a_digit_counts_only_if_the_check_digits_fit_then() -> None:
    spoilt = LINES.replace("0", "O").replace(ZONE[30:36].replace("0", "O"), "9OO815")
    with pytest.raises(Refusal) as refused:
        card_zone.parse(spoilt, TODAY)
    assert refused.value.code == "MRZ_CHECK_DIGITS"


@pytest.mark.parametrize(
    ("at", "places"),
    [
        (14, ("số thẻ", "số tổng")),
        (36, ("ngày sinh", "số tổng")),
        (44, ("ngày hết hạn", "số tổng")),
        (59, ("số tổng",)),
        (20, ("số tổng",)),
    ],
)
def test_every_wrong_check_digit_is_named(at: int, places: tuple[str, ...]) -> None:
    spoilt = ZONE[:at] + str((int(ZONE[at]) + 1) % 10) + ZONE[at + 1 :]
    with pytest.raises(Refusal) as refused:
        card_zone.parse(spoilt, TODAY)
    assert refused.value.code == "MRZ_CHECK_DIGITS"
    assert all(place in refused.value.words.vi for place in places)
    assert refused.value.words.vi.count(",") == len(places) - 1


@pytest.mark.parametrize("digit", ["0", "<"])
def test_a_card_without_expiry_has_none(digit: str) -> None:
    one, two, three = by_the_library(replace(QUAN, name="TRAN MINH QUAN")).split("\n")
    two = f"{two[:8]}<<<<<<{digit}{two[15:29]}"
    lines = f"{one}\n{two}{hash_string(one[5:] + two[:7] + two[8:15] + two[18:29])}\n{three}"
    read = card_zone.parse(lines, TODAY)
    assert (read.number, read.born, read.expires) == (QUAN.number, QUAN.born, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "MRZ_NOT_ZONE"),
        ("001090012345||Trần", "MRZ_NOT_ZONE"),
        (ZONE[:89], "MRZ_NOT_ZONE"),
        (ZONE + "<", "MRZ_NOT_ZONE"),
        ("P" + ZONE[1:], "MRZ_NOT_ZONE"),
        (
            "IDD<<T220001293<<<<<<<<<<<<<<<\n6408125F2010315D<<<<<<<<<<<<<4\nMUSTERMANN<<ERIKA<<<<<<<<<<<<<",
            "MRZ_NOT_CITIZEN_CARD",
        ),
    ],
)
def test_other_texts_are_refused_with_the_cause(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        card_zone.parse(text, TODAY)
    assert refused.value.code == code
    assert refused.value.remedy.vi


@settings(deadline=None)
@given(
    some.text(max_size=400)
    | some.text(alphabet="IDVNM0123456789<O\n ", min_size=88, max_size=96).map(lambda text: "I" + text)
    | some.lists(some.tuples(some.integers(0, 89), some.sampled_from("0O<I19Z ")), max_size=8).map(
        lambda changes: "".join(dict(changes).get(at, c) for at, c in enumerate(ZONE))
    )
)
@example(text="I" * 100_000)
@example(text="\n" * 300)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = card_zone.parse(text, TODAY)
    except Refusal:
        return
    assert len(read.number) == 12
    assert read.born is not None


@given(some.text(max_size=120))
def test_the_parsers_of_the_chip_and_of_typing_raise_nothing_else(text: str) -> None:
    for parse in (mrz.parse, mrz.read):
        try:
            parse(text, TODAY)
        except Malformed:
            continue


def test_repr_shows_nothing_personal() -> None:
    shown = repr(mrz.read(ZONE, TODAY))
    assert QUAN.number not in shown
    assert "QUAN" not in shown
