"""The text of a VietQR payment code (EMVCo merchant-presented mode with NAPAS account information)."""

from __future__ import annotations

import unicodedata

from clerk_app.domain.people import nfc

_PURPOSE_MAX = 25
_ACCOUNT_MAX = 19


def payload(bin_code: str, account: str, amount_vnd: int | None = None, purpose: str = "") -> str:
    """The code for a transfer to `account` at the bank `bin_code`; dynamic with an amount, static without.

    The purpose is written without marks and cut to 25 characters. Raises `ValueError` for a BIN or account that no
    bank can have.
    """
    if not (len(bin_code) == 6 and bin_code.isascii() and bin_code.isdigit()):
        raise ValueError("BIN")
    if not (1 <= len(account) <= _ACCOUNT_MAX and account.isascii() and account.isalnum()):
        raise ValueError("account")
    if amount_vnd is not None and not 0 < amount_vnd < 10**13:
        raise ValueError("amount")
    beneficiary = _tlv("00", bin_code) + _tlv("01", account)
    merchant = _tlv("00", "A000000727") + _tlv("01", beneficiary) + _tlv("02", "QRIBFTTA")
    text = _tlv("00", "01") + _tlv("01", "11" if amount_vnd is None else "12") + _tlv("38", merchant)
    text += _tlv("53", "704")
    if amount_vnd is not None:
        text += _tlv("54", str(amount_vnd))
    text += _tlv("58", "VN")
    if said := plain(purpose)[:_PURPOSE_MAX].strip():
        text += _tlv("62", _tlv("08", said))
    text += "6304"
    return text + f"{crc16(text.encode('ascii')):04X}"


def plain(text: str) -> str:
    """The text in printable ASCII: marks taken off, đ as d, anything else a space."""
    swapped = nfc(text).replace("đ", "d").replace("Đ", "D")
    bare = (c for c in unicodedata.normalize("NFD", swapped) if not unicodedata.combining(c))
    return " ".join("".join(c if " " <= c <= "~" else " " for c in bare).split())


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _tlv(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"
