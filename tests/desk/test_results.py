"""Boxes of cards, the shelf, hand-over and reminders at a real desk; a story over the wire to a real register."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select, text

from clerk_app.central.database import messages
from clerk_app.central.expected_cards import Expected
from clerk_app.central.reminding import Reminding
from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.handing import HandedOver
from clerk_app.domain.messages import REMINDED
from clerk_app.practice import specimens
from clerk_app.wire_results import ExpectedCard
from tests.desk import fakes
from tests.desk.conftest import MORNING, Desk
from tests.peers import course_rows
from tests.peers.two_desks import Joined, Office, refusal_of


def approved(desk: Desk, state: str = "approved") -> UUID:
    """An accepted dossier whose licence was granted."""
    dossier = desk.accepted()
    moved = course_rows.brought_to(state, "accepted")
    assert moved is not None
    desk.journal.append(dossier, [moved], "supervisor", desk.clock())
    return dossier


def code_of(desk: Desk, dossier: UUID) -> str:
    return desk.journal.dossier(dossier).code


def shelved(desk: Desk) -> UUID:
    """A card of a dossier that lies on the shelf."""
    dossier = approved(desk)
    desk.results.open_box("Hộp 1")
    assert desk.results.check_in(code_of(desk, dossier)).why == ""
    return dossier


def drawn(*, blank: bool = False) -> bytes:
    """A signature as the pad gives it."""
    picture = Image.new("RGB", (200, 60), "white")
    if not blank:
        ImageDraw.Draw(picture).line([(20, 40), (90, 15), (180, 45)], "black", 3)
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


SIGNED = {"old": "cut", "signed": "unable", "reason": "Tay phải bị thương"}


def test_a_box_each_card_once_and_every_difference_by_its_name(table: Desk) -> None:
    desk = table
    first, second, early = approved(desk), approved(desk, "ready"), desk.accepted()
    assert refusal_of(lambda: desk.results.check_in(code_of(desk, first))) == "BOX_NONE"
    box = desk.results.open_box("Hộp 1")
    assert (box.label, box.awaited, box.arrived) == ("Hộp 1", 2, 0)
    one = desk.results.check_in(f"https://gplx.example/tra-cuu?ma={code_of(desk, first)}")
    two = desk.results.check_in(code_of(desk, second))
    assert [(check.why, check.place) for check in (one, two)] == [("", "A-001"), ("", "A-002")]
    assert desk.journal.dossier(first).course.state == "ready", "its arrival is the step"
    assert desk.results.check_in(code_of(desk, first)).why == "twice"
    stranger = desk.results.check_in("G01.899-261120-000077")
    assert (stranger.why, "Hồ Chí Minh" in stranger.words.vi) == ("other_office", True)
    assert desk.results.check_in("G01.801.308-261120-999999").why == "unknown"
    assert desk.results.check_in("garbage").why == "unknown"
    waits = desk.results.check_in(code_of(desk, early))
    assert (waits.why, waits.dossier) == ("not_approved", early)
    desk.results.check_in(code_of(desk, early))
    view = desk.results.box()
    assert (view.arrived, view.aside, view.awaited) == (2, 4, 0)
    desk.results.close_box()
    desk.results.open_box("Hộp 2")
    assert desk.results.check_in(code_of(desk, second)).why == "here"
    assert [row.place for row in desk.results.listed("waiting")] == ["A-001", "A-002"]
    assert desk.journal.verify().ok, desk.journal.verify()
    before = desk.results.listed("waiting")
    desk.journal.rebuild()
    assert [row.dossier for row in desk.results.listed("waiting")] == [row.dossier for row in before]


def test_a_damaged_card_of_the_box_goes_back_to_be_printed_and_its_place_is_free(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    check = desk.results.damaged(dossier)
    state = desk.journal.dossier(dossier)
    assert (check.why, state.course.state, state.handing.state) == ("damaged", "processing", "")
    box = desk.results.box()
    assert (box.arrived, box.aside) == (0, 1)
    assert desk.results.check_in(state.code).why == "not_approved", "until its new card is approved"
    desk.as_user("supervisor")
    desk.course.take(dossier, "approve")
    assert (desk.results.check_in(state.code).place, desk.kinds(dossier).count("FeeTaken")) == ("A-001", 1)


def test_a_card_is_known_by_the_number_it_bears(table: Desk) -> None:
    desk = table
    dossier = approved(desk)
    desk.results.open_box()
    number = next(one.number for one in specimens.specimen(1).licences if len(one.number) == 12)
    withdrawn = desk.accepted()
    desk.course.take(withdrawn, "withdraw", reason="Không cần nữa")
    assert desk.results.check_in(f"GPLX {number}").dossier == dossier, "not the one that awaits none"


def test_a_number_of_two_dossiers_that_await_a_card_says_so(table: Desk) -> None:
    desk = table
    approved(desk)
    approved(desk)
    desk.results.open_box()
    number = next(one.number for one in specimens.specimen(1).licences if len(one.number) == 12)
    check = desk.results.check_in(f"GPLX {number}")
    assert (check.why, check.dossier, desk.results.box().aside) == ("several", None, 0)


def test_what_was_read_for_one_result_hands_over_no_other(table: Desk) -> None:
    desk = table
    first = shelved(desk)
    desk.readers.says = fakes.reading(specimens.specimen(1).person, desk.clock())
    proven = desk.handing_over.read_card(first)
    second = approved(desk)
    desk.results.check_in(code_of(desk, second))
    assert (
        refusal_of(lambda: desk.handing_over.hand_over(second, to="holder", proven=proven, **SIGNED))  # type: ignore[arg-type]
        == "COLLECTOR_OTHER"
    )


@pytest.mark.parametrize(
    ("picture", "code"),
    [(b"", "PICTURE_UNREADABLE"), (b"khong phai anh", "PICTURE_UNREADABLE"), (drawn(blank=True), "SIGNATURE_BLANK")],
)
def test_a_signature_is_a_picture_of_something(table: Desk, picture: bytes, code: str) -> None:
    assert refusal_of(lambda: table.handing_over.sign(picture)) == code


def test_a_place_is_free_again_once_its_card_is_gone_and_no_other_name_counts(table: Desk) -> None:
    desk = table
    first = shelved(desk)
    assert refusal_of(lambda: desk.results.shelve(first, "Z-001")) == "PLACE_UNKNOWN"
    assert desk.results.shelve(first, "b-010") == "B-010"
    assert desk.handing_over.find("B-010")[0].dossier == first
    desk.handing_over.hand_over(first, to="holder", proof="receipt", **SIGNED)  # type: ignore[arg-type]
    second = shelved(desk)
    assert desk.journal.dossier(second).handing.place == "A-001"


def test_the_holder_collects_by_receipt_or_chip_and_the_dossier_ends(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    view = desk.handing_over.find(f"https://x.example/?m={code_of(desk, dossier)}")[0]
    assert (view.place, view.problem, view.old[0].value) == ("A-001", None, "cut")
    assert view.old[0].doubt is not None, "the rule of today is not confirmed, and that is said"
    person = specimens.specimen(1).person
    desk.readers.says = fakes.reading(person, desk.clock())
    proven = desk.handing_over.read_card(dossier)
    assert (proven.proof, proven.holder) == ("chip", True)
    sheet = desk.handing_over.sign(drawn())
    view = desk.handing_over.hand_over(dossier, to="holder", proven=proven, old="cut", signed="pad", sheets=(sheet,))
    state = desk.journal.dossier(dossier)
    assert (state.course.state, state.course.ended, state.handing.state) == ("handed-over", True, "given")
    assert view.problem is not None
    assert view.problem.code == "RESULT_GIVEN"
    again = refusal_of(lambda: desk.handing_over.hand_over(dossier, to="holder", **SIGNED))  # type: ignore[arg-type]
    assert again == "CARD_NOT_HERE"
    assert refusal_of(lambda: desk.course.take(dossier, "hand-over")) == "STEP_NOT_FROM_HERE"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"number": ""}, "COLLECTOR_UNKNOWN"),
        ({"number": "001090012345"}, "COLLECTOR_UNKNOWN"),
        ({"authority": ""}, "AUTHORITY_MISSING"),
        ({"authority": "GKSK"}, "AUTHORITY_MISSING"),
        ({"proof": "receipt"}, "COLLECTOR_UNPROVEN"),
        ({"proof": "chip"}, "COLLECTOR_UNPROVEN"),
        ({"old": "none"}, "OLD_LICENCE"),
        ({"signed": "pad"}, "SIGNATURE_MISSING"),
        ({"reason": " "}, "SIGNATURE_MISSING"),
    ],
)
def test_what_lacks_when_somebody_else_collects_is_named(table: Desk, changed: dict[str, str], code: str) -> None:
    desk = table
    dossier = shelved(desk)
    given = {
        "to": "authorised",
        "proof": "seen",
        "name": "LÊ THỊ HƯƠNG",
        "number": "001185067890",
        "authority": "UY_QUYEN",
        **SIGNED,
    } | changed
    assert refusal_of(lambda: desk.handing_over.hand_over(dossier, **given)) == code  # type: ignore[arg-type]
    assert desk.journal.dossier(dossier).handing.state == "here"


def test_a_chip_of_somebody_else_is_not_the_holders(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    other = specimens.specimen(2).person
    desk.readers.says = fakes.reading(other, desk.clock())
    assert refusal_of(lambda: desk.handing_over.read_card(dossier)) == "COLLECTOR_UNKNOWN"
    proven = desk.handing_over.read_card(dossier, "authorised", other.number)
    view = desk.handing_over.hand_over(
        dossier,
        to="authorised",
        proven=proven,
        authority="UY_QUYEN",
        authority_note="Số 12",
        old="cut",
        signed="unable",
        reason="Tay phải bị thương",
    )
    handed = desk.journal.dossier(dossier).handing.handed
    assert handed is not None
    assert (handed.name, handed.proof, view.badge.words.vi) == (other.name, "chip", "Đã trả")


def test_a_misprint_goes_back_without_a_fee_and_its_new_card_comes_like_the_first(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    desk.results.misprint(dossier, "Sai ngày sinh")
    state = desk.journal.dossier(dossier)
    assert (state.course.state, state.course.clock, state.handing.state) == ("processing", "runs", "")
    assert desk.kinds(dossier).count("FeeTaken") == 1
    desk.as_user("supervisor")
    desk.course.take(dossier, "approve")
    assert desk.results.check_in(state.code).why == ""
    assert desk.journal.dossier(dossier).handing.place == "A-001"


def test_who_does_not_collect_is_reminded_on_the_days_of_the_rule(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    assert desk.results.listed("unclaimed") == ()
    assert refusal_of(lambda: desk.results.remind(dossier)) == "REMINDER_EARLY"
    for stage, days in enumerate((7, 23, 30), 1):
        desk.time += timedelta(days=days)
        assert [row.overdue for row in desk.results.listed("unclaimed")] == [True], days
        told = desk.results.remind(dossier)
        row = told.row
        assert (told.way, told.phone) == ("message", "")
        assert (row.reminded, row.overdue) == (stage, False)
    assert refusal_of(lambda: desk.results.remind(dossier)) == "REMINDER_EARLY"


def no_message_reaches(desk: Desk, dossier: UUID) -> None:
    """They wish for e-mail, and named no address."""
    desk.messages.write_contact(dossier, wish="email")


def test_whom_no_message_reaches_is_called(table: Desk) -> None:
    desk = table
    dossier = shelved(desk)
    no_message_reaches(desk, dossier)
    desk.time += timedelta(days=7)
    told = desk.results.remind(dossier)
    assert (told.way, told.phone) == ("phone", desk.journal.dossier(dossier).text("applicant.phone"))
    assert told.phone


def test_cards_that_central_awaits_are_named_before_their_dossier_came(table: Desk) -> None:
    desk = table
    here = approved(desk)
    away = ExpectedCard(uuid4(), "G01.801.308-261123-900001", MORNING)
    desk.central.cards = [ExpectedCard(here, code_of(desk, here), MORNING), away]
    assert desk.results.open_box("Hộp 1").awaited == 1
    box = desk.results.hear_expected()
    assert (box.awaited, box.missing) == (2, (code_of(desk, here), away.code))
    check = desk.results.check_in(away.code)
    assert (check.why, check.code) == ("behind", away.code)
    assert desk.results.box().aside == 0, "it is scanned again, and no difference of the box"
    assert [row.code for row in desk.results.listed("awaited")] == [code_of(desk, here), away.code]
    assert desk.results.check_in(code_of(desk, here)).why == ""
    desk.central.line = False
    assert desk.results.hear_expected().missing == (away.code,), "without a line what was heard goes on"
    assert desk.results.close_box().missing == (away.code,)


@pytest.fixture
def pair(tmp_path: Path, _empty_store: Path) -> Iterator[tuple[Office, Joined, Joined]]:
    office = Office(tmp_path / "central")
    first = Joined(tmp_path / "first", office, "Q01", "clerk", _empty_store)
    second = Joined(tmp_path / "second", office, "Q02", "supervisor", _empty_store)
    for joined in (first, second, first):
        joined.deliver()
    yield office, first, second
    for joined in (first, second):
        joined.close()
    office.close()


def _granted(first: Joined, second: Joined) -> UUID:
    """A dossier that the supervisor at the second desk approved."""
    dossier = first.desk.accepted()
    first.desk.course.take(dossier, "hand-on")
    first.deliver()
    second.deliver()
    second.desk.course.take(dossier, "approve")
    second.deliver()
    first.deliver()
    return dossier


def test_central_takes_a_whole_hand_over_and_both_desks_have_it(pair: tuple[Office, Joined, Joined]) -> None:
    office, first, second = pair
    dossier = _granted(first, second)
    first.desk.results.open_box("Hộp 1")
    first.desk.results.check_in(first.state(dossier).code)
    sheet = first.desk.handing_over.sign(drawn())
    first.desk.handing_over.hand_over(dossier, to="holder", old="cut", signed="pad", sheets=(sheet,))
    first.desk.results.close_box()
    first.deliver()
    second.deliver()
    assert first.refused() == []
    for state in (office.dossier(dossier), second.state(dossier)):
        assert (state.course.state, state.handing.state, state.handing.place) == ("handed-over", "given", "")


def test_two_desks_that_hand_over_the_same_result_contradict_each_other(pair: tuple[Office, Joined, Joined]) -> None:
    _, first, second = pair
    dossier = _granted(first, second)
    first.desk.results.open_box("Hộp 1")
    first.desk.results.check_in(first.state(dossier).code)
    first.deliver()
    second.deliver()
    for joined in (first, second):
        joined.desk.handing_over.hand_over(dossier, to="holder", **SIGNED)  # type: ignore[arg-type]
    first.deliver()
    second.deliver()
    assert second.refused()[0] in ("RESULT_CONTRADICTED", "CARD_NOT_HERE")
    assert first.refused() == []


def test_a_forged_hand_over_is_refused_at_central(pair: tuple[Office, Joined, Joined]) -> None:
    """Written past the verbs: what the desk would never let through."""
    office, first, second = pair
    dossier = _granted(first, second)
    honest = HandedOver("holder", "receipt", "cut", "unable", reason="Không biết chữ")
    first.desk.journal.append(dossier, [honest], "clerk", first.desk.clock())
    first.deliver()
    assert first.refused() == ["CARD_NOT_HERE"]
    other = _granted(first, second)
    first.desk.results.open_box("Hộp 2")
    first.desk.results.check_in(first.state(other).code)
    forged = replace(honest, proof="chip", number=first.state(other).text("applicant.number"))
    first.desk.journal.append(other, [forged], "clerk", first.desk.clock())
    first.deliver()
    assert "COLLECTOR_UNPROVEN" in first.refused()
    assert office.dossier(other).handing.state == "here"


def _on_the_shelf(first: Joined, second: Joined) -> UUID:
    dossier = _granted(first, second)
    first.desk.results.open_box("Hộp 1")
    assert first.desk.results.check_in(first.state(dossier).code).why == ""
    first.deliver()
    return dossier


def test_central_names_what_the_office_awaits(pair: tuple[Office, Joined, Joined]) -> None:
    office, first, second = pair
    expected = Expected(office.database, office.register.law)

    def awaited() -> list[UUID]:
        return [one.dossier for one in expected.of("PC08-HN", MORNING).items]

    one, other = _granted(first, second), _granted(first, second)
    first.desk.accepted()
    first.deliver()
    assert awaited() == [one, other]
    assert expected.of("PC09-HN", MORNING).items == []
    first.desk.results.open_box("Hộp 1")
    assert first.desk.results.check_in(first.state(one).code).why == ""
    first.deliver()
    assert awaited() == [other]


def _letters(office: Office) -> list[str]:
    with office.database.read() as connection:
        return list(connection.execute(select(messages.c.state).where(messages.c.step == REMINDED)).scalars())


def test_central_reminds_by_itself_on_the_days_of_the_rule_and_once(pair: tuple[Office, Joined, Joined]) -> None:
    office, first, second = pair
    dossier = _on_the_shelf(first, second)
    now = MORNING

    def reminding() -> Reminding:
        return Reminding(office.database, office.register, lambda: now)

    central, sent = reminding(), []
    # The seventh day is a Monday: the day before, that night, then in office hours, each with a process beside it.
    for days, hours in ((6, 0), (7, -5), (7, 0), (7, 1)):
        now = MORNING + timedelta(days=days, hours=hours)
        sent.append((central.send_due(), reminding().send_due()))
    assert sent == [(0, 0), (0, 0), (1, 0), (0, 0)]
    assert len(_letters(office)) == 1
    first.deliver()
    assert len(first.state(dossier).handing.reminded) == 1
    assert first.refused() == []
    # Central was off until the sixty-third day: what is overdue does not come at once.
    late = []
    for days in (63, 64, 85, 86, 115, 116, 117, 200):
        now = MORNING + timedelta(days=days)
        late.append(central.send_due())
    assert (late[0], sum(late)) == (1, 2)
    assert late[1] == 0
    assert len(_letters(office)) == 3


def test_central_reminds_nobody_whom_no_message_reaches_or_who_was_reminded(
    pair: tuple[Office, Joined, Joined],
) -> None:
    office, first, second = pair
    unreached, called, collected = (_on_the_shelf(first, second) for _ in range(3))
    no_message_reaches(first.desk, unreached)
    first.desk.time += timedelta(days=7)
    first.desk.results.remind(called, "phone")
    first.desk.handing_over.hand_over(collected, to="holder", **SIGNED)  # type: ignore[arg-type]
    first.deliver()
    assert first.refused() == []
    assert Reminding(office.database, office.register, lambda: MORNING + timedelta(days=7, hours=1)).send_due() == 0
    assert _letters(office) == []


def test_a_list_is_read_from_the_projection_alone_and_made_anew_is_the_same(
    table: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = table
    dossier = shelved(desk)
    desk.time += timedelta(days=8)
    desk.results.remind(dossier)
    before = desk.results.listed("waiting")
    assert [(row.reminded, row.due is not None, row.standing) for row in before] == [(1, True, "here")]

    def never(*_: object) -> object:
        raise AssertionError("a list folds no dossier")

    with monkeypatch.context() as patched:
        patched.setattr(type(desk.journal), "dossier", never)
        assert desk.results.listed("waiting") == before
        assert desk.results.listed("unclaimed") == before
    with desk.database.write() as connection:
        connection.execute(text("UPDATE results SET reminded = 0"))
    assert any("results" in problem for problem in desk.journal.verify().problems)
    desk.journal.rebuild()
    assert desk.results.listed("waiting") == before
    assert desk.journal.verify().ok


def test_who_wants_the_result_by_post_is_seen_in_the_list_and_at_the_hand_over(table: Desk) -> None:
    desk = table
    here, posted = shelved(desk), approved(desk)
    change = FieldsEntered({"result_place": "post"}, "application")
    desk.journal.append(posted, [change], "clerk", desk.clock())
    assert desk.results.check_in(code_of(desk, posted)).why == ""
    rows = {row.dossier: row.wish for row in desk.results.listed("waiting")}
    assert rows[here] is None
    assert rows[posted] is not None
    assert rows[posted].vi == "Qua bưu chính công ích"
    assert desk.handing_over.view(posted).wish == rows[posted]
    assert desk.handing_over.view(here).wish is None


def test_a_signature_stays_where_something_comes_of_it_and_only_there(table: Desk) -> None:
    desk = table
    dossier, before = shelved(desk), set(desk.sheets.waiting())

    def signed(old: str) -> str:
        keep = [drawn()]
        return refusal_of(
            lambda: desk.handing_over.hand_over(
                dossier,
                to="holder",
                old=old,  # type: ignore[arg-type]
                signed="pad",
                keep=lambda: [desk.handing_over.sign(one) for one in keep],
            )
        )

    assert signed("lost") == "OLD_LICENCE"
    assert set(desk.sheets.waiting()) == before
    assert desk.journal.dossier(dossier).handing.state == "here"
    assert signed("cut") == ""
    (digest,) = desk.journal.dossier(dossier).handing.handed.sheets  # type: ignore[union-attr]
    assert {one for one, _ in set(desk.sheets.waiting()) - before} == {digest}
