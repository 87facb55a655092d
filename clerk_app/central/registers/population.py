"""The population database, asked through the State's gateway: is somebody who they say they are.

The request names HoVaTen, SoDinhDanh, SoCMND, NgayThangNam or Nam, MaTichHop, MaDVC, MaCanBo, MaYeuCau; the answer is
`CongdanCollection/CongDan` (one or several). NgayThangNam is yyyyMMdd, Nam yyyy, GioiTinh 1 male and 2 female. Of what
it tells only the fields that are compared are read: parents, spouse, ethnicity, religion never enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from clerk_app.central.registers.line import NOT_JOINED, Line, Unknown
from clerk_app.domain.people import nfc
from clerk_app.domain.registers import Claimed, IdentityCompared, OnRecord, compared, not_compared


class PopulationDatabase(Protocol):
    """Whoever can confirm an identity."""

    def compare(self, claimed: Claimed, officer: str, query: UUID) -> IdentityCompared:
        """What is the same and what is not. `officer` and `query` go into the database's own log. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Integration:
    """How the gateway knows us: `destination` is its header dstcode, the others MaTichHop and MaDVC."""

    destination: str = ""
    integration: str = ""
    service: str = ""


class _NoiO(msgspec.Struct):
    MaTinhThanh: str = ""
    MaQuanHuyen: str = ""
    MaPhuongXa: str = ""
    ChiTiet: str = ""


class _CongDan(msgspec.Struct):
    SoDinhDanh: str = ""
    SoCMND: str = ""
    Ho: str = ""
    ChuDem: str = ""
    Ten: str = ""
    NgayThangNam: str = ""
    Nam: str = ""
    GioiTinh: Literal["", "1", "2"] = ""
    ThuongTru: _NoiO | None = None


class _CongdanCollection(msgspec.Struct):
    CongDan: _CongDan | list[_CongDan] | None = None


class TraLoiDanCu(msgspec.Struct):
    """The answer. Without a collection it is none."""

    CongdanCollection: _CongdanCollection
    error_code: int | str = 0


class NoPopulationDatabase:
    """None is joined to this central."""

    def compare(self, claimed: Claimed, officer: str, query: UUID) -> IdentityCompared:
        return not_compared(claimed, "unknown", NOT_JOINED.cause)


class HttpPopulationDatabase:
    """The database behind its gateway."""

    def __init__(self, line: Line, us: Integration) -> None:
        self._line = line
        self._us = us

    def compare(self, claimed: Claimed, officer: str, query: UUID) -> IdentityCompared:
        said = self._line.told(
            TraLoiDanCu,
            "POST",
            "/csdldc/tra-cuu",
            said=self.request(claimed, officer, query),
            headers={"dstcode": self._us.destination} if self._us.destination else None,
        )
        if isinstance(said, Unknown):
            return not_compared(claimed, "unknown", said.cause)
        if str(said.error_code) not in ("0", ""):
            return not_compared(claimed, "unknown", f"MA_LOI_{said.error_code}")
        return _compared(claimed, said.CongdanCollection.CongDan)

    def request(self, claimed: Claimed, officer: str, query: UUID) -> dict[str, str]:
        """What is asked."""
        digits = claimed.born.replace("-", "")
        born = {"NgayThangNam": digits} if len(digits) == 8 else {"Nam": digits[:4]} if digits else {}
        return {
            "HoVaTen": claimed.name,
            "SoDinhDanh": claimed.number,
            "SoCMND": claimed.old_number,
            **born,
            "MaTichHop": self._us.integration,
            "MaDVC": self._us.service,
            "MaCanBo": officer,
            "MaYeuCau": str(query),
        }


def _compared(claimed: Claimed, told: _CongDan | list[_CongDan] | None) -> IdentityCompared:
    found = told if isinstance(told, list) else [told] if told is not None else []
    if not found:
        return not_compared(claimed, "no", "NOT_FOUND")
    if any(one.SoDinhDanh != claimed.number for one in found):
        return not_compared(claimed, "unknown", "OTHER_PERSON")
    try:
        records = {_record(one) for one in found}
    except ValueError:
        return not_compared(claimed, "unknown", "SHAPE")
    if len(records) > 1:
        return not_compared(claimed, "unknown", "AMBIGUOUS")
    return compared(claimed, records.pop())


def _record(said: _CongDan) -> OnRecord:
    return OnRecord(
        name=nfc(" ".join((said.Ho, said.ChuDem, said.Ten))),
        born=_born(said.NgayThangNam, said.Nam),
        sex="M" if said.GioiTinh == "1" else "F" if said.GioiTinh == "2" else "",
        old_number=nfc(said.SoCMND),
        dwelling=nfc(said.ThuongTru.ChiTiet) if said.ThuongTru else "",
    )


def _born(whole: str, year: str) -> str:
    if whole:
        return datetime.strptime(whole, "%Y%m%d").date().isoformat()  # noqa: DTZ007 a calendar day has no zone
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise ValueError(year)
    return year
