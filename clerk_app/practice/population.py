"""The practice population database behind its gateway: a process of its own. It knows the specimen citizens only.

Faults of its own: `shape`, `duplicate` (the same citizen twice), `twins` (two different citizens), `stranger` (somebody
else), `partial` (number and family name alone), `other` (another name and birth date), `year` (only the year of birth),
`loose` (names in decomposed letters). `GET /ledger` lists which officer asked under which query.

    python -m clerk_app.practice.population --port 0
"""

from __future__ import annotations

import unicodedata
from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import Specimen, people

FAULTS = ("shape", "duplicate", "twins", "stranger", "partial", "other", "year", "loose")
_NEEDED = ("HoVaTen", "SoDinhDanh", "SoCMND", "MaTichHop", "MaDVC", "MaCanBo", "MaYeuCau")
_LEDGER: list[dict[str, str]] = []


def citizen(specimen: Specimen) -> dict[str, Any]:
    """What is on record of one citizen."""
    person = specimen.person
    family, *middle, given = person.name.split()
    dwelling = ", ".join(person.residence.split(", ")[:-2])
    where = {"MaTinhThanh": "01", "MaQuanHuyen": "", "MaPhuongXa": "00070", "ChiTiet": dwelling}
    return {
        "SoDinhDanh": person.number,
        "SoCMND": person.old_number,
        "Ho": family,
        "ChuDem": " ".join(middle),
        "Ten": given,
        "NgayThangNam": f"{person.born:%Y%m%d}" if person.born else "",
        "Nam": f"{person.born:%Y}" if person.born else "",
        "GioiTinh": {"M": "1", "F": "2"}.get(person.sex or "", ""),
        "QuocTich": "VN",
        "DanToc": "01",
        "TonGiao": "00",
        "ThuongTru": where,
        "NoiOHienTai": where,
        "Cha": {"HoVaTen": specimen.father},
        "Me": {"HoVaTen": specimen.mother},
    }


def answered(asked: Asked) -> Said:
    """One look-up."""
    if asked.method == "GET" and asked.path == "/ledger":
        return Said(_LEDGER)
    if asked.path != "/csdldc/tra-cuu" or asked.method != "POST":
        return Said({"error_code": 404}, 404)
    said = asked.said if isinstance(asked.said, dict) else {}
    if any(name not in said for name in _NEEDED) or not said["MaCanBo"] or not said["MaYeuCau"]:
        return Said({"error_code": "THIEU_THONG_TIN", "CongdanCollection": {"CongDan": None}})
    _LEDGER.append(
        {"MaCanBo": said["MaCanBo"], "MaYeuCau": said["MaYeuCau"], "dstcode": asked.headers.get("dstcode", "")}
    )
    found = next((citizen(one) for one in people() if one.person.number == said["SoDinhDanh"]), None)
    if asked.fault == "shape":
        return Said({"CongdanCollection": "?"})
    return Said({"error_code": 0, "CongdanCollection": {"CongDan": found and _spoilt(found, asked.fault)}})


def _spoilt(found: dict[str, Any], fault: str) -> Any:
    match fault:
        case "duplicate":
            return [found, found]
        case "twins":
            return [found, {**found, "Ten": "KHÁC"}]
        case "stranger":
            return {**found, "SoDinhDanh": "001000000000"}
        case "partial":
            return {
                "SoDinhDanh": found["SoDinhDanh"],
                "Ho": found["Ho"],
                "ChuDem": found["ChuDem"],
                "Ten": found["Ten"],
            }
        case "other":
            return {**found, "Ten": "KHÁC", "NgayThangNam": "19700101", "Nam": "1970"}
        case "year":
            return {**found, "NgayThangNam": ""}
        case "loose":
            return {name: _decomposed(value) for name, value in found.items()}
        case _:
            return found


def _decomposed(value: Any) -> Any:
    return unicodedata.normalize("NFD", value) if isinstance(value, str) else value


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice population database")
