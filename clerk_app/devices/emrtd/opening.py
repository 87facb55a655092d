"""The ways into a chip: PACE or BAC with what is known, each the other's fallback (ICAO 9303-11 §4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import bac, files, pace, security_infos
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Command, InTheClear, Malformed, Talk
from clerk_app.devices.emrtd.ciphers import Dice, SessionKeys
from clerk_app.devices.emrtd.files import Reader
from clerk_app.devices.emrtd.messaging import Protected
from clerk_app.domain.refusals import DeviceFault

_APPLICATION = Command(files.SELECT, 0x04, 0x0C, bytes.fromhex("A0000002471001"))
_MASTER_FILE = Command(files.SELECT, 0x00, 0x0C, bytes.fromhex("3F00"))
_EF_ATR = bytes.fromhex("2F01")
_EF_ATR_BY_SHORT_NAME = 0x81
_NOT_THIS_VARIANT = (0x6A80, 0x6A81, 0x6A86, 0x6A88)
_WRONG = ("CARD_WRONG_NUMBER", "CARD_WRONG_KEY")

Access = Literal["PACE", "BAC"]
PaceOffer = frozenset[tuple[bytes, int | None]]


@dataclass(frozen=True, slots=True)
class Keys:
    """What may open the chip: the CAN, the MRZ seed, or both. `spare_can` is the CAN that follows from the number."""

    can: str = field(default="", repr=False)
    seed: bytes = field(default=b"", repr=False)
    spare_can: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Inside:
    """The chip is open and its identity application selected. `mapping` is the proof that PACE may have brought."""

    access: Access
    channel: Protected
    mapping: pace.ChipMapping | None = None


class Door:
    """The door of one chip. It remembers what it learned, so that it is opened faster the second time.

    `card_access` is EF.CardAccess as read, None as long as it was not.
    """

    def __init__(self, keys: Keys, dice: Dice) -> None:
        self._keys = keys
        self._dice = dice
        self._looked = False
        self._variants: tuple[pace.Variant, ...] = ()
        self._was_open = False
        self._longest: int | None = None
        self.card_access: bytes | None = None
        self.seen: PaceOffer | None = None
        """The ways of PACE that the chip showed before it was open, unsigned; None when it was not asked."""

    def open(self, *, extended: bool) -> Talk[Inside]:
        """Open the chip. Raises `DeviceFault`.

        PACE with the CAN where it is known; BAC where only the MRZ is known, because public readers report that citizen
        cards refuse PACE with the MRZ (6982). A wrong CAN is forgiven where the MRZ opens the chip.
        """
        if self._was_open:
            # A command in the clear ends the conversation that went wrong; PACE is done in the master file.
            yield from InTheClear().ask(_MASTER_FILE)
        longest = (yield from self._longest_answer()) if extended else LONGEST_SHORT
        self._was_open = True
        refusal: DeviceFault | None = None
        for password in self._passwords():
            try:
                if password is None:
                    return Inside("BAC", Protected((yield from self._bac()), longest))
                opened = yield from self._pace(password)
            except bac.Unavailable as unavailable:
                if unavailable.perhaps_wrong_key:
                    refusal = refusal or card_faults.wrong_mrz_key()
            except pace.Unavailable:
                pass
            except DeviceFault as fault:
                if fault.code not in _WRONG:
                    raise
                refusal = refusal or fault
                if password is None or password.kind == "mrz" or not self._keys.seed:
                    raise refusal from fault
            else:
                channel = Protected(opened.keys, longest)
                selected = yield from channel.ask(_APPLICATION)
                if not selected.ok:
                    raise card_faults.not_a_citizen_card()
                return Inside("PACE", channel, opened.mapping)
        raise refusal or card_faults.access_refused()

    def _passwords(self) -> Iterator[pace.Password | None]:
        """What to try in turn; None stands for BAC."""
        if self._keys.can:
            yield pace.Password("can", self._keys.can.encode("ascii"))
        if self._keys.seed:
            yield None
            yield pace.Password("mrz", self._keys.seed)
            if self._keys.spare_can and not self._keys.can:
                yield pace.Password("can", self._keys.spare_can.encode("ascii"))

    def _bac(self) -> Talk[SessionKeys]:
        selected = yield from InTheClear().ask(_APPLICATION)
        if not selected.ok:
            raise card_faults.not_a_citizen_card()
        return (yield from bac.establish(self._keys.seed, self._dice))

    def _pace(self, password: pace.Password) -> Talk[pace.Opened]:
        """The strongest way that the chip shows and does; the assumed one when it shows nothing that can be read."""
        if not self._looked:
            yield from self._look()
        refused = pace.Unavailable(0)
        for variant in self._variants:
            try:
                return (yield from pace.establish(variant, password, self._dice))
            except pace.Unavailable as unavailable:
                refused = unavailable
                if unavailable.status not in _NOT_THIS_VARIANT:
                    break
        raise refused

    def _look(self) -> Talk[None]:
        self._looked = True
        self.card_access = yield from _card_access()
        if self.card_access is not None:
            try:
                infos = security_infos.of_card_access(self.card_access)
            except Malformed:
                pass
            else:
                self.seen = infos.pace_offer
                self._variants = pace.understood(infos.pace)
                return
        self.seen = frozenset({(pace.ASSUMED.identifier, pace.ASSUMED.parameter)})
        self._variants = (pace.ASSUMED,)

    def _longest_answer(self) -> Talk[int]:
        """How long an answer of this card may be, by EF.ATR/INFO; asked once."""
        if self._longest is None:
            channel = InTheClear()
            info = yield from channel.ask(Command(files.READ_BINARY, _EF_ATR_BY_SHORT_NAME, 0, le=LONGEST_SHORT))
            if not info.ok:
                yield from channel.ask(Command(files.SELECT, 0x02, 0x0C, _EF_ATR))
                info = yield from channel.ask(Command(files.READ_BINARY, 0, 0, le=LONGEST_SHORT))
            self._longest = files.longest_answer(info.data) if info.ok else LONGEST_SHORT
        return self._longest


def _card_access() -> Talk[bytes | None]:
    """EF.CardAccess, or None. A fresh card stands in its master file, so the short identifier usually works at once;
    some cards know no SELECT of the master file (6D00), some want it first."""
    reader = Reader(InTheClear())
    try:
        content = yield from reader.read(files.CARD_ACCESS)
        if content is None:
            selected = yield from InTheClear().ask(_MASTER_FILE)
            if selected.ok:
                content = yield from reader.read(files.CARD_ACCESS)
    except DeviceFault:
        # A file that cannot be taken apart: the assumed variant is tried, as with a card that does not give it.
        return None
    return content
