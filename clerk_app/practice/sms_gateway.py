"""The practice SMS gateway: a process of its own. No telephone rings.

A message is known by its MaThamChieu; the gateway does not compare: handed over twice, it is sent and billed twice. It
arrives by itself on the second look, or by `POST /move` with `{"MaThamChieu": …, "TrangThai": …, "LyDo": …}`. Numbers
that end in 000 do not exist (THAT_BAI). Faults of its own: `shape`, `stranger` (answers of another message), `code` (an
error for good), `busy` (took nothing, wants it again), `partial` (no TrangThai), `duplicate` (sends each one twice).
`GET /ledger` lists every message that was sent.

    python -m clerk_app.practice.sms_gateway --port 0
"""

from __future__ import annotations

from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run

FAULTS = ("shape", "stranger", "code", "busy", "partial", "duplicate")
_NEEDED = ("MaThamChieu", "NguoiGui", "SoNhan", "NoiDung", "BangMa")
_ONE_PART = {"GSM-7": 160, "UCS-2": 70}
_SENT: list[dict[str, Any]] = []


def answered(asked: Asked) -> Said:
    """One message."""
    if asked.path == "/ledger":
        return Said(_SENT)
    said = asked.said
    if asked.path not in ("/tin-nhan", "/tin-nhan/tra-cuu", "/move") or not isinstance(said, dict):
        return Said({"MaLoi": "405"}, 404)
    if asked.path == "/tin-nhan":
        return _spoilt(_send(said, asked.fault), asked.fault)
    known = next((one for one in reversed(_SENT) if one["MaThamChieu"] == said.get("MaThamChieu")), None)
    if known is None:
        return Said({"MaLoi": "404"})
    if asked.path == "/move":
        known.update({name: said[name] for name in ("TrangThai", "LyDo") if name in said})
        return Said(_told(known))
    told = _told(known)
    if known["TrangThai"] == "DA_GUI":
        known["TrangThai"] = "THAT_BAI" if known["SoNhan"].endswith("000") else "DA_NHAN"
        known["LyDo"] = "SO_KHONG_TON_TAI" if known["TrangThai"] == "THAT_BAI" else ""
    return _spoilt(told, asked.fault)


def _send(said: dict[str, Any], fault: str) -> dict[str, Any]:
    number = str(said.get("SoNhan", ""))
    if any(not isinstance(said.get(name), str) for name in _NEEDED) or said["BangMa"] not in _ONE_PART:
        return {"MaLoi": "400"}
    if not (number.isascii() and number.isdigit() and number.startswith("84") and len(number) == 11):
        return {"MaLoi": "SO_SAI"}
    if fault in ("code", "busy"):
        return {"MaLoi": "500" if fault == "code" else "429"}
    made = {name: said[name] for name in _NEEDED} | {"TrangThai": "DA_GUI", "LyDo": ""}
    _SENT.extend([made, dict(made)] if fault == "duplicate" else [made])
    return _told(made)


def _told(one: dict[str, Any]) -> dict[str, Any]:
    return {"MaLoi": "0", **{name: one[name] for name in ("MaThamChieu", "TrangThai", "LyDo")}}


def _spoilt(said: dict[str, Any], fault: str) -> Said:
    match fault:
        case "shape":
            return Said({"MaLoi": 0, "TrangThai": ["?"]})
        case "stranger" if "MaThamChieu" in said:
            return Said({**said, "MaThamChieu": "0" * 32})
        case "partial":
            return Said({name: value for name, value in said.items() if name != "TrangThai"})
        case _:
            return Said(said)


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice SMS gateway")
