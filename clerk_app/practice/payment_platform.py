"""The practice payment platform: a process of its own. Nobody pays anything here.

An INIT is known by its MaThamChieu: the same again gives the same place, another content is refused. `POST /pay` with
`{"MaThamChieu": …, "TrangThaiGD": 1}` is the citizen who pays (1), or fails (4). Faults of its own: `shape`; `digest`
(answers with a wrong MaXacThuc), `unsigned` (with none), `amount` (says another amount), `stranger` (answers of another
payment), `code` (an error instead of "00"), `claim` (TrangThaiGD 1 behind an error). `GET /ledger` lists what was made.

    python -m clerk_app.practice.payment_platform --port 0
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import folder

FAULTS = ("shape", "digest", "unsigned", "amount", "stranger", "code", "claim")
SECRET = (folder() / "payment_secret.txt").read_text("ascii").strip()
_SIGNED = {
    "INIT": (
        *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan", "MaKenhThanhToan"),
        *("MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich", "ThoiGianGD", "Ip"),
    ),
    "QUERY": ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD"),
    "GET_BILL": ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD"),
}
_STAMP = re.compile(r"20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d")
_MADE: dict[str, dict[str, Any]] = {}


def mark(values: list[str]) -> str:
    """MaXacThuc of these values."""
    return hashlib.sha256("|".join([*values, SECRET]).encode()).hexdigest()


def answered(asked: Asked) -> Said:
    """One message, told apart by LoaiBanTin."""
    if asked.path == "/ledger":
        return Said(
            [{name: one[name] for name in ("MaThamChieu", "SoTien", "TrangThaiGD", "INIT")} for one in _MADE.values()]
        )
    if asked.path == "/pay":
        _MADE[asked.said["MaThamChieu"]]["TrangThaiGD"] = asked.said["TrangThaiGD"]
        return Said({})
    said = asked.said
    if asked.path != "/thanh-toan" or not isinstance(said, dict) or said.get("LoaiBanTin") not in _SIGNED:
        return Said({"error_code": "404"}, 404)
    kind = said["LoaiBanTin"]
    if asked.fault == "shape":
        return Said({"error_code": 0, "MaLoi": 0})
    if said["MaXacThuc"] != mark([str(said[name]) for name in _SIGNED[kind]]) or not _STAMP.fullmatch(
        said["ThoiGianGD"]
    ):
        return Said({"error_code": "97", "MaLoi": "97"})
    if kind == "INIT":
        return _init(said, asked.fault)
    known = _MADE.get(said["MaThamChieu"])
    if known is None:
        return Said({"MaLoi": "01", "MaThamChieu": said["MaThamChieu"]})
    return _bill(known) if kind == "GET_BILL" else _state(known, said["ThoiGianGD"], asked.fault)


def _init(said: dict[str, Any], fault: str) -> Said:
    if fault == "code":
        return Said({"error_code": "05"})
    reference = said["MaThamChieu"]
    known = _MADE.setdefault(reference, {**said, "TrangThaiGD": 3, "INIT": 0})
    if known["MaXacThuc"] != said["MaXacThuc"]:
        return Said({"error_code": "94"})
    known["INIT"] += 1
    return Said({"error_code": "0", "UrlThanhToan": f"https://thanhtoan.example/{reference}"})


def _state(known: dict[str, Any], at: str, fault: str) -> Said:
    state, amount, reference = known["TrangThaiGD"], known["SoTien"], known["MaThamChieu"]
    code = "00"
    match fault:
        case "code":
            code = "99"
        case "claim":
            code, state = "99", 1
        case "amount":
            state, amount = 1, "1"
        case "stranger":
            state, reference = 1, "0" * 32
        case "digest" | "unsigned":
            state = 1
        case _:
            pass
    signed = mark(["DAY LA GIA MAO"] if fault == "digest" else [code, reference, str(state), amount, at])
    said = {"MaLoi": code, "MaThamChieu": reference, "TrangThaiGD": state, "SoTien": amount}
    return Said({**said, "ThoiGianGD": at} | ({} if fault == "unsigned" else {"MaXacThuc": signed}))


def _bill(known: dict[str, Any]) -> Said:
    if known["TrangThaiGD"] != 1:
        return Said({"MaLoi": "02", "MaThamChieu": known["MaThamChieu"]})
    return Said(octets=b"%PDF-1.4\n% bien lai thuc hanh\n%%EOF\n", media="application/pdf")


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice payment platform")
