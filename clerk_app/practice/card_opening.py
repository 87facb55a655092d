"""How a practice card's chip lets itself be opened: BAC (ICAO 9303-11 §4.3) and PACE with its three mappings (§4.4)."""

from __future__ import annotations

import secrets

from clerk_app.practice.card_crypto import SUITES, Refused, Suite, retail_mac, tlv
from clerk_app.practice.card_curves import XY, Curve
from clerk_app.practice.card_messaging import Session
from clerk_app.practice.card_variants import PaceVariant

_FOR_PASSWORD = 3
_LONG_NONCE = 32
_CONSTANTS = {
    # §4.4.3.3.2: c0 and c1 by the length of the nonce.
    16: (bytes.fromhex("a668892a7c41e3ca739f40b057d85904"), bytes.fromhex("a4e136ac725f738b01c1f60217c188ad")),
    32: (
        bytes.fromhex("d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676"),
        bytes.fromhex("54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517"),
    ),
}


class WrongPassword(Refused):
    """The other side did not know what opens the chip (6300)."""

    def __init__(self) -> None:
        super().__init__(0x6300)


def mutual(seed: bytes, challenge: bytes, data: bytes) -> tuple[bytes, Session]:
    """MUTUAL AUTHENTICATE of BAC: the answer and the session. Raises `WrongPassword`."""
    suite = SUITES["3des"]
    enc, mac = suite.key(seed[:16], 1), suite.key(seed[:16], 2)
    if len(data) != 40 or retail_mac(mac, data[:32]) != data[32:]:
        raise WrongPassword
    plain = suite.crypt(enc, data[:32], encrypt=False)
    if plain[8:16] != challenge:
        raise WrongPassword
    mine = secrets.token_bytes(16)
    reply = suite.crypt(enc, challenge + plain[:8] + mine, encrypt=True)
    secret = bytes(a ^ b for a, b in zip(plain[16:], mine, strict=True))
    return reply + retail_mac(mac, reply), Session(suite, secret, challenge[4:] + plain[4:8])


class Pace:
    """One run of PACE. `chip_secret` is the key of chip authentication, for the mapping that proves it."""

    def __init__(self, variant: PaceVariant, password: bytes, chip_secret: int) -> None:
        self._variant = variant
        self._password = password
        self._chip_secret = chip_secret
        self._nonce = b""
        self._map_secret = 0
        self._generator: XY | None = None
        self._pending: Session | None = None
        self._keys: tuple[XY, XY] | None = None

    def step(self, fields: dict[int, bytes]) -> tuple[bytes, Session | None]:
        """The dynamic authentication data to answer with; the session when the last step held. Raises `Refused`."""
        if not fields:
            return self._seal_nonce(), None
        if 0x81 in fields and self._nonce:
            return self._map(fields[0x81]), None
        if 0x83 in fields and self._generator is not None:
            return self._agree(fields[0x83], self._generator), None
        if 0x85 in fields and self._pending is not None and self._keys is not None:
            return self._prove(fields[0x85], self._pending, *self._keys)
        raise Refused(0x6A80)

    def _seal_nonce(self) -> bytes:
        suite = self._variant.suite
        long = self._variant.mapping == "im" and suite.key_size > 16
        self._nonce = secrets.token_bytes(_LONG_NONCE if long else 16)
        return tlv(0x80, suite.crypt(suite.key(self._password, _FOR_PASSWORD), self._nonce, encrypt=True))

    def _map(self, data: bytes) -> bytes:
        curve, suite = self._variant.curve, self._variant.suite
        if self._variant.mapping == "im":
            if len(data) != suite.key_size:
                raise Refused(0x6A80)
            self._generator = curve.encoded(pseudo_random(suite, curve, self._nonce, data))
            return tlv(0x82)
        theirs = curve.undump(data)
        self._map_secret = curve.fresh_scalar()
        shared = curve.times(self._map_secret, theirs)
        nonce = curve.base_times(int.from_bytes(self._nonce, "big"))
        self._generator = curve.add(nonce, shared)
        return tlv(0x82, curve.dump(curve.base_times(self._map_secret)))

    def _agree(self, data: bytes, generator: XY) -> bytes:
        curve = self._variant.curve
        theirs = curve.undump(data)
        k = curve.fresh_scalar()
        mine = curve.times(k, generator)
        self._pending = Session(self._variant.suite, curve.agree(k, theirs))
        self._keys = (mine, theirs)
        return tlv(0x84, curve.dump(mine))

    def _prove(self, token: bytes, session: Session, mine: XY, theirs: XY) -> tuple[bytes, Session]:
        self._pending = None
        if session.token(self._token_input(mine)) != token:
            raise WrongPassword
        answer = tlv(0x86, session.token(self._token_input(theirs)))
        if self._variant.mapping == "cam":
            # §4.4.3.5.1: the mapping key as seen from the static key; only who holds that one can say it.
            order = self._variant.curve.n
            proof = pow(self._chip_secret, -1, order) * self._map_secret % order
            answer += tlv(0x8A, session.seal(proof.to_bytes(self._variant.curve.size, "big")))
        return answer, session

    def _token_input(self, public: XY) -> bytes:
        return token_input(self._variant.identifier, self._variant.curve, public)


def token_input(identifier: bytes, curve: Curve, public: XY) -> bytes:
    """The public key data object that authentication tokens cover (§9.4.5)."""
    return tlv(0x7F49, tlv(0x06, identifier), tlv(0x86, curve.dump(public)))


def pseudo_random(suite: Suite, curve: Curve, s: bytes, t: bytes) -> int:
    """Rp(s, t) of integrated mapping: a field element from both nonces (§4.4.3.3.2, figure 2)."""
    c0, c1 = _CONSTANTS[len(s)]
    key = suite.crypt(t, s, encrypt=True)[: suite.key_size]
    octets = b""
    while 8 * len(octets) < curve.p.bit_length() + 64:
        octets += suite.crypt(key, c1, encrypt=True)
        key = suite.crypt(key, c0, encrypt=True)[: suite.key_size]
    return int.from_bytes(octets, "big") % curve.p
