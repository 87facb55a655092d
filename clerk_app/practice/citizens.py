"""Specimen citizens who send dossiers through the practice portal."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import requests

from clerk_app.practice.specimens import specimen

UNIT = "G01.801.308"
FIRST = 900_001
"""The portal's own numbers begin there, far from those that central lends to desks."""


def submission(
    code: str, person: int = 1, sent_at: str = "20261127201500", papers: Sequence[str] | None = None
) -> dict[str, Any]:
    """What the portal lists of one. `sent_at` is the time in Hanoi as YYYYMMDDhhmmss; where it is empty, the portal
    writes down when it came. Raises `IndexError` for an unknown person.
    """
    who = specimen(person)
    one, licence = who.person, who.licences[0] if who.licences else None
    assert one.born is not None
    return {
        "MaHoSo": code,
        "MaTTHC": "3.000347",
        "DonViXuLy": UNIT,
        "ChuHoSo": one.name,
        "NgayNop": sent_at,
        "ThoiDiemCapNhat": sent_at,
        "SoDienThoai": who.phone,
        "Email": f"cong.dan.{person}@example.vn",
        "DuLieu": {
            "SoDinhDanh": one.number,
            "HoTen": one.name,
            "NgaySinh": f"{one.born:%d/%m/%Y}",
            "GioiTinh": "Nam" if one.sex == "M" else "Nữ",
            "QuocTich": one.nationality,
            "NoiCuTru": one.residence,
            "SoGiayPhep": licence.number if licence else "",
            "HangGiayPhep": licence.code if licence else "",
            "NoiNhanKetQua": "Tại quầy",
            "LyDo": "Sắp hết hạn",
        },
        "TaiLieuNop": [
            {
                "TepDinhKemId": f"{code}-{paper}",
                "TenTepDinhKem": f"{paper}.jpg",
                "MaThanhPhanHoSo": paper,
                "DuongDanTaiTepTin": f"/files/{code}-{paper}",
            }
            for paper in papers or ()
        ],
        "DanhSachLePhi": [
            {"TenPhiLePhi": "Lệ phí", "MaPhiLePhi": "LP", "Gia": "115000", "TrangThaiThanhToan": "0", "MaGiaoDich": ""}
        ],
    }


def papers_of(person: int) -> dict[str, bytes]:
    """The papers of a specimen citizen as pictures, by the code of their item. Raises `IndexError`."""
    from clerk_app.practice import scanner_papers

    who = specimen(person)
    drawn: dict[str, bytes] = {}
    for item, paper in (("GKSK", "health"), ("GPLX_CU", "licence-front")):
        made = io.BytesIO()
        picture = scanner_papers.draw("health" if paper == "health" else "licence-front", who.person, who.licences[0])
        picture.save(made, "JPEG", quality=80, dpi=(scanner_papers.DPI, scanner_papers.DPI))
        drawn[item] = made.getvalue()
    return drawn


def lay(portal: str, item: Mapping[str, Any], papers: Mapping[str, bytes]) -> None:
    """Send it, or send it once more. Raises `requests.RequestException` where no practice portal answers."""
    code = item["MaHoSo"]
    files = {f"{code}-{paper}": base64.b64encode(data).decode() for paper, data in papers.items()}
    with requests.post(f"{portal}/lay", json={"item": item, "files": files}, timeout=10) as reply:
        reply.raise_for_status()


def next_code(portal: str, day: date) -> str:
    """A code of that day that the portal has not given yet. Raises as `lay`."""
    with requests.get(f"{portal}/ledger", timeout=10) as reply:
        reply.raise_for_status()
        known = [str(one["MaHoSo"]) for one in reply.json()["dossiers"]]
    begin = f"{UNIT}-{day:%y%m%d}-"
    given = [int(one.removeprefix(begin)) for one in known if one.startswith(begin)]
    return f"{begin}{max([FIRST - 1, *given]) + 1:06d}"
