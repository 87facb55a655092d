"""What the data groups of a citizen card hold: DG1, DG2 and the Vietnamese text of DG13.

Parsers raise `Malformed` and nothing else, whatever the bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from clerk_app.devices.emrtd import tlv
from clerk_app.devices.emrtd.apdu import Malformed
from clerk_app.domain.people import Sex, nfc

PortraitFormat = Literal["jpeg", "jp2", ""]


def zone(dg1: bytes) -> str:
    """The machine readable zone in DG1 (ICAO 9303-10 §4.7.1)."""
    try:
        return tlv.first(tlv.first(dg1, 0x61), 0x5F1F).decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("MRZ not ASCII") from None


def portrait(dg2: bytes) -> tuple[bytes, PortraitFormat]:
    """The first face of DG2 as it is stored (ICAO 9303-10 §4.7.2, ISO/IEC 19794-5 §5): JPEG or JPEG 2000."""
    template = tlv.first(tlv.first(tlv.first(dg2, 0x75), 0x7F61), 0x7F60)
    record = next((value for tag, value in tlv.objects(template) if tag in (0x5F2E, 0x7F2E)), b"")
    if record[:4] != b"FAC\0" or len(record) < 14 + 20 + 12:
        raise Malformed("face record")
    block = int.from_bytes(record[14:18], "big")
    points = int.from_bytes(record[18:20], "big")
    image = record[14 + 20 + 8 * points + 12 : 14 + block]
    if image.startswith(b"\xff\xd8\xff"):
        return image, "jpeg"
    if image.startswith((b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")):
        return image, "jp2"
    raise Malformed("picture format")


@dataclass(frozen=True, slots=True)
class CitizenText:
    """DG13, as far as it could be understood. `raw` keeps every numbered field that is text."""

    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    born: date | None = field(default=None, repr=False)
    sex: Sex | None = field(default=None, repr=False)
    residence: str = field(default="", repr=False)
    issued: date | None = field(default=None, repr=False)
    expires: date | None = field(default=None, repr=False)
    old_number: str = field(default="", repr=False)
    raw: tuple[tuple[int, str], ...] = field(default=(), repr=False)


_STRINGS = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x1E: "utf-16-be"}
_DEEPEST = 8


def citizen_text(dg13: bytes) -> CitizenText:
    """The fields of DG13 by number, wherever in the structure they stand.

    Its layout is known only second-hand, and cards since 2024 may carry another: what is not understood is left out,
    and only bytes that are no TLV at all raise `Malformed`. Fields 15 and 16 are told apart by content, because the
    sources disagree: nine digits are the old ID number.
    """
    fields: dict[int, str] = {}
    _walk(tlv.first(dg13, 0x6D), fields, 0)
    old = next((fields[n] for n in (15, 16) if re.fullmatch(r"\d{9}", fields.get(n, ""))), "")
    sex: dict[str, Sex] = {"nam": "M", "nữ": "F"}
    return CitizenText(
        number=fields.get(1, ""),
        name=fields.get(2, ""),
        born=day(fields.get(3, "")),
        sex=sex.get(fields.get(4, "").lower()),
        residence=fields.get(9, ""),
        issued=day(fields.get(11, "")),
        expires=day(fields.get(12, "")),
        old_number=old,
        raw=tuple(sorted(fields.items())),
    )


def _walk(data: bytes, fields: dict[int, str], depth: int) -> None:
    if depth > _DEEPEST:
        raise Malformed("nesting")
    number: int | None = None
    for tag, value in tlv.objects(data):
        if tag == 0x02 and len(value) == 1:
            number = value[0]
        elif tag in _STRINGS and number is not None:
            fields.setdefault(number, _text(value, _STRINGS[tag]))
            number = None
        else:
            number = None
            if tag in (0x30, 0x31):
                _walk(value, fields, depth + 1)


def _text(value: bytes, encoding: str) -> str:
    try:
        return nfc(value.decode(encoding))
    except UnicodeDecodeError:
        return ""


def day(text: str) -> date | None:
    """A date as dd/mm/yyyy, dd-mm-yyyy, ddmmyyyy or yyyymmdd; None for anything else, as on a card without expiry."""
    digits = re.sub(r"[/.\-]", "", text)
    if not re.fullmatch(r"[0-9]{8}", digits):
        return None
    for year, month, number in ((digits[4:], digits[2:4], digits[:2]), (digits[:4], digits[4:6], digits[6:])):
        try:
            found = date(int(year), int(month), int(number))
        except ValueError:
            continue
        if 1880 <= found.year <= 2150:
            return found
    return None
