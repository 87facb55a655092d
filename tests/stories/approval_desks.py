"""An office for stories of approval: a real central with a licence register, a clerk's desk and supervisors' desks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from clerk_app import bootstrap
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier
from clerk_app.practice import specimens
from clerk_app.rehearsal import practice_systems
from tests.peers.central import CentralProcess
from tests.peers.line import Line
from tests.peers.paper_pages import printed
from tests.stories.desk_window import DeskWindow

CODE = "IDENTITY_WEAK"
HOME, TYPED_HOME = "Hue", "Phường Nghĩa Đô, Hà Nội"
CHOSEN = {
    "case": "DOI_SAP_HET_HAN",
    "wanted_class": "B",
    "reason": "Sắp hết hạn",
    "pledge": "yes",
    "applicant.phone": "0912345678",
}


def never() -> bool:
    return False


@dataclass
class Place:
    """A desk with its line; its window is opened later."""

    profile: Path
    line: Line

    def window(self, folder: Path, reader: bool = False) -> DeskWindow:
        """Its window, without a screen; it sees the machine's card `reader` where the story has laid a card on it."""
        return DeskWindow(self.profile, "", folder, platform="offscreen", reader=reader)

    def state(self, dossier: UUID) -> Dossier:
        """As it stands here, once everything went to central and everything was heard."""
        with closing(bootstrap.open_desk(self.profile, "practice")) as desk:
            for _ in range(2):
                desk.delivery.once(never)
            report = desk.journal.verify()
            assert report.ok, report.problems
            assert desk.journal.outbox().waiting == 0
            return desk.journal.dossier(dossier)


@dataclass
class Office:
    """The clerk sits at Q01, supervisors at Q02 and Q03; everybody was everywhere once."""

    central: CentralProcess
    places: dict[str, Place]
    folder: Path

    def prepared(self, person: int = 1, asked: str = "", at: str = "Q01") -> UUID:
        """A dossier typed by hand, for the chip could not be read: everything is there but what a supervisor must say.

        With `asked` the clerk asked for it already, with these words.
        """
        who = specimens.specimen(person).person
        page = self.folder / "page.jpg"
        page.write_bytes(printed()[0])
        with closing(bootstrap.open_desk(self.places[at].profile, "practice")) as desk:
            desk.sign_in.sign_in("clerk", "practice")
            dossier = desk.intake.open().dossier
            typed = {"number": who.number, "name": who.name, "sex": who.sex or "", "residence": TYPED_HOME}
            typed["born"] = who.born.isoformat() if who.born is not None else ""
            desk.intake.enter(dossier, {f"applicant.{name}": text for name, text in typed.items()}, "identity", "")
            desk.intake.ask_register(dossier)
            desk.intake.enter(dossier, CHOSEN, "application", "")
            desk.papers.mark(dossier, "CC", "seen")
            for paper in ("GKSK", "GPLX_CU", "ANH"):
                desk.papers.bring_files(dossier, paper, [page], lambda _: None, never)
            desk.making.finish(dossier)
            desk.cashier.take(dossier, "cash", 200_000)
            if asked:
                desk.exceptions.ask(dossier, CODE, asked)
            desk.intake.park()
            findings = [one.code for one in desk.intake.view(dossier).receipt.findings if one.blocking]
            assert findings == ["EXCEPTION_OPEN"], findings
            while desk.delivery.once(never).state != "idle":
                continue
        return dossier

    def one_decision(self, dossier: UUID, granted: bool, by: str) -> None:
        """Every desk has the same decision, central holds every entry once, and nothing waits for anybody."""
        states = [place.state(dossier) for place in self.places.values()]
        for state in states:
            asked = state.exceptions[CODE]
            assert (asked.granted, asked.decided_by) == (granted, by)
        assert verify(self.central.database_url).problems == ()


@contextmanager
def office(folder: Path, supervisors: dict[str, str]) -> Iterator[Office]:
    """Opened for one story; `supervisors` sit at these stations besides the clerk at Q01."""
    with ExitStack() as stack:
        register = stack.enter_context(practice_systems({}, {"licence_register"}))["licence_register"]
        central = CentralProcess(folder / "central", register_url=register)
        stack.callback(central.close)
        central.start()
        places = {}
        for station in ("Q01", *supervisors):
            line = Line(central.url)
            stack.callback(line.close)
            place = Place(folder / station, line)
            bootstrap.enrol(place.profile, line.url, central.code(station), "practice")
            with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
                for user in ("supervisor", "supervisor2", "clerk"):
                    desk.sign_in.sign_in(user, "practice")
                desk.delivery.once(never)
            places[station] = place
        yield Office(central, places, folder)
