"""The practice card's chip: answers command APDUs as a citizen card would, and refuses what it refuses."""

from __future__ import annotations

import hashlib
import random
import secrets
from copy import copy

from clerk_app.practice import card_contents, card_crypto
from clerk_app.practice.card_crypto import XY, Refused, Session
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.specimens import Specimen, mrz_key

_AID = bytes.fromhex("A0000002471001")
_PACE_OID = bytes.fromhex("04007F00070202040202")
_PLAIN_ATR = bytes.fromhex("3B8E800180318066B1840C016E01830090001C")
_MASTER_FILES = (0x011C, 0x2F01)
_BY_SHORT_NAME = {0x1C: 0x011C, 0x1D: 0x011D, 0x1E: 0x011E} | {n: 0x0100 + n for n in range(1, 17)}


class TornOut(Exception):
    """The card leaves the field now."""


def answer_to_reset(faults: CardFaults) -> bytes:
    """The ATR of a contactless card; with extended lengths it carries card capabilities (ISO 7816-4 §8.1.1.2.7)."""
    if not faults.extended:
        return _PLAIN_ATR
    historical = bytes.fromhex("80738021C0")
    atr = bytes([0x3B, 0x80 | len(historical), 0x80, 0x01]) + historical
    check = 0
    for octet in atr[1:]:
        check ^= octet
    return atr + bytes([check])


class Chip:
    """One chip in the field, from power on to power off. `count` is how many commands it has seen since it was laid."""

    def __init__(self, specimen: Specimen, faults: CardFaults) -> None:
        self._faults = faults
        self._can = specimen.can.encode()
        key = mrz_key(specimen.person)
        self._seed = hashlib.sha1(
            "".join(part + card_contents.digit(part) for part in (key.number, key.born, key.expires)).encode()
        ).digest()
        self._application_files = card_contents.files(specimen, faults)
        self._master_files = {} if faults.no_card_access else {0x011C: card_contents.CARD_ACCESS}
        if faults.extended:
            self._master_files[0x2F01] = card_contents.EF_ATR
        self.atr = answer_to_reset(faults)
        self.count = 0
        self._noise = random.Random(specimen.at)
        self.reset()

    def twin(self) -> Chip:
        """The same chip with a conversation of its own."""
        other = copy(self)
        other.reset()
        return other

    def reset(self) -> None:
        """Power on or warm reset: every key and selection is forgotten."""
        self._session: Session | None = None
        self._in_application = False
        self._file = b""
        self._challenge = b""
        self._password = b""
        self._nonce = b""
        self._generator: XY | None = None
        self._pending: Session | None = None
        self._keys: tuple[XY, XY] | None = None

    def answer(self, command: bytes) -> bytes:
        """The answer APDU. Raises `TornOut` when the card is to be taken away instead."""
        self.count += 1
        if self._faults.tear_at and self.count >= self._faults.tear_at:
            raise TornOut
        if self._faults.mute:
            return b"\x6f\x00"
        if self._faults.garbage_at and self.count >= self._faults.garbage_at:
            return self._noise.randbytes(self._noise.randint(3, 200)) + b"\x90\x00"
        try:
            header, data, wanted = _parse(command)
        except Refused as refused:
            return refused.status.to_bytes(2, "big")
        if header[0] & 0x0C != 0x0C:
            if self._session is not None:
                # A command in the clear ends the protected conversation (§9.8.3).
                self._session = None
            answer, status = self._obey(header, data, wanted)
            return answer + status.to_bytes(2, "big")
        if self._session is None:
            return b"\x69\x88"
        session = self._session
        try:
            plain, wanted = session.unwrap(header, data)
        except Refused as refused:
            self._session = None
            return refused.status.to_bytes(2, "big")
        answer, status = self._obey(header, plain, wanted)
        return session.wrap(answer, status)

    def _obey(self, header: bytes, data: bytes, wanted: int | None) -> tuple[bytes, int]:
        try:
            match header[1]:
                case 0xA4:
                    return b"", self._select(header[2], data)
                case 0xB0:
                    return self._read(header[2], header[3], wanted or 0)
                case 0x84 if self._in_application and not self._faults.no_bac:
                    self._challenge = secrets.token_bytes(8)
                    return self._challenge, 0x9000
                case 0x82 if self._challenge:
                    return self._mutual(data), 0x9000
                case 0x22 if not self._faults.no_pace:
                    return b"", self._begin_pace(header[2:4], data)
                case 0x86 if self._password:
                    return self._authenticate(data), 0x9000
                case _:
                    return b"", 0x6D00
        except Refused as refused:
            return b"", refused.status

    def _select(self, by: int, data: bytes) -> int:
        if by == 0x04:
            if data != _AID or self._faults.no_application:
                return 0x6A82
            self._in_application, self._file = True, b""
            return 0x9000
        if by == 0x00:
            if self._faults.no_mf:
                return 0x6D00
            self._in_application, self._file = False, b""
            return 0x9000
        if by == 0x02 and len(data) == 2:
            self._file = self._content(int.from_bytes(data, "big"))
            return 0x9000
        return 0x6A86

    def _content(self, name: int) -> bytes:
        """A file's content. Files of the application are refused before the chip is opened (ICAO 9303-11 §4.2)."""
        if not self._in_application:
            if name not in self._master_files:
                raise Refused(0x6A82)
            return self._master_files[name]
        if self._session is None:
            raise Refused(0x6982)
        if name == 0x0103:
            raise Refused(0x6982)
        if name not in self._application_files:
            raise Refused(0x6A82)
        return self._application_files[name]

    def _read(self, p1: int, p2: int, wanted: int) -> tuple[bytes, int]:
        offset = (p1 & 0x7F) << 8 | p2
        if p1 & 0x80:
            if self._faults.no_short_names:
                raise Refused(0x6A86)
            name = 0x2F01 if p1 & 0x1F == 1 and not self._in_application else _BY_SHORT_NAME.get(p1 & 0x1F, 0)
            self._file = self._content(name)
            offset = p2
        if not self._file:
            raise Refused(0x6986)
        if self._faults.short_reads and wanted > self._faults.short_reads:
            raise Refused(0x6700)
        if offset >= len(self._file):
            raise Refused(0x6B00)
        return self._file[offset : offset + (4 if self._faults.drip else wanted)], 0x9000

    # ---- BAC (§4.3) ----

    def _mutual(self, data: bytes) -> bytes:
        challenge, self._challenge = self._challenge, b""
        enc, mac = card_crypto.kdf(self._seed[:16], 1), card_crypto.kdf(self._seed[:16], 2)
        if len(data) != 40 or card_crypto.retail_mac(mac, data[:32]) != data[32:]:
            raise Refused(0x6300)
        plain = card_crypto.des3_cbc(enc, data[:32], encrypt=False)
        if plain[8:16] != challenge:
            raise Refused(0x6300)
        mine = secrets.token_bytes(16)
        reply = card_crypto.des3_cbc(enc, challenge + plain[:8] + mine, encrypt=True)
        secret = bytes(a ^ b for a, b in zip(plain[16:], mine, strict=True))
        self._session = Session(secret, aes=False, counter=challenge[4:] + plain[4:8])
        return reply + card_crypto.retail_mac(mac, reply)

    # ---- PACE (§4.4) ----

    def _begin_pace(self, p: bytes, data: bytes) -> int:
        fields = dict(_objects(data))
        if p != b"\xc1\xa4" or fields.get(0x80) != _PACE_OID or fields.get(0x84, b"\x0d") != b"\x0d":
            return 0x6A80
        match fields.get(0x83):
            case b"\x02":
                self._password = self._can
            case b"\x01" if not self._faults.no_pace_mrz:
                self._password = self._seed
            case b"\x01":
                return 0x6982
            case _:
                return 0x6A88
        return 0x9000

    def _authenticate(self, data: bytes) -> bytes:
        fields = dict(_objects(dict(_objects(data)).get(0x7C, b"")))
        if not fields:
            self._nonce = secrets.token_bytes(16)
            sealed = card_crypto.aes_cbc(card_crypto.kdf(self._password, 3), self._nonce, bytes(16), encrypt=True)
            return card_contents.tlv(0x7C, card_contents.tlv(0x80, sealed))
        if 0x81 in fields and self._nonce:
            theirs = card_crypto.undump(fields[0x81])
            k = card_crypto.fresh_scalar()
            shared = card_crypto.times(k, theirs)
            nonce = card_crypto.base_times(int.from_bytes(self._nonce, "big"))
            self._generator = card_crypto.add(nonce, shared)
            return card_contents.tlv(0x7C, card_contents.tlv(0x82, card_crypto.dump(card_crypto.base_times(k))))
        if 0x83 in fields and self._generator is not None:
            theirs = card_crypto.undump(fields[0x83])
            k = card_crypto.fresh_scalar()
            mine = card_crypto.times(k, self._generator)
            self._pending = Session(card_crypto.agree(k, theirs), aes=True)
            self._keys = (mine, theirs)
            return card_contents.tlv(0x7C, card_contents.tlv(0x84, card_crypto.dump(mine)))
        if 0x85 in fields and self._pending is not None and self._keys is not None:
            session, (mine, theirs) = self._pending, self._keys
            self._password, self._pending, self._keys = b"", None, None
            if session.mac(_token_input(mine)) != fields[0x85]:
                raise Refused(0x6300)
            self._session = session
            return card_contents.tlv(0x7C, card_contents.tlv(0x86, session.mac(_token_input(theirs))))
        raise Refused(0x6A80)


def _token_input(public: XY) -> bytes:
    return card_contents.tlv(
        0x7F49, card_contents.tlv(0x06, _PACE_OID), card_contents.tlv(0x86, card_crypto.dump(public))
    )


def _parse(command: bytes) -> tuple[bytes, bytes, int | None]:
    """(header, data, octets wanted) of a short or extended command (ISO 7816-4 §5.1)."""
    header, rest = command[:4], command[4:]
    if len(header) < 4:
        raise Refused(0x6700)
    if not rest:
        return header, b"", None
    if len(rest) == 1:
        return header, b"", rest[0] or 256
    if rest[0]:
        data, tail = rest[1 : 1 + rest[0]], rest[1 + rest[0] :]
        if len(data) != rest[0] or len(tail) > 1:
            raise Refused(0x6700)
        return header, data, (tail[0] or 256) if tail else None
    if len(rest) == 3:
        return header, b"", int.from_bytes(rest[1:], "big") or 65536
    size = int.from_bytes(rest[1:3], "big")
    data, tail = rest[3 : 3 + size], rest[3 + size :]
    if len(data) != size or len(tail) not in (0, 2):
        raise Refused(0x6700)
    return header, data, (int.from_bytes(tail, "big") or 65536) if tail else None


def _objects(data: bytes) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 1 < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size == 0x81 and at < len(data):
            size, at = data[at], at + 1
        found.append((tag, data[at : at + size]))
        at += size
    return found
