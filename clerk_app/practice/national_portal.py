"""The practice national portal: a process of its own. It knows two dossiers that citizens sent, and those it is told.

A session is good for `SESSION_REQUESTS` requests. Faults of its own: `shape`, `expired` (the session is over at once),
`login` (nobody is let in), `code` (an error), `stranger` (answers of another dossier), `steps` (does not tell steps).
`GET /ledger` lists every dossier with its steps and how often somebody signed in.

Citizens' submissions are laid in by `POST /lay`: `{"item": {…}, "files": {name: base64}}`; laid in again it is changed;
one that names no time was sent when it arrived.
LayDanhSachHoSo lists them since a moment, `GET /files/<name>` with a session gives a file. Faults of the list:
`partial` (an item lacks its form), `twice` (everything twice, the old version too), `torn` (files
break off in the middle).

    python -m clerk_app.practice.national_portal --port 0      name THUC-HANH, password in payment_secret.txt
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Any

from clerk_app.domain.calendar import HANOI
from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import folder, people

FAULTS = ("shape", "expired", "login", "code", "stranger", "steps", "partial", "twice", "torn")
SESSION_REQUESTS = 50
USER, PASSWORD = "THUC-HANH", (folder() / "payment_secret.txt").read_text("ascii").strip()
_STEP = (
    *("MaHoSo", "NguoiXuLy", "ChucDanh", "ThoiDiemXuLy", "PhongBanXuLy", "NoiDungXuLy", "TrangThai", "NgayBatDau"),
    "NgayKetThucTheoQuyDinh",
)
_SESSIONS: dict[str, int] = {}
_COUNTS = {"logins": 0}
_SUBMITTED: dict[str, list[dict[str, Any]]] = {}
"""By code, every version that was laid in, the last one last."""
_FILES: dict[str, bytes] = {}
_DOSSIERS: dict[str, dict[str, Any]] = {
    f"G01.801.308-261127-{one.at:06d}": {
        "MaHoSo": f"G01.801.308-261127-{one.at:06d}",
        "MaTTHC": "3.000347",
        "ChuHoSo": one.person.name,
        "MaDoiTuong": one.person.number,
        "TrangThaiHoSo": "1",
        "NgayTiepNhan": "20261127201500",
        "NgayHenTra": "",
        "TienDo": [],
    }
    for one in people()[:2]
}


def answered(asked: Asked) -> Said:
    """One message."""
    if asked.path == "/ledger":
        return Said({**_COUNTS, "dossiers": list(_DOSSIERS.values())})
    said = asked.said
    if asked.path == "/lay":
        return _laid(said)
    if asked.path.startswith("/files/"):
        return _file(asked)
    if asked.path not in ("/login", "/api") or not isinstance(said, dict):
        return Said({"error_code": 404}, 404)
    if asked.path == "/login":
        right = (said.get("username"), said.get("password")) == (USER, PASSWORD)
        if not right or asked.fault == "login":
            return Said({"error_code": 403, "session": ""})
        session = secrets.token_hex(16)
        _SESSIONS[session] = SESSION_REQUESTS
        _COUNTS["logins"] += 1
        return Said({"error_code": 0, "session": session})
    session = str(said.get("session", ""))
    if asked.fault == "expired" or _SESSIONS.get(session, 0) <= 0:
        _SESSIONS.pop(session, None)
        return Said({"error_code": 401})
    _SESSIONS[session] -= 1
    if asked.fault == "shape":
        return Said({"error_code": 0, "data": "?"})
    if asked.fault == "code":
        return Said({"error_code": 17})
    if not said.get("madonvi") or not isinstance(said.get("isUpdating"), bool):
        return Said({"error_code": 18})
    return _served(said, asked.fault)


def _served(said: dict[str, Any], fault: str) -> Said:
    (item,) = said["data"]
    if said["service"] == "LayDanhSachHoSo":
        return Said({"error_code": 0, "data": _listed(str(item.get("TuThoiDiem", "")), str(said["madonvi"]), fault)})
    known = _DOSSIERS.get(item["MaHoSo"])
    match said["service"]:
        case "TraCuuHoSo":
            found = [] if known is None else [{**known}]
            for one in found:
                if fault == "stranger":
                    one["MaHoSo"] = "G01.801.308-261127-999999"
                if fault == "steps":
                    del one["TienDo"]
            return Said({"error_code": 0, "data": found})
        case "DongBoHoSoMC":
            if said["isUpdating"] != (known is not None):
                return Said({"error_code": 19})
            _DOSSIERS[item["MaHoSo"]] = {**item, "TienDo": known["TienDo"] if known else []}
            return Said({"error_code": 0})
        case "CapNhatTienDoHoSoMC":
            if known is None or any(name not in item for name in _STEP):
                return Said({"error_code": 20})
            known["TienDo"].append(item)
            return Said({"error_code": 0})
        case _:
            return Said({"error_code": 21})


def _laid(said: Any) -> Said:
    """A citizen sends a dossier, or sends it once more with something changed."""
    arrived = f"{datetime.now(HANOI):%Y%m%d%H%M%S}"
    stamps = {name: said["item"].get(name) or arrived for name in ("NgayNop", "ThoiDiemCapNhat")}
    item = said["item"] | stamps
    code = item["MaHoSo"]
    _FILES.update({name: base64.b64decode(data) for name, data in said.get("files", {}).items()})
    _SUBMITTED.setdefault(code, []).append(item)
    kept = {"NgayTiepNhan": item["NgayNop"], "NgayHenTra": "", "TrangThaiHoSo": "1", "TienDo": []}
    _DOSSIERS[code] = _DOSSIERS.get(code, kept) | {name: item.get(name, "") for name in ("MaHoSo", "MaTTHC", "ChuHoSo")}
    return Said({"laid": code, "at": arrived})


def _listed(since: str, unit: str, fault: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for versions in _SUBMITTED.values():
        last = versions[-1]
        if last["DonViXuLy"] != unit or last.get("ThoiDiemCapNhat", last["NgayNop"]) < since:
            continue
        found += [last, *versions] if fault == "twice" else [last]
    if fault == "partial" and found:
        found[0] = {name: value for name, value in found[0].items() if name != "DuLieu"}
    return found


def _file(asked: Asked) -> Said:
    session = next((value for name, value in asked.headers.items() if name.lower() == "session"), "")
    if _SESSIONS.get(session, 0) <= 0 or asked.fault == "expired":
        return Said({"error_code": 401}, 401)
    data = _FILES.get(asked.path.removeprefix("/files/"))
    if data is None:
        return Said({"error_code": 404}, 404)
    return Said(octets=data[: len(data) // 2] if asked.fault == "torn" else data, media="application/octet-stream")


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice national portal")
