"""What becomes of a result, as sentences of the trail."""

from __future__ import annotations

from typing import assert_never

from clerk_app.desk.telling_names import Naming
from clerk_app.desk.telling_parts import Told
from clerk_app.domain.handing import (
    HANDINGS,
    BoxHappened,
    CardArrived,
    CardAside,
    CardShelved,
    CollectionReminded,
    HandedOver,
    PostOrdered,
    PostTold,
)
from clerk_app.domain.private import Part, Private, listed, same, say
from clerk_app.domain.refusals import Words

COLLECTORS = {
    "holder": Words("chính chủ hồ sơ", "the holder"),
    "authorised": Words("người nhận thay", "somebody authorised"),
}
PROOFS = {
    "chip": Words("chip căn cước", "the chip of their ID card"),
    "qr": Words("mã QR trên căn cước", "the QR code of their ID card"),
    "receipt": Words("giấy hẹn M01", "the receipt M01"),
    "seen": Words("giấy tờ tùy thân xem trực tiếp", "an identity paper that was looked at"),
}
OLD_LICENCES = {
    "returned": Words("trả lại", "given back"),
    "cut": Words("cắt góc rồi trả lại", "cut and given back"),
    "kept": Words("thu giữ", "kept"),
    "none": Words("không có", "there was none"),
}
SIGNINGS = {
    "pad": Words("ký trên bảng ký", "signed on the pad"),
    "paper": Words("ký giấy, đã quét", "signed on paper, scanned"),
    "unable": Words("không ký được", "could not sign"),
}
OUTCOMES = {
    "sent": Words("bưu chính đã nhận gửi", "the post took it"),
    "rejected": Words("bưu chính từ chối", "the post rejected it"),
    "delivered": Words("bưu chính đã phát", "the post delivered it"),
    "returned": Words("bưu chính không phát được, đang chuyển hoàn", "undelivered; the post brings it back"),
}
ASIDE = {
    "unknown": Words("không rõ của hồ sơ nào", "of no dossier that is known here"),
    "other_office": Words("của đơn vị khác", "of another office"),
    "not_approved": Words("hồ sơ chưa được duyệt cấp", "of a dossier that is not approved"),
    "damaged": Words("thẻ hỏng", "the card is damaged"),
}
WAYS = {"message": Words("nhắn tin", "by message"), "phone": Words("gọi điện", "by telephone")}


def told_of_result(what: HANDINGS, naming: Naming) -> Told:
    """What happened to the result of a dossier."""
    match what:
        case CardArrived():
            by = {"code": Words("mã hồ sơ", "the dossier's code"), "number": Words("số trên thẻ", "the card's number")}
            return Told(say("nhận thẻ từ hộp kết quả, theo {by}", "checked the card in, by {by}", by=by[what.by]))
        case CardShelved():
            return Told(say("xếp thẻ vào ô {place}", "laid the card at {place}", place=what.place or "–"))
        case HandedOver():
            return _handed(what, naming)
        case PostOrdered():
            return Told(say("giao kết quả cho bưu chính", "gave the result to the post"))
        case PostTold():
            more = [same(one) for one in (what.item, what.status) if one]
            inside: Part = say(" ({more})", " ({more})", more=listed(more)) if more else same("")
            return Told(say("{outcome}{more}", "{outcome}{more}", outcome=OUTCOMES[what.outcome], more=inside))
        case CollectionReminded():
            sentence = say(
                "nhắc công dân đến nhận kết quả lần {stage}, {way}",
                "reminded the holder to collect the result, time {stage}, {way}",
                stage=str(what.stage),
                way=WAYS[what.way],
            )
            return Told(sentence)
        case _:
            assert_never(what)


def _handed(what: HandedOver, naming: Naming) -> Told:
    parts: list[Part] = [say("xác minh bằng {proof}", "proven by {proof}", proof=PROOFS[what.proof])]
    if what.to == "authorised":
        paper = naming.paper(what.authority) if what.authority else same("–")
        parts.append(say("theo {paper}", "by {paper}", paper=paper))
        if what.authority_note:
            parts.append(Private("note", what.authority_note))
    parts.append(say("giấy phép cũ: {old}", "the old licence: {old}", old=OLD_LICENCES[what.old]))
    if what.note:
        parts.append(Private("note", what.note))
    parts.append(say("{signed}", "{signed}", signed=SIGNINGS[what.signed]))
    if what.reason:
        parts.append(Private("note", what.reason))
    who: Part = COLLECTORS[what.to]
    if what.to == "authorised" and what.name:
        who = say("{who} {name}", "{who} {name}", who=COLLECTORS[what.to], name=Private("name", what.name))
    how = listed(parts, "; ")
    return Told(say("trả kết quả cho {who} ({how})", "handed the result over to {who} ({how})", who=who, how=how))


def told_of_box(what: BoxHappened | CardAside, naming: Naming) -> Told:
    """A box of cards, and what was not for the shelf."""
    if isinstance(what, BoxHappened):
        if what.event == "opened":
            vi, en = "mở hộp kết quả “{label}”, chờ {cards} thẻ", "opened the box “{label}”, {cards} cards awaited"
        else:
            vi, en = "đóng hộp kết quả “{label}”, đã nhận {cards} thẻ", "closed the box “{label}”, {cards} cards came"
        return Told(say(vi, en, label=what.label, cards=str(what.cards)))
    more = [same(one) for one in (what.code, naming.rules.units.get(what.unit, what.unit)) if one]
    inside: Part = say(" ({more})", " ({more})", more=listed(more)) if more else same("")
    why = ASIDE[what.why]
    return Told(say("để riêng một thẻ: {why}{more}", "laid a card aside: {why}{more}", why=why, more=inside))
