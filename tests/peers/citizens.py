"""Citizens who send dossiers through the practice portal."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from PIL import Image

from clerk_app.practice.specimens import specimen

UNIT = "G01.801.308"


def picture(seed: int = 0, kind: str = "JPEG") -> bytes:
    """A small picture, another one for each seed."""
    made = io.BytesIO()
    Image.new("RGB", (120 + seed, 80), (200, (40 * seed) % 255, 90)).save(made, kind)
    return made.getvalue()


@dataclass
class Citizens:
    """Everybody who sends something through the portal at this address."""

    url: str

    def send(
        self,
        code: str,
        person: int = 1,
        sent_at: str = "20261127201500",
        papers: dict[str, bytes] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Send a dossier, or send it once more; `more` replaces parts of it."""
        files = papers if papers is not None else {"GKSK": picture(1), "GPLX_CU": picture(2)}
        item = submission(code, person, sent_at, list(files)) | more
        data = {f"{code}-{paper}": base64.b64encode(data).decode() for paper, data in files.items()}
        with requests.post(f"{self.url}/lay", json={"item": item, "files": data}, timeout=5) as reply:
            assert reply.ok, reply.text
        return item


def submission(
    code: str, person: int = 1, sent_at: str = "20261127201500", papers: list[str] | None = None
) -> dict[str, Any]:
    """What the portal lists of it."""
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


def codes(number: int, day: datetime) -> list[str]:
    """Codes as the portal gives them."""
    return [f"{UNIT}-{day:%y%m%d}-{at:06d}" for at in range(1, number + 1)]
