"""Keys and ciphers of the chip's conversation: key derivation, CBC, and the two MACs (ICAO 9303-11 §9.7, §9.8)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import cmac
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from clerk_app.devices.emrtd.apdu import Malformed

FOR_ENCRYPTION, FOR_MAC, FOR_PASSWORD = 1, 2, 3
"""The counters of the key derivation function."""


class Dice(Protocol):
    """Where fresh secrets come from; the worked examples of the standard bring their own."""

    def octets(self, count: int) -> bytes: ...

    def scalar(self, below: int) -> int:
        """A number from 1 to `below` − 1."""
        ...


class SystemDice:
    """Fresh secrets from the operating system."""

    def octets(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def scalar(self, below: int) -> int:
        return secrets.randbelow(below - 1) + 1


@dataclass(frozen=True, slots=True)
class Suite:
    """A cipher with its key length in octets: two-key 3DES, or AES with 128, 192 or 256 bits."""

    aes: bool
    key_size: int

    @property
    def block(self) -> int:
        return 16 if self.aes else 8

    def derive(self, secret: bytes, counter: int) -> bytes:
        """The key for one purpose (§9.7.1). Parity bits of DES keys are left alone: no cipher here looks at them."""
        digest = hashlib.sha1 if self.key_size == 16 else hashlib.sha256
        return digest(secret + counter.to_bytes(4, "big")).digest()[: self.key_size]

    def encrypt(self, key: bytes, data: bytes, iv: bytes | None = None) -> bytes:
        """CBC over whole blocks; the initial vector is zero unless given."""
        return self._run(self._cipher(key, iv).encryptor(), data)

    def decrypt(self, key: bytes, data: bytes, iv: bytes | None = None) -> bytes:
        """CBC over whole blocks. Raises `Malformed` when the data are not whole blocks."""
        if not data or len(data) % self.block:
            raise Malformed("ciphertext length")
        return self._run(self._cipher(key, iv).decryptor(), data)

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Eight octets over `data`: CMAC under AES (§9.8.7), the retail MAC over padded data under 3DES (§9.8.6)."""
        if self.aes:
            state = cmac.CMAC(AES(key))
            state.update(data)
            return state.finalize()[:8]
        left, right = key[:8], key[8:16]
        zero = bytes(8)
        last = self._run(Cipher(TripleDES(left * 3), modes.CBC(zero)).encryptor(), pad(data, 8))[-8:]
        middle = self._run(Cipher(TripleDES(right * 3), modes.CBC(zero)).decryptor(), last)
        return self._run(Cipher(TripleDES(left * 3), modes.CBC(zero)).encryptor(), middle)

    def algorithm(self, key: bytes) -> AES | TripleDES:
        """The block cipher under one key."""
        return AES(key) if self.aes else TripleDES(key + key[:8])

    def _cipher(self, key: bytes, iv: bytes | None) -> Cipher[modes.CBC]:
        return Cipher(self.algorithm(key), modes.CBC(iv or bytes(self.block)))

    @staticmethod
    def _run(context: CipherContext, data: bytes) -> bytes:
        return context.update(data) + context.finalize()


TRIPLE_DES = Suite(aes=False, key_size=16)
AES_128 = Suite(aes=True, key_size=16)
AES_192 = Suite(aes=True, key_size=24)
AES_256 = Suite(aes=True, key_size=32)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What PACE or BAC agreed on. `counter` is the send sequence counter, a block long."""

    suite: Suite
    encryption: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    counter: bytes = field(repr=False)

    @classmethod
    def of(cls, suite: Suite, secret: bytes, counter: bytes | None = None) -> SessionKeys:
        """Both keys derived from a shared secret; the counter starts at zero unless given."""
        return cls(
            suite,
            suite.derive(secret, FOR_ENCRYPTION),
            suite.derive(secret, FOR_MAC),
            counter or bytes(suite.block),
        )


class KeyedSuite:
    """The ciphers of one protected conversation, keyed once: a reading turns them for every command and answer."""

    def __init__(self, keys: SessionKeys) -> None:
        self.suite = keys.suite
        self._keys = keys
        zero = bytes(self.suite.block)
        algorithm = self.suite.algorithm(keys.encryption)
        self._decryptor = Cipher(algorithm, modes.CBC(zero)).decryptor()
        self._zero = zero
        self._vectors = Cipher(algorithm, modes.ECB()).encryptor() if self.suite.aes else None
        self._mac = cmac.CMAC(AES(keys.mac)) if self.suite.aes else None

    def encrypt(self, data: bytes, ssc: bytes) -> bytes:
        """CBC over whole blocks under the counter `ssc`."""
        return self.suite.encrypt(self._keys.encryption, data, self._vector(ssc))

    def decrypt(self, data: bytes, ssc: bytes) -> bytes:
        """CBC over whole blocks under the counter `ssc`. Raises `Malformed` when the data are not whole blocks."""
        block = self.suite.block
        if not data or len(data) % block:
            raise Malformed("ciphertext length")
        # In CBC the vector is the ciphertext before the first block: fed as one, it opens to noise and sets the next.
        return self._decryptor.update(self._vector(ssc) + data)[block:]

    def mac(self, signed: bytes) -> bytes:
        """Eight octets over the padded data; the retail MAC of 3DES pads by itself."""
        if self._mac is None:
            return self.suite.mac(self._keys.mac, signed)
        state = self._mac.copy()
        state.update(pad(signed, self.suite.block))
        return state.finalize()[:8]

    def _vector(self, ssc: bytes) -> bytes:
        """Under AES the initial vector is the encrypted counter (§9.8.7.1), under 3DES it is zero (§9.8.6.1)."""
        return self._zero if self._vectors is None else self._vectors.update(ssc)


def pad(data: bytes, block: int) -> bytes:
    """Padding method 2 of ISO 9797-1: one bit, then zeros."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def unpad(data: bytes) -> bytes:
    """The data before the padding. Raises `Malformed` when there is none."""
    stripped = data.rstrip(b"\0")
    if not stripped.endswith(b"\x80"):
        raise Malformed("padding")
    return stripped[:-1]
