"""Which protocols a practice card can be issued with, by name: PACE, chip and active authentication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from clerk_app.practice.card_crypto import SUITES, Suite
from clerk_app.practice.card_curves import CURVES, Curve

Mapping = Literal["gm", "im", "cam"]
Signing = Literal["ecdsa", "rsa", "rsa-sha1"]

CITIZEN_PACE = "gm-aes128-bp256"
"""What public readers found on citizen cards."""

AA_KINDS: tuple[Signing, ...] = get_args(Signing)
AGREEMENTS: dict[str, Suite] = SUITES
_MAPPINGS: dict[str, Mapping] = {name: name for name in get_args(Mapping)}
_MAPPING_NUMBERS: dict[Mapping, int] = {"gm": 2, "im": 4, "cam": 6}
_ID_PACE = bytes.fromhex("04007F0007020204")
_ID_CA_ECDH = bytes.fromhex("04007F000702020302")


@dataclass(frozen=True, slots=True)
class PaceVariant:
    """One way of PACE over elliptic curves (ICAO 9303-11 §9.2.3)."""

    mapping: Mapping
    suite: Suite
    curve: Curve

    @property
    def identifier(self) -> bytes:
        """The value octets of the object identifier."""
        return _ID_PACE + bytes((_MAPPING_NUMBERS[self.mapping], self.suite.number))


def variants(names: str) -> tuple[PaceVariant, ...]:
    """`gm-aes128-bp256+cam-aes128-bp256` → what it names. Raises `ValueError`.

    Chip authentication mapping knows AES only (9303-11 §9.2.3).
    """
    found = []
    for name in names.split("+"):
        try:
            mapping, suite, curve = name.split("-")
            variant = PaceVariant(_MAPPINGS[mapping], SUITES[suite], CURVES[curve])
        except KeyError:
            raise ValueError(name) from None
        if variant.mapping == "cam" and not variant.suite.aes:
            raise ValueError(name)
        found.append(variant)
    return tuple(found)


def agreement_identifier(suite: Suite) -> bytes:
    """The value octets of id-CA-ECDH with this cipher (§9.2.5)."""
    return _ID_CA_ECDH + bytes((suite.number,))
