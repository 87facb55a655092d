"""Who is believed here: authorities, the links between their keys, and what they revoked (ICAO 9303-12 §5).

The store is made of files that somebody answers for: in training those that came with the program, at work those that
the office signed. Certificates that a card brings along are never part of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from asn1crypto import crl, pem, x509

from clerk_app.devices.emrtd import authority, master_list, revocation
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.reasons import NotBelieved
from clerk_app.devices.emrtd.revocation import RevocationList
from clerk_app.devices.emrtd.signatures import BROKEN, UnknownAlgorithm

log = logging.getLogger(__name__)

CARD_COUNTRY = "VN"
"""Citizen cards are Viet Nam's. A master list brings the authorities of a hundred States; not one of the others says
anything about such a card, so they do not enter the store."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A believed authority. `above` vouched for its key by a link certificate; None was believed by itself."""

    certificate: x509.Certificate = field(repr=False)
    above: Authority | None = field(default=None, repr=False)

    @property
    def path(self) -> tuple[x509.Certificate, ...]:
        """Its certificate and those above it."""
        return (self.certificate, *(self.above.path if self.above else ()))


@dataclass(frozen=True, slots=True)
class Unbelieved:
    """Something in the package that counts for nothing here, by its own name, and why."""

    name: str
    why: NotBelieved


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The authorities believed here, with their revocation lists, and what was left out."""

    practice: bool
    authorities: tuple[Authority, ...]
    revoked: tuple[RevocationList, ...]
    unbelieved: tuple[Unbelieved, ...] = ()
    of_other_states: int = 0

    def named(self, name: x509.Name) -> Iterator[Authority]:
        """The authorities of that name: one for each key it had."""
        wanted = name.hashable
        return (one for one in self.authorities if one.certificate.subject.hashable == wanted)


def store_of(blobs: Sequence[bytes], *, practice: bool) -> TrustStore:
    """The store that these files make: certificates, master lists and revocation lists in DER or PEM.

    The same files give the same store, which is made once. In training only the specimen authority is believed, with
    what it vouched for itself; at work never.
    """
    return _kept(tuple(blobs), practice)


@lru_cache(maxsize=4)
def _kept(blobs: tuple[bytes, ...], practice: bool) -> TrustStore:
    return made(blobs, practice=practice)


def made(blobs: Iterable[bytes], *, practice: bool, at: datetime | None = None) -> TrustStore:
    """The store, made anew. `at` also asks that whoever signed a master list was in force then."""
    making = _Making(practice, at)
    for blob in blobs:
        making.sort(blob)
    return making.store()


class _Making:
    """Sorts files into kinds, then believes one after the other: authorities, links, revocations, master lists."""

    def __init__(self, practice: bool, at: datetime | None) -> None:
        self._practice = practice
        self._at = at
        self._waiting: list[x509.Certificate] = []
        self._master_lists: list[bytes] = []
        self._crls: list[crl.CertificateList] = []
        self._believed: list[Authority] = []
        self._revoked: list[RevocationList] = []
        self._left_out: list[Unbelieved] = []
        self._seen: set[bytes] = set()
        self._others = 0

    def sort(self, blob: bytes) -> None:
        """Take one file in by what it is."""
        try:
            ders = [der for _, _, der in pem.unarmor(blob, multiple=True)] if pem.detect(blob) else [blob]
        except BROKEN:
            ders = []
        if not ders:
            self._leave_out("", "UNREADABLE")
        for der in ders:
            kind = _kind(der)
            if kind == "certificate":
                self._take_in(der)
            elif kind == "crl":
                self._take_in_crl(der)
            elif kind == "message":
                self._master_lists.append(der)
            else:
                self._leave_out("", "UNREADABLE")

    def store(self) -> TrustStore:
        self._believe_waiting()
        self._believe_crls()
        for data in self._master_lists:
            self._open(data)
        self._believe_waiting()
        self._believe_crls()
        for certificate in self._waiting:
            self._leave_out(certificate.subject.human_friendly, "ISSUER_UNKNOWN")
        for found in self._crls:
            self._leave_out(found["tbs_cert_list"]["issuer"].human_friendly, "CRL_ISSUER_UNKNOWN")
        own = tuple(one for one in self._believed if authority.country(one.certificate.subject) == CARD_COUNTRY)
        others = self._others + len(self._believed) - len(own)
        return TrustStore(self._practice, own, tuple(self._revoked), tuple(self._left_out), others)

    def _leave_out(self, name: str, why: NotBelieved) -> None:
        log.warning("not believed in the trust store: %s", why)
        self._left_out.append(Unbelieved(name, why))

    def _take_in(self, der: bytes) -> None:
        if der in self._seen:
            return
        self._seen.add(der)
        try:
            certificate = x509.Certificate.load(der, strict=True)
            name, own, may_sign, specimen = _looked_at(certificate)
        except BROKEN:
            self._leave_out("", "UNREADABLE")
            return
        if self._practice != specimen:
            self._leave_out(name, "NOT_SPECIMEN" if self._practice else "SPECIMEN")
        elif not may_sign:
            self._leave_out(name, "NOT_FOR_SIGNING")
        elif not own:
            self._waiting.append(certificate)
        else:
            self._believe_own(certificate, name)

    def _believe_own(self, certificate: x509.Certificate, name: str) -> None:
        """A self-issued certificate: an authority when its own key signed it, else perhaps a link from its last key."""
        try:
            if authority.issued(certificate, certificate):
                if self._practice and authority.fingerprint(certificate) != authority.SPECIMEN_CSCA_SHA256:
                    # Whoever calls himself a specimen is none for that: only one fingerprint is.
                    self._leave_out(name, "NOT_SPECIMEN")
                else:
                    self._believed.append(Authority(certificate))
            elif certificate.authority_key_identifier == certificate.key_identifier:
                self._leave_out(name, "SELF_SIGNATURE_BAD")
            else:
                self._waiting.append(certificate)
        except UnknownAlgorithm as unknown:
            self._leave_out(name, unknown.code)
        except BROKEN:
            self._leave_out(name, "UNREADABLE")

    def _believe_waiting(self) -> None:
        """Links, as long as one more is vouched for by somebody who is believed already."""
        progress = True
        while progress:
            progress = False
            for certificate in tuple(self._waiting):
                above = self._issuer(certificate)
                if above is not None:
                    self._waiting.remove(certificate)
                    self._believed.append(Authority(certificate, above))
                    progress = True

    def _issuer(self, certificate: x509.Certificate) -> Authority | None:
        for one in self._believed:
            try:
                same_state = authority.country(one.certificate.subject) == authority.country(certificate.subject)
                if same_state and authority.issued(certificate, one.certificate):
                    return one
            except (UnknownAlgorithm, *BROKEN) as wrong:
                log.warning("a link certificate cannot be judged: %s", type(wrong).__name__)
        return None

    def _take_in_crl(self, der: bytes) -> None:
        try:
            self._crls.append(revocation.parse(der))
        except revocation.Partial:
            self._leave_out("CRL", "CRL_PARTIAL")
        except Malformed:
            self._leave_out("CRL", "UNREADABLE")

    def _believe_crls(self) -> None:
        for found in tuple(self._crls):
            try:
                listed = revocation.believed(found, [one.certificate for one in self._believed])
            except revocation.Partial:
                self._leave_out("CRL", "CRL_PARTIAL")
            except UnknownAlgorithm as unknown:
                self._leave_out("CRL", unknown.code)
            except Malformed:
                self._leave_out("CRL", "UNREADABLE")
            else:
                if listed is None:
                    continue
                self._revoked.append(listed)
            self._crls.remove(found)

    def _open(self, data: bytes) -> None:
        believed = [one.certificate for one in self._believed]
        try:
            found = master_list.certificates(data, believed, self._revoked, self._at)
        except master_list.NotSigned as wrong:
            self._leave_out("master list", wrong.reason)
            return
        except Malformed:
            self._leave_out("master list", "UNREADABLE")
            return
        for certificate in found:
            try:
                foreign = authority.country(certificate.subject) != CARD_COUNTRY
            except BROKEN:
                foreign = True
            der = certificate.dump()
            if not foreign:
                self._take_in(der)
            elif der not in self._seen:
                self._seen.add(der)
                self._others += 1


def _kind(der: bytes) -> str:
    """What the first octets say: `certificate`, `crl`, `message` (CMS) or nothing known."""
    if der[:1] != b"\x30" or len(der) < 8:
        return ""
    at = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
    if der[at : at + 1] == b"\x06":
        return "message"
    if der[at : at + 1] != b"\x30":
        return ""
    at += 2 + (der[at + 1] & 0x7F if der[at + 1] & 0x80 else 0) if at + 1 < len(der) else 2
    # A certificate begins with its version as [0] (version 1 has none, and cannot be an authority), a list without one.
    return {b"\xa0": "certificate", b"\x02": "crl", b"\x30": "crl"}.get(der[at : at + 1], "")


def _looked_at(certificate: x509.Certificate) -> tuple[str, bool, bool, bool]:
    """(name, self-issued, may sign, is a specimen), after everything that is asked of it later was read once.

    The parser is lazy: what is broken must show now.
    """
    _ = authority.starts(certificate), authority.ends(certificate), certificate.public_key.native
    _ = certificate.key_identifier, certificate.authority_key_identifier, certificate.subject.native
    return (
        certificate.subject.human_friendly,
        certificate.subject == certificate.issuer,
        authority.is_authority(certificate),
        authority.is_specimen(certificate),
    )
