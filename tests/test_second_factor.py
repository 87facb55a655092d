"""One-time codes by the book: the vectors of RFC 6238, and the true cause of every code that is not accepted."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, SHA512
from hypothesis import given
from hypothesis import strategies as st

from clerk_app import second_factor as codes
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal

SEED = b"12345678901234567890"
NOW = datetime(2026, 11, 23, 8, 30, 10, tzinfo=HANOI)
HERE = codes.step_at(NOW)

# RFC 6238, appendix B: eight digits; the seeds of the longer digests repeat the same ten.
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]


@pytest.mark.parametrize(("seconds", "sha1", "sha256", "sha512"), VECTORS)
def test_the_codes_are_those_of_the_standard(seconds: int, sha1: str, sha256: str, sha512: str) -> None:
    step = seconds // codes.STEP_S
    assert codes.code_at(SEED, step, 8, SHA1()) == sha1
    assert codes.code_at((SEED * 2)[:32], step, 8, SHA256()) == sha256
    assert codes.code_at((SEED * 4)[:64], step, 8, SHA512()) == sha512
    assert codes.code_at(SEED, step) == sha1[2:], "six digits are the last of the eight"


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_step_before_and_the_one_after_count(off: int) -> None:
    code = codes.code_at(SEED, HERE + off)
    assert codes.judge(SEED, code, NOW, 0) == HERE + off
    assert codes.judge(SEED, f" {code[:3]} {code[3:]} ", NOW, 0) == HERE + off, "typed with the gap an app shows"


def test_a_code_is_accepted_once_and_none_before_it_any_more() -> None:
    for off in (-1, 0):
        with pytest.raises(Refusal, match="CODE_USED"):
            codes.judge(SEED, codes.code_at(SEED, HERE + off), NOW, HERE)
    assert codes.judge(SEED, codes.code_at(SEED, HERE + 1), NOW, HERE) == HERE + 1


@pytest.mark.parametrize(("off", "said"), [(2, "ahead of this one by about 1"), (-20, "behind this one by about 10")])
def test_the_code_of_another_time_is_a_matter_of_clocks_and_not_of_typing(off: int, said: str) -> None:
    with pytest.raises(Refusal, match="CODE_CLOCK") as refusal:
        codes.judge(SEED, codes.code_at(SEED, HERE + off), NOW, 0)
    assert said in refusal.value.words.en


def test_a_guess_is_not_told_that_it_will_be_right_in_a_while() -> None:
    told = {off: _judged_as(codes.code_at(SEED, HERE + off)) for off in range(-40, 41)}
    assert {off for off, said in told.items() if said == "CODE_CLOCK"} == {*range(-40, -1), *range(2, 13)}
    assert {off for off, said in told.items() if said == "CODE_WRONG"} == set(range(13, 41))


def _judged_as(code: str) -> str:
    try:
        codes.judge(SEED, code, NOW, 0)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "00000０", "12345\n6789"])
def test_what_is_no_code_is_wrong(code: str) -> None:
    with pytest.raises(Refusal, match="CODE_WRONG"):
        codes.judge(SEED, code, NOW, 0)


@given(st.binary(min_size=20, max_size=20), st.integers(-39, 39), st.integers(-60, 60))
def test_whatever_is_accepted_is_near_and_new(secret: bytes, off: int, used: int) -> None:
    code = codes.code_at(secret, HERE + off)
    step = _judged(secret, code, HERE + used)
    if step is None:
        assert abs(off) > codes.AROUND or off <= used or code in {codes.code_at(secret, HERE + one) for one in (-1, 0)}
    else:
        assert HERE + used < step
        assert abs(step - HERE) <= codes.AROUND
        assert codes.code_at(secret, step) == code


def _judged(secret: bytes, code: str, used: int) -> int | None:
    try:
        return codes.judge(secret, code, NOW, used)
    except Refusal as refusal:
        if refusal.code not in codes.GUESSES:
            raise
        return None


def test_a_moment_in_any_zone_is_the_same_step() -> None:
    assert codes.step_at(NOW.astimezone(tz=None)) == HERE
    assert codes.step_at(NOW + timedelta(seconds=20)) == HERE + 1


def test_an_app_reads_the_secret_from_the_address() -> None:
    address = urlsplit(codes.provisioning_uri(SEED, "châu", "Quầy PC08-HN"))
    asked = parse_qs(address.query)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Quầy PC08-HN:châu"
    assert asked["secret"] == [codes.secret_text(SEED).replace(" ", "")]
    assert (asked["digits"], asked["period"], asked["algorithm"]) == (["6"], ["30"], ["SHA1"])
    assert codes.secret_text(SEED) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
