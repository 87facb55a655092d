"""The practice result repository: a process of its own. It keeps one result, a licence, for each specimen citizen.

Faults of its own: `shape`, `duplicate`, `stranger` (a kind nobody asked for), `partial` (kind and title alone).

    python -m clerk_app.practice.result_repository --port 0
"""

from __future__ import annotations

from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import people

FAULTS = ("shape", "duplicate", "stranger", "partial")
LICENCE = "KQ.G16.000347"
_NEEDED = ("SoDinhDanhChuSoHuu", "HoTenNguoiYeuCau", "KenhThucHien", "SoDinhDanhNguoiYeuCau", "MaThuTuc")


def results(number: str) -> list[dict[str, Any]]:
    """What is kept of one person."""
    return [
        {
            "MaKetQua": LICENCE,
            "TenGiayTo": "Giấy phép lái xe",
            "SoKyHieu": licence.number,
            "CoQuanChuQuan": licence.issuer,
            "DanhSachTepDinhKem": [{"TenTep": "giay-phep.pdf", "DuongDan": f"/tep/{specimen.at}/giay-phep.pdf"}],
        }
        for specimen in people()
        if specimen.person.number == number
        for licence in specimen.licences[:1]
    ]


def answered(asked: Asked) -> Said:
    """One look-up."""
    if asked.path != "/kho-ket-qua/tra-cuu" or asked.method != "POST":
        return Said({"error_code": 404}, 404)
    if any(not asked.said.get(name) for name in _NEEDED):
        return Said({"error_code": "THIEU_THONG_TIN", "DanhSachGiayToKetQua": []})
    wanted = {one["MaKetQua"] for one in asked.said.get("DanhSachDanhMucKetQua", [])}
    found = [one for one in results(asked.said["SoDinhDanhChuSoHuu"]) if not wanted or one["MaKetQua"] in wanted]
    match asked.fault:
        case "shape":
            return Said({"DanhSachGiayToKetQua": "?"})
        case "duplicate":
            found = [*found, *found]
        case "stranger":
            found = [{**one, "MaKetQua": "KQ.G01.999999"} for one in found]
        case "partial":
            found = [{"MaKetQua": one["MaKetQua"], "TenGiayTo": one["TenGiayTo"]} for one in found]
        case _:
            pass
    return Said({"error_code": 0, "DanhSachGiayToKetQua": found})


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice result repository")
