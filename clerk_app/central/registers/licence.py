"""The national register of driving licences, asked by a person's number or by the number of a licence.

The wire: `GET /gplx/tra-cuu?soDinhDanh=…` (or `soGPLX=…`) answers `TraLoi` as JSON with dates as dd/MM/yyyy. Whatever
does not answer in that shape, in time, has not answered: the result is "unknown", never "clear".
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from clerk_app.central.registers.line import NOT_JOINED, PATIENCE_S, Line, Unknown, day
from clerk_app.domain.people import nfc
from clerk_app.wire import LicencesFound

SOURCE = "CSGT"


class LicenceRegister(Protocol):
    """Whoever knows which licences a person holds."""

    def licences(self, number: str) -> LicencesFound:
        """What the register says about the person with this number. Never raises: silence is an answer, `unknown`."""
        ...

    def of_licence(self, licence: str) -> LicencesFound:
        """What it says about the licence with this number. Never raises."""
        ...


class _GiayPhep(msgspec.Struct):
    """One class of one licence; `hang` means something only together with `cheDo` (cu: before 2025, moi: since).

    `hanChe` is the code of a line on the card, `ngayThuHoiGianDoi` when it was revoked for forged papers, if it was.
    """

    soGPLX: str  # noqa: N815
    hang: str
    cheDo: Literal["cu", "moi"]  # noqa: N815
    ngayCap: str  # noqa: N815
    noiCap: str  # noqa: N815
    trangThai: Literal["HIEU_LUC", "TAM_GIU", "TUOC_QUYEN", "THU_HOI", "MAT"]  # noqa: N815
    ngayHetHan: str | None = None  # noqa: N815
    diem: int | None = None
    hanChe: str = ""  # noqa: N815
    ngayThuHoiGianDoi: str = ""  # noqa: N815


class _ViPham(msgspec.Struct):
    """Whether an unsettled sanction stands in the way."""

    tinhTrang: Literal["KHONG", "CHUA_XU_LY", "KHONG_RO"]  # noqa: N815
    soQuyetDinh: str = ""  # noqa: N815


class _ChuGiayPhep(msgspec.Struct):
    """Whose licences they are, as they were issued."""

    hoTen: str = ""  # noqa: N815
    ngaySinh: str = ""  # noqa: N815


class TraLoi(msgspec.Struct):
    """The register's answer; `maLoi` 0 means it could look, `soDinhDanh` whom it means, where it says so."""

    maLoi: int  # noqa: N815
    soDinhDanh: str = ""  # noqa: N815
    giayPhep: list[_GiayPhep] = []  # noqa: N815
    viPham: _ViPham | None = None  # noqa: N815
    chuGiayPhep: _ChuGiayPhep | None = None  # noqa: N815


_STATUS = {"HIEU_LUC": "valid", "TAM_GIU": "held", "TUOC_QUYEN": "suspended", "THU_HOI": "revoked", "MAT": "lost"}
_SANCTIONS = {"KHONG": "clear", "CHUA_XU_LY": "blocked", "KHONG_RO": "unknown"}


class SilentRegister:
    """No register is joined to this central; it says so."""

    def licences(self, number: str) -> LicencesFound:
        return LicencesFound(False, [], "unknown", "", NOT_JOINED.cause)

    def of_licence(self, licence: str) -> LicencesFound:
        return LicencesFound(False, [], "unknown", "", NOT_JOINED.cause)


class HttpLicenceRegister:
    """The register over HTTP. `timeout_s` is for the whole question: the citizen is waiting."""

    def __init__(self, base_url: str, timeout_s: float = PATIENCE_S, ca: str = "") -> None:
        self._line = Line(base_url, timeout_s, ca)

    def close(self) -> None:
        """Let go of the connection."""
        self._line.close()

    def licences(self, number: str) -> LicencesFound:
        said = self._line.told(TraLoi, "GET", "/gplx/tra-cuu", {"soDinhDanh": number})
        if isinstance(said, Unknown):
            return _unanswered(said.cause)
        return _unanswered("OTHER_PERSON") if said.soDinhDanh not in ("", number) else _found(said)

    def of_licence(self, licence: str) -> LicencesFound:
        said = self._line.told(TraLoi, "GET", "/gplx/tra-cuu", {"soGPLX": licence})
        if isinstance(said, Unknown):
            return _unanswered(said.cause)
        if any(one.soGPLX != licence for one in said.giayPhep):
            return _unanswered("OTHER_PERSON")
        return _found(said)


def _unanswered(problem: str) -> LicencesFound:
    return LicencesFound(False, [], "unknown", SOURCE, problem)


def _found(said: TraLoi) -> LicencesFound:
    if said.maLoi != 0:
        return _unanswered(f"MA_LOI_{said.maLoi}")
    sanction = nfc(said.viPham.soQuyetDinh) if said.viPham else ""
    try:
        told = [_licence(one, sanction) for one in said.giayPhep]
        holder = _holder(said.chuGiayPhep)
    except ValueError:
        return _unanswered("SHAPE")
    # The same line twice is one licence; two that say different things of one class are none we could trust.
    licences = [one for at, one in enumerate(told) if one not in told[:at]]
    if len({(one["number"], one["regime"], one["code"]) for one in licences}) < len(licences):
        return _unanswered("AMBIGUOUS")
    sanctions = _SANCTIONS[said.viPham.tinhTrang] if said.viPham else "unknown"
    return LicencesFound(True, licences, sanctions, SOURCE, holder=holder)


def _licence(one: _GiayPhep, sanction: str) -> dict[str, object]:
    return {
        "regime": "old" if one.cheDo == "cu" else "new",
        "code": one.hang,
        "number": one.soGPLX,
        "issued": day(one.ngayCap).isoformat(),
        "expires": day(one.ngayHetHan).isoformat() if one.ngayHetHan else None,
        "status": _STATUS[one.trangThai],
        "issuer": nfc(one.noiCap),
        "points": one.diem,
        "sanction": sanction,
        "restriction": one.hanChe,
        "fraud_decided": day(one.ngayThuHoiGianDoi).isoformat() if one.ngayThuHoiGianDoi else None,
    }


def _holder(said: _ChuGiayPhep | None) -> dict[str, object] | None:
    if said is None or not (said.hoTen or said.ngaySinh):
        return None
    return {"name": nfc(said.hoTen), "born": day(said.ngaySinh).isoformat() if said.ngaySinh else None}
