"""What the chip of a practice card holds: EF.COM, DG1, DG2, DG13 and the SOD signed by the specimen signer."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import ClassVar

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from clerk_app.domain.people import Person
from clerk_app.practice import card_portrait, specimen_authority
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.specimen_authority import Signer
from clerk_app.practice.specimens import Specimen, folder

CARD_ACCESS = bytes.fromhex(
    "3134300D060804007F0007020202020101300F060A04007F000702020302020201013012060A04007F0007020204020202010202010D"
)
"""Terminal authentication, chip authentication, and PACE-ECDH-GM-AES-128 on brainpoolP256r1: as on real cards."""

EF_ATR = bytes.fromhex("7F6608" + "02020800" + "02020800")
"""Commands and answers of up to 2048 octets."""


def tlv(tag: int, *parts: bytes) -> bytes:
    """One data object in DER."""
    value = b"".join(parts)
    count = len(value)
    size = (
        bytes([count])
        if count < 128
        else bytes([0x80 | (count.bit_length() + 7) // 8]) + count.to_bytes((count.bit_length() + 7) // 8, "big")
    )
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + size + value


def files(specimen: Specimen, faults: CardFaults) -> dict[int, bytes]:
    """The elementary files of the application by identifier."""
    person = specimen.person
    if faults.expired:
        person = replace(person, expires=date(datetime.now(UTC).year - 1, 6, 30))
    portrait = card_portrait.draw(specimen.at, "jpeg" if faults.jpeg else "jp2")
    groups = {1: tlv(0x61, tlv(0x5F1F, mrz(person).encode("ascii"))), 2: _dg2(portrait, jpeg=faults.jpeg)}
    if not faults.no_dg13:
        groups[13] = _dg13(specimen, person)
    sod = _sod(groups, faults)
    if faults.no_dg2:
        del groups[2]
    for number, altered in ((1, faults.altered_dg1), (2, faults.altered_dg2), (13, faults.altered_dg13)):
        if altered and number in groups:
            groups[number] = _altered(number, groups[number])
    tags = bytes({1: 0x61, 2: 0x75, 13: 0x6D}[number] for number in sorted(groups))
    com = tlv(0x60, tlv(0x5F01, b"0107"), tlv(0x5F36, b"040000"), tlv(0x5C, tags))
    found = {0x0100 + number: content for number, content in groups.items()} | {0x011E: com}
    if not faults.no_sod:
        found[0x011D] = sod
    if faults.endless:
        found = {name: content[:1] + b"\x83\xff\xff\xff" + content for name, content in found.items()}
    return found


def _altered(number: int, content: bytes) -> bytes:
    """A forger's hand: another name in the zone, one octet of the picture, another name in the text."""
    if number == 1:
        at = len(content) - 30
        return content[:at] + b"GIA<<MAO" + content[at + 8 :]
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def mrz(person: Person) -> str:
    """The TD1 zone: nine digits as document number, the whole ID number in the optional data (ICAO 9303-5 §4.2)."""
    if person.born is None or person.expires is None:
        raise ValueError("a specimen card needs its dates")
    document = person.number[3:]
    one = f"IDVNM{document}{digit(document)}{person.number}<<{digit(person.number)}"
    born, expires = f"{person.born:%y%m%d}", f"{person.expires:%y%m%d}"
    two = f"{born}{digit(born)}{person.sex}{expires}{digit(expires)}VNM".ljust(29, "<")
    two += digit(one[5:30] + two[0:7] + two[8:15] + two[18:29])
    surname, *given = _plain(person.name).split()
    return one + two + f"{surname}<<{'<'.join(given)}".ljust(30, "<")[:30]


def digit(text: str) -> str:
    """The check digit: weights 7, 3, 1, letters from 10, the filler 0."""
    total = 0
    for at, letter in enumerate(text):
        value = 0 if letter == "<" else int(letter, 36)
        total += value * (7, 3, 1)[at % 3]
    return str(total % 10)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.upper().replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _dg2(portrait: bytes, *, jpeg: bool) -> bytes:
    """One face in the format of ISO/IEC 19794-5:2005, inside the biometric templates of ICAO 9303-10 §4.7.2."""
    picture = bytes([1, 0 if jpeg else 1]) + card_portrait.WIDTH.to_bytes(2, "big")
    picture += card_portrait.HEIGHT.to_bytes(2, "big") + bytes([1, 2, 0, 0, 0, 0])
    block = (20 + len(picture) + len(portrait)).to_bytes(4, "big") + bytes(16) + picture + portrait
    record = b"FAC\x00010\x00" + (14 + len(block)).to_bytes(4, "big") + b"\x00\x01" + block
    header = tlv(0xA1, tlv(0x80, b"\x01\x01"), tlv(0x81, b"\x02"), tlv(0x87, b"\x01\x01"), tlv(0x88, b"\x00\x08"))
    return tlv(0x75, tlv(0x7F61, tlv(0x02, b"\x01"), tlv(0x7F60, header, tlv(0x5F2E, record))))


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
        text(12, day(person.expires)),
        tlv(0x30, tlv(0x02, b"\x0d"), parents),
    ]
    if person.old_number:
        fields.append(text(15, person.old_number))
    fields.append(text(16, hashlib.sha256(person.number.encode()).hexdigest()[:16].upper()))
    oid = tlv(0x06, bytes.fromhex("28D316010008"))
    return tlv(0x6D, tlv(0x30, tlv(0x02, b"\x01"), oid, tlv(0x31, *fields)))


class _GroupHash(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("number", core.Integer), ("value", core.OctetString)]


class _GroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupHash


class _SecurityObject(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [("version", core.Integer), ("digest", algos.DigestAlgorithm), ("groups", _GroupHashes)]


def _sod(groups: dict[int, bytes], faults: CardFaults) -> bytes:
    """EF.SOD (ICAO 9303-10 §4.6.2): signed data over the digests, made with ECDSA and SHA-256."""
    signer: Signer = (
        specimen_authority.make("SPECIMEN CSCA unknown") if faults.unknown_signer else specimen_authority.load(folder())
    )
    content = _SecurityObject(
        {
            "version": 0,
            "digest": {"algorithm": "sha256"},
            "groups": [
                {"number": number, "value": hashlib.sha256(groups[number]).digest()} for number in sorted(groups)
            ],
        }
    ).dump()
    kind = cms.ContentType("2.23.136.1.1.1")
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": [kind]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
        ]
    )
    signature = signer.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    if faults.wrong_signature:
        signature = signer.key.sign(b"something else", ec.ECDSA(hashes.SHA256()))
    certificate = asn1_x509.Certificate.load(signer.certificate.public_bytes(serialization.Encoding.DER))
    signed = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": kind, "content": core.ParsableOctetString(content)},
            "certificates": [certificate],
            "signer_infos": [
                {
                    "version": "v1",
                    "sid": {
                        "issuer_and_serial_number": {
                            "issuer": certificate.issuer,
                            "serial_number": certificate.serial_number,
                        }
                    },
                    "digest_algorithm": {"algorithm": "sha256"},
                    "signed_attrs": attributes,
                    "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                    "signature": signature,
                }
            ],
        }
    )
    return tlv(0x77, cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())
