"""A value of a table as what people call it and what it says: the material of a comparison and of its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from clerk_app.catalogue.showing.day import CLOCK_WORDS, STAGE_WORDS, TESTS, WAYS, amount_words, span_words, when_of
from clerk_app.catalogue.showing.oversight import percent
from clerk_app.catalogue.showing.page import listed, same, yes_no
from clerk_app.domain.calendar import Hours, SpecialDay, Verified, format_day
from clerk_app.domain.forms import FormField, PrintedForm
from clerk_app.domain.handing import HandingRow
from clerk_app.domain.message_rows import MessageRow
from clerk_app.domain.pages import CardSide
from clerk_app.domain.refusals import Words
from clerk_app.domain.roles import BARE, Role, ScopeRow
from clerk_app.domain.rules import (
    Case,
    CauseRow,
    ClassRow,
    Conversion,
    Document,
    ExceptionRow,
    ExpiryBand,
    FeeRow,
    GrantRow,
    LimitRow,
    NoticeRow,
    PaperRow,
    Procedure,
    Profile,
    Province,
    PurposeRow,
    ReadingRow,
    RecognitionRow,
    RefusalRow,
    RetentionRow,
    ReuseRow,
    ReviewRow,
    Rule,
    Scope,
    Status,
)
from clerk_app.domain.steps import State, Step


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a row says. A fact of `text` changes words only, no decision."""

    label: Words
    said: Words
    text: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """A row as people know it. `name` is the same in two packs where they speak of one thing."""

    name: str
    subject: Words
    facts: tuple[Fact, ...]
    basis: str = ""
    verified: Verified = "yes"


_ITSELF = Words("", "")
_NAME, _SAYS = Words("tên gọi", "its name"), Words("lời giải thích", "its explanation")
CONDITION, SCOPE = Words("điều kiện", "the condition"), Words("trường hợp", "the cases")


def described(table: str, key: tuple[str, ...], value: object) -> Described:
    """What a value of a table says. Every table of a pack has a description."""
    return _DESCRIPTIONS[table](value) if table in _DESCRIPTIONS else _plain(table, key, value)


def _of(name: str, subject: Words, rule: Rule, *facts: Fact) -> Described:
    return Described(name, subject, facts, rule.basis, rule.verified)


def _called(vi: str, en: str, name: Words) -> Words:
    return Words(f"{vi} “{name.vi}”", f"{en} “{name.en}”")


def _text(label: Words, words: Words | None) -> Fact:
    return Fact(label, words or same("–"), text=True)


def _scope(scope: Scope) -> Fact:
    return Fact(SCOPE, same(" ".join((*scope.included, *(f"!{name}" for name in scope.excluded)))))


def _procedure(one: Procedure) -> Described:
    return _of(
        one.code,
        _called("thủ tục", "the procedure", one.name),
        one.rule,
        Fact(Words("mã TTHC", "its national code"), same(one.tthc or "–")),
        _text(_NAME, one.name),
    )


def _case(one: Case) -> Described:
    return _of(
        one.code,
        _called("trường hợp", "the case", one.name),
        one.rule,
        Fact(Words("thủ tục", "its procedures"), same(", ".join(sorted(one.procedures)))),
        Fact(Words("mã TTHC", "its national code"), same(one.tthc or "–")),
        Fact(Words("thời hạn theo", "its time limit"), same(one.limit)),
        Fact(Words("lệ phí theo", "its fee"), same(one.fee or "–")),
        Fact(Words("cách xác định hạng mới", "the way to the new class"), WAYS[one.classes]),
        Fact(Words("bỏ hạng bị tước", "suspended classes left out"), yes_no(one.leaves_out_suspended)),
        _text(_NAME, one.name),
        _text(Words("giấy phép cũ", "what becomes of the old card"), one.old_card),
        _text(_SAYS, one.rule.because),
    )


def _class(one: ClassRow) -> Described:
    ages = f"{one.min_age} / {one.max_age_male or '–'} / {one.max_age_female or '–'}"
    return _of(
        f"{one.regime}:{one.code}",
        Words(f"hạng {one.code} ({one.regime})", f"the class {one.code} ({one.regime})"),
        one.rule,
        Fact(Words("thời hạn", "its validity"), same(f"{one.validity} {one.validity_years or ''}".strip())),
        Fact(Words("tuổi (từ / nam đến / nữ đến)", "its ages (from / men to / women to)"), same(ages)),
        Fact(Words("hạng khi quá tuổi", "the class beyond that age"), same(one.over_age or "–")),
        Fact(Words("giấy khám sức khỏe", "the health certificate"), yes_no(one.health)),
        Fact(Words("gồm các hạng", "the classes it includes"), same(" ".join(one.includes) or "–")),
        _text(Words("loại xe", "what it covers"), one.covers),
    )


def _conversion(one: Conversion) -> Described:
    to = one.to or "–"
    return _of(
        f"{one.regime}:{one.code}>{one.to}",
        Words(f"chuyển đổi {one.code} → {to}", f"the conversion {one.code} → {to}"),
        one.rule,
        Fact(Words("hạn chế", "the restriction"), one.restriction or same("–")),
        Fact(Words("chứng chỉ kèm theo", "the certificate that goes with it"), one.extra or same("–")),
    )


def _expiry(one: ExpiryBand) -> Described:
    start, end = span_words(one.start), span_words(one.end)
    subject = Words(f"giấy phép quá hạn từ {start.vi}", f"a licence overdue from {start.en}")
    return _of(
        f"{one.start.count} {one.start.unit}",
        subject,
        one.rule,
        Fact(Words("đến dưới", "up to under"), end),
        Fact(Words("sát hạch", "the test"), TESTS[one.test]),
        Fact(Words("vẫn được đổi", "exchange still possible"), yes_no(one.exchange_open)),
        Fact(CONDITION, when_of(one.when)),
        _text(_SAYS, one.rule.because),
    )


def _paper(one: PaperRow) -> Described:
    return _of(
        one.code,
        _called("giấy tờ", "the paper", one.name),
        one.rule,
        _scope(one.scope),
        Fact(CONDITION, when_of(one.when)),
        Fact(Words("bắt buộc", "required"), yes_no(one.required)),
        Fact(Words("lấy từ chip", "taken from the chip"), yes_no(one.by_chip)),
        Fact(Words("chỉ xuất trình", "only shown"), yes_no(one.by_seeing)),
        Fact(Words("in từ dữ liệu", "made by the program"), yes_no(one.generated)),
        _text(_NAME, one.name),
        _text(Words("nguồn dùng lại", "where it can be reused from"), one.reuse),
        _text(_SAYS, one.rule.because),
    )


def _profile(one: Profile) -> Described:
    most = str(one.pages_max or "…")
    return _of(
        one.paper,
        Words(f"cách quét {one.paper}", f"the way {one.paper} is scanned"),
        one.rule,
        Fact(Words("phím", "its key"), same(one.key or "–")),
        Fact(Words("nguồn, dpi", "its source and dpi"), same(f"{one.source}, {one.dpi}")),
        Fact(Words("màu, cắt", "its colour and cut"), same(f"{one.colour}, {one.cut}")),
        Fact(Words("số mặt", "its sides"), same(one.sides)),
        Fact(Words("số trang", "its pages"), same(f"{one.pages_min}–{most}")),
        Fact(Words("mã vạch", "its bar codes"), same(" ".join(one.codes) or "–")),
    )


def _reuse(one: ReuseRow) -> Described:
    age = span_words(one.max_age) if one.max_age is not None else Words("không giới hạn", "any")
    return _of(
        f"{one.paper}/{one.source}",
        Words(f"dùng lại {one.paper} từ {one.source}", f"taking {one.paper} from the {one.source}"),
        one.rule,
        _scope(one.scope),
        Fact(Words("không cũ hơn", "no older than"), age),
        Fact(Words("tính từ", "counted from"), same(one.counted_from or "–")),
        Fact(Words("trạng thái số hóa", "its state of digitisation"), same(one.state)),
        _text(_SAYS, one.rule.because),
    )


def _fee(one: FeeRow) -> Described:
    return _of(
        one.code,
        _called("khoản thu", "the fee", one.name),
        one.rule,
        Fact(_ITSELF, amount_words(one.amount_vnd)),
        _text(_NAME, one.name),
    )


def _limit(one: LimitRow) -> Described:
    days = f"{one.half_days / 2:g}"
    said = Words(f"{days.replace('.', ',')} ngày làm việc", f"{days} working days")
    subject = Words(f"thời hạn {one.key}", f"the time limit {one.key}")
    return _of(one.key, subject, one.rule, Fact(_ITSELF, said), Fact(Words("số giờ", "in hours"), same(one.hours)))


def _conditioned(vi: str, en: str) -> Callable[[Any], Described]:
    def describe(one: RefusalRow | ExceptionRow | NoticeRow) -> Described:
        facts = [_scope(one.scope), Fact(CONDITION, when_of(one.when))]
        if isinstance(one, RefusalRow):
            facts.append(Fact(Words("về", "about"), same(one.about)))
        if isinstance(one, ExceptionRow):
            facts.append(Fact(Words("số người duyệt", "how many grant it"), same(one.approvers)))
            facts.append(Fact(Words("cán bộ tự nêu", "raised by hand"), same(one.raised or "–")))
            facts.append(Fact(Words("có số tiền", "about an amount"), yes_no(one.has_amount)))
        subject = Words(f"{vi} {one.code}", f"{en} {one.code}")
        return _of(one.code, subject, one.rule, *facts, _text(_SAYS, one.rule.because))

    return describe


def _grant(one: GrantRow) -> Described:
    most = amount_words(one.up_to_vnd) if one.up_to_vnd is not None else Words("không giới hạn", "any amount")
    return _of(
        f"{one.kind}/{one.role}",
        Words(f"quyền duyệt {one.kind} của {one.role}", f"the right of {one.role} to grant {one.kind}"),
        one.rule,
        Fact(Words("đến", "up to"), most),
    )


def _holiday(one: SpecialDay) -> Described:
    day = format_day(one.day)
    works = Words("ngày làm bù", "a make-up working day") if one.works else Words("ngày nghỉ", "a day off")
    subject = Words(f"ngày {day} ({one.name.vi})", f"{day} ({one.name.en})")
    facts = (Fact(_ITSELF, works), _text(_NAME, one.name))
    return Described(one.day.isoformat(), subject, facts, one.basis, one.verified)


def _hours(of: tuple[str, Hours]) -> Described:
    one = of[1]
    said = f"{one.opens:%H:%M}–{one.noon:%H:%M}, {one.resumes:%H:%M}–{one.closes:%H:%M}"
    return Described("hours", Words("giờ làm việc", "the office hours"), (Fact(_ITSELF, same(said)),))


def _setting(one: tuple[str, str, Rule]) -> Described:
    key, value, rule = one
    subject = Words(f"tùy chọn {key}", f"the setting {key}")
    return _of(
        key, subject, rule, Fact(_ITSELF, same(f"“{value}”")), _text(Words("ý nghĩa", "its meaning"), rule.because)
    )


def _state(one: State) -> Described:
    return _of(
        one.code,
        _called("trạng thái", "the state", one.name),
        one.rule,
        Fact(Words("mã trên cổng", "its portal code"), same(one.status)),
        Fact(Words("kết thúc", "an end"), yes_no(one.ends)),
        Fact(Words("giai đoạn trong hàng chờ trực tuyến", "its stage in the online queue"), STAGE_WORDS[one.stage]),
        _text(_NAME, one.name),
    )


def _step(one: Step) -> Described:
    return _of(
        one.code,
        _called("bước", "the step", one.name),
        one.rule,
        Fact(Words("thủ tục", "its procedures"), same(" ".join(one.procedures))),
        Fact(Words("từ", "from"), same(" ".join(one.start))),
        Fact(Words("đến", "to"), same(one.to)),
        Fact(Words("người thực hiện", "who takes it"), same(one.by)),
        Fact(Words("đồng hồ", "the clock"), CLOCK_WORDS[one.clock]),
        Fact(Words("mẫu in", "its form"), same(one.form or "–")),
        _text(_NAME, one.name),
    )


def _message(one: MessageRow) -> Described:
    return _of(
        one.code,
        Words(f"tin gửi công dân “{one.code}”", f"the message “{one.code}”"),
        one.rule,
        Fact(Words("sau bước", "after the step"), same(one.trigger)),
        Fact(Words("thủ tục", "its procedures"), same(" ".join(one.procedures))),
        Fact(Words("kênh", "its ways"), same(" ".join(one.ways))),
        Fact(Words("cơ sở", "its ground"), same(one.ground)),
        Fact(Words("còn ý nghĩa khi", "has a point while"), same(" ".join(one.within))),
        Fact(Words("số giờ còn gửi", "hours in which it is sent"), same(str(one.hours or "–"))),
        _text(Words("tiêu đề", "its subject"), one.subject),
        _text(Words("nội dung", "its text"), one.text),
    )


def _status(one: Status) -> Described:
    facts = (Fact(Words("đồng hồ", "the clock"), same(one.clock)), _text(_NAME, one.name))
    return Described(one.code, Words(f"mã trạng thái {one.code}", f"the portal status {one.code}"), facts)


def _role(one: Role) -> Described:
    written = sorted(scope if reach == BARE else f"{scope}@{reach}" for scope, reach in one.scopes.items())
    facts = (
        Fact(Words("quyền", "what it may do"), same(" ".join(written))),
        Fact(Words("cần người thứ hai", "a second person looks"), yes_no(one.supervised)),
        _text(_NAME, one.name),
    )
    return Described(one.code, _called("vai trò", "the role", one.name), facts)


def _allowed(one: ScopeRow) -> Described:
    facts = (Fact(Words("phạm vi rộng nhất", "its widest reach"), same(one.widest)), _text(_NAME, one.name))
    return Described(one.code, _called("quyền", "the scope", one.name), facts)


def _document(one: Document) -> Described:
    facts = (_text(_NAME, same(one.title)), _text(Words("quan hệ", "its relation"), same(one.relation)))
    subject = Words(f"văn bản {one.number}", f"the document {one.number}")
    return Described(one.number, subject, facts, "", one.verified)


def _province(one: Province) -> Described:
    facts = tuple(
        Fact(same(name), same(value))
        for name, value in (
            *(("prefix", one.prefix), ("name", one.name), ("kind", one.kind), ("merged_into", one.merged_into)),
        )
    )
    return Described(one.code, Words(f"tỉnh {one.code}", f"the province {one.code}"), facts)


def _printed(one: PrintedForm) -> Described:
    labels = listed([field.label for field in one.fields], "; ")
    return Described(
        one.code,
        Words(f"biểu mẫu {one.code}", f"the printed form {one.code}"),
        (
            Fact(Words("số mẫu", "its number"), same(one.number or "–")),
            Fact(Words("khổ giấy, số bản", "its paper and copies"), same(f"{one.paper} × {one.copies}")),
            _text(Words("tiêu đề", "its title"), one.title),
            _text(Words("các nhãn", "its labels"), labels),
        ),
        one.basis,
        cast(Verified, one.verified),
    )


def _field(one: tuple[str, FormField]) -> Described:
    form, field = one
    choices = ", ".join(value for value, _ in field.choices)
    return Described(
        f"{form}/{field.name}",
        _called("ô nhập", "the field", field.label),
        (
            Fact(Words("kiểu", "its kind"), same(field.kind)),
            Fact(Words("bắt buộc", "required"), yes_no(field.required)),
            Fact(Words("độ dài", "its length"), same(field.max_length)),
            Fact(Words("phép kiểm tra", "its check"), same(field.check or "–")),
            Fact(Words("các lựa chọn", "its choices"), same(choices or "–")),
            _text(Words("nhãn", "its label"), field.label),
            _text(Words("gợi ý", "its hint"), field.hint),
        ),
    )


_SIDES: dict[CardSide, Words] = {
    "": same("–"),
    "front": Words("mặt trước", "front"),
    "back": Words("mặt sau", "back"),
}


def _recognition(one: RecognitionRow) -> Described:
    return _of(
        f"{one.paper}/{one.title}",
        Words(f"tiêu đề “{one.title}” của giấy tờ {one.paper}", f"the title “{one.title}” of the paper {one.paper}"),
        one.rule,
        Fact(Words("phải có", "must bear"), same("; ".join(one.must) or "–")),
        Fact(Words("không được có", "never bears"), same("; ".join(one.never) or "–")),
        Fact(Words("mặt thẻ", "side of a card"), _SIDES[one.side]),
    )


def _purpose(one: PurposeRow) -> Described:
    whose = Fact(Words("vai trò", "roles"), same(", ".join(sorted(one.roles)) or "–"))
    return _of(one.code, _called("mục đích xem", "the purpose of looking", one.words), one.rule, whose)


def _reading(one: ReadingRow) -> Described:
    return _of(
        f"{one.paper}/{one.field}/{one.value or one.labels[0]}",
        Words(f"giá trị {one.field} đọc từ {one.paper}", f"the value {one.field} read from {one.paper}"),
        one.rule,
        Fact(Words("chữ in bên cạnh", "the words beside it"), same("; ".join(one.labels))),
        Fact(Words("kiểu", "its kind"), same(one.kind)),
        Fact(Words("vị trí", "its place"), same(one.place)),
        Fact(Words("nghĩa là", "what it stands for"), same(one.value or "–")),
        Fact(Words("phép kiểm tra", "its check"), same(one.check or "–")),
    )


def _review(one: ReviewRow) -> Described:
    return _of(
        one.code,
        Words(f"kiểm tra lại theo mẫu {one.code}", f"the second look {one.code}"),
        one.rule,
        Fact(Words("thủ tục", "the procedures"), listed([same(name) for name in one.procedures])),
        _scope(one.scope),
        Fact(Words("chỉ hồ sơ thường", "ordinary ones only"), yes_no(one.ordinary)),
        Fact(Words("tỉ lệ", "the share"), same(f"{percent(one.share)} %")),
        _text(_SAYS, one.rule.because),
    )


def _cause(one: CauseRow) -> Described:
    return _of(one.code, _called("nguyên nhân", "the cause", one.name), one.rule, _text(_NAME, one.name))


def _retention(one: RetentionRow) -> Described:
    return _of(
        one.kind,
        _called("thời hạn giữ tại quầy của", "how long a desk keeps", one.name),
        one.rule,
        Fact(Words("số ngày", "days"), same(one.days)),
        _text(_NAME, one.name),
    )


def _handing(one: HandingRow) -> Described:
    return _of(
        one.code,
        _called("việc trả kết quả", "the hand-over of results", one.words),
        one.rule,
        Fact(Words("loại", "the kind"), same(one.kind)),
        Fact(Words("thủ tục", "the procedures"), listed([same(name) for name in one.procedures])),
        Fact(Words("giá trị", "the value"), same(one.value)),
        _text(_SAYS, one.words),
    )


_PLAIN = {
    "texts": Words("câu chữ", "the wording"),
    "units": Words("đơn vị", "the unit"),
    "form_heads": Words("mẫu nhập liệu", "the form on screen"),
    "form_groups": Words("nhóm ô nhập", "the group of fields"),
}


def _plain(table: str, key: tuple[str, ...], value: object) -> Described:
    """Rows that are a name and a text: texts, units, headings of the screen."""
    said = value[-1] if isinstance(value, tuple) else value
    words = said if isinstance(said, Words) else same(said)
    name = "/".join(key)
    what = _PLAIN.get(table, same(table))
    return Described(f"{table}/{name}", Words(f"{what.vi} “{name}”", f"{what.en} “{name}”"), (_text(_ITSELF, words),))


_DESCRIPTIONS: dict[str, Callable[[Any], Described]] = {
    "procedures": _procedure,
    "cases": _case,
    "classes": _class,
    "conversions": _conversion,
    "expiry": _expiry,
    "papers": _paper,
    "profiles": _profile,
    "reuses": _reuse,
    "fees": _fee,
    "limits": _limit,
    "refusals": _conditioned("lý do từ chối", "the refusal"),
    "exceptions": _conditioned("ngoại lệ", "the exception"),
    "notices": _conditioned("lưu ý", "the notice"),
    "holidays": _holiday,
    "hours": _hours,
    "settings": _setting,
    "states": _state,
    "steps": _step,
    "messages": _message,
    "statuses": _status,
    "roles": _role,
    "scopes": _allowed,
    "documents": _document,
    "provinces": _province,
    "printed": _printed,
    "form_fields": _field,
    "recognition": _recognition,
    "grants": _grant,
    "readings": _reading,
    "purposes": _purpose,
    "reviews": _review,
    "review_causes": _cause,
    "retentions": _retention,
    "handings": _handing,
}
