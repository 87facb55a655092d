"""What the chip of a practice card holds: EF.COM, DG1, DG2, DG13, DG14, DG15 and the SOD over them."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime

from clerk_app.domain.people import Person
from clerk_app.practice import card_keys, card_portrait, card_security, card_signing, specimens
from clerk_app.practice.card_crypto import tlv
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.card_zone import mrz
from clerk_app.practice.specimens import Specimen

EF_ATR = bytes.fromhex("7F6608" + "02020800" + "02020800")
"""Commands and answers of up to 2048 octets."""

_TAGS = {1: 0x61, 2: 0x75, 3: 0x63, 13: 0x6D, 14: 0x6E, 15: 0x6F}
FINGERPRINTS = 0x0103
"""DG3: listed and signed, and read by nobody without terminal authentication."""


def files(specimen: Specimen, faults: CardFaults) -> dict[int, bytes]:
    """The elementary files of the application by identifier, those that may be read."""
    person = bearer(specimen, faults)
    issued = _issued(specimen, person, faults)
    sod = card_signing.sod(_signed(specimen, issued, faults), faults)
    groups = _as_forged(specimen, issued, faults)
    tags = bytes(_TAGS[number] for number in sorted(groups))
    com = tlv(0x60, tlv(0x5F01, b"0107"), tlv(0x5F36, b"040000"), tlv(0x5C, tags))
    found = {0x0100 + number: content for number, content in groups.items()} | {0x011E: com}
    del found[FINGERPRINTS]
    if not faults.no_sod:
        found[0x011D] = sod
    if faults.endless:
        found = {name: content[:1] + b"\x83\xff\xff\xff" + content for name, content in found.items()}
    return found


def bearer(specimen: Specimen, faults: CardFaults) -> Person:
    """The holder as this card states them."""
    if faults.no_expiry:
        return replace(specimen.person, expires=None)
    if faults.expired:
        return replace(specimen.person, expires=date(datetime.now(UTC).year - 1, 6, 30))
    return specimen.person


def _issued(specimen: Specimen, person: Person, faults: CardFaults) -> dict[int, bytes]:
    """The data groups as the agency wrote them, DG3 among them."""
    groups = {
        1: tlv(0x61, tlv(0x5F1F, mrz(person).encode("ascii"))),
        2: _dg2(specimen, faults),
        3: tlv(0x63, random.Random(specimen.at).randbytes(600)),
    }
    if not faults.no_dg13:
        groups[13] = _opaque(specimen) if faults.opaque_dg13 else _dg13(specimen, person)
    if not faults.no_keys:
        groups[14] = card_security.dg14(faults, card_keys.agreement_key(specimen.at, faults))
        groups[15] = card_security.dg15(faults, card_keys.signing_key(specimen.at, faults))
    return groups


def _signed(specimen: Specimen, issued: dict[int, bytes], faults: CardFaults) -> dict[int, bytes]:
    """The data groups whose digests the SOD lists."""
    signed = dict(issued)
    if faults.unlisted_dg13:
        signed.pop(13, None)
    if faults.signed_foreign_dg13:
        signed[13] = _foreign_dg13(specimen)
    return signed


def _as_forged(specimen: Specimen, issued: dict[int, bytes], faults: CardFaults) -> dict[int, bytes]:
    """The data groups as they lie on the chip, after a forger had it in hand."""
    groups = dict(issued)
    if faults.swapped_dg2:
        groups[2] = _dg2(_somebody_else(specimen), faults)
    if faults.foreign_dg13 or faults.signed_foreign_dg13:
        groups[13] = _foreign_dg13(specimen)
    for number, altered in ((1, faults.altered_dg1), (2, faults.altered_dg2), (13, faults.altered_dg13)):
        if altered and number in groups:
            groups[number] = _altered(number, groups[number])
    if faults.altered_dg14 and 14 in groups:
        groups[14] = card_security.dg14(faults, card_keys.agreement_key(specimen.at, faults, "forger"))
    if faults.altered_dg15 and 15 in groups:
        groups[15] = card_security.dg15(faults, card_keys.signing_key(specimen.at, faults, "forger"))
    for number, missing in ((2, faults.no_dg2), (14, faults.no_dg14), (15, faults.no_dg15)):
        if missing:
            groups.pop(number, None)
    return groups


def _altered(number: int, content: bytes) -> bytes:
    """A forger's hand: another name in the zone, one octet of the picture, another name in the text."""
    if number == 1:
        at = len(content) - 30
        return content[:at] + b"GIA<<MAO" + content[at + 8 :]
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def _somebody_else(specimen: Specimen) -> Specimen:
    everybody = specimens.people()
    return everybody[specimen.at % len(everybody)]


def _foreign_dg13(specimen: Specimen) -> bytes:
    other = _somebody_else(specimen)
    return _dg13(other, other.person)


def _dg2(specimen: Specimen, faults: CardFaults) -> bytes:
    """One face in the format of ISO/IEC 19794-5:2005, inside the biometric templates of ICAO 9303-10 §4.7.2."""
    portrait = card_portrait.draw(specimen.at, "jpeg" if faults.jpeg else "jp2")
    picture = bytes([1, 0 if faults.jpeg else 1]) + card_portrait.WIDTH.to_bytes(2, "big")
    picture += card_portrait.HEIGHT.to_bytes(2, "big") + bytes([1, 2, 0, 0, 0, 0])
    block = (20 + len(picture) + len(portrait)).to_bytes(4, "big") + bytes(16) + picture + portrait
    record = b"FAC\x00010\x00" + (14 + len(block)).to_bytes(4, "big") + b"\x00\x01" + block
    header = tlv(0xA1, tlv(0x80, b"\x01\x01"), tlv(0x81, b"\x02"), tlv(0x87, b"\x01\x01"), tlv(0x88, b"\x00\x08"))
    return tlv(0x75, tlv(0x7F61, tlv(0x02, b"\x01"), tlv(0x7F60, header, tlv(0x5F2E, record))))


def _opaque(specimen: Specimen) -> bytes:
    """DG13 as a reader without the agency's means sees it: octets."""
    return tlv(0x6D, tlv(0x04, random.Random(specimen.at + 13).randbytes(512)))


def _dg13(specimen: Specimen, person: Person) -> bytes:
    """The Vietnamese text, laid out as public readers describe it."""

    def text(number: int, value: str) -> bytes:
        return tlv(0x30, tlv(0x02, bytes([number])), tlv(0x0C, value.encode("utf-8")))

    def day(value: date | None) -> str:
        return f"{value:%d/%m/%Y}" if value else ""

    parents = tlv(0x30, tlv(0x0C, specimen.father.encode()), tlv(0x0C, specimen.mother.encode()))
    fields = [
        text(1, person.number),
        text(2, person.name),
        text(3, day(person.born)),
        text(4, "Nam" if person.sex == "M" else "Nữ"),
        text(5, "Việt Nam"),
        text(6, "Kinh"),
        text(7, "Không"),
        text(8, specimen.origin),
        text(9, person.residence),
        text(10, "Không có"),
        text(11, day(person.issued)),
        text(12, day(person.expires) or "Không thời hạn"),
        tlv(0x30, tlv(0x02, b"\x0d"), parents),
    ]
    if person.old_number:
        fields.append(text(15, person.old_number))
    fields.append(text(16, hashlib.sha256(person.number.encode()).hexdigest()[:16].upper()))
    oid = tlv(0x06, bytes.fromhex("28D316010008"))
    return tlv(0x6D, tlv(0x30, tlv(0x02, b"\x01"), oid, tlv(0x31, *fields)))
