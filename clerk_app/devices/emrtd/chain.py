"""Where a document signer stands on a day: issued by whom, in force, revoked (ICAO 9303-12 §5 and §7).

Three questions, three answers, each with its reason: a signer that nobody here knows may be in date all the same, and
one of a believed authority may be revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from clerk_app.devices.emrtd import authority
from clerk_app.devices.emrtd.reasons import Reason
from clerk_app.devices.emrtd.signatures import BROKEN, UnknownAlgorithm
from clerk_app.devices.emrtd.trust import CARD_COUNTRY, Authority, TrustStore
from clerk_app.domain.evidence import Verdict


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdicts `chain`, `in_force` and `not_revoked` of a signer."""

    chain: Verdict
    in_force: Verdict
    not_revoked: Verdict

    @property
    def worth(self) -> int:
        """How many of the three are good, the chain first: for choosing among several ways up."""
        return 4 * (self.chain.state == "yes") + 2 * (self.in_force.state == "yes") + (self.not_revoked.state != "no")


def unknown(reason: str) -> Standing:
    """Where nothing can be said, and why."""
    return Standing(
        Verdict("chain", "untrusted", reason),
        Verdict("in_force", "unknown", reason),
        Verdict("not_revoked", "unknown", reason),
    )


def standing(signer: x509.Certificate, store: TrustStore, at: datetime) -> Standing:
    """Where the signer stands at the moment `at`. Raises what the parser raises for a broken certificate.

    A country renews its authority under the same name with another key, and old ones stay in the store: one that does
    not fit says nothing about the next. Of several ways up the best one counts, for it is enough that one holds.
    """
    if not authority.signs_documents(signer):
        return _nobody(signer, at, "SIGNER_NOT_FOR_SIGNING")
    if authority.is_specimen(signer) != store.practice:
        return _nobody(signer, at, "SIGNER_UNKNOWN")
    misses: list[str] = []
    ways: list[Standing] = []
    for one in store.named(signer.issuer):
        try:
            fits = authority.issued(signer, one.certificate)
        except UnknownAlgorithm as wrong:
            misses.append(wrong.reason)
            continue
        except BROKEN:
            # This authority's certificate is broken, not the card.
            continue
        if not fits:
            continue
        if not _same_state(signer, one.certificate):
            misses.append("SIGNER_OF_ANOTHER_STATE")
            continue
        ways.append(_way(signer, one, store, at))
    if ways:
        return max(ways, key=lambda way: way.worth)
    foreign = authority.country(signer.issuer) not in ("", CARD_COUNTRY)
    return _nobody(signer, at, misses[0] if misses else "SIGNER_OF_ANOTHER_STATE" if foreign else "SIGNER_UNKNOWN")


def _same_state(signer: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Signer and authority name one country (ICAO 9303-12 table 6)."""
    return authority.country(signer.subject) == authority.country(issuer.subject) != ""


def _nobody(signer: x509.Certificate, at: datetime, reason: str) -> Standing:
    """A signer that leads to nobody: only its own dates can be told, and only when they are against it."""
    late = _out_of_date(signer, at, "SIGNER_EXPIRED", "SIGNER_NOT_YET_VALID")
    return Standing(
        Verdict("chain", "untrusted", reason),
        Verdict("in_force", "no", late) if late else Verdict("in_force", "unknown", "CSCA_UNKNOWN"),
        Verdict("not_revoked", "unknown", "NO_CRL"),
    )


def _way(signer: x509.Certificate, issuer: Authority, store: TrustStore, at: datetime) -> Standing:
    late = [_out_of_date(signer, at, "SIGNER_EXPIRED", "SIGNER_NOT_YET_VALID")]
    late += [_out_of_date(one, at, "CSCA_EXPIRED", "CSCA_NOT_YET_VALID") for one in issuer.path]
    reasons = " ".join(dict.fromkeys(one for one in late if one))
    return Standing(
        Verdict("chain", "yes"),
        Verdict("in_force", "no" if reasons else "yes", reasons),
        _not_revoked(signer, issuer, store, at),
    )


def _out_of_date(certificate: x509.Certificate, at: datetime, expired: Reason, not_yet: Reason) -> Reason | None:
    if at > authority.ends(certificate):
        return expired
    return not_yet if at < authority.starts(certificate) else None


def _not_revoked(signer: x509.Certificate, issuer: Authority, store: TrustStore, at: datetime) -> Verdict:
    """What is revoked stays so, whatever a newer or an outdated list leaves out; that nothing is, only a current list
    of the signer's issuer can say."""

    def revoked(certificate: x509.Certificate) -> bool:
        name = certificate.issuer.hashable
        return any(one.issuer == name and certificate.serial_number in one.serials for one in store.revoked)

    if revoked(signer):
        return Verdict("not_revoked", "no", "SIGNER_REVOKED")
    if any(revoked(one) for one in issuer.path):
        return Verdict("not_revoked", "no", "CSCA_REVOKED")
    lists = [one for one in store.revoked if one.issuer == signer.issuer.hashable]
    if not lists:
        return Verdict("not_revoked", "unknown", "NO_CRL")
    if not any(one.since <= at <= one.until for one in lists):
        return Verdict("not_revoked", "unknown", "CRL_OUTDATED")
    return Verdict("not_revoked", "yes")
