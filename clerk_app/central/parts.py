"""What the operations of one central work on, joined by `server`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from clerk_app.central.database import Database
from clerk_app.central.expected_cards import Expected
from clerk_app.central.figures import Figures
from clerk_app.central.late_claims import LateClaims
from clerk_app.central.messages import Messages
from clerk_app.central.news import News
from clerk_app.central.online import Online
from clerk_app.central.online_files import Files
from clerk_app.central.online_queue import OnlineQueues
from clerk_app.central.orders import Orders, Pace
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.payment_news import PaymentNews
from clerk_app.central.rates import Rates
from clerk_app.central.readiness import Readiness
from clerk_app.central.register import Register
from clerk_app.central.registers.asking import Asking
from clerk_app.central.registers.joined import Registers
from clerk_app.central.registers.portal import HttpPortal
from clerk_app.central.reminding import Reminding
from clerk_app.central.reporting import Reporting
from clerk_app.central.reviews import Reviewing
from clerk_app.central.rules import Law
from clerk_app.central.sheets import SheetStore
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.parcels import SETTINGS, is_over, outcome_of
from clerk_app.domain.roles import RoleTable
from clerk_app.domain.systems import PAID


def hanoi_now() -> datetime:
    """The time at central."""
    return datetime.now(HANOI)


@dataclass(frozen=True, slots=True)
class Parts:
    """One central. `patience_s` is how long a body may keep it waiting before it must at least trickle."""

    database: Database
    register: Register
    sheets: SheetStore
    registers: Registers
    packs: PublishedPacks
    clock: Callable[[], datetime] = hanoi_now
    rates: Rates = field(default_factory=Rates)
    figures: Figures = field(default_factory=Figures)
    patience_s: float = 30.0
    pace: Pace = field(default_factory=Pace)
    portal_every_s: float = 60.0
    files: Files | None = None
    readiness: Readiness = field(init=False)
    news: News = field(init=False)
    reviewing: Reviewing = field(init=False)
    asking: Asking = field(init=False)
    orders: Orders = field(init=False)
    reporting: Reporting = field(init=False)
    messages: Messages = field(init=False)
    online: Online | None = field(init=False)
    """None where no portal is joined."""
    online_queues: OnlineQueues = field(init=False)
    reminding: Reminding = field(init=False)
    payment_news: PaymentNews = field(init=False)
    late_claims: LateClaims = field(init=False)
    expected: Expected = field(init=False)

    def standing(self) -> Law:
        """The law that is handed out."""
        return self.register.law.standing()

    def roles(self) -> RoleTable:
        """What each role may do today, by the law that is handed out."""
        return self.register.law.standing().roles(self.clock())

    def setting(self, name: str) -> str:
        """What the law that is handed out says under this name today, or the empty text."""
        return self.register.law.standing().setting(name, self.clock())

    def _ended(self, system: str, outcome: str) -> bool:
        return outcome == PAID or (system == "post" and is_over(outcome, self._of_the_post()))

    def _returned(self, system: str, outcome: str) -> bool:
        return system == "post" and outcome_of(outcome, self._of_the_post()) == "returned"

    def _of_the_post(self) -> dict[str, str]:
        return {name: self.setting(name) for name in SETTINGS}

    def __post_init__(self) -> None:
        object.__setattr__(self, "news", News(self.database))
        object.__setattr__(self, "reviewing", Reviewing(self.database, self.register.law))
        object.__setattr__(self, "reporting", Reporting(self.database, self.register.law, self.clock))
        object.__setattr__(self, "asking", Asking(self.database, self.registers, self.clock))
        orders = Orders(
            self.database, self.registers.orders(), self.clock, self.pace, self._ended, returned=self._returned
        )
        object.__setattr__(self, "orders", orders)
        letters = Messages(self.database, self.registers.carriers(), self.clock, self.pace)
        object.__setattr__(self, "messages", letters)
        portal = self.registers.portal
        online = (
            Online(self.database, self.register, portal, self.clock, self.files)
            if isinstance(portal, HttpPortal)
            else None
        )
        object.__setattr__(self, "online", online)
        object.__setattr__(self, "online_queues", OnlineQueues(self.database, self.register.law))
        object.__setattr__(self, "expected", Expected(self.database, self.register.law))
        object.__setattr__(self, "reminding", Reminding(self.database, self.register, self.clock))
        object.__setattr__(self, "payment_news", PaymentNews(self.database, self.register, self.clock))
        claims = LateClaims(self.database, self.register, self.orders, self.registers.payment, self.clock)
        object.__setattr__(self, "late_claims", claims)
        object.__setattr__(self, "readiness", Readiness(self.database, self.sheets, self.packs))
