from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain import checks
from clerk_app.domain.people import nfc
from tests.peers.pack import training_pack, vectors

RULES = training_pack().as_of(date(2026, 11, 23))
STATES = {"yes": "ok", "no": "refuse", "warn": "warn", "legacy": "warn"}


def check(kind: str, value: str) -> checks.Checked:
    match kind:
        case "cccd":
            return checks.id_number(value, RULES.id_provinces)
        case "gplx":
            return checks.licence_number(value, RULES.licence_prefixes)
        case "idp":
            return checks.permit_number(value)
        case _:
            return checks.dossier_code(value)


@pytest.mark.parametrize("row", vectors("numbers.csv"), ids=lambda row: f"{row['kind']} {row['value']}")
def test_numbers_of_the_list(row: dict[str, str]) -> None:
    found = check(row["kind"], row["value"])
    assert found.state == STATES[row["valid"]]
    assert found.words.vi
    assert found.words.en


def test_an_id_number_must_agree_with_birth_and_sex() -> None:
    def state(born: date, sex: checks.Sex) -> str:
        return checks.id_number("001090012345", RULES.id_provinces, born, sex).state

    assert state(date(1990, 8, 14), "M") == "ok"
    assert state(date(1991, 8, 14), "M") == "warn"
    assert state(date(1990, 8, 14), "F") == "warn"


def test_a_licence_number_must_agree_with_the_id_number_and_the_issue() -> None:
    prefixes = RULES.licence_prefixes
    assert checks.licence_number("010167012345", prefixes, "001090012345").state == "ok"
    assert checks.licence_number("010167012345", prefixes, "001190067890").state == "warn"
    assert checks.licence_number("010257012345", prefixes, issued=date(2016, 12, 20)).state == "warn"
    assert checks.licence_number("010097055512", prefixes, "001090012345", date(2009, 5, 3)).state == "ok"
    assert checks.licence_number("  ", prefixes).state == "refuse"


@pytest.mark.parametrize(
    ("typed", "state", "kept"),
    [
        ("0912 345 678", "ok", "0912345678"),
        ("+84 912.345.678", "ok", "0912345678"),
        ("02438254321", "ok", "02438254321"),
        ("+33 612345678", "warn", "+33612345678"),
        ("12345", "refuse", "12345"),
        ("", "refuse", ""),
    ],
)
def test_telephone_numbers(typed: str, state: str, kept: str) -> None:
    found = checks.phone(typed)
    assert (found.state, found.text) == (state, kept)


def test_certificate_numbers() -> None:
    assert checks.certificate_number("00001/GKSKLX/34001/24").state == "ok"
    assert checks.certificate_number(" 00001 / gksklx / 34001 / 24 ").text == "00001/GKSKLX/34001/24"
    assert checks.certificate_number("00001/GKSKLX/34001/24", date(2024, 5, 3)).state == "ok"
    assert checks.certificate_number("00001/GKSKLX/34001/24", date(2025, 5, 3)).state == "warn"
    assert checks.certificate_number("123/2019").state == "warn"
    assert checks.certificate_number("").state == "refuse"


@pytest.mark.parametrize("digits", ["０１０９０００１２３４５", "٠٠١٠٨٥٠١٢٣٤٥", "00108501234５"])
def test_digits_of_other_scripts_are_no_numbers(digits: str) -> None:
    assert checks.id_number(digits, RULES.id_provinces).state == "refuse"


@pytest.mark.parametrize(
    ("number", "issued", "state"),
    [
        ("010267012345", date(2026, 1, 5), "ok"),  # the test of 2026
        ("010277012345", date(2026, 1, 5), "warn"),  # of 2027, issued in 2026
        ("010677012345", date(2015, 1, 5), "ok"),  # of 1967
        ("010237012345", date(2015, 1, 5), "warn"),  # 1923 is before there were licences in use, 2023 after the issue
        ("012997012345", date(2026, 1, 5), "warn"),  # who was born after 1999 took no test in 1999
        ("012187012345", date(2018, 1, 5), "ok"),
    ],
)
def test_the_year_of_the_test_is_not_after_the_issue(number: str, issued: date, state: str) -> None:
    assert checks.licence_number(number, RULES.licence_prefixes, issued=issued).state == state


def test_numbers_of_paper_licences_pass_with_a_word_about_the_register_book() -> None:
    found = checks.licence_number(" AK 123456 ", RULES.licence_prefixes)
    assert (found.state, found.text) == ("warn", "AK 123456")
    assert "sổ quản lý" in found.words.vi


def test_a_permit_is_named_after_the_licence() -> None:
    assert checks.permit_number("vn 010210001234").text == "VN010210001234"
    assert checks.permit_number("VN010210001234", "010210001234").state == "ok"
    assert checks.permit_number("VN010210001234", "010210001235").state == "warn"
    assert checks.permit_number("010210001234").state == "refuse"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("g01.801.308-261123-000128", "ok"),
        (" G01.801.308-261123-0128 ", "ok"),
        ("Q04-261123-0001", "ok"),  # a desk's provisional code has the same shape
        ("G01.801-260229-000128", "refuse"),  # no such day
        ("G01.801-261123-128", "refuse"),
        ("G01.801-261123-0000128", "refuse"),
        ("G01..801-261123-000128", "refuse"),
        ("G01.801-261123", "refuse"),
        ("", "refuse"),
    ],
)
def test_dossier_codes_have_a_unit_a_real_day_and_a_serial(code: str, state: str) -> None:
    assert checks.dossier_code(code).state == state


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Nguyễn Thị Ngọc Ánh", "ok"),
        ("H’Hen Niê", "ok"),
        ("Y-Moan Êban", "ok"),
        ("Suharto", "ok"),
        ("SMITH JOHN JR.", "ok"),
        ("김민수", "ok"),
        ("SMITH<<JOHN", "warn"),
        ("Nguyễn Văn 4n", "warn"),
        ("Lê Văn An (An)", "warn"),
        ("12345", "refuse"),
        ("  ", "refuse"),
    ],
)
def test_names_are_letters_and_what_stands_between_them(name: str, state: str) -> None:
    assert checks.person_name(name).state == state


TYPED = st.text(max_size=30) | st.text("0123456789 .-/+VNGKSLX", max_size=30)
CHECKS: list[Callable[[str], checks.Checked]] = [
    lambda text: checks.id_number(text, RULES.id_provinces, date(1990, 8, 14), "M"),
    lambda text: checks.licence_number(text, RULES.licence_prefixes, "001090012345", date(2016, 12, 20)),
    lambda text: checks.permit_number(text, "010167012345"),
    lambda text: checks.certificate_number(text, date(2024, 1, 2)),
    checks.dossier_code,
    checks.phone,
    checks.person_name,
]


@given(st.sampled_from(CHECKS), TYPED)
def test_any_text_is_judged_in_words_and_its_kept_form_alike(
    check_one: Callable[[str], checks.Checked], text: str
) -> None:
    found = check_one(text)
    assert check_one(found.text) == found
    assert check_one(unicodedata.normalize("NFD", text)) == found
    assert found.words.vi
    assert found.words.en
    assert found.text in ("", nfc(text)) or " " not in found.text


@given(
    st.sampled_from(sorted(RULES.id_provinces)),
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["M", "F"]),
    st.integers(0, 999_999),
)
def test_a_number_made_by_the_rule_is_right_and_says_who(
    province: str, born: date, sex: checks.Sex, serial: int
) -> None:
    digit = 2 * (born.year // 100 - 19) + (sex == "F")
    number = f"{province}{digit}{born.year % 100:02d}{serial:06d}"
    assert checks.id_number(number, RULES.id_provinces, born, sex).state == "ok"
    other: checks.Sex = "F" if sex == "M" else "M"
    assert checks.id_number(number, RULES.id_provinces, born, other).state == "warn"
    assert checks.id_number(number, RULES.id_provinces, date(born.year + 1, 1, 1), sex).state == "warn"
    assert checks.licence_number(f"{province[1:]}{digit}25{serial:07d}", (), number).state == "ok"
