"""Is the chip the one that was issued, or a copy of its files: what the protocols of the reading prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.devices.emrtd import security_infos, sod
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.devices.emrtd.conversation import ChipContents
from clerk_app.devices.emrtd.signatures import DIGESTS
from clerk_app.devices.emrtd.sod import SecurityObject
from clerk_app.domain.evidence import Verdict

_WITH_KEYS = (14, 15)


@dataclass(frozen=True, slots=True)
class Genuineness:
    """The answer, its reason, and what the clerk is told when it is not yes."""

    state: Literal["yes", "no", "unsupported"]
    reason: str
    problems: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        return Verdict("genuine", self.state, self.reason)


def judge(chip: ChipContents, security: SecurityObject | None) -> Genuineness:
    """Whether a key of the signed DG14 or DG15 was proven (ICAO 9303-11 §6).

    `no` when the signed list has such a file and it is missing or altered, or the chip has not the key: the signed data
    of a card can be copied, its key cannot. `unsupported` when the list has no such file or the key is of a kind
    that is not checked here. Keys that no signed digest covers prove nothing.
    """
    if security is None:
        return _doubt("unsupported", "SOD_UNREADABLE" if chip.sod else "SOD_MISSING")
    if security.digest not in DIGESTS:
        return _doubt("unsupported", f"ALGORITHM_UNKNOWN {security.digest}")
    listed = [number for number in _WITH_KEYS if number in security.hashes]
    altered = [number for number in sod.altered(security, chip.groups) if number in _WITH_KEYS]
    if altered:
        return _doubt("no", " ".join(f"DG{number}_ALTERED" for number in altered))
    if not listed:
        return _doubt("unsupported", "NO_KEY_ON_CHIP")
    proved = [attempt for attempt in chip.attempts if attempt.outcome == "proved"]
    missing = [number for number in listed if number not in chip.groups]
    gone = tuple(f"DG{number}_MISSING" for number in missing)
    if 14 in missing or (missing and not proved):
        # Without DG14 a downgrade of PACE would stay hidden, whatever else was proven.
        return _doubt("no", " ".join(gone))
    if proved:
        return Genuineness("yes", proved[0].proof, gone)
    failed = [attempt for attempt in chip.attempts if attempt.outcome == "failed"]
    if failed:
        ways = " ".join(f"{attempt.proof} {attempt.detail.lower()}".strip() for attempt in failed)
        return Genuineness("no", f"COPY_WITHOUT_KEY {ways}", ("COPY_WITHOUT_KEY",))
    unknown = [attempt.detail for attempt in chip.attempts]
    return _doubt("unsupported", unknown[0] if unknown else "NO_KEY_ON_CHIP")


def description_changed(chip: ChipContents, security: SecurityObject | None) -> bool:
    """Whether the unsigned EF.CardAccess showed other ways of PACE than the signed DG14 (ICAO 9303-11 §4.2).

    Somebody between card and reader may have taken the strong ways away. A DG14 that lists none says nothing.
    """
    dg14 = chip.groups.get(14)
    if chip.pace_seen is None or dg14 is None or security is None or sod.altered(security, {14: dg14}):
        return False
    try:
        signed = security_infos.of_dg14(dg14).pace_offer
    except Malformed:
        return False
    return bool(signed) and signed != chip.pace_seen


def _doubt(state: Literal["no", "unsupported"], reason: str) -> Genuineness:
    first = reason.split(" ")[0] if state == "unsupported" else reason
    return Genuineness(state, reason, tuple(first.split(" ")))
