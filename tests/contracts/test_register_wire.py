"""What goes over the line to each register, recorded: held against the shapes, the client of today and its stand-in.

A shape lists every name that a message may have, `?` behind one that may be missing; what another party publishes is
written here as it stands there, and the rest as our own adapters describe it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import requests

from clerk_app.central.registers.health import HttpHealthRegister
from clerk_app.central.registers.licence import HttpLicenceRegister
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.population import HttpPopulationDatabase, Integration
from clerk_app.central.registers.results import HttpResultRepository, ResultsWanted
from clerk_app.central.registers.violations import HttpViolationRegister
from clerk_app.domain.registers import Claimed
from tests.peers.foreign import misfits, played, recorded, stand_in

QUAN, DAT, NOBODY = "001090012345", "036088000123", "001000000009"
US = Integration("VN:GOV:CSDLDC", "QUAY-HN", "3.000347")
QUERY = UUID("01990000-0000-7000-8000-000000000001")

_PLACE = {"MaTinhThanh": str, "MaQuanHuyen": str, "MaPhuongXa": str, "ChiTiet": str}
_CITIZEN = {
    **dict.fromkeys(("SoDinhDanh", "SoCMND", "Ho", "ChuDem", "Ten", "NgayThangNam", "Nam", "GioiTinh"), str),
    **dict.fromkeys(("QuocTich", "DanToc", "TonGiao"), str),
    "ThuongTru": _PLACE,
    "NoiOHienTai": _PLACE,
    "Cha?": dict,
    "Me?": dict,
    "VoChong?": dict,
    "ChuHo?": dict,
}
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "licences": (
        {"soDinhDanh?": str, "soGPLX?": str},
        {
            "maLoi": int,
            "soDinhDanh?": str,
            "giayPhep": [
                {
                    **dict.fromkeys(("soGPLX", "hang", "cheDo", "ngayCap", "noiCap", "trangThai"), str),
                    "ngayHetHan": (str, None),
                    "diem": (int, None),
                    "hanChe": str,
                    "ngayThuHoiGianDoi": str,
                }
            ],
            "viPham": {"tinhTrang": str, "soQuyetDinh?": str},
            "chuGiayPhep?": {"hoTen": str, "ngaySinh": str},
        },
    ),
    "violations": (
        {"soDinhDanh": str, "soGPLX": [str]},
        {
            "maLoi": int,
            "soDinhDanh": str,
            "tinhTrang": str,
            "viPham": [dict.fromkeys(("hinhThuc", "soQuyetDinh", "ngayQuyetDinh", "coQuan"), str)],
        },
    ),
    "identity": (
        {
            **dict.fromkeys(("HoVaTen", "SoDinhDanh", "SoCMND", "MaTichHop", "MaDVC", "MaCanBo", "MaYeuCau"), str),
            "NgayThangNam?": str,
            "Nam?": str,
        },
        {"error_code": int, "CongdanCollection": {"CongDan": (_CITIZEN, None)}},
    ),
    "health": (
        {"soGiay?": str, "soDinhDanh?": str},
        {
            "maLoi": int,
            "giayKham": [
                {
                    **dict.fromkeys(("soGiay", "soDinhDanh", "hoTen", "ketLuan", "ngayKetLuan", "ngayHetHan"), str),
                    "hang": [str],
                    "coSo": str,
                }
            ],
        },
    ),
    "results": (
        {
            "SoDinhDanhChuSoHuu": str,
            "HoTenNguoiYeuCau": str,
            "KenhThucHien": str,
            "SoDinhDanhNguoiYeuCau": str,
            "MaThuTuc": str,
            "DanhSachDanhMucKetQua": [{"MaKetQua": str, "SoKyHieu": str}],
        },
        {
            "error_code": int,
            "DanhSachGiayToKetQua": [
                {
                    "MaKetQua": str,
                    "TenGiayTo": str,
                    "SoKyHieu": str,
                    "CoQuanChuQuan": str,
                    "DanhSachTepDinhKem": [{"TenTep": str, "DuongDan": str}],
                }
            ],
        },
    ),
}


def _line(ask: Callable[[Line], object]) -> Callable[[str], object]:
    def asked(url: str) -> object:
        line = Line(url)
        try:
            return ask(line)
        finally:
            line.close()

    return asked


def _licence(ask: Callable[[HttpLicenceRegister], object]) -> Callable[[str], object]:
    def asked(url: str) -> object:
        register = HttpLicenceRegister(url)
        try:
            return ask(register)
        finally:
            register.close()

    return asked


_CLAIMED = Claimed(QUAN, "TRẦN MINH QUÂN", "1990-08-14", old_number="012345678")
_KIND = (("KQ.G16.000347", ""),)
ASKING: dict[str, dict[str, Callable[[str], object]]] = {
    "licences": {
        "by_person": _licence(lambda one: one.licences(QUAN)),
        "by_licence": _licence(lambda one: one.of_licence("360177004321")),
        "nobody": _licence(lambda one: one.licences(NOBODY)),
    },
    "violations": {
        "blocked": _line(lambda line: HttpViolationRegister(line).standing(DAT, ["360177004321"])),
        "clear": _line(lambda line: HttpViolationRegister(line).standing(QUAN, [])),
    },
    "identity": {
        "by_day": _line(lambda line: HttpPopulationDatabase(line, US).compare(_CLAIMED, "lan", QUERY)),
        "by_year": _line(
            lambda line: HttpPopulationDatabase(line, US).compare(Claimed(NOBODY, "AI ĐÓ", "1970"), "lan", QUERY)
        ),
    },
    "health": {
        "by_person": _line(lambda line: HttpHealthRegister(line).certificates(QUAN, "")),
        "by_certificate": _line(lambda line: HttpHealthRegister(line).certificates("", "00002/GKSKLX/01234/26")),
    },
    "results": {
        "licence": _line(
            lambda line: HttpResultRepository(line).results(
                ResultsWanted(QUAN, QUAN, "TRẦN MINH QUÂN", "3.000347", _KIND)
            )
        ),
        "none": _line(
            lambda line: HttpResultRepository(line).results(
                ResultsWanted(NOBODY, QUAN, "TRẦN MINH QUÂN", "3.000347", ())
            )
        ),
    },
}
MODULES = {
    "licences": "registers",
    "violations": "violation_records",
    "identity": "population",
    "health": "health_register",
    "results": "result_repository",
}


def _sent(request: dict[str, Any]) -> Any:
    """What a request says, wherever it says it."""
    return request.get("body", request.get("query"))


@pytest.mark.parametrize("system", SHAPES)
def test_recorded_exchanges_have_the_shapes(system: str) -> None:
    asked, answered = SHAPES[system]
    exchanges = recorded(system)
    assert exchanges.keys() == ASKING[system].keys()
    for name, exchange in exchanges.items():
        assert misfits(_sent(exchange["request"]), asked) == [], name
        assert misfits(exchange["answer"], answered) == [], name


@pytest.mark.parametrize("system", SHAPES)
def test_the_client_asks_as_recorded_and_understands_the_answer(system: str) -> None:
    for name, exchange in recorded(system).items():
        with played(json.dumps(exchange["answer"]).encode()) as other:
            said = ASKING[system][name](other.url)
        assert other.asked == [exchange["request"]], name
        for word in ("SHAPE", "TIMEOUT", "UNREACHABLE"):
            assert word not in repr(said), (name, said)


@pytest.mark.wire
@pytest.mark.parametrize("system", SHAPES)
def test_the_stand_in_answers_in_the_shape(system: str) -> None:
    with stand_in(MODULES[system]) as other:
        for name, exchange in recorded(system).items():
            request = exchange["request"]
            with requests.request(
                request["method"],
                other.url + request["path"],
                params=request.get("query"),
                json=request.get("body"),
                timeout=5,
            ) as reply:
                said = reply.json()
            assert misfits(said, SHAPES[system][1]) == [], name


def test_a_shape_bites() -> None:
    shape = {"a": str, "b?": [int], "c": (str, None)}
    assert misfits({"a": "x", "b": [1], "c": None}, shape) == []
    assert misfits({"a": 1, "c": 1, "d": 1}, shape) == [".d: not in the shape", ".a: int", ".c: none of 2"]
    assert misfits({"b": [1, "2"], "c": ""}, shape) == [".a: missing", ".b[1]: str"]
    assert misfits({"a": "", "b": {}, "c": ""}, shape) == [".b: no list"]
    assert misfits([], shape) == [": no object"]
