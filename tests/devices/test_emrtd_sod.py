"""Passive authentication with every kind of signature that a signing country may use, and with forged ones."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.devices.emrtd import sod, tlv, trust
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.domain.evidence import Verdict
from clerk_app.practice import card_contents, specimens
from clerk_app.practice.card_faults import CardFaults
from tests.peers import pki
from tests.peers.pki import NOW

GROUPS = {1: b"first group", 2: b"second group"}
CONTENT = pki.security_object(GROUPS)
YES = Verdict("signature", "yes")
BAD = Verdict("signature", "no", "SIGNATURE_BAD")


def judged(data: bytes, *trusted: bytes) -> sod.Judgement:
    return sod.judge(sod.parse(data), trust.store_of(trusted, practice=False), NOW)


def told(judgement: sod.Judgement) -> tuple[str, str, str]:
    """(signature, chain, in_force) with their reasons."""
    answers = (judgement.signature, judgement.signer.chain, judgement.signer.in_force)
    signature, chain, in_force = (f"{one.state} {one.reason}".strip() for one in answers)
    return signature, chain, in_force


@pytest.mark.parametrize("kind", pki.KINDS)
@pytest.mark.parametrize("authority_kind", ["rsa", "pss", "pss-key", "p384", "bp256", "bp512", "p256-full"])
def test_each_kind_of_signature_is_checked(kind: pki.Kind, authority_kind: pki.Kind) -> None:
    authority = pki.csca(authority_kind)
    signer = pki.signer(authority, kind)
    good = pki.sod(CONTENT, signer)
    assert told(judged(good, authority.der)) == ("yes", "yes", "yes")
    assert told(judged(good)) == ("yes", "untrusted SIGNER_UNKNOWN", "unknown CSCA_UNKNOWN")
    assert judged(pki.sod(CONTENT, signer, broken=True), authority.der).signature == BAD


@pytest.mark.parametrize(
    "unusual",
    [
        {"by_key_id": True},
        {"unsorted": "written"},
        {"unsorted": "signed"},
        {"attributes": False},
        {"digest": "sha384"},
        {"digest": "sha512"},
    ],
)
@pytest.mark.parametrize("kind", ["p256", "rsa", "pss"])
def test_signers_that_do_it_differently(unusual: dict[str, Any], kind: str) -> None:
    authority = pki.csca()
    signer = pki.signer(authority, kind)
    assert told(judged(pki.sod(CONTENT, signer, **unusual), authority.der)) == ("yes", "yes", "yes")
    assert judged(pki.sod(CONTENT, signer, broken=True, **unusual), authority.der).signature == BAD


@pytest.mark.parametrize("depth", range(1, 5))
def test_indefinite_lengths_are_read(depth: int) -> None:
    """BER down to the list of certificates; those themselves are DER, or their signature would not fit."""
    authority = pki.csca()
    message = pki.Message(pki.SOD_TYPE, CONTENT, [pki.signer(authority)]).der()
    ber = pki.indefinite(message, depth)
    assert ber != message
    assert told(judged(tlv.encode(0x77, ber), authority.der)) == ("yes", "yes", "yes")


@pytest.mark.parametrize("lds", ["", "0107", "0108"])
def test_both_versions_of_the_list_are_read(lds: str) -> None:
    authority = pki.csca()
    security = sod.parse(pki.sod(pki.security_object({**GROUPS, 3: b"fingers"}, lds=lds), pki.signer(authority)))
    assert sod.altered(security, GROUPS) == ()
    assert sod.unsigned(security, GROUPS) == ()
    assert sod.altered(security, {**GROUPS, 2: b"another"}) == (2,)
    more = {**GROUPS, 1: b"another", 13: b"not listed"}
    assert (sod.altered(security, more), sod.unsigned(security, more)) == ((1, 13), (13,))


def test_digests_that_can_be_forged_are_named() -> None:
    signer = pki.signer(pki.csca())
    security = sod.parse(pki.sod(pki.security_object(GROUPS, "sha1"), signer))
    assert sod.unfit_digest(security) == "ALGORITHM_WEAK sha1"
    assert sod.altered(security, GROUPS) == (1, 2)
    assert sod.unfit_digest(sod.parse(pki.sod(CONTENT, signer))) == ""


@pytest.mark.parametrize(
    "content",
    [
        pki.security_object({1: b"a"})[:-1] + b"\x00\x00",
        b"\x30\x03\x02\x01\x00",
        CONTENT.replace(b"\x02\x01\x00", b"\x02\x01\x05", 1),
        CONTENT.replace(b"\x30\x25\x02\x01\x02", b"\x30\x25\x02\x01\x01"),
    ],
    ids=["more behind", "cut off", "of a later version", "one group twice"],
)
def test_a_list_that_is_none_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        sod.parse(pki.sod(content, pki.signer(pki.csca())))


# ---- signers that say nothing


def test_another_key_than_the_certificates_is_a_bad_signature() -> None:
    authority = pki.csca()
    signer = pki.signer(authority)
    other = pki.Holder(pki.new_key("p256"), signer.certificate)
    assert judged(pki.sod(CONTENT, other), authority.der).signature == BAD


def test_content_exchanged_under_a_good_signature_is_noticed() -> None:
    authority = pki.csca()
    other = pki.security_object({1: b"another person", 2: b"second group"})
    forged = pki.sod(CONTENT, pki.signer(authority)).replace(CONTENT, other)
    assert judged(forged, authority.der).signature == BAD
    told_so = pki.sod(other, pki.signer(authority), digest_of=CONTENT)
    assert judged(told_so, authority.der).signature == BAD


def test_two_digests_in_one_signature_are_none() -> None:
    """RFC 5652 §11.2: one message digest; with two, each reader could take another one."""
    authority = pki.csca()
    other = pki.security_object({1: b"another person", 2: b"second group"})
    for content, also in ((other, CONTENT), (CONTENT, other)):
        twice = pki.sod(content, pki.signer(authority), also_digest_of=also)
        assert judged(twice, authority.der).signature == BAD


def test_a_signature_over_another_kind_of_content_is_none() -> None:
    authority = pki.csca()
    other = pki.sod(CONTENT, pki.signer(authority), attribute_type=pki.MASTER_LIST_TYPE)
    assert judged(other, authority.der).signature == BAD


def test_a_key_too_long_to_be_honest_is_not_reckoned_with() -> None:
    authority = pki.csca()
    numbers = keys.RSAPublicKey({"modulus": 2**16384 - 1, "public_exponent": 2**16000 + 1})
    info = keys.PublicKeyInfo({"algorithm": {"algorithm": "rsa"}, "public_key": numbers})
    signer = pki.signer(authority, key=pki.Key("rsa", pki.new_key("rsa", 2).private, info))
    assert told(judged(pki.sod(CONTENT, signer), authority.der))[0] == "unknown ALGORITHM_UNKNOWN rsa-16384"


def test_a_signature_without_its_certificate_says_nothing() -> None:
    authority = pki.csca()
    judgement = judged(pki.sod(CONTENT, pki.signer(authority), certificates=[]), authority.der)
    assert told(judgement) == ("unknown SIGNER_MISSING", "untrusted SIGNER_MISSING", "unknown SIGNER_MISSING")
    others = pki.sod(CONTENT, pki.signer(authority), certificates=[pki.signer(authority), authority])
    assert told(judged(others, authority.der))[0] == "unknown SIGNER_MISSING"


def test_the_signers_certificate_is_found_among_many() -> None:
    authority, stranger = pki.csca(), pki.csca("p384", "Somebody")
    signer = pki.signer(authority)
    carried = [pki.signer(stranger), stranger, pki.signer(authority), signer, authority]
    assert told(judged(pki.sod(CONTENT, signer, certificates=carried), authority.der)) == ("yes", "yes", "yes")


def test_an_authority_that_the_card_brings_along_is_not_believed() -> None:
    stranger = pki.csca()
    signer = pki.signer(stranger)
    brought = pki.sod(CONTENT, signer, certificates=[signer, stranger])
    assert told(judged(brought, pki.csca("p384").der))[1] == "untrusted SIGNER_UNKNOWN"


def test_of_several_signers_the_best_one_counts() -> None:
    authority, stranger = pki.csca(), pki.csca("p384", "Somebody")
    good, unknown = pki.signer(authority), pki.signer(stranger)
    for both in ((good, unknown), (unknown, good)):
        assert told(judged(pki.sod(CONTENT, *both), authority.der)) == ("yes", "yes", "yes")
    # A bad signature of a believed signer does not make the stranger's good one worth more.
    forged = pki.Holder(pki.new_key("p256"), good.certificate)
    assert told(judged(pki.sod(CONTENT, forged, unknown), authority.der))[:2] == ("yes", "untrusted SIGNER_UNKNOWN")


def test_means_that_can_be_forged_are_neither_good_nor_bad() -> None:
    authority = pki.csca()
    sha1 = pki.sod(CONTENT, pki.signer(authority), digest="sha1")
    assert told(judged(sha1, authority.der))[0] == "unknown ALGORITHM_WEAK sha1"
    short = pki.signer(authority, "rsa", key=pki.new_key("rsa", 9, 1024))
    assert told(judged(pki.sod(CONTENT, short), authority.der))[0] == "unknown ALGORITHM_WEAK rsa-1024"
    odd = pki.signer(authority, "p192")
    assert told(judged(pki.sod(CONTENT, odd), authority.der))[0] == "unknown ALGORITHM_UNKNOWN secp192r1"


@pytest.mark.parametrize("changed", ["p", "a", "b", "x", "y", "n", "h"])
@pytest.mark.parametrize("curve", ["p256", "bp256"])
def test_a_curve_that_differs_in_one_parameter_is_not_that_curve(curve: str, changed: str) -> None:
    """CVE-2020-0601: a curve with another generator, on which anybody can make a key for a given point."""
    authority = pki.csca()
    key = pki.new_key(f"{curve}-full")
    domain = pki.ec_domain(curve)
    number = {"p": 0, "a": 1, "b": 2, "x": 3, "y": 4, "n": 5}.get(changed)
    value = 2 if number is None else pki._DOMAINS[curve][number] - 2
    false = pki.ec_domain(curve, **{changed: value})
    assert false.dump() != domain.dump()
    info = keys.PublicKeyInfo(
        {
            "algorithm": {"algorithm": "ec", "parameters": keys.ECDomainParameters("specified", false)},
            "public_key": key.info["public_key"],
        }
    )
    signer = pki.signer(authority, key=pki.Key(key.kind, key.private, info))
    assert told(judged(pki.sod(CONTENT, signer), authority.der))[0] == "unknown ALGORITHM_UNKNOWN explicit"


def test_a_key_kept_for_pss_signs_by_nothing_else() -> None:
    authority = pki.csca()
    kept = pki.new_key("pss-key", 2)
    signer = pki.signer(authority, key=pki.Key("rsa", kept.private, kept.info))
    assert told(judged(pki.sod(CONTENT, signer), authority.der))[0].startswith("unknown ALGORITHM_UNKNOWN")
    signer = pki.signer(authority, key=kept)
    # The key's parameters ask for SHA-256.
    assert told(judged(pki.sod(CONTENT, signer, digest="sha512"), authority.der))[0].startswith("unknown")


# ---- an independent judge


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("kind", ["p256", "bp384", "rsa", "pss"])
@pytest.mark.parametrize("story", ["good", "altered content", "altered signature", "unknown CA", "expired signer"])
def test_openssl_agrees(tmp_path: Path, kind: str, story: str) -> None:
    authority = pki.csca()
    late = {"start": NOW - 60 * pki.DAY, "end": NOW - pki.DAY} if story == "expired signer" else {}
    signer = pki.signer(authority, kind, **late)
    message = pki.Message(pki.SOD_TYPE, CONTENT, [signer], broken=story == "altered signature").der()
    if story == "altered content":
        message = message.replace(CONTENT, pki.security_object({1: b"another one", 2: b"second group"}))
    believed = pki.csca("p384", "Other") if story == "unknown CA" else authority
    ours = told(judged(tlv.encode(0x77, message), believed.der))
    assert _openssl(tmp_path, message, believed.pem) is (ours == ("yes", "yes", "yes")) is (story == "good")
    wrong = {"altered content": 0, "altered signature": 0, "unknown CA": 1, "expired signer": 2}
    assert [answer == "yes" for answer in ours[: wrong.get(story, 3)]] == [True] * wrong.get(story, 3)
    # Without asking for the signer, openssl checks the signature alone.
    alone = _openssl(tmp_path, message, believed.pem, "-noverify")
    assert alone is (ours[0] == "yes")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_agrees_about_the_practice_cards(tmp_path: Path) -> None:
    for fault, good in ((CardFaults(), True), (CardFaults(wrong_signature=True), False)):
        content = card_contents.files(specimens.specimen(1), fault)[0x011D]
        believed = specimens.authority()
        assert _openssl(tmp_path, tlv.first(content, 0x77), believed) is good
        judgement = sod.judge(sod.parse(content), trust.store_of([believed], practice=True), NOW)
        assert told(judgement) == ("yes" if good else "no SIGNATURE_BAD", "yes", "yes")


def _openssl(folder: Path, message: bytes, believed: bytes, *more: str) -> bool:
    (folder / "sod.der").write_bytes(message)
    (folder / "ca.pem").write_bytes(believed)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "sod.der", "-out", "content", "-purpose", "any"]
    command += ["-CAfile", "ca.pem", "-attime", str(int(NOW.timestamp())), *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.returncode == 0


# ---- whatever a chip sends

_AUTHORITY = pki.csca()
_GOOD = pki.sod(CONTENT, pki.signer(_AUTHORITY))


@settings(deadline=None)
@given(data=st.data())
def test_a_damaged_security_object_is_never_accepted(data: st.DataObject) -> None:
    """No crash, no hang; and what is still accepted says the same as before: what was signed was not touched."""
    damaged = bytearray(_GOOD)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for content in (bytes(damaged), bytes(damaged[:cut])):
        with suppress(Malformed):
            security = sod.parse(content)
            judgement = sod.judge(security, trust.store_of([_AUTHORITY.der], practice=False), NOW)
            if told(judgement) == ("yes", "yes", "yes"):
                assert (security.digest, security.hashes) == ("sha256", sod.parse(_GOOD).hashes)
