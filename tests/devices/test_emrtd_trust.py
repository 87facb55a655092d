"""Who is believed and who is not: profiles, links between keys, master lists, revocation, training and work."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl, pem, x509
from hypothesis import given, settings
from hypothesis import strategies as st

from clerk_app.devices.emrtd import authority, chain, revocation, sod, trust
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.reasons import NotBelieved
from clerk_app.practice import specimens
from clerk_app.practice.specimen_authority import make
from tests.peers import pki
from tests.peers.pki import DAY, MASTER_LIST_SIGNER, NOW


def store(*blobs: bytes, practice: bool = False, at: datetime | None = None) -> trust.TrustStore:
    return trust.made(blobs, practice=practice, at=at)


def told(signer: pki.Holder, *blobs: bytes, at: datetime = NOW) -> tuple[str, str, str]:
    """(chain, in_force, not_revoked) with their reasons."""
    found = chain.standing(signer.certificate, store(*blobs), at)
    one, two, three = (
        f"{verdict.state} {verdict.reason}".strip() for verdict in (found.chain, found.in_force, found.not_revoked)
    )
    return one, two, three


def why(*blobs: bytes, practice: bool = False, at: datetime | None = None) -> list[NotBelieved]:
    return [one.why for one in store(*blobs, practice=practice, at=at).unbelieved]


# ---- the signer's certificate


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        ({"usage": ["key_encipherment"]}, "SIGNER_NOT_FOR_SIGNING"),
        ({"usage": []}, "SIGNER_NOT_FOR_SIGNING"),
        ({"usage": ["digital_signature", "key_cert_sign"]}, "SIGNER_NOT_FOR_SIGNING"),
        ({"purposes": [MASTER_LIST_SIGNER]}, "SIGNER_NOT_FOR_SIGNING"),
        ({"critical": {"1.2.3.4": b"\x05\x00"}}, "SIGNER_NOT_FOR_SIGNING"),
        ({"country": "DE"}, "SIGNER_OF_ANOTHER_STATE"),
        ({"issuer_id": b"another key's name"}, "SIGNER_UNKNOWN"),
        ({"digest": "sha1"}, "ALGORITHM_WEAK sha1"),
        ({"common": "SPECIMEN DS"}, "SIGNER_UNKNOWN"),
        ({"inner": "sha512"}, "SIGNER_UNKNOWN"),
    ],
)
def test_a_signer_that_may_not_sign_is_untrusted(unfit: dict[str, Any], reason: str) -> None:
    root = pki.csca()
    assert told(pki.signer(root), root.der)[0] == "yes"
    assert told(pki.signer(root, **unfit), root.der)[0] == f"untrusted {reason}"


def test_an_authority_signs_no_documents() -> None:
    root = pki.csca()
    below, subject = pki.new_key("p256"), pki.name("DS")
    both = pki.certificate(subject, below, root.certificate.subject, root.key, ca=True, usage=["digital_signature"])
    assert told(pki.Holder(below, both), root.der)[0] == "untrusted SIGNER_NOT_FOR_SIGNING"
    assert told(root, root.der)[0] == "untrusted SIGNER_NOT_FOR_SIGNING"


def test_a_signer_without_key_identifiers_is_known_by_the_signature() -> None:
    root = pki.csca()
    assert told(pki.signer(root, identifiers=False), root.der)[0] == "yes"


def test_the_private_key_usage_period_refuses_nothing() -> None:
    """It says until when the key signs; the card was signed before."""
    root = pki.csca()
    over = b"\x30\x11\x81\x0f20250101000000Z"
    assert told(pki.signer(root, critical={"2.5.29.16": over}), root.der)[:2] == ("yes", "yes")


@pytest.mark.parametrize(
    ("signer", "root", "in_force"),
    [
        ({}, {}, "yes"),
        ({"end": NOW - DAY}, {}, "no SIGNER_EXPIRED"),
        ({"start": NOW + DAY}, {}, "no SIGNER_NOT_YET_VALID"),
        ({}, {"end": NOW - DAY}, "no CSCA_EXPIRED"),
        ({}, {"start": NOW + DAY}, "no CSCA_NOT_YET_VALID"),
        ({"end": NOW - DAY}, {"end": NOW - DAY}, "no SIGNER_EXPIRED CSCA_EXPIRED"),
    ],
)
def test_both_must_be_in_force(signer: dict[str, Any], root: dict[str, Any], in_force: str) -> None:
    top = pki.csca(**root)
    below = pki.signer(top, **signer)
    assert told(below, top.der)[:2] == ("yes", in_force)
    alone = in_force.split(" CSCA")[0] if "SIGNER" in in_force else "unknown CSCA_UNKNOWN"
    assert told(below)[:2] == ("untrusted SIGNER_UNKNOWN", alone), "without the authority only its own dates count"


def test_an_authority_that_was_renewed_is_found_among_its_namesakes() -> None:
    """The same name again: with another kind of key, out of date, with a key too short or on an odd curve."""
    key = pki.new_key("p384")
    current, expired = pki.csca(key=key), pki.csca(key=key, end=NOW - DAY)
    others = [pki.csca("rsa"), pki.csca("p256"), expired]
    signer = pki.signer(current)
    for blobs in ([*others, current], [current, *others]):
        assert told(signer, *(one.der for one in blobs))[:2] == ("yes", "yes")
    assert told(signer, *(one.der for one in others))[:2] == ("yes", "no CSCA_EXPIRED")
    assert told(signer, *(one.der for one in others[:2]))[0] == "untrusted SIGNER_UNKNOWN"


def test_authorities_of_other_states_say_nothing_about_a_citizen_card() -> None:
    german, own = pki.csca(country="DE"), pki.csca()
    assert told(pki.signer(german, country="DE"), german.der, own.der)[0] == "untrusted SIGNER_OF_ANOTHER_STATE"
    found = store(german.der, own.der)
    assert (len(found.authorities), found.of_other_states) == (1, 1)
    # A foreign authority that calls itself ours is still none of ours.
    false = pki.csca(common="CSCA", country="VN")
    assert told(pki.signer(false), german.der, own.der)[0] == "untrusted SIGNER_UNKNOWN"


# ---- the authority's certificate


def _with(root: pki.Holder, **changed: Any) -> pki.Holder:
    subject = root.certificate.subject
    return pki.Holder(root.key, pki.certificate(subject, root.key, subject, root.key, **({"ca": True} | changed)))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ca": False}, "NOT_FOR_SIGNING"),
        ({"usage": []}, "NOT_FOR_SIGNING"),
        ({"usage": ["crl_sign"]}, "NOT_FOR_SIGNING"),
        ({"critical": {"1.2.3.4": b"\x05\x00"}}, "NOT_FOR_SIGNING"),
        ({"digest": "sha1"}, "ALGORITHM_WEAK"),
    ],
)
def test_an_authority_that_may_not_sign_is_left_out(changed: dict[str, Any], reason: str) -> None:
    unfit = _with(pki.csca(), **changed)
    found = store(unfit.der)
    assert (found.authorities, [one.why for one in found.unbelieved]) == ((), [reason])
    assert told(pki.signer(unfit), unfit.der)[0] == "untrusted SIGNER_UNKNOWN"


def test_weak_odd_and_broken_authorities_are_left_out() -> None:
    root = pki.csca()
    assert why(pki.csca("rsa", key=pki.new_key("rsa", 9, 1024)).der) == ["ALGORITHM_WEAK"]
    assert why(pki.csca("p192").der) == ["ALGORITHM_UNKNOWN"]
    assert why(root.der[:-1] + bytes((root.der[-1] ^ 1,))) == ["SELF_SIGNATURE_BAD"]
    assert why(root.der[:-9]) == ["UNREADABLE"]
    assert (
        why(b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")
        == ["UNREADABLE"] * 3
    )
    assert why(pki.signer(root).der, root.der) == ["NOT_FOR_SIGNING"]


def test_a_time_without_its_zone_is_no_time() -> None:
    bare = {"end": datetime(2051, 1, 1, tzinfo=UTC), "rewritten": (b"20510101000000Z", b"205101010000.25")}
    assert why(pki.csca(**bare).der) == ["UNREADABLE"]
    root = pki.csca()
    data = pki.sod(pki.security_object({1: b"x"}), pki.signer(root, **bare))
    found = sod.judge(sod.parse(data), store(root.der), NOW)
    assert (found.signature.state, found.signer.chain.reason) == ("yes", "SIGNATURE_UNREADABLE")


def test_one_file_may_hold_several() -> None:
    one, other = pki.csca(), pki.csca("rsa", "CSCA 2")
    assert len(store(one.pem + other.pem, one.der).authorities) == 2


# ---- links


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_a_new_key_is_believed_when_the_old_one_vouches_for_it(renamed: bool, order: int) -> None:
    first = pki.csca("p256")
    second = pki.csca("rsa", "CSCA 2" if renamed else "CSCA")
    third = pki.csca("bp384", "CSCA 3" if renamed else "CSCA")
    links = [pki.link(first, second).der, pki.link(second, third).der][::order]
    signer = pki.signer(third)
    assert told(signer, first.der, *links)[:2] == ("yes", "yes")
    assert told(signer, first.der, links[0])[0] == "untrusted SIGNER_UNKNOWN", "a link is missing"
    assert told(signer, *links)[0] == "untrusted SIGNER_UNKNOWN", "nobody vouches for the first"
    assert set(why(*links)) == {"ISSUER_UNKNOWN"}


def test_a_link_is_worth_what_stands_above_it() -> None:
    old, new = pki.csca(end=NOW - DAY), pki.csca("p384")
    way = pki.link(old, new).der
    signer = pki.signer(new)
    assert told(signer, old.der, way)[:2] == ("yes", "no CSCA_EXPIRED")
    assert told(signer, old.der, way, new.der)[:2] == ("yes", "yes"), "the new one's own certificate is the better way"


def test_nobody_vouches_for_another_state_or_by_a_false_signature() -> None:
    old, german = pki.csca(), pki.csca(country="DE")
    assert why(old.der, pki.link(old, german).der) == ["ISSUER_UNKNOWN"]
    new = pki.csca("p384")
    forged = pki.link(pki.Holder(pki.new_key("p256"), old.certificate), new, issuer_id=old.key.identifier)
    assert why(old.der, forged.der) == ["ISSUER_UNKNOWN"]


# ---- training and work


def _specimen() -> pki.Holder:
    """The specimen's name and our key: what an imitator has."""
    return pki.csca(common="SPECIMEN CSCA")


def test_training_believes_one_fingerprint() -> None:
    mine = specimens.authority()
    found = store(mine, pki.csca().der, _specimen().der, make("SPECIMEN CSCA").authority.public_bytes(pki.Encoding.PEM),
                  practice=True)  # fmt: skip
    assert [authority.fingerprint(one.certificate) for one in found.authorities] == [authority.SPECIMEN_CSCA_SHA256]
    assert [one.why for one in found.unbelieved] == ["NOT_SPECIMEN"] * 3


def test_training_believes_whom_the_specimen_authority_vouches_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own specimen authority in the place of the shipped one, whose key nobody has."""
    old, new = _specimen(), pki.csca("p384", "SPECIMEN CSCA")
    way, signer = pki.link(old, new), pki.signer(new, common="SPECIMEN DS")
    assert told_in_training(signer, old.der, way.der) == "untrusted SIGNER_UNKNOWN"
    monkeypatch.setattr(authority, "SPECIMEN_CSCA_SHA256", authority.fingerprint(old.certificate))
    assert told_in_training(signer, old.der, way.der) == "yes"
    assert told_in_training(signer, old.der, new.der) == "untrusted SIGNER_UNKNOWN", "nobody vouched for the new one"


def told_in_training(signer: pki.Holder, *blobs: bytes) -> str:
    found = chain.standing(signer.certificate, store(*blobs, practice=True), NOW).chain
    return f"{found.state} {found.reason}".strip()


def test_work_believes_no_specimen_by_whatever_way() -> None:
    own = pki.csca()
    list_signer = pki.signer(own, purposes=[MASTER_LIST_SIGNER])
    imitator = _specimen()
    real = pki.Holder(own.key, x509.Certificate.load(_der(specimens.authority())))
    ways = [
        specimens.authority(),
        imitator.der,
        pki.master_list([real, imitator, own], list_signer),
        pki.link(own, imitator).der,
        pki.link(imitator, pki.csca("p384", "CSCA 2")).der,
    ]
    found = store(own.der, *ways)
    assert [one.certificate.dump() for one in found.authorities] == [own.der]
    assert {one.why for one in found.unbelieved} == {"SPECIMEN"}
    assert told(pki.signer(imitator), own.der, *ways)[0] == "untrusted SIGNER_UNKNOWN"


def _der(text: bytes) -> bytes:
    return bytes(pem.unarmor(text)[2])


# ---- master lists


def _list_signer(state: pki.Holder, **more: Any) -> pki.Holder:
    return pki.signer(state, country="DE", **({"purposes": [MASTER_LIST_SIGNER]} | more))


@pytest.mark.parametrize("kind", ["p256", "rsa", "pss", "bp384"])
def test_a_master_list_brings_our_authority(kind: str) -> None:
    german, own = pki.csca(kind, country="DE"), pki.csca()
    signed = pki.master_list([german, own, pki.csca(country="FR")], _list_signer(german, kind=kind))
    assert told(pki.signer(own), german.der, signed)[:2] == ("yes", "yes")
    found = store(german.der, signed)
    assert (len(found.authorities), found.of_other_states, found.unbelieved) == (1, 2, ())
    by_key_id = pki.master_list(
        [own], _list_signer(german), by_key_id=True, certificates=[german, _list_signer(german)]
    )
    assert why(german.der, by_key_id) == ["LIST_SIGNER_UNKNOWN"]
    assert store(german.der, pki.indefinite(signed, 3)).authorities


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"purposes": []}, "LIST_SIGNER_UNKNOWN"),
        ({"purposes": ["1.3.6.1.5.5.7.3.1"]}, "LIST_SIGNER_UNKNOWN"),
        ({"usage": ["key_agreement"]}, "LIST_SIGNER_UNKNOWN"),
        ({"digest": "sha1"}, "ALGORITHM_WEAK"),
    ],
)
def test_a_master_list_of_somebody_who_may_not_sign_it(more: dict[str, Any], reason: str) -> None:
    german = pki.csca(country="DE")
    signed = pki.master_list([pki.csca()], _list_signer(german, **more))
    found = store(german.der, signed)
    assert (found.authorities, [one.why for one in found.unbelieved]) == ((), [reason])


def test_a_master_list_that_nobody_here_signed() -> None:
    german, own = pki.csca(country="DE"), pki.csca()
    signer = _list_signer(german)
    assert why(pki.master_list([own, german], signer)) == ["LIST_SIGNER_UNKNOWN"], "the list does not vouch for itself"
    assert why(german.der, pki.master_list([own], signer, broken=True)) == ["LIST_SIGNATURE_BAD"]
    assert why(german.der, pki.master_list([own], signer, certificates=[])) == ["LIST_SIGNER_UNKNOWN"]
    assert why(german.der, pki.master_list([own], signer, version=1)) == ["UNREADABLE"]
    stranger = _list_signer(pki.csca("p384", country="DE", common="Other"))
    assert why(german.der, pki.master_list([own], signer, stranger)) == ["LIST_SIGNER_UNKNOWN"]
    assert why(german.der, pki.sod(b"0", signer)[4:]) == ["UNREADABLE"], "another signed message"


def test_a_master_lists_signer_must_be_in_force_when_it_is_taken_in() -> None:
    german, own = pki.csca(country="DE"), pki.csca()
    signed = pki.master_list([own], _list_signer(german, end=NOW - DAY))
    assert why(german.der, signed, at=NOW) == ["LIST_SIGNER_EXPIRED"]
    assert why(german.der, signed) == [], "afterwards the office's signature keeps it"
    signer = _list_signer(german)
    gone = pki.revocations(german, [signer])
    assert why(german.der, gone, pki.master_list([own], signer)) == ["LIST_SIGNER_REVOKED"]


# ---- revocation lists


def test_what_is_revoked_stays_so() -> None:
    root = pki.csca()
    good, bad = pki.signer(root), pki.signer(root)
    assert told(good, root.der)[2] == "unknown NO_CRL"
    current = pki.revocations(root, [bad])
    assert (told(good, root.der, current)[2], told(bad, root.der, current)[2]) == ("yes", "no SIGNER_REVOKED")
    old = pki.revocations(root, [bad], start=NOW - 60 * DAY, end=NOW - DAY)
    assert told(good, root.der, old)[2] == "unknown CRL_OUTDATED"
    assert told(bad, root.der, old)[2] == "no SIGNER_REVOKED"
    empty = pki.revocations(root)
    assert (told(good, root.der, old, empty)[2], told(bad, root.der, old, empty)[2]) == ("yes", "no SIGNER_REVOKED")
    early = pki.revocations(root, start=NOW + DAY)
    assert told(good, root.der, early)[2] == "unknown CRL_OUTDATED"
    assert told(good, root.der, current, at=NOW + 31 * DAY)[2] == "unknown CRL_OUTDATED"


def test_the_newest_key_of_an_authority_signs_for_all_of_them() -> None:
    old, new = pki.csca("p256"), pki.csca("rsa")
    signer = pki.signer(old)
    assert told(signer, old.der, new.der, pki.revocations(new, [signer]))[2] == "no SIGNER_REVOKED"
    other = pki.csca("p384", "Other")
    assert told(signer, old.der, other.der, pki.revocations(other, [signer]))[2] == "unknown NO_CRL"


def test_a_revoked_authority_takes_its_signers_along() -> None:
    old, new = pki.csca(), pki.csca("p384")
    way = pki.link(old, new)
    lists = pki.revocations(old, [way])
    assert told(pki.signer(new), old.der, way.der, lists)[2] == "no CSCA_REVOKED"


def _point(**flags: Any) -> dict[str, Any]:
    return {
        "extn_id": "issuing_distribution_point",
        "critical": True,
        "extn_value": crl.IssuingDistributionPoint(flags),
    }


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"extensions": [_point(indirect_crl=True)]}, "CRL_PARTIAL"),
        ({"extensions": [_point(only_contains_ca_certs=True)]}, "CRL_PARTIAL"),
        ({"extensions": [_point(only_some_reasons={"key_compromise"})]}, "CRL_PARTIAL"),
        ({"extensions": [{"extn_id": "delta_crl_indicator", "extn_value": pki.core.Integer(3)}]}, "CRL_PARTIAL"),
        (
            {
                "extensions": [
                    {"extn_id": "1.2.3.4", "critical": True, "extn_value": pki.core.ParsableOctetString(b"0")}
                ]
            },
            "CRL_PARTIAL",
        ),
        (
            {
                "revoked": [5],
                "entry_extensions": [
                    {"extn_id": "1.2.3.4", "critical": True, "extn_value": pki.core.ParsableOctetString(b"0")}
                ],
            },
            "CRL_PARTIAL",
        ),
        ({"end": None}, "UNREADABLE"),
        ({"digest": "sha1"}, "ALGORITHM_WEAK"),
        ({"issuer": pki.name("Other")}, "CRL_ISSUER_UNKNOWN"),
    ],
)
def test_a_list_that_does_not_speak_for_its_issuer(more: dict[str, Any], reason: str) -> None:
    root = pki.csca()
    found = store(root.der, pki.revocations(root, **more))
    assert (found.revoked, [one.why for one in found.unbelieved]) == ((), [reason])


def test_a_list_without_an_end_is_none() -> None:
    """RFC 5280 §5.1.2.5: who does not say when the next one comes does not say how long this one speaks."""
    root = pki.csca()
    with pytest.raises(Malformed, match="no next update"):
        revocation.parse(pki.revocations(root, end=None))
    assert why(root.der, pki.revocations(root, end=None)) == ["UNREADABLE"]


def test_a_list_that_its_issuer_did_not_sign() -> None:
    root = pki.csca()
    forged = pki.revocations(pki.Holder(pki.new_key("p256"), root.certificate))
    assert why(root.der, forged) == ["CRL_ISSUER_UNKNOWN"]
    may_not = _with(root, usage=["key_cert_sign"])
    assert why(may_not.der, pki.revocations(may_not)) == ["CRL_ISSUER_UNKNOWN"]
    place = x509.DistributionPointName(
        "full_name", x509.GeneralNames([x509.GeneralName("uniform_resource_identifier", "http://csca.test/crl")])
    )
    point = pki.revocations(root, extensions=[_point(distribution_point=place)])
    assert why(root.der, point) == []
    assert why(root.der, pem.armor("X509 CRL", point)) == []


# ---- an independent judge


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("kind", ["p256", "bp384", "rsa", "pss"])
@pytest.mark.parametrize("story", ["current", "revoked", "outdated", "forged", "of nobody"])
def test_openssl_agrees_about_revocation(tmp_path: Path, kind: str, story: str) -> None:
    root = pki.csca(kind)
    signer = pki.signer(root)
    issuer = pki.Holder(pki.new_key("p256"), root.certificate) if story == "forged" else root
    end = NOW - DAY if story == "outdated" else NOW + DAY
    listed = pki.revocations(issuer, [signer] if story == "revoked" else [], start=NOW - 9 * DAY, end=end)
    blobs = [root.der] if story == "of nobody" else [root.der, listed]
    answer = told(signer, *blobs)[2]
    for name, content in (("ca.pem", root.pem), ("ds.pem", signer.pem), ("crl.pem", pem.armor("X509 CRL", listed))):
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "verify", "-attime", str(int(NOW.timestamp())), "-crl_check", "-CAfile", "ca.pem"]
    command += [] if story == "of nobody" else ["-CRLfile", "crl.pem"]
    done = subprocess.run([*command, "ds.pem"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is (answer == "yes") is (story == "current")
    assert ("certificate revoked" in done.stderr) is (answer == "no SIGNER_REVOKED") is (story == "revoked")
    assert ("CRL has expired" in done.stderr) is (answer == "unknown CRL_OUTDATED") is (story == "outdated")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("broken", [False, True])
def test_openssl_agrees_about_a_master_list(tmp_path: Path, broken: bool) -> None:
    german = pki.csca("rsa", country="DE")
    signed = pki.master_list([german, pki.csca()], _list_signer(german), broken=broken)
    (tmp_path / "list.ml").write_bytes(signed)
    (tmp_path / "ca.pem").write_bytes(german.pem)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "list.ml", "-out", "content", "-purpose", "any"]
    command += ["-CAfile", "ca.pem", "-attime", str(int(NOW.timestamp()))]
    # The extended key usage of master list signers is critical and unknown to openssl's own purposes.
    done = subprocess.run([*command, "-ignore_critical"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) is bool(store(german.der, signed).authorities) is not broken


# ---- as a whole


def test_the_store_is_made_once() -> None:
    root = pki.csca()
    assert trust.store_of([root.der], practice=False) is trust.store_of([bytes(bytearray(root.der))], practice=False)
    assert trust.store_of([root.der], practice=False) is not trust.store_of([root.der], practice=True)


def test_only_our_own_authorities_of_a_long_list_are_kept() -> None:
    german, own = pki.csca(country="DE"), pki.csca()
    many = [pki.csca(common=f"CSCA {at}", country="FR") for at in range(40)]
    signed = pki.master_list([own, *many], _list_signer(german))
    found = store(german.der, signed, pki.revocations(own, range(1, 2000)))
    assert (len(found.authorities), found.of_other_states) == (1, 41)
    assert len(found.revoked[0].serials) == 1999


_ROOT, _GERMAN = pki.csca(), pki.csca("p384", country="DE")
_LISTED = _list_signer(_GERMAN)
_FILES = {
    "certificate": _ROOT.der,
    "link": pki.link(_ROOT, pki.csca("p384")).der,
    "master list": pki.master_list([pki.csca("bp256")], _LISTED),
    "revocations": pki.revocations(_ROOT, [_LISTED, 17]),
}


@pytest.mark.parametrize("name", sorted(_FILES))
@settings(deadline=None)
@given(data=st.data())
def test_damaged_files_are_left_out(name: str, data: st.DataObject) -> None:
    """Neither crash nor hang; and nothing changed is believed."""
    good = _FILES[name]
    damaged = bytearray(good)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    whole = store(_ROOT.der, _GERMAN.der, good)
    for blob in (bytes(damaged), bytes(damaged[:cut]), data.draw(st.binary(max_size=200))):
        found = store(_ROOT.der, _GERMAN.der, blob)
        known = {authority.starts(one.certificate) and one.certificate.subject.native["common_name"] for one in
                 whole.authorities}  # fmt: skip
        keys = {one.certificate.public_key.dump() for one in whole.authorities}
        assert {one.certificate.subject.native["common_name"] for one in found.authorities} <= known
        assert {one.certificate.public_key.dump() for one in found.authorities} <= keys
        assert {one.serials for one in found.revoked} <= {one.serials for one in whole.revoked}
