"""Results by the public post: ordered once, labelled, followed until they are with the citizen or back here.

The order's id stands in the journal before it is first sent, so that whatever breaks in between, the same order is sent
again and never a second one. Nothing but the post's own word, through central, is believed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from clerk_app.desk.counter import NO_LINE, Counter
from clerk_app.desk.course import demand_step
from clerk_app.desk.ordering import UNKNOWN, Ordering
from clerk_app.desk.ports import Cancel, Printers
from clerk_app.desk.receipts import chosen_queue
from clerk_app.desk.result_views import CardCheck
from clerk_app.desk.results import DELIVER, STATES
from clerk_app.desk.system_words import cause_words, outcome_words
from clerk_app.desk.views import Badge
from clerk_app.domain import addresses
from clerk_app.domain.collecting import TOLD_IN, check_handing, giving_step
from clerk_app.domain.dossier import Dossier, Entry, Happening, Printed, after
from clerk_app.domain.handing import HandingState, PostOrdered, PostOutcome, PostTold, Receiver
from clerk_app.domain.parcels import outcome_of
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.stepping import taking
from clerk_app.domain.systems import Ordered
from clerk_app.wire_orders import PostAddress, PostOrder

ON_THE_WAY: tuple[HandingState, ...] = ("posting", "posted", "returning")
"""While the post has the card, or may have it."""
UNTIL_HEARD = frozenset({"CARD_NOT_HERE", "RESULT_NOT_READY", "POST_CLOSED", "POST_TWICE", "ORDER_DOSSIER"})
"""What central says of a dossier of which it has not everything yet."""
LABEL = "post_label"
"""What the label is called among the papers that were printed."""


@dataclass(frozen=True, slots=True)
class PostView:
    """A result and the post. `may_send`: it can be given to the post now, or what was begun can be sent once more.

    `tracking` is the post's own word, `cause` why it has none; `doubt` is what is odd about the address.
    """

    dossier: UUID
    code: str
    name: str = field(repr=False)
    badge: Badge
    receiver: Receiver
    may_send: bool
    begun: bool
    item: str = ""
    tracking: Words | None = None
    cause: Words | None = None
    doubt: Words | None = None
    labels: int = 0
    problem: Refusal | None = None
    standing: HandingState = ""

    @property
    def at_post(self) -> bool:
        """Whether the post has it: it has a label, and nothing is given to the post once more."""
        return self.standing == "posted"


@dataclass(frozen=True, slots=True)
class PostLook:
    """What asking about every parcel brought: how many were asked about, and why it ended early."""

    asked: int
    changed: int
    problem: Refusal | None = None


class Posting:
    """Every verb but `view` blocks for some seconds: it asks central, which asks the post."""

    def __init__(
        self,
        counter: Counter,
        ordering: Ordering,
        printers: Printers,
        queue: Callable[[], str],
        new_id: Callable[[], UUID],
    ) -> None:
        """`queue` is the desk's setting: a queue URI or name, empty for the first queue there is."""
        self._counter = counter
        self._ordering = ordering
        self._printers = printers
        self._queue = queue
        self._new_id = new_id

    def view(self, dossier: UUID) -> PostView:
        """How a result stands with the post. Raises `Refusal` NOT_ALLOWED, NOT_YOURS."""
        self._counter.demand(DELIVER, dossier)
        return self._view(self._counter.journal.dossier(dossier))

    def send(self, dossier: UUID, to: Receiver | None = None) -> PostView:
        """Give the result to the post, or send once more what was begun, to where it was begun. Without `to`: as the
        application says it.

        Without a line it stays begun. Raises `Refusal` CARD_NOT_HERE, RESULT_NOT_READY, POST_CLOSED, POST_ADDRESS,
        POST_SENDER, DOSSIER_ELSEWHERE, and what central says; then the card lies here as before.
        """
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            who = self._counter.demand(DELIVER, state).id
            order = state.handing.order if state.handing.state == "posting" else None
            to = self._receiver(state) if order is not None or to is None else to
            to = Receiver(*(nfc(part).strip() for part in (to.name, to.tel, to.street, to.commune, to.province)))
            parcel = self._parcel(state, to)
            if order is None:
                order = self._new_id()
                what = PostOrdered(order, to)
                check_handing(state, what, self._counter.clock(), self._counter.rules_of(state))
                self._counter.write(dossier, what, who=who)
        until_heard = UNTIL_HEARD if self._waits(dossier, order) else ()
        try:
            stands = self._ordering.place(dossier, parcel, order, until_heard)
        except Refusal as refusal:
            stands = self._had(dossier, order, refusal)
        return self._view(self._follow(dossier, stands))

    def refresh(self, dossier: UUID) -> PostView:
        """Ask where it is; what was only begun is sent. What the post says is written down, with the step that it is.

        Raises `Refusal` POST_NONE where nothing was given to the post, CENTRAL_UNREACHABLE and what central says.
        """
        state = self._counter.journal.dossier(dossier)
        self._counter.demand(DELIVER, state)
        order = state.handing.order
        if order is None or state.handing.state not in ON_THE_WAY:
            raise Refusal(
                "POST_NONE",
                Words("Không có bưu gửi nào đang đi của hồ sơ này.", "No parcel of this dossier is on its way."),
                Words("Xem lại hồ sơ ở trang Kết quả.", "Look at the dossier again on the page Results."),
            )
        try:
            return self._view(self._follow(dossier, self._ordering.ask(dossier, order)))
        except Refusal as refusal:
            if refusal.code != UNKNOWN or state.handing.state != "posting" or not self._begun_here(dossier, order):
                raise
        return self.send(dossier)

    def once_asked(self, check: CardCheck, check_in: Callable[[str], CardCheck]) -> CardCheck:
        """What a scan of a box comes to once the post was asked about a card that it has by what is known here: one
        that it brings back is checked in. A check that asks for nothing stands as it is.

        Raises `Refusal` as `refresh` and `Results.check_in`, which is the other verb.
        """
        if check.dossier is None or not check.ask_post:
            return check
        self.refresh(check.dossier)
        return check_in(check.code)

    def refresh_all(self, cancel: Cancel = lambda: False) -> PostLook:
        """Ask about every parcel of theirs that is on its way. Ends at the first that finds no line."""
        self._counter.demand(DELIVER)
        asked = changed = 0
        problem: Refusal | None = None
        for line in self._counter.journal.results(ON_THE_WAY):
            if cancel():
                break
            if not self._counter.may(DELIVER, line.dossier):
                continue
            before = self._counter.journal.dossier(line.dossier).handing
            try:
                self.refresh(line.dossier)
            except Refusal as refusal:
                problem = refusal
                if refusal.code in NO_LINE:
                    break
            asked += 1
            changed += self._counter.journal.dossier(line.dossier).handing != before
        return PostLook(asked, changed, problem)

    def label(self, dossier: UUID) -> bytes:
        """The post's own label, a PDF. Raises `Refusal` POST_NONE, ORDER_PAPER and what central says."""
        state = self._counter.journal.dossier(dossier)
        self._counter.demand(DELIVER, state)
        if state.handing.order is None or state.handing.state != "posted":
            raise Refusal(
                "POST_NONE",
                Words("Bưu chính chưa nhận gửi nên chưa có nhãn.", "The post has not taken it: there is no label."),
                Words("Gửi cho bưu chính trước.", "Give it to the post first."),
            )
        return self._ordering.paper(dossier, state.handing.order)

    def print_label(self, dossier: UUID, cancel: Cancel = lambda: False) -> PostView:
        """Print the label and write down what became of it. Raises `DeviceFault`, and `Refusal` as `label`."""
        self._counter.demand(DELIVER, dossier)
        who = self._counter.demand("form.print", dossier).id
        pdf = self.label(dossier)
        outcome = self._printers.print(chosen_queue(self._printers, self._queue()).uri, pdf, "Quay label", 1, cancel)
        serial = self._counter.journal.dossier(dossier).prints.get(LABEL, 0) + 1
        printed = Printed(LABEL, serial, 1, outcome.state, outcome.detail[:200])
        state = self._counter.write(dossier, printed, who=who)
        if outcome.state == "failed":
            raise DeviceFault(
                "PRINT_FAILED",
                Words("Máy in không in được nhãn bưu gửi.", "The printer could not print the label."),
                Words("Kiểm tra giấy và nắp máy in rồi in lại.", "Check paper and cover, then print again."),
            )
        return self._view(state)

    # ---- what stands behind

    def _waits(self, dossier: UUID, order: UUID) -> bool:
        """Whether something of this desk that came before the order is not at central yet."""
        journal = self._counter.journal
        if journal.again(1, 1):
            return True
        for record in journal.records(dossier):
            if isinstance(record.entry.what, PostOrdered) and record.entry.what.order == order:
                return False
            if record.station == self._station and not record.number and not record.code:
                return True
        return False

    def _begun_here(self, dossier: UUID, order: UUID) -> bool:
        """Whether this desk began the order: what another desk began it sends itself."""
        mine = (one.entry.what for one in self._counter.journal.records(dossier) if one.station == self._station)
        return any(isinstance(what, PostOrdered) and what.order == order for what in mine)

    @property
    def _station(self) -> str:
        return self._counter.station.station

    def _had(self, dossier: UUID, order: UUID, refusal: Refusal) -> Ordered:
        """The order, where central has it from a try before that was not heard of. Raises `refusal` where it has not:
        then nothing was given to the post; while that is not known, it stays begun.
        """
        try:
            return self._ordering.ask(dossier, order, fresh=False)
        except Refusal as second:
            if second.code == "ORDER_UNKNOWN":
                self._tell(dossier, order, "rejected", refusal.code)
            raise refusal from None

    def _follow(self, dossier: UUID, stands: Ordered) -> Dossier:
        """Write down what the order's state means for the result: each thing once, in its order."""
        order, heard = stands.placed.order, stands.heard
        if heard is None or heard.state == "waiting":
            return self._counter.journal.dossier(dossier)
        if heard.state == "rejected":
            return self._tell(dossier, order, "rejected", heard.cause)
        item = heard.result.get("item", "")
        state = self._tell(dossier, order, "sent", heard.outcome, item)
        end = outcome_of(heard.outcome, self._counter.rules_today().settings)
        return state if end is None else self._tell(dossier, order, end, heard.outcome, item)

    def _tell(self, dossier: UUID, order: UUID, outcome: PostOutcome, status: str, item: str = "") -> Dossier:
        """One word of the post, where it is news; delivered is the step that hands the result over."""
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            if state.handing.order != order or state.handing.state not in TOLD_IN[outcome]:
                return state
            who, now, rules = self._counter.who().id, self._counter.clock(), self._counter.rules_of(state)
            what = PostTold(order, outcome, item, status)
            check_handing(state, what, now, rules)
            happened: list[Happening] = [what]
            if outcome == "delivered":
                given = after(state, Entry(uuid4(), dossier, what, who, now))
                step = giving_step(state, rules)
                if step:
                    demand_step(self._counter, state, rules, step)
                happened += [taking(given, step, rules, now)] if step else []
            return self._counter.write(dossier, *happened, who=who)

    def _receiver(self, state: Dossier) -> Receiver:
        """Where the newest order goes; before one as the application says it."""
        if state.handing.to is not None:
            return state.handing.to
        street, commune, province = addresses.parts(state.text("applicant.residence"))
        return Receiver(state.text("applicant.name"), state.text("applicant.phone"), street, commune, province)

    def _parcel(self, state: Dossier, to: Receiver) -> PostOrder:
        """What the post is told. Raises `Refusal` POST_ADDRESS, POST_SENDER."""
        said = [to.name, to.tel, to.street, to.commune, to.province]
        if not all(said) or any(len(part) > 200 for part in said):
            raise Refusal(
                "POST_ADDRESS",
                Words("Địa chỉ nhận chưa đủ.", "The address is not complete."),
                Words(
                    "Ghi đủ họ tên, điện thoại, số nhà, xã hoặc phường, tỉnh hoặc thành phố.",
                    "Give name, telephone, street, commune and province.",
                ),
            )
        unit = self._counter.station.unit_code
        written = self._counter.rules_today().settings.get(f"post_sender_{unit}", "").split("|")
        tel, street, commune, province = (part.strip() for part in written) if len(written) == 4 else ("",) * 4
        if not (tel and street and commune and province):
            raise Refusal(
                "POST_SENDER",
                Words("Danh mục chưa có địa chỉ gửi của đơn vị.", "The catalogue has no address of this office."),
                Words(f"Thêm post_sender_{unit} vào danh mục.", f"Add post_sender_{unit} to the catalogue."),
            )
        sender = PostAddress(self._counter.station.office_name_vi, tel, street, commune, province)
        return PostOrder(state.code, sender, PostAddress(*said), "Kết quả thủ tục hành chính")

    def _view(self, state: Dossier) -> PostView:
        rules, handing = self._counter.rules_of(state), state.handing
        words, tone = STATES[handing.state]
        known = _ordered(state, handing.order)
        heard = known.heard if known is not None else None
        problem = self._problem(state, rules)
        read = addresses.read(state.text("applicant.residence"), self._counter.rules_today().provinces.values())
        old = Words(
            "Địa chỉ trong hồ sơ còn cấp huyện hoặc tỉnh cũ.", "The dossier's address is from before 01/7/2025."
        )
        return PostView(
            state.id,
            state.code,
            state.text("applicant.name"),
            Badge(words, tone),
            self._receiver(state),
            handing.state == "posting" or problem is None,
            handing.state in ("posting", "posted"),
            handing.item,
            outcome_words(heard.state, heard.outcome) if heard is not None else None,
            cause_words(heard.cause) if heard is not None and heard.cause else None,
            old if read.old and handing.to is None else None,
            state.prints.get(LABEL, 0),
            problem,
            handing.state,
        )

    def _problem(self, state: Dossier, rules: Rules) -> Refusal | None:
        try:
            check_handing(state, PostOrdered(state.id), self._counter.clock(), rules)
        except Refusal as refusal:
            return refusal
        return None


def _ordered(state: Dossier, order: UUID | None) -> Ordered | None:
    return next((one for one in state.orders if one.placed.order == order), None)
