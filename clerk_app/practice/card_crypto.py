"""The chip's side of PACE, BAC and secure messaging, written from ICAO 9303-11 anew and not from our reader.

Points are multiplied by OpenSSL: it gives only the x of k·P, so y is computed from the curve and its sign decided by
comparing (k+1)·P with k·P + P.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

# brainpoolP256r1, RFC 5639 §3.4; the only curve of the citizen card's EF.CardAccess.
_P = 0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377
_A = 0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9
_B = 0x26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6
_N = 0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7
_CURVE = ec.BrainpoolP256R1()

XY = tuple[int, int]


class Refused(Exception):
    """What the other side sent does not hold. The argument is the status word to answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


def fresh_scalar() -> int:
    return secrets.randbelow(_N - 2) + 1


def base_times(k: int) -> XY:
    """k·G."""
    numbers = ec.derive_private_key(k, _CURVE).public_key().public_numbers()
    return numbers.x, numbers.y


def times(k: int, point: XY) -> XY:
    """k·P, with both coordinates."""
    x = _x_of_times(k, point)
    y = pow((x**3 + _A * x + _B) % _P, (_P + 1) // 4, _P)
    if add((x, y), point)[0] != _x_of_times(k + 1, point):
        y = _P - y
    return x, y


def add(one: XY, other: XY) -> XY:
    """The sum of two different points that are not each other's negative."""
    if one[0] == other[0]:
        raise Refused(0x6A80)
    slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P) % _P
    x = (slope * slope - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


def agree(k: int, point: XY) -> bytes:
    """The shared secret: x of k·P."""
    return _x_of_times(k, point).to_bytes(32, "big")


def _x_of_times(k: int, point: XY) -> int:
    try:
        public = ec.EllipticCurvePublicNumbers(*point, _CURVE).public_key()
        return int.from_bytes(ec.derive_private_key(k, _CURVE).exchange(ec.ECDH(), public), "big")
    except ValueError as wrong:
        raise Refused(0x6A80) from wrong


def dump(point: XY) -> bytes:
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def undump(data: bytes) -> XY:
    if len(data) != 65 or data[0] != 4:
        raise Refused(0x6A80)
    return int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")


def kdf(secret: bytes, counter: int) -> bytes:
    """A 16-octet key for one purpose (§9.7.1)."""
    return hashlib.sha1(secret + bytes([0, 0, 0, counter])).digest()[:16]


def aes_cbc(key: bytes, data: bytes, iv: bytes, *, encrypt: bool) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv))
    run = cipher.encryptor() if encrypt else cipher.decryptor()
    return run.update(data) + run.finalize()


def des3_cbc(key: bytes, data: bytes, *, encrypt: bool) -> bytes:
    cipher = Cipher(TripleDES(key + key[:8]), modes.CBC(bytes(8)))
    run = cipher.encryptor() if encrypt else cipher.decryptor()
    return run.update(data) + run.finalize()


def aes_mac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(data)
    return mac.finalize()[:8]


def retail_mac(key: bytes, data: bytes) -> bytes:
    """ISO 9797-1 algorithm 3 over padded data: single DES along the chain, both keys at its end."""
    one, two = key[:8] * 3, key[8:] * 3
    state = bytes(8)
    padded = iso_pad(data, 8)

    def des(triple: bytes, block: bytes, *, encrypt: bool) -> bytes:
        cipher = Cipher(TripleDES(triple), modes.ECB())
        run = cipher.encryptor() if encrypt else cipher.decryptor()
        return run.update(block) + run.finalize()

    for at in range(0, len(padded), 8):
        state = des(one, bytes(a ^ b for a, b in zip(state, padded[at : at + 8], strict=True)), encrypt=True)
    return des(one, des(two, state, encrypt=False), encrypt=True)


def iso_pad(data: bytes, block: int) -> bytes:
    padded = data + b"\x80"
    while len(padded) % block:
        padded += b"\x00"
    return padded


def iso_unpad(data: bytes) -> bytes:
    at = data.rfind(b"\x80")
    if at < 0 or any(data[at + 1 :]):
        raise Refused(0x6988)
    return data[:at]


class Session:
    """Secure messaging from the chip's side."""

    def __init__(self, secret: bytes, *, aes: bool, counter: bytes = b"") -> None:
        self._aes = aes
        self._block = 16 if aes else 8
        self._enc, self._mac_key = kdf(secret, 1), kdf(secret, 2)
        self._ssc = int.from_bytes(counter, "big")

    def unwrap(self, header: bytes, body: bytes) -> tuple[bytes, int | None]:
        """(plain data, octets wanted) of a protected command. Raises `Refused` when its MAC does not hold."""
        self._step()
        data = b""
        wanted: int | None = None
        mac = b""
        covered = b""
        at = 0
        while at < len(body):
            tag, start, size = _header(body, at)
            value = body[start : start + size]
            if len(value) != size:
                raise Refused(0x6988)
            if tag == 0x8E:
                mac = value
            else:
                covered += body[at : start + size]
            if tag == 0x87:
                data = value
            elif tag == 0x97:
                wanted = int.from_bytes(value, "big") or (256 if size == 1 else 65536)
            at = start + size
        if not mac:
            raise Refused(0x6987)
        if self._mac(iso_pad(header, self._block) + covered) != mac:
            raise Refused(0x6988)
        return (iso_unpad(self._crypt(data[1:], encrypt=False)) if data else b""), wanted

    def wrap(self, data: bytes, status: int) -> bytes:
        """The protected answer, status word included."""
        self._step()
        body = b""
        if data:
            cipher = b"\x01" + self._crypt(iso_pad(data, self._block), encrypt=True)
            body += b"\x87" + _length(len(cipher)) + cipher
        body += b"\x99\x02" + status.to_bytes(2, "big")
        return body + b"\x8e\x08" + self._mac(body) + status.to_bytes(2, "big")

    def mac(self, data: bytes) -> bytes:
        """A PACE token: the MAC without counter or padding."""
        return aes_mac(self._mac_key, data)

    def _mac(self, data: bytes) -> bytes:
        counted = self._ssc.to_bytes(self._block, "big") + data
        return aes_mac(self._mac_key, iso_pad(counted, 16)) if self._aes else retail_mac(self._mac_key, counted)

    def _crypt(self, data: bytes, *, encrypt: bool) -> bytes:
        if not data or len(data) % self._block:
            raise Refused(0x6988)
        if self._aes:
            iv = aes_cbc(self._enc, self._ssc.to_bytes(16, "big"), bytes(16), encrypt=True)
            return aes_cbc(self._enc, data, iv, encrypt=encrypt)
        return des3_cbc(self._enc, data, encrypt=encrypt)

    def _step(self) -> None:
        self._ssc = (self._ssc + 1) % 256**self._block


def _header(body: bytes, at: int) -> tuple[int, int, int]:
    try:
        tag, size, at = body[at], body[at + 1], at + 2
        if size > 0x80:
            count = size - 0x80
            size, at = int.from_bytes(body[at : at + count], "big"), at + count
    except IndexError:
        raise Refused(0x6988) from None
    return tag, at, size


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    return bytes([0x81, size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")
