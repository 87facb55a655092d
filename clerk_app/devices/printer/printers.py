"""Print queues and network printers by IPP: a PDF goes out once and its job is watched to the end."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal
from uuid import uuid4

from clerk_app.desk.ports import Cancel, PrintOutcome, PrintQueue
from clerk_app.devices.faults import fault
from clerk_app.devices.printer.ipp import Answer, Attributes, NoAnswer, ask, keywords, number, text
from clerk_app.devices.printer.reasons import stopper, words_of
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import DeviceFault

_LOOK_EVERY_S = 0.25
_CANCEL_EVERY_S = 0.05
_A5, _A4 = "iso_a5_148x210mm", "iso_a4_210x297mm"
_SIZES_PT = {_A5: (420, 595), _A4: (595, 842)}
_MEDIA_BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([0-9.]+)\s+([0-9.]+)\s*\]")
_QUEUE_STATE: dict[int, Literal["idle", "printing", "stopped"]] = {3: "idle", 4: "printing", 5: "stopped"}
_PRINTER_WANTED = (
    "printer-name",
    "printer-info",
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "media-supported",
)
_JOB_WANTED = ("job-id", "job-name", "job-state", "job-state-reasons")

_SAYS_NOTHING = ("job-completed-successfully", "processing-to-stop-point")
"""CUPS leaves the second at every job that is over, also at one that came out well."""

_REFUSED = {
    0x0401: "PRINTER_FORBIDDEN",
    0x0402: "PRINTER_FORBIDDEN",
    0x0403: "PRINTER_FORBIDDEN",
    0x0406: "PRINTER_UNKNOWN",
    0x0407: "PRINTER_UNKNOWN",
    0x040A: "PRINTER_NO_PDF",
    0x0505: "PRINTER_BUSY",
    0x0506: "PRINTER_NOT_ACCEPTING",
    0x0507: "PRINTER_BUSY",
}
"""IPP status → fault (RFC 8011 appendix B)."""


class IppPrinters:
    """Fulfils `ports.Printers`.

    `cups` is `host` or `host:port` of the print server (default: `CUPS_SERVER`, else this computer); `direct` are ipp
    addresses of printers used without it. A queue silent for `silence_s` seconds after it took the job, or a job not
    finished within `watch_s`, ends as `unknown`.
    """

    def __init__(
        self, cups: str = "", direct: Sequence[str] = (), silence_s: float = 20.0, watch_s: float = 120.0
    ) -> None:
        self._cups = _server(cups or os.environ.get("CUPS_SERVER", ""))
        self._direct = tuple(direct)
        self._silence_s = silence_s
        self._watch_s = watch_s

    def queues(self) -> tuple[PrintQueue, ...]:
        """The direct printers, then the server's queues.

        Raises `DeviceFault` `PRINTER_SERVICE_MISSING` if there is neither a print server nor a direct printer.
        """
        direct = tuple(self._direct_queue(uri) for uri in self._direct)
        try:
            return direct + self._cups_queues()
        except (DeviceFault, NoAnswer) as problem:
            if direct:
                return direct
            if isinstance(problem, NoAnswer) or problem.code == "PRINTER_UNREACHABLE":
                raise fault("PRINTER_SERVICE_MISSING") from problem
            raise

    def _cups_queues(self) -> tuple[PrintQueue, ...]:
        about = {"requested-attributes": list(_PRINTER_WANTED)}
        answer = ask(f"ipp://{self._cups}/", "CUPS_GET_PRINTERS", about)
        if answer.status == 0x0406:
            return ()
        if not answer.good:
            raise _refusal(answer)
        names = [(text(attributes, "printer-name"), attributes) for attributes in answer.printers]
        return tuple(_queue(f"ipp://{self._cups}/printers/{name}", attributes) for name, attributes in names if name)

    def _direct_queue(self, uri: str) -> PrintQueue:
        try:
            return _queue(uri, _printer(uri))
        except (DeviceFault, NoAnswer):
            silent = ("unreachable",)
            return PrintQueue(uri, uri, "stopped", silent, words_of(silent))

    def print(self, queue: str, pdf: bytes, title: str, copies: int, cancel: Cancel) -> PrintOutcome:
        """Send a PDF once and watch it until it is out, failed, or `cancel` says to stop watching (then: `unknown`).

        `title` must not name a person: it stands in queues and on panels. Raises `DeviceFault` (`PRINTER_…`) only while
        nothing was taken by the queue, so printing again is safe then, and only then.
        """
        try:
            printer = _printer(queue)
        except NoAnswer as problem:
            raise fault("PRINTER_UNREACHABLE") from problem
        state = _queue(queue, printer)
        code = stopper(state.reasons, state.state == "stopped")
        if code:
            raise fault(code)
        if printer.get("printer-is-accepting-jobs") is False:
            raise fault("PRINTER_NOT_ACCEPTING")
        media, replaced = _media(pdf, keywords(printer, "media-supported"))
        name = f"{nfc(title)[:60]} #{uuid4().hex[:8]}"
        about = {"printer-uri": queue, "job-name": name, "document-format": "application/pdf"}
        wishes: dict[str, object] = {"copies": copies} | ({"media": media} if media else {})
        try:
            answer = ask(queue, "PRINT_JOB", about, wishes, pdf, patience_s=60.0)
        except NoAnswer:
            job = _found(queue, name)
            if not job:
                return _outcome("unknown", 0, ("answer-lost",))
        else:
            if not answer.good:
                raise _refusal(answer)
            job = number(answer.jobs[0], "job-id") if answer.jobs else 0
        outcome = self._watched(queue, job, cancel)
        if replaced and outcome.state == "completed":
            return _outcome("completed", job, ("media-replaced",))
        return outcome

    def _watched(self, queue: str, job: int, cancel: Cancel) -> PrintOutcome:
        began = heard = time.monotonic()
        reasons: tuple[str, ...] = ()
        while True:
            try:
                answer = ask(
                    queue,
                    "GET_JOB_ATTRIBUTES",
                    {"printer-uri": queue, "job-id": job, "requested-attributes": list(_JOB_WANTED)},
                    patience_s=min(5.0, self._silence_s),
                )
            except (DeviceFault, NoAnswer):
                answer = None
            if answer and answer.status in (0x0406, 0x0407):
                return _outcome("unknown", job, ("job-gone",))
            if answer and answer.good and answer.jobs:
                heard = time.monotonic()
                ended = _ended(answer.jobs[0], job)
                if ended:
                    return ended
                reasons = self._troubles(queue)
            now = time.monotonic()
            if now - heard > self._silence_s:
                return _outcome("unknown", job, ("no-answer",))
            if now - began > self._watch_s:
                return _outcome("unknown", job, (*reasons, "not-watched"))
            while time.monotonic() < now + _LOOK_EVERY_S:
                if cancel():
                    return _outcome("unknown", job, (*reasons, "not-watched"))
                # Not every printer tells by itself how a job gets on (RFC 3995), and `cancel` is a question: both are
                # asked again.
                time.sleep(_CANCEL_EVERY_S)

    @staticmethod
    def _troubles(queue: str) -> tuple[str, ...]:
        """What the printer says of itself while the job is under way."""
        try:
            return keywords(_printer(queue), "printer-state-reasons")
        except (DeviceFault, NoAnswer):
            return ()


def _server(setting: str) -> str:
    """host:port of a print server. A socket path (`/run/cups/cups.sock`) means this computer."""
    host = setting.split("/", 1)[0]
    if not host:
        return "localhost:631"
    return host if re.search(r":\d+$", host) else f"{host}:631"


def _printer(uri: str) -> Attributes:
    answer = ask(uri, "GET_PRINTER_ATTRIBUTES", {"printer-uri": uri, "requested-attributes": list(_PRINTER_WANTED)})
    if not answer.good:
        raise _refusal(answer)
    if not answer.printers:
        raise fault("PRINTER_GARBLED")
    return answer.printers[0]


def _queue(uri: str, attributes: Attributes) -> PrintQueue:
    reasons = keywords(attributes, "printer-state-reasons")
    name = text(attributes, "printer-info") or text(attributes, "printer-name") or uri
    state = _QUEUE_STATE.get(number(attributes, "printer-state"), "stopped")
    return PrintQueue(uri, name, state, reasons, words_of(reasons))


def _refusal(answer: Answer) -> DeviceFault:
    code = _REFUSED.get(answer.status, "PRINTER_REFUSED")
    return fault(code, status=f"0x{answer.status:04x}")


def _media(pdf: bytes, supported: Sequence[str]) -> tuple[str, bool]:
    """(paper to ask for, whether it is another than the PDF's). Empty where the printer has neither A5 nor A4."""
    box = _MEDIA_BOX.search(pdf)
    wanted = _A5
    if box:
        short, long = sorted((float(box[1]), float(box[2])))
        wanted = min(_SIZES_PT, key=lambda name: abs(_SIZES_PT[name][0] - short) + abs(_SIZES_PT[name][1] - long))
    if not supported or wanted in supported:
        return wanted, False
    return (_A4, True) if _A4 in supported else ("", True)


def _found(queue: str, name: str) -> int:
    """The job of that name after the answer to sending it was lost; 0 if the queue does not show it."""
    for which in ("not-completed", "completed"):
        about = {"printer-uri": queue, "which-jobs": which, "requested-attributes": list(_JOB_WANTED)}
        try:
            answer = ask(queue, "GET_JOBS", about, patience_s=5.0)
        except (DeviceFault, NoAnswer):
            return 0
        for job in answer.jobs if answer.good else ():
            if text(job, "job-name") == name:
                return number(job, "job-id")
    return 0


def _ended(job: Attributes, identifier: int) -> PrintOutcome | None:
    """The outcome if the job's state (RFC 8011 §5.3.7) is a final one."""
    reasons = tuple(r for r in keywords(job, "job-state-reasons") if r not in _SAYS_NOTHING)
    match number(job, "job-state"):
        case 9:
            return _outcome("completed", identifier, reasons)
        case 7:
            return _outcome("failed", identifier, reasons or ("job-canceled",))
        case 8:
            return _outcome("failed", identifier, reasons or ("aborted-by-system",))
        case _:
            return None


def _outcome(state: Literal["completed", "failed", "unknown"], job: int, reasons: tuple[str, ...]) -> PrintOutcome:
    return replace(PrintOutcome(state, job, ",".join(dict.fromkeys(reasons))), words=words_of(reasons))
