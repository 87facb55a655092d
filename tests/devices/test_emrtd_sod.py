"""Passive authentication with every kind of signature that a signing country may use, and with forged ones."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from asn1crypto import algos, cms, core, x509
from cryptography import x509 as build
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from clerk_app.devices.emrtd import sod, tlv
from clerk_app.practice import card_contents, specimens
from clerk_app.practice.card_faults import CardFaults

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GROUPS = {1: b"first group", 2: b"second group"}
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
Kind = Literal["rsa", "pss", "p256", "p384", "bp256", "bp512"]

KINDS: tuple[Kind, ...] = ("rsa", "pss", "p256", "p384", "bp256", "bp512")
_RSA = rsa.generate_private_key(65537, 2048)


def new_key(kind: Kind) -> Key:
    curves: dict[str, ec.EllipticCurve] = {
        "p256": ec.SECP256R1(),
        "p384": ec.SECP384R1(),
        "bp256": ec.BrainpoolP256R1(),
        "bp512": ec.BrainpoolP512R1(),
    }
    return _RSA if kind in ("rsa", "pss") else ec.generate_private_key(curves[kind])


def certificate(
    subject: str, issuer: str, key: Key, signer: Key, *, authority: bool, days: int = 3650, pss: bool = False
) -> x509.Certificate:
    def name(text: str) -> build.Name:
        return build.Name([build.NameAttribute(NameOID.COMMON_NAME, text)])

    builder = build.CertificateBuilder(
        name(issuer), name(subject), key.public_key(), 7, NOW - timedelta(days=30), NOW + timedelta(days=days)
    ).add_extension(build.BasicConstraints(ca=authority, path_length=None), critical=True)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if pss else None
    made = builder.sign(signer, hashes.SHA256(), rsa_padding=scheme)
    return x509.Certificate.load(made.public_bytes(Encoding.DER))


def written_out(cert: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The same certificate with its curve written out in full instead of named, as many countries do (unsigned)."""
    from clerk_app.devices.emrtd.curves import CURVES

    curve = next(c for c in CURVES.values() if c.name.lower() == key.curve.name.lower())
    size = curve.size
    full = tlv.encode(
        0x30,
        b"\x02\x01\x01"
        + tlv.encode(
            0x30, bytes.fromhex("06072A8648CE3D0101") + tlv.encode(0x02, b"\0" + curve.p.to_bytes(size, "big"))
        )
        + tlv.encode(
            0x30, tlv.encode(0x04, curve.a.to_bytes(size, "big")) + tlv.encode(0x04, curve.b.to_bytes(size, "big"))
        )
        + tlv.encode(0x04, curve.encode(curve.generator))
        + tlv.encode(0x02, b"\0" + curve.n.to_bytes(size, "big")),
    )
    info = cert["tbs_certificate"]["subject_public_key_info"].dump()
    parts = [tlv.encode(tag, value) for tag, value in tlv.objects(tlv.first(info, 0x30))]
    oid = tlv.encode(0x06, tlv.first(tlv.first(parts[0], 0x30), 0x06))
    changed = tlv.encode(0x30, tlv.encode(0x30, oid + full) + parts[1])
    return x509.Certificate.load(_reencoded(cert.dump(), info, changed))


def _reencoded(outer: bytes, old: bytes, new: bytes) -> bytes:
    body = [tlv.encode(tag, value) for tag, value in tlv.objects(tlv.first(outer, 0x30))]
    tbs = tlv.first(body[0], 0x30).replace(old, new)
    return tlv.encode(0x30, tlv.encode(0x30, tbs) + body[1] + body[2])


def security_object(groups: dict[int, bytes], digest: str = "sha256") -> bytes:
    listed = b"".join(
        tlv.encode(0x30, tlv.encode(0x02, bytes((n,))) + tlv.encode(0x04, hashlib.new(digest, data).digest()))
        for n, data in groups.items()
    )
    algorithm = algos.DigestAlgorithm({"algorithm": digest}).dump()
    return tlv.encode(0x30, b"\x02\x01\x00" + algorithm + tlv.encode(0x30, listed))


def signed_sod(kind: Kind, key: Key, signer: x509.Certificate, content: bytes) -> bytes:
    oid = cms.ContentType("2.23.136.1.1.1")
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": [oid]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
        ]
    )
    algorithm: dict[str, object]
    if isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if kind == "pss" else padding.PKCS1v15()
        signature = key.sign(attributes.dump(), scheme, hashes.SHA256())
        algorithm = {"algorithm": "rsassa_pkcs1v15"}
        if kind == "pss":
            mask = {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}}
            parameters = {"hash_algorithm": {"algorithm": "sha256"}, "mask_gen_algorithm": mask, "salt_length": 32}
            algorithm = {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    else:
        signature = key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        algorithm = {"algorithm": "sha256_ecdsa"}
    sid = {"issuer_and_serial_number": {"issuer": signer.issuer, "serial_number": signer.serial_number}}
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": oid, "content": core.ParsableOctetString(content)},
            "certificates": [signer],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": sid,
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": attributes,
                    "signature_algorithm": algorithm,
                    "signature": signature,
                }
            ],
        }
    )
    return tlv.encode(0x77, cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("authority_kind", ["rsa", "pss", "p384", "bp256"])
def test_each_kind_of_signature_is_checked(kind: Kind, authority_kind: Kind) -> None:
    root, key = new_key(authority_kind), new_key(kind)
    pss = authority_kind == "pss"
    authority = certificate("CSCA", "CSCA", root, root, authority=True, pss=pss)
    signer = certificate("DS", "CSCA", key, root, authority=False, pss=pss)
    security = sod.parse(signed_sod(kind, key, signer, security_object(GROUPS)))
    assert sod.altered(security, GROUPS) == ()
    assert sod.altered(security, {**GROUPS, 2: b"another", 13: b"not listed"}) == (2, 13)
    assert sod.judge(security, [authority], NOW) == sod.Signature("yes")
    assert sod.judge(security, [], NOW) == sod.Signature("untrusted", "SIGNER_UNKNOWN")


def test_a_false_authority_of_the_same_name_is_not_believed() -> None:
    root, key, false = new_key("p256"), new_key("p256"), new_key("p256")
    signer = certificate("DS", "CSCA", key, root, authority=False)
    namesake = certificate("CSCA", "CSCA", false, false, authority=True)
    security = sod.parse(signed_sod("p256", key, signer, security_object(GROUPS)))
    assert sod.judge(security, [namesake], NOW) == sod.Signature("untrusted", "SIGNER_UNKNOWN")


def test_another_key_than_the_certificates_is_a_bad_signature() -> None:
    root, key = new_key("p256"), new_key("p256")
    authority = certificate("CSCA", "CSCA", root, root, authority=True)
    signer = certificate("DS", "CSCA", key, root, authority=False)
    security = sod.parse(signed_sod("p256", new_key("p256"), signer, security_object(GROUPS)))
    assert sod.judge(security, [authority], NOW) == sod.Signature("no", "SIGNATURE_BAD")


def test_content_exchanged_under_a_good_signature_is_noticed() -> None:
    root, key = new_key("p256"), new_key("p256")
    authority = certificate("CSCA", "CSCA", root, root, authority=True)
    signer = certificate("DS", "CSCA", key, root, authority=False)
    good = security_object(GROUPS)
    other = security_object({1: b"another person", 2: b"second group"})
    forged = signed_sod("p256", key, signer, good).replace(good, other)
    assert sod.judge(sod.parse(forged), [authority], NOW) == sod.Signature("no", "SIGNATURE_BAD")


def test_an_expired_signer_is_untrusted() -> None:
    root, key = new_key("p256"), new_key("p256")
    authority = certificate("CSCA", "CSCA", root, root, authority=True)
    signer = certificate("DS", "CSCA", key, root, authority=False, days=-1)
    security = sod.parse(signed_sod("p256", key, signer, security_object(GROUPS)))
    assert sod.judge(security, [authority], NOW) == sod.Signature("untrusted", "SIGNER_EXPIRED")


def test_an_authority_that_was_renewed_is_found_among_its_namesakes() -> None:
    """The same name again: with another kind of key, out of date, with a key too short to be checked."""
    root, key = new_key("p384"), new_key("p256")
    current = certificate("CSCA", "CSCA", root, root, authority=True)
    expired = certificate("CSCA", "CSCA", root, root, authority=True, days=-1)
    other = certificate("CSCA", "CSCA", _RSA, _RSA, authority=True)
    short = rsa.generate_private_key(65537, 1024)
    weak = certificate("CSCA", "CSCA", short, short, authority=True)
    odd_key = ec.generate_private_key(ec.SECP192R1())
    odd = certificate("CSCA", "CSCA", odd_key, odd_key, authority=True)
    signer = certificate("DS", "CSCA", key, root, authority=False)
    security = sod.parse(signed_sod("p256", key, signer, security_object(GROUPS)))
    older = [expired, other, weak, odd]
    for trusted in ([*older, current], [current, *older]):
        assert sod.judge(security, trusted, NOW) == sod.Signature("yes")
    assert sod.judge(security, older, NOW) == sod.Signature("untrusted", "SIGNER_EXPIRED")
    assert sod.judge(security, [other, weak], NOW) == sod.Signature("untrusted", "SIGNER_UNKNOWN")
    assert sod.judge(security, [other, odd], NOW) == sod.Signature("untrusted", "ALGORITHM_UNKNOWN secp192r1")


def test_a_digest_that_can_be_forged_is_not_believed() -> None:
    root, key = new_key("p256"), new_key("p256")
    signer = certificate("DS", "CSCA", key, root, authority=False)
    security = sod.parse(signed_sod("p256", key, signer, security_object(GROUPS, "sha1")))
    assert sod.altered(security, GROUPS) == (1, 2)


@pytest.mark.parametrize("kind", ["p256", "bp256"])
def test_a_curve_written_out_in_full_is_recognised(kind: Kind) -> None:
    key = new_key(kind)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signer = written_out(certificate("DS", "CSCA", key, key, authority=False), key)
    assert signer.public_key["algorithm"]["parameters"].name == "specified"
    security = sod.parse(signed_sod(kind, key, signer, security_object(GROUPS)))
    assert sod.judge(security, [], NOW) == sod.Signature("untrusted", "SIGNER_UNKNOWN")
    broken = sod.parse(signed_sod(kind, new_key(kind), signer, security_object(GROUPS)))
    assert sod.judge(broken, [], NOW) == sod.Signature("no", "SIGNATURE_BAD")


def test_openssl_agrees_about_the_practice_cards_signature(tmp_path: Path) -> None:
    """An independent judge: `openssl cms -verify` on the SOD of a good and of a wrongly signed practice card."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    for fault, good in ((CardFaults(), True), (CardFaults(wrong_signature=True), False)):
        content = card_contents.files(specimens.specimen(1), fault)[0x011D]
        (tmp_path / "sod.der").write_bytes(tlv.first(content, 0x77))
        command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "sod.der", "-out", "content"]
        command += ["-purpose", "any", "-CAfile", str(specimens.folder() / "specimen-csca.pem")]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode == 0) is good, done.stderr
        authority = x509.Certificate.load(_der(specimens.authority()))
        assert sod.judge(sod.parse(content), [authority], NOW).state == ("yes" if good else "no")


def _der(pem: bytes) -> bytes:
    return build.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
