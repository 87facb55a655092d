"""What goes over the line to the payment platform, the post and the portal, recorded exchange by exchange.

Held against the shapes that are published, the client of today and its stand-in. `?` behind a name: it may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import requests

from clerk_app.central.registers.line import Line
from clerk_app.central.registers.payment import HttpPaymentPlatform, Partner, digest
from clerk_app.central.registers.portal import Account, HttpPortal
from clerk_app.central.registers.post import Customer, HttpPost
from clerk_app.practice.national_portal import PASSWORD, USER
from clerk_app.practice.payment_platform import SECRET
from clerk_app.wire_orders import (
    FeeLine,
    PaymentOrder,
    PortalFile,
    PortalStep,
    PortalSupplement,
    PortalSync,
    PostAddress,
    PostOrder,
)
from tests.peers.foreign import misfits, played, recorded, stand_in

AT = datetime(2026, 11, 29, 14, 5, 9, tzinfo=UTC)
ORDER = UUID("01990000-0000-7000-8000-000000000001")
CODE = "G01.801.308-261129-000001"
FEE = FeeLine("2", "GPLX", "Lệ phí cấp, đổi giấy phép lái xe", 115_000)
PAYMENT = PaymentOrder(
    CODE, "3.000347", "Đổi giấy phép lái xe", 115_000, [FEE], "TRẦN MINH QUÂN", "001090012345", "Số 12, phố Hàng Bông"
)
OFFICE = PostAddress("PC08", "02400000000", "Số 258, đường Võ Chí Công", "Phường Xuân La", "Thành phố Hà Nội")
CITIZEN = PostAddress("TRẦN MINH QUÂN", "0900000001", "Số 12, phố Hàng Bông", "Phường Hoàn Kiếm", "Thành phố Hà Nội")
PAPER = PortalFile("1", "giay-kham.pdf", "TP02", "https://kho.example/1")
SUPPLEMENT = PortalSupplement("1", "lan", "Thiếu giấy khám sức khỏe", AT, "lan", AT, AT, AT + timedelta(days=2))
SYNC = PortalSync(
    CODE,
    "3.000347",
    "Đổi giấy phép lái xe",
    "TRẦN MINH QUÂN",
    "PC08",
    2,
    AT,
    owner_number="001090012345",
    due_at=AT + timedelta(days=4),
    papers=[PAPER],
    fees=[FEE],
    supplements=[SUPPLEMENT],
    results=[PAPER],
)
STEP = PortalStep(CODE, "Nguyễn Lan", "Cán bộ", "PC08", "Tiếp nhận hồ sơ", 4, AT, AT, AT + timedelta(days=4))


def _texts(names: str) -> dict[str, Any]:
    return dict.fromkeys(names.split(), str)


_ASKED = _texts("LoaiBanTin PhienBan MaDoiTac MaThamChieu ThoiGianGD MaXacThuc")
_PLACE = _texts("Province District Address Name Email Tel")
_FOUND = {"Code": str, "OrderNumber?": str, "ItemCode?": str, "Status?": str}
_STEP = _texts(
    "MaHoSo NguoiXuLy ChucDanh ThoiDiemXuLy PhongBanXuLy NoiDungXuLy TrangThai NgayBatDau NgayKetThucTheoQuyDinh"
)
_DOSSIER = {
    **_texts(
        "MaHoSo MaTTHC TenTTHC MaLinhVuc TenLinhVuc KenhThucHien ChuHoSo LoaiDoiTuong MaDoiTuong Email Fax SoDienThoai "
        "TrichYeuHoSo NgayTiepNhan NgayHenTra TrangThaiHoSo NgayTra ThongTinTra HinhThuc NgayKetThucXuLy DonViXuLy "
        "GhiChu"
    ),
    "TaiLieuNop": [_texts("TepDinhKemId TenTepDinhKem IsDeleted MaThanhPhanHoSo DuongDanTaiTepTin")],
    "DanhSachLePhi": [_texts("TenPhiLePhi MaPhiLePhi HinhThucThu Gia LoaiPhiLePhi")],
    "DanhSachTepDinhKemKhac": [dict],
    "DanhSachHoSoBoSung": [
        _texts(
            "HoSoBoSungId NguoiYeuCauBoSung NoiDungBoSung NgayBoSung NguoiTiepNhanBoSung NgayTiepNhanBoSung "
            "TrangThaiBoSung NgayHenTraTruoc NgayHenTraMoi"
        )
    ],
    "DanhSachGiayToKetQua": [_texts("TenGiayTo MaKetQua DuongDanTepTinKetQua")],
}
_CALL = {"session": str, "madonvi": str, "service": str, "isUpdating": bool}
SHAPES: dict[str, tuple[Any, Any]] = {
    "INIT": (
        {
            **_texts(
                "LoaiBanTin PhienBan MaDoiTac MaThamChieu SoTien LoaiHinhThanhToan MaKenhThanhToan MaThietBi NgonNgu"
            ),
            **_texts("MaTienTe MaNganHang ThongTinGiaoDich ThoiGianGD Ip MaXacThuc"),
            "ThongTinBienLai": {
                **_texts("MaDichVu MaDVC TenDVC MaTTHC TenTTHC MaDonVi TenDonVi MaHoSo TKThuHuong MaNHThuHuong"),
                **_texts("TenTKThuHuong NoiDungThanhToan HoTenNguoiNop SoCMNDNguoiNop DiaChiNguoiNop"),
                "PhiLePhi": [_texts("LoaiPhiLePhi MaPhiLePhi TenPhiLePhi SoTien")],
                "DSKhoanNop": [_texts("NoiDung SoTien")],
            },
        },
        {"error_code": str, "UrlThanhToan": str},
    ),
    "QUERY": (
        _ASKED,
        {**_texts("MaLoi MaThamChieu SoTien ThoiGianGD MaXacThuc"), "TrangThaiGD": int},
    ),
    "GET_BILL": (_ASKED, _texts("MaLoi MaThamChieu")),
    "/don-hang": (
        {
            **_texts("CustomerCode ItemCode OrderNumber Description FlagConfig"),
            "CODAmount": int,
            "Sender": _PLACE,
            "Receiver": _PLACE,
        },
        _FOUND,
    ),
    "/tra-cuu": (_texts("CustomerCode OrderNumber"), _FOUND),
    "/nhan": (_texts("CustomerCode OrderNumber"), _FOUND),
    "/login": (_texts("username password"), {"session": str, "error_code": int}),
    "TraCuuHoSo": (
        {**_CALL, "data": [{"MaHoSo": str}]},
        {"error_code": int, "data": [{**{f"{name}?": kind for name, kind in _DOSSIER.items()}, "TienDo": [_STEP]}]},
    ),
    "DongBoHoSoMC": ({**_CALL, "data": [_DOSSIER]}, {"error_code": int}),
    "CapNhatTienDoHoSoMC": ({**_CALL, "data": [_STEP]}, {"error_code": int}),
}


def _name(request: dict[str, Any]) -> str:
    """Which message it is."""
    body = request["body"]
    return str(body.get("LoaiBanTin") or body.get("service") or request["path"])


def _paying(line: Line) -> HttpPaymentPlatform:
    us = Partner("THUC-HANH", SECRET, "KENH", "MAY", "G01.801.308", "PC08", "0123456789", "970436", "PC08 HN")
    return HttpPaymentPlatform(line, us, lambda: AT)


def _posting(line: Line) -> HttpPost:
    return HttpPost(line, Customer("THUC-HANH"))


def _portal(line: Line) -> HttpPortal:
    return HttpPortal(line, Account(USER, PASSWORD, "G01.801.308"))


ASKING: dict[str, dict[str, Callable[[Line], object]]] = {
    "payment": {
        "init": lambda line: _paying(line).send(*_paying(line).message(ORDER, PAYMENT, AT)),
        "query": lambda line: _paying(line).hear(ORDER.hex, "115000"),
        "bill": lambda line: _paying(line).bill(ORDER.hex),
    },
    "post": {
        "order": lambda line: _posting(line).send(
            *_posting(line).message(ORDER, PostOrder(CODE, OFFICE, CITIZEN, "Giấy phép lái xe"))
        ),
        "tracking": lambda line: _posting(line).hear(ORDER.hex, ""),
        "tracking_nobody": lambda line: _posting(line).hear("0" * 32, ""),
        "label_nobody": lambda line: _posting(line).label("0" * 32),
    },
    "portal": {
        "1_sync": lambda line: _portal(line).send(*_portal(line).message(ORDER, SYNC)),
        "2_step": lambda line: _portal(line).send(*_portal(line).message(ORDER, STEP)),
        "3_found": lambda line: _portal(line).dossier(CODE),
    },
}
MODULES = {"payment": "payment_platform", "post": "public_post", "portal": "national_portal"}


@pytest.mark.parametrize("system", ASKING)
def test_recorded_exchanges_have_the_shapes(system: str) -> None:
    met = set()
    calls = recorded(system)
    assert calls.keys() == ASKING[system].keys()
    for call in calls.values():
        for one in call["exchanges"]:
            asked, answered = SHAPES[_name(one["request"])]
            assert misfits(one["request"]["body"], asked) == [], one["request"]
            assert misfits(one["answer"], answered) == [], one["answer"]
            met.add(_name(one["request"]))
    assert met, system


@pytest.mark.parametrize("system", ASKING)
def test_the_client_asks_as_recorded_and_understands_the_answers(system: str) -> None:
    for name, call in recorded(system).items():
        with played(*(json.dumps(one["answer"]).encode() for one in call["exchanges"])) as other:
            line = Line(other.url)
            said = ASKING[system][name](line)
            line.close()
        assert other.asked == [one["request"] for one in call["exchanges"]], name
        assert repr(said) == call["understood"], name


@pytest.mark.wire
@pytest.mark.parametrize("system", ASKING)
def test_the_stand_in_answers_in_the_shapes(system: str) -> None:
    with stand_in(MODULES[system]) as other:
        for call in recorded(system).values():
            session = ""
            for one in call["exchanges"]:
                body = one["request"]["body"]
                if "session" in body:
                    body["session"] = session
                with requests.post(other.url + one["request"]["path"], json=body, timeout=5) as reply:
                    said = reply.json()
                session = said.get("session", session)
                assert misfits(said, SHAPES[_name(one["request"])][1]) == [], _name(one["request"])


def test_the_recorded_digest_is_of_the_recorded_fields() -> None:
    """Worked out here once more from what stands in the file, not by the client."""
    import hashlib

    for name, call in recorded("payment").items():
        body = call["exchanges"][0]["request"]["body"]
        before = [str(value) for field, value in body.items() if field not in ("MaXacThuc", "ThongTinBienLai")]
        assert body["MaXacThuc"] == hashlib.sha256("|".join([*before, SECRET]).encode()).hexdigest(), name
        assert digest(body, ("MaDoiTac",), "x") != digest(body, ("MaDoiTac",), "y")
