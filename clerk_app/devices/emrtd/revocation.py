"""Certificate revocation lists of signing authorities (RFC 5280 §5, ICAO 9303-12 §7.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import crl, x509

from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.authority import key_fits, signs_revocations, zoned
from clerk_app.devices.emrtd.signatures import BROKEN, UnknownAlgorithm, verifies

_UNDERSTOOD = frozenset({"authority_key_identifier", "crl_number", "issuing_distribution_point"})
_PARTIAL = (
    "only_contains_user_certs",
    "only_contains_ca_certs",
    "only_some_reasons",
    "indirect_crl",
    "only_contains_attribute_certs",
)


class Partial(ValueError):
    """A list that does not speak for everything its issuer revoked: indirect, a delta, or of some reasons only."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """What one authority revoked: serial numbers, and from when until when the list speaks."""

    issuer: str
    """The issuer's name as `x509.Name.hashable`."""
    name: str
    since: datetime
    until: datetime
    serials: frozenset[int] = field(repr=False)


def parse(data: bytes) -> crl.CertificateList:
    """A list in DER. Raises `Malformed`, or `Partial` for one that is not a complete list of its issuer's own."""
    try:
        found = crl.CertificateList.load(data, strict=True)
        body = found["tbs_cert_list"]
        _ = body["issuer"].human_friendly, body["this_update"].native, body["next_update"].native
        for extension in body["crl_extensions"] or ():
            name = extension["extn_id"].native
            if name == "issuing_distribution_point":
                point = extension["extn_value"].parsed
                if any(point[which].native for which in _PARTIAL):
                    raise Partial("issuing distribution point")
            elif name == "delta_crl_indicator" or (extension["critical"].native and name not in _UNDERSTOOD):
                raise Partial(str(name))
        if body["next_update"].native is None:
            # RFC 5280 §5.1.2.5 wants it; without it nobody knows how long the list speaks.
            raise Malformed("no next update")
    except (Malformed, Partial):
        raise
    except BROKEN as wrong:
        raise Malformed(f"revocation list: {type(wrong).__name__}") from wrong
    return found


def believed(found: crl.CertificateList, authorities: Iterable[x509.Certificate]) -> RevocationList | None:
    """The list when one of the authorities signed it, None when none did.

    A country's authority goes on under its name when its key is renewed, and its newest key then signs for all of them
    (ICAO 9303-12 §7.2). Raises `UnknownAlgorithm`, `Malformed`, `Partial`.
    """
    try:
        unknown: UnknownAlgorithm | None = None
        for authority in authorities:
            try:
                if _signed(found, authority):
                    return _read(found)
            except UnknownAlgorithm as one:
                unknown = one
        if unknown is not None:
            raise unknown
    except (Malformed, Partial):
        raise
    except BROKEN as wrong:
        raise Malformed(f"revocation list: {type(wrong).__name__}") from wrong
    return None


def _signed(found: crl.CertificateList, authority: x509.Certificate) -> bool:
    body, algorithm = found["tbs_cert_list"], found["signature_algorithm"]
    if body["issuer"] != authority.subject or not signs_revocations(authority):
        return False
    if algorithm.dump() != body["signature"].dump() or not key_fits(found.authority_key_identifier, authority):
        return False
    if (authority.public_key.algorithm == "ec") != ("ecdsa" in str(algorithm["algorithm"].native)):
        return False
    return verifies(authority.public_key, algorithm, "", body.dump(), bytes(found["signature"].native))


def _read(found: crl.CertificateList) -> RevocationList:
    body = found["tbs_cert_list"]
    serials = set()
    for entry in body["revoked_certificates"] or ():
        for extension in entry["crl_entry_extensions"] or ():
            if extension["critical"].native:
                # Only a certificate issuer is critical (RFC 5280 §5.3.3): the entry is about somebody else's.
                raise Partial(str(extension["extn_id"].native))
        serials.add(int(entry["user_certificate"].native))
    issuer = body["issuer"]
    return RevocationList(
        issuer=issuer.hashable,
        name=issuer.human_friendly,
        since=zoned(body["this_update"].native),
        until=zoned(body["next_update"].native),
        serials=frozenset(serials),
    )
