"""The practice network scanner as a machine: what lies in it, what becomes of jobs, what goes wrong and how often."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from clerk_app.practice.escl_wire import Job, Scene, Wish

NAME = "Máy quét mạng tập (Practice)"
FAULTS = {
    "": "scans",
    "jam": "paper jam at sheet `at`, until healed; the sheet lies in the feeder again",
    "multipick": "draws two sheets at `at`, until healed",
    "mispick": "cannot pick sheet `at`, until healed",
    "cover-open": "its cover is open",
    "stopped": "stands still with an error of its own",
    "truncated": "sends half of sheet `at` and closes the line, `times` times",
    "dropped": "closes the line in the middle of sheet `at` without having promised a length",
    "rows": "sends sheet `at` as a proper JPEG whose lower rows are missing",
    "empty-body": "sends nothing as sheet `at`",
    "pdf": "sends a PDF as sheet `at`",
    "page": "sends a web page as sheet `at`",
    "endless": "sends sheet `at` without end",
    "huge": "promises 50 GB as sheet `at`",
    "hang": "accepts the question for sheet `at` and never answers, nor anything else then",
    "jam-cut": "jams in the middle of sheet `at`: the picture ends half-way, and the status says so",
    "busy": "answers 503 to a new job `times` times",
    "busy-page": "answers 503 for sheet `at` `times` times",
    "warming": "says `times` times that it is testing itself",
    "refused": "answers 400 to every job",
    "conflict": "answers 409 to every job",
    "error": "answers 500 to every job",
    "cancelled": "somebody presses stop at sheet `at`",
    "aborted": "gives the job up at sheet `at`, out of memory",
    "garbage-xml": "answers with what is not XML",
    "bomb": "answers with XML that grows",
    "garbage": "answers with what is not HTTP",
    "no-location": "makes a job and does not say where",
    "password": "wants a password",
    "off": "closes every line at once",
}
QUIRKS = frozenset(
    {"end-409", "path-only", "relative", "other-host", "https-location", "slash", "chunked", "no-length", "no-feeder"}
    | {"pdf-only", "no-type", "keep-alive", "moved", "lagging"}
)
PAGE_FAULTS = ("truncated", "dropped", "rows", "empty-body", "pdf", "page", "endless", "huge", "jam-cut")
ADF_STATES = {
    "jam": "ScannerAdfJam",
    "multipick": "ScannerAdfMultipickDetected",
    "mispick": "ScannerAdfMispick",
    "cover-open": "ScannerAdfHatchOpen",
}
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(9))
    + b"]><s>&j;</s>"
)


@dataclass(slots=True)
class Machine:
    """The scanner itself: what lies in it, its jobs, and how often a fault still strikes."""

    uuid: str
    scene: Scene = field(default_factory=Scene)
    drawn: int = 0
    left: int = 0
    stuck: str = ""
    lag_until: float = 0.0
    jobs: dict[str, Job] = field(default_factory=dict)

    def show(self, scene: Scene) -> None:
        """Another scene: papers are laid, and nothing of what was before goes on."""
        self.scene, self.left, self.stuck, self.drawn = scene, scene.times, "", 0
        self.lag_until = 0.0
        self.jobs.clear()

    def heal(self) -> None:
        """Somebody saw to it: the fault is gone, the sheets that were not drawn lie there still."""
        self.scene.fault, self.stuck = "", ""

    def strikes(self, *faults: str) -> bool:
        """Whether one of these goes wrong now; counted."""
        if self.scene.fault not in faults or self.left <= 0:
            return False
        self.left -= 1
        return True

    @property
    def adf(self) -> str:
        """AdfState."""
        if time.monotonic() < self.lag_until:
            return "ScannerAdfProcessing"
        if self.scene.fault == "cover-open" or self.stuck:
            return ADF_STATES.get(self.stuck or self.scene.fault, "")
        return "ScannerAdfLoaded" if self.scene.feeder else "ScannerAdfEmpty"

    @property
    def state(self) -> str:
        """State."""
        if time.monotonic() < self.lag_until:
            return "Processing"
        if self.scene.fault == "stopped" or self.adf in ADF_STATES.values():
            return "Stopped"
        if self.scene.fault in ("busy", "busy-page") and self.left > 0:
            return "Processing"
        return "Processing" if any(job.state == "Processing" for job in self.jobs.values()) else "Idle"

    def job(self, wish: Wish) -> Job:
        """A new job."""
        job = Job(str(uuid.uuid4()), wish)
        self.jobs[job.number] = job
        return job

    def next_side(self, job: Job) -> Path | None:
        """The side that comes next, drawn from the feeder; None at the end."""
        if not job.wish.feeder:
            return Path(self.scene.glass) if job.pages == 0 and self.scene.glass else None
        if job.backs:
            return Path(job.backs.pop(0))
        if not self.scene.feeder:
            return None
        front, _, back = self.scene.feeder.pop(0).partition("|")
        self.drawn += 1
        if job.wish.duplex:
            job.backs.append(back or front)
        return Path(front)
