"""The practice card's chip: answers command APDUs as a citizen card would, and refuses what it refuses."""

from __future__ import annotations

import random
import secrets
from copy import copy
from dataclasses import dataclass

from clerk_app.practice import (
    card_commands,
    card_contents,
    card_keys,
    card_opening,
    card_proofs,
    card_security,
    card_signing,
    card_zone,
)
from clerk_app.practice.card_commands import Command, Parts
from clerk_app.practice.card_crypto import SUITES, Refused, objects, tlv
from clerk_app.practice.card_faults import CardFaults
from clerk_app.practice.card_messaging import Session
from clerk_app.practice.card_opening import Pace, WrongPassword
from clerk_app.practice.card_variants import Signing, agreement_identifier
from clerk_app.practice.specimens import Specimen

_AID = bytes.fromhex("A0000002471001")
_PLAIN_ATR = bytes.fromhex("3B8E800180318066B1840C016E01830090001C")
_CARD_ACCESS, _CARD_SECURITY, _EF_ATR = 0x011C, 0x011D, 0x2F01
_BY_SHORT_NAME = {0x1C: 0x011C, 0x1D: 0x011D, 0x1E: 0x011E} | {n: 0x0100 + n for n in range(1, 17)}
_PACE, _CHIP_AUTHENTICATION, _CHIP_AUTHENTICATION_3DES = b"\xc1\xa4", b"\x41\xa4", b"\x41\xa6"
_FIRST_DELAY_MS, _LONGEST_DELAY_MS = 250, 2000
_CHALLENGE = 8


class TornOut(Exception):
    """The card leaves the field now."""


class Moved(TornOut):
    """The card leaves the field now, and comes back by itself."""


@dataclass(slots=True)
class _Lasting:
    """What the chip remembers without power."""

    wrong_tries: int = 0
    moved: bool = False


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
        self._specimen = specimen
        self._can = specimen.can.encode()
        self._noise = random.Random(specimen.at)
        self._lasting = _Lasting()
        self.become(faults)
        self.reset()

    def become(self, faults: CardFaults) -> None:
        """Be another card of the same citizen from now on; commands are counted anew, a conversation goes on."""
        at = self._specimen.at
        self.faults = faults
        self.atr = answer_to_reset(faults)
        self.count = 0
        self.delay_ms = 0
        self._lasting.moved = False
        self._seed = card_zone.seed(card_contents.bearer(self._specimen, faults))
        self._application_files = card_contents.files(self._specimen, faults)
        self._agreement = card_keys.agreement_key(at, faults, "forger" if _forged(faults, 14) else "genuine")
        self._signing = card_keys.signing_key(at, faults, "forger" if _forged(faults, 15) else "genuine")
        self._offered = card_security.offered(faults)
        self._master_files = {} if faults.no_card_access else {_CARD_ACCESS: card_security.card_access(faults)}
        if faults.extended:
            self._master_files[_EF_ATR] = card_contents.EF_ATR
        if any(way.mapping == "cam" for way in self._offered):
            shown = card_keys.agreement_key(at, faults)
            content = card_security.card_security(faults, shown, card_signing.signer(faults))
            self._master_files[_CARD_SECURITY] = content

    def twin(self) -> Chip:
        """The same chip with a conversation of its own."""
        other = copy(self)
        other.reset()
        return other

    def reset(self) -> None:
        """Power on or warm reset: every key and selection is forgotten."""
        self._session: Session | None = None
        self._next_session: Session | None = None
        self._in_application = False
        self._file = b""
        self._challenge = b""
        self._pace: Pace | None = None
        self._agreement_chosen = False
        self._parts = Parts()

    def answer(self, command: bytes) -> bytes:
        """The answer APDU. Raises `TornOut` when the card is to be taken away instead.

        `delay_ms` then says for how long the chip wants to think about it.
        """
        self.count += 1
        self.delay_ms = 0
        faults = self.faults
        if faults.tear_at and self.count >= faults.tear_at:
            raise TornOut
        if faults.move_at and self.count >= faults.move_at and not self._lasting.moved:
            self._lasting.moved = True
            raise Moved
        if faults.mute:
            return b"\x6f\x00"
        if faults.garbage_at and self.count >= faults.garbage_at:
            return self._noise.randbytes(self._noise.randint(3, 200)) + b"\x90\x00"
        try:
            asked = card_commands.parse(command)
            if asked.extended and not faults.extended:
                raise Refused(0x6700)
            if asked.fetches:
                return self._parts.next(asked.room)
        except Refused as refused:
            return refused.status.to_bytes(2, "big")
        self._parts.forget()
        whole = self._protected(asked) if asked.protected else self._in_the_clear(asked)
        return self._parts.first(whole, asked.room, wait=faults.held_back)

    def _in_the_clear(self, asked: Command) -> bytes:
        # A command in the clear ends the protected conversation (§9.8.3).
        self._session = None
        answer, status = self._obey(asked.header, asked.data, asked.wanted)
        return answer + status.to_bytes(2, "big")

    def _protected(self, asked: Command) -> bytes:
        session = self._session
        if session is None:
            return b"\x69\x88"
        try:
            plain, wanted = session.unwrap(asked.header, asked.data)
        except Refused as refused:
            self._session = None
            return refused.status.to_bytes(2, "big")
        answer, status = self._obey(asked.header, plain, wanted)
        whole = session.wrap(answer, status)
        if self._next_session is not None:
            # The answer that ends chip authentication still goes under the old keys (§6.2.3).
            self._session, self._next_session = self._next_session, None
        return whole

    def _obey(self, header: bytes, data: bytes, wanted: int | None) -> tuple[bytes, int]:
        try:
            match header[1]:
                case 0xA4:
                    return b"", self._select(header[2], data)
                case 0xB0:
                    return self._read(header[2], header[3], wanted or 0)
                case 0x84 if self._in_application and not self.faults.no_bac:
                    self._challenge = secrets.token_bytes(8)
                    return self._challenge, 0x9000
                case 0x82 if self._challenge:
                    return self._mutual(data), 0x9000
                case 0x22 if header[2:4] == _CHIP_AUTHENTICATION:
                    return b"", self._choose_agreement(data)
                case 0x22 if header[2:4] == _CHIP_AUTHENTICATION_3DES:
                    return b"", self._agree_by_3des(data)
                case 0x22 if not self.faults.no_pace:
                    return b"", self._begin_pace(header[2:4], data)
                case 0x86 if self._agreement_chosen or self._pace is not None:
                    inner = objects(objects(data).get(0x7C, b""))
                    answer = self._agree(inner) if self._agreement_chosen else self._authenticate(inner)
                    return tlv(0x7C, answer), 0x9000
                case 0x88 if not self.faults.no_aa and not self.faults.no_keys:
                    return self._sign(data), 0x9000
                case _:
                    return b"", 0x6D00
        except Refused as refused:
            return b"", refused.status

    # ---- files ----

    def _select(self, by: int, data: bytes) -> int:
        if by == 0x04:
            if data != _AID or self.faults.no_application:
                return 0x6A82
            self._in_application, self._file = True, b""
            return 0x9000
        if by == 0x00:
            if self.faults.no_mf:
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
            if name == _CARD_SECURITY and self._session is None:
                raise Refused(0x6982)
            return self._master_files[name]
        if self._session is None or name == card_contents.FINGERPRINTS:
            raise Refused(0x6982)
        if name not in self._application_files:
            raise Refused(0x6A82)
        return self._application_files[name]

    def _read(self, p1: int, p2: int, wanted: int) -> tuple[bytes, int]:
        offset = (p1 & 0x7F) << 8 | p2
        if p1 & 0x80:
            if self.faults.no_short_names:
                raise Refused(0x6A86)
            name = _EF_ATR if p1 & 0x1F == 1 and not self._in_application else _BY_SHORT_NAME.get(p1 & 0x1F, 0)
            self._file = self._content(name)
            offset = p2
        if not self._file:
            raise Refused(0x6986)
        if self.faults.short_reads and wanted > self.faults.short_reads:
            raise Refused(0x6700)
        left = len(self._file) - offset
        if left <= 0:
            raise Refused(0x6B00)
        if self.faults.exact_length and self._session is None and left < min(wanted, 256):
            raise Refused(0x6C00 | left)
        status = 0x6282 if self.faults.end_warning and left < wanted else 0x9000
        return self._file[offset : offset + (4 if self.faults.drip else wanted)], status

    # ---- opening ----

    def _mutual(self, data: bytes) -> bytes:
        challenge, self._challenge = self._challenge, b""
        if self.faults.locked:
            raise Refused(0x6983)
        answer, self._session = card_opening.mutual(self._seed, challenge, data)
        return answer

    def _begin_pace(self, p: bytes, data: bytes) -> int:
        fields = objects(data)
        ways = [way for way in self._offered if way.identifier == fields.get(0x80)]
        if p != _PACE or not ways:
            return 0x6A80
        parameter = fields.get(0x84, bytes((ways[0].curve.parameter,)))
        way = next((way for way in ways if bytes((way.curve.parameter,)) == parameter), None)
        match fields.get(0x83):
            case b"\x01" if self.faults.no_pace_mrz:
                return 0x6982
            case (b"\x01" | b"\x02") as reference if way is not None:
                password = self._can if reference == b"\x02" else self._seed
                self._pace = Pace(way, password, self._agreement.secret)
                self._agreement_chosen = False
            case _:
                return 0x6A88
        return 0x63C0 if self.faults.locked else 0x9000

    def _authenticate(self, fields: dict[int, bytes]) -> bytes:
        if self.faults.locked:
            raise Refused(0x6983)
        assert self._pace is not None
        if not fields and self.faults.wrong_can_delay and self._lasting.wrong_tries:
            self.delay_ms = min(_FIRST_DELAY_MS << (self._lasting.wrong_tries - 1), _LONGEST_DELAY_MS)
        try:
            answer, session = self._pace.step(fields)
        except WrongPassword:
            self._lasting.wrong_tries = min(self._lasting.wrong_tries + 1, 10)
            self._pace = None
            raise
        if session is not None:
            self._session, self._pace, self._lasting.wrong_tries = session, None, 0
        return answer

    # ---- proving ----

    def _choose_agreement(self, data: bytes) -> int:
        """MSE:Set AT of chip authentication (§6.2.4.2)."""
        suite = SUITES[self.faults.ca]
        if self._session is None:
            return 0x6982
        if self.faults.no_ca or self.faults.no_keys or not suite.aes:
            return 0x6A80
        if objects(data).get(0x80) != agreement_identifier(suite):
            return 0x6A80
        self._agreement_chosen, self._pace = True, None
        return 0x9000

    def _agree(self, fields: dict[int, bytes]) -> bytes:
        """GENERAL AUTHENTICATE of chip authentication (§6.2.4.2)."""
        self._agreement_chosen = False
        if 0x80 not in fields:
            raise Refused(0x6A80)
        suite = SUITES[self.faults.ca]
        if self.faults.ca_token:
            answer, self._next_session = card_proofs.agreed_with_token(suite, self._agreement, fields[0x80])
            return answer
        self._next_session = card_proofs.agreed(suite, self._agreement, fields[0x80])
        return b""

    def _agree_by_3des(self, data: bytes) -> int:
        """MSE:Set KAT, the whole of chip authentication under 3DES (§6.2.4.1)."""
        suite = SUITES[self.faults.ca]
        if self._session is None:
            return 0x6982
        if self.faults.no_ca or self.faults.no_keys or suite.aes:
            return 0x6A80
        self._next_session = card_proofs.agreed(suite, self._agreement, objects(data).get(0x91, b""))
        return 0x9000

    def _sign(self, challenge: bytes) -> bytes:
        """INTERNAL AUTHENTICATE (§6.1.3)."""
        if self._session is None or not self._in_application:
            raise Refused(0x6982)
        if len(challenge) != _CHALLENGE:
            raise Refused(0x6700)
        kind: Signing = "rsa-sha1" if self.faults.aa == "rsa-sha1" else "rsa"
        return card_proofs.signature(self._signing, challenge, kind)


def _forged(faults: CardFaults, group: int) -> bool:
    """Whether the chip holds the forger's key instead of the one that was issued in this group."""
    return faults.copied or (faults.altered_dg14 if group == 14 else faults.altered_dg15)
