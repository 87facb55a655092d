"""The practice register of driver-health certificates: a process of its own. It knows the specimen citizens only.

Each has one certificate, `0000n/GKSKLX/01234/26`, made three months ago. Faults of its own: `shape`, `duplicate` (twice
the same), `contradicts` (twice, fit and unfit), `stranger`, `partial` (no conclusion, no days).

    python -m clerk_app.practice.health_register --port 0
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from clerk_app.domain.calendar import HANOI
from clerk_app.practice.door import Asked, Door, Said, run
from clerk_app.practice.specimens import Specimen, people

FAULTS = ("shape", "duplicate", "contradicts", "stranger", "partial")


def certificate(specimen: Specimen) -> dict[str, Any]:
    """The certificate of one citizen."""
    made = datetime.now(HANOI).date() - timedelta(days=90)
    return {
        "soGiay": f"{specimen.at:05d}/GKSKLX/01234/{made:%y}",
        "soDinhDanh": specimen.person.number,
        "hoTen": specimen.person.name,
        "ketLuan": "DU",
        "ngayKetLuan": f"{made:%d/%m/%Y}",
        "ngayHetHan": f"{made + timedelta(days=365):%d/%m/%Y}",
        "hang": [licence.code for licence in specimen.licences],
        "coSo": "Bệnh viện thực hành Hà Nội",
    }


def answered(asked: Asked) -> Said:
    """One look-up, by the number of a certificate or of a person."""
    if asked.path != "/gksk/tra-cuu" or asked.method != "POST":
        return Said({"maLoi": 404}, 404)
    by_paper, by_person = asked.said.get("soGiay", ""), asked.said.get("soDinhDanh", "")
    found = [
        one
        for one in map(certificate, people())
        if by_paper == one["soGiay"] or (not by_paper and by_person == one["soDinhDanh"])
    ]
    match asked.fault:
        case "shape":
            return Said({"maLoi": 0, "giayKham": None})
        case "duplicate":
            found = [*found, *found]
        case "contradicts":
            found = [*found, *({**one, "ketLuan": "KHONG_DU"} for one in found)]
        case "stranger":
            found = [{**one, "soGiay": "99999/GKSKLX/01234/26", "soDinhDanh": "001000000000"} for one in found]
        case "partial":
            found = [{"soGiay": one["soGiay"], "soDinhDanh": one["soDinhDanh"]} for one in found]
        case _:
            pass
    return Said({"maLoi": 0, "giayKham": found})


if __name__ == "__main__":
    run(Door(answered, FAULTS), "Practice register of driver-health certificates")
