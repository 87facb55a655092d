"""The practice printer: an IPP printer in a process of its own. `python -m clerk_app.practice.printer --spool DIR`.

It prints one JSON line with its `uri` when it listens and keeps every document as `job-N.pdf` (with what was asked for
in `job-N.json`) in the spool. A fault is set by `--fault` or, while it runs, by the file `fault` in the spool.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import IO

from clerk_app.practice import printer_wire as ipp
from clerk_app.practice.printer_wire import Attributes, NotIpp, Request

PATH = "/ipp/print"
FAULTS = {
    "": "prints",
    "jam": "stands still, paper jam",
    "media-empty": "stands still, out of paper",
    "door-open": "stands still, a door is open",
    "paused": "stands still, somebody paused it",
    "not-accepting": "takes no new jobs",
    "busy": "says it is busy with another job",
    "no-pdf": "does not take PDF",
    "slow": "takes its time for every job",
    "runs-out": "takes the job, then runs out of paper; prints it when healed",
    "abort": "takes the job, then gives it up",
    "cancel": "takes the job, then somebody cancels it at the printer",
    "vanish": "takes the job and forgets it",
    "lost": "takes the job, but its answer to that is lost",
    "mute": "takes the job and then answers nothing any more",
    "garbage": "answers with bytes that are not IPP",
}
_STILL = {
    "jam": "media-jam-error",
    "media-empty": "media-empty-error",
    "door-open": "door-open-error",
    "paused": "paused",
    "runs-out": "media-empty-error",
}
_PRINT, _VALIDATE, _CANCEL, _JOB, _JOBS, _PRINTER = 0x0002, 0x0004, 0x0008, 0x0009, 0x000A, 0x000B
_PROCESSING, _STOPPED, _CANCELED, _ABORTED, _COMPLETED = 5, 6, 7, 8, 9
_A5: Attributes = {"x-dimension": (ipp.INTEGER, (14_800,)), "y-dimension": (ipp.INTEGER, (21_000,))}
_LARGEST = 64_000_000


@dataclass(slots=True)
class Job:
    """A job taken: when it will be out, and how it ends."""

    number: int
    name: str
    out_at: float
    fault: str
    cancelled: bool = False


class Printer:
    """What the printer knows and how it answers. Jobs move with the clock, not with a thread."""

    def __init__(self, uri: str, spool: Path, seconds: float) -> None:
        self.uri = uri
        self.spool = spool
        self.seconds = seconds
        self.jobs: list[Job] = []
        self.mute = False

    @property
    def fault(self) -> str:
        """The fault set just now."""
        try:
            return (self.spool / "fault").read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    def answer(self, request: Request) -> bytes | None:
        """The answer to a question; None where the line just breaks."""
        if self.mute:
            return None
        if self.fault == "garbage":
            return b"HP LaserJet\x03" * 9
        match request.operation:
            case 0x000B:
                return ipp.answer(request, 0, [(ipp.PRINTER, _chosen(request, self._about()))])
            case 0x0004:
                return ipp.answer(request, self._refuses(request))
            case 0x0002:
                return self._print(request)
            case 0x0009:
                job = self._job(request)
                if job is None:
                    return ipp.answer(request, 0x0406)
                return ipp.answer(request, 0, [(ipp.JOB, _chosen(request, self._about_job(job)))])
            case 0x000A:
                done = request.first("which-jobs") == "completed"
                jobs = [job for job in self.jobs if (self._state(job)[0] >= _CANCELED) == done]
                return ipp.answer(request, 0, [(ipp.JOB, _chosen(request, self._about_job(job))) for job in jobs])
            case 0x0008:
                job = self._job(request)
                if job is None or self._state(job)[0] >= _CANCELED:
                    return ipp.answer(request, 0x0404 if job else 0x0406)
                job.cancelled = True
                return ipp.answer(request, 0)
            case _:
                return ipp.answer(request, 0x0501)

    def _refuses(self, request: Request) -> int:
        """The status with which a job would be met."""
        if request.first("document-format") not in (None, "application/pdf") or self.fault == "no-pdf":
            return 0x040A
        busy = any(self._state(job)[0] < _CANCELED for job in self.jobs)
        return {"not-accepting": 0x0506, "busy": 0x0507}.get(self.fault, 0x0507 if busy else 0)

    def _print(self, request: Request) -> bytes | None:
        refused = self._refuses(request)
        if refused:
            return ipp.answer(request, refused)
        fault = self.fault
        seconds = max(self.seconds, 3.0) if fault == "slow" else self.seconds
        job = Job(len(self.jobs) + 1, str(request.first("job-name") or ""), time.monotonic() + seconds, fault)
        self.jobs.append(job)
        asked = {name: values[0] for name, values in request.groups.get(ipp.JOB, {}).items()}
        (self.spool / f"job-{job.number}.json").write_text(json.dumps(asked), encoding="utf-8")
        (self.spool / f"job-{job.number}.pdf").write_bytes(request.document)
        self.mute = fault == "mute"
        if fault == "lost":
            return None
        return ipp.answer(request, 0, [(ipp.JOB, self._about_job(job))])

    def _job(self, request: Request) -> Job | None:
        number = request.first("job-id") or str(request.first("job-uri") or "").rpartition("/")[2]
        return next((job for job in self.jobs if str(job.number) == str(number) and job.fault != "vanish"), None)

    def _state(self, job: Job) -> tuple[int, str]:
        """(job-state, its reason) by RFC 8011 §5.3.7 and §5.3.8."""
        if job.cancelled:
            return _CANCELED, "job-canceled-by-user"
        if job.fault == self.fault == "runs-out":
            return _STOPPED, "printer-stopped"
        if time.monotonic() < job.out_at:
            return _PROCESSING, "job-printing"
        match job.fault:
            case "abort":
                return _ABORTED, "aborted-by-system"
            case "cancel":
                return _CANCELED, "job-canceled-at-device"
            case _:
                return _COMPLETED, "job-completed-successfully"

    def _about_job(self, job: Job) -> Attributes:
        state, reason = self._state(job)
        return {
            "job-id": (ipp.INTEGER, (job.number,)),
            "job-uri": (ipp.URI, (f"{self.uri}/{job.number}",)),
            "job-printer-uri": (ipp.URI, (self.uri,)),
            "job-name": (ipp.NAME, (job.name,)),
            "job-state": (ipp.ENUM, (state,)),
            "job-state-reasons": (ipp.KEYWORD, (reason,)),
        }

    def _about(self) -> Attributes:
        running = any(self._state(job)[0] < _CANCELED for job in self.jobs)
        still = _STILL.get(self.fault, "")
        if self.fault == "runs-out" and not running:
            still = ""
        return {
            "printer-uri-supported": (ipp.URI, (self.uri,)),
            "uri-security-supported": (ipp.KEYWORD, ("none",)),
            "uri-authentication-supported": (ipp.KEYWORD, ("none",)),
            "printer-name": (ipp.NAME, ("practice",)),
            "printer-info": (ipp.TEXT, ("Máy in tập",)),
            "printer-location": (ipp.TEXT, ("Bàn tập huấn",)),
            "printer-more-info": (ipp.URI, (self.uri.replace("ipp:", "http:"),)),
            "printer-make-and-model": (ipp.TEXT, ("Quầy Practice Printer",)),
            "printer-state": (ipp.ENUM, (5 if still else 4 if running else 3,)),
            "printer-state-reasons": (ipp.KEYWORD, (still or "none",)),
            "printer-is-accepting-jobs": (ipp.BOOLEAN, (self.fault != "not-accepting",)),
            "ipp-versions-supported": (ipp.KEYWORD, ("1.1", "2.0")),
            "operations-supported": (ipp.ENUM, (_PRINT, _VALIDATE, _CANCEL, _JOB, _JOBS, _PRINTER)),
            "charset-configured": (ipp.CHARSET, ("utf-8",)),
            "charset-supported": (ipp.CHARSET, ("utf-8",)),
            "natural-language-configured": (ipp.LANGUAGE, ("en",)),
            "generated-natural-language-supported": (ipp.LANGUAGE, ("en",)),
            "document-format-default": (ipp.MIME, ("application/pdf",)),
            "document-format-supported": (ipp.MIME, ("application/pdf",)),
            "copies-supported": (ipp.RANGE, ((1, 99),)),
            "copies-default": (ipp.INTEGER, (1,)),
            "media-col-default": (ipp.COLLECTION, ({"media-size": (ipp.COLLECTION, (_A5,))},)),
            "media-default": (ipp.KEYWORD, ("iso_a5_148x210mm",)),
            "media-supported": (ipp.KEYWORD, ("iso_a5_148x210mm", "iso_a4_210x297mm")),
            "media-ready": (ipp.KEYWORD, ("iso_a5_148x210mm", "iso_a4_210x297mm")),
            "sides-supported": (ipp.KEYWORD, ("one-sided",)),
            "sides-default": (ipp.KEYWORD, ("one-sided",)),
            "printer-resolution-supported": (ipp.RESOLUTION, ((600, 600, 3),)),
            "printer-resolution-default": (ipp.RESOLUTION, ((600, 600, 3),)),
            "color-supported": (ipp.BOOLEAN, (False,)),
            "print-color-mode-supported": (ipp.KEYWORD, ("monochrome",)),
            "compression-supported": (ipp.KEYWORD, ("none",)),
            "pdl-override-supported": (ipp.KEYWORD, ("attempted",)),
            "queued-job-count": (ipp.INTEGER, (int(running),)),
            "printer-up-time": (ipp.INTEGER, (max(1, int(time.monotonic())),)),
        }


def _chosen(request: Request, attributes: Attributes) -> Attributes:
    """The attributes that were asked for; all of them for `all`, a group's name or nothing."""
    wanted = request.all("requested-attributes")
    if not wanted or any(name in wanted for name in ("all", "printer-description", "job-description", "job-template")):
        return attributes
    chosen = {name: value for name, value in attributes.items() if name in wanted}
    return chosen or dict(list(attributes.items())[:1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def do_POST(self) -> None:
        self.close_connection = True
        try:
            request = ipp.read(self._body())
        except NotIpp:
            self.send_error(400)
            return
        if self.path.split("?")[0] != PATH:
            self.send_error(404)
            return
        answer = self.server.printer.answer(request)
        if answer is None:
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LARGEST))
        body = bytearray()
        while size := int(self.rfile.readline(20).split(b";")[0] or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline(4)
            if len(body) > _LARGEST:
                raise NotIpp
        return bytes(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has in the standard library
        """Silent: stdout belongs to the one line with the address."""


class _Server(HTTPServer):
    """One question at a time. With `parent`, ends when the process that started it is gone."""

    def __init__(self, port: int, spool: Path, seconds: float, parent: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.printer = Printer(f"ipp://127.0.0.1:{self.server_port}{PATH}", spool, seconds)
        self._parent = parent

    def service_actions(self) -> None:
        if self._parent and os.getppid() != self._parent:
            raise KeyboardInterrupt


@dataclass(slots=True)
class PracticePrinter:
    """A running practice printer. Close it."""

    uri: str
    spool: Path
    process: subprocess.Popen[str]

    def set_fault(self, fault: str) -> None:
        """Let it suffer one of `FAULTS`; the empty text heals it. KeyError for an unknown one."""
        FAULTS[fault]
        (self.spool / "fault").write_text(fault, encoding="utf-8")

    def documents(self) -> tuple[Path, ...]:
        """What came out so far, oldest first."""
        return tuple(sorted(self.spool.glob("job-*.pdf"), key=lambda path: int(path.stem[4:])))

    def close(self) -> None:
        """End it; the spool stays."""
        self.process.terminate()
        self.process.wait(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(spool: Path, fault: str = "", seconds: float = 0.2) -> PracticePrinter:
    """Start a practice printer on a free port of this computer and wait until it listens."""
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "clerk_app.practice.printer", "--port", "0", "--spool", str(spool)]
    command += ["--fault", fault, "--seconds", str(seconds), "--leave-with-parent"]
    environment = os.environ | {"PYTHONPATH": str(root)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment)
    stdout: IO[str] | None = process.stdout
    assert stdout is not None
    said = stdout.readline()
    if not said:
        process.wait()
        stdout.close()
        raise OSError(f"the practice printer ended with {process.returncode}")
    return PracticePrinter(json.loads(said)["uri"], spool, process)


def main() -> int:
    """Listen until ended."""
    asked = argparse.ArgumentParser(prog="clerk_app.practice.printer", description="The practice printer.")
    asked.add_argument("--port", type=int, default=0, help="0: any free one")
    asked.add_argument("--spool", type=Path, required=True, help="folder for what is printed")
    asked.add_argument("--fault", choices=sorted(FAULTS), default="", help="what goes wrong")
    asked.add_argument("--seconds", type=float, default=0.2, help="how long a job takes")
    asked.add_argument("--leave-with-parent", action="store_true", help="end when the starting process ends")
    chosen = asked.parse_args()
    chosen.spool.mkdir(parents=True, exist_ok=True)
    (chosen.spool / "fault").write_text(chosen.fault, encoding="utf-8")
    with _Server(chosen.port, chosen.spool, chosen.seconds, os.getppid() if chosen.leave_with_parent else 0) as server:
        print(json.dumps({"uri": server.printer.uri}), flush=True)
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
