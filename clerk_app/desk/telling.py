"""Every happening as a plain sentence in both languages, with what it changed: the one place where the trail is worded.

A sentence says what was done; who, when and from where stand beside it. It is told of the dossier as it stood before,
so that old and new values are both there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never
from uuid import UUID

from clerk_app.desk import telling_pages, telling_systems, telling_values
from clerk_app.desk.evidence_view import moment
from clerk_app.desk.limit_words import NAMES
from clerk_app.desk.telling_names import CHANNELS, FACTORS, METHODS, NONE, WHERE, Naming, money, short
from clerk_app.desk.telling_parts import Change, Told
from clerk_app.desk.telling_results import told_of_box, told_of_result
from clerk_app.domain.contact import ContactGiven, MessageAsked
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import (
    ArchiveMade,
    Discarded,
    Dossier,
    ExceptionAsked,
    ExceptionDecided,
    FaceCompared,
    FeeTaken,
    FieldsEntered,
    GraceUsed,
    Happening,
    IdentityRead,
    Opened,
    PageArrived,
    PageMade,
    PageRead,
    PagesArranged,
    PaperMarked,
    PaperTaken,
    Printed,
    RefusalSettled,
    RegisterAnswered,
    RulesRenewed,
    Submitted,
    TakenOver,
    after,
)
from clerk_app.domain.handing import (
    BoxHappened,
    CardArrived,
    CardAside,
    CardShelved,
    CollectionReminded,
    HandedOver,
    PostOrdered,
    PostTold,
)
from clerk_app.domain.oversight import (
    CopiesRemoved,
    DecisionRefused,
    Erased,
    ErasureDone,
    Exported,
    FindingAnswered,
    Looked,
    MoreAsked,
    Reviewed,
    SessionHappened,
)
from clerk_app.domain.private import Part, Private, Sentence, listed, same, say
from clerk_app.domain.refusals import Words
from clerk_app.domain.settling import Record, counting
from clerk_app.domain.systems import OrderHeard, OrderPlaced, SystemAnswered

_WAYS = {
    "central": Words("giữ bản của trung tâm", "central's version stays"),
    "ours": Words("nhập lại bản của quầy", "the desk's version entered again"),
    "new": Words("lập hồ sơ mới", "a new dossier made"),
}
_OUTCOMES = {
    "completed": Words("in xong", "completed"),
    "failed": Words("in hỏng", "failed"),
    "unknown": Words("không rõ đã in chưa", "not known whether it was printed"),
    "saved": Words("lưu thành tệp", "saved as a file"),
}
_FACES = {
    "match": Words("khớp", "they match"),
    "no_match": Words("không khớp", "they do not match"),
    "no_face": Words("không thấy khuôn mặt", "no face was seen"),
    "several_faces": Words("thấy nhiều khuôn mặt", "several faces were seen"),
    "unavailable": Words("không so được", "they could not be compared"),
}
_LOOKED = {
    "trail": Words("nhật ký của hồ sơ", "the trail of the dossier"),
    "values": Words("dữ liệu cá nhân không che", "personal data without the mask"),
    "number": Words("số định danh không che", "the ID number without the mask"),
    "pages": Words("các trang giấy tờ", "the pages"),
    "review": Words("toàn bộ hồ sơ để kiểm tra lại", "the whole dossier for a second look"),
    "person": Words("các việc đã làm với một người dân, tìm theo số hoặc họ tên", "what was done about a citizen"),
}
_EXPORTS = {
    "trail.csv": Words("nhật ký thành bảng CSV", "the trail as a CSV table"),
    "trail.pdf": Words("nhật ký thành tệp PDF", "the trail as a PDF"),
    "report.csv": Words("báo cáo thành bảng CSV", "a report as CSV tables"),
    "report.xlsx": Words("báo cáo thành bảng tính", "a report as a workbook"),
    "report.pdf": Words("báo cáo thành PDF", "a report as a PDF"),
    "report.dossiers.csv": Words("danh sách hồ sơ của một số liệu", "the list of dossiers behind a figure"),
    "trail.full.csv": Words("nhật ký không che thành bảng CSV", "the trail without the mask as a CSV table"),
    "trail.full.pdf": Words("nhật ký không che thành tệp PDF", "the trail without the mask as a PDF"),
    "subject.zip": Words("dữ liệu đang giữ về một người", "what is held on one person"),
}
_SESSIONS = {
    "in": Words("đăng nhập", "signed in"),
    "out": Words("đăng xuất", "signed out"),
    "refused": Words("đăng nhập nhưng bị từ chối", "tried to sign in and was refused"),
    "locked": Words("khóa màn hình", "locked the desk"),
    "unlocked": Words("mở khóa màn hình", "unlocked the desk"),
    "forced": Words("bị đăng xuất", "was signed out"),
}
_WAIT = "SIGN_IN_WAIT"
"""With this cause somebody was not put out: a supervisor ended their wait."""
_STATE = Words("Tình trạng", "State")
_WAITING = Words("chờ duyệt", "waits for a decision")
_GRANTED = {True: Words("chấp thuận", "granted"), False: Words("không chấp thuận", "not granted")}
_STATUS = {
    "draft": Words("bản nháp", "draft"),
    "submitted": Words("đã tiếp nhận", "accepted"),
    "discarded": Words("đã hủy", "discarded"),
}


def in_order(records: Sequence[Record], station: str, naming: Naming) -> dict[UUID, Told]:
    """Every entry of one dossier in words, by its id, as the desk `station` has them.

    What does not count (refused, set aside) is told too, of the dossier as it stood, and changes nothing of it.
    """
    counts = {entry.id for entry in counting(records, station)}
    found: dict[UUID, Told] = {}
    before: Dossier | None = None
    for record in records:
        before = before or Dossier(record.entry.dossier)
        found[record.entry.id] = told(record.entry.what, before, record.entry.who, naming)
        if record.entry.id in counts:
            before = after(before, record.entry)
    return found


def told(what: Happening, before: Dossier, who: str, naming: Naming) -> Told:
    """What `who` did in words; `before` is the dossier without it."""
    match what:
        case Opened():
            return _opened(what, naming)
        case IdentityRead():
            return telling_values.identity_read(what, before, naming)
        case FieldsEntered():
            return telling_values.fields_entered(what, before, naming)
        case RegisterAnswered():
            return telling_values.register_answered(what, before, naming)
        case SystemAnswered():
            return telling_systems.answered(what)
        case OrderPlaced():
            return telling_systems.placed(what)
        case OrderHeard():
            return telling_systems.heard(what)
        case PageRead():
            return telling_values.page_read(what, before, naming)
        case PagesArranged():
            return telling_pages.arranged(what, before, naming)
        case PageArrived():
            return telling_pages.arrived(what, before, naming)
        case PageMade():
            return telling_pages.made(what, before, naming)
        case PaperTaken():
            return telling_pages.taken(what, before, naming)
        case PaperMarked():
            return telling_pages.marked(what, before, naming)
        case ArchiveMade():
            return telling_pages.archived(what, before, naming)
        case ExceptionAsked():
            return _asked(what, before, naming)
        case MoreAsked():
            return _more_asked(what, naming)
        case ExceptionDecided():
            return _decided(what, before, who, naming)
        case DecisionRefused():
            return _decision_refused(what, naming)
        case FeeTaken():
            return _fee(what)
        case Submitted():
            return _submitted(what, before, naming)
        case Printed():
            return _printed(what, naming)
        case Discarded():
            sentence = say("hủy bản nháp: {reason}", "discarded the draft: {reason}", reason=_note(what.reason))
            return Told(sentence, (_status(before, "discarded"),))
        case FaceCompared():
            return _face(what)
        case RulesRenewed():
            sentence = say("chuyển sang danh mục mới {pack}", "went over to the newer rules {pack}", pack=what.pack)
            changed = Change(Words("Danh mục", "Rules"), same(before.pack or "–"), same(what.pack))
            return Told(sentence, (changed,))
        case GraceUsed():
            return _grace(what)
        case TakenOver():
            sentence = say(
                "tiếp quản hồ sơ ({station} · {who}: {reason})",
                "took the dossier over ({station} · {who}: {reason})",
                station=what.from_station,
                who=naming.person(what.from_who),
                reason=_note(what.reason),
            )
            holder = Words("Quầy đang mở", "Open at")
            return Told(sentence, (Change(holder, same(what.from_station), Words("quầy này", "this desk")),))
        case RefusalSettled():
            return _settled(what)
        case Reviewed():
            return _reviewed(what, naming)
        case StepTaken():
            return _step(what, naming)
        case ContactGiven():
            return _contact(what)
        case MessageAsked():
            return Told(say("đề nghị gửi lại tin cho công dân", "asked for a message to the citizen to be sent again"))
        case CardArrived() | CardShelved() | HandedOver() | PostOrdered() | PostTold() | CollectionReminded():
            return told_of_result(what, naming)
        case BoxHappened() | CardAside():
            return told_of_box(what, naming)
        case FindingAnswered():
            return Told(
                say("trả lời ý kiến kiểm tra lại: {answer}", "answered a finding: {answer}", answer=_note(what.answer))
            )
        case Looked():
            seen = _LOOKED.get(what.what, same(what.what))
            return Told(
                say("xem {seen}; {why}", "looked at {seen}; {why}", seen=seen, why=_purpose(what.purpose, naming))
            )
        case SessionHappened():
            return _session(what, naming)
        case Exported():
            return _exported(what, naming)
        case CopiesRemoved():
            sentence = say(
                "xóa {count} bản sao trang tại quầy theo thời hạn lưu ({basis}); trung tâm đã giữ bản đầy đủ",
                "removed the desk's copies of {count} pages by the retention rule ({basis}); central has them whole",
                count=str(len(what.sheets)),
                basis=what.basis or "–",
            )
            return Told(sentence)
        case Erased():
            return Told(
                say(
                    "nội dung đã xóa theo lệnh số {order}",
                    "erased by lawful order no. {order}",
                    order=str(what.order),
                )
            )
        case ErasureDone():
            sentence = say(
                "quầy đã xóa {entries} mục và {sheets} trang theo lệnh số {order}",
                "the desk erased {entries} entries and {sheets} pages by lawful order no. {order}",
                entries=str(len(what.entries)),
                sheets=str(len(what.sheets)),
                order=str(what.order),
            )
            return Told(sentence)
        case _:
            assert_never(what)


def _note(text: str) -> Part:
    return Private("note", text) if text else NONE


def _status(before: Dossier, now: str) -> Change:
    return Change(_STATE, _STATUS[before.status], _STATUS[now])


def _opened(what: Opened, naming: Naming) -> Told:
    reason: Part = say(": {reason}", ": {reason}", reason=_note(what.reason)) if what.reason else same("")
    sentence = say(
        "mở hồ sơ {procedure} {channel} {counter}, mã tạm {code}{practice}{reason}",
        "opened the dossier {procedure} {channel} {counter}, provisional code {code}{practice}{reason}",
        procedure=naming.procedure(what.procedure),
        channel=CHANNELS[what.channel],
        counter=what.counter,
        code=what.local_code,
        practice=Words(" (tập huấn)", " (training)") if what.practice else same(""),
        reason=reason,
    )
    return Told(sentence, (Change(Words("Danh mục", "Rules"), NONE, same(what.pack)),))


def _asked(what: ExceptionAsked, before: Dossier, naming: Naming) -> Told:
    about: list[Part] = [
        say("{code}: {reason}", "{code}: {reason}", code=naming.exception(what.code), reason=_note(what.reason))
    ]
    if what.amount_vnd:
        about.append(say("số tiền {sum}", "about {sum}", sum=money(what.amount_vnd)))
    if what.evidence:
        about.append(say("{count} trang làm chứng cứ", "{count} sheets as evidence", count=str(len(what.evidence))))
    if what.approvers > 1:
        about.append(say("cần {count} người duyệt", "{count} approvers needed", count=str(what.approvers)))
    sentence = say("đề nghị phê duyệt ngoại lệ {about}", "asked for the exception {about}", about=listed(about, "; "))
    return Told(sentence, (Change(_STATE, _stood(before, what.code), _WAITING),))


def _stood(before: Dossier, code: str) -> Words:
    state = before.exceptions.get(code)
    if state is None:
        return NONE
    return _WAITING if state.granted is None else _GRANTED[state.granted]


def _pointed(field: str, comment: str, naming: Naming) -> Sentence:
    """A comment, and the field that it is pinned to."""
    if not field:
        return say("{comment}", "{comment}", comment=_note(comment))
    return say(
        "{comment} (tại “{field}”)", "{comment} (at “{field}”)", comment=_note(comment), field=naming.label(field)
    )


def _more_asked(what: MoreAsked, naming: Naming) -> Told:
    return Told(
        say(
            "yêu cầu làm rõ trước khi duyệt ngoại lệ {code}: {comment}",
            "asked for more before deciding the exception {code}: {comment}",
            code=naming.exception(what.code),
            comment=_pointed(what.field, what.comment, naming),
        )
    )


def _decided(what: ExceptionDecided, before: Dossier, who: str, naming: Naming) -> Told:
    """Granted or not, who had asked, under which role, proven how, and what was before the decider's eyes."""
    state = before.exceptions.get(what.code)
    asked_by = naming.person(state.asked_by) if state is not None else "–"
    parts: dict[str, Part | str] = {
        "result": _GRANTED[what.granted],
        "code": naming.exception(what.code),
        "asked_by": asked_by,
        "role": naming.granting_roles(what.code, who, what.roles),
        "comment": _pointed(what.field, what.comment, naming),
        "how": _proof(what),
    }
    sentence = say(
        "{result} ngoại lệ {code} do {asked_by} đề nghị, với thẩm quyền {role}{how}: {comment}",
        "{result} the exception {code} asked for by {asked_by}, as {role}{how}: {comment}",
        **parts,
    )
    return Told(sentence, (Change(_STATE, _stood(before, what.code), _GRANTED[what.granted]),))


def _proof(what: ExceptionDecided) -> Sentence:
    said: list[Part] = []
    if what.where or what.factor:
        said += [WHERE[what.where], FACTORS[what.factor]]
    if what.shown:
        said.append(say("căn cứ đã xem {digest}…", "on what was shown, {digest}…", digest=short(what.shown)))
    return say(" ({said})", " ({said})", said=listed(said)) if said else say("", "")


def _decision_refused(what: DecisionRefused, naming: Naming) -> Told:
    return Told(
        say(
            "{user} định quyết định ngoại lệ {code} và bị từ chối ({refusal})",
            "{user} wanted to decide the exception {code} and was refused ({refusal})",
            user=naming.person(what.user),
            code=naming.exception(what.code),
            refusal=what.refusal,
        )
    )


def _fee(what: FeeTaken) -> Told:
    sentence = say(
        "thu lệ phí {fee} bằng {method}, biên lai {receipt}: nhận {tendered}, trả lại {change}",
        "took the fee of {fee} by {method}, receipt {receipt}: given {tendered}, returned {change}",
        fee=money(what.fee_vnd),
        method=METHODS[what.method],
        receipt=what.receipt,
        tendered=money(what.tendered_vnd),
        change=money(what.change_vnd),
    )
    return Told(sentence, (Change(Words("Lệ phí", "Fee"), Words("chưa thu", "not taken"), money(what.fee_vnd)),))


def _submitted(what: Submitted, before: Dossier, naming: Naming) -> Told:
    sentence = say(
        "tiếp nhận hồ sơ {code}: {case}, hạng {new_class}, {papers} loại giấy tờ, lệ phí {fee}, hẹn trả {due}",
        "accepted the dossier {code}: {case}, class {new_class}, {papers} papers, fee {fee}, due {due}",
        code=what.code,
        case=naming.case(what.case),
        new_class=what.new_class or "–",
        papers=str(len(what.papers)),
        fee=money(what.fee_vnd),
        due=moment(what.due_at),
    )
    codes = Change(Words("Mã hồ sơ", "Code"), same(before.local_code or "–"), same(what.code))
    return Told(sentence, (_status(before, "submitted"), codes))


def _step(what: StepTaken, naming: Naming) -> Told:
    """Which step, why, by which rule, what is to be brought, and the new appointment."""
    more: list[Part] = []
    if what.reason:
        more.append(say("lý do: {reason}", "because: {reason}", reason=_note(what.reason)))
    if what.basis:
        more.append(say("căn cứ {basis}", "by {basis}", basis=what.basis))
    if what.items:
        items = listed([naming.item(one) or _note(one) for one in what.items], "; ")
        more.append(say("cần bổ sung: {items}", "to be brought: {items}", items=items))
    if what.due_at is not None:
        more.append(say("hẹn trả {due}", "due {due}", due=moment(what.due_at)))
    sentence = say("{step}", "{step}", step=naming.step(what.step))
    if more:
        sentence = say("{step} ({more})", "{step} ({more})", step=naming.step(what.step), more=listed(more, "; "))
    return Told(sentence, (Change(_STATE, naming.state(what.start), naming.state(what.to)),))


_WISHES = {"sms": Words("nhắn tin", "by text message"), "email": Words("thư điện tử", "by e-mail")}
_AGREED = {
    "yes": Words("đồng ý nhận tin ngoài thủ tục", "agrees to more than must be told"),
    "no": Words("không đồng ý nhận tin ngoài thủ tục", "does not agree to more than must be told"),
}


def _contact(what: ContactGiven) -> Told:
    """How the citizen is to be reached, and what they agreed to."""
    parts: list[Part] = []
    if what.phone:
        parts.append(say("điện thoại {phone}", "telephone {phone}", phone=Private("phone", what.phone)))
    if what.email:
        parts.append(say("thư điện tử {email}", "e-mail {email}", email=Private("email", what.email)))
    if what.wish:
        parts.append(say("muốn nhận {wish}", "wants to hear {wish}", wish=_WISHES[what.wish]))
    if what.language == "en":
        parts.append(Words("tiếng Anh", "in English"))
    if what.extras:
        parts.append(_AGREED[what.extras])
    if not parts:
        return Told(say("bỏ cách liên hệ đã ghi", "took back how the citizen is to be reached"))
    return Told(say("ghi cách liên hệ: {how}", "wrote down how to reach the citizen: {how}", how=listed(parts, "; ")))


def _printed(what: Printed, naming: Naming) -> Told:
    """Which copy: the original, or the how-manieth reprint."""
    again = what.serial - 1
    which = Words(f"in lại lần {again}", f"reprint {again}") if again > 0 else Words("bản in đầu", "the original")
    detail: Part = say(" ({detail})", " ({detail})", detail=_note(what.detail)) if what.detail else same("")
    sentence = say(
        "in {form}, {which}, {copies} liên: {outcome}{detail}",
        "printed {form}, {which}, {copies} copies: {outcome}{detail}",
        form=naming.form(what.form),
        which=which,
        copies=str(what.copies),
        outcome=_OUTCOMES[what.outcome],
        detail=detail,
    )
    return Told(sentence)


def _face(what: FaceCompared) -> Told:
    compared = what.result in ("match", "no_match")
    score = Words(
        f" (độ giống {what.score:.2f}, ngưỡng {what.threshold:.2f})",
        f" (score {what.score:.2f}, threshold {what.threshold:.2f})",
    )
    kept = Words("; ảnh được giữ làm ảnh giấy phép", "; the picture was kept as the licence photo")
    sentence = say(
        "so khuôn mặt người nộp với ảnh trên chip: {result}{score}{kept}",
        "compared the person's face with the chip's picture: {result}{score}{kept}",
        result=_FACES[what.result],
        score=score if compared else same(""),
        kept=kept if what.photo else same(""),
    )
    return Told(sentence)


def _grace(what: GraceUsed) -> Told:
    known = {str(name): words for name, words in NAMES.items()}
    sentence = say(
        "nới giới hạn “{limit}” của máy trạm {station} bằng mã số {counter} của trung tâm ngày {day}",
        "lifted the limit “{limit}” of the station {station} by central's code number {counter} of {day}",
        limit=known.get(what.limit, same(what.limit)),
        station=what.station,
        counter=str(what.counter),
        day=what.day,
    )
    return Told(sentence)


def _settled(what: RefusalSettled) -> Told:
    sentence = say(
        "giải quyết {count} mục bị từ chối của máy trạm {station} ({way}: {reason})",
        "settled refused entries, {count} of the station {station} ({way}: {reason})",
        count=str(len(what.refused)),
        station=what.station,
        way=_WAYS[what.way],
        reason=_note(what.reason),
    )
    return Told(sentence)


def _reviewed(what: Reviewed, naming: Naming) -> Told:
    if what.result == "sound":
        return Told(say("kiểm tra lại hồ sơ: không có ý kiến", "took a second look: nothing was found"))
    sentence = say(
        "kiểm tra lại hồ sơ và có ý kiến ({cause}): {comment}",
        "took a second look and found something ({cause}): {comment}",
        cause=what.cause or "–",
        comment=_pointed(what.field, what.comment, naming),
    )
    return Told(sentence)


def _session(what: SessionHappened, naming: Naming) -> Told:
    if (what.event, what.cause) == ("forced", _WAIT):
        who = naming.person(what.user)
        return Told(
            say("cho {who} đăng nhập lại ngay sau nhiều lần sai", "let {who} sign in again after wrong tries", who=who)
        )
    line = (
        Words("không có kết nối trung tâm", "without a line")
        if what.offline
        else Words("có kết nối trung tâm", "with a line")
    )
    said: list[Part] = []
    if what.event in ("in", "unlocked"):
        said += [FACTORS[what.factor], line]
    if what.cause:
        said.append(same(what.cause))
    inside = say(" ({said})", " ({said})", said=listed(said)) if said else say("", "")
    return Told(
        say(
            "{user} {event}{inside}",
            "{user} {event}{inside}",
            user=naming.person(what.user),
            event=_SESSIONS[what.event],
            inside=inside,
        )
    )


def _exported(what: Exported, naming: Naming) -> Told:
    sentence = say(
        "xuất {what}: {rows} dòng; {why}; SHA-256 {digest}…",
        "exported {what}: {rows} rows; {why}; SHA-256 {digest}…",
        what=_EXPORTS.get(what.what, same(what.what)),
        rows=str(what.rows),
        why=_purpose(what.purpose, naming),
        digest=short(what.digest),
    )
    return Told(sentence)


def _purpose(code: str, naming: Naming) -> Sentence:
    if not code:
        return say("{why}", "{why}", why=naming.purpose(code))
    return say("mục đích: {why}", "purpose: {why}", why=naming.purpose(code))
