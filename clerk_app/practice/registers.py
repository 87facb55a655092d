"""The practice register of driving licences: a process of its own that speaks the register's published JSON over HTTP.

It knows the specimen citizens only. Faults by command: `POST /faults` with `{"fault": "slow", "seconds": 6}`; `down`
closes the line without an answer, `shape` answers something else, `none` heals.

    python -m clerk_app.practice.registers --port 0      prints {"listening": "http://127.0.0.1:…"}
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from clerk_app.practice.specimens import Specimen, people

FAULTS = ("none", "slow", "down", "shape")
_STATUS = {"valid": "HIEU_LUC", "held": "TAM_GIU", "suspended": "TUOC_QUYEN", "revoked": "THU_HOI", "lost": "MAT"}
_SANCTIONS = {"clear": "KHONG", "blocked": "CHUA_XU_LY", "unknown": "KHONG_RO"}
_NOT_FOUND: dict[str, object] = {"maLoi": 0, "giayPhep": [], "viPham": {"tinhTrang": "KHONG"}}


@dataclass(slots=True)
class _Fault:
    kind: str = "none"
    seconds: float = 6.0


def answer(specimen: Specimen) -> dict[str, object]:
    """What the register says about one citizen."""
    return {
        "maLoi": 0,
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


def _printed(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


class _Handler(BaseHTTPRequestHandler):
    fault = _Fault()

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path != "/gplx/tra-cuu":
            self._say(404, {"maLoi": 404})
            return
        if self.fault.kind == "down":
            return
        if self.fault.kind == "slow":
            time.sleep(self.fault.seconds)
        if self.fault.kind == "shape":
            self._say(200, {"maLoi": "khong", "giayPhep": "?"})
            return
        number = (parse_qs(asked.query).get("soDinhDanh") or [""])[0]
        found = next((answer(one) for one in people() if one.person.number == number), _NOT_FOUND)
        self._say(200, found)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        asked = json.loads(self.rfile.read(length) or b"{}")
        if self.path != "/faults" or asked.get("fault") not in FAULTS:
            self._say(400, {"maLoi": 400})
            return
        _Handler.fault = _Fault(asked["fault"], float(asked.get("seconds", 6)))
        self._say(200, {"maLoi": 0})

    def _say(self, status: int, said: dict[str, Any]) -> None:
        data = json.dumps(said, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except ConnectionError:
            # Whoever asked gave up waiting.
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is http.server's
        """Nothing: addresses hold numbers of people."""


def serve(port: int = 0, fault: str = "none") -> None:
    """Listen on loopback until killed or interrupted; prints its address as one JSON line when it does."""
    _Handler.fault = _Fault(fault)
    with HTTPServer(("127.0.0.1", port), _Handler) as server:
        print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}"}), flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


def main() -> None:
    """The command line of the stand-in."""
    parser = argparse.ArgumentParser(description="Practice register of driving licences")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", choices=FAULTS, default="none")
    chosen = parser.parse_args()
    serve(chosen.port, chosen.fault)


if __name__ == "__main__":
    main()
