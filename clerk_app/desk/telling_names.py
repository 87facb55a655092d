"""What codes are called in a sentence of the trail: by the pack the dossier lives by, and the people of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clerk_app.desk.words import FORMS
from clerk_app.domain.evidence import Source
from clerk_app.domain.money import format_vnd
from clerk_app.domain.online import BESIDE
from clerk_app.domain.private import same
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.steps import BEGIN

NONE = same("–")
SOURCES: Mapping[Source, Words] = {
    "chip": Words("chip căn cước", "the chip of the ID card"),
    "qr": Words("mã QR", "the QR code"),
    "camera": Words("máy ảnh", "the camera"),
    "register": Words("cơ sở dữ liệu giấy phép", "the licence register"),
    "read": Words("chữ đọc trên giấy tờ", "the print of a paper"),
    "portal": Words("khai trên Cổng Dịch vụ công", "stated on the national portal"),
    "manual": Words("nhập tay", "typing"),
}
ONLINE: Mapping[str, Words] = {
    "portal.licence": Words("Số giấy phép lái xe", "Licence number"),
    "portal.licence_class": Words("Hạng giấy phép", "Licence class"),
    "portal.email": Words("Thư điện tử", "E-mail"),
    "portal.sent_at": Words("Nộp lúc", "Sent at"),
    "portal.changed_at": Words("Sửa lần cuối", "Last changed"),
    "portal.payment": Words("Tình trạng lệ phí theo Cổng", "State of the fee by the portal"),
    "portal.fee_vnd": Words("Lệ phí theo Cổng (đồng)", "Fee by the portal (đồng)"),
    "portal.payment_reference": Words("Mã giao dịch", "Transaction"),
    "portal.unread": Words("Tệp không xem được", "Files that cannot be shown"),
    "portal.withdrawn": Words("Giấy tờ công dân đã rút tệp", "Papers of which a file was taken back"),
    "portal.files": Words("Tệp nhiều trang đã mở", "Files of many pages, opened"),
    "assisted.by": Words("Người hỗ trợ", "Who helped"),
    "assisted.at": Words("Nơi hỗ trợ", "Where they helped"),
}
"""Fields that no form has: of a dossier that was sent online."""
LEVELS = {
    "chip": Words("đã chứng minh bằng chip", "proven by the chip"),
    "qr": Words("mức mã QR, chưa chứng minh", "at the level of a QR code, not proven"),
    "manual": Words("chưa chứng minh", "not proven"),
}
METHODS = {
    "cash": Words("tiền mặt", "cash"),
    "vietqr": Words("VietQR", "VietQR"),
    "online": Words("trực tuyến", "online"),
}
CHANNELS = {
    "counter": Words("tại quầy", "at the counter"),
    "online": Words("trực tuyến", "online"),
    "post": Words("qua bưu chính", "by post"),
}
FACTORS = {
    "": Words("không ghi cách xác thực", "how they proved it was not written down"),
    "password": Words("mật khẩu", "password"),
    "pin": Words("mã PIN", "PIN"),
    "totp": Words("mật khẩu và mã một lần", "password and one-time code"),
    "token": Words("thiết bị ký số", "token"),
}
WHERE = {
    "": Words("không ghi nơi duyệt", "where was not written down"),
    "spot": Words("ngay tại quầy của cán bộ", "at the clerk's desk"),
    "remote": Words("từ máy của người duyệt", "from the decider's own desk"),
}
UNPRINTED = {
    "received_at": Words("Thời điểm tiếp nhận trên giấy", "Received on paper at"),
}
"""Fields that stand on no form of the pack."""
UNKNOWN_VALUE = Words("không rõ", "unknown")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who works here, as this desk knows them today. Their roles are codes of the pack."""

    id: str
    name: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """The words for codes. What nobody knows stands for itself, so that nothing is passed over."""

    rules: Rules
    people: Mapping[str, Known] = field(default_factory=dict)

    def person(self, user: str) -> str:
        """`Nguyễn Thu Hà (clerk)`; the id alone of whom this desk does not know."""
        known = self.people.get(user)
        return f"{known.name} ({user})" if known is not None and known.name else user

    def roles(self, user: str, then: tuple[str, ...] = ()) -> Words:
        """The roles that somebody had `then`; where that was not written down those of today, and that they are of
        today; `–` where this desk does not know them either.
        """
        if then:
            return _several([self.role(role) for role in then])
        known = self.people.get(user)
        names = [self.role(role) for role in known.roles] if known is not None else []
        if not names:
            return NONE
        now = _several(names)
        return Words(f"{now.vi} (hiện nay)", f"{now.en} (today)")

    def role(self, code: str) -> Words:
        return self.rules.role_names.get(code, same(code))

    def paper(self, code: str) -> Words:
        if not code:
            return Words("chưa thuộc mục nào", "of no item yet")
        return next((one.name for one in self.rules.papers if one.code == code), same(code))

    def item(self, code: str) -> Words | None:
        """What a paper of this code is called; None for words of somebody's own."""
        return next((one.name for one in self.rules.papers if one.code == code), None)

    def step(self, code: str) -> Words:
        return next((one.name for one in self.rules.steps if one.code == code), same(code or "–"))

    def state(self, code: str) -> Words:
        """What a state of the procedure is called."""
        if code == BEGIN:
            return Words("mới lập", "just begun")
        state = self.rules.states.get(code)
        return state.name if state is not None else same(code or "–")

    def case(self, code: str) -> Words:
        case = self.rules.case(code)
        return case.name if case is not None else same(code or "–")

    def procedure(self, code: str) -> Words:
        procedure = self.rules.procedures.get(code)
        return procedure.name if procedure is not None else same(code)

    def label(self, name: str) -> Words:
        """What a field of the form is called; what the citizen stated beside it is called the same."""
        name = name.removeprefix(BESIDE)
        fields = (one for form in self.rules.forms.values() for one in form.fields if one.name == name)
        return next((one.label for one in fields), UNPRINTED.get(name) or ONLINE.get(name) or same(name))

    def exception(self, code: str) -> Words:
        """What the catalogue says of it in its first clause, the paper that it is about (`PAPER_WAIVED:GKSK`), and the
        code; the code alone where the catalogue says nothing.
        """
        kind, _, about = code.partition(":")
        row = self.rules.exception(code)
        paper = self.paper(about) if about else Words("", "")
        vi, en = (_clause(said) for said in ((row.rule.because.vi, row.rule.because.en) if row else ("", "")))
        return Words(_called(vi, paper.vi, kind), _called(en, paper.en, kind))

    def granting_roles(self, code: str, user: str, then: tuple[str, ...] = ()) -> Words:
        """The roles under which an exception is decided: those that `user` had `then` and that may, else of those of
        today, or all that may.
        """
        known = self.people.get(user)
        roles = then or (known.roles if known is not None else ())
        held = self.rules.grants(code, roles) if roles else ()
        names = list(dict.fromkeys(self.role(row.role) for row in held or self.rules.grants(code))) or [NONE]
        several = _several(names)
        return several if then or not held else Words(f"{several.vi} (hiện nay)", f"{several.en} (today)")

    def form(self, code: str) -> Words:
        """A printed form by its code and title."""
        form = self.rules.printed.get(code)
        return (
            Words(f"{code} ({form.title.vi})", f"{code} ({form.title.en})")
            if form is not None
            else FORMS.get(code, same(code))
        )

    def purpose(self, code: str) -> Words:
        row = self.rules.purposes.get(code)
        if row is not None:
            return row.words
        return same(code) if code else Words("không hỏi mục đích", "no purpose asked")


def _several(names: Sequence[Words]) -> Words:
    return Words(", ".join(one.vi for one in names), ", ".join(one.en for one in names))


def _clause(said: str) -> str:
    """The first clause of a sentence, which tells one kind from the others."""
    return said.replace(";", ":").partition(":")[0].strip().rstrip(".")


def _called(words: str, paper: str, code: str) -> str:
    about = f" – {paper}" if paper else ""
    return f"“{words}”{about} ({code})" if words else f"{code}{about}"


def money(vnd: int) -> Words:
    """Whole đồng."""
    return same(format_vnd(vnd))


def short(digest: str) -> str:
    """The first digits of a SHA-256, enough to find it again."""
    return digest[:12]
