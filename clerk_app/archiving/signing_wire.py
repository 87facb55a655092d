"""What desk and signing worker say to each other: MessagePack. A copy goes over in pieces, either way."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from clerk_app.workers.wire import Wire

PIECE = 4 * 1024 * 1024

Worth = Literal["unsigned", "good", "altered", "untrusted"]


class Look(msgspec.Struct, frozen=True, tag_field="ask", tag="look"):
    """Which tokens are there, by the PKCS#11 library at this path?"""

    module: str


class Begin(msgspec.Struct, frozen=True, tag_field="ask", tag="begin"):
    """Open the token with this serial number and get ready to sign with the certificate of this SHA-256.

    `last_try`: the person knows that a wrong PIN would now lock the token.
    """

    module: str
    serial: str
    certificate_sha256: str
    last_try: bool
    pin: str

    def __repr__(self) -> str:
        return "Begin(…)"


class Piece(msgspec.Struct, frozen=True, tag_field="ask", tag="piece"):
    """The next octets of a copy."""

    data: bytes


class Sign(msgspec.Struct, frozen=True, tag_field="ask", tag="sign"):
    """Sign the copy whose pieces came."""


class Prove(msgspec.Struct, frozen=True, tag_field="ask", tag="prove"):
    """Open the token as `begin` says and sign this text, by which its holder proves that it is there."""

    begin: Begin
    text: bytes

    def __repr__(self) -> str:
        return "Prove(…)"


class Judge(msgspec.Struct, frozen=True, tag_field="ask", tag="judge"):
    """What is the signature on the copy worth to whoever trusts these certificates (PEM or DER)?"""

    trusted: tuple[bytes, ...]


class Token(msgspec.Struct, frozen=True):
    """As `page_ports.SigningToken`."""

    label: str
    serial: str
    holder: str
    certificate_sha256: str
    expires: datetime
    state: Literal["ready", "last_try", "locked"]
    tries: int | None

    def __repr__(self) -> str:
        return "Token(…)"


class Tokens(msgspec.Struct, frozen=True, tag_field="is", tag="tokens"):
    """Every certificate that can sign."""

    tokens: tuple[Token, ...]


class Ready(msgspec.Struct, frozen=True, tag_field="is", tag="ready"):
    """The PIN was right and the key is there."""


class Part(msgspec.Struct, frozen=True, tag_field="is", tag="part"):
    """The next octets of the signed copy."""

    data: bytes


class Signed(msgspec.Struct, frozen=True, tag_field="is", tag="signed"):
    """All its parts were sent."""


class Proved(msgspec.Struct, frozen=True, tag_field="is", tag="proved"):
    """The signature over the text: PKCS #1 v1.5 or ECDSA in DER, with SHA-256."""

    signature: bytes


class Judged(msgspec.Struct, frozen=True, tag_field="is", tag="judged"):
    """What the signature is worth."""

    worth: Worth


class Trouble(msgspec.Struct, frozen=True, tag_field="is", tag="trouble"):
    """Not this time: why, by its code in `archiving.faults`."""

    code: str


Ask = Look | Begin | Piece | Sign | Judge | Prove
Say = Tokens | Ready | Part | Signed | Judged | Proved | Trouble

WIRE: Wire[Ask, Say] = Wire(Ask, Say)
