"""What a token signed: right for just what it was asked, and for nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app import token_factor
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.token_proofs import DECIDING, MAGIC, Challenge, TokenProof
from clerk_app.wire import pack, unpack
from tests.peers.person_key import Kind, PersonKey

NOW = datetime.now(HANOI).replace(microsecond=0)


@lru_cache
def key(kind: Kind = "ec", days: tuple[int, int] = (-10, 300)) -> PersonKey:
    return PersonKey(kind, days)


def proof(kind: Kind = "ec") -> TokenProof:
    return key(kind).answer("grant", "Q04", "châu", NOW, "a" * 64)


def check(
    shown: TokenProof, *, user: str = "châu", station: str = "Q04", about: str = "a" * 64, **other: object
) -> str:
    keys = [token_factor.key_of(key(kind).certificate) for kind in ("ec", "rsa")]
    asked = {"purposes": ("grant",), "now": NOW, "about": about} | other
    try:
        token_factor.check(shown, keys, station, user, **asked)  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_right_answer_of_either_kind_of_key_also_after_the_wire(kind: Kind) -> None:
    shown = proof(kind)
    assert check(shown) == ""
    assert check(unpack(pack(shown), TokenProof)) == "", "the moment comes back in UTC"
    assert check(shown, now=NOW + timedelta(minutes=5)) == ""


def test_what_is_signed_is_canonical_and_says_everything() -> None:
    asked = Challenge("unlock", "Q04", "châu", NOW, "0" * 64, "ha")
    text = asked.text()
    assert text.startswith(MAGIC)
    said = json.loads(text.removeprefix(MAGIC))
    assert list(said) == ["about", "at", "nonce", "purpose", "station", "user"]
    assert (said["user"], said["about"], said["purpose"]) == ("châu", "ha", "unlock")
    assert replace(asked, at=NOW.astimezone(UTC)).text() == text


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"user": "ha"}, "PROOF_WRONG"),
        ({"station": "Q05"}, "PROOF_WRONG"),
        ({"about": "b" * 64}, "PROOF_WRONG"),
        ({"purposes": ("refuse",)}, "PROOF_WRONG"),
        ({"purposes": DECIDING, "about": None}, ""),
        ({"now": NOW + timedelta(minutes=5, seconds=1)}, "PROOF_CLOCK"),
        ({"now": NOW - timedelta(minutes=5, seconds=1)}, "PROOF_CLOCK"),
    ],
)
def test_an_answer_is_for_one_thing_alone(other: dict[str, object], code: str) -> None:
    assert check(proof(), **other) == code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (lambda asked: replace(asked, purpose="refuse"), "PROOF_WRONG"),
        (lambda asked: replace(asked, user="hà"), "PROOF_WRONG"),
        (lambda asked: replace(asked, about="b" * 64), "PROOF_WRONG"),
        (lambda asked: replace(asked, nonce="0" * 64), "PROOF_WRONG"),
        (lambda asked: replace(asked, nonce=""), "PROOF_WRONG"),
        (lambda asked: replace(asked, at=NOW + timedelta(seconds=1)), "PROOF_WRONG"),
    ],
)
def test_nothing_of_the_question_can_be_another_afterwards(
    changed: Callable[[Challenge], Challenge], code: str
) -> None:
    shown = proof()
    forged = replace(shown, challenge=changed(shown.challenge))
    wanted = {"user": forged.challenge.user, "about": None, "purposes": (*DECIDING, "sign-in")}
    assert check(forged, **wanted) == code  # type: ignore[arg-type]


@pytest.mark.parametrize("nonce", ["\0" * 64, "G" * 64, "A" * 64, "a" * 63 + "\n", "٣" * 64])
def test_a_nonce_is_what_a_desk_makes_also_where_the_token_signed_another(nonce: str) -> None:
    asked = Challenge("grant", "Q04", "châu", NOW, nonce, "a" * 64)
    assert check(key().answer("grant", "Q04", "châu", NOW, asked=asked)) == "PROOF_WRONG"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(("rsa", "ec")), st.integers(0), st.integers(0, 7))
def test_one_flipped_bit_of_a_signature_is_found(kind: Kind, at: int, bit: int) -> None:
    shown = proof(kind)
    signature = bytearray.fromhex(shown.signature)
    signature[at % len(signature)] ^= 1 << bit
    assert check(replace(shown, signature=signature.hex())) == "PROOF_WRONG"


@pytest.mark.parametrize("signature", ["", "00", "zz", "ab" * 256])
def test_what_is_no_signature_is_wrong(signature: str) -> None:
    assert check(replace(proof("rsa"), signature=signature)) == "PROOF_WRONG"


def test_another_token_and_another_ones_certificate() -> None:
    stranger = PersonKey("ec").answer("grant", "Q04", "châu", NOW, "a" * 64)
    assert check(stranger) == "PROOF_OTHER_TOKEN"
    assert check(replace(stranger, certificate=proof().certificate)) == "PROOF_WRONG"


@pytest.mark.parametrize("days", [(-400, -1), (1, 400)])
def test_a_certificate_counts_while_it_is_in_force(days: tuple[int, int]) -> None:
    late = key("ec", days)
    shown = late.answer("sign-in", "Q04", "châu", NOW)
    with pytest.raises(Refusal, match="PROOF_EXPIRED"):
        token_factor.check(shown, [token_factor.key_of(late.certificate)], "Q04", "châu", ("sign-in",), NOW)


def test_which_certificates_may_be_registered() -> None:
    authority, other = PersonKey(authority=True), PersonKey(authority=True)
    theirs = PersonKey(issuer=authority)

    def refused(one: PersonKey, *authorities: PersonKey) -> str:
        try:
            token_factor.check_certificate(one.certificate, [one.certificate for one in authorities], NOW)
        except Refusal as refusal:
            return refusal.code
        return ""

    assert refused(theirs) == "", "an authority is no must"
    assert refused(theirs, other, authority) == ""
    assert refused(theirs, other) == "TOKEN_CERTIFICATE_FOREIGN"
    assert refused(theirs, theirs) == "TOKEN_CERTIFICATE_FOREIGN", "who is no authority certifies nobody"
    assert refused(theirs, PersonKey(authority=True, days=(-9, -1))) == "TOKEN_CERTIFICATE_FOREIGN"
    assert refused(authority) == "TOKEN_CERTIFICATE_USE"
    assert refused(PersonKey(signs=False)) == "TOKEN_CERTIFICATE_USE"
    assert refused(PersonKey("rsa", bits=1024)) == "TOKEN_KEY_KIND"
    assert refused(PersonKey(days=(-9, -1))) == "TOKEN_CERTIFICATE_EXPIRED"


def test_what_is_no_certificate() -> None:
    for data in (b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Refusal, match="TOKEN_CERTIFICATE"):
            token_factor.certificates(data)
