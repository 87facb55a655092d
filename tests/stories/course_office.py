"""An office for the course of online dossiers: the portal and the register each a process, central, a line, a desk.

The desk has a printer; what comes out of it is read. What the portal was told stands in its ledger.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import requests
from PIL import Image
from sqlalchemy import select

from clerk_app import bootstrap, settings, wire
from clerk_app.central.database import entries, open_database
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier, replay
from clerk_app.practice import printer, specimens
from clerk_app.practice.printer import PracticePrinter
from clerk_app.rehearsal import practice_systems
from tests.peers.central import CentralProcess
from tests.peers.citizens import UNIT, Citizens
from tests.peers.commands import Said, here
from tests.peers.line import Line
from tests.printing.paper import text_of
from tests.stories.approval_desks import CHOSEN, CODE, Place, never
from tests.stories.desk_window import DeskWindow

SYSTEMS = {"licence_register", "national_portal"}
NAME = specimens.specimen(1).person.name
SHORTLY_S = 60.0
STT_PT, LINE_PT, SPACE_PT = 12.0, 60.0, 2.5
"""How far a number may stand from the edge of its column, how high a line is, how wide a space."""


@dataclass
class CourseOffice:
    """One desk of the office, at which everybody sits down in turn."""

    central: CentralProcess
    place: Place
    systems: dict[str, str]
    printer: PracticePrinter
    folder: Path
    box: bool = False
    """Whether a box of cards was opened at this desk."""

    # ---- a dossier

    def processing(self, serial: int = 1) -> tuple[UUID, str]:
        """A dossier that a citizen sent, the counter accepted and handed on: its id, and the code on its receipt."""
        dossier, code = self.accepted(serial)
        self.say("dossier", "step", code, "hand-on")
        self.say("deliver")
        return dossier, code

    def accepted(self, serial: int = 1) -> tuple[UUID, str]:
        """A dossier that a citizen sent, with the original papers shown, paid and accepted at the counter."""
        code, at = f"{UNIT}-261128-{serial:06d}", f"{datetime.now(UTC):%Y%m%d%H%M%S}"
        Citizens(self.systems["national_portal"]).send(code, 1, at, {one: _page(one) for one in ("GKSK", "GPLX_CU")})
        self.say("central", "online", "pull", "--data", self.central.folder)
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            desk.sign_in.sign_in("clerk", "practice")
            while desk.delivery.once(never).state != "idle":
                continue
            (line,) = [one for one in desk.journal.online() if one.code == code]
            dossier: UUID = line.dossier
            desk.online.take(dossier)
            desk.intake.enter(dossier, CHOSEN, "application", "")
            desk.intake.ask_register(dossier)
            desk.papers.mark(dossier, "CC", "seen")
            desk.papers.bring(dossier, "ANH", _page("ANH"))
            desk.making.finish(dossier)
            desk.cashier.take(dossier, "cash", 200_000)
            desk.exceptions.ask(dossier, CODE, "Chip không đọc được")
            desk.sign_in.sign_in("supervisor", "practice")
            desk.exceptions.decide_as_signed_in(dossier, CODE, granted=True, comment="Đồng ý")
            desk.sign_in.sign_in("clerk", "practice")
            findings = [(one.code, one.field) for one in desk.intake.view(dossier).receipt.findings if one.blocking]
            assert not findings, findings
            receipt = desk.intake.submit(dossier).receipt
        return dossier, receipt.code

    def say(self, *words: str | Path, user: str = "clerk") -> Said:
        said = here(*words, profile=self.place.profile, CLERK_USER=user)
        assert said.code == 0, said.err
        return said

    def refused(self, *words: str, user: str = "supervisor") -> str:
        """The code of a command that is refused."""
        return here(*words, profile=self.place.profile, CLERK_USER=user).refusal

    # ---- what fails in the middle

    @contextmanager
    def failing(self, what: str) -> Iterator[None]:
        """Meanwhile there is no line to central, or the register or the portal gives no answer, or all is well."""
        if what == "line":
            self.place.line.pull_out()
        elif what != "nothing":
            self._fault(what, "down")
        try:
            yield
        finally:
            if what == "line":
                self.place.line.plug_in()
            elif what != "nothing":
                self._fault(what, "none")

    def _fault(self, system: str, kind: str) -> None:
        with requests.post(f"{self.systems[system]}/faults", json={"fault": kind}, timeout=5) as reply:
            reply.raise_for_status()

    # ---- what each place has

    def window(self) -> DeskWindow:
        return self.place.window(self.folder / "window")

    def printed(self) -> tuple[Path, ...]:
        return self.printer.documents()

    def at_central(self, dossier: UUID) -> Dossier:
        """What central accepted of it."""
        database = open_database(self.central.database_url)
        try:
            with database.read() as connection:
                chosen = select(entries.c.body).where(entries.c.dossier == dossier, entries.c.accepted)
                bodies = connection.execute(chosen.order_by(entries.c.number)).scalars().all()
        finally:
            database.close()
        return replay(wire.decode_entry(body) for body in bodies)

    def everywhere(self, dossier: UUID) -> Dossier:
        """The dossier once desk and central have the same, and central refused nothing."""
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            for _ in range(2):
                desk.delivery.once(never)
            assert desk.journal.refused() == ()
            assert desk.journal.outbox().waiting == 0
        assert verify(self.central.database_url).problems == ()
        here, there = self.place.state(dossier), self.at_central(dossier)
        assert (here.course, here.handing) == (there.course, there.handing)
        return there

    def told(self, dossier: UUID, status: str, *parts: str) -> dict[str, Any]:
        """What the portal has of it, once it stands at this status there and each part in one line of its course."""
        code, end = self.at_central(dossier).portal_code, monotonic() + SHORTLY_S
        while True:
            with requests.get(f"{self.systems['national_portal']}/ledger", timeout=5) as reply:
                (there,) = [one for one in reply.json()["dossiers"] if one["MaHoSo"] == code]
            lines = [one["NoiDungXuLy"] for one in there["TienDo"]]
            found = [[line for line in lines if part in line] for part in parts]
            if there["TrangThaiHoSo"] == status and all(found):
                assert all(len(one) == 1 for one in found), lines
                return dict(there)
            assert monotonic() < end, (there["TrangThaiHoSo"], status, lines)
            sleep(0.3)

    def listed(self, name: str, code: str) -> bool:
        """Whether a list of results has it."""
        rows = self.say("results", "shelf", "--list", name, "--json").json["results"]
        return any(row["code"] == code for row in rows)

    def in_book(self, code: str) -> list[str]:
        """The cells of this dossier's line in the register of today (M07), read from its PDF."""
        out = self.folder / "M07.pdf"
        self.say("dossier", "register", "--out", out)
        lines = lines_of(out.read_bytes())
        assert [cells for cells in lines if code in cells], lines
        return next(cells for cells in lines if code in cells)

    def paper(self, code: str, form: str) -> str:
        """A form of this dossier, read from its PDF."""
        out = self.folder / f"{form}.pdf"
        self.say("dossier", "print", code, "--form", form, "--out", out)
        return text_of(out.read_bytes())


def lines_of(pdf: bytes) -> list[list[str]]:
    """The lines of a printed table whose first column counts them; each cell is its letters, without spaces."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    _, *pages = done.stdout.decode().split("<page ")
    return [line for page in pages for line in _lines_on(page)]


def _lines_on(page: str) -> list[list[str]]:
    found = re.findall(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>', page)
    words = [(float(left), float(top), float(right), text) for left, top, right, _, text in found]
    edge = min((left for left, _, _, text in words if text == "STT"), default=0.0)
    tops = sorted(top for left, top, _, text in words if text.isdigit() and abs(left - edge) < STT_PT)
    lines = []
    for number, top in enumerate(tops):
        below = tops[number + 1] if number + 1 < len(tops) else top + LINE_PT
        mine = sorted(word for word in words if top - 1 < word[1] < below - 1)
        cells: list[list[tuple[float, float, float, str]]] = []
        for word in mine:
            if cells and word[0] < max(right for _, _, right, _ in cells[-1]) + SPACE_PT:
                cells[-1].append(word)
            else:
                cells.append([word])
        lines.append(["".join(text for *_, text in sorted(cell, key=lambda one: (one[1], one[0]))) for cell in cells])
    return lines


def _page(paper: str) -> bytes:
    """A picture of its own for each paper."""
    made, side = io.BytesIO(), 40 + 20 * len(paper)
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste((160, 40, 40), (side, side, 2 * side, 2 * side))
    page.save(made, "JPEG", dpi=(150, 150))
    return made.getvalue()


@contextmanager
def course_office(folder: Path) -> Iterator[CourseOffice]:
    """Opened for one story: everybody signed in here once with a line."""
    with ExitStack() as stack:
        addresses = stack.enter_context(practice_systems({}, SYSTEMS))
        central = CentralProcess(folder / "central")
        central.folder.mkdir(parents=True, exist_ok=True)
        quick = {"portal_every_s": "3600", "orders_first_wait_s": "1"}
        (central.folder / settings.FILE).write_text(json.dumps(addresses | quick), "utf-8")
        stack.callback(central.close)
        central.start()
        line = Line(central.url)
        stack.callback(line.close)
        place = Place(folder / "Q04", line)
        bootstrap.enrol(place.profile, line.url, central.code("Q04"), "practice")
        machine = printer.start(folder / "printed")
        stack.callback(machine.close)
        settings.change(place.profile, printer_direct=machine.uri)
        with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
            for user in ("supervisor", "clerk"):
                desk.sign_in.sign_in(user, "practice")
            desk.delivery.once(never)
        yield CourseOffice(central, place, addresses, machine, folder)
