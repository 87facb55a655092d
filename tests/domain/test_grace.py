"""Grace codes: what is written is read again, every slip of the pen is found, and nobody else's code counts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.grace import ALPHABET, LENGTH, Grace, plain, read, wait_after, written
from clerk_app.domain.limits import LIMITS, NUMBERS
from clerk_app.domain.refusals import Refusal

KEY = bytes(range(32))
TODAY = date(2026, 11, 28)
GRACES = st.builds(Grace, st.sampled_from(LIMITS), st.integers(1, 31), st.integers(1, 1023), st.integers(0, 9_999_999))


def refused(text: str, key: bytes = KEY, station: str = "Q03", today: date = TODAY) -> str:
    with pytest.raises(Refusal) as caught:
        read(text, key, station, today)
    return caught.value.code


@given(GRACES)
def test_what_is_written_is_read_as_it_is_heard(grace: Grace) -> None:
    code = written(grace, KEY, "Q03", TODAY)
    assert [len(group) for group in code.split("-")] == [4] * 5
    heard = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read(heard, KEY, "Q03", TODAY) == read(code, KEY, "Q03", TODAY) == grace


@given(GRACES, st.data())
def test_every_wrong_character_and_every_exchange_of_two_is_found_before_anything_is_tried(
    grace: Grace, data: st.DataObject
) -> None:
    code = written(grace, KEY, "Q03", TODAY).replace("-", "")
    at, to = data.draw(st.tuples(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1)))
    letter = data.draw(st.sampled_from(ALPHABET))
    changed = code[:at] + letter + code[at + 1 :]
    swapped = list(code)
    swapped[at], swapped[to] = swapped[to], swapped[at]
    for wrong in (changed, "".join(swapped)):
        if wrong != code:
            assert refused(wrong) == "GRACE_MISTYPED"


@given(st.text(max_size=40))
def test_no_text_is_more_than_a_wrong_code(text: str) -> None:
    assert refused(text) in ("GRACE_MISTYPED", "GRACE_WRONG")


@given(GRACES, st.integers(-400, 400))
def test_a_code_counts_for_its_station_its_day_and_its_secret_alone(grace: Grace, off: int) -> None:
    code = written(grace, KEY, "Q03", TODAY)
    assert refused(code, station="Q04") == "GRACE_WRONG"
    assert refused(code, key=bytes(32)) == "GRACE_WRONG"
    if off:
        said = refused(code, today=TODAY + timedelta(days=off))
        assert said == ("GRACE_DAY" if abs(off) <= 7 else "GRACE_WRONG")


def test_the_day_of_a_late_code_is_named() -> None:
    code = written(Grace("disk", 1, 1), KEY, "Q03", TODAY)
    with pytest.raises(Refusal) as caught:
        read(code, KEY, "Q03", TODAY + timedelta(days=1))
    assert "28/11/2026" in caught.value.words.vi


@given(GRACES)
def test_a_code_lends_numbers_or_days_never_both(grace: Grace) -> None:
    lends, until = grace.numbers, grace.until(TODAY)
    assert (lends is None) != (until is None)
    assert (lends is not None) == (grace.limit in NUMBERS)
    if lends is not None:
        assert lends[1] - lends[0] + 1 == grace.extent * 10


def test_days_end_with_the_last_of_them() -> None:
    assert Grace("central", 2, 1).until(TODAY) == datetime(2026, 12, 1, tzinfo=HANOI)


def test_what_fits_into_no_code_is_not_written() -> None:
    for grace in (Grace("disk", 0, 1), Grace("disk", 32, 1), Grace("disk", 1, 1024), Grace("disk", 1, 1, 32**5)):
        with pytest.raises(ValueError, match="no such grace"):
            written(grace, KEY, "Q03", TODAY)


def test_guessing_gets_slower_up_to_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(30)]
    assert waits[:3] == [timedelta()] * 3
    assert waits[3:6] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[-1] == timedelta(hours=1)
    assert waits == sorted(waits)


def test_plain_takes_off_what_people_put_between() -> None:
    code = written(Grace("disk", 1, 1), KEY, "Q03", TODAY)
    assert plain(f" {code}.\n") == code.replace("-", "")
