"""A receipt number reads back as what it was written from, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.receipt_numbers import number_in, written

FORMS = ("", "{number:07d}", "26E-{number:06d}", "{number}/TP")


@given(st.integers(1, 10**12), st.sampled_from(FORMS))
def test_what_was_written_is_read_back(number: int, form: str) -> None:
    assert number_in(written(number, form), form) == number


@pytest.mark.parametrize("text", ["", "7", "00000007", "x000007", "0000007 ", "٠٠٠٠٠٠٧", "-000007", "9" * 40])
def test_what_no_desk_writes_is_no_number(text: str) -> None:
    assert number_in(text, "") is None


def test_a_form_without_a_number_names_none() -> None:
    assert number_in("abc", "abc") is None
