"""An office at which online dossiers go their whole way, seen from every side: desk, central, portal, paper, report.

It stands beside the portal, the registers that are asked of a dossier, and the post. Its glass is a SANE of its own.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy import select

from clerk_app import bootstrap, settings, wire
from clerk_app.central.database import entries, open_database
from clerk_app.central.verify import verify
from clerk_app.desk.report_views import ReportQuery
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, replay
from clerk_app.domain.systems import SystemAnswered
from clerk_app.practice import specimens
from tests.peers.citizens import UNIT
from tests.peers.commands import here
from tests.peers.sane import SaneEnv, private_sane
from tests.printing.paper import lines_of, text_of
from tests.stories.approval_desks import CHOSEN, CODE, never
from tests.stories.desk_window import DeskWindow
from tests.stories.online_office import OnlineOffice, an_office

REGISTERS = ("licence_register", "violation_records")
SYSTEMS = {*REGISTERS, "national_portal", "public_post"}
FAILS = ("nothing", "line", "national_portal", "registers")
"""What fails in the middle of a story."""
NAME = specimens.specimen(1).person.name
SHORTLY_S = 60.0


@dataclass(frozen=True)
class Case:
    """A dossier: its id, the code that the portal gave it, and the one on its receipt."""

    dossier: UUID
    portal: str
    code: str


@dataclass
class CourseOffice(OnlineOffice):
    """One desk of the office, at which everybody sits down in turn."""

    glass: SaneEnv | None = None
    _serials: Iterator[int] = field(default_factory=lambda: count(1))

    # ---- dossiers

    def processing(self, number: int) -> tuple[Case, ...]:
        """Dossiers that citizens sent, the counter accepted and handed on."""
        return self._accepted(number, ("hand-on", "clerk"))

    def granted(self, number: int) -> tuple[Case, ...]:
        """Some that were decided; their cards are awaited."""
        return self._accepted(number, ("hand-on", "clerk"), ("approve", "supervisor"))

    def _accepted(self, number: int, *steps: tuple[str, str]) -> tuple[Case, ...]:
        """Dossiers that citizens sent, with the original papers shown, paid and accepted at the counter; then, step by
        step, who does what with all of them.
        """
        codes, at = [f"{UNIT}-261128-{next(self._serials):06d}" for _ in range(number)], self.now().astimezone(HANOI)
        for code in codes:
            papers = {one: _page(one) for one in ("GKSK", "GPLX_CU")}
            self.citizens.send(code, 1, f"{at:%Y%m%d%H%M%S}", papers)
        self.say("central", "online", "pull", "--data", self.central.folder)
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            desk.sign_in.sign_in("clerk", "practice")
            while desk.delivery.once(never).state != "idle":
                continue
            known = {one.code: one.dossier for one in desk.journal.online()}
            dossiers = [known[code] for code in codes]
            for dossier in dossiers:
                desk.online.take(dossier)
                desk.intake.enter(dossier, CHOSEN, "application", "")
                desk.intake.ask_register(dossier)
                desk.papers.mark(dossier, "CC", "seen")
                desk.papers.bring(dossier, "ANH", _page("ANH"))
                desk.making.finish(dossier)
                desk.cashier.take(dossier, "cash", 200_000)
                desk.exceptions.ask(dossier, CODE, "Chip không đọc được")
            desk.sign_in.sign_in("supervisor", "practice")
            for dossier in dossiers:
                desk.exceptions.decide_as_signed_in(dossier, CODE, granted=True, comment="Đồng ý")
            desk.sign_in.sign_in("clerk", "practice")
            found = []
            for dossier, code in zip(dossiers, codes, strict=True):
                findings = [(one.code, one.field) for one in desk.intake.view(dossier).receipt.findings if one.blocking]
                assert not findings, findings
                found.append(Case(dossier, code, desk.intake.submit(dossier).receipt.code))
            for step, user in steps:
                desk.sign_in.sign_in(user, "practice")
                for dossier in dossiers:
                    desk.course.take(dossier, step)
            while desk.delivery.once(never).state != "idle":
                continue
        return tuple(found)

    def refused(self, *words: str, user: str = "supervisor") -> str:
        """The code of a command that is refused."""
        return here(*words, profile=self.place.profile, CLERK_USER=user).refusal

    def lay_signed(self, case: Case) -> Path:
        """The receipt of a dossier, signed by hand, lies on the glass of the scanner."""
        assert self.glass is not None
        receipt, page = self.folder / "M01.pdf", self.folder / f"signed-{case.code}"
        self.say("dossier", "print", case.code, "--form", "M01", "--out", receipt)
        subprocess.run(["pdftoppm", "-r", "300", "-singlefile", str(receipt), str(page)], check=True)
        picture = self.folder / f"{page.name}.ppm"
        with Image.open(picture) as paper:
            pen = ImageDraw.Draw(paper)
            pen.line([(1500 + 40 * at, 3000 + (at % 3) * 60) for at in range(12)], fill=(20, 20, 120), width=9)
            paper.save(picture, "PPM")
        shutil.copyfile(picture, self.folder / "glass.ppm")
        return picture

    # ---- what fails in the middle

    @contextmanager
    def failing(self, what: str) -> Iterator[None]:
        """Meanwhile there is no line to central, or the registers or the portal give no answer, or all is well."""
        down = REGISTERS if what == "registers" else () if what in ("nothing", "line") else (what,)
        if what == "line":
            self.place.line.pull_out()
        for system in down:
            self.fault(system, "down")
        try:
            yield
        finally:
            self.place.line.plug_in()
            for system in down:
                self.fault(system, "none")

    # ---- what each place has

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

    def everywhere(self, case: Case) -> Dossier:
        """The dossier once desk and central have the same, and central refused nothing."""
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            for _ in range(2):
                desk.delivery.once(never)
            assert desk.journal.refused() == ()
            assert desk.journal.outbox().waiting == 0
        assert verify(self.central.database_url).problems == ()
        here, there = self.place.state(case.dossier), self.at_central(case.dossier)
        assert (here.course, here.handing) == (there.course, there.handing)
        return there

    def portal_has(self, case: Case, status: str, *parts: str) -> dict[str, Any]:
        """What the portal has of it, once it stands at this status there and each part in one line of its course."""
        end = monotonic() + SHORTLY_S
        while True:
            (there,) = [one for one in self.ledger("national_portal")["dossiers"] if one["MaHoSo"] == case.portal]
            lines = [one["NoiDungXuLy"] for one in there["TienDo"]]
            found = [[line for line in lines if part in line] for part in parts]
            if there["TrangThaiHoSo"] == status and all(found):
                assert all(len(one) == 1 for one in found), lines
                return dict(there)
            assert monotonic() < end, (there["TrangThaiHoSo"], status, lines)
            sleep(0.3)

    def violations(self, case: Case) -> list[str]:
        """What came of each time that the violation records were asked of a dossier, also beside an open window."""
        _, happened = self.told(case.portal)
        said = [one.what for one in happened if isinstance(one.what, SystemAnswered)]
        return [one.outcome for one in said if one.system == "violations"]

    def listed(self, name: str, case: Case) -> bool:
        """Whether a list of results has it."""
        rows = self.say("results", "shelf", "--list", name, "--json").json["results"]
        return any(row["code"] == case.code for row in rows)

    def papers(self, case: Case) -> tuple[str, str, list[str]]:
        """What can be read now on its receipt (M01), on its control slip (M06), and in the cells of its line in the
        register of today (M07).
        """
        today = self.now().astimezone(HANOI).date()
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            desk.sign_in.sign_in("clerk", "practice")
            receipt, slip = (text_of(desk.receipts.pdf(case.dossier, form)) for form in ("M01", "M06"))
            book, _ = desk.books.register(today, today)
        (line,) = [cells for cells in lines_of(book) if case.code in cells]
        return receipt, slip, line

    def sheet(self, digest: str) -> Image.Image:
        """A picture that the desk keeps."""
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            assert desk.journal.outbox().waiting_sheets == 0, "central has it too"
            return Image.open(io.BytesIO(desk.counter.sheets.get(digest)))

    def behind(self, *lines: str) -> dict[str, set[str]]:
        """The codes of the dossiers behind these lines of today's report of the office."""
        today = self.now().astimezone(HANOI).date()
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            desk.sign_in.sign_in("supervisor", "practice")
            view = desk.reports.make(ReportQuery(today, today))
            assert view.source == "central"
            return {line: {one.code for one in desk.reports.behind(view, line, None).lines} for line in lines}


def hand(window: DeskWindow, *keys: str) -> None:
    """Keys as a person presses them: several within a moment are a scanner's."""
    for key in keys:
        window.do("press", key=key)
        window.watch(0.3)


def _page(paper: str) -> bytes:
    """A picture of its own for each paper."""
    made, side = io.BytesIO(), 40 + 20 * len(paper)
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste((160, 40, 40), (side, side, 2 * side, 2 * side))
    page.save(made, "JPEG", dpi=(150, 150))
    return made.getvalue()


@contextmanager
def course_office(folder: Path, at: datetime | None = None) -> Iterator[CourseOffice]:
    """Everybody signed in here once with a line; central asks the portal for news when it is told to."""
    with an_office(CourseOffice, folder, at, SYSTEMS, portal_every_s="3600") as office:
        office.glass = private_sane(folder / "sane")
        office.glass.lay(folder / "glass.ppm")
        settings.change(office.place.profile, sane_folder=str(office.glass.folder), scanner_device="pnm:0")
        yield office
