"""The practice world, joined: central, a licence register, a card, a scanner, a camera and a printer, each a process.

Every stand-in is on the real wire, so nothing above it can tell. Where a wire cannot be had on this computer, the world
says so in `notes` and goes on with what there is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO
from uuid import UUID

from clerk_app import bootstrap, settings
from clerk_app.domain.dossier import Entry, RegisterAnswered, Submitted
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import camera, card_process, pcscd, printer, scanner, specimens
from clerk_app.practice.card_process import LaidCard
from clerk_app.practice.scanner import PracticeScanner
from clerk_app.practice.specimens import Specimen

USER = "clerk"
PASSWORD = "practice"  # the practice users' password is public: they exist in training only
PASSPHRASE = "practice"
STATION = "Q04"
_PAPERS: dict[str, tuple[scanner.Paper, ...]] = {"GKSK": ("health",), "GPLX_CU": ("licence-front", "licence-back")}
"""What lies on the glass when an item is scanned, and when it is scanned again: a card is turned over."""


@dataclass(slots=True)
class _Child:
    """A process of ours, ended by its pid."""

    process: subprocess.Popen[str]
    address: str
    told: Mapping[str, str] = field(default_factory=dict)
    """Everything that it said of where it is."""

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def _start(module: str, *arguments: str) -> _Child:
    """Start a module of ours and wait for the JSON line that names where it listens."""
    return _listening(module, _launched(module, *arguments))


def _launched(module: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(bootstrap.RESOURCES.parent), "PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment,
    )


def _listening(module: str, process: subprocess.Popen[str]) -> _Child:
    stdout: IO[str] | None = process.stdout
    assert stdout is not None
    said = stdout.readline()
    try:
        told = json.loads(said)
        return _Child(process, str(told["listening"]), {name: str(place) for name, place in told.items()})
    except (ValueError, KeyError):
        process.kill()
        process.wait()
        stdout.close()
        raise Refusal(
            "PRACTICE_PROCESS",
            Words(
                f"Tiến trình tập huấn {module} không khởi động được.", f"The practice process {module} did not start."
            ),
            Words("Xem dòng báo lỗi phía trên.", "See the lines above."),
        ) from None


SYSTEMS = {
    "licence_register": "registers",
    "violation_records": "violation_records",
    "population_database": "population",
    "health_register": "health_register",
    "result_repository": "result_repository",
    "payment_platform": "payment_platform",
    "public_post": "public_post",
    "national_portal": "national_portal",
    "sms_gateway": "sms_gateway",
    "mail_server": "mail_server",
}
"""The stand-in of each foreign system, by the setting of central that holds its address."""


@contextmanager
def practice_systems(
    faults: Mapping[str, str], wanted: Collection[str] = frozenset(SYSTEMS)
) -> Iterator[dict[str, str]]:
    """Every foreign system as a stand-in (or those `wanted`), each a process; central's settings that join them.

    `faults` by setting is what is wrong with one from the start. Raises `Refusal` PRACTICE_PROCESS.
    """
    with _systems(faults, wanted) as (joined, _doors):
        yield joined


@contextmanager
def _systems(faults: Mapping[str, str], wanted: Collection[str]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Besides the settings, by setting, where what is wrong with one can be changed."""
    with ExitStack() as beside:
        addresses, doors, launched = {}, {}, {}
        for setting, module in SYSTEMS.items():
            if setting in wanted:
                wrong = ("--fault", faults[setting]) if setting in faults else ()
                process = _launched(f"clerk_app.practice.{module}", *wrong)
                launched[setting] = process
                beside.callback(_Child(process, "").close)
        for setting, process in launched.items():
            child = _listening(f"clerk_app.practice.{SYSTEMS[setting]}", process)
            # A mail server speaks SMTP; its door is beside it.
            addresses[setting], doors[setting] = child.told.get("smtp", child.address), child.address
        secret = str(specimens.folder() / "payment_secret.txt")
        known = {
            "payment_platform": {"payment_partner": "THUC-HANH", "payment_secret_file": secret},
            "public_post": {"post_customer": "THUC-HANH"},
            "sms_gateway": {"sms_brand": "THUC-HANH"},
            "national_portal": {
                "portal_user": "THUC-HANH",
                "portal_password_file": secret,
                "portal_unit": "G01.801.308",
            },
            "mail_server": {"mail_security": "none", "mail_sender": "mot-cua@thuc-hanh.vn"},
        }
        for setting in launched:
            addresses |= known.get(setting, {})
        yield addresses, doors


class World:
    """Everything around one practice desk, in one throw-away folder. Close it; the folder stays."""

    def __init__(self, folder: Path, lease_wait_s: float = 20.0) -> None:
        """Start central, the register, a scanner, a printer and a card reader, and enrol the desk.

        Raises `Refusal` `PRACTICE_PROCESS` when central or the register cannot be started.
        """
        self.folder = folder.resolve()
        self.profile = self.folder / "desk"
        self.notes: list[str] = []
        self._open = ExitStack()
        self._central: _Child | None = None
        self._card: LaidCard | None = None
        self._reader: pcscd.PracticeReader | None = None
        self._papers: dict[int, PracticeScanner] = {}
        self._person = 1
        self._laid: Counter[str] = Counter()
        self.printer: printer.PracticePrinter | None = None
        self.camera: camera.PracticeCamera | None = None
        self.register = ""
        self.systems: dict[str, str] = {}
        self._doors: dict[str, str] = {}
        self._address = ""
        try:
            self._begin(lease_wait_s)
        except BaseException:
            self.close()
            raise

    def _begin(self, lease_wait_s: float) -> None:
        self.profile.mkdir(parents=True, exist_ok=True)
        self.systems, self._doors = self._open.enter_context(_systems({}, frozenset(SYSTEMS)))
        self.register = self.systems["licence_register"]
        (self.folder / "central").mkdir(parents=True, exist_ok=True)
        named = settings.of_folder(self.folder / "central", settings.CentralSettings)
        joined = asdict(replace(named, **self.systems))
        (self.folder / "central" / settings.FILE).write_text(json.dumps(joined), "utf-8")
        self.start_central("127.0.0.1:0")
        self._enrol()
        values = {"central_ca": ""}
        self.printer = printer.start(self.folder / "printed")
        self._open.callback(self.printer.close)
        values["printer_direct"] = self.printer.uri
        self.camera = camera.start(1)
        self._open.callback(self.camera.close)
        values["camera"] = self.camera.video
        person = specimens.specimen(1)
        self._papers[1] = scanner.practice_scanner(self.folder / "glass", person.person, person.licences[0])
        values |= {"sane_folder": str(self.folder / "glass")}
        values["card_direct"] = self._card_reader(lease_wait_s)
        settings.change(self.profile, **values)

    def _enrol(self) -> None:
        from clerk_app.central.database import database_url, open_database
        from clerk_app.central.stations import new_code

        if (self.profile / bootstrap.STATION).exists():
            return
        opened = open_database(database_url(self.folder / "central"))
        try:
            code = new_code(opened, STATION, bootstrap.now()).code
        finally:
            opened.close()
        bootstrap.enrol(self.profile, self.central_url, code, PASSPHRASE)

    def _card_reader(self, wait_s: float) -> str:
        """PC/SC where it can be had: nothing to set. Else the address of a card that is read directly."""
        try:
            self._reader = self._open.enter_context(pcscd.lease(wait_s))
            return ""
        except pcscd.Unavailable as why:
            self.notes.append(f"card read directly, without a PC/SC service: {why}")
        waiting = card_process.offer(1)
        waiting.take_away()
        return f"{waiting.address[0]}:{waiting.address[1]}"

    # ---- central

    @property
    def central_url(self) -> str:
        """Where central listens, or last listened."""
        return self._address

    def start_central(self, listen: str = "") -> None:
        """Start central, at the place where it was before when it had been stopped."""
        listen = listen or self._address.rpartition("//")[2]
        self._central = _start(
            "clerk_app",
            *("central", "--practice", "--data", str(self.folder / "central")),
            *("--listen", listen, "--register", self.register),
        )
        self._address = self._central.address

    def stop_central(self) -> None:
        """The line goes down."""
        if self._central is not None:
            self._central.close()
            self._central = None

    def fault(self, system: str, kind: str, **how: float) -> None:
        """What is wrong with a foreign system from now on, by its setting ("none" heals it), as `practice.door`."""
        self._post(system, "/faults", {"fault": kind, **how})

    def pay(self, order: UUID, state: int = 1) -> None:
        """The citizen pays on the platform (1), or fails to (4)."""
        self._post("payment_platform", "/pay", {"MaThamChieu": order.hex, "TrangThaiGD": state})

    def _post(self, system: str, path: str, said: Mapping[str, object]) -> None:
        import requests

        with requests.post(f"{self._doors[system]}{path}", json=said, timeout=5) as reply:
            reply.raise_for_status()

    # ---- the card, the paper

    @property
    def reader(self) -> pcscd.PracticeReader | None:
        """The practice reader behind PC/SC, held alone by this world; None where the card is read directly."""
        return self._reader

    def restart_reader(self) -> None:
        """The PC/SC service comes back after `pcscd.stop`, as after a system update."""
        self._reader = pcscd.restart()

    def lay_card(self, person: int = 1, *faults: str) -> LaidCard:
        """Lay the card of a specimen citizen on the reader."""
        self.take_card()
        if self._reader is not None:
            self._card = card_process.lay(person, self._reader.connect_address(), faults)
        else:
            host, _, port = settings.load(self.profile).card_direct.rpartition(":")
            self._card = card_process.offer(person, (host, int(port)), faults)
        return self._card

    def take_card(self) -> None:
        """Take the card away; harmless when there is none."""
        if self._card is not None:
            self._card.take_away()
            self._card = None

    def citizen(self, person: int = 1) -> Specimen:
        """A specimen citizen; the papers on the glass are now theirs."""
        specimen = specimens.specimen(person)
        if person not in self._papers:
            folder = self.folder / f"papers-{person}"
            self._papers[person] = scanner.practice_scanner(folder, specimen.person, specimen.licences[0])
        self._person = person
        self._laid.clear()
        if self.camera is not None:
            self.camera.show(person)
        return specimen

    def look(self, _device: str, paper: str) -> None:
        """Lay the specimen of the paper that is scanned next on the glass."""
        if paper in _PAPERS:
            papers, sides = self._papers[self._person], _PAPERS[paper]
            papers.lay(sides[self._laid[paper] % len(sides)])
            self._laid[paper] += 1
            if papers is not self._papers[1]:
                # One glass, the first citizen's: an open desk keeps the scanner that it found.
                self._papers[1].lay_file(papers.folder / "glass.pnm")

    # ---- what came of it

    def qr_text(self, person: int = 1) -> str:
        """The text of the QR code on a specimen card."""
        return specimens.qr_text(specimens.specimen(person).person)

    def printed(self) -> tuple[Path, ...]:
        """What came out of the printer, oldest first."""
        return self.printer.documents() if self.printer is not None else ()

    def summary(self) -> dict[str, object]:
        """What both ends hold, once the desk is closed: counted from the journal here and from central's own."""
        from clerk_app.central.database import database_url
        from clerk_app.central.verify import verify

        _, database, journal = bootstrap.open_store(self.profile, PASSPHRASE)
        try:
            report = journal.verify()
            lines = [line for line in journal.find() if line.status == "submitted"]
            sheets = {page.sheet for line in lines for page in journal.dossier(line.dossier).pages}
            offline = [line for line in lines if self._taken_offline(journal.entries(line.dossier))]
        finally:
            database.close()
        self.stop_central()
        found = verify(database_url(self.folder / "central"))
        held = submissions(self.folder / "central")
        return {
            "dossiers": len(lines),
            "taken_offline": len(offline),
            "accepted_by_central": sum(held.get(line.code, 0) == 1 for line in lines),
            "duplicates": sum(count - 1 for count in held.values()) + abs(found.entries - report.entries),
            "sheets": len(sheets),
            "journal": "ok" if report.ok and found.ok else "; ".join((*report.problems, *found.problems)),
        }

    def _taken_offline(self, entries: tuple[Entry, ...]) -> bool:
        """Whether the register was silent because there was no line when this dossier was taken."""
        return any(isinstance(entry.what, RegisterAnswered) and not entry.what.answered for entry in entries)

    def close(self) -> None:
        """End every process, by its pid."""
        self.take_card()
        self.stop_central()
        self._open.close()

    def __enter__(self) -> World:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def submissions(data_dir: Path) -> dict[str, int]:
    """How often central accepted each dossier code: every count must be 1."""
    import sqlalchemy as sa

    from clerk_app import wire
    from clerk_app.central.database import database_url, entries, open_database

    held: dict[str, int] = {}
    opened = open_database(database_url(data_dir))
    try:
        with opened.read() as connection:
            for row in connection.execute(sa.select(entries.c.body).where(entries.c.accepted == 1)):
                what = wire.decode_entry(row.body).what
                if isinstance(what, Submitted):
                    held[what.code] = held.get(what.code, 0) + 1
    finally:
        opened.close()
    return held
