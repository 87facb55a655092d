"""The national register of driving licences, asked by a person's number.

The wire is the one its operator publishes: `GET /gplx/tra-cuu?soDinhDanh=…` answers `TraLoi` as JSON with dates as
dd/MM/yyyy. Whatever does not answer in that shape, in time, has not answered: the result is "unknown", never "clear".
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from clerk_app.domain.people import nfc
from clerk_app.wire import LicencesFound

SOURCE = "CSGT"


class LicenceRegister(Protocol):
    """Whoever knows which licences a person holds."""

    def licences(self, number: str) -> LicencesFound:
        """What the register says about the person with this number. Never raises: silence is an answer, `unknown`."""
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
    """The register's answer; `maLoi` 0 means it could look."""

    maLoi: int  # noqa: N815
    giayPhep: list[_GiayPhep] = []  # noqa: N815
    viPham: _ViPham | None = None  # noqa: N815
    chuGiayPhep: _ChuGiayPhep | None = None  # noqa: N815


_STATUS = {"HIEU_LUC": "valid", "TAM_GIU": "held", "TUOC_QUYEN": "suspended", "THU_HOI": "revoked", "MAT": "lost"}
_SANCTIONS = {"KHONG": "clear", "CHUA_XU_LY": "blocked", "KHONG_RO": "unknown"}


class SilentRegister:
    """No register is joined to this central; it says so."""

    def licences(self, number: str) -> LicencesFound:
        return LicencesFound(False, [], "unknown", "", "NOT_JOINED")


class HttpLicenceRegister:
    """The register over HTTP. `timeout_s` is for the whole question: the citizen is waiting."""

    def __init__(self, base_url: str, timeout_s: float = 4.0) -> None:
        import requests

        self._url = f"{base_url.rstrip('/')}/gplx/tra-cuu"
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._session.trust_env = False

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def licences(self, number: str) -> LicencesFound:
        import requests

        try:
            reply = self._session.get(self._url, params={"soDinhDanh": number}, timeout=self._timeout_s)
            if reply.status_code != 200:
                return _unanswered(f"HTTP_{reply.status_code}")
            return _found(msgspec.json.decode(reply.content, type=TraLoi))
        except requests.Timeout:
            return _unanswered("TIMEOUT")
        except requests.RequestException:
            return _unanswered("UNREACHABLE")
        except (msgspec.MsgspecError, ValueError):
            return _unanswered("SHAPE")


def _unanswered(problem: str) -> LicencesFound:
    return LicencesFound(False, [], "unknown", SOURCE, problem)


def _found(said: TraLoi) -> LicencesFound:
    if said.maLoi != 0:
        return _unanswered(f"MA_LOI_{said.maLoi}")
    sanction = said.viPham.soQuyetDinh if said.viPham else ""
    licences: list[dict[str, object]] = [
        {
            "regime": "old" if one.cheDo == "cu" else "new",
            "code": one.hang,
            "number": one.soGPLX,
            "issued": _day(one.ngayCap).isoformat(),
            "expires": _day(one.ngayHetHan).isoformat() if one.ngayHetHan else None,
            "status": _STATUS[one.trangThai],
            "issuer": one.noiCap,
            "points": one.diem,
            "sanction": sanction,
            "restriction": one.hanChe,
            "fraud_decided": _day(one.ngayThuHoiGianDoi).isoformat() if one.ngayThuHoiGianDoi else None,
        }
        for one in said.giayPhep
    ]
    sanctions = _SANCTIONS[said.viPham.tinhTrang] if said.viPham else "unknown"
    return LicencesFound(True, licences, sanctions, SOURCE, holder=_holder(said.chuGiayPhep))


def _holder(said: _ChuGiayPhep | None) -> dict[str, object] | None:
    if said is None or not (said.hoTen or said.ngaySinh):
        return None
    return {"name": nfc(said.hoTen), "born": _day(said.ngaySinh).isoformat() if said.ngaySinh else None}


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 a calendar day has no zone
