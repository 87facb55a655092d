from __future__ import annotations

from datetime import date

import pytest

from clerk_app.domain import checks
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
    assert checks.certificate_number("123/2019").state == "warn"
    assert checks.certificate_number("").state == "refuse"


@pytest.mark.parametrize("digits", ["０１０９０００１２３４５", "٠٠١٠٨٥٠١٢٣٤٥", "00108501234５"])
def test_digits_of_other_scripts_are_no_numbers(digits: str) -> None:
    assert checks.id_number(digits, RULES.id_provinces).state == "refuse"
