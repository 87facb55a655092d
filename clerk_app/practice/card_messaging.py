"""Secure messaging from the chip's side (ICAO 9303-11 §9.8)."""

from __future__ import annotations

from clerk_app.practice.card_crypto import Refused, Suite, iso_pad, iso_unpad, tlv


class Session:
    """One protected conversation: keys and the counter of messages."""

    def __init__(self, suite: Suite, secret: bytes, counter: bytes = b"") -> None:
        self.suite = suite
        self._enc, self._mac_key = suite.key(secret, 1), suite.key(secret, 2)
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
        if self._mac(iso_pad(header, self.suite.block) + covered) != mac:
            raise Refused(0x6988)
        return (iso_unpad(self._crypt(data[1:], encrypt=False)) if data else b""), wanted

    def wrap(self, data: bytes, status: int) -> bytes:
        """The protected answer, status word included."""
        self._step()
        body = b""
        if data:
            body += tlv(0x87, b"\x01", self._crypt(iso_pad(data, self.suite.block), encrypt=True))
        body += tlv(0x99, status.to_bytes(2, "big"))
        return body + tlv(0x8E, self._mac(body)) + status.to_bytes(2, "big")

    def token(self, data: bytes) -> bytes:
        """An authentication token: the MAC without counter (§4.4.3.4)."""
        return self.suite.mac(self._mac_key, data)

    def seal(self, data: bytes) -> bytes:
        """Encrypted chip authentication data: the initial vector is the encrypted minus one (§4.4.3.5.4)."""
        vector = self.suite.crypt(self._enc, b"\xff" * self.suite.block, encrypt=True)
        return self.suite.crypt(self._enc, iso_pad(data, self.suite.block), vector, encrypt=True)

    def _mac(self, data: bytes) -> bytes:
        counted = self._ssc.to_bytes(self.suite.block, "big") + data
        return self.suite.mac(self._mac_key, iso_pad(counted, 16) if self.suite.aes else counted)

    def _crypt(self, data: bytes, *, encrypt: bool) -> bytes:
        if not data or len(data) % self.suite.block:
            raise Refused(0x6988)
        vector = None
        if self.suite.aes:
            vector = self.suite.crypt(self._enc, self._ssc.to_bytes(16, "big"), encrypt=True)
        return self.suite.crypt(self._enc, data, vector, encrypt=encrypt)

    def _step(self) -> None:
        self._ssc = (self._ssc + 1) % 256**self.suite.block


def _header(body: bytes, at: int) -> tuple[int, int, int]:
    try:
        tag, size, at = body[at], body[at + 1], at + 2
        if size > 0x80:
            count = size - 0x80
            size, at = int.from_bytes(body[at : at + count], "big"), at + count
    except IndexError:
        raise Refused(0x6988) from None
    return tag, at, size
