"""An office that answers what citizens send from home: the portal, every system beside it, central, a desk, a printer.

Everything is a process of its own; the desk's line to central can be pulled out, each system can fail, and the clocks
of both go together.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar
from uuid import UUID

import requests
from PIL import Image

from clerk_app import bootstrap, settings
from clerk_app.central.verify import verify
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Dossier, Entry
from clerk_app.domain.systems import payment_of
from clerk_app.practice import printer, specimens
from clerk_app.practice.scanner_papers import Paper, draw
from clerk_app.rehearsal import SYSTEMS, practice_systems
from tests.peers import clocks
from tests.peers.central import CentralProcess
from tests.peers.citizens import Citizens
from tests.peers.commands import Said, here
from tests.peers.line import Line
from tests.peers.sane import private_sane
from tests.printing.paper import text_of
from tests.stories.approval_desks import Place, never
from tests.stories.desk_window import DeskWindow

QUAN = specimens.specimen(1)
WITHIN_S = 60.0
REGISTERS = ("licence_register", "violation_records", "population_database")
WRONG = {
    **dict.fromkeys(REGISTERS, "stranger"),
    "payment_platform": "digest",
    "national_portal": "stranger",
    "public_post": "partial",
}
"""What a system says that says something wrong."""
PAPERS: dict[str, Paper] = {"GKSK": "health", "GPLX_CU": "licence-front", "CC": "licence-back"}


@cache
def page(paper: Paper, quality: int = 75) -> bytes:
    """A specimen paper as a telephone sends it."""
    made = io.BytesIO()
    picture = draw(paper, QUAN.person, QUAN.licences[0]).convert("RGB")
    picture.save(made, "JPEG", dpi=(300, 300), quality=quality)
    return made.getvalue()


@cache
def portrait() -> bytes:
    """A photograph; nobody's."""
    made = io.BytesIO()
    Image.linear_gradient("L").resize((354, 472)).convert("RGB").save(made, "JPEG", dpi=(300, 300))
    return made.getvalue()


def files(*codes: str) -> dict[str, bytes]:
    """What a citizen attaches, by the papers' codes."""
    return {code: portrait() if code == "ANH" else page(PAPERS[code]) for code in codes}


@dataclass
class OnlineOffice:
    """One office with one desk."""

    folder: Path
    addresses: dict[str, str]
    central: CentralProcess
    place: Place
    printer: printer.PracticePrinter
    ahead_s: float = 0.0

    # ---- the citizen and the systems

    @property
    def citizens(self) -> Citizens:
        return Citizens(self.addresses["national_portal"])

    def fault(self, system: str, kind: str, **how: float) -> None:
        """What is wrong with a system from now on, by its setting; "none" heals it."""
        self._post(system, "/faults", {"fault": kind, **how})

    def pay(self, order: UUID, state: int = 1) -> None:
        """The citizen pays at the platform."""
        self._post("payment_platform", "/pay", {"MaThamChieu": order.hex, "TrangThaiGD": state})

    def _post(self, system: str, path: str, said: dict[str, Any]) -> None:
        with requests.post(f"{self.addresses[system]}{path}", json=said, timeout=5) as reply:
            assert reply.ok, reply.text

    def ledger(self, system: str) -> Any:
        """What a stand-in did."""
        with requests.get(f"{self.addresses[system]}/ledger", timeout=5) as reply:
            return reply.json()

    def at_portal(self, code: str) -> dict[str, Any]:
        """What the portal has of a dossier."""
        found: dict[str, Any] = next(one for one in self.ledger("national_portal")["dossiers"] if one["MaHoSo"] == code)
        return found

    def texts_to(self, phone: str) -> list[str]:
        """The text messages that were sent to a telephone."""
        number = "84" + phone.lstrip("0")
        return [one["NoiDung"] for one in self.ledger("sms_gateway") if one["SoNhan"] == number]

    # ---- in the window

    def open_in_queue(self, window: DeskWindow, code: str, part: str = "") -> None:
        """The dossier is found on the page of online dossiers and taken to this desk; `part` is the key of one."""
        window.do("press", key="Ctrl+9")
        if part:
            window.do("press", key=part)
        window.do("press", key="Ctrl+F")
        window.do("press", key="Ctrl+A")
        window.do("type", text=code[-6:])
        begun = len(window.told)
        self.until("it alone in the queue", lambda: self._alone(window))
        window.do("press", key="Return")
        dossier = str(self.dossier(code).id)
        window.until("it", lambda line: line["what"] == "standing" and line.get("dossier") == dossier, begun)

    @staticmethod
    def _alone(window: DeskWindow) -> bool:
        window.watch(0.6)
        told = [line["rows"] for line in window.told if line["what"] == "rows"]
        return bool(told) and len(told[-1]) == 1 and QUAN.person.name in " ".join(told[-1][0])

    def accept(self, window: DeskWindow, code: str) -> str:
        """Accepted with nothing in the way, the fee paid on the platform: the code of the receipt."""
        self.open_in_queue(window, code)
        begun = len(window.told)
        window.order("accept_online", hold="fee")
        window.until("the payment", lambda line: line["what"] == "shown" and line["name"] == "fee", begun)
        self.pay(self.payment(code))
        window.order("go")
        done = window.until("its end", lambda line: line["what"] == "did" and line["order"] == "accept_online", begun)
        return str(done["code"])

    def payment(self, code: str) -> UUID:
        """The order of the payment, once the platform has it."""

        def known() -> bool:
            one = payment_of(self.dossier(code).orders)
            return one is not None and one.heard is not None and "url" in one.heard.result

        # The page asks by itself, at ever longer intervals: first whether what the portal claims is so.
        self.until("a place to pay", known, 2 * WITHIN_S)
        found = payment_of(self.dossier(code).orders)
        assert found is not None
        return found.placed.order

    def step(self, window: DeskWindow, name: str, number: int) -> None:
        """On the page of its way, the step of this name is chosen, which has this number."""
        begun = len(window.told)
        window.do("press", key="Ctrl+8")
        window.until_words(name, begun=max(0, begun - 1))
        window.do("press", key=str(number))

    # ---- the clocks

    def now(self) -> datetime:
        """The office's time."""
        return bootstrap.now()

    def turn_to(self, moment: datetime) -> None:
        """It is then, for central at once and for every window that is opened after this."""
        self.central.stop()
        self.ahead_s = (moment - datetime.now(HANOI)).total_seconds()
        self.central.ahead_s = self.ahead_s
        clocks.turn(self.ahead_s)
        self.central.start()

    # ---- the desk

    def window(self, name: str = "window", **more: Any) -> DeskWindow:
        return DeskWindow(
            self.place.profile,
            "",
            self.folder / name,
            platform="offscreen",
            reader=False,
            ahead_s=self.ahead_s,
            **more,
        )

    def say(self, *words: str | Path, user: str = "clerk") -> Said:
        """A command at the desk."""
        said = here(*words, profile=self.place.profile, CLERK_USER=user)
        assert said.code == 0, said.err
        return said

    def delivered(self) -> None:
        """Everything is at central, and everything of it here."""
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            for _ in range(2):
                desk.delivery.once(never)

    def arrived(self, code: str) -> None:
        """Central has written down what the citizen sent, and the desk has it."""
        self.until(f"{code} at central", lambda: self.state_at_central(code) == "taken ")
        self.until(f"{code} at the desk", lambda: self._here(code))

    def _here(self, code: str) -> bool:
        self.delivered()
        return bool(self.say("online", "list", code, "--json").json["rows"])

    def state_at_central(self, code: str) -> str:
        said = here("central", "online", "list", "--data", self.central.folder, "--json")
        assert said.code == 0, said.err
        return next((f"{one['state']} {one['cause']}" for one in said.json["submissions"] if one["code"] == code), "")

    def dossier(self, code: str) -> Dossier:
        """As the desk's journal has it, also beside an open window."""
        return self.told(code)[0]

    def told(self, code: str) -> tuple[Dossier, tuple[Entry, ...]]:
        """The dossier under the portal's code, and everything that happened to it."""
        _, database, journal = bootstrap.open_store(self.place.profile, "practice")
        with closing(database):
            (line,) = [one for one in journal.online() if one.code == code]
            return journal.dossier(line.dossier), tuple(journal.entries(line.dossier))

    def printed(self) -> Sequence[str]:
        """The text of every paper that came out of the printer, oldest first."""
        return [text_of(one.read_bytes()) for one in self.printer.documents()]

    def until(self, what: str, true: Callable[[], object], within_s: float = WITHIN_S) -> None:
        """Wait for it."""
        end = monotonic() + within_s
        while not true():
            assert monotonic() < end, f"waited in vain for {what}"
            sleep(0.3)

    def whole(self) -> None:
        """Nothing was lost, and central took everything."""
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            for _ in range(3):
                desk.delivery.once(never)
            assert desk.journal.refused() == ()
            assert desk.journal.outbox().waiting == 0
            assert desk.journal.verify().ok
        assert verify(self.central.database_url).problems == ()


class Trouble:
    """What is wrong in one run, with whichever systems it is asked for."""

    KINDS = ("down", "slow", "wrong", "line")

    def __init__(self, office: OnlineOffice, kind: str) -> None:
        self._office, self.kind = office, kind

    def begins(self, *systems: str) -> None:
        for system in systems:
            match self.kind:
                case "line":
                    self._office.place.line.pull_out()
                case "slow":
                    self._office.fault(system, "hold", seconds=4)
                case "wrong":
                    self._office.fault(system, WRONG[system])
                case "down":
                    self._office.fault(system, "lost" if system == "public_post" else "down")

    def ends(self, *systems: str) -> None:
        self._office.place.line.plug_in()
        for system in systems:
            self._office.fault(system, "none")


Kind = TypeVar("Kind", bound=OnlineOffice)
QUICK = {"portal_every_s": "1", "orders_first_wait_s": "1", "registers_patience_s": "2", "orders_repeat_s": "2"}


@contextmanager
def an_office(
    kind: type[Kind],
    folder: Path,
    at: datetime | None = None,
    systems: Collection[str] = frozenset(SYSTEMS),
    **central_settings: str,
) -> Iterator[Kind]:
    """An office of this kind at this moment (now), beside these systems, with everybody signed in once."""
    with ExitStack() as stack:
        addresses = stack.enter_context(practice_systems({}, systems))
        central = CentralProcess(folder / "central")
        central.folder.mkdir(parents=True, exist_ok=True)
        (central.folder / settings.FILE).write_text(json.dumps(addresses | QUICK | central_settings), "utf-8")
        stack.callback(central.close)
        stack.callback(clocks.turn, 0.0)
        ahead = (at - datetime.now(HANOI)) if at is not None else timedelta()
        central.ahead_s = ahead.total_seconds()
        clocks.turn(central.ahead_s)
        central.start()
        line = Line(central.url)
        stack.callback(line.close)
        place = Place(folder / "Q04", line)
        bootstrap.enrol(place.profile, line.url, central.code("Q04"), "practice")
        made = printer.start(folder / "printed")
        stack.callback(made.close)
        settings.change(place.profile, printer_direct=made.uri)
        with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
            for user in ("supervisor", "clerk"):
                desk.sign_in.sign_in(user, "practice")
            desk.delivery.once(never)
        yield kind(folder, addresses, central, place, made, central.ahead_s)


@contextmanager
def online_office(folder: Path, at: datetime | None = None) -> Iterator[OnlineOffice]:
    """The office at this moment (now), beside every system."""
    with an_office(OnlineOffice, folder, at) as opened:
        # A desk without a scanner looks for one every few seconds.
        sane = private_sane(folder / "sane")
        settings.change(opened.place.profile, sane_folder=str(sane.folder), scanner_device="pnm:0")
        yield opened
