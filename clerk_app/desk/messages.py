"""What the citizen was told about a dossier: each message with its state, how they are reached, and sending again.

Central sends. Its last answer is kept, so that the states can be seen without a line, with the time of that answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import Central, HeardMessages
from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.contact import (
    Agreed,
    ContactGiven,
    Language,
    MessageAsked,
    Wish,
    check_contact,
    contact_of,
    masked,
)
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.messages import BROUGHT_BACK, CARD_HERE, POSTED, REMINDED
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Rules
from clerk_app.wire_messages import DossierMessages, MessageState

LONGEST = 254

STATE_WORDS: Mapping[str, Words] = {
    "queued": Words("chờ gửi", "waiting"),
    "sent": Words("đã gửi", "sent"),
    "delivered": Words("đã đến nơi", "delivered"),
    "failed": Words("gửi hỏng", "failed"),
    "unknown": Words("không rõ đã gửi chưa", "unclear if sent"),
    "not_allowed": Words("không được gửi", "not allowed"),
    "no_address": Words("thiếu địa chỉ", "no address"),
    "pointless": Words("không còn cần gửi", "no point any more"),
}
STATE_TONES: Mapping[str, Tone] = {
    "queued": "info",
    "sent": "info",
    "delivered": "good",
    "failed": "bad",
    "unknown": "warn",
    "not_allowed": "calm",
    "no_address": "warn",
    "pointless": "calm",
}
WAY_WORDS: Mapping[str, Words] = {
    "sms": Words("Tin nhắn", "Text message"),
    "email": Words("Thư điện tử", "E-mail"),
    "portal": Words("Cổng Dịch vụ công", "National portal"),
}
TOLD_OF: Mapping[str, Words] = {
    CARD_HERE: Words("Kết quả đã về quầy", "The result came to the counter"),
    POSTED: Words("Kết quả đã giao bưu chính", "The result is with the post"),
    BROUGHT_BACK: Words("Bưu chính trả lại kết quả", "The post brought the result back"),
    REMINDED: Words("Nhắc nhận kết quả", "A reminder to collect the result"),
}
"""What is told of that is no step."""
_CAUSES: Mapping[str, Words] = {
    "IN_LANE": Words("chờ báo Cổng theo thứ tự các bước", "waits for its turn among the steps told at the portal"),
    "NO_CONSENT": Words("công dân chưa được hỏi có đồng ý không", "the citizen was not asked whether they agree"),
    "REFUSED": Words("công dân không đồng ý", "the citizen does not agree"),
    "NO_BASIS": Words("danh mục không ghi căn cứ", "the catalogue names no basis"),
    "MISSING": Words("chưa có số điện thoại hoặc địa chỉ thư", "no telephone and no e-mail is known"),
    "NO_SUCH": Words("số điện thoại hoặc địa chỉ không dùng được", "the telephone or address cannot be used"),
    "STATE": Words("hồ sơ đã sang bước khác trước khi gửi", "the dossier had gone on before it was sent"),
    "LATE": Words("quá lâu sau việc đã xảy ra", "too long after what it tells of"),
    "ERASED": Words("dữ liệu đã xóa theo lệnh", "erased by lawful order"),
    "NOT_JOINED": Words("trung tâm chưa kết nối kênh này", "central is not joined to this way"),
    "UNCONFIRMED": Words("trung tâm dừng giữa lúc gửi", "central stopped while it was sending"),
    "RESTORED": Words("trung tâm phục hồi từ bản sao cũ hơn", "central was restored from an older copy"),
    "UNREACHABLE": Words("không liên lạc được với nơi chuyển tin", "whoever carries it cannot be reached"),
    "TIMEOUT": Words("nơi chuyển tin trả lời quá chậm", "whoever carries it answers too slowly"),
    "TLS": Words("chứng thư của máy chủ thư không tin được", "the mail server's certificate is not trusted"),
    "LOGIN": Words("máy chủ thư không nhận tài khoản", "the mail server refuses the account"),
}
REPEATABLE = ("sent", "delivered", "failed", "unknown", "not_allowed", "no_address", "pointless")


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message, ready to be shown. `told` names way, masked address and time; `why` what is in its way, `right` by
    what right it goes."""

    id: UUID
    entry: UUID
    step: str
    way: str
    state: str
    cause: str
    name: Words
    told: Words
    why: Words
    right: Words
    badge: Badge
    again: bool
    parts: int
    at: datetime
    """When what it tells of happened."""
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ContactView:
    """How the citizen is reached; what stands in the form's telephone is that of the form."""

    phone: str = field(repr=False)
    email: str = field(repr=False)
    wish: Wish
    language: Language
    extras: Agreed
    shown: Words
    """The same in one line, masked."""


@dataclass(frozen=True, slots=True)
class MessagesView:
    """The messages about a dossier as central last told of them at `at` (None: never heard), oldest first."""

    dossier: UUID
    messages: tuple[MessageView, ...]
    at: datetime | None
    contact: ContactView
    may_write: bool
    may_repeat: bool
    stale: Refusal | None = None
    """Why central could not be asked just now."""


class Messages:
    """Shows what the citizen was told. `look` waits for the line, every other verb only for the store."""

    def __init__(self, counter: Counter, central: Central, heard: HeardMessages) -> None:
        self._counter = counter
        self._central = central
        self._heard = heard

    def view(self, dossier: UUID) -> MessagesView:
        """As it was last heard. Raises `Refusal`: NOT_ALLOWED, NOT_YOURS."""
        self._counter.demand("dossier.find", dossier)
        return self._view(self._counter.journal.dossier(dossier))

    def look(self, dossier: UUID) -> MessagesView:
        """Ask central how they stand. Without a line it is as last heard, and `stale` says why."""
        self._counter.demand("dossier.find", dossier)
        stale = None
        try:
            self._heard.keep(dossier, self._central.messages(dossier))
        except Refusal as refusal:
            stale = refusal
        return self._view(self._counter.journal.dossier(dossier), stale)

    def write_contact(
        self,
        dossier: UUID,
        *,
        phone: str = "",
        email: str = "",
        wish: Wish = "",
        language: Language = "vi",
        extras: Agreed = "",
    ) -> MessagesView:
        """Write down how the citizen is reached, and whether they agree to more than must be told.

        Raises `Refusal`: NOT_ALLOWED, NOT_YOURS, DOSSIER_ERASED, CONTACT_PHONE, CONTACT_EMAIL.
        """
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            who = self._counter.demand("dossier.take", state).id
            if state.status == "draft":
                self._counter.draft(dossier)
            what = ContactGiven(nfc(phone).strip()[:LONGEST], nfc(email).strip()[:LONGEST], wish, language, extras)
            check_contact(what)
            if what != state.contact:
                state = self._counter.write(dossier, what, who=who)
        return self._view(state)

    def send_again(self, dossier: UUID, message: UUID) -> MessagesView:
        """Have central send a message once more, by what is known of the citizen then.

        Raises `Refusal`: NOT_ALLOWED, NOT_YOURS, MESSAGE_UNKNOWN, MESSAGE_OPEN.
        """
        with self._counter.journal.together():
            state = self._counter.journal.dossier(dossier)
            who = self._counter.demand("message.send", state).id
            said = self._heard.of(dossier)
            known = next((one for one in said.messages if one.id == message), None) if said is not None else None
            if known is None:
                raise Refusal(
                    "MESSAGE_UNKNOWN",
                    Words("Quầy này chưa biết tin đó.", "This desk does not know that message."),
                    Words("Tải lại danh sách tin khi có mạng.", "Look at the messages again with a line."),
                )
            if known.state not in REPEATABLE:
                raise Refusal(
                    "MESSAGE_OPEN",
                    Words("Tin này còn đang chờ gửi.", "This message is still waiting to be sent."),
                    Words("Đợi kết quả; sửa cách liên hệ nếu sai.", "Wait for its end; mend the contact if need be."),
                )
            state = self._counter.write(dossier, MessageAsked(message), who=who)
        return self._view(state)

    def _view(self, state: Dossier, stale: Refusal | None = None) -> MessagesView:
        said = self._heard.of(state.id) or DossierMessages([], self._counter.clock())
        never = self._heard.of(state.id) is None
        rules, may = self._counter.rules_of(state), self._counter.may("message.send", state)
        return MessagesView(
            state.id,
            tuple(_message(one, rules, may) for one in said.messages),
            None if never else said.at,
            _contact(state),
            self._counter.may("dossier.take", state) and state.erased is None,
            may,
            stale,
        )


def _message(one: MessageState, rules: Rules, may: bool) -> MessageView:
    steps = (row.name for row in rules.steps if row.code == one.step)
    step = TOLD_OF.get(one.step) or next(steps, Words(one.step, one.step))
    way = WAY_WORDS[one.way]
    size = Words(f" · {one.parts} phần", f" · {one.parts} parts") if one.parts > 1 else Words("", "")
    at = one.heard_at if one.state == "delivered" else one.sent_at
    when = f" · {in_hanoi(at):%H:%M %d/%m/%Y}" if at is not None else ""
    to = f" · {one.to}" if one.to else ""
    ground = (
        Words("nghĩa vụ báo theo luật", "the office must tell it")
        if one.ground == "duty"
        else Words("theo sự đồng ý của công dân", "by the citizen's consent")
    )
    doubt = Words("", "") if one.verified == "yes" else Words(" (chưa đối chiếu)", " (not verified)")
    return MessageView(
        one.id,
        one.entry,
        one.step,
        one.way,
        one.state,
        one.cause,
        step,
        Words(f"{way.vi}{to}{size.vi}{when}", f"{way.en}{to}{size.en}{when}"),
        cause_words(one.cause),
        Words(f"{ground.vi}: {one.basis}{doubt.vi}", f"{ground.en}: {one.basis}{doubt.en}"),
        Badge(STATE_WORDS[one.state], STATE_TONES[one.state]),
        may and one.state in REPEATABLE,
        one.parts,
        one.taken_at,
        f"{one.subject}\n\n{one.text}" if one.subject else one.text,
    )


def cause_words(cause: str) -> Words:
    """Why a message did not go out, for people; a cause that only the carrier knows is quoted."""
    if not cause:
        return Words("", "")
    said = _CAUSES.get(cause)
    return said or Words(f"nơi chuyển tin báo {cause}", f"whoever carries it says {cause}")


def _contact(state: Dossier) -> ContactView:
    said = contact_of(state)
    known = [masked(one) for one in (said.phone, said.email) if one]
    vi, en = list(known) or ["chưa có số điện thoại, địa chỉ thư"], list(known) or ["no telephone, no e-mail"]
    if said.wish:
        vi.append({"sms": "muốn nhắn tin", "email": "muốn nhận thư"}[said.wish])
        en.append({"sms": "wants text messages", "email": "wants e-mail"}[said.wish])
    if said.language == "en":
        vi.append("tiếng Anh")
        en.append("in English")
    vi.append({"": "chưa hỏi về tin ngoài thủ tục", "yes": "đồng ý tin khác", "no": "không nhận tin khác"}[said.extras])
    en.append({"": "not asked about extras", "yes": "agrees to extras", "no": "wants no extras"}[said.extras])
    shown = Words(" · ".join(vi), " · ".join(en))
    return ContactView(said.phone, said.email, said.wish, said.language, said.extras, shown)
