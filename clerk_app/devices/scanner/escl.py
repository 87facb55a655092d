"""eSCL ("AirScan", "driverless scanning") by HTTP, inside the scan worker: network scanners without a driver.

A scan is a job: POST ScanJobs makes it, NextDocument gives one page after another until there is none, DELETE ends it
early. What goes wrong the scanner says in ScannerStatus, so that is asked wherever an answer alone would not tell why.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from clerk_app.devices.scanner.escl_http import Answer, BodyCut, Http
from clerk_app.devices.scanner.escl_xml import (
    UNITS_PER_INCH,
    Capabilities,
    Input,
    Job,
    Status,
    capabilities_from,
    fault_in,
    fault_of,
    scan_settings,
    status_from,
    warming,
)
from clerk_app.devices.scanner.hearing import pause, stirred
from clerk_app.devices.scanner.jpegs import PageAbsurd, PageOther, checked_jpeg
from clerk_app.devices.scanner.pages import PageCut, PageEmpty
from clerk_app.devices.scanner.protocol import AskDevices, AskScan, Device, Done, Notice, Page, Progress, Say
from clerk_app.devices.scanner.trouble import ScannerTrouble, Stopped
from clerk_app.domain.scanning import BOTH_SIDES, FEEDER, GLASS, Kind, kind_of, known

_SHORT_S = 6.0
"""How long a question about the scanner itself may take."""
_BUSY_S = 60.0
"""How long another's scan is waited for."""
_PAGE_S = 180.0
"""How long a page may take while the scanner says that it is working."""
_LOST_S = 3.0
"""How long a scanner may take to notice what went wrong."""
_ASK_EVERY_S = 3.0
_LONGEST_PAUSE_S = 10.0
_MOST_OCTETS = 96 << 20
_GLASS_ROWS = 0.9
"""The part of the rows asked for that a page from the glass has at least: the glass does not end before its paper."""
_NAMES: dict[Kind, str] = {"glass": GLASS, "feeder": FEEDER, "both_sides": BOTH_SIDES}
_END = (404, 409, 410)
_LATER = (429, 503)


class Escl:
    """The driver."""

    def devices(self, ask: AskDevices, say: Callable[[Say], None]) -> None:
        """The scanner at that address with its sources."""
        http = Http(ask.address, lambda: False)
        able = _capabilities(http)
        label = able.model or http.host
        say(Device(name=ask.address, label=label, sources=tuple(_NAMES[kind] for kind in able.inputs), host=http.host))
        say(Done())

    def scan(self, ask: AskScan, say: Callable[[Say], None], stdin: IO[bytes]) -> None:
        """Scan until the source is empty, or anything arrives on (or ends) `stdin`."""
        http = Http(ask.device, lambda: stirred(stdin))
        scan: _Scan | None = None
        try:
            with suppress(Stopped):
                able = _capabilities(http)
                kind = kind_of(ask.source)
                source = able.inputs.get(kind)
                if source is None or not known(ask.source):
                    raise ScannerTrouble("SCANNER_SOURCE_UNKNOWN")
                if not source.sends_jpeg:
                    raise ScannerTrouble("SCANNER_FORMAT")
                scan = _Scan(http, kind, source, source.dpi(ask.dpi), Path(ask.folder), say)
                scan.run(able.version)
        finally:
            if scan is not None:
                scan.drop(ask.device)  # before the last line, after which the desk waits for nothing
        say(Done(pages=scan.pages if scan else 0))


def _capabilities(http: Http) -> Capabilities:
    with http.ask("GET", "ScannerCapabilities", patience_s=_SHORT_S) as answer:
        _admitted(answer)
        if answer.status != 200:
            raise ScannerTrouble("SCANNER_GARBLED", f"capabilities {answer.status}")
        return capabilities_from(_text(answer))


def _status(http: Http) -> Status | None:
    """What the scanner says of itself; None where it does not just now."""
    try:
        with http.ask("GET", "ScannerStatus", patience_s=_SHORT_S) as answer:
            return status_from(_text(answer)) if answer.status == 200 else None
    except ScannerTrouble:
        return None


def _text(answer: Answer) -> bytes:
    try:
        return answer.text()
    except BodyCut as cut:
        raise ScannerTrouble("SCANNER_GARBLED", "answer cut") from cut


def _admitted(answer: Answer) -> None:
    if answer.status in (401, 403):
        raise ScannerTrouble("SCANNER_ACCESS", f"status {answer.status}")


def _retry_s(answer: Answer) -> float:
    text = answer.header("Retry-After").strip()
    return min(float(text), _LONGEST_PAUSE_S) if text.isascii() and text.isdigit() and len(text) < 6 else 1.0


class _Scan:
    """One job, from asking for it to its end."""

    def __init__(
        self, http: Http, kind: Kind, source: Input, dpi: int, folder: Path, say: Callable[[Say], None]
    ) -> None:
        self._http = http
        self._kind = kind
        self._feeder = kind != "glass"
        self._source = source
        self._dpi = dpi
        self._folder = folder
        self._say = say
        self._job = ""
        self._noticed = ""
        self._asked_at = 0.0
        self.pages = 0

    def run(self, version: str) -> None:
        """Make the job and take its pages. Raises `ScannerTrouble`, `Stopped`."""
        self._make_ready()
        self._start(version)
        while (page := self._next()) is not None:
            self.pages += 1
            self._say(page)
            if not self._feeder:
                return  # asking again would make some scanners scan again
        self._ended()

    def drop(self, address: str) -> None:
        """Tell the scanner that the job is over, if it ever knew of it. Nothing depends on its answer."""
        if self._job:
            try:
                with Http(address, lambda: False).ask("DELETE", self._job, patience_s=_LOST_S):
                    return
            except ScannerTrouble:
                return

    # ---- before the first page

    def _make_ready(self) -> None:
        """Wait while the scanner warms up or serves somebody else; say at once what a person must see to first."""
        deadline = time.monotonic() + _BUSY_S
        while (status := _status(self._http)) is not None:
            if named := fault_of(status, self._feeder):
                raise ScannerTrouble(named, status.adf or status.state)
            if self._feeder and status.adf == "ScannerAdfEmpty":
                raise ScannerTrouble("SCANNER_NO_PAPER")
            if not warming(status):
                return  # a scan of somebody else's shows in the answer to ours
            if time.monotonic() > deadline:
                raise ScannerTrouble("SCANNER_BUSY", "warming")
            self._wait(1.0, "SCANNER_WARMING")

    def _start(self, version: str) -> None:
        wish = scan_settings(self._kind, self._source, self._dpi, version)
        deadline = time.monotonic() + _BUSY_S
        while True:
            with self._http.ask("POST", "ScanJobs", wish) as answer:
                status, location, later_s = answer.status, answer.header("Location"), _retry_s(answer)
                _admitted(answer)
            if status in (200, 201, 202) and location:
                self._job = self._http.path(location)
                return
            if status not in _LATER:
                raise self._refused(status)
            if time.monotonic() + later_s > deadline:
                raise self._because("SCANNER_BUSY", patience_s=0.0)
            self._wait(later_s, self._why_later())

    def _why_later(self) -> str:
        """Raises `ScannerTrouble` where the scanner is not busy but wants a person."""
        status = _status(self._http)
        if status is not None and (named := fault_of(status, self._feeder)):
            raise ScannerTrouble(named)
        return "SCANNER_WARMING" if status is not None and warming(status) else "SCANNER_WAITING"

    def _refused(self, answered: int) -> ScannerTrouble:
        """Why there is no job. 409 is how many say that nothing lies in the feeder."""
        status = _status(self._http)
        if status is not None and (named := fault_of(status, self._feeder)):
            return ScannerTrouble(named)
        if self._feeder and status is not None and status.adf == "ScannerAdfEmpty":
            return ScannerTrouble("SCANNER_NO_PAPER")
        code = {400: "SCANNER_SETTING_REFUSED", 409: "SCANNER_SETTING_REFUSED", 415: "SCANNER_FORMAT"}.get(answered)
        return ScannerTrouble(code or ("SCANNER_IO" if answered >= 500 else "SCANNER_GARBLED"), f"job {answered}")

    # ---- pages

    def _next(self) -> Page | None:
        """The next page, None at the end. Raises `ScannerTrouble`, `Stopped`."""
        began = time.monotonic()
        while True:
            try:
                with self._http.ask("GET", f"{self._job}/NextDocument", waiting=self._is_working) as answer:
                    _admitted(answer)
                    status, later_s = answer.status, _retry_s(answer)
                    if status in (200, 206):
                        return self._taken(answer)
            except ScannerTrouble as trouble:
                if trouble.code in ("SCANNER_IO", "SCANNER_UNREACHABLE"):
                    raise self._because(trouble.code, trouble.detail) from trouble
                raise
            if status in _END and not self._still_scanning():
                return None
            if status not in _END and status not in _LATER:
                raise self._because("SCANNER_IO" if status >= 500 else "SCANNER_GARBLED", f"page {status}")
            if time.monotonic() - began + later_s > _PAGE_S:
                raise self._because("SCANNER_SILENT", patience_s=0.0)
            self._wait(later_s, "" if self.pages else "SCANNER_WARMING")

    def _still_scanning(self) -> bool:
        """Whether "no page" only means "not yet": the scanner says that this very job is under way."""
        status = _status(self._http)
        job = self._this_job(status)
        return job is not None and job.state in ("Pending", "Processing") and self._has_paper(status)

    def _has_paper(self, status: Status | None) -> bool:
        return not self._feeder or (status is not None and status.adf in ("ScannerAdfLoaded", "ScannerAdfProcessing"))

    def _this_job(self, status: Status | None) -> Job | None:
        return status.jobs.get(self._job.rpartition("/")[2]) if status is not None else None

    def _is_working(self, waited_s: float) -> bool:
        """Whether a page that has not begun to come is worth waiting for: the scanner answers another question."""
        now = time.monotonic()
        if waited_s < _ASK_EVERY_S:
            self._asked_at = 0.0
            return True
        if waited_s > _PAGE_S:
            return False
        if now - self._asked_at > _ASK_EVERY_S:
            status = _status(self._http)
            self._asked_at = time.monotonic()
            if status is None:
                return False
            if named := fault_of(status, self._feeder):
                raise ScannerTrouble(named, "while waiting")
            self._alive()
            if not self.pages:
                self._notice("SCANNER_WARMING")
        return True

    def _taken(self, answer: Answer) -> Page:
        name = f"page{self.pages + 1}.jpg"
        file = self._folder / name
        told_at, deadline = 0.0, time.monotonic() + _PAGE_S

        def told(came: int) -> None:
            nonlocal told_at
            if (now := time.monotonic()) > deadline:
                raise ScannerTrouble("SCANNER_SILENT", "page without end")
            if now - told_at > 0.2:
                told_at = now
                self._alive(came * 1000 // answer.promised if answer.promised else 0)

        width, height = self._source.region
        rows, columns = height * self._dpi // UNITS_PER_INCH, width * self._dpi // UNITS_PER_INCH
        kept = False
        try:
            with file.open("wb") as opened:
                answer.save(opened, _MOST_OCTETS, told)
            width, height = checked_jpeg(file, 4 * rows * columns)
            if not self._feeder and height < _GLASS_ROWS * rows:
                raise PageCut(f"{height} of {rows} rows")
            kept = True
        except (BodyCut, PageCut) as cut:
            raise self._because("SCANNER_TRUNCATED", str(cut)) from cut
        except PageEmpty as empty:
            raise self._because("SCANNER_NO_DATA") from empty
        except PageAbsurd as absurd:
            raise ScannerTrouble("SCANNER_GARBLED", "picture too large") from absurd
        except PageOther as other:
            code = "SCANNER_FORMAT" if other.kind == "application/pdf" else "SCANNER_GARBLED"
            raise self._because(code, "page", patience_s=0.0) from other
        finally:
            if not kept:  # on a full disk it would leave no room for the last line
                file.unlink(missing_ok=True)
        return Page(file=name, media="image/jpeg", width=width, height=height, dpi=self._dpi)

    # ---- the end

    def _ended(self) -> None:
        """Whether no further page means that all is done. Raises `ScannerTrouble` where it does not."""
        status = _status(self._http)
        if status is not None and (named := fault_of(status, self._feeder)):
            raise ScannerTrouble(named, status.adf)
        job = self._this_job(status)
        if job is not None and job.state == "Canceled":
            raise ScannerTrouble("SCANNER_CANCELLED")
        if job is not None and job.state == "Aborted":
            raise ScannerTrouble(fault_in(job.reasons) or "SCANNER_IO", "aborted")
        if not self.pages:
            raise ScannerTrouble("SCANNER_NO_PAPER" if self._feeder else "SCANNER_NO_DATA")

    def _because(self, code: str, detail: str = "", patience_s: float = _LOST_S) -> ScannerTrouble:
        """The fault that the scanner names, else this one. It may need a moment to see that its paper is stuck."""
        deadline = time.monotonic() + patience_s
        while True:
            status = _status(self._http)
            if status is None:
                return ScannerTrouble(code, detail)
            job = self._this_job(status)
            named = fault_of(status, self._feeder) or (fault_in(job.reasons) if job else "")
            if named:
                return ScannerTrouble(named, detail)
            if job is not None and job.state == "Canceled":
                return ScannerTrouble("SCANNER_CANCELLED")
            if status.state != "Processing" or time.monotonic() > deadline:
                return ScannerTrouble(code, detail)
            self._wait(0.5, "")

    # ---- waiting

    def _alive(self, permille: int = 0) -> None:
        self._say(Progress(page=self.pages + 1, permille=permille))

    def _notice(self, code: str) -> None:
        if code and code != self._noticed:
            self._noticed = code
            self._say(Notice(code=code))

    def _wait(self, seconds: float, why: str) -> None:
        self._notice(why)
        self._alive()
        pause(seconds, self._http.stirs, self._alive)
