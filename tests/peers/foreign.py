"""Foreign systems for tests: a stand-in as a process with its faults, and a recorded conversation played again."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

WIRE = Path(__file__).parents[1] / "specimens" / "wire"


class StandIn:
    """One stand-in of `clerk_app.practice`, by the name of its module."""

    def __init__(self, module: str) -> None:
        arguments = [sys.executable, "-m", f"clerk_app.practice.{module}", "--port", "0"]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.said: dict[str, str] = json.loads(self.process.stdout.readline())
        """Where it listens, and whatever else it says of itself."""
        self.url = self.said["listening"]

    def fault(self, kind: str, seconds: float = 3, times: int | None = None, after: int = 0) -> None:
        """Something is wrong once `after` requests are over, from then on or `times` requests long."""
        said = {"fault": kind, "seconds": seconds, "after": after} | ({} if times is None else {"times": times})
        with requests.post(f"{self.url}/faults", json=said, timeout=5) as reply:
            assert reply.ok, reply.text

    def ledger(self) -> Any:
        """What it did so far."""
        with requests.get(f"{self.url}/ledger", timeout=5) as reply:
            return reply.json()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def stand_in(module: str) -> Iterator[StandIn]:
    """A stand-in for as long as it is needed."""
    made = StandIn(module)
    try:
        yield made
    finally:
        made.close()


@dataclass
class Played:
    """A system that answers what was recorded, and keeps what it was asked."""

    answers: list[bytes]
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def played(*answers: bytes, certificate: tuple[Path, Path] | None = None) -> Iterator[Played]:
    """Answers these, one after another, the last one for ever; behind TLS with a certificate and its key."""
    held = Played(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, said: Any) -> None:
            parts = urlsplit(self.path)
            asked = {"method": self.command, "path": parts.path}
            if parts.query:
                asked["query"] = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if said is not None:
                asked["body"] = said
            held.asked.append(asked)
            data = held.answers.pop(0) if len(held.answers) > 1 else held.answers[0]
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is http.server's
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        held.url = f"http://127.0.0.1:{server.server_port}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            held.url = f"https://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()


def recorded(system: str) -> dict[str, dict[str, Any]]:
    """Every recorded exchange with a system, by its name: `request` and `answer`."""
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((WIRE / system).glob("*.json"))}


def misfits(value: Any, shape: Any, at: str = "") -> list[str]:
    """Where a value is not of a shape."""
    if isinstance(shape, tuple):
        return [] if any(not misfits(value, one, at) for one in shape) else [f"{at}: none of {len(shape)}"]
    if shape is None or isinstance(shape, type):
        fits = value is None if shape is None else type(value) is shape
        return [] if fits else [f"{at}: {type(value).__name__}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        return [one for n, item in enumerate(value) for one in misfits(item, shape[0], f"{at}[{n}]")]
    if not isinstance(value, dict):
        return [f"{at}: no object"]
    named = {name.rstrip("?"): inner for name, inner in shape.items()}
    missing = [f"{at}.{name}: missing" for name in shape if not name.endswith("?") and name not in value]
    strange = [f"{at}.{name}: not in the shape" for name in value if name not in named]
    inside = [
        one for name, inner in named.items() if name in value for one in misfits(value[name], inner, f"{at}.{name}")
    ]
    return missing + strange + inside
