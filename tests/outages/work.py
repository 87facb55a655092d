"""What the clerks of one desk do, small but real: each step is what somebody does between two looks at the queue.

Who goes on with a dossier stands in the dossier itself: the counter that opened it, until it says that another one
does. So after any end of the program everybody knows from the journal alone where they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from uuid import UUID

from clerk_app.catalogue.pack import Pack
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import (
    Dossier,
    ExceptionAsked,
    FeeTaken,
    FieldsEntered,
    Happening,
    IdentityRead,
    Opened,
    Page,
    PagesArranged,
    PaperMarked,
    Printed,
    RegisterAnswered,
    Submitted,
)
from clerk_app.domain.evidence import PRACTICE_FILE, Evidence
from clerk_app.domain.facts import exception_of, facts_at, paper_done
from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Person
from clerk_app.domain.procedure import decide
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.sheets import SheetStore
from tests.peers.deciding import decided
from tests.peers.verdicts import verdicts

OFFICE, UNIT = "PC08-HN", "G01.801.308"
CASE, WANTED = "DOI_SAP_HET_HAN", "B"
_DRAFTS = 3
"""As many dossiers lie open at one counter before the next citizen is called."""


@dataclass
class Clerks:
    """The people of one counter. `kept` hears of the entries and sheets that the store said it has."""

    station: str
    everybody: Sequence[str]
    journal: SealedJournal
    sheets: SheetStore
    clock: Callable[[], datetime]
    pack: Pack
    kept: Callable[[list[bytes], list[str]], None]

    def step(self, dice: Random) -> str:
        """Do one thing; its name."""
        mine, handed, asked = self._seen()
        ways: list[tuple[str, Dossier | None]] = [("go on", one) for one in mine]
        ways += [("take over", one) for one in handed] + [("decide", one) for one in asked]
        if len(mine) < _DRAFTS:
            ways.append(("open", None))
        name, state = dice.choice(ways)
        if state is None:
            self._open(dice)
        elif name == "take over":
            self._write(state.id, self._typed({"reason": "Quầy khác chuyển sang"}, f"by:{self.station}"))
        elif name == "decide":
            code = next(code for code, one in state.exceptions.items() if one.granted is None)
            self._write(state.id, decided(state, code, comment="Đã xem"), who="supervisor")
        else:
            name = self._go_on(state, dice)
        return name

    def _seen(self) -> tuple[list[Dossier], list[Dossier], list[Dossier]]:
        """Drafts that are ours, those handed to us, and those that wait for our supervisor, in a fixed order."""
        drafts = [self.journal.dossier(line.dossier) for line in self.journal.find(limit=500, status="draft")]
        drafts.sort(key=lambda state: state.id)
        mine = [state for state in drafts if self._owner(state) == self.station]
        handed = [state for state in drafts if state.focus == f"to:{self.station}"]
        asked = [
            state
            for state in drafts
            if self.everybody[state.id.int % len(self.everybody)] == self.station
            and any(one.granted is None for one in state.exceptions.values())
        ]
        return mine, handed, asked

    def _owner(self, state: Dossier) -> str:
        """The station that may go on with it; nobody while it is on its way to another counter."""
        word, _, station = state.focus.partition(":")
        if word == "by":
            return station
        return state.local_code.rpartition("/")[0] if word != "to" else ""

    def _open(self, dice: Random) -> None:
        local = f"{self.station}/{dice.randrange(10**6)}"
        counter = self.station.partition("-")[0]
        opened = Opened("licence-exchange", "counter", local, OFFICE, counter, self.pack.version, True)
        self._write(new_id(), opened, self._typed({"applicant.phone": f"09{dice.randrange(10**8):08d}"}))

    def _go_on(self, state: Dossier, dice: Random) -> str:
        if state.register is None:
            return self._identify(state, dice)
        if not state.text("case"):
            licence = state.register.licences[0].number
            self._write(state.id, self._typed({"case": CASE, "licences": licence}))
            return "case"
        if dice.random() < 0.2:
            self._write(state.id, self._typed({"applicant.phone": f"09{dice.randrange(10**8):08d}"}))
            return "type"
        if not state.text("wanted_class"):
            self._write(state.id, self._typed({"wanted_class": WANTED, "reason": "Sắp hết hạn"}))
            return "class"
        if len(state.pages) < 2:
            return self._scan(state, dice)
        if state.focus.startswith("by:") or dice.random() < 0.7 or len(self.everybody) == 1:
            return self._finish(state)
        other = dice.choice([one for one in self.everybody if one != self.station])
        self._write(state.id, FieldsEntered(MappingProxyType({}), "papers", f"to:{other}"))
        return "hand over"

    def _identify(self, state: Dossier, dice: Random) -> str:
        now = self.clock()
        today = in_hanoi(now).date()
        born = today - timedelta(days=36 * 365)
        person = Person(
            f"0010900{dice.randrange(10**5):05d}", "TRẦN MINH QUÂN", born, "M", expires=born.replace(year=2099)
        )
        weak = dice.random() < 0.4
        evidence = Evidence("qr", "qr", (), "practice", now) if weak else None
        evidence = evidence or Evidence("chip", "chip", verdicts(), "practice", now)
        licence = Licence(
            "old", "B2", f"{dice.randrange(10**12):012d}", today.replace(year=today.year - 10, day=1),
            today + timedelta(days=22), "valid", "Sở GTVT Hà Nội", 12,
        )  # fmt: skip
        self._write(
            state.id, IdentityRead(person, evidence), RegisterAnswered(True, (licence,), "clear", PRACTICE_FILE)
        )
        return "identify by QR" if weak else "identify"

    def _scan(self, state: Dossier, dice: Random) -> str:
        pictures = [dice.randbytes(dice.choice((900, 9_000, 60_000))) for _ in range(dice.randint(1, 2))]
        digests = [self.sheets.put(picture) for picture in pictures]
        self.kept([], digests)
        made = [Page(digest, "", 10, 10, 300, len(data)) for digest, data in zip(digests, pictures, strict=True)]
        self._write(state.id, PagesArranged((*state.pages, *made), "scan"))
        return "scan"

    def _finish(self, state: Dossier) -> str:
        now = self.clock()
        rules = self.pack.as_of(in_hanoi(now).date(), state.office)
        decision = decide(facts_at(state, now, CASE, WANTED), rules)
        for needed in decision.exceptions_needed:
            asked = exception_of(state, needed.code)
            if asked is None:
                self._write(state.id, ExceptionAsked(needed.code, "Thẻ không đọc được"))
                return "ask"
            if asked.granted is None:
                self._write(state.id, self._typed({"reason": f"Chờ lãnh đạo lúc {now:%H:%M:%S.%f}"}))
                return "wait for the supervisor"
        papers = [paper for paper in decision.papers if not paper_done(state, paper)]
        if papers:
            self._write(state.id, *[PaperMarked(paper.code, "seen") for paper in papers])
            return "papers"
        if state.fee is None:
            with self.journal.together():
                receipt = f"{self.journal.draw('receipt'):07d}"
                fee = decision.fee_vnd
                self._write(state.id, FeeTaken(receipt, fee, "cash", fee + 5000, 5000))
            return "fee"
        with self.journal.together():
            code = f"{UNIT}-{in_hanoi(now):%y%m%d}-{self.journal.draw('dossier'):06d}"
            needed_papers = tuple(paper.code for paper in decision.papers if paper.required)
            submitted = Submitted(
                code, now, decision.due_at, WANTED, CASE, state.fee.fee_vnd, needed_papers, pack=self.pack.version
            )
            self._write(state.id, submitted, Printed("M01", 1, 2, "completed"))
        return "submit"

    def _typed(self, values: dict[str, str], focus: str = "") -> FieldsEntered:
        return FieldsEntered(MappingProxyType(values), "application", focus or f"by:{self.station}")

    def _write(self, dossier: UUID, *what: Happening, who: str = "clerk") -> None:
        self.journal.append(dossier, what, who, self.clock())
