"""The practice public post: a process of its own. Nothing is carried anywhere.

An order is known by its OrderNumber; a second one under the same number would be a second parcel, as at a post that
does not compare. `POST /move` with `{"OrderNumber": …, "Status": …}` moves one. Faults of its own: `shape`, `stranger`
(answers of another order), `code` (an error), `district` (refuses an address without one), `partial` (no ItemCode).
`GET /ledger` lists every parcel that was made.

    python -m clerk_app.practice.public_post --port 0
"""

from __future__ import annotations

from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run

FAULTS = ("shape", "stranger", "code", "district", "partial")
_NEEDED = ("CustomerCode", "ItemCode", "OrderNumber", "CODAmount", "Sender", "Receiver", "Description", "FlagConfig")
_PLACE = ("Province", "District", "Address", "Name", "Email", "Tel")
_PARCELS: list[dict[str, Any]] = []


def answered(asked: Asked) -> Said:
    """One message."""
    if asked.path == "/ledger":
        return Said(_PARCELS)
    said = asked.said
    if asked.path not in ("/don-hang", "/tra-cuu", "/nhan", "/move") or not isinstance(said, dict):
        return Said({"Code": "404"}, 404)
    if asked.path == "/don-hang":
        return _spoilt(_order(said, asked.fault), asked.fault)
    known = next((one for one in _PARCELS if one["OrderNumber"] == said.get("OrderNumber")), None)
    if known is None:
        return Said({"Code": "01"})
    if asked.path == "/move":
        known["Status"] = said["Status"]
    if asked.path == "/nhan":
        return Said(octets=b"%PDF-1.4\n% nhan buu gui thuc hanh\n%%EOF\n", media="application/pdf")
    return _spoilt(_told(known), asked.fault)


def _order(said: dict[str, Any], fault: str) -> dict[str, Any]:
    complete = all(name in said for name in _NEEDED)
    if not complete or any(name not in said[end] for end in ("Sender", "Receiver") for name in _PLACE):
        return {"Code": "02"}
    if fault == "code":
        return {"Code": "99"}
    if fault == "district" and not said["Receiver"]["District"]:
        return {"Code": "DISTRICT_REQUIRED"}
    parcel = {**said, "ItemCode": f"EP{len(_PARCELS) + 1:09d}VN", "Status": "NHAN_DON"}
    _PARCELS.append(parcel)
    return _told(parcel)


def _told(parcel: dict[str, Any]) -> dict[str, Any]:
    return {"Code": "00", **{name: parcel[name] for name in ("OrderNumber", "ItemCode", "Status")}}


def _spoilt(said: dict[str, Any], fault: str) -> Said:
    match fault:
        case "shape":
            return Said({"Code": 0})
        case "code":
            return Said({"Code": "99"})
        case "stranger":
            return Said({**said, "OrderNumber": "0" * 32})
        case "partial":
            return Said({**said, "ItemCode": ""})
        case _:
            return Said(said)


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice public post")
