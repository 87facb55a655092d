"""The whole reading of a citizen card as one conversation: open the chip, have it prove itself, fetch its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import active_authentication, chip_authentication, files, mrz, security_infos, sod
from clerk_app.devices.emrtd.apdu import LONGEST_EXTENDED, LONGEST_SHORT, Malformed, NotCarried, Talk
from clerk_app.devices.emrtd.ciphers import Dice, SystemDice
from clerk_app.devices.emrtd.files import File, Reader
from clerk_app.devices.emrtd.messaging import Protected
from clerk_app.devices.emrtd.opening import Access, Door, Inside, Keys, PaceOffer
from clerk_app.devices.emrtd.public_keys import UnknownAlgorithm
from clerk_app.devices.emrtd.security_infos import SecurityInfos
from clerk_app.devices.emrtd.sod import SecurityObject
from clerk_app.domain.refusals import DeviceFault

_GROUPS = {1: files.DG1, 2: files.DG2, 13: files.DG13, 14: files.DG14, 15: files.DG15}

Proof = Literal["PACE_CAM", "CHIP_AUTHENTICATION", "ACTIVE_AUTHENTICATION"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One protocol by which the chip may prove that it is no copy. `unknown`: it could not be tried; `detail` why."""

    proof: Proof
    outcome: Literal["proved", "failed", "unknown"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChipContents:
    """What was read, file by file as it is stored on the chip, and what the chip proved. A file not given is absent.

    `pace_seen` are the ways of PACE that the unsigned EF.CardAccess showed, None when it was not asked.
    """

    access: Access
    files: Mapping[str, bytes] = field(repr=False)
    attempts: tuple[Attempt, ...] = ()
    pace_seen: PaceOffer | None = None

    @property
    def sod(self) -> bytes:
        """EF.SOD; empty when there is none."""
        return self.files.get(files.SOD.name, b"")

    @property
    def groups(self) -> dict[int, bytes]:
        """The data groups by number."""
        return {number: self.files[file.name] for number, file in _GROUPS.items() if file.name in self.files}


def keys_of(can: str, number: str, born: str, expires: str) -> Keys:
    """What was typed or scanned as keys to a chip. An ID number without dates gives its last six digits as the CAN.

    Raises `DeviceFault` when nothing of it can open a chip.
    """
    whole = len(number) == 12 and number.isascii() and number.isdigit()
    spare = number[-6:] if whole else ""
    if spare and not can and not born and not expires:
        can = spare
    if can and not (len(can) == 6 and can.isascii() and can.isdigit()):
        raise card_faults.access_malformed()
    seed = b""
    if number and born and expires:
        try:
            seed = mrz.key_seed(number.upper(), born, expires)
        except Malformed as wrong:
            raise card_faults.access_malformed() from wrong
    if not can and not seed:
        raise card_faults.access_needed()
    return Keys(can, seed, spare)


def read_chip(
    keys: Keys,
    *,
    extended: bool = False,
    tell: Callable[[int, int], None] | None = None,
    dice: Dice | None = None,
) -> Talk[ChipContents]:
    """Open the chip, have it prove itself and read EF.SOD, DG14, DG1, DG13, DG2 and DG15. Raises `DeviceFault`.

    EF.COM is not asked for: it is unsigned, and all that it lists stands in EF.SOD, signed.

    `extended` says that the card's ATR promises extended lengths; the size of an answer is then asked of EF.ATR. A chip
    that falls silent over extended lengths is opened once more and read without; one that falls silent over a proof is
    asked for it once more in a new conversation, and then read without.
    """
    reading = _Reading(keys, dice or SystemDice(), tell, extended=extended)
    while True:
        try:
            return (yield from reading.run())
        except _OnceMore:
            continue


class _OnceMore(Exception):
    """The protected conversation broke off over something that can be repeated or left out. Each is so but once."""


class _Reading:
    """One reading, over as many conversations as it takes: what was read in one is not read again in the next."""

    def __init__(self, keys: Keys, dice: Dice, tell: Callable[[int, int], None] | None, *, extended: bool) -> None:
        self._door = Door(keys, dice)
        self._dice = dice
        self._tell = tell
        self._extended = extended
        self._reader: Reader | None = None
        self._files: dict[str, bytes] = {}
        self._absent: set[str] = set()
        self._attempts: dict[Proof, Attempt] = {}
        self._repeated: set[Proof] = set()

    def run(self) -> Talk[ChipContents]:
        """One conversation from the opening to the last file. Raises `_OnceMore` when another may do better."""
        inside = yield from self._door.open(extended=self._extended)
        if self._reader is None:
            self._reader = Reader(inside.channel, self._tell)
        self._reader.switch(inside.channel)
        if self._door.card_access is not None:
            self._files[files.CARD_ACCESS.name] = self._door.card_access
        channel = inside.channel
        try:
            yield from self._read(files.SOD)
            security = self._security()
            infos = yield from self._security_infos(security)
            self._judge_mapping(inside, infos)
            channel = yield from self._chip_authentication(channel, infos)
            for file in (files.DG1, files.DG13, files.DG2):
                yield from self._read(file)
            yield from self._active_authentication(channel, security, infos)
        except (NotCarried, DeviceFault) as fault:
            if self._extended and (isinstance(fault, NotCarried) or fault.code == "CARD_SESSION_LOST"):
                self._extended = False
                # What was not proven may have failed for the same reason.
                self._attempts = {proof: tried for proof, tried in self._attempts.items() if tried.outcome == "proved"}
                raise _OnceMore from fault
            raise
        return ChipContents(inside.access, dict(self._files), tuple(self._attempts.values()), self._seen(inside))

    def _seen(self, inside: Inside) -> PaceOffer | None:
        """What the chip showed of PACE: nothing, where it was asked, gave no EF.CardAccess and took BAC instead."""
        if inside.access == "BAC" and self._door.seen is not None and self._door.card_access is None:
            return frozenset()
        return self._door.seen

    def _read(self, file: File) -> Talk[None]:
        if self._reader is None or file.name in self._files or file.name in self._absent:
            return
        content = yield from self._reader.read(file)
        if content is None:
            # Fingerprints are denied, optional groups absent: normal. What must be there is judged with the digests.
            self._absent.add(file.name)
        else:
            self._files[file.name] = content

    def _security(self) -> SecurityObject | None:
        try:
            return sod.parse(self._files.get(files.SOD.name, b""))
        except Malformed:
            return None

    def _security_infos(self, security: SecurityObject | None) -> Talk[SecurityInfos]:
        """DG14, where the signed list has it. Nothing is done with what was altered."""
        if security is None or 14 not in security.hashes:
            return SecurityInfos()
        yield from self._read(files.DG14)
        content = self._files.get(files.DG14.name)
        if content is None or sod.altered(security, {14: content}):
            return SecurityInfos()
        try:
            return security_infos.of_dg14(content)
        except Malformed:
            return SecurityInfos()

    # ---- proofs ----

    def _note(self, proof: Proof, outcome: Literal["proved", "failed", "unknown"], detail: str = "") -> None:
        self._attempts[proof] = Attempt(proof, outcome, detail)

    def _repeat(self, proof: Proof) -> None:
        """Raise `_OnceMore` the first time that this proof breaks off: one bad exchange does not make a copy."""
        if proof not in self._repeated:
            self._repeated.add(proof)
            self._attempts.pop(proof, None)
            raise _OnceMore

    @property
    def _proved(self) -> bool:
        return any(attempt.outcome == "proved" for attempt in self._attempts.values())

    def _judge_mapping(self, inside: Inside, infos: SecurityInfos) -> None:
        """Whether PACE with chip authentication mapping proved a key of the signed DG14."""
        if inside.mapping is None or self._proved:
            return
        known = [key for key in chip_authentication.keys_on_curves(infos) if key[0] == inside.mapping.curve]
        if not known:
            # Its key may stand in EF.CardSecurity alone, which is not read: another protocol has to prove the chip.
            self._note("PACE_CAM", "unknown", "KEY_NOT_IN_DG14")
        else:
            proves = any(inside.mapping.proves(curve, point) for curve, point in known)
            self._note("PACE_CAM", "proved" if proves else "failed")

    def _chip_authentication(self, channel: Protected, infos: SecurityInfos) -> Talk[Protected]:
        """Agree on new keys with the chip's own, read DG1 under them; the channel to go on with.

        The chip has proven itself when that answer is authentic. One that breaks off instead, twice, has not, and is
        opened once more without.
        """
        if self._proved or "CHIP_AUTHENTICATION" in self._attempts or self._reader is None:
            return channel
        try:
            ways = chip_authentication.offered(infos)
        except UnknownAlgorithm as strange:
            self._note("CHIP_AUTHENTICATION", "unknown", f"ALGORITHM_UNKNOWN {strange}")
            return channel
        except Malformed:
            self._note("CHIP_AUTHENTICATION", "unknown", "DG14_UNREADABLE")
            return channel
        if not ways:
            return channel
        # Until the opposite is shown: if the conversation ends here, in whatever way, nothing was proven.
        self._note("CHIP_AUTHENTICATION", "failed")
        try:
            keys = yield from chip_authentication.authenticate(channel, ways[0], self._dice)
        except chip_authentication.Refused as refused:
            if ways[0].version == 1:
                self._note("CHIP_AUTHENTICATION", "failed", f"{refused.status:04X}")
            else:
                self._note("CHIP_AUTHENTICATION", "unknown", "NEEDS_TERMINAL_AUTHENTICATION")
            return channel
        except DeviceFault as fault:
            self._repeat("CHIP_AUTHENTICATION")
            raise _OnceMore from fault
        after = Protected(keys, channel.longest)
        self._reader.switch(after)
        # Asked again even if an earlier conversation brought it: the answer under the new keys is the proof.
        self._files.pop(files.DG1.name, None)
        try:
            yield from self._read(files.DG1)
        except DeviceFault as fault:
            if not after.heard:
                self._repeat("CHIP_AUTHENTICATION")
                raise _OnceMore from fault
            raise
        finally:
            if after.heard:
                self._note("CHIP_AUTHENTICATION", "proved")
        return after

    def _active_authentication(
        self, channel: Protected, security: SecurityObject | None, infos: SecurityInfos
    ) -> Talk[None]:
        """Read DG15, so that an altered one is seen; its key signs a challenge where nothing else proved the chip."""
        if security is None or 15 not in security.hashes:
            return
        yield from self._read(files.DG15)
        content = self._files.get(files.DG15.name)
        if self._proved or content is None or sod.altered(security, {15: content}):
            return
        try:
            key = active_authentication.key_in(content)
            good = yield from active_authentication.authenticate(
                channel, key, infos.active, self._dice, self._lengths(channel, key, infos.active)
            )
        except UnknownAlgorithm as strange:
            self._note("ACTIVE_AUTHENTICATION", "unknown", f"ALGORITHM_UNKNOWN {strange}")
        except Malformed:
            self._note("ACTIVE_AUTHENTICATION", "unknown", "DG15_UNREADABLE")
        except NotCarried:
            self._note("ACTIVE_AUTHENTICATION", "unknown", "NEEDS_EXTENDED_LENGTH")
        except active_authentication.Refused as refused:
            self._note("ACTIVE_AUTHENTICATION", "failed", f"{refused.status:04X}")
        except DeviceFault as fault:
            # Everything was read before: a conversation that breaks off here, twice, costs the proof and nothing else.
            self._repeat("ACTIVE_AUTHENTICATION")
            self._note("ACTIVE_AUTHENTICATION", "failed", fault.code)
        else:
            self._note("ACTIVE_AUTHENTICATION", "proved" if good else "failed")

    def _lengths(self, channel: Protected, key: bytes, algorithm: bytes) -> tuple[int, ...]:
        """How long an answer to ask for, in turn. A chip that does not promise extended lengths may hand a long
        signature out in parts; one that signs so long has to know one of the two (ICAO 9303-11 §6.1.4)."""
        if active_authentication.verifiable(key, algorithm) <= channel.room_in(LONGEST_SHORT):
            return (LONGEST_SHORT,)
        return (LONGEST_EXTENDED,) if self._extended else (LONGEST_SHORT, LONGEST_EXTENDED)
