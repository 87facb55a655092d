"""The repository of results: which result of an earlier procedure somebody has, so that nobody asks them for it again.

`POST /kho-ket-qua/tra-cuu` with SoDinhDanhChuSoHuu, HoTenNguoiYeuCau, KenhThucHien, SoDinhDanhNguoiYeuCau, MaThuTuc and
DanhSachDanhMucKetQua[{MaKetQua, SoKyHieu}] answers DanhSachGiayToKetQua.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from clerk_app.central.registers.line import NOT_JOINED, Line, Unknown
from clerk_app.domain.people import nfc
from clerk_app.domain.registers import EarlierResult, EarlierResults

AT_THE_DESK = "1"
"""KenhThucHien: who asks does so at a counter."""


@dataclass(frozen=True, slots=True)
class ResultsWanted:
    """Whose results, for whom, for which procedure; `kinds` are pairs of MaKetQua and SoKyHieu (empty: any)."""

    owner: str = field(repr=False)
    asker: str = field(repr=False)
    asker_name: str = field(repr=False)
    procedure: str
    kinds: Sequence[tuple[str, str]] = ()


class ResultRepository(Protocol):
    """Whoever keeps results."""

    def results(self, wanted: ResultsWanted) -> EarlierResults:
        """Those that fit. Never raises."""
        ...


class _TepDinhKem(msgspec.Struct):
    TenTep: str
    DuongDan: str


class _GiayTo(msgspec.Struct):
    MaKetQua: str
    TenGiayTo: str = ""
    SoKyHieu: str = ""
    CoQuanChuQuan: str = ""
    DanhSachTepDinhKem: list[_TepDinhKem] = []


class TraLoiKetQua(msgspec.Struct):
    """The answer."""

    DanhSachGiayToKetQua: list[_GiayTo]
    error_code: int | str = 0


class NoResultRepository:
    """None is joined to this central."""

    def results(self, wanted: ResultsWanted) -> EarlierResults:
        return EarlierResults("unknown", (), NOT_JOINED.cause)


class HttpResultRepository:
    """The repository over HTTP."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def results(self, wanted: ResultsWanted) -> EarlierResults:
        said = self._line.told(TraLoiKetQua, "POST", "/kho-ket-qua/tra-cuu", said=request(wanted))
        if isinstance(said, Unknown):
            return EarlierResults("unknown", (), said.cause)
        if str(said.error_code) not in ("0", ""):
            return EarlierResults("unknown", (), f"MA_LOI_{said.error_code}")
        kinds = {code for code, _ in wanted.kinds}
        if any(kinds and one.MaKetQua not in kinds for one in said.DanhSachGiayToKetQua):
            return EarlierResults("unknown", (), "SHAPE")
        found = tuple(dict.fromkeys(_result(one) for one in said.DanhSachGiayToKetQua))
        return EarlierResults("yes" if found else "no", found)


def request(wanted: ResultsWanted) -> dict[str, object]:
    """What is asked."""
    return {
        "SoDinhDanhChuSoHuu": wanted.owner,
        "HoTenNguoiYeuCau": wanted.asker_name,
        "KenhThucHien": AT_THE_DESK,
        "SoDinhDanhNguoiYeuCau": wanted.asker,
        "MaThuTuc": wanted.procedure,
        "DanhSachDanhMucKetQua": [{"MaKetQua": code, "SoKyHieu": number} for code, number in wanted.kinds],
    }


def _result(said: _GiayTo) -> EarlierResult:
    return EarlierResult(
        code=nfc(said.MaKetQua),
        title=nfc(said.TenGiayTo),
        authority=nfc(said.CoQuanChuQuan),
        number=nfc(said.SoKyHieu),
        files=tuple((nfc(one.TenTep), one.DuongDan) for one in said.DanhSachTepDinhKem),
    )
