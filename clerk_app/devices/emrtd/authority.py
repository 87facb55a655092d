"""Which authorities are believed: the country signing certificates (CSCA) of a trust folder (ICAO 9303-12)."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable

from asn1crypto import pem, x509

log = logging.getLogger(__name__)

SPECIMEN_CSCA_SHA256 = "147b1c874326982915f2883b851279d0e0ac849c6f340098b6f805fda9d16b16"
"""The one authority of the practice cards. Training believes nobody else; live work never believes it."""

SPECIMEN_WORD = "SPECIMEN"


def certificates(blobs: Iterable[bytes], *, practice: bool) -> tuple[x509.Certificate, ...]:
    """The certificates in DER or PEM blobs that may sign here. Unreadable blobs are left out and logged.

    In training only the specimen authority stays; at work it and whatever calls itself a specimen are dropped.
    """
    found: list[x509.Certificate] = []
    for blob in blobs:
        try:
            ders = [der for _, _, der in pem.unarmor(blob, multiple=True)] if pem.detect(blob) else [blob]
            for der in ders:
                certificate = x509.Certificate.load(der, strict=True)
                if is_specimen(certificate) == practice and _may_sign(certificate):
                    found.append(certificate)
        except (ValueError, TypeError) as wrong:
            log.warning("a file of the trust folder is not a certificate: %s", type(wrong).__name__)
    return tuple(found)


def is_specimen(certificate: x509.Certificate) -> bool:
    """Whether a certificate belongs to training: by its fingerprint, or by calling itself a specimen."""
    return (
        hashlib.sha256(certificate.dump()).hexdigest() == SPECIMEN_CSCA_SHA256
        or SPECIMEN_WORD in certificate.subject.human_friendly.upper()
    )


def _may_sign(certificate: x509.Certificate) -> bool:
    usage = certificate.key_usage_value
    return bool(certificate.ca) and (usage is None or "key_cert_sign" in usage.native)
