"""What a certificate is: a country's signing authority (CSCA), a document signer, or a specimen (ICAO 9303-12 §7.1)."""

from __future__ import annotations

import hashlib
from datetime import datetime

from asn1crypto import x509

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.signatures import verifies

SPECIMEN_CSCA_SHA256 = "147b1c874326982915f2883b851279d0e0ac849c6f340098b6f805fda9d16b16"
"""The one authority of the practice cards. Training believes nobody else; live work never believes it."""

SPECIMEN_WORD = "SPECIMEN"

MASTER_LIST_SIGNER = "2.23.136.1.1.3"
"""The extended key usage of who signs master lists (ICAO 9303-12 §7.1.1.6)."""

_UNDERSTOOD = frozenset({"basic_constraints", "key_usage", "extended_key_usage", "private_key_usage_period"})
"""Critical extensions whose meaning is honoured here; another one makes a certificate unusable (RFC 5280 §4.2).

The private key usage period says until when the key signs, not until when its signatures hold: it refuses nothing.
"""


def is_specimen(certificate: x509.Certificate) -> bool:
    """Whether a certificate belongs to training: by its fingerprint, or by a name of its own or its issuer's."""
    return fingerprint(certificate) == SPECIMEN_CSCA_SHA256 or any(
        SPECIMEN_WORD in name.human_friendly.upper() for name in (certificate.subject, certificate.issuer)
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate in lower-case hex."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def country(name: x509.Name) -> str:
    """The country of a distinguished name in capitals, empty when it names none or several (ICAO 9303-12 table 6)."""
    found = name.native.get("country_name", "")
    return found.upper() if isinstance(found, str) else ""


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it may sign other certificates: a CA that says so and whose key is for that."""
    usage = certificate.key_usage_value
    return bool(certificate.ca) and usage is not None and "key_cert_sign" in usage.native and _understood(certificate)


def signs_revocations(certificate: x509.Certificate) -> bool:
    """Whether an authority's key may sign revocation lists."""
    usage = certificate.key_usage_value
    return usage is not None and "crl_sign" in usage.native


def signs_documents(certificate: x509.Certificate) -> bool:
    """Whether it is a document signer: no CA, a key for signatures, and kept for no other purpose."""
    return _signs(certificate) and certificate.extended_key_usage_value is None


def signs_master_lists(certificate: x509.Certificate) -> bool:
    """Whether it is a master list signer."""
    purposes = certificate.extended_key_usage_value
    return _signs(certificate) and purposes is not None and MASTER_LIST_SIGNER in [one.dotted for one in purposes]


def issued(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether the authority signed the certificate: names, key identifiers and the signature itself.

    Raises `UnknownAlgorithm` when the signature cannot be judged, and what the parser raises for broken bytes.
    """
    if certificate.issuer != authority.subject or not key_fits(certificate.authority_key_identifier, authority):
        return False
    algorithm = certificate["signature_algorithm"]
    if algorithm.dump() != certificate["tbs_certificate"]["signature"].dump():
        return False
    elliptic = "ecdsa" in str(algorithm["algorithm"].native)
    if (authority.public_key.algorithm == "ec") != elliptic:
        # A country renews its authority under the same name with another kind of key.
        return False
    signature = bytes(certificate["signature_value"].native)
    return verifies(authority.public_key, algorithm, "", certificate["tbs_certificate"].dump(), signature)


def key_fits(named: bytes | None, authority: x509.Certificate) -> bool:
    """Whether an authority key identifier names this authority's key; one that is left out fits every key."""
    own = authority.key_identifier
    return named is None or own is None or named == own


def starts(certificate: x509.Certificate) -> datetime:
    """The first moment of its validity. Raises `Malformed`."""
    return zoned(certificate["tbs_certificate"]["validity"]["not_before"].native)


def ends(certificate: x509.Certificate) -> datetime:
    """The last moment of its validity. Raises `Malformed`."""
    return zoned(certificate["tbs_certificate"]["validity"]["not_after"].native)


def zoned(moment: datetime) -> datetime:
    """The moment, which must say its zone (RFC 5280 §4.1.2.5). Raises `Malformed`."""
    if moment.tzinfo is None:
        raise Malformed("time without a zone")
    return moment


def _signs(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return (
        not certificate.ca
        and usage is not None
        and "digital_signature" in usage.native
        and "key_cert_sign" not in usage.native
        and _understood(certificate)
    )


def _understood(certificate: x509.Certificate) -> bool:
    return set(certificate.critical_extensions) <= _UNDERSTOOD
