"""A desk of ready views in memory, for tests of widgets only: what a screen does with a view, not what a desk decides.

Stories and everything that must be true run on a real desk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from clerk_app.desk.archive import Troubles
from clerk_app.desk.archive_view import NOT_SET, ArchiveView, TokenView
from clerk_app.desk.carrying import CarriedHome, CarriedOut
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.grace import GraceView
from clerk_app.desk.lamps import CardWatch
from clerk_app.desk.limits import LimitView
from clerk_app.desk.news import Heard
from clerk_app.desk.ports import Pixels
from clerk_app.desk.queue import ListOrder
from clerk_app.desk.views import (
    Badge,
    DoctorCheck,
    DoctorView,
    IntakeView,
    LampView,
    OutboxView,
    QueueRow,
    QueueView,
    SessionView,
    ShelfView,
    VersionLine,
    VersionPage,
    WayView,
)
from clerk_app.domain.dossier import Step
from clerk_app.domain.people import search_key
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import check_new_pin, code_needed
from clerk_app.domain.token_proofs import Second
from tests.screens.sample_approvals import SampleApprovals
from tests.screens.sample_intake import intake
from tests.screens.sample_leases import SampleLeases
from tests.screens.sample_review import SampleReview
from tests.screens.sample_tokens import SampleTokens

HANOI = timezone(timedelta(hours=7))
EXCHANGE = Words("Đổi giấy phép lái xe", "Exchange of a driving licence")
OFFICE = Words("Điểm tiếp nhận Hoàn Kiếm", "Hoàn Kiếm reception point")
DRAFT = Badge(Words("Đang nhập", "Being entered"), "info")
ACCEPTED = Badge(Words("Đã tiếp nhận", "Accepted"), "good")
WAITS = Badge(Words("Chờ gửi", "Waiting"), "warn")
REFUSED = Badge(Words("Bị từ chối", "Refused"), "bad")
NOTHING = Words("", "")
WRONG = Refusal(
    "SIGN_IN_WRONG_PASSWORD",
    Words("Mật khẩu không đúng.", "The password is wrong."),
    Words("Nhập lại; chú ý Caps Lock và bộ gõ tiếng Việt.", "Type it again; mind Caps Lock and the input method."),
)


@dataclass(frozen=True, slots=True)
class Peek:
    """What the sign-in page is told before the desk is open; same fields as the real one."""

    enrolled: bool = True
    practice: bool = True
    counter: str = "Q04"
    office: Words = OFFICE
    language: str = "vi"
    passphrase_needed: bool = False
    users: tuple[str, ...] = ()


def dossier(number: int) -> UUID:
    """A dossier's id by its number in the list."""
    return UUID(int=0x019AB0C000007000_8000000000000000 + number)


def rows() -> tuple[QueueRow, ...]:
    """A morning: drafts, accepted ones, some waiting, one refused."""
    people = (
        ("TRẦN MINH QUÂN", DRAFT, "", "09:12", 0, 0, True),
        ("", DRAFT, "", "09:05", 0, 0, True),
        ("LÊ THỊ HƯƠNG", WAITS, "12:00 30/11/2026", "08:58", 3, 0, False),
        ("ĐỖ NGỌC ÁNH", WAITS, "12:00 30/11/2026", "08:47", 2, 0, False),
        ("NGUYỄN HỮU ĐẠT", REFUSED, "12:00 30/11/2026", "08:31", 0, 1, False),
        ("NGUYỄN THỊ NGỌC HẰNG", ACCEPTED, "12:00 30/11/2026", "08:20", 0, 0, False),
        ("PHẠM VĂN TƯỜNG", ACCEPTED, "12:00 30/11/2026", "08:11", 0, 0, False),
        ("VŨ HOÀNG YẾN", ACCEPTED, "12:00 30/11/2026", "07:59", 0, 0, False),
        ("ĐẶNG QUỐC BẢO", ACCEPTED, "12:00 30/11/2026", "07:48", 0, 0, False),
    )
    return tuple(
        QueueRow(
            dossier(n),
            f"Q04-261123-{39 - n:04}",
            name,
            EXCHANGE,
            state,
            "N. T. Lan",
            due,
            changed,
            waits,
            refused,
            draft,
        )
        for n, (name, state, due, changed, waits, refused, draft) in enumerate(people)
    )


def queue_view(shown: tuple[QueueRow, ...] | None = None) -> QueueView:
    """The list with its counts."""
    shown = rows() if shown is None else shown
    drafts = sum(row.draft for row in shown)
    waiting = sum(row.waiting > 0 for row in shown)
    return QueueView(shown, drafts, len(shown) - drafts, waiting, sum(row.refused > 0 for row in shown))


def shelf_view(refused: QueueRow) -> ShelfView:
    """Two desks worked on one dossier without a line: a field and a page are of two opinions."""
    told = Words("Q02 · clerk2 · 09:12 · 23/11/2026", "Q02 · clerk2 · 09:12 · 23/11/2026")
    expiring = Words("Sắp hết hạn", "Sắp hết hạn")
    health = Words("Giấy khám sức khỏe", "Health certificate")
    return ShelfView(
        dossier=refused.dossier,
        station="Q04",
        code=refused.code,
        name=refused.name,
        problem="FIELD_CONTRADICTED",
        words=Words(
            "Quầy khác đã ghi giá trị khác vào cùng một mục.", "Another desk entered another value in the same field."
        ),
        remedy=Words(
            "Lãnh đạo phụ trách so hai bản rồi quyết định.", "A supervisor compares both versions and decides."
        ),
        refused=3,
        who="clerk",
        at="09:20 · 23/11/2026",
        lines=(
            VersionLine(
                Words("Điện thoại", "Phone"),
                Words("0911 111 111", "0911 111 111"),
                Words("0922 222 222", "0922 222 222"),
                told,
                True,
            ),
            VersionLine(Words("Lý do đổi", "Reason"), expiring, expiring, told, False),
        ),
        our_pages=tuple(VersionPage(sheet * 64, 0, health, sheet == "b") for sheet in "ab"),
        central_pages=(VersionPage("a" * 64, 0, health, False),),
        ways=(
            WayView("central", True, Words("Các mục bị từ chối được để riêng.", "What was refused is set aside.")),
            WayView("ours", True, Words("Giá trị của quầy được ghi lại.", "This desk's values are entered anew.")),
            WayView("new", False, Words("Không có nội dung nào.", "Nothing was entered.")),
        ),
    )


def outbox_view(full: bool = True) -> OutboxView:
    """What waits after an hour without a line, or nothing."""
    numbers = Words(
        "Còn nhận được 483 hồ sơ trước khi hết dải số.", "483 dossiers can be taken before the numbers end."
    )
    if not full:
        words = Words("Mọi hồ sơ đã ở trung tâm.", "Everything is at central.")
        return OutboxView(words, "good", 0, 0, 0, "0 B", "", numbers, (), ())
    waiting = tuple(row for row in rows() if row.waiting)
    refused = next(row for row in rows() if row.refused)
    return OutboxView(
        Words(
            "2 hồ sơ và 6 trang đang lưu an toàn trên máy này; sẽ tự gửi khi có mạng.", "They are safe on this desk."
        ),
        "warn",
        5,
        2,
        6,
        "1,4 MB",
        "08:47 · 23/11/2026",
        numbers,
        waiting,
        (shelf_view(refused),),
    )


def lamps(online: bool = True, waiting: int = 0) -> tuple[LampView, ...]:
    """Reader and printer there, no scanner, the line as told."""
    return (
        LampView("card", "ready", Words("Đầu đọc thẻ: sẵn sàng", "Card reader: ready"), NOTHING),
        LampView("scanner", "missing", Words("Không có máy quét", "No scanner"), Words("Cắm máy quét.", "Plug it in.")),
        LampView("printer", "trouble", Words("Máy in đang dừng", "Printer stopped"), Words("Nạp giấy.", "Add paper.")),
        LampView("central", "ready" if online else "missing", NOTHING, NOTHING, waiting),
    )


def doctor_view() -> DoctorView:
    """Most things well, one to look at, one broken."""
    return DoctorView(
        (
            DoctorCheck("reader", "ok", Words("Đầu đọc thẻ: sẵn sàng", "Card reader: ready"), NOTHING),
            DoctorCheck(
                "scanner",
                "warn",
                Words("Không có máy quét", "No scanner"),
                Words("Cắm và bật máy quét.", "Connect and switch it on."),
            ),
            DoctorCheck(
                "clock",
                "fail",
                Words("Đồng hồ máy chậm 14 phút so với trung tâm.", "The clock is 14 minutes behind central."),
                Words("Bật đồng bộ giờ: timedatectl set-ntp true", "Switch on: timedatectl set-ntp true"),
            ),
            DoctorCheck("disk", "ok", Words("Còn 41 GB", "41 GB free"), NOTHING),
            DoctorCheck("database", "ok", Words("Mã hóa, nguyên vẹn", "Encrypted, whole"), NOTHING),
            DoctorCheck("catalogue", "ok", Words("Bản 2026.11, còn hiệu lực", "2026.11, in force"), NOTHING),
        )
    )


@dataclass
class SampleQueue:
    """Lists in memory."""

    shown: QueueView = field(default_factory=queue_view)
    box: OutboxView = field(default_factory=outbox_view)
    orders: list[ListOrder] = field(default_factory=list)
    """What was asked for, the last at the end."""

    def today(self, order: ListOrder = "newest") -> QueueView:
        self.orders.append(order)
        return self.shown

    def find(self, query: str) -> QueueView:
        asked = search_key(query)
        return queue_view(tuple(row for row in self.shown.rows if asked in search_key(f"{row.name} {row.code}")))

    def outbox(self) -> OutboxView:
        return self.box


TITLES = {
    "clerk": Words("Cán bộ tiếp nhận", "Reception clerk"),
    "supervisor": Words("Lãnh đạo phụ trách", "Supervisor"),
}


@dataclass
class SampleSignIn:
    """Lets `clerk` and `supervisor` in with `practice`."""

    signed_out: int = 0
    answer: Refusal | None = None
    wait: threading.Event | None = None

    code: str = ""
    """What the app of the second factor shows; nobody has one where it is empty."""
    wants: Refusal | None = None
    """What is said to whoever brings no second factor."""
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    unlocked: list[tuple[str, str, str]] = field(default_factory=list)

    def sign_in(self, user: str, password: str, code: Second = "") -> SessionView:
        self.asked.append((user, password, _typed(code)))
        if self.wait is not None:
            self.wait.wait(5)
        if self.answer is not None:
            raise self.answer
        if password != "practice":
            raise WRONG
        if self.wants is not None and not code:
            raise self.wants
        if self.code and not code:
            raise code_needed()
        if self.code and _typed(code).replace(" ", "") != self.code:
            raise Refusal("CODE_WRONG", Words("Mã không đúng.", "Wrong code."), Words("Nhập mã mới.", "Type the next."))
        role = "supervisor" if user.startswith("supervisor") else "clerk"
        began = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
        name = "Trần Văn Sơn" if role == "supervisor" else "Nguyễn Thị Lan"
        self.title = TITLES[role]
        return SessionView(user, name, (role,), "Q04", OFFICE, True, False, began)

    def unlock_user(self, user: str, supervisor: str, password: str, code: Second = "") -> None:
        self.unlocked.append((user, supervisor, _typed(code)))
        if self.wants is not None and not code:
            raise self.wants
        if self.code and not code:
            raise code_needed()
        if password != "practice":
            raise WRONG
        self.answer = None

    def sign_out(self) -> None:
        self.signed_out += 1


def _typed(second: Second) -> str:
    """The code, or what stands for what a token signed."""
    return second if isinstance(second, str) else f"token {second.challenge.purpose} {second.challenge.about}".strip()


@dataclass
class SampleLock:
    """Opens for `practice`, or refuses as a test says."""

    sign_in: SampleSignIn
    after: int = 0
    told: list[str] = field(default_factory=list)
    answer: Refusal | None = None

    def after_s(self) -> int:
        return self.after

    def lock(self) -> None:
        self.told.append("locked")

    def unlock(self, secret: str) -> str:
        if self.answer is not None:
            raise self.answer
        if secret != "practice":
            raise WRONG
        self.told.append("unlocked")
        return "password"

    def take_over(self, user: str, password: str, code: Second = "") -> SessionView:
        session = self.sign_in.sign_in(user, password, code)
        self.told.append(user)
        return session


@dataclass
class SamplePins:
    """Takes what the desk takes, of whose password is `practice`."""

    chosen: list[str] = field(default_factory=list)

    def choose(self, password: str, pin: str) -> None:
        if password != "practice":
            raise WRONG
        check_new_pin(pin)
        self.chosen.append(pin)


@dataclass
class SampleIntake:
    """One dossier in memory."""

    left_open: IntakeView | None = None
    parked: int = 0
    entered: list[dict[str, str]] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)

    def enter(self, asked: UUID, values: dict[str, str], step: Step, focus: str, seen: int | None = None) -> IntakeView:
        self.entered.append(dict(values))
        view = intake()
        typed = {name: value for one in self.entered for name, value in one.items()}
        kept = tuple(replace(one, value=typed.get(one.name, one.value)) for one in view.application.fields)
        return replace(view, dossier=asked, step=step, focus=focus, application=replace(view.application, fields=kept))

    def park(self) -> None:
        self.parked += 1

    def open(self, channel: str = "counter") -> IntakeView:
        self.channels.append(channel)
        return intake()

    def view(self, asked: UUID) -> IntakeView:
        return replace(intake(), dossier=asked)

    def outline(self) -> IntakeView:
        return intake()

    def take_up(self, asked: UUID) -> IntakeView:
        return self.view(asked)

    def resume(self) -> IntakeView | None:
        return self.left_open


@dataclass
class SampleShelf:
    """Settles whatever it is told to."""

    settled: list[tuple[str, str]] = field(default_factory=list)
    refuses: Refusal | None = None

    def settle(self, dossier: UUID, station: str, way: str, reason: str) -> IntakeView:
        if self.refuses is not None:
            raise self.refuses
        self.settled.append((way, reason))
        return replace(intake(), dossier=dossier)


@dataclass
class SampleDelivery:
    """Counts how often it was asked."""

    asked: int = 0
    report: DeliveryReport = field(default_factory=DeliveryReport)
    happened: threading.Event = field(default_factory=threading.Event)

    def once(self, cancel: Callable[[], bool], progress: Callable[[int, int], None] | None = None) -> DeliveryReport:
        self.asked += 1
        self.happened.set()
        return self.report

    def reachable(self) -> bool:
        return False


@dataclass
class SampleLamps:
    """Lamps in memory; a card that never comes."""

    shown: tuple[LampView, ...] = field(default_factory=lamps)
    checks: DoctorView = field(default_factory=doctor_view)
    card: threading.Event = field(default_factory=threading.Event)

    def now(self, cancel: Callable[[], bool] = lambda: False) -> tuple[LampView, ...]:
        return self.shown

    def watch_card(self, known: object, timeout_s: float) -> CardWatch:
        present = self.card.wait(timeout_s)
        return CardWatch(present, present != (known == ("here",)), ("here",) if present else ())  # type: ignore[arg-type]

    def doctor(self) -> DoctorView:
        return self.checks


class SampleDesk:
    """The verbs that the shell uses."""

    def __init__(self) -> None:
        self.queue = SampleQueue()
        self.sign_in = SampleSignIn()
        self.lock = SampleLock(self.sign_in)
        self.pins = SamplePins()
        self.tokens = SampleTokens()
        self.intake = SampleIntake()
        self.delivery = SampleDelivery()
        self.news = SimpleNamespace(once=lambda cancel: Heard(pause_s=60.0), leave=lambda: None)
        self.leases = SampleLeases()
        self.shelf = SampleShelf()
        self.approvals = SampleApprovals()
        self.lamps = SampleLamps()
        self.papers = SimpleNamespace(
            picture=lambda sheet, edge, dossier=None, here=False: Pixels(3, 4, bytes([200] * 36))
        )
        self.title = lambda: self.sign_in.title
        self.may: Callable[[str], bool] = lambda scope: True
        self.registers = SimpleNamespace(views=lambda dossier: ())
        self.online = SimpleNamespace(waiting=lambda: 0, sent_by=lambda number, besides: None)
        self.trail = SimpleNamespace(allowed=lambda: False)
        self.trail_export = SimpleNamespace(allowed=lambda: False)
        self.review = SampleReview()
        self.retention = SimpleNamespace(wanted=lambda: False)
        self.face = SimpleNamespace(offered=lambda: False)
        self.making = SimpleNamespace(unfinished=lambda: ())
        self.archive = SimpleNamespace(unfinished=lambda: (), view=lambda: self.copies, sign=self._sign)
        self.copies = ArchiveView((), TokenView("unset", *NOT_SET))
        self.signed: list[tuple[str, int]] = []
        self.near: tuple[LimitView, ...] = ()
        self.carried: list[tuple[str, Path]] = []
        self.brought: CarriedHome | Refusal = CarriedHome(accepted=5)
        self.codes: list[str] = []
        self.lifts: GraceView | Refusal = GraceView("central", Words("Đã gia hạn.", "Lifted."))
        self.limits = SimpleNamespace(now=lambda: self.near, news=lambda: self.near)
        self.carrying = SimpleNamespace(export=self._export, take_answer=self._take_answer)
        self.grace = SimpleNamespace(use=self._use)
        self.code_scanner: object = None
        self.closed = 0
        self._heard: list[Callable[[frozenset[UUID]], None]] = []

    def _sign(self, token: object, pin: str, which: list[object], progress: object) -> Troubles:
        self.signed.append((pin, len(which)))
        self.copies = replace(self.copies, lines=())
        return Troubles(len(which))

    def _export(self, path: Path, cancel: object, progress: object) -> CarriedOut:
        self.carried.append(("out", path))
        return CarriedOut(5, 6, 1_400_000)

    def _take_answer(self, path: Path) -> CarriedHome:
        self.carried.append(("home", path))
        if isinstance(self.brought, Refusal):
            raise self.brought
        return self.brought

    def _use(self, code: str) -> GraceView:
        self.codes.append(code)
        if isinstance(self.lifts, Refusal):
            raise self.lifts
        self.near = ()
        return self.lifts

    def subscribe(self, heard: Callable[[frozenset[UUID]], None]) -> None:
        self._heard.append(heard)

    def announce(self, *dossiers: UUID) -> None:
        """As the journal does, from whatever thread this is."""
        for heard in self._heard:
            heard(frozenset(dossiers))

    def close(self) -> None:
        self.closed += 1
