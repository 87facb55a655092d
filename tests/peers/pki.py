"""A country signing PKI of our own, for judging ours by: authorities, signers, links, revocation and master lists.

Certificates are put together field by field (asn1crypto) and signed by OpenSSL (cryptography), so that everything a
State may do, and everything it may not, can be made: PSS parameters in the key, curves written out, missing extensions.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from asn1crypto import algos, cms, core, crl, keys, pem, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SOD_TYPE = "2.23.136.1.1.1"
MASTER_LIST_TYPE = "2.23.136.1.1.2"
MASTER_LIST_SIGNER = "2.23.136.1.1.3"

Kind = Literal["rsa", "pss", "pss-key", "p256", "p384", "p521", "bp256", "bp384", "bp512", "p256-full", "bp256-full"]
KINDS: tuple[Kind, ...] = (
    "rsa", "pss", "pss-key", "p256", "p384", "p521", "bp256", "bp384", "bp512", "p256-full", "bp256-full",
)  # fmt: skip
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_CURVES: dict[str, ec.EllipticCurve] = {
    "p192": ec.SECP192R1(),
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "bp256": ec.BrainpoolP256R1(),
    "bp384": ec.BrainpoolP384R1(),
    "bp512": ec.BrainpoolP512R1(),
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
# FIPS 186-4 §D.1.2.3 and RFC 5639 §3.4: (p, a, b, generator x, y, order).
_DOMAINS = {
    "p256": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        2**256 - 2**224 + 2**192 + 2**96 - 4,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    "bp256": (
        0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377,
        0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9,
        0x26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6,
        0x8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262,
        0x547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997,
        0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
    ),
}
_serials = itertools.count(1000)


@dataclass(frozen=True)
class Key:
    """A private key and how it signs and shows itself."""

    kind: str
    private: PrivateKey = field(repr=False)
    info: keys.PublicKeyInfo = field(repr=False)

    @property
    def identifier(self) -> bytes:
        return hashlib.sha1(bytes(self.info["public_key"])).digest()

    def sign(self, data: bytes, digest: str = "sha256") -> bytes:
        chosen = _HASHES[digest]
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return self.private.sign(data, ec.ECDSA(chosen))
        scheme = padding.PSS(padding.MGF1(chosen), chosen.digest_size) if "pss" in self.kind else padding.PKCS1v15()
        return self.private.sign(data, scheme, chosen)

    def algorithm(self, digest: str = "sha256") -> algos.SignedDigestAlgorithm:
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"})
        if "pss" in self.kind:
            return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": pss(digest)})
        return algos.SignedDigestAlgorithm({"algorithm": f"{digest}_rsa", "parameters": core.Null()})


def pss(digest: str = "sha256") -> algos.RSASSAPSSParams:
    """Parameters of RSA-PSS with a salt as long as the digest."""
    return algos.RSASSAPSSParams(
        {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": _HASHES[digest].digest_size,
        }
    )


@cache
def _rsa(bits: int, number: int) -> rsa.RSAPrivateKey:
    """RSA keys are slow to make: one for each place in a chain, kept for the whole run."""
    return rsa.generate_private_key(65537, bits)


def new_key(kind: str, number: int = 0, bits: int = 2048) -> Key:
    """A key; RSA keys of the same `number` are the same."""
    if kind in ("rsa", "pss", "pss-key"):
        private: PrivateKey = _rsa(bits, number)
    else:
        private = ec.generate_private_key(_CURVES[kind.removesuffix("-full")])
    plain = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    info = keys.PublicKeyInfo.load(plain)
    if kind == "pss-key":
        info["algorithm"] = {"algorithm": "rsassa_pss", "parameters": pss()}
    if kind.endswith("-full"):
        domain = ec_domain(kind.removesuffix("-full"))
        algorithm = {"algorithm": "ec", "parameters": keys.ECDomainParameters("specified", domain)}
        info = keys.PublicKeyInfo({"algorithm": algorithm, "public_key": info["public_key"]})
    return Key(kind, private, keys.PublicKeyInfo.load(info.dump(force=True)))


def ec_domain(curve: str, **changed: int) -> keys.SpecifiedECDomain:
    """A curve written out; `changed` replaces one of p, a, b, x, y, n, h."""
    p, a, b, x, y, n = _DOMAINS[curve]
    of = {"p": p, "a": a, "b": b, "x": x, "y": y, "n": n, "h": 1} | changed
    size = (p.bit_length() + 7) // 8

    def octets(value: int) -> bytes:
        return value.to_bytes(size, "big")

    return keys.SpecifiedECDomain(
        {
            "version": 1,
            "field_id": {"field_type": "prime_field", "parameters": core.Integer(of["p"])},
            "curve": {"a": octets(of["a"]), "b": octets(of["b"])},
            "base": keys.ECPoint(b"\x04" + octets(of["x"]) + octets(of["y"])),
            "order": of["n"],
            "cofactor": of["h"],
        }
    )


def name(common: str, country: str = "VN") -> x509.Name:
    return x509.Name.build({"country_name": country, "organization_name": "Test", "common_name": common})


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    key: Key
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return bytes(self.certificate.dump())

    @property
    def pem(self) -> bytes:
        return bytes(pem.armor("CERTIFICATE", self.der))


def certificate(
    subject: x509.Name,
    key: Key,
    issuer: x509.Name,
    issuer_key: Key,
    *,
    ca: bool,
    usage: Iterable[str] | None = None,
    start: datetime = NOW - 30 * DAY,
    end: datetime = NOW + 3650 * DAY,
    purposes: Sequence[str] = (),
    digest: str = "sha256",
    serial: int = 0,
    identifiers: bool = True,
    issuer_id: bytes | None = None,
    critical: Mapping[str, bytes] | None = None,
    inner: str = "",
    rewritten: tuple[bytes, bytes] = (b"", b""),
) -> x509.Certificate:
    """One certificate as ICAO 9303-12 §7.1 wants it, unless asked otherwise.

    `inner` is the digest that its signed part names, where that differs from the one it is signed with; `rewritten`
    takes octets of the signed part for as many others before it is signed.
    """
    if usage is None:
        usage = ("key_cert_sign", "crl_sign") if ca else ("digital_signature",)
    extensions: list[dict[str, Any]] = []
    if usage:
        extensions.append({"extn_id": "key_usage", "critical": True, "extn_value": x509.KeyUsage(set(usage))})
    if ca:
        basic = x509.BasicConstraints({"ca": True, "path_len_constraint": 0})
        extensions.append({"extn_id": "basic_constraints", "critical": True, "extn_value": basic})
    if identifiers:
        above = x509.AuthorityKeyIdentifier({"key_identifier": issuer_id or issuer_key.identifier})
        extensions.append({"extn_id": "authority_key_identifier", "extn_value": above})
        extensions.append({"extn_id": "key_identifier", "extn_value": core.OctetString(key.identifier)})
    if purposes:
        extended = x509.ExtKeyUsageSyntax(list(purposes))
        extensions.append({"extn_id": "extended_key_usage", "critical": True, "extn_value": extended})
    for oid, value in (critical or {}).items():
        extensions.append({"extn_id": oid, "critical": True, "extn_value": core.ParsableOctetString(value)})
    algorithm = issuer_key.algorithm(digest)
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial or next(_serials),
            "signature": issuer_key.algorithm(inner or digest),
            "issuer": issuer,
            "validity": {"not_before": x509.UTCTime(start), "not_after": _time(end)},
            "subject": subject,
            "subject_public_key_info": key.info,
            "extensions": extensions,
        }
    )
    signed = body.dump().replace(*rewritten)
    made = _tlv(0x30, signed + algorithm.dump() + core.OctetBitString(issuer_key.sign(signed, digest)).dump())
    return x509.Certificate.load(made)


def _time(moment: datetime) -> x509.Time:
    choice = "utc_time" if moment.year < 2050 else "general_time"
    return x509.Time(choice, x509.UTCTime(moment) if choice == "utc_time" else x509.GeneralizedTime(moment))


def csca(kind: str = "p256", common: str = "CSCA", country: str = "VN", key: Key | None = None, **more: Any) -> Holder:
    """A self-signed authority."""
    own = key or new_key(kind, 1)
    return Holder(own, certificate(name(common, country), own, name(common, country), own, ca=True, **more))


def signer(
    authority: Holder, kind: str = "p256", common: str = "DS", country: str = "VN", key: Key | None = None, **more: Any
) -> Holder:
    """A document signer of the authority."""
    own = key or new_key(kind, 2)
    subject = name(common, country)
    made = certificate(subject, own, authority.certificate.subject, authority.key, ca=False, **more)
    return Holder(own, made)


def link(older: Holder, newer: Holder, **more: Any) -> Holder:
    """The newer authority's key, vouched for by the older one (ICAO 9303-12 §5.3)."""
    subject = newer.certificate.subject
    made = certificate(subject, newer.key, older.certificate.subject, older.key, ca=True, **more)
    return Holder(newer.key, made)


def revocations(
    authority: Holder,
    revoked: Iterable[Holder | int] = (),
    *,
    start: datetime = NOW - DAY,
    end: datetime | None = NOW + 30 * DAY,
    extensions: Sequence[Mapping[str, Any]] = (),
    entry_extensions: Sequence[Mapping[str, Any]] = (),
    issuer: x509.Name | None = None,
    digest: str = "sha256",
) -> bytes:
    """A revocation list in DER."""
    serials = [one if isinstance(one, int) else one.certificate.serial_number for one in revoked]
    entries = [
        {
            "user_certificate": serial,
            "revocation_date": x509.Time("utc_time", x509.UTCTime(start)),
            **({"crl_entry_extensions": list(entry_extensions)} if entry_extensions else {}),
        }
        for serial in serials
    ]
    above = x509.AuthorityKeyIdentifier({"key_identifier": authority.key.identifier})
    algorithm = authority.key.algorithm(digest)
    fields: dict[str, Any] = {
        "version": "v2",
        "signature": algorithm,
        "issuer": issuer or authority.certificate.subject,
        "this_update": x509.Time("utc_time", x509.UTCTime(start)),
        "crl_extensions": [
            {"extn_id": "authority_key_identifier", "extn_value": above},
            {"extn_id": "crl_number", "extn_value": core.Integer(7)},
            *extensions,
        ],
    }
    if end is not None:
        fields["next_update"] = x509.Time("utc_time", x509.UTCTime(end))
    if entries:
        fields["revoked_certificates"] = entries
    body = crl.TbsCertList(fields)
    made = {
        "tbs_cert_list": body,
        "signature_algorithm": algorithm,
        "signature": authority.key.sign(body.dump(), digest),
    }
    return bytes(crl.CertificateList(made).dump(force=True))


# ---- signed messages ----


@dataclass(frozen=True)
class Message:
    """How a CMS message is made; every field but the first three is a way of being unusual."""

    content_type: str
    content: bytes
    signers: Sequence[Holder]
    digest: str = "sha256"
    certificates: Sequence[Holder] | None = None
    by_key_id: bool = False
    unsorted: Literal["", "signed", "written"] = ""
    attributes: bool = True
    digest_of: bytes | None = None
    also_digest_of: bytes | None = None
    attribute_type: str = ""
    broken: bool = False

    def der(self) -> bytes:
        """The message in DER (`unsorted` apart)."""
        oid = cms.ContentType(self.content_type)
        carried = self.signers if self.certificates is None else self.certificates
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": self.digest}],
                "encap_content_info": {"content_type": oid, "content": core.ParsableOctetString(self.content)},
                **({"certificates": [one.certificate for one in carried]} if carried else {}),
                "signer_infos": [self._signer(one, oid) for one in self.signers],
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())

    def _signer(self, one: Holder, oid: cms.ContentType) -> cms.SignerInfo:
        certificate = one.certificate
        sid: dict[str, Any] = {
            "issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        }
        if self.by_key_id:
            sid = {"subject_key_identifier": certificate.key_identifier}
        attributes = [
            {"type": "content_type", "values": [cms.ContentType(self.attribute_type) if self.attribute_type else oid]},
            {"type": "signing_time", "values": [cms.Time("utc_time", x509.UTCTime(NOW))]},
            {"type": "message_digest", "values": [hashlib.new(self.digest, self.digest_of or self.content).digest()]},
        ]
        if self.also_digest_of is not None:
            also = hashlib.new(self.digest, self.also_digest_of).digest()
            attributes.append({"type": "message_digest", "values": [also]})
        each = sorted((cms.CMSAttribute(item).dump() for item in attributes), reverse=self.unsorted != "")
        written = _tlv(0x31, b"".join(each))
        signed = _tlv(0x31, b"".join(sorted(each))) if self.unsorted == "written" else written
        signature = one.key.sign(signed if self.attributes else self.content, self.digest)
        if self.broken:
            signature = one.key.sign(b"another content", self.digest)
        return cms.SignerInfo(
            {
                "version": "v3" if self.by_key_id else "v1",
                "sid": cms.SignerIdentifier(sid),
                "digest_algorithm": {"algorithm": self.digest},
                **({"signed_attrs": cms.CMSAttributes.load(written)} if self.attributes else {}),
                "signature_algorithm": one.key.algorithm(self.digest),
                "signature": signature,
            }
        )


def _tlv(tag: int, value: bytes) -> bytes:
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + value


def security_object(groups: Mapping[int, bytes], digest: str = "sha256", lds: str = "") -> bytes:
    """The LDS security object over these groups; `lds` (`0108`) makes it one of version 1 (ICAO 9303-10 §4.6.2.2)."""
    listed = b"".join(
        _tlv(0x30, _tlv(0x02, bytes((number,))) + _tlv(0x04, hashlib.new(digest, data).digest()))
        for number, data in groups.items()
    )
    version = _tlv(0x30, _tlv(0x13, lds.encode()) + _tlv(0x13, b"040000")) if lds else b""
    algorithm = algos.DigestAlgorithm({"algorithm": digest}).dump()
    return _tlv(0x30, _tlv(0x02, bytes((1 if lds else 0,))) + algorithm + _tlv(0x30, listed) + version)


def sod(content: bytes, *signers: Holder, **more: Any) -> bytes:
    """EF.SOD."""
    return _tlv(0x77, Message(SOD_TYPE, content, signers, **more).der())


def master_list(authorities: Iterable[Holder], *signers: Holder, version: int = 0, **more: Any) -> bytes:
    """A master list (ICAO 9303-12 §9)."""
    listed = _tlv(0x31, b"".join(sorted(one.der for one in authorities)))
    content = _tlv(0x30, _tlv(0x02, bytes((version,))) + listed)
    return Message(MASTER_LIST_TYPE, content, signers, **more).der()


def indefinite(der: bytes, depth: int = 3) -> bytes:
    """The same structure in BER with indefinite lengths on its outer constructed objects, as some signers write it."""
    if depth == 0 or not der[0] & 0x20:
        return der
    at = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    body, inner = der[at:], b""
    while body:
        head = 2 + (body[1] & 0x7F if body[1] & 0x80 else 0)
        size = int.from_bytes(body[2:head], "big") if body[1] & 0x80 else body[1]
        inner += indefinite(body[: head + size], depth - 1)
        body = body[head + size :]
    return der[:1] + b"\x80" + inner + b"\x00\x00"
