"""Every state × payment × event × role: money is asked for, asked after and taken, or refused, the same at desk,
command line and central.

Who may do what is read from roles.csv, which states are before the acceptance from states.csv; what may be done with
money is the table `DRAFT` below, which knows nothing of the program.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, update

from clerk_app import wire
from clerk_app.catalogue.pack import Pack, load
from clerk_app.central.acting import acting
from clerk_app.central.database import Database, sign_ins, users
from clerk_app.central.order_claims import check_new
from clerk_app.central.orders import Orders, Placed
from clerk_app.central.rules import ORDER_SCOPES, Judge
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FeeTaken,
    FieldsEntered,
    Happening,
)
from clerk_app.domain.exceptions import shown_of
from clerk_app.domain.paying import claimed
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from clerk_app.wire import Block
from clerk_app.wire_orders import FeeLine, Order, OrderAsked, OrderState, PaymentClaim, PaymentOrder
from tests.central.test_foreign_claims import Platform
from tests.desk.conftest import Desk, _empty_store, table
from tests.peers import course_rows, role_rows
from tests.peers.pack import FOLDER, public_key, training_pack
from tests.peers.two_desks import Office, refusal_of
from tests.test_every_event import OFFICE, SAME, STATION, Places, changed, whose_of

__all__ = ["_empty_store", "table"]
pytestmark = pytest.mark.timeout(600)
FEE, SCOPE = 115_000, "fee.take"
REFERENCE = "ab" * 16
RECEIPT = "0000077"
CASE = "PAYMENT_OPEN"


class Cell(NamedTuple):
    """The code of the desk (the command line says the same) and that of central; empty: it is done."""

    desk: str
    central: str


def both(code: str) -> Cell:
    return Cell(code, code)


DONE, OPEN, TAKEN = both(""), both("PAYMENT_OPEN"), Cell("FEE_TAKEN", "FEE_TWICE")
UNCONFIRMED, NONE = Cell("PAYMENT_UNCONFIRMED", "ORDER_NOT_PAID"), Cell("PAYMENT_NONE", "ORDER_UNKNOWN")
NOT_PAID = Cell("PAYMENT_OPEN", "ORDER_NOT_PAID")
EVENTS = ("order", "ask", "cash", "online")
DRAFT: dict[str, tuple[Cell, Cell, Cell, Cell]] = {
    "none": (DONE, NONE, DONE, UNCONFIRMED),
    "claimed": (DONE, Cell("", "ORDER_UNKNOWN"), both("PAYMENT_CLAIMED"), UNCONFIRMED),
    "unheard": (DONE, DONE, OPEN, NOT_PAID),
    "open": (DONE, DONE, OPEN, NOT_PAID),
    "let-go": (DONE, DONE, DONE, UNCONFIRMED),
    "failed": (DONE, DONE, DONE, UNCONFIRMED),
    "rejected": (DONE, DONE, DONE, UNCONFIRMED),
    "paid": (DONE, DONE, Cell("PAYMENT_PAID", "PAYMENT_OPEN"), DONE),
    "cash": (TAKEN, Cell("FEE_TAKEN", "ORDER_UNKNOWN"), TAKEN, TAKEN),
    "online": (TAKEN, DONE, TAKEN, TAKEN),
}
"""What each event comes to in a draft whose money stands so, for whom the roles allow it. A fee that was taken is taken
no second time: the desk shows what there is and writes nothing, central refuses."""
SOME = ("none", "open", "paid", "cash")
ENDED = ("none", "let-go", "failed", "paid", "cash", "online")
"""How the money of a draft may stand that came to its end before it was accepted."""


def expected(event: str, stage: str, money: str, role: str, whose: str, folder: Path) -> Cell:
    """What it comes to; `stage`: draft, ended before the acceptance, or accepted (its fee was taken in cash)."""
    refused = role_rows.refusal(role, SCOPE, whose, folder)
    found = DRAFT[money][EVENTS.index(event)]
    if event == "ask" and found.central == "ORDER_UNKNOWN":
        # Whoever asks central after nothing hears that there is nothing.
        return Cell(refused or found.desk, found.central)
    if refused:
        return both(refused)
    if stage == "draft" or event == "ask":
        return found
    taken = money in ("cash", "online")
    if event == "order":
        return TAKEN if taken else both("DOSSIER_CLOSED")
    return Cell("DOSSIER_CLOSED", "FEE_TWICE" if taken else "DOSSIER_CLOSED")


def stages(folder: Path = FOLDER) -> Iterator[tuple[str, str, str]]:
    """Every state with every stage in which it is reached, and how the money may stand then."""
    names = course_rows.states(folder)
    early = [row.to for row in course_rows.steps(folder) if set(row.start) & set(course_rows.BEFORE_ACCEPTANCE)]
    for state, ends in names.items():
        if state in course_rows.BEFORE_ACCEPTANCE:
            # Money knows of no state among these: one with all of it, the others with what stands at each end.
            yield from ((state, "draft", money) for money in (DRAFT if state == "registered" else SOME))
            continue
        yield state, "accepted", "cash"
        if ends and state in early:
            yield from ((state, "ended", money) for money in ENDED)


class Till(Places):
    """Those places with a central that has orders, and a platform that says what a test tells it."""

    def __init__(
        self, desk: Desk, database: Database, pack: Pack, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        super().__init__(desk, database, pack, folder, monkeypatch)
        self.platform = Platform()
        self.orders = Orders(database, {"payment": self.platform}, desk.clock)
        desk.ordering._systems = self  # type: ignore[assignment]
        self.kept: dict[tuple[str, str, str], tuple[UUID, int]] = {}
        self.roles_of: dict[str, str] = {}

    def _another(self, accepted: bool) -> UUID:
        if accepted not in self.happened:
            first = self.desk.accepted() if accepted else self.desk.applied()
            self.happened[accepted] = tuple(one.what for one in self.desk.journal.entries(first))
        return super()._another(accepted)

    # ---- the line: what central says of an order, to an honest desk and to a forged one

    def place(self, order: UUID, what: Order, who: str, dossier: UUID) -> OrderState:
        assert isinstance(what, PaymentOrder | PaymentClaim)
        self._check(order, what, who, self.desk.journal.dossier(dossier))
        made = self.orders.find(order, OFFICE) or self.known(order, dossier, what)
        self.orders.try_one(order)
        return self.orders.find(order, OFFICE) or made

    def known(self, order: UUID, dossier: UUID, what: Order | None = None) -> OrderState:
        """Central has written it down."""
        reference = order.hex if not isinstance(what, PaymentClaim) else f"{REFERENCE} {order.hex}"
        placed = Placed(order, "payment", reference, b"asked", b"{}", dossier, str(FEE))
        return self.orders.place(placed, "clerk", STATION)

    def state(self, order: UUID, who: str, fresh: bool = False) -> OrderState:
        found = self.orders.held(order, OFFICE)
        if found is None:
            raise Refusal("ORDER_UNKNOWN", Words("không có", "none"), Words("gửi lại", "again"))
        with self.database.read() as connection:
            dossier = self.desk.journal.dossier(found[1] or order)
            roles = self.law.roles(self.desk.clock())
            acting(connection, who, ORDER_SCOPES["payment"], STATION, roles, lambda: dossier)
        return found[0]

    # ---- a dossier whose money stands so

    def has(self, state: str, stage: str, money: str) -> Dossier:
        known, desk = self.kept.get((state, stage, money)), self.desk
        if known is not None and (stands := desk.journal.dossier(known[0])).entries == known[1]:
            return stands
        desk.as_user("clerk")
        accepted = stage == "accepted"
        dossier = self._another(accepted)
        for what in () if accepted else self._money(dossier, money):
            who = "supervisor" if isinstance(what, ExceptionDecided) else "clerk"
            desk.journal.append(dossier, [what], who, desk.clock())
        moved = course_rows.brought_to(state, "accepted" if accepted else "begin")
        if moved is not None:
            desk.journal.append(dossier, [moved], "clerk", desk.clock())
        found = desk.journal.dossier(dossier)
        self.kept[state, stage, money] = dossier, found.entries
        assert found.status == {"accepted": "submitted", "ended": "discarded"}.get(stage, stage)
        return found

    def _money(self, dossier: UUID, money: str) -> Iterator[Happening]:
        """What happened to its money, at central and here."""
        it, now = uuid4(), self.desk.clock()
        if money == "claimed":
            said = {"portal.payment": "claimed", "portal.payment_reference": REFERENCE}
            yield FieldsEntered(said, "identity", source="portal")
        if money == "cash":
            yield FeeTaken(f"{self.made:07}", FEE, "cash", FEE, 0)
        if money in ("none", "claimed", "cash"):
            return
        yield OrderPlaced(it, "payment", FEE)
        if money == "unheard":
            return
        self.platform.outcome = {"failed": "failed", "paid": "paid", "online": "paid"}.get(money, "pending")
        self.platform.rejects = money == "rejected"
        self.known(it, dossier)
        self.orders.try_one(it)
        self.platform.outcome, self.platform.rejects = "pending", False
        stands = self.orders.find(it, OFFICE)
        assert stands is not None
        yield OrderHeard(it, stands.state, now, stands.outcome, stands.reference, stands.result, stands.cause)
        if money == "online":
            yield FeeTaken(f"{self.made:07}", FEE, "online", FEE, 0, it)
        if money == "let-go":
            yield ExceptionAsked(CASE, "Nền tảng im lặng", approvers=1)
            state = self.desk.journal.dossier(dossier)
            asked = state.exceptions[CASE]
            yield ExceptionDecided(CASE, True, "", "", asked.request, shown_of(state, CASE), "spot", "password")

    # ---- an event at each of the places

    def sit_down(self, role: str, whose: str) -> None:
        super().sit_down(role, whose)
        user = self.desk.counter.who().id
        if self.roles_of.get(user) != role:
            with self.database.write() as connection:
                connection.execute(update(users).where(users.c.id == user).values(roles=role))
            self.roles_of[user] = role

    def event(self, event: str, state: str, stage: str, money: str, role: str, whose: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for place, act in (("central", self._central), ("desk", self._desk), ("command", self._command)):
            if place == "command" and event in ("cash", "online"):
                # The command line takes a fee while it takes the dossier, by the same verb.
                continue
            dossier = self.has(state, stage, money)
            self.sit_down(role, whose)
            found[place] = SAME.get(said := act(event, dossier), said)
        return found

    def _desk(self, event: str, dossier: Dossier) -> str:
        desk = self.desk
        if event == "order":
            return refusal_of(lambda: desk.payments.order(dossier.id))
        if event == "ask":
            return refusal_of(lambda: desk.payments.ask(dossier.id))
        before = desk.kinds(dossier.id).count("FeeTaken")
        said = refusal_of(lambda: desk.cashier.take(dossier.id, event, 200_000))  # type: ignore[arg-type]
        unchanged = desk.kinds(dossier.id).count("FeeTaken") == before
        return "FEE_TAKEN" if not said and unchanged else said

    def _command(self, event: str, dossier: Dossier) -> str:
        code = dossier.code or dossier.local_code
        return self.by_command("dossier", "pay", code, *(["--order"] if event == "order" else []))

    def _central(self, event: str, dossier: Dossier) -> str:
        """As a station says it that looks at nothing itself."""
        known = dossier.orders[-1].placed.order if dossier.orders else uuid4()
        match event:
            case "order":
                again = dossier.status == "draft" and bool(dossier.orders) and not dossier.orders[-1].over
                it = known if again and dossier.fee is None else uuid4()
                about = REFERENCE if claimed(dossier) is not None else ""
                said = refusal_of(lambda: self._asks(it, dossier, about))
                # A station that writes it down without asking is told the same.
                assert said == self._says(OrderPlaced(it, "payment", FEE, about), dossier)
                return said
            case "ask":
                stands = self.orders.find(known, OFFICE)
                if stands is None and dossier.orders:
                    # What never reached central comes to its end, or is placed.
                    return self._says(OrderHeard(known, "rejected", self.desk.clock()), dossier)
                outcome = stands.outcome if stands is not None else "pending"
                state = stands.state if stands is not None else "done"
                return self._says(OrderHeard(known, state, self.desk.clock(), outcome), dossier)
            case "cash":
                return self._says(FeeTaken(RECEIPT, FEE, "cash", FEE, 0), dossier)
            case _:
                return self._says(FeeTaken(RECEIPT, FEE, "online", FEE, 0, known), dossier)

    def _asks(self, order: UUID, dossier: Dossier, about: str) -> None:
        line, code = FeeLine("2", "GPLX", "Lệ phí", FEE), dossier.code or dossier.local_code
        link = PaymentOrder(code, "3.000347", "Đổi giấy phép lái xe", FEE, [line], "TRẦN MINH QUÂN")
        what = PaymentClaim(code, about, FEE) if about else link
        self._check(order, what, self.desk.counter.who().id, dossier)

    def _check(self, order: UUID, what: Order, who: str, dossier: Dossier) -> None:
        """Raises what central says to who has something ordered."""
        now, story = self.desk.clock(), self.desk.journal.entries(dossier.id)
        with self.database.read() as connection:
            acting(connection, who, ORDER_SCOPES["payment"], STATION, self.law.roles(now), lambda: dossier)
            if self.orders.find(order, OFFICE) is None:
                check_new(connection, OrderAsked(order, what, who, dossier.id), dossier, story, self.law, now)

    def _says(self, what: Happening, dossier: Dossier) -> str:
        someone, now = self.desk.counter.who(), self.desk.clock()
        user = wire.User(someone.id, someone.name, someone.roles, OFFICE)
        lent = {"receipt": [range(1, 5000)]}
        with self.database.read() as connection:
            people = {user.id: (user, True)}
            judge = Judge(connection, STATION, True, self.law, self.law.roles(now), now, people, lent=lent)
            entry = Entry(uuid4(), dossier.id, what, user.id, now)
            return refusal_of(lambda: judge.judge(entry, dossier, lambda: dossier))


@pytest.fixture
def till(table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path, Pack], Till]]:
    office = Office(tmp_path)
    office.station("Q04", "Q04")
    with office.database.write() as connection:
        row = {"id": "somebody", "name": "Người Thử", "roles": "clerk", "office": OFFICE, "active": True}
        connection.execute(insert(users), row | {"verifier": ""})
        row = {"station": "Q04", "user": "somebody", "failures": 0, "tried_ms": 1, "succeeded_ms": 1}
        connection.execute(insert(sign_ins), row)
    for kind in ("dossier", "receipt"):
        table.journal.lend(Block(kind, 51, 5000))

    def made(folder: Path, pack: Pack) -> Till:
        return Till(table, office.database, pack, folder, monkeypatch)

    yield made
    office.close()


def try_all(at: Till, only: Callable[[str], bool] = lambda state: True) -> Counter[str]:
    told = Counter[str]()
    for state, stage, money in stages(at.folder):
        for role in role_rows.roles(at.folder) if only(state) else ():
            for whose in whose_of(role, at.folder):
                for event in EVENTS:
                    wanted = expected(event, stage, money, role, whose, at.folder)
                    found = at.event(event, state, stage, money, role, whose)
                    said = {place: wanted.central if place == "central" else wanted.desk for place in found}
                    assert found == said, (state, stage, money, event, role, whose)
                    told[wanted.desk] += 1
    return told


def test_every_state_payment_and_role(till: Callable[[Path, Pack], Till]) -> None:
    told = try_all(till(FOLDER, training_pack()))
    assert set(told) >= {"", "NOT_ALLOWED", "NOT_YOURS", "PAYMENT_OPEN", "PAYMENT_CLAIMED", "FEE_TAKEN"}
    assert set(told) >= {"DOSSIER_CLOSED", "PAYMENT_NONE", "PAYMENT_PAID", "PAYMENT_UNCONFIRMED"}


def test_who_may_take_money_is_read_from_the_pack(till: Callable[[Path, Pack], Till], tmp_path: Path) -> None:
    folder = changed(tmp_path)
    differ = {
        role for role in role_rows.roles() if role_rows.reach(role, SCOPE) != role_rows.reach(role, SCOPE, folder)
    }
    assert differ == {"trainee"}
    try_all(till(folder, load(folder, [public_key()])), lambda state: state in ("registered", "processing"))
