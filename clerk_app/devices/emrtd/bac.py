"""Basic Access Control: opens the chip with number, birth date and expiry date (ICAO 9303-11 §4.3)."""

from __future__ import annotations

import hmac

from clerk_app.devices import card_faults
from clerk_app.devices.emrtd.apdu import Command, InTheClear, Malformed, Talk
from clerk_app.devices.emrtd.ciphers import TRIPLE_DES, Dice, SessionKeys


class Unavailable(Exception):
    """The chip does not do BAC."""


def establish(seed: bytes, dice: Dice) -> Talk[SessionKeys]:
    """Authenticate both sides with the key made from the MRZ; the identity application must be selected.

    Raises `Unavailable` when the chip gives no challenge, `DeviceFault` when it does not accept the key.
    """
    clear = InTheClear()
    challenge = yield from clear.ask(Command(0x84, 0, 0, le=8))
    if not challenge.ok:
        raise Unavailable
    if len(challenge.data) != 8:
        raise card_faults.garbage("BAC: challenge")
    keys = SessionKeys.of(TRIPLE_DES, seed[:16])
    mine, half = dice.octets(8), dice.octets(16)
    sealed = TRIPLE_DES.encrypt(keys.encryption, mine + challenge.data + half)
    proof = sealed + TRIPLE_DES.mac(keys.mac, sealed)
    answer = yield from clear.ask(Command(0x82, 0, 0, proof, 40))
    if answer.status == 0x6983:
        raise card_faults.blocked()
    if not answer.ok:
        raise card_faults.wrong_mrz_key()
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
