"""Dates of which a paper knows only a part."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.partial_dates import PartialDate, read

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
PARTIAL = st.builds(
    lambda day, known: PartialDate(day.year, day.month if known else None, day.day if known > 1 else None),
    DAYS,
    st.integers(0, 2),
)


@pytest.mark.parametrize(
    ("text", "kept", "written"),
    [
        ("1985", "1985", "1985"),
        ("03/1985", "1985-03", "03/1985"),
        ("3/1985", "1985-03", "03/1985"),
        ("12/03/1985", "1985-03-12", "12/03/1985"),
        ("1985-03", "1985-03", "03/1985"),
        ("00/00/1985", "1985", "1985"),
        ("00/03/1985", "1985-03", "03/1985"),
        (" 1985 ", "1985", "1985"),
    ],
)
def test_what_old_papers_say(text: str, kept: str, written: str) -> None:
    found = read(text)
    assert found is not None
    assert (found.iso, found.written) == (kept, written)


@pytest.mark.parametrize(
    "text", ["", "85", "13/1985", "30/02/1985", "1985-13-01", "12/00/1985", "0000", "năm 1985", "١٩٨٥", "1985-3-12"]
)
def test_what_is_no_date(text: str) -> None:
    assert read(text) is None


def test_a_year_reaches_from_its_first_to_its_last_day() -> None:
    assert (PartialDate(1985).first, PartialDate(1985).last) == (date(1985, 1, 1), date(1985, 12, 31))
    assert PartialDate(2028, 2).last == date(2028, 2, 29)
    assert PartialDate(1985, 12).last == date(1985, 12, 31)
    assert PartialDate(1985).exact is None
    assert PartialDate(1985, 3, 12).exact == date(1985, 3, 12)


@pytest.mark.parametrize("parts", [(1985, None, 3), (1985, 13, None), (2027, 2, 29), (0, None, None)])
def test_dates_that_cannot_be(parts: tuple[int, int | None, int | None]) -> None:
    with pytest.raises(ValueError):
        PartialDate(*parts)


@given(PARTIAL)
def test_both_ways_to_write_it_are_read_back(one: PartialDate) -> None:
    assert read(one.iso) == read(one.written) == one
    assert one.first <= one.last
    assert (one.exact is None) is (one.first != one.last)


@given(PARTIAL, PARTIAL)
def test_two_dates_may_be_one_when_some_day_is_both(one: PartialDate, other: PartialDate) -> None:
    assert one.may_be(other) is other.may_be(one)
    assert one.may_be(PartialDate(one.year))
    assert one.may_be(other) is (max(one.first, other.first) <= min(one.last, other.last))


@given(st.text(max_size=12))
def test_any_text_is_read_or_is_none(text: str) -> None:
    found = read(text)
    assert found is None or read(found.iso) == found
