"""What a chip says it can do: the SecurityInfos of EF.CardAccess (unsigned) and of DG14 (signed), ICAO 9303-11 §9.2."""

from __future__ import annotations

from dataclasses import dataclass, field

from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import Malformed

_BSI_SMARTCARD = bytes.fromhex("04007F00070202")
PACE = _BSI_SMARTCARD + b"\x04"
_CHIP_AUTHENTICATION = _BSI_SMARTCARD + b"\x03"
_PUBLIC_KEY = _BSI_SMARTCARD + b"\x01"
_ACTIVE_AUTHENTICATION = bytes.fromhex("678108010105")
_MOST_KEYS = 8
"""Each may have to be tried: a bound against a DG14 made to keep a reader busy."""


@dataclass(frozen=True, slots=True)
class PaceInfo:
    """One way of PACE (§9.2.1): object identifier, version, and the number of its standardised parameters, if any."""

    identifier: bytes
    version: int
    parameter: int | None = None


@dataclass(frozen=True, slots=True)
class ChipAuthenticationInfo:
    """One way of chip authentication (§9.2.5). `key` names the public key where the chip has several."""

    identifier: bytes
    version: int
    key: int | None = None


@dataclass(frozen=True, slots=True)
class ChipPublicKey:
    """A key for chip authentication (§9.2.6): kind 1 is Diffie-Hellman in a field, 2 on a curve; `der` as in X.509."""

    kind: int
    der: bytes = field(repr=False)
    key: int | None = None


@dataclass(frozen=True, slots=True)
class SecurityInfos:
    """Everything that is understood; the rest is left out. `active` is the signature algorithm of §9.2.8."""

    pace: tuple[PaceInfo, ...] = ()
    chip: tuple[ChipAuthenticationInfo, ...] = ()
    keys: tuple[ChipPublicKey, ...] = ()
    active: bytes = b""

    @property
    def pace_offer(self) -> frozenset[tuple[bytes, int | None]]:
        """The ways of PACE without their order, to be compared with what was said elsewhere."""
        return frozenset((info.identifier, info.parameter) for info in self.pace)


def of_card_access(content: bytes) -> SecurityInfos:
    """EF.CardAccess taken apart. Raises `Malformed`."""
    return _parse(tlv.first(content, 0x31))


def of_dg14(content: bytes) -> SecurityInfos:
    """DG14 taken apart (ICAO 9303-10 §4.7.14). Raises `Malformed`."""
    return _parse(tlv.first(tlv.first(content, 0x6E), 0x31))


def _parse(infos: bytes) -> SecurityInfos:
    pace: list[PaceInfo] = []
    chip: list[ChipAuthenticationInfo] = []
    keys: list[ChipPublicKey] = []
    active = b""
    for tag, info in tlv.objects(infos):
        parts = list(tlv.objects(info)) if tag == 0x30 else []
        if len(parts) < 2 or parts[0][0] != 0x06:
            continue
        identifier, (kind, required), optional = parts[0][1], parts[1], parts[2:]
        if identifier.startswith(PACE) and len(identifier) == 10:
            pace.append(PaceInfo(identifier, _integer(parts[1]), _maybe_integer(optional)))
        elif identifier.startswith(_CHIP_AUTHENTICATION) and len(identifier) == 10:
            chip.append(ChipAuthenticationInfo(identifier, _integer(parts[1]), _maybe_integer(optional)))
        elif identifier.startswith(_PUBLIC_KEY) and len(identifier) == 9 and kind == 0x30:
            keys.append(ChipPublicKey(identifier[8], tlv.encode(0x30, required), _maybe_integer(optional)))
        elif identifier == _ACTIVE_AUTHENTICATION and optional and optional[0][0] == 0x06:
            active = optional[0][1]
    if len(keys) > _MOST_KEYS:
        raise Malformed("too many keys")
    return SecurityInfos(tuple(pace), tuple(chip), tuple(keys), active)


def _integer(part: tuple[int, bytes]) -> int:
    tag, value = part
    if tag != 0x02 or not 1 <= len(value) <= 8:
        raise Malformed("security info")
    return int.from_bytes(value, "big")


def _maybe_integer(parts: list[tuple[int, bytes]]) -> int | None:
    return _integer(parts[0]) if parts and parts[0][0] == 0x02 else None
