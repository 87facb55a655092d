"""The records of traffic violations: does an unsettled sanction stand in the way of this person's licences.

No public description of the police's interface was found; this is the shape that a stand-in and a gateway can both
speak: `POST /vi-pham/tra-cuu {soDinhDanh, soGPLX[]}` answers `TraLoiViPham`, dates as dd/MM/yyyy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from clerk_app.central.registers.line import NOT_JOINED, Line, Unknown, day_or_none
from clerk_app.domain.people import nfc
from clerk_app.domain.registers import SanctionKind, Violation, ViolationRecords


class ViolationRegister(Protocol):
    """Whoever knows which sanctions are not settled."""

    def standing(self, number: str, licences: Sequence[str]) -> ViolationRecords:
        """What stands against the person with this number, or against these licences. Never raises: see `Unknown`."""
        ...


class _ViPham(msgspec.Struct):
    hinhThuc: Literal["PHAT_TIEN", "TAM_GIU", "TUOC_QUYEN", "KHAC"] = "KHAC"  # noqa: N815
    soQuyetDinh: str = ""  # noqa: N815
    ngayQuyetDinh: str | None = None  # noqa: N815
    coQuan: str = ""  # noqa: N815


class TraLoiViPham(msgspec.Struct):
    """The answer; `maLoi` 0 means that it could look."""

    maLoi: int  # noqa: N815
    soDinhDanh: str = ""  # noqa: N815
    tinhTrang: Literal["", "KHONG", "CHUA_XU_LY", "KHONG_RO"] = ""  # noqa: N815
    viPham: list[_ViPham] = []  # noqa: N815


_KINDS: dict[str, SanctionKind] = {
    "PHAT_TIEN": "fine",
    "TAM_GIU": "held",
    "TUOC_QUYEN": "suspended",
    "KHAC": "other",
}


class NoViolationRegister:
    """None is joined to this central."""

    def standing(self, number: str, licences: Sequence[str]) -> ViolationRecords:
        return unknown(NOT_JOINED)


class HttpViolationRegister:
    """The records over HTTP."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def standing(self, number: str, licences: Sequence[str]) -> ViolationRecords:
        asked = {"soDinhDanh": number, "soGPLX": list(licences)}
        said = self._line.told(TraLoiViPham, "POST", "/vi-pham/tra-cuu", said=asked)
        return unknown(said) if isinstance(said, Unknown) else _records(number, said)


def unknown(why: Unknown) -> ViolationRecords:
    """Nobody can say that nothing stands in the way."""
    return ViolationRecords("unknown", (), why.cause)


def _records(number: str, said: TraLoiViPham) -> ViolationRecords:
    if said.maLoi != 0:
        return unknown(Unknown(f"MA_LOI_{said.maLoi}"))
    if said.soDinhDanh != number:
        return unknown(Unknown("OTHER_PERSON" if said.soDinhDanh else "SHAPE"))
    try:
        found = tuple(
            dict.fromkeys(
                Violation(_KINDS[one.hinhThuc], nfc(one.coQuan), nfc(one.soQuyetDinh), day_or_none(one.ngayQuyetDinh))
                for one in said.viPham
            )
        )
    except ValueError:
        return unknown(Unknown("SHAPE"))
    match said.tinhTrang:
        case "CHUA_XU_LY":
            # Without its particulars a sanction still stands.
            return ViolationRecords("blocked", found)
        case "KHONG" if not found:
            return ViolationRecords("clear")
        case "KHONG":
            return unknown(Unknown("CONTRADICTS"))
        case "KHONG_RO":
            return unknown(Unknown("REGISTER_UNSURE"))
        case "":
            return unknown(Unknown("SHAPE"))
