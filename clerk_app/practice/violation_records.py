"""The practice records of traffic violations: a process of its own. It knows the specimen citizens only.

Faults of its own: `shape`, `duplicate` (every sanction twice), `stranger` (about somebody else), `partial` (no word on
how things stand), `contradicts` (nothing is open, and here is what is open), `bare` (blocked, without particulars).

    python -m clerk_app.practice.violation_records --port 0
"""

from __future__ import annotations

import re
from typing import Any

from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import Specimen, people

FAULTS = ("shape", "duplicate", "stranger", "partial", "contradicts", "bare")
_STATES = {"clear": "KHONG", "blocked": "CHUA_XU_LY", "unknown": "KHONG_RO"}
_DECISION = re.compile(r"số (\S+) ngày (\d\d/\d\d/\d{4}), (.+)$")
_INVENTED = {
    "hinhThuc": "PHAT_TIEN",
    "soQuyetDinh": "0777/QĐ-XPHC",
    "ngayQuyetDinh": "03/11/2026",
    "coQuan": "Phòng CSGT Công an thành phố Hà Nội",
}


def answer(specimen: Specimen) -> dict[str, Any]:
    """What the records say about one citizen."""
    open_ones: list[dict[str, str]] = []
    if specimen.sanctions == "blocked":
        written = _DECISION.search(specimen.sanction)
        held = "tạm giữ" in specimen.sanction
        open_ones.append(
            {
                "hinhThuc": "TAM_GIU" if held else "KHAC",
                "soQuyetDinh": written[1] if written else specimen.sanction,
                "ngayQuyetDinh": written[2] if written else "",
                "coQuan": written[3] if written else "",
            }
        )
    state = _STATES[specimen.sanctions]
    return {"maLoi": 0, "soDinhDanh": specimen.person.number, "tinhTrang": state, "viPham": open_ones}


def answered(asked: Asked) -> Said:
    """One look-up."""
    if asked.path != "/vi-pham/tra-cuu" or asked.method != "POST":
        return Said({"maLoi": 404}, 404)
    number = str(asked.said.get("soDinhDanh", ""))
    nobody = {"maLoi": 0, "soDinhDanh": number, "tinhTrang": "KHONG", "viPham": []}
    said: dict[str, Any] = next((answer(one) for one in people() if one.person.number == number), nobody)
    match asked.fault:
        case "shape":
            return Said({"maLoi": "khong"})
        case "duplicate":
            said["viPham"] = [*said["viPham"], *said["viPham"]]
        case "stranger":
            said["soDinhDanh"] = "001000000000"
        case "partial":
            del said["tinhTrang"]
        case "contradicts":
            said |= {"tinhTrang": "KHONG", "viPham": [_INVENTED]}
        case "bare":
            said |= {"tinhTrang": "CHUA_XU_LY", "viPham": []}
        case _:
            pass
    return Said(said)


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice records of traffic violations")
