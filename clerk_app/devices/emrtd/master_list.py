"""Master lists: the authorities that another State believes, signed by that State (ICAO 9303-12 §9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from asn1crypto import core, x509

from clerk_app.devices.emrtd import signed_message
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.authority import ends, issued, signs_master_lists, starts
from clerk_app.devices.emrtd.reasons import NotBelieved
from clerk_app.devices.emrtd.revocation import RevocationList
from clerk_app.devices.emrtd.signatures import BROKEN, UnknownAlgorithm

CONTENT_TYPE = "2.23.136.1.1.2"
"""id-icao-cscaMasterList."""

MOST_CERTIFICATES = 4000


class _Certificates(core.SetOf):  # type: ignore[misc]
    _child_spec = x509.Certificate


class _MasterList(core.Sequence):  # type: ignore[misc]
    """CscaMasterList (ICAO 9303-12 §9.1)."""

    _fields: ClassVar = [("version", core.Integer), ("certificates", _Certificates)]


class NotSigned(Exception):
    """Why a master list is not believed."""

    def __init__(self, reason: NotBelieved) -> None:
        super().__init__(reason)
        self.reason: NotBelieved = reason


def certificates(
    data: bytes,
    authorities: Iterable[x509.Certificate],
    revoked: Iterable[RevocationList] = (),
    at: datetime | None = None,
) -> tuple[x509.Certificate, ...]:
    """What the list holds, when a signer of one of the authorities signed it. They are not judged one by one here.

    `at` also asks for a signer in force then: when a list is taken in. Afterwards it is the office's own signature over
    the package that keeps it. Raises `Malformed` or `NotSigned`.
    """
    signed, content = signed_message.parse(data, CONTENT_TYPE)
    known = tuple(authorities)
    try:
        # One signer is the rule (9303-12 §9.2); every one there is must be good, so that none hides behind another.
        for signer in signed["signer_infos"]:
            _check(signed, signer, content, known, tuple(revoked), at)
        listed = _MasterList.load(content, strict=True)
        if listed["version"].native != 0 or len(listed["certificates"]) > MOST_CERTIFICATES:
            raise Malformed("master list")
        return tuple(listed["certificates"])
    except UnknownAlgorithm as unknown:
        raise NotSigned(unknown.code) from unknown
    except (Malformed, NotSigned):
        raise
    except BROKEN as wrong:
        raise Malformed(f"master list: {type(wrong).__name__}") from wrong


def _check(
    signed: core.Sequence,
    signer: core.Sequence,
    content: bytes,
    authorities: tuple[x509.Certificate, ...],
    revoked: tuple[RevocationList, ...],
    at: datetime | None,
) -> None:
    certificate = signed_message.certificate_of(signed, signer)
    if certificate is None or not signs_master_lists(certificate):
        raise NotSigned("LIST_SIGNER_UNKNOWN")
    if not signed_message.holds(signer, certificate, CONTENT_TYPE, content):
        raise NotSigned("LIST_SIGNATURE_BAD")
    issuer = next((one for one in authorities if issued(certificate, one)), None)
    if issuer is None:
        raise NotSigned("LIST_SIGNER_UNKNOWN")
    if any(one.issuer == issuer.subject.hashable and certificate.serial_number in one.serials for one in revoked):
        raise NotSigned("LIST_SIGNER_REVOKED")
    if at is not None and not all(starts(one) <= at <= ends(one) for one in (certificate, issuer)):
        raise NotSigned("LIST_SIGNER_EXPIRED")
