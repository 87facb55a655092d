"""A chip that proves itself, for tests of the reader: libeac does its PACE, chip authentication and secure messaging.

Where libeac cannot (integrated and chip authentication mapping), the mapping is checked elsewhere against the worked
examples of the standard, and this chip does the other half with the same arithmetic.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from clerk_app.devices.emrtd import mappings, pace, tlv
from clerk_app.devices.emrtd.ciphers import FOR_PASSWORD, SessionKeys, pad, unpad
from clerk_app.devices.emrtd.curves import CURVES, Point
from tests.peers import issuer, openpace

CAN = b"012345"
_AID = bytes.fromhex("A0000002471001")
_SHORT_NAMES = {0x1C: 0x011C, 0x1D: 0x011D, 0x1E: 0x011E} | {number: 0x0100 + number for number in range(1, 17)}


class Refused(Exception):
    """What the reader sent does not hold; the status word to answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


class Session(Protocol):
    """The chip's half of secure messaging, below the objects."""

    block: int

    def count(self) -> None: ...
    def encrypt(self, padded: bytes) -> bytes: ...
    def decrypt(self, cryptogram: bytes) -> bytes: ...
    def mac(self, padded: bytes) -> bytes: ...


class OpenPaceSession:
    """Secure messaging by libeac."""

    def __init__(self, party: openpace.Party, block: int) -> None:
        self.block = block
        self.count, self.encrypt, self.decrypt, self.mac = party.count, party.encrypt, party.decrypt, party.mac


class OwnSession:
    """Secure messaging under keys that libeac did not make."""

    def __init__(self, keys: SessionKeys) -> None:
        self._keys, self._suite, self.block = keys, keys.suite, keys.suite.block
        self._counter = int.from_bytes(keys.counter, "big")

    def count(self) -> None:
        self._counter += 1

    def encrypt(self, padded: bytes) -> bytes:
        return self._suite.encrypt(self._keys.encryption, padded, self._vector())

    def decrypt(self, cryptogram: bytes) -> bytes:
        return self._suite.decrypt(self._keys.encryption, cryptogram, self._vector())

    def mac(self, padded: bytes) -> bytes:
        # The retail MAC of 3DES pads by itself.
        return self._suite.mac(self._keys.mac, self._octets() + (padded if self._suite.aes else unpad(padded)))

    def _octets(self) -> bytes:
        return self._counter.to_bytes(self.block, "big")

    def _vector(self) -> bytes | None:
        return self._suite.encrypt(self._keys.encryption, self._octets()) if self._suite.aes else None


class ProvingChip:
    """Answers command APDUs. Faults by word: see `_fault`; `longest` is how long its answers may be."""

    def __init__(self, issued: issuer.Issued, *faults: str, longest: int = 256) -> None:
        self._issued = issued
        self._faults = faults
        self._longest = longest
        self.commands: list[bytes] = []
        self.files = {0x0100 + number: content for number, content in issued.groups.items()}
        self.files[0x011D] = issued.sod
        self.files[0x011E] = tlv.encode(0x60, tlv.encode(0x5F01, b"0107") + tlv.encode(0x5C, b"\x61\x75\x6d\x6e\x6f"))
        self.card_access = issued.card_access
        self._selected_application = False
        self._file = b""
        self._session: Session | None = None
        self._next: Session | None = None
        self._pace: _GenericPace | _OwnPace | None = None
        self._agreeing = b""
        self._held_back = b""

    def break_off(self) -> None:
        """Forget the protected conversation."""
        self._session = None

    def _fault(self, name: str) -> bool:
        return name in self._faults

    def __call__(self, command: bytes) -> bytes:
        self.commands.append(command)
        if self._fault("no-extended") and len(command) > 5 and command[4] == 0:
            self._session = None
            return b"\x67\x00"
        header, data = command[:4], _data_of(command)
        if header[1] == 0xC0:
            return self._first_part(self._held_back)
        if not header[0] & 0x0C:
            self._session = None
            return self._obeyed(header, data, _wanted(command))
        if self._session is None:
            return b"\x69\x88"
        session = self._session
        try:
            plain, wanted = _unwrap(session, header, data)
        except Refused as refused:
            self._session = None
            return refused.status.to_bytes(2, "big")
        answer = self._obeyed(header, plain, wanted)
        if self._fault("ca-breaks") and header[1:2] == b"\x86":
            self._session = self._next = None
            return b"\x6f\x00"
        wrapped = self._first_part(_wrap(session, answer[:-2], answer[-2:]))
        if self._next is not None:
            self._session, self._next = self._next, None
        return wrapped

    def _first_part(self, answer: bytes) -> bytes:
        """What fits into a short answer; the rest waits for GET RESPONSE."""
        if not self._fault("in-parts") or len(answer) <= 258:
            return answer
        self._held_back = answer[256:]
        return answer[:256] + b"\x61\x00"

    def _obeyed(self, header: bytes, data: bytes, wanted: int) -> bytes:
        try:
            return self._obey(header, data, wanted) + b"\x90\x00"
        except Refused as refused:
            return refused.status.to_bytes(2, "big")
        except (openpace.Failed, pace.Malformed):
            return b"\x63\x00"

    def _obey(self, header: bytes, data: bytes, wanted: int) -> bytes:
        protected = bool(header[0] & 0x0C)
        match header[1], header[2], header[3]:
            case 0xA4, by, _:
                self._select(by, data)
                return b""
            case 0xB0, p1, p2:
                return self._read(p1, p2, wanted)
            case 0x22, 0xC1, 0xA4:
                self._pace = self._begin(dict(tlv.objects(data)))
                return b""
            case 0x22, 0x41, 0xA4 if protected:
                self._refuse_chip_authentication()
                self._agreeing = dict(tlv.objects(data))[0x80]
                return b""
            case 0x22, 0x41, 0xA6 if protected:
                self._refuse_chip_authentication()
                if self._fault("no-kat"):
                    raise Refused(0x6A81)
                self._agree(dict(tlv.objects(data))[0x91], 1)
                return b""
            case 0x86, _, _ if protected and self._agreeing:
                return tlv.encode(0x7C, self._agree(dict(tlv.objects(tlv.first(data, 0x7C)))[0x80], self._agreeing[9]))
            case 0x86, _, _ if self._pace is not None:
                return tlv.encode(0x7C, self._step(self._pace, list(tlv.objects(tlv.first(data, 0x7C)))))
            case 0x88, _, _ if protected and self._issued.signing_key is not None:
                return self._sign(data, wanted)
            case _:
                raise Refused(0x6D00)

    # ---- files ----

    def _select(self, by: int, data: bytes) -> None:
        if by == 0x04 and data == _AID:
            self._selected_application = True
        elif by == 0x00 and data == b"\x3f\x00":
            self._selected_application = False
        elif by == 0x02:
            self._file = self._content(int.from_bytes(data, "big"))
        else:
            raise Refused(0x6A82)

    def _content(self, name: int) -> bytes:
        if not self._selected_application:
            extended = tlv.encode(0x7F66, b"\x02\x02\x04\x00\x02\x02" + self._longest.to_bytes(2, "big"))
            here = {} if self._fault("no-card-access") else {0x011C: self.card_access}
            here |= {0x2F01: extended} if self._longest > 256 else {}
        elif self._session is None:
            raise Refused(0x6982)
        else:
            here = self.files
        if name not in here:
            raise Refused(0x6A82)
        return here[name]

    def _read(self, p1: int, p2: int, wanted: int) -> bytes:
        offset = p1 << 8 | p2
        if p1 & 0x80:
            name = 0x2F01 if p1 & 0x1F == 1 and not self._selected_application else _SHORT_NAMES[p1 & 0x1F]
            self._file, offset = self._content(name), p2
        return self._file[offset : offset + wanted]

    # ---- PACE ----

    def _begin(self, choice: dict[int, bytes]) -> _GenericPace | _OwnPace:
        way = (choice[0x80][8], choice[0x80][9], choice[0x84][0])
        if issuer.pace_info(way) not in self._issued.card_access:
            raise Refused(0x6A80)
        if choice[0x83] != b"\x02":
            raise Refused(0x6982)
        if way[0] == 2:
            return _GenericPace(way)
        return _OwnPace(way, self._issued.chip_key + self._fault("wrong-cam-key"))

    def _step(self, party: _GenericPace | _OwnPace, objects: list[tuple[int, bytes]]) -> bytes:
        if not objects:
            return tlv.encode(0x80, party.nonce())
        tag, value = objects[0]
        if tag == 0x81:
            return tlv.encode(0x82, party.map(value))
        if tag == 0x83:
            return tlv.encode(0x84, party.agree(value))
        token, proof = party.finish(value)
        self._session = party.session()
        return tlv.encode(0x86, token) + (tlv.encode(0x8A, proof) if proof else b"")

    # ---- proofs ----

    def _refuse_chip_authentication(self) -> None:
        if self._fault("no-ca"):
            raise Refused(0x6A80)

    def _agree(self, theirs: bytes, suite: int) -> bytes:
        party = openpace.Party(self._issued.chip_infos)
        curve = CURVES[self._issued.parameter]
        scalar = self._issued.chip_key + self._fault("copied")
        private = scalar.to_bytes(curve.size, "big")
        party.set_chip_key(private, curve.encode(curve.times_generator(scalar)))
        party.agree_with_chip_key(theirs)
        answer = b""
        if self._fault("version-2"):
            nonce, token = party.confirm(theirs)
            answer = tlv.encode(0x81, nonce) + tlv.encode(0x82, token)
        party.begin("chip authentication")
        self._next = OpenPaceSession(party, 8 if suite == 1 else 16)
        self._agreeing = b""
        return answer

    def _sign(self, challenge: bytes, wanted: int) -> bytes:
        key = self._issued.signing_key
        if self._fault("no-aa"):
            raise Refused(0x6D00)
        if self._fault("copied"):
            challenge = bytes(8)
        if isinstance(key, rsa.RSAPrivateKey):
            signature = _recoverable(key, challenge)
        else:
            assert key is not None
            r, s = decode_dss_signature(key.sign(challenge, ec.ECDSA(hashes.SHA256())))
            size = (key.curve.key_size + 7) // 8
            signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if not self._fault("in-parts") and (len(signature) > wanted or (len(signature) > 224 and wanted <= 256)):
            raise Refused(0x6700)
        return signature


class _GenericPace:
    """The chip's half of PACE with generic mapping, by libeac."""

    def __init__(self, way: issuer.PaceWay) -> None:
        self._party = openpace.Party(issuer.security_infos(issuer.pace_info(way)))
        self._block = 8 if way[1] == 1 else 16
        self._theirs = b""

    def nonce(self) -> bytes:
        return self._party.encrypted_nonce(CAN, openpace.CAN)

    def map(self, theirs: bytes) -> bytes:
        mine = self._party.mapping_data()
        self._party.map_generator(theirs)
        return mine

    def agree(self, theirs: bytes) -> bytes:
        mine = self._party.ephemeral_key()
        self._party.agree(theirs)
        self._theirs = theirs
        return mine

    def finish(self, token: bytes) -> tuple[bytes, bytes]:
        if not self._party.verifies(token):
            raise Refused(0x6300)
        return self._party.token(self._theirs), b""

    def session(self) -> Session:
        self._party.begin("pace")
        return OpenPaceSession(self._party, self._block)


class _OwnPace:
    """The chip's half of PACE with integrated or chip authentication mapping."""

    def __init__(self, way: issuer.PaceWay, chip_key: int) -> None:
        self._variant = pace.Variant(issuer.BSI + bytes((4, way[0], way[1])), way[2])
        self._curve, self._suite = self._variant.curve, self._variant.suite
        self._nonce = secrets.token_bytes(32 if self._suite.key_size > 16 else 16)
        self._chip_key = chip_key
        self._mapping = secrets.randbelow(self._curve.n - 1) + 1
        self._generator: Point = self._curve.generator
        self._mine = self._theirs = self._curve.generator
        self._keys: SessionKeys | None = None

    def nonce(self) -> bytes:
        return self._suite.encrypt(self._suite.derive(CAN, FOR_PASSWORD), self._nonce)

    def map(self, theirs: bytes) -> bytes:
        if self._variant.mapping == "integrated":
            self._generator = mappings.integrated(self._curve, self._suite, self._nonce, theirs)
            return b""
        shared = self._curve.times(self._mapping, self._curve.decode(theirs))
        self._generator = mappings.generic(self._curve, self._nonce, shared)
        return self._curve.encode(self._curve.times_generator(self._mapping))

    def agree(self, theirs: bytes) -> bytes:
        secret = secrets.randbelow(self._curve.n - 1) + 1
        self._mine, self._theirs = self._curve.times(secret, self._generator), self._curve.decode(theirs)
        self._keys = SessionKeys.of(self._suite, self._curve.shared_secret(secret, self._theirs))
        return self._curve.encode(self._mine)

    def finish(self, token: bytes) -> tuple[bytes, bytes]:
        assert self._keys is not None
        if token != self._token(self._mine):
            raise Refused(0x6300)
        proof = b""
        if self._variant.mapping == "chip":
            factor = self._mapping * pow(self._chip_key, -1, self._curve.n) % self._curve.n
            vector = self._suite.encrypt(self._keys.encryption, b"\xff" * 16)
            padded = pad(factor.to_bytes(self._curve.size, "big"), 16)
            proof = self._suite.encrypt(self._keys.encryption, padded, vector)
        return self._token(self._theirs), proof

    def session(self) -> Session:
        assert self._keys is not None
        return OwnSession(self._keys)

    def _token(self, public: Point) -> bytes:
        assert self._keys is not None
        content = tlv.encode(0x06, self._variant.identifier) + tlv.encode(0x86, self._curve.encode(public))
        return self._suite.mac(self._keys.mac, tlv.encode(0x7F49, content))


def _recoverable(key: rsa.RSAPrivateKey, challenge: bytes) -> bytes:
    """A signature of ISO/IEC 9796-2 scheme 1 with SHA-256."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    size = (modulus.bit_length() + 7) // 8
    recovered = secrets.token_bytes(size - 1 - 32 - 2)
    message = b"\x6a" + recovered + hashlib.sha256(recovered + challenge).digest() + b"\x34\xcc"
    return pow(int.from_bytes(message, "big"), numbers.d, modulus).to_bytes(size, "big")


def _data_of(command: bytes) -> bytes:
    if len(command) <= 5:
        return b""
    if command[4]:
        return command[5 : 5 + command[4]]
    size = int.from_bytes(command[5:7], "big")
    return command[7 : 7 + size] if len(command) > 7 else b""


def _wanted(command: bytes) -> int:
    if len(command) == 5:
        return command[4] or 256
    return 256


def _unwrap(session: Session, header: bytes, data: bytes) -> tuple[bytes, int]:
    session.count()
    objects = list(tlv.objects(data))
    signed = b"".join(tlv.encode(tag, value) for tag, value in objects if tag != 0x8E)
    whole = pad(header, session.block) + (pad(signed, session.block) if signed else b"")
    found = dict(objects)
    if session.mac(whole) != found.get(0x8E):
        raise Refused(0x6988)
    plain = unpad(session.decrypt(found[0x87][1:])) if 0x87 in found else b""
    wanted = found.get(0x97, b"")
    return plain, int.from_bytes(wanted, "big") or (256 if len(wanted) == 1 else 65536)


def _wrap(session: Session, data: bytes, status: bytes) -> bytes:
    session.count()
    sealed = tlv.encode(0x87, b"\x01" + session.encrypt(pad(data, session.block))) if data else b""
    body = sealed + tlv.encode(0x99, status)
    return body + tlv.encode(0x8E, session.mac(pad(body, session.block))) + status
