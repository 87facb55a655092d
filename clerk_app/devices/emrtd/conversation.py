"""The whole reading of a citizen card as one conversation: open the chip, fetch what identity needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd import bac, files, groups, mrz, pace
from clerk_app.devices.emrtd.apdu import LONGEST_SHORT, Command, InTheClear, Malformed, Talk
from clerk_app.devices.emrtd.ciphers import Dice, SessionKeys, SystemDice
from clerk_app.devices.emrtd.files import Reader
from clerk_app.devices.emrtd.messaging import Protected
from clerk_app.domain.refusals import DeviceFault

_APPLICATION = Command(files.SELECT, 0x04, 0x0C, bytes.fromhex("A0000002471001"))
_MASTER_FILE = Command(files.SELECT, 0x00, 0x0C, bytes.fromhex("3F00"))
_EF_ATR = bytes.fromhex("2F01")
_EF_ATR_BY_SHORT_NAME = 0x81


@dataclass(frozen=True, slots=True)
class Keys:
    """What may open the chip: the CAN, the MRZ seed, or both. `spare_can` is the CAN that follows from the number."""

    can: str = field(default="", repr=False)
    seed: bytes = field(default=b"", repr=False)
    spare_can: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ChipContents:
    """What was read, as it is stored on the chip. A group that the chip does not give is absent."""

    access: Literal["PACE", "BAC"]
    sod: bytes = field(repr=False)
    groups: dict[int, bytes] = field(repr=False)
    listed: frozenset[int]


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
    """Open the chip and read EF.COM, EF.SOD, DG1, DG13 and DG2. Raises `DeviceFault`.

    `extended` says that the card's ATR promises extended lengths; the size of an answer is then asked of EF.ATR.
    """
    access, session, longest = yield from _open(keys, dice or SystemDice(), extended=extended)
    reader = Reader(Protected(session, longest) if access == "BAC" else (yield from _enter(session, longest)), tell)
    com = yield from reader.read(files.COM)
    sod = yield from reader.read(files.SOD)
    listed = groups.present(com) if com else frozenset[int]()
    found: dict[int, bytes] = {}
    for number, file in ((1, files.DG1), (13, files.DG13), (2, files.DG2)):
        # DG13 is asked for even when EF.COM is silent: EF.COM is not signed and may have been shortened.
        content = yield from reader.read(file)
        if content is not None:
            found[number] = content
    return ChipContents(access, sod or b"", found, listed)


def _open(keys: Keys, dice: Dice, *, extended: bool) -> Talk[tuple[Literal["PACE", "BAC"], SessionKeys, int]]:
    """PACE with the CAN where it is known; BAC where only the MRZ is known, because public readers report that
    citizen cards refuse PACE with the MRZ (6982); each is the other's fallback."""
    longest = yield from _longest(extended=extended)
    if keys.can:
        password = pace.Password("can", keys.can.encode("ascii"))
        try:
            return "PACE", (yield from _pace(password, dice)), longest
        except pace.Unavailable as refused:
            if not keys.seed:
                raise card_faults.access_refused() from refused
    try:
        selected = yield from InTheClear().ask(_APPLICATION)
        if not selected.ok:
            raise card_faults.not_a_citizen_card()
        return "BAC", (yield from bac.establish(keys.seed, dice)), longest
    except bac.Unavailable:
        passwords = [pace.Password("mrz", keys.seed)]
        if keys.spare_can and not keys.can:
            passwords.append(pace.Password("can", keys.spare_can.encode("ascii")))
        for password in passwords:
            try:
                return "PACE", (yield from _pace(password, dice)), longest
            except pace.Unavailable:
                continue
        raise card_faults.access_refused() from None


def _enter(session: SessionKeys, longest: int) -> Talk[Protected]:
    """Select the identity application after PACE, already under protection."""
    channel = Protected(session, longest)
    selected = yield from channel.ask(_APPLICATION)
    if not selected.ok:
        raise card_faults.not_a_citizen_card()
    return channel


def _pace(password: pace.Password, dice: Dice) -> Talk[SessionKeys]:
    card_access = yield from _card_access()
    variants: tuple[pace.Variant, ...] = (pace.ASSUMED,)
    if card_access is not None:
        try:
            variants = pace.offered(card_access)
        except Malformed:
            variants = (pace.ASSUMED,)
        if not variants:
            raise pace.Unavailable(0)
    return (yield from pace.establish(variants[0], password, dice))


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


def _longest(*, extended: bool) -> Talk[int]:
    """How long an answer of this card may be."""
    if not extended:
        return LONGEST_SHORT
    channel = InTheClear()
    info = yield from channel.ask(Command(files.READ_BINARY, _EF_ATR_BY_SHORT_NAME, 0, le=LONGEST_SHORT))
    if not info.ok:
        yield from channel.ask(Command(files.SELECT, 0x02, 0x0C, _EF_ATR))
        info = yield from channel.ask(Command(files.READ_BINARY, 0, 0, le=LONGEST_SHORT))
    return files.longest_answer(info.data) if info.ok else LONGEST_SHORT
