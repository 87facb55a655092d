"""What a day's page is made from, and how its facts are put into words."""

from __future__ import annotations

from datetime import date

from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.showing.page import DOUBTS, Row, listed, same
from clerk_app.domain.calendar import format_day
from clerk_app.domain.conditions import ALWAYS, NEVER, Condition, explain
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.rules import Case, Rule, Rules, Scope, Span
from clerk_app.domain.steps import OUTSIDERS, Clock, Stage, Step

CHANNELS = {
    "any": Words("mọi kênh", "any channel"),
    "counter": Words("tại quầy", "at the counter"),
    "online": Words("trực tuyến", "online"),
    "post": Words("bưu chính", "by post"),
}
WAYS = {
    "convert": Words("theo bảng chuyển đổi hạng", "by the table of conversions"),
    "lower": Words("một hạng thấp hơn", "a lower class"),
    "free": Words("do cơ quan giải quyết xác định", "decided by the office"),
    "none": Words("không cấp hạng mới", "no class of its own"),
}
TESTS = {
    "none": Words("không sát hạch", "no test"),
    "theory": Words("lý thuyết", "theory"),
    "theory+practice": Words("lý thuyết và thực hành", "theory and practice"),
}
_UNITS = {"day": Words("ngày", "days"), "month": Words("tháng", "months"), "year": Words("năm", "years")}
REGIMES = {"old": Words("cũ", "old"), "new": Words("mới", "new")}
STAGE_WORDS: dict[Stage, Words] = {
    "new": Words("chờ trả lời", "waits for an answer"),
    "fee": Words("chờ nộp lệ phí", "waits for the fee"),
    "supplement": Words("chờ bổ sung", "waits for papers"),
    "accepted": Words("đã tiếp nhận", "accepted"),
    "ended": Words("đã xong", "over"),
}
CLOCK_WORDS: dict[Clock, Words] = {
    "runs": Words("đang tính", "runs"),
    "paused": Words("tạm dừng", "paused"),
    "stopped": Words("dừng", "stopped"),
}
BASIS = Words("Căn cứ", "Basis")
CODE, WHEN, CASES = Words("Mã", "Code"), Words("Khi", "When"), Words("Trường hợp", "Cases")
CHANNEL = Words("Kênh", "Channel")
SAYS = Words("Nội dung", "What is said")
BEGINNING = Words("(bắt đầu)", "(begin)")


class Day:
    """What a day's page is made from."""

    def __init__(self, pack: Pack, on: date, procedure: str = "") -> None:
        self.pack, self.on, self.rules = pack, on, pack.as_of(on)
        if procedure and procedure not in self.rules.procedures:
            known = ", ".join(sorted(self.rules.procedures)) or "–"
            raise Refusal(
                "PROCEDURE_UNKNOWN",
                Words(
                    f"Không có thủ tục “{procedure}” vào ngày {format_day(on)}.",
                    f"There is no procedure “{procedure}” on {format_day(on)}.",
                ),
                Words(f"Chọn một trong: {known}.", f"Choose one of: {known}."),
            )
        self.procedures = [one for one in self.rules.procedures.values() if procedure in ("", one.code)]
        codes = {one.code for one in self.procedures}
        self.cases = [case for case in self.rules.cases if case.procedures & codes]
        self.roles = {row.value.code: row.value.name for row in pack.tables.roles if row.on(on)} | OUTSIDERS

    def covers(self, scope: Scope) -> list[Case]:
        """The cases on the page that a rule is for."""
        return [case for case in self.cases if scope.covers(case.code)]

    def granted(self, code: str) -> Words:
        """Who may grant an exception, up to which amount, and how many of them: `Supervisor (up to 500.000 đ), 2`."""
        found = []
        for one in self.rules.grants(code):
            name = self.roles.get(one.role, same(one.role))
            if one.up_to_vnd is None:
                found.append(name)
            else:
                most = amount_words(one.up_to_vnd)
                found.append(Words(f"{name.vi} (đến {most.vi})", f"{name.en} (up to {most.en})"))
        named, count = listed(found), self.rules.approvers(code)
        return Words(f"{count} × {named.vi}", f"{count} × {named.en}") if count > 1 else named

    def steps_of(self, procedure: str) -> list[Step]:
        return [step for step in self.rules.steps if step.of(procedure)]


def row_of(rule: Rule, *cells: Words) -> Row:
    """A row that shows a rule."""
    return Row((*cells, same(rule.basis)), rule.basis, rule.verified)


def when_of(condition: Condition) -> Words:
    """A condition in words."""
    if condition == ALWAYS:
        return Words("luôn luôn", "always")
    if condition == NEVER:
        return Words("khi cán bộ đề nghị", "when a clerk asks for it")
    return Words(explain(condition, "vi"), explain(condition, "en"))


def span_words(span: Span | None) -> Words:
    if span is None:
        return Words("…", "…")
    unit = _UNITS[span.unit]
    return Words(f"{span.count} {unit.vi}", f"{span.count} {unit.en if span.count != 1 else unit.en[:-1]}")


def limit_words(rules: Rules, key: str) -> Words:
    limit = rules.limits.get(key)
    if limit is None:
        return Words("chưa có", "none")
    days = f"{limit.half_days / 2:g}"
    return Words(f"{days.replace('.', ',')} ngày làm việc", f"{days} working days")


def fee_words(rules: Rules, code: str) -> Words:
    """The fee of a case for every channel; said once where it is the same for all."""
    found = {channel: rules.fee(code, channel) for channel in ("counter", "online", "post")} if code else {}
    amounts = {channel: fee.amount_vnd for channel, fee in found.items() if fee and fee.amount_vnd is not None}
    if not amounts:
        return Words("không thu", "none")
    if len(set(amounts.values())) == 1 and len(amounts) == len(found):
        return same(format_vnd(next(iter(amounts.values()))))
    said = [(CHANNELS[channel], format_vnd(amount)) for channel, amount in amounts.items()]
    return Words("; ".join(f"{w.vi} {a}" for w, a in said), "; ".join(f"{w.en} {a}" for w, a in said))


def amount_words(amount_vnd: int | None) -> Words:
    return (
        Words("do bên khác định giá", "another party names it") if amount_vnd is None else same(format_vnd(amount_vnd))
    )


def marked(words: Words, rule: Rule | None) -> Words:
    """The words with the doubt of their rule behind them."""
    if rule is None or rule.verified == "yes":
        return words
    doubt = DOUBTS[rule.verified]
    return Words(f"{words.vi} [{doubt.vi}]", f"{words.en} [{doubt.en}]")
