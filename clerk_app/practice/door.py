"""How a stand-in of a foreign system listens: HTTP on loopback, with faults by command. What it answers is its own.

`POST /faults` with `{"fault": "slow", "seconds": 6, "after": 2, "times": 1}`: it begins after two requests and lasts
for one; without `times` until `none` heals it.

- `slow` answers after `seconds`; `hold` does what it is asked and says so after `seconds`
- `drip` sends its answer a byte at a time over `seconds`
- `down` closes the line, nothing was done; `lost` does what it is asked and closes the line before it says so
- `error` says HTTP 503; `garbage` says something that is not JSON; `cut` breaks off in the middle of the answer
- others by stand-in: it is handed the name and answers accordingly

What is for whoever plays with it (`OURS`) is never disturbed: what it did, a citizen who pays or sends a
dossier, a parcel that moves.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

GENERAL = ("none", "slow", "hold", "drip", "down", "lost", "error", "garbage", "cut")
OURS = ("/ledger", "/pay", "/move", "/lay")
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `fault` is the stand-in's own fault that is set, else empty."""

    method: str
    path: str
    query: Mapping[str, str]
    said: Any
    headers: Mapping[str, str]
    fault: str


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: JSON, or `octets` as they are."""

    body: Any = None
    status: int = 200
    octets: bytes | None = None
    media: str = "application/json; charset=utf-8"

    def data(self) -> bytes:
        return self.octets if self.octets is not None else json.dumps(self.body, ensure_ascii=False).encode()


Answer = Callable[[Asked], Said]


@dataclass(slots=True)
class Fault:
    """What is wrong, once `after` requests are over. `times` counts down; None lasts."""

    kind: str = "none"
    seconds: float = 6.0
    times: int | None = None
    after: int = 0

    def next(self) -> str:
        """What is wrong with the request that came now."""
        if self.after > 0:
            self.after -= 1
            return "none"
        if self.times is not None:
            if self.times <= 0:
                return "none"
            self.times -= 1
        return self.kind


@dataclass(slots=True)
class Door:
    """One stand-in behind its address. Requests are answered one after another; slowness keeps nobody else waiting."""

    answer: Answer
    own_faults: tuple[str, ...] = ()
    fault: Fault = field(default_factory=Fault)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def faults(self) -> tuple[str, ...]:
        """Every fault that it knows."""
        return (*GENERAL, *self.own_faults)

    def set_fault(self, said: Any) -> bool:
        """Whether that was a fault of ours."""
        if not isinstance(said, dict) or said.get("fault") not in self.faults:
            return False
        times = said.get("times")
        lasting = None if times is None else int(times)
        self.fault = Fault(said["fault"], float(said.get("seconds", 6)), lasting, int(said.get("after", 0)))
        return True

    def answered(self, asked: Asked) -> Said:
        """What it says, done under its lock."""
        with self._one_at_a_time:
            return self.answer(asked)

    def serve(self, port: int) -> None:
        """Listen on loopback until killed or interrupted; prints its address as one JSON line when it does."""
        with ThreadingHTTPServer(("127.0.0.1", port), handler_of(self)) as server:
            server.daemon_threads = True
            print(json.dumps({"listening": f"http://127.0.0.1:{server.server_port}"}), flush=True)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                return


class _Handler(BaseHTTPRequestHandler):
    behind: Door

    def do_GET(self) -> None:
        self._handle("GET", None)

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), MOST_BYTES)
        try:
            said = json.loads(self.rfile.read(length) or b"null")
        except ValueError:
            self._send(Said({"error": "JSON"}, 400))
            return
        if self.path == "/faults":
            known = self.behind.set_fault(said)
            self._send(Said({"faults": list(self.behind.faults)}, 200 if known else 400))
            return
        self._handle("POST", said)

    def _handle(self, method: str, said: Any) -> None:
        door = self.behind
        fault = "none" if urlsplit(self.path).path in OURS else door.fault.next()
        if fault == "down":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(door.fault.seconds)
        if fault == "error":
            self._send(Said({"error": "503"}, 503))
            return
        if fault == "garbage":
            self._send(Said(octets=b"<html>\xff\x00 b\xe1\xba\xa3o tr\xc3\xac", media="text/html"))
            return
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        own = fault if fault in door.own_faults else ""
        answer = door.answered(Asked(method, parts.path, query, said, dict(self.headers), own))
        if fault == "lost":
            self.close_connection = True
            return
        if fault == "hold":
            time.sleep(door.fault.seconds)
        self._send(answer, fault)

    def _send(self, said: Said, fault: str = "") -> None:
        data = said.data()
        try:
            self.send_response(said.status)
            self.send_header("Content-Type", said.media)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if fault == "drip":
                for at in range(len(data)):
                    self.wfile.write(data[at : at + 1])
                    self.wfile.flush()
                    time.sleep(self.behind.fault.seconds / max(1, len(data)))
                return
            self.wfile.write(data[: len(data) // 2] if fault == "cut" else data)
        except ConnectionError:
            # Whoever asked gave up waiting.
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is http.server's
        """Nothing: addresses hold numbers of people."""


def handler_of(door: Door) -> type[BaseHTTPRequestHandler]:
    """What answers the requests of a server for this door."""

    class Handler(_Handler):
        behind = door

    return Handler


def run(door: Door, described: str) -> None:
    """The command line of a stand-in."""
    parser = argparse.ArgumentParser(description=described)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fault", choices=door.faults, default="none")
    chosen = parser.parse_args()
    door.fault = Fault(chosen.fault)
    door.serve(chosen.port)
