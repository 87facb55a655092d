"""The national portal: what this office does with a dossier is told there, and a dossier that came from there is found.

Login `{username, password}` gives a session; then `{session, madonvi, service, isUpdating, data[]}` with the services
DongBoHoSoMC (the whole dossier, again and again), CapNhatTienDoHoSoMC (one step of it) and TraCuuHoSo. Times are
yyyyMMddHHmmss by the clock of Vietnam (inferred). A dossier is told as a whole: told again it is the same. A step is
known by its dossier, time and state, and looked for before it is told once more. What citizens sent is listed by
LayDanhSachHoSo since a moment, its files are fetched by their path (both inferred: `registers.submissions`).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from clerk_app.central.registers.line import Line, Unknown, read
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.central.registers.submissions import Listed, listed
from clerk_app.domain.calendar import HANOI, in_hanoi
from clerk_app.domain.people import nfc
from clerk_app.domain.registers import PortalDossier
from clerk_app.wire_orders import PortalStep, PortalSync

Service = Literal["DongBoHoSoMC", "CapNhatTienDoHoSoMC", "TraCuuHoSo", "LayDanhSachHoSo"]
_STAMP = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to the portal. `expired` are its error codes for a session that is over."""

    user: str
    password: str = field(repr=False)
    unit: str = ""
    expired: frozenset[str] = frozenset({"401"})


class _TraLoiDangNhap(msgspec.Struct):
    error_code: int | str
    session: str = ""


class _TienDo(msgspec.Struct):
    ThoiDiemXuLy: str = ""
    TrangThai: str = ""
    NoiDungXuLy: str | None = None


class _HoSo(msgspec.Struct):
    MaHoSo: str
    MaTTHC: str = ""
    ChuHoSo: str = ""
    TrangThaiHoSo: str = ""
    NgayTiepNhan: str = ""
    NgayHenTra: str = ""
    TienDo: list[_TienDo] | None = None


class _TraLoi(msgspec.Struct):
    error_code: int | str
    data: list[_HoSo] | None = None


class _MaLoi(msgspec.Struct):
    error_code: int | str


class _TraLoiTho(msgspec.Struct):
    error_code: int | str
    data: list[msgspec.Raw] = []


@dataclass(frozen=True, slots=True)
class _Spoken:
    """An answer that could be read, and its error code."""

    code: str
    data: list[_HoSo]


class HttpPortal:
    """The portal over HTTP. One session for all; whoever finds it over renews it."""

    compares = True

    def __init__(self, line: Line, us: Account) -> None:
        self._line = line
        self._us = us
        self._session = ""
        self._renewing = threading.Lock()

    # ---- orders

    def message(self, order: UUID, asked: PortalSync | PortalStep) -> tuple[str, bytes]:
        """What is told, each time the same, and our name for it."""
        return told_as(order, asked)

    def send(self, reference: str, body: bytes) -> Done | Rejected | Unknown:
        """Tell it."""
        service, item = _told(body)
        there = self._looked_for(item["MaHoSo"])
        if isinstance(there, Unknown):
            return there
        if service == "CapNhatTienDoHoSoMC" and there is not None and _has_step(there, item):
            # A central that was brought back from a copy does not know that it told this.
            return Done({}, item.get("TrangThaiHoSo", ""))
        said = self._say(service, [item], updating=there is not None)
        if isinstance(said, Unknown):
            return said
        return Done({}, item.get("TrangThaiHoSo", "")) if said.code == "0" else Rejected(f"MA_LOI_{said.code}")

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        """Whether the portal has this step; a whole dossier may be told again."""
        service, item = _told(body)
        if service == "DongBoHoSoMC":
            return Absent()
        there = self._looked_for(item["MaHoSo"])
        if isinstance(there, Unknown):
            return there
        if there is None:
            return Absent()
        if there.TienDo is None:
            return Unknown("STEPS_NOT_TOLD")
        return Done() if _has_step(there, item) else Absent()

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        """In which state the portal has the dossier with this code."""
        there = self._looked_for(about)
        if isinstance(there, Unknown):
            return there
        return Absent() if there is None else Heard(there.TrangThaiHoSo)

    # ---- looking

    def dossier(self, code: str) -> PortalDossier:
        """What the portal has under this code. Never raises."""
        there = self._looked_for(code)
        if isinstance(there, Unknown):
            return PortalDossier("unknown", cause=there.cause)
        if there is None:
            return PortalDossier("no")
        try:
            received, due = (_read(text) for text in (there.NgayTiepNhan, there.NgayHenTra))
        except ValueError:
            return PortalDossier("unknown", cause="SHAPE")
        return PortalDossier(
            "yes", there.MaHoSo, nfc(there.MaTTHC), nfc(there.ChuHoSo), there.TrangThaiHoSo, received, due
        )

    # ---- what citizens sent

    def submitted(self, since: datetime | None) -> Listed | Unknown:
        """What citizens sent to our unit, or changed, since then; once more what was listed before. Never raises."""
        raw = self._raw("LayDanhSachHoSo", [{"TuThoiDiem": _stamp(since)}], updating=False)
        if isinstance(raw, Unknown):
            return raw
        said = read(raw, _TraLoiTho)
        if isinstance(said, Unknown):
            return said
        return listed(said.data) if str(said.error_code) == "0" else Unknown(f"MA_LOI_{said.error_code}")

    def paper(self, place: str) -> bytes | Unknown:
        """The file at this path of the portal itself; no other address is ever asked. Never raises."""
        if not place.startswith("/") or place.startswith("//"):
            return Unknown("SHAPE")
        over = ""
        for _ in range(2):
            session = self._opened(over)
            if isinstance(session, Unknown):
                return session
            found = self._line.ask("GET", place, headers={"session": session})
            if not isinstance(found, Unknown) or found.cause != "HTTP_401":
                return found
            over = session
        return Unknown("SESSION")

    def _looked_for(self, code: str) -> _HoSo | Unknown | None:
        said = self._say("TraCuuHoSo", [{"MaHoSo": code}], updating=False)
        if isinstance(said, Unknown):
            return said
        if said.code != "0":
            return Unknown(f"MA_LOI_{said.code}")
        if any(one.MaHoSo != code for one in said.data):
            return Unknown("OTHER_DOSSIER")
        if any(one != said.data[0] for one in said.data):
            return Unknown("AMBIGUOUS")
        return said.data[0] if said.data else None

    # ---- the session

    def _say(self, service: Service, data: list[Mapping[str, Any]], updating: bool) -> _Spoken | Unknown:
        """One service, its answer as of dossiers."""
        raw = self._raw(service, data, updating)
        if isinstance(raw, Unknown):
            return raw
        said = read(raw, _TraLoi)
        return said if isinstance(said, Unknown) else _Spoken(str(said.error_code), said.data or [])

    def _raw(self, service: Service, data: list[Mapping[str, Any]], updating: bool) -> bytes | Unknown:
        """One service; once more with a new session where the portal says that ours is over."""
        over = ""
        for _ in range(2):
            session = self._opened(over)
            if isinstance(session, Unknown):
                return session
            told = {
                "session": session,
                "madonvi": self._us.unit,
                "service": service,
                "isUpdating": updating,
                "data": data,
            }
            raw = self._line.ask("POST", "/api", said=told)
            if isinstance(raw, Unknown):
                return raw
            said = read(raw, _MaLoi)
            if isinstance(said, Unknown) or str(said.error_code) not in self._us.expired:
                return raw
            over = session
        return Unknown("SESSION")

    def _opened(self, over: str) -> str | Unknown:
        """The session, another one than the one that is `over`."""
        with self._renewing:
            if self._session and self._session != over:
                return self._session
            asked = {"username": self._us.user, "password": self._us.password}
            said = self._line.told(_TraLoiDangNhap, "POST", "/login", said=asked)
            if isinstance(said, Unknown):
                return said
            if str(said.error_code) != "0" or not said.session:
                return Unknown("LOGIN")
            self._session = said.session
            return said.session


class NoPortal:
    """None is joined to this central."""

    def dossier(self, code: str) -> PortalDossier:
        """Nobody knows."""
        return PortalDossier("unknown", cause="NOT_JOINED")


def told_as(order: UUID, asked: PortalSync | PortalStep) -> tuple[str, bytes]:
    """Our name for what is told, and what is told."""
    match asked:
        case PortalSync():
            told: dict[str, object] = {"service": "DongBoHoSoMC", "item": _dossier(asked)}
        case PortalStep():
            told = {"service": "CapNhatTienDoHoSoMC", "item": _step(asked)}
    return order.hex, msgspec.json.encode(told)


def _told(body: bytes) -> tuple[Service, dict[str, Any]]:
    said = msgspec.json.decode(body, type=dict[str, Any])
    return said["service"], said["item"]


def _has_step(there: _HoSo, item: Mapping[str, Any]) -> bool:
    return any(_is_step(one, item) for one in there.TienDo or ())


def _is_step(there: _TienDo, item: Mapping[str, Any]) -> bool:
    """Whether this is the step that was told. Its words tell apart what falls into one second at one state; a portal
    that gives no words back is believed without.
    """
    if (there.ThoiDiemXuLy, there.TrangThai) != (item["ThoiDiemXuLy"], item["TrangThai"]):
        return False
    return there.NoiDungXuLy is None or _plain(there.NoiDungXuLy) == _plain(item["NoiDungXuLy"])


def _plain(text: str) -> str:
    return " ".join(nfc(text).split())


def _stamp(at: datetime | None) -> str:
    return f"{in_hanoi(at):{_STAMP}}" if at else ""


def _read(text: str) -> datetime | None:
    return datetime.strptime(text, _STAMP).replace(tzinfo=HANOI) if text else None


def _step(asked: PortalStep) -> dict[str, object]:
    return {
        "MaHoSo": asked.dossier_code,
        "NguoiXuLy": asked.officer,
        "ChucDanh": asked.title,
        "ThoiDiemXuLy": _stamp(asked.at),
        "PhongBanXuLy": asked.unit,
        "NoiDungXuLy": asked.words,
        "TrangThai": str(asked.status),
        "NgayBatDau": _stamp(asked.began_at),
        "NgayKetThucTheoQuyDinh": _stamp(asked.due_at),
    }


def _dossier(asked: PortalSync) -> dict[str, object]:
    return {
        "MaHoSo": asked.dossier_code,
        "MaTTHC": asked.procedure,
        "TenTTHC": asked.procedure_name,
        "MaLinhVuc": asked.field_code,
        "TenLinhVuc": asked.field_name,
        "KenhThucHien": asked.channel,
        "ChuHoSo": asked.owner,
        "LoaiDoiTuong": asked.owner_kind,
        "MaDoiTuong": asked.owner_number,
        "Email": asked.email,
        "Fax": "",
        "SoDienThoai": asked.phone,
        "TrichYeuHoSo": asked.summary,
        "NgayTiepNhan": _stamp(asked.received_at),
        "NgayHenTra": _stamp(asked.due_at),
        "TrangThaiHoSo": str(asked.status),
        "NgayTra": _stamp(asked.returned_at),
        "ThongTinTra": asked.return_note,
        "HinhThuc": "1" if asked.by_post else "0",
        "NgayKetThucXuLy": _stamp(asked.ended_at),
        "DonViXuLy": asked.unit,
        "GhiChu": asked.note,
        "TaiLieuNop": [
            {
                "TepDinhKemId": one.id,
                "TenTepDinhKem": one.name,
                "IsDeleted": "",
                "MaThanhPhanHoSo": one.component,
                "DuongDanTaiTepTin": one.place,
            }
            for one in asked.papers
        ],
        "DanhSachLePhi": [
            {
                "TenPhiLePhi": one.name,
                "MaPhiLePhi": one.code,
                "HinhThucThu": asked.fee_way,
                "Gia": str(one.amount_vnd),
                "LoaiPhiLePhi": one.kind,
            }
            for one in asked.fees
        ],
        "DanhSachTepDinhKemKhac": [],
        "DanhSachHoSoBoSung": [
            {
                "HoSoBoSungId": one.id,
                "NguoiYeuCauBoSung": one.asked_by,
                "NoiDungBoSung": one.words,
                "NgayBoSung": _stamp(one.asked_at),
                "NguoiTiepNhanBoSung": one.received_by,
                "NgayTiepNhanBoSung": _stamp(one.received_at),
                "TrangThaiBoSung": "1" if one.received_at else "0",
                "NgayHenTraTruoc": _stamp(one.due_before),
                "NgayHenTraMoi": _stamp(one.due_after),
            }
            for one in asked.supplements
        ],
        "DanhSachGiayToKetQua": [
            {"TenGiayTo": one.name, "MaKetQua": one.component, "DuongDanTepTinKetQua": one.place}
            for one in asked.results
        ],
    }
