"""Which message follows from which step, by which way and right, in which words; and how long a text message is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.contact import ContactGiven, check_contact, contact_of, mailbox, masked, mobile
from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import Dossier, Entry, FieldsEntered, Happening, Submitted, replay
from clerk_app.domain.handing import CardArrived, CardShelved, CollectionReminded, PostOrdered, PostTold
from clerk_app.domain.message_rows import FACTS
from clerk_app.domain.messages import (
    BROUGHT_BACK,
    CARD_HERE,
    HAPPENED,
    POSTED,
    REMINDED,
    Wanted,
    filled,
    overtaken,
    places,
    trigger_of,
    wanted,
)
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sms import BASIC, EXTENDED, length, without_marks
from tests.peers.counter import opened, pack

AT = datetime(2026, 11, 30, 9, 0, tzinfo=HANOI)
RULES = pack().as_of(AT.date())
OFFICE = Words("Điểm số 1", "Point no. 1")
PHONE, MAIL = "0912345678", "an.nguyen@example.vn"
NUMBER = "001090012345"
DOSSIER = UUID(int=7)
TRIGGERS = sorted({row.trigger for row in RULES.messages})


def caused(trigger: str, contact: ContactGiven, channel: str = "counter") -> tuple[Entry, Dossier]:
    """A step of that name with its dossier right after it."""
    typed = {"applicant.name": "Nguyễn Thị Hải Phương", "applicant.number": NUMBER}
    what: Happening
    if trigger in HAPPENED:
        what = HAPPENINGS[trigger]
    elif trigger == "accept":
        due = AT + timedelta(days=4)
        what = Submitted("G01.801.308-261130-000001", AT, due, "B", "DOI_SAP_HET_HAN", 115_000, ())
    else:
        step = next(one for one in RULES.steps if one.code == trigger)
        reason, items = f"Thẻ số {NUMBER} không hợp lệ", ("GKSK", "Ảnh rõ hơn")
        what = StepTaken(trigger, "begin", step.to, step.clock, False, reason, "NĐ 118/2025/NĐ-CP", items)
    procedure = next(row.procedures[0] for row in RULES.messages if row.trigger == trigger)
    named = "licence-exchange" if procedure == "*" else procedure
    before: list[Happening] = [
        opened(channel=channel, procedure=named),
        FieldsEntered(MappingProxyType(typed), "identity"),
        contact,
    ]
    if trigger in HAPPENED:
        before += [*WAITING, *BEFORE[trigger]]
    before.append(what)
    entries = [Entry(uuid4(), DOSSIER, one, "clerk", AT) for one in before]
    return entries[-1], replay(entries)


ORDER = UUID(int=9)
WAITING = (
    Submitted("G01.801.308-261130-000001", AT, AT + timedelta(days=4), "B", "DOI_SAP_HET_HAN", 115_000, ()),
    StepTaken("print-card", "accepted", "ready", "stopped"),
)
LYING = (CardArrived(UUID(int=8), "code"), CardShelved("A-001"), PostOrdered(ORDER), PostTold(ORDER, "sent", "EB1VN"))
BEFORE: dict[str, Sequence[Happening]] = {
    CARD_HERE: (),
    POSTED: LYING[:3],
    BROUGHT_BACK: (*LYING, PostTold(ORDER, "returned")),
    REMINDED: LYING,
}
HAPPENINGS: dict[str, Happening] = {
    CARD_HERE: CardArrived(UUID(int=8), "code"),
    POSTED: PostTold(ORDER, "sent", "EB123456789VN"),
    BROUGHT_BACK: CardShelved("A-001"),
    REMINDED: CollectionReminded(1, "message"),
}


def told(trigger: str, contact: ContactGiven, channel: str = "counter", marks: bool = True) -> list[Wanted]:
    entry, dossier = caused(trigger, contact, channel)
    return list(wanted(entry, dossier, RULES, OFFICE, marks))


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_step_is_told_by_every_way_that_the_citizen_has(trigger: str) -> None:
    """Step × channel of the dossier × what is known × what they wish: one at the portal, one of their own."""
    for channel, phone, mail, wish in product(
        ("counter", "online", "post"), ("", PHONE), ("", MAIL), ("", "sms", "email")
    ):
        contact = ContactGiven(phone, mail, wish)  # type: ignore[arg-type]
        duty = [one for one in told(trigger, contact, channel) if one.row.ground == "duty"]
        offered = {way for row in RULES.messages if row.trigger == trigger for way in row.ways}
        portal = [one for one in duty if one.way == "portal"]
        assert [one.state for one in portal] == (["queued"] if channel == "online" else [])
        if offered == {"portal"}:
            assert duty == portal
            continue
        (own,) = (one for one in duty if one.way != "portal")
        way = wish or ("sms" if phone or not mail else "email")
        assert own.way == way
        known = phone if way == "sms" else mail
        assert (own.state, own.cause) == (("queued", "") if known else ("no_address", "MISSING"))
        assert own.address == ({"sms": "84912345678", "email": MAIL}[way] if known else "")


@pytest.mark.parametrize(
    ("extras", "state", "cause"),
    [("", "not_allowed", "NO_CONSENT"), ("no", "not_allowed", "REFUSED"), ("yes", "queued", "")],
)
def test_what_nobody_must_be_told_goes_with_a_consent_alone(extras: str, state: str, cause: str) -> None:
    contact = ContactGiven(PHONE, extras=extras)  # type: ignore[arg-type]
    extra = [one for one in told("hand-over", contact) if one.row.ground == "consent"]
    assert [(one.state, one.cause) for one in extra] == [(state, cause)]
    duty = [one for one in told("hand-over", contact) if one.row.ground == "duty"]
    assert [one.state for one in duty] == ["queued"]
    assert len({one.slot for one in [*extra, *duty]}) == 2


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_text_message_tells_nothing_that_others_should_not_read(trigger: str, language: str) -> None:
    for one in told(trigger, ContactGiven(PHONE, wish="sms", language=language, extras="yes"), "online"):  # type: ignore[arg-type]
        assert NUMBER not in f"{one.text}{one.subject}" or one.way != "sms"
        assert "{" not in one.text
        if one.way == "sms":
            assert "không hợp lệ" not in one.text
            assert "Phương" not in one.text
            assert 0 < length(one.text).parts <= 4
            assert length(without_marks(one.text)).alphabet == "GSM-7"


def test_what_is_missing_is_named_in_an_email_and_not_in_a_text_message() -> None:
    (mail,) = told("ask-papers", ContactGiven(email=MAIL))
    papers = {row.code: row.name.vi for row in RULES.papers}
    assert f"{papers['GKSK']}; Ảnh rõ hơn" in mail.text
    (sms,) = told("ask-papers", ContactGiven(PHONE))
    assert papers["GKSK"] not in sms.text
    assert sms.subject == ""


def test_what_becomes_of_a_result_is_told_once() -> None:
    """The card that comes, unless its arrival is a step that tells of it; with the number of the parcel."""
    known = ContactGiven(PHONE)
    (here,) = told(CARD_HERE, known)
    assert (here.row.code, here.state) == ("here-sms", "queued")
    assert "EB123456789VN" in told(POSTED, known)[0].text
    assert "30/11/2026" in told(REMINDED, known)[0].text
    arrived = Entry(uuid4(), DOSSIER, HAPPENINGS[CARD_HERE], "clerk", AT)
    before: list[Happening] = [opened(procedure="licence-exchange"), known, *WAITING[:1]]
    before += [StepTaken("approve", "accepted", "approved", "stopped"), HAPPENINGS[CARD_HERE]]
    approved = replay(Entry(uuid4(), DOSSIER, one, "clerk", AT) for one in before)
    assert approved.course.state == "approved"
    assert wanted(arrived, approved, RULES, OFFICE) == (), "the step receive-card tells of it"
    assert [one.row.code for one in told("receive-card", known)] == ["received-sms"]


@pytest.mark.parametrize(
    "what",
    [
        CardShelved("A-002"),
        PostOrdered(ORDER),
        PostTold(ORDER, "delivered"),
        PostTold(ORDER, "returned"),
        PostTold(ORDER, "rejected"),
        CollectionReminded(1, "phone"),
    ],
)
def test_what_nobody_needs_to_hear_is_not_told(what: Happening) -> None:
    entry = Entry(uuid4(), DOSSIER, what, "clerk", AT)
    before = [Entry(uuid4(), DOSSIER, one, "clerk", AT) for one in (opened(), *WAITING, *LYING)]
    assert trigger_of(entry, replay([*before, entry])) == ""


def test_no_step_causes_no_message() -> None:
    entry = Entry(uuid4(), DOSSIER, ContactGiven(PHONE), "clerk", AT)
    assert wanted(entry, replay([entry]), RULES, OFFICE) == ()


def test_the_telephone_of_the_form_counts_until_another_is_written_down() -> None:
    typed = FieldsEntered(MappingProxyType({"applicant.phone": "0987 654 321"}), "identity")
    entries = [Entry(uuid4(), DOSSIER, one, "clerk", AT) for one in (opened(), typed)]
    assert mobile(contact_of(replay(entries)).phone) == "84987654321"
    entries.append(Entry(uuid4(), DOSSIER, ContactGiven(PHONE), "clerk", AT))
    assert contact_of(replay(entries)).phone == PHONE
    assert contact_of(replay(entries)).extras == "", "nobody agreed by saying nothing"


def test_a_message_that_is_overtaken_has_no_point() -> None:
    _, dossier = caused("ask-papers", ContactGiven(PHONE))
    assert overtaken(["incomplete"], 0, AT, dossier, AT + timedelta(days=9)) == ""
    assert overtaken(["incomplete"], 72, AT, dossier, AT + timedelta(hours=72)) == ""
    assert overtaken(["incomplete"], 72, AT, dossier, AT + timedelta(hours=73)) == "LATE"
    assert overtaken(["ready"], 0, AT, dossier, AT) == "STATE"
    assert overtaken(["*"], 0, AT, dossier, AT) == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0912345678", "84912345678"),
        ("+84 912 345 678", "84912345678"),
        ("0084912345678", "84912345678"),
        ("84912345678", "84912345678"),
        ("0912.345.678", "84912345678"),
        ("02438256666", ""),
        ("091234567", ""),
        ("09123456789", ""),
        ("٠٩١٢٣٤٥٦٧٨", ""),
        ("", ""),
    ],
)
def test_a_number_to_which_a_text_message_can_go(text: str, number: str) -> None:
    assert mobile(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "a b@example.vn",
        "a@@example.vn",
        "a@example.vn\r\nBcc: x@y.vn",
        "ắn@example.vn",
        "a@exa..mple.vn",
        "<a@example.vn>",
        "a" * 65 + "@example.vn",
    ],
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    assert mailbox(text) == ""
    with pytest.raises(Refusal) as told_so:
        check_contact(ContactGiven(email=text))
    assert told_so.value.code == "CONTACT_EMAIL"


@given(st.emails(domains=st.just("example.vn")), st.integers(min_value=0, max_value=10**8 - 1))
def test_an_address_that_is_shown_is_not_the_address(mail: str, number: int) -> None:
    phone = f"849{number:08d}"
    assert masked(phone) == f"***{phone[-3:]}"
    assert phone not in masked(phone)
    user = mail.partition("@")[0]
    assert masked(mail) == f"{user[0]}***@example.vn"


# ---- how long


@given(st.text(alphabet=sorted(set(BASIC + EXTENDED)), max_size=700))
def test_septets_are_counted_and_none_is_torn(text: str) -> None:
    found = length(text)
    assert found.alphabet == "GSM-7"
    assert found.units == len(text) + sum(sign in EXTENDED for sign in text)
    assert found.parts == _packed([2 if sign in EXTENDED else 1 for sign in text], 160, 153)


@given(st.text(min_size=1, max_size=400).filter(lambda text: any(s not in BASIC + EXTENDED for s in text)))
def test_other_letters_take_sixteen_bits_each(text: str) -> None:
    plain = "".join(sign for sign in text if not "\ud800" <= sign <= "\udfff") + "ạ"
    found = length(plain)
    assert (found.alphabet, found.units) == ("UCS-2", len(plain.encode("utf-16-le")) // 2)
    assert found.parts == _packed([len(sign.encode("utf-16-le")) // 2 for sign in plain], 70, 67)


def _packed(widths: list[int], alone: int, joined: int) -> int:
    """The same by laying sign after sign into parts."""
    if sum(widths) <= alone:
        return 1 if widths else 0
    parts: list[int] = []
    for width in widths:
        if not parts or parts[-1] + width > joined:
            parts.append(0)
        parts[-1] += width
    return len(parts)


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 159 + "€", "GSM-7", 161, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("ạ" * 70, "UCS-2", 70, 1),
        ("ạ" * 71, "UCS-2", 71, 2),
        ("ạ" * 66 + "😀" + "ạ" * 66, "UCS-2", 134, 3),
        ("ç", "UCS-2", 1, 1),
    ],
)
def test_the_ends_of_parts(text: str, alphabet: str, units: int, parts: int) -> None:
    found = length(text)
    assert (found.alphabet, found.units, found.parts) == (alphabet, units, parts)


def test_letters_without_their_marks() -> None:
    assert without_marks("Đường Nguyễn Ưng, “hẹn” – 9 giờ…") == 'Duong Nguyen Ung, "hen" - 9 gio...'


@given(st.text())
def test_without_marks_nothing_is_marked_twice(text: str) -> None:
    assert without_marks(without_marks(text)) == without_marks(text)


# ---- words


@given(st.dictionaries(st.sampled_from(sorted(FACTS)), st.text(), min_size=len(FACTS)))
def test_what_stands_in_a_place_is_never_read_again(facts: dict[str, str]) -> None:
    for row in RULES.messages:
        for said in (row.text.vi, row.text.en, row.subject.vi, row.subject.en):
            assert places(said) <= set(FACTS)
            marks = {name: f"<{name}>" for name in FACTS}
            shaped = filled(said, marks)
            for name in places(said):
                shaped = shaped.replace(f"<{name}>", "\0" + name + "\0")
            parts = shaped.split("\0")
            again = "".join(facts[one] if at % 2 else one for at, one in enumerate(parts))
            assert filled(said, facts) == again
