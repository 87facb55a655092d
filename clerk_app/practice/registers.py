"""The practice register of driving licences: a process of its own that speaks the register's JSON over HTTP.

It knows the specimen citizens only. Faults by command as every stand-in (`practice.door`); of its own: `shape` answers
something else, `duplicate` says every licence twice, `stranger` answers about somebody else, `partial` leaves out what
it says of sanctions and of the holder, `contradicts` says two things of one licence.

    python -m clerk_app.practice.registers --port 0      prints {"listening": "http://127.0.0.1:…"}
"""

from __future__ import annotations

from datetime import date
from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import Specimen, people

FAULTS = ("shape", "duplicate", "stranger", "partial", "contradicts")
_STATUS = {"valid": "HIEU_LUC", "held": "TAM_GIU", "suspended": "TUOC_QUYEN", "revoked": "THU_HOI", "lost": "MAT"}
_SANCTIONS = {"clear": "KHONG", "blocked": "CHUA_XU_LY", "unknown": "KHONG_RO"}


def answer(specimen: Specimen) -> dict[str, Any]:
    """What the register says about one citizen."""
    return {
        "maLoi": 0,
        "soDinhDanh": specimen.person.number,
        "giayPhep": [
            {
                "soGPLX": licence.number,
                "hang": licence.code,
                "cheDo": "cu" if licence.regime == "old" else "moi",
                "ngayCap": _printed(licence.issued),
                "ngayHetHan": _printed(licence.expires) or None,
                "noiCap": licence.issuer,
                "diem": licence.points,
                "trangThai": _STATUS.get(licence.status, "HIEU_LUC"),
                "hanChe": licence.restriction,
                "ngayThuHoiGianDoi": _printed(licence.fraud_decided),
            }
            for licence in specimen.licences
        ],
        "viPham": {"tinhTrang": _SANCTIONS[specimen.sanctions], "soQuyetDinh": specimen.sanction},
        "chuGiayPhep": {"hoTen": specimen.person.name, "ngaySinh": _printed(specimen.person.born)},
    }


def answered(asked: Asked) -> Said:
    """One look-up, by the number of a person or of a licence."""
    if asked.path != "/gplx/tra-cuu" or asked.method != "GET":
        return Said({"maLoi": 404}, 404)
    number, licence = asked.query.get("soDinhDanh", ""), asked.query.get("soGPLX", "")
    if asked.fault == "shape":
        return Said({"maLoi": "khong", "giayPhep": "?"})
    if licence:
        found = _of_licence(licence)
    else:
        known = (answer(one) for one in people() if one.person.number == number)
        nobody = {"maLoi": 0, "soDinhDanh": number, "giayPhep": [], "viPham": {"tinhTrang": "KHONG"}}
        found = next(known, nobody)
    return Said(_spoilt(found, asked.fault))


def _of_licence(licence: str) -> dict[str, Any]:
    for one in people():
        said = answer(one)
        said["giayPhep"] = [line for line in said["giayPhep"] if line["soGPLX"] == licence]
        if said["giayPhep"]:
            return said
    return {"maLoi": 0, "giayPhep": [], "viPham": {"tinhTrang": "KHONG"}}


def _spoilt(said: dict[str, Any], fault: str) -> dict[str, Any]:
    lines = said["giayPhep"]
    match fault:
        case "duplicate":
            said["giayPhep"] = [*lines, *lines]
        case "contradicts":
            said["giayPhep"] = [*lines, *({**one, "trangThai": "THU_HOI"} for one in lines)]
        case "stranger":
            said["soDinhDanh"] = "001000000000"
            said["giayPhep"] = [{**one, "soGPLX": "010000000000"} for one in lines]
        case "partial":
            del said["viPham"]
            said.pop("chuGiayPhep", None)
        case _:
            pass
    return said


def _printed(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice register of driving licences")
