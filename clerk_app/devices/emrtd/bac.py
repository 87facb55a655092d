"""Basic Access Control: opens the chip with number, birth date and expiry date (ICAO 9303-11 §4.3)."""

from __future__ import annotations

import hmac

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd.apdu import Command, InTheClear, Malformed, Talk, tries_left
from clerk_app.devices.emrtd.ciphers import TRIPLE_DES, Dice, SessionKeys

_NOT_DONE = (0x6982, 0x6985, 0x6A81, 0x6A86, 0x6D00, 0x6E00)
"""What chips without BAC answer. 6982 is ambiguous: some say so when the key is wrong."""


class Unavailable(Exception):
    """The chip does not do BAC. `status` is its status word."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status

    @property
    def perhaps_wrong_key(self) -> bool:
        """Whether it may as well have been the key."""
        return self.status == 0x6982


def establish(seed: bytes, dice: Dice) -> Talk[SessionKeys]:
    """Authenticate both sides with the key made from the MRZ; the identity application must be selected.

    Raises `Unavailable` when the chip does not take part, `DeviceFault` when it does not accept the key.
    """
    clear = InTheClear()
    challenge = yield from clear.ask(Command(0x84, 0, 0, le=8))
    if challenge.status in (0x63C0, 0x6983):
        raise card_faults.blocked()
    if not challenge.ok:
        raise Unavailable(0)
    if len(challenge.data) != 8:
        raise card_faults.garbage("BAC: challenge")
    keys = SessionKeys.of(TRIPLE_DES, seed[:16])
    mine, half = dice.octets(8), dice.octets(16)
    sealed = TRIPLE_DES.encrypt(keys.encryption, mine + challenge.data + half)
    proof = sealed + TRIPLE_DES.mac(keys.mac, sealed)
    answer = yield from clear.ask(Command(0x82, 0, 0, proof, 40))
    if answer.status in (0x63C0, 0x6983):
        raise card_faults.blocked()
    if answer.status in _NOT_DONE:
        raise Unavailable(answer.status)
    if not answer.ok:
        raise card_faults.wrong_mrz_key(tries_left(answer.status))
    cryptogram, mac = answer.data[:32], answer.data[32:]
    if not hmac.compare_digest(TRIPLE_DES.mac(keys.mac, cryptogram), mac):
        raise card_faults.garbage("BAC: MAC")
    try:
        plain = TRIPLE_DES.decrypt(keys.encryption, cryptogram)
    except Malformed as wrong:
        raise card_faults.garbage(f"BAC: {wrong}") from wrong
    if len(plain) != 32 or plain[:8] != challenge.data or plain[8:16] != mine:
        raise card_faults.garbage("BAC: nonces")
    secret = bytes(a ^ b for a, b in zip(half, plain[16:], strict=True))
    return SessionKeys.of(TRIPLE_DES, secret, challenge.data[4:] + mine[4:])
