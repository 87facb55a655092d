"""The chip's ciphers, written from ICAO 9303-11 anew and not from our reader: one `Suite` per algorithm of its OIDs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC


class Refused(Exception):
    """What the other side sent does not hold. The argument is the status word to answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher with its MAC and key derivation. `number` is the last octet of the object identifiers (§9.2)."""

    name: str
    number: int
    key_size: int

    @property
    def aes(self) -> bool:
        return self.number > 1

    @property
    def block(self) -> int:
        return 16 if self.aes else 8

    def key(self, secret: bytes, counter: int) -> bytes:
        """A key for one purpose (§9.7.1): 1 encryption, 2 MAC, 3 password."""
        digest = hashlib.sha256 if self.key_size > 16 else hashlib.sha1
        return digest(secret + counter.to_bytes(4, "big")).digest()[: self.key_size]

    def crypt(self, key: bytes, data: bytes, iv: bytes | None = None, *, encrypt: bool) -> bytes:
        """CBC over whole blocks; the initial vector is zero unless given."""
        algorithm = algorithms.AES(key) if self.aes else TripleDES(key + key[:8])
        cipher = Cipher(algorithm, modes.CBC(iv or bytes(self.block)))
        run = cipher.encryptor() if encrypt else cipher.decryptor()
        return run.update(data) + run.finalize()

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Eight octets; padding is the MAC's own business (§4.4.3.4)."""
        if not self.aes:
            return retail_mac(key, data)
        mac = CMAC(algorithms.AES(key))
        mac.update(data)
        return mac.finalize()[:8]


SUITES = {
    suite.name: suite
    for suite in (Suite("3des", 1, 16), Suite("aes128", 2, 16), Suite("aes192", 3, 24), Suite("aes256", 4, 32))
}


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
    return padded + bytes(-len(padded) % block)


def iso_unpad(data: bytes) -> bytes:
    at = data.rfind(b"\x80")
    if at < 0 or any(data[at + 1 :]):
        raise Refused(0x6988)
    return data[:at]


def tlv(tag: int, *parts: bytes) -> bytes:
    """One data object in DER."""
    value = b"".join(parts)
    count = len(value)
    octets = (count.bit_length() + 7) // 8
    size = bytes([count]) if count < 0x80 else bytes([0x80 | octets]) + count.to_bytes(octets, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + size + value


def objects(data: bytes) -> dict[int, bytes]:
    """The data objects of a command's data field by tag; what is cut off ends the list."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 1 < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size == 0x81 and at < len(data):
            size, at = data[at], at + 1
        found[tag] = data[at : at + size]
        at += size
    return found
