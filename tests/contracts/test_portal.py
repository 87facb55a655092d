"""The national portal against its stand-in with every fault: sessions, dossiers told whole, steps told once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from clerk_app.central.registers.line import Line, Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.central.registers.portal import Account, HttpPortal, NoPortal
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.registers import PortalDossier
from clerk_app.practice.national_portal import PASSWORD, SESSION_REQUESTS, USER
from clerk_app.wire_orders import FeeLine, PortalFile, PortalStep, PortalSupplement, PortalSync
from tests.peers.foreign import StandIn, played, stand_in

pytestmark = pytest.mark.wire
PATIENCE_S = 0.6
SENT = "G01.801.308-261127-000001"
AT = datetime(2026, 11, 29, 14, 5, 9, tzinfo=UTC)
SILENCE = {
    "slow": "TIMEOUT",
    "drip": "TIMEOUT",
    "down": "UNREACHABLE",
    "lost": "UNREACHABLE",
    "cut": "UNREACHABLE",
    "error": "HTTP_503",
    "garbage": "SHAPE",
    "shape": "SHAPE",
    "code": "MA_LOI_17",
    "expired": "SESSION",
    "stranger": "OTHER_DOSSIER",
}


@pytest.fixture(scope="module")
def there() -> Iterator[StandIn]:
    with stand_in("national_portal") as made:
        yield made


@pytest.fixture
def portal(there: StandIn) -> Iterator[HttpPortal]:
    there.fault("none")
    line = Line(there.url, PATIENCE_S)
    yield HttpPortal(line, Account(USER, PASSWORD, "G01.801.308"))
    line.close()


def _sync(code: str, status: int = 2) -> PortalSync:
    return PortalSync(code, "3.000347", "Đổi giấy phép lái xe", "TRẦN MINH QUÂN", "PC08", status, AT)


def _step(code: str, status: int = 4) -> PortalStep:
    return PortalStep(code, "Nguyễn Lan", "Cán bộ", "PC08", "Tiếp nhận hồ sơ", status, AT, AT, AT + timedelta(days=3))


def _code() -> str:
    return f"G01.801.308-261129-{uuid4().int % 10**6:06d}"


def _known(there: StandIn, code: str) -> list[dict[str, Any]]:
    return [one for one in there.ledger()["dossiers"] if one["MaHoSo"] == code]


def test_a_dossier_is_told_again_and_again_and_is_one(there: StandIn, portal: HttpPortal) -> None:
    code = _code()
    for status in (2, 4, 9):
        reference, body = portal.message(uuid4(), _sync(code, status))
        assert portal.send(reference, body) == Done({}, str(status))
        assert portal.look(reference, body) == Absent(), "told again it is the same"
        assert portal.send(reference, body) == Done({}, str(status))
        assert portal.hear(reference, code) == Heard(str(status))
    (one,) = _known(there, code)
    assert (one["TrangThaiHoSo"], one["NgayTiepNhan"]) == ("9", "20261129210509")
    assert portal.hear("", "G01.801.308-261129-999999") == Absent()


def test_a_step_is_looked_for_before_it_is_told_again(there: StandIn, portal: HttpPortal) -> None:
    code = _code()
    reference, body = portal.message(uuid4(), _step(code))
    assert portal.look(reference, body) == Absent()
    assert portal.send(reference, body) == Rejected("MA_LOI_20"), "a step of a dossier that it was not told of"
    portal.send(*portal.message(uuid4(), _sync(code)))
    there.fault("lost", after=1, times=1)
    assert portal.send(reference, body) == Unknown("UNREACHABLE")
    assert portal.look(reference, body) == Done()
    assert len(_known(there, code)[0]["TienDo"]) == 1
    assert portal.look(*portal.message(uuid4(), _step(code, 9))) == Absent()
    other = structs.replace(_step(code), words="Đã duyệt, chưa in thẻ")
    assert portal.look(*portal.message(uuid4(), other)) == Absent(), "of the same second and state, but another step"
    there.fault("steps")
    assert portal.look(reference, body) == Unknown("STEPS_NOT_TOLD")
    there.fault("none")


def test_silence_of_any_kind_is_unknown(there: StandIn, portal: HttpPortal) -> None:
    code = _code()
    sync, step = portal.message(uuid4(), _sync(code)), portal.message(uuid4(), _step(code))
    assert portal.send(*sync) == Done({}, "2")
    for fault, cause in SILENCE.items():
        there.fault(fault)
        assert portal.send(*sync) == Unknown(cause), fault
        assert portal.look(*step) == Unknown(cause), fault
        assert portal.hear("", code) == Unknown(cause), fault
        assert portal.dossier(SENT) == PortalDossier("unknown", cause=cause), fault
    there.fault("none")
    assert NoPortal().dossier(SENT) == PortalDossier("unknown", cause="NOT_JOINED")


def test_a_dossier_that_a_citizen_sent_is_found(there: StandIn, portal: HttpPortal) -> None:
    received = datetime(2026, 11, 27, 20, 15, tzinfo=HANOI)
    assert portal.dossier(SENT) == PortalDossier("yes", SENT, "3.000347", "TRẦN MINH QUÂN", "1", received)
    assert portal.dossier("G01.801.308-261127-000009") == PortalDossier("no")


def test_a_session_is_kept_and_renewed_once(there: StandIn, portal: HttpPortal) -> None:
    before = there.ledger()["logins"]
    for _ in range(SESSION_REQUESTS):
        assert portal.dossier(SENT).held == "yes"
    assert there.ledger()["logins"] == before + 1
    assert portal.dossier(SENT).held == "yes", "over, and renewed within the same question"
    assert there.ledger()["logins"] == before + 2
    there.fault("expired", times=1)
    assert portal.dossier(SENT).held == "yes"
    assert there.ledger()["logins"] == before + 3


def test_who_is_not_let_in_knows_nothing(there: StandIn, portal: HttpPortal) -> None:
    there.fault("login")
    assert portal.dossier(SENT) == PortalDossier("unknown", cause="LOGIN")
    there.fault("none")
    line = Line(there.url, PATIENCE_S)
    assert HttpPortal(line, Account(USER, "wrong", "U")).dossier(SENT).cause == "LOGIN"
    line.close()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (b'{"error_code": 0, "data": [{"MaHoSo": "X"}, {"MaHoSo": "X", "TrangThaiHoSo": "9"}]}', "AMBIGUOUS"),
        (b'{"error_code": 0, "data": [{"MaHoSo": "X", "NgayHenTra": "29/11/2026"}]}', "SHAPE"),
        (b'{"error_code": 0, "data": [{}]}', "SHAPE"),
        (b"[]", "SHAPE"),
        (b"{}", "SHAPE"),
    ],
)
def test_no_answer_is_taken_for_a_good_one(said: bytes, cause: str) -> None:
    with played(b'{"error_code": "0", "session": "s"}', said) as other:
        line = Line(other.url)
        assert HttpPortal(line, Account("u", "p", "U")).dossier("X") == PortalDossier("unknown", cause=cause)
        line.close()


def test_the_same_dossier_twice_is_one() -> None:
    one = b'{"MaHoSo": "X", "TrangThaiHoSo": "4"}'
    with played(
        b'{"error_code": "0", "session": "s"}', b'{"error_code": 0, "data": [' + one + b"," + one + b"]}"
    ) as other:
        line = Line(other.url)
        assert HttpPortal(line, Account("u", "p", "U")).dossier("X") == PortalDossier("yes", "X", status="4")
        line.close()


def test_a_dossier_has_every_field_of_the_published_shape() -> None:
    paper = PortalFile("1", "don.pdf", "TP01", "https://kho.example/1")
    supplement = PortalSupplement("1", "lan", "Thiếu giấy khám sức khỏe", AT, "lan", AT, AT, AT + timedelta(days=2))
    full = PortalSync(
        SENT,
        "3.000347",
        "Đổi giấy phép lái xe",
        "TRẦN MINH QUÂN",
        "PC08",
        10,
        AT,
        due_at=AT + timedelta(days=3),
        by_post=True,
        papers=[paper],
        fees=[FeeLine("2", "GPLX", "Lệ phí", 115_000)],
        supplements=[supplement],
        results=[paper],
    )
    line = Line("http://127.0.0.1:9")
    portal = HttpPortal(line, Account("u", "p", "U"))
    told = json.loads(portal.message(uuid4(), full)[1])["item"]
    step = json.loads(portal.message(uuid4(), _step(SENT))[1])["item"]
    line.close()
    assert set(told) == set(DOSSIER.split())
    assert set(told["TaiLieuNop"][0]) == set(PAPER.split())
    assert set(told["DanhSachLePhi"][0]) == set(FEES.split())
    assert set(told["DanhSachHoSoBoSung"][0]) == set(SUPPLEMENT.split())
    assert set(step) == set(STEP.split())
    assert (told["HinhThuc"], told["LoaiDoiTuong"], told["NgayHenTra"]) == ("1", "1", "20261202210509")
    assert told["DanhSachHoSoBoSung"][0]["NgayHenTraMoi"] == "20261201210509"


DOSSIER = """MaHoSo MaTTHC TenTTHC MaLinhVuc TenLinhVuc KenhThucHien ChuHoSo LoaiDoiTuong MaDoiTuong Email Fax
SoDienThoai TrichYeuHoSo NgayTiepNhan NgayHenTra TrangThaiHoSo NgayTra ThongTinTra HinhThuc NgayKetThucXuLy DonViXuLy
GhiChu TaiLieuNop DanhSachLePhi DanhSachTepDinhKemKhac DanhSachHoSoBoSung DanhSachGiayToKetQua"""
PAPER = "TepDinhKemId TenTepDinhKem IsDeleted MaThanhPhanHoSo DuongDanTaiTepTin"
FEES = "TenPhiLePhi MaPhiLePhi HinhThucThu Gia LoaiPhiLePhi"
SUPPLEMENT = """HoSoBoSungId NguoiYeuCauBoSung NoiDungBoSung NgayBoSung NguoiTiepNhanBoSung NgayTiepNhanBoSung
TrangThaiBoSung NgayHenTraTruoc NgayHenTraMoi"""
STEP = """MaHoSo NguoiXuLy ChucDanh ThoiDiemXuLy PhongBanXuLy NoiDungXuLy TrangThai NgayBatDau NgayKetThucTheoQuyDinh"""
