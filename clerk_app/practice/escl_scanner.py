"""The practice network scanner: eSCL in a process of its own. `python -m clerk_app.practice.escl_scanner`.

It prints one JSON line with its address when it listens. What lies on its glass and in its feeder, and what goes wrong,
is set by `POST /scene` while it runs. With `announce` it tells this computer, and no other, by multicast DNS.
"""

from __future__ import annotations

import argparse
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO

import msgspec

from clerk_app.practice import escl_wire as escl
from clerk_app.practice.escl_machine import ADF_STATES, BOMB, FAULTS, NAME, PAGE_FAULTS, QUIRKS, Machine
from clerk_app.practice.escl_wire import Job, NotSettings, Scene


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Server

    @property
    def machine(self) -> Machine:
        return self.server.machine

    def do_GET(self) -> None:
        self._handled(self._get)

    def do_POST(self) -> None:
        self._handled(self._post)

    def do_DELETE(self) -> None:
        self._handled(self._delete)

    def _handled(self, act: Callable[[], None]) -> None:
        try:
            if self.path == "/scene":
                self._scene()
            elif self._spoilt():
                self.close_connection = True
            else:
                act()
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def _spoilt(self) -> bool:
        """Whether the answer was something that no scanner should say."""
        machine = self.machine
        if "moved" in machine.scene.quirks and not self.path.startswith("/moved"):
            self._answer(301, b"", {"Location": f"/moved{self.path}"})
            return True
        self.path = self.path.removeprefix("/moved")
        match machine.scene.fault:
            case "hang" if machine.stuck:
                self._hang()
            case "garbage":
                self.wfile.write(b"\x01\x02scanner\xff" * 20000)
            case "garbage-xml":
                self._answer(200, b"<scan:ScannerStatus>" + bytes(range(256)) * 3)
            case "bomb":
                self._answer(200, BOMB)
            case "password":
                self._answer(401, b"", {"WWW-Authenticate": 'Basic realm="scanner"'})
            case "off":
                return True
            case _:
                return False
        return True

    def _hang(self) -> None:
        while self.machine.scene.fault == "hang" and not self.server.closing:
            # Whoever waits is waited for: the fault may be healed at any time.
            time.sleep(0.05)

    def _get(self) -> None:
        machine, quirks = self.machine, self.machine.scene.quirks
        match self.path.rstrip("/").split("/")[1:]:
            case ["eSCL", "ScannerCapabilities"]:
                formats = ("application/pdf",) if "pdf-only" in quirks else ("application/pdf", "image/jpeg")
                self._answer(200, escl.capabilities(NAME, machine.uuid, "no-feeder" not in quirks, formats))
            case ["eSCL", "ScannerStatus"]:
                warming = machine.strikes("warming")
                jobs = [(self._place(number), job) for number, job in reversed(machine.jobs.items())]
                adf = "" if "no-feeder" in quirks else machine.adf
                self._answer(200, escl.status("Testing" if warming else machine.state, adf, "", jobs))
            case ["eSCL", "ScanJobs", number, "NextDocument"] if number in machine.jobs:
                self._page(machine.jobs[number])
            case _:
                self._answer(404)

    def _place(self, number: str) -> str:
        return f"/eSCL/ScanJobs/{number}"

    def _post(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        machine, quirks = self.machine, self.machine.scene.quirks
        if self.path.rstrip("/") != "/eSCL/ScanJobs":
            return self._answer(404)
        if machine.strikes("busy"):
            return self._answer(503, b"", {"Retry-After": "1"})
        refused = {"refused": 400, "conflict": 409, "error": 500}.get(machine.scene.fault)
        if refused or machine.adf in ADF_STATES.values():
            return self._answer(refused or 503)
        try:
            wish = escl.wish_from(body)
        except NotSettings:
            return self._answer(400)
        if wish.feeder and not machine.scene.feeder:
            return self._answer(409)
        job = machine.job(wish)
        place, host = self._place(job.number), self.headers.get("Host", "127.0.0.1")
        location = f"http://{host}{place}"
        for quirk, otherwise in (
            ("path-only", place),
            ("relative", f"ScanJobs/{job.number}"),
            ("other-host", f"http://scanner.invalid:9{place}"),
            ("https-location", f"https://{host}{place}"),
        ):
            location = otherwise if quirk in quirks else location
        location += "/" if "slash" in quirks else ""
        return self._answer(201, b"", {} if machine.scene.fault == "no-location" else {"Location": location})

    def _delete(self) -> None:
        job = self.machine.jobs.get(self.path.rstrip("/").rpartition("/")[2])
        if job is None:
            return self._answer(404)
        if job.state == "Processing":
            job.state, job.reason = "Canceled", "JobCanceledByUser"
        return self._answer(200)

    def _page(self, job: Job) -> None:
        machine, scene = self.machine, self.machine.scene
        job.asked += 1
        if job.state != "Processing":
            return self._answer(404)
        coming = machine.drawn + 1 if job.wish.feeder else 1
        hits = scene.fault and coming == scene.at and not job.backs
        if scene.slow_s and job.pages == 0 and job.asked == 1:
            time.sleep(scene.slow_s)  # the lamp warms up, the carriage comes home
        if hits and scene.fault == "hang":
            machine.stuck = "hang"
            return self._hang()
        if hits and machine.strikes("busy-page"):
            return self._answer(503, b"", {"Retry-After": "1"})
        if hits and scene.fault in ("jam", "multipick", "mispick"):
            machine.stuck = scene.fault
            job.state, job.reason = "Aborted", "AbortedBySystem"
            return self._answer(409 if "end-409" in scene.quirks else 404)
        if hits and scene.fault in ("cancelled", "aborted"):
            job.state = "Canceled" if scene.fault == "cancelled" else "Aborted"
            job.reason = "JobCanceledByUser" if scene.fault == "cancelled" else "OutOfMemory"
            return self._answer(404)
        side = machine.next_side(job)
        if side is None:
            job.state, job.reason = "Completed", "JobCompletedSuccessfully"
            return self._answer(409 if "end-409" in scene.quirks else 404)
        data = escl.jpeg(side, side.stat().st_mtime_ns, job.wish)
        if hits and machine.strikes(*PAGE_FAULTS):
            return self._spoil(job, side, data)
        job.pages += 1
        if not job.wish.feeder:
            job.state, job.reason = "Completed", "JobCompletedSuccessfully"
        return self._picture(data)

    def _spoil(self, job: Job, side: Path, data: bytes) -> None:
        """Sheet `at` as the fault wants it."""
        machine = self.machine
        match machine.scene.fault:
            case "jam-cut":
                job.state, job.reason, machine.stuck = "Aborted", "AbortedBySystem", "jam"
                machine.drawn -= 1
                machine.scene.feeder.insert(0, str(side))
                if "lagging" in machine.scene.quirks:
                    machine.lag_until = time.monotonic() + 1.0
                self._head(200, {"Content-Type": "image/jpeg", "Content-Length": str(len(data))})
                self.wfile.write(data[: len(data) // 2])
            case "truncated" | "huge":
                promised = 50 << 30 if machine.scene.fault == "huge" else len(data)
                self._head(200, {"Content-Type": "image/jpeg", "Content-Length": str(promised)})
                self.wfile.write(data[: len(data) // 2])
            case "dropped":
                self._head(200, {"Content-Type": "image/jpeg", "Connection": "close"})
                self.wfile.write(data[: len(data) // 2])
            case "endless":
                self._head(200, {"Content-Type": "image/jpeg", "Connection": "close"})
                while not self.server.closing:
                    self.wfile.write(data)
            case "rows":
                self._answer(200, data[: len(data) // 2] + b"\xff\xd9", {"Content-Type": "image/jpeg"})
            case "empty-body":
                self._answer(200, b"", {"Content-Type": "image/jpeg"})
            case "pdf":
                self._answer(200, b"%PDF-1.7\n%%EOF\n", {"Content-Type": "application/pdf"})
            case _:
                self._answer(200, b"<p>scanner</p>", {"Content-Type": "text/html"})
        self.close_connection = True

    def _picture(self, data: bytes) -> None:
        quirks = self.machine.scene.quirks
        kind = {} if "no-type" in quirks else {"Content-Type": "image/jpeg"}
        if "chunked" in quirks:
            self._head(200, kind | {"Transfer-Encoding": "chunked"})
            for at in range(0, len(data), 30_000):
                piece = data[at : at + 30_000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        elif "no-length" in quirks:
            self._head(200, kind | {"Connection": "close"})
            self.wfile.write(data)
            self.close_connection = True
        else:
            self._answer(200, data, kind)
            self.close_connection = "keep-alive" not in quirks

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self._head(status, {"Content-Type": "text/xml"} | (headers or {}) | {"Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _scene(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.command == "POST" and body:
            try:
                scene = msgspec.json.decode(body, type=Scene)
            except msgspec.MsgspecError:
                return self._answer(400)
            if scene.fault not in FAULTS or not QUIRKS.issuperset(scene.quirks):
                return self._answer(400)
            self.machine.show(scene)
        elif self.command == "POST":
            self.machine.heal()
        jobs = [{"state": job.state, "pages": job.pages, "wish": job.wish} for job in self.machine.jobs.values()]
        told = msgspec.json.encode({"jobs": jobs, "left": len(self.machine.scene.feeder)})
        return self._answer(200, told, {"Content-Type": "application/json"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has in the standard library
        """Silent: stdout belongs to the one line with the address."""


class _Server(ThreadingHTTPServer):
    """With `parent`, ends when the process that started it is gone."""

    daemon_threads = True

    def __init__(self, port: int, parent: int, secure: bool) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        if secure:
            self.socket = _own_certificate().wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self._parent = parent
        self.machine = Machine(str(uuid.uuid4()))
        self.closing = False
        self.announced: object = None

    def service_actions(self) -> None:
        if self._parent and os.getppid() != self._parent:
            raise KeyboardInterrupt

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever breaks a line off in the middle is no news."""


@dataclass(slots=True)
class PracticeEsclScanner:
    """A running practice network scanner. Close it."""

    address: str
    uuid: str
    process: subprocess.Popen[str]

    def show(
        self,
        feeder: Sequence[Path | tuple[Path, Path]] = (),
        glass: Path | None = None,
        fault: str = "",
        at: int = 1,
        times: int = 1,
        slow_s: float = 0.0,
        quirks: Sequence[str] = (),
    ) -> None:
        """Lay papers (PNM, PNG or JPEG at 300 dpi), let something go wrong. Raises `OSError` for what is unknown."""
        sheets = [str(one) if isinstance(one, Path) else f"{one[0]}|{one[1]}" for one in feeder]
        scene = Scene(str(glass or ""), sheets, fault, at, times, slow_s, list(quirks))
        self._scene(msgspec.json.encode(scene))

    def heal(self) -> None:
        """See to what went wrong; sheets that were not drawn stay in the feeder."""
        self._scene(b"")

    def jobs(self) -> list[dict[str, object]]:
        """Every job: its `state`, its `pages` and the `wish` it was made with."""
        return list(json.loads(self._scene(None))["jobs"])

    @property
    def _root(self) -> str:
        return self.address.removesuffix("/eSCL")

    def _scene(self, body: bytes | None) -> bytes:
        request = urllib.request.Request(f"{self._root}/scene", body, method="GET" if body is None else "POST")
        with urllib.request.urlopen(request, timeout=10, context=_anybody()) as answer:
            return bytes(answer.read())

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(announce: bool = False, secure: bool = False) -> PracticeEsclScanner:
    """Start one on a free port of this computer and wait until it listens."""
    command = [sys.executable, "-m", "clerk_app.practice.escl_scanner", "--leave-with-parent"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(
        [*command, *(["--announce"] if announce else []), *(["--secure"] if secure else [])],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )
    stdout: IO[str] | None = process.stdout
    assert stdout is not None
    said = stdout.readline()
    if not said:
        process.wait()
        stdout.close()
        raise OSError(f"the practice network scanner ended with {process.returncode}")
    told = json.loads(said)
    return PracticeEsclScanner(told["listening"], told["uuid"], process)


def _anybody() -> ssl.SSLContext:
    """Whoever it is that answers on this computer's own loopback."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _own_certificate() -> ssl.SSLContext:
    """What scanners do: a key and a certificate that nobody else vouches for, made when it is switched on."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "practice scanner")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(30))
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    pem += key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _announced(server: _Server) -> object:
    """Tell this computer, and no other, that the scanner is there; what is returned does so until it is closed."""
    from zeroconf import ServiceInfo, Zeroconf

    network = Zeroconf(interfaces=["127.0.0.1"])
    texts = {"txtvers": "1", "ty": NAME, "rs": "eSCL", "UUID": server.machine.uuid, "pdl": "image/jpeg", "duplex": "T"}
    kind = "_uscan._tcp.local."
    service = ServiceInfo(
        kind,
        f"Practice {server.machine.uuid[:8]}.{kind}",
        server.server_port,
        parsed_addresses=["127.0.0.1"],
        properties=texts,
        server=f"practice-{server.machine.uuid[:8]}.local.",
    )
    network.register_service(service)
    return network


def main() -> int:
    """Listen until ended."""
    asked = argparse.ArgumentParser(prog="clerk_app.practice.escl_scanner", description="The practice network scanner.")
    asked.add_argument("--port", type=int, default=0, help="0: any free one")
    asked.add_argument("--announce", action="store_true", help="tell this computer by multicast DNS")
    asked.add_argument("--secure", action="store_true", help="HTTPS with a certificate of its own making")
    asked.add_argument("--leave-with-parent", action="store_true", help="end when the starting process ends")
    chosen = asked.parse_args()
    parent = os.getppid() if chosen.leave_with_parent else 0
    scheme = "https" if chosen.secure else "http"
    with _Server(chosen.port, parent, chosen.secure) as server:
        if chosen.announce:
            server.announced = _announced(server)
        told = {"listening": f"{scheme}://127.0.0.1:{server.server_port}/eSCL", "uuid": server.machine.uuid}
        print(json.dumps(told), flush=True)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            server.closing = True
    return 0


if __name__ == "__main__":
    sys.exit(main())
