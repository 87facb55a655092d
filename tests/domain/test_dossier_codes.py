"""A dossier code reads back as what it was written from, in the old shape and the new."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.dossier_codes import DossierCode, read, written

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
UNITS = st.sampled_from(["G01.801.308", "000.00.06.H56", "H26", "G01.899.909"])
FORMS = st.sampled_from(["", "{unit}-{day:%y%m%d}-{number:04d}", "{unit}-{day:%y%m%d}-{number:06d}"])


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("000.00.06.H56-231027-0361", DossierCode("000.00.06.H56", date(2023, 10, 27), "0361")),
        ("G01.899.909-260916-890028", DossierCode("G01.899.909", date(2026, 9, 16), "890028")),
    ],
)
def test_codes_that_were_seen(code: str, parts: DossierCode) -> None:
    assert read(code) == parts
    assert str(parts) == code


@given(UNITS, DAYS, st.integers(1, 9999), FORMS)
def test_what_was_written_is_read_back(unit: str, day: date, number: int, form: str) -> None:
    code = written(unit, day, number, form)
    parts = read(code)
    assert parts is not None
    assert (parts.unit, parts.day, int(parts.serial), str(parts)) == (unit, day, number, code)


@pytest.mark.parametrize(
    "text",
    ["", "G01.801-261323-000128", "G01.801-260229-000128", "g01-261123-0001", "G01-261123-٠٠٠١", "G01-261123-0001 "],
)
def test_what_is_no_code(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=30) | st.text("G0H1.-23456789", max_size=30))
def test_any_text_is_read_or_is_none(text: str) -> None:
    parts = read(text)
    assert parts is None or str(parts) == text
