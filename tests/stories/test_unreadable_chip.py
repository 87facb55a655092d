"""A chip that answers against the standard on a real PC/SC reader: its exception is decided from the next room, or on
the spot without a line, and the clerk goes on. Real windows, a real central.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app.domain.deciding import ExceptionState
from clerk_app.practice import card_process, pcscd
from clerk_app.practice.pcscd import PracticeReader
from tests.stories.approval_desks import CODE, Office, Place, office
from tests.stories.desk_window import DeskWindow
from tests.stories.test_approvals import ask, at_approvals, exception_is, open_draft, pin, press

pytestmark = [pytest.mark.wire, pytest.mark.story, pytest.mark.window, pytest.mark.timeout(420)]
BROKEN = "garbage@5"
"""From its fifth answer on the chip sends what no chip may send: PACE never comes about."""
SAID = ("Chip trả lời sai quy cách", "Đọc lại một lần; nếu lặp lại, không dùng chip của thẻ này")
COMMENT = "da doi chieu the va nguoi"
FIELD = "applicant.residence"


@pytest.fixture(scope="module")
def reader() -> Iterator[PracticeReader]:
    try:
        with pcscd.lease(150) as held:
            yield held
    except pcscd.Unavailable as why:
        pytest.skip(str(why))


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Office]:
    """One for each: the only specimen who may have what is asked for comes twice."""
    with office(tmp_path, {"Q02": "supervisor"}) as opened:
        yield opened


def the_chip_fails(desk: DeskWindow, reader: PracticeReader, person: int) -> None:
    """Take up the draft, lay the card down, read it once more as the window says, and take it away for good."""
    open_draft(desk)
    begun = len(desk.told)
    press(desk, "F2")
    with card_process.lay(person, reader.connect_address(), (BROKEN,)):
        desk.until_words(*SAID, begun=begun)
        begun = len(desk.told)
        press(desk, "F7")
        desk.until("the second try", lambda line: line["what"] == "standing" and line["reading"], begun)
        desk.until_words(*SAID, begun=len(desk.told) - 1)
        stands = desk.do("look")
    assert not stands["verified"]
    assert not stands["locked"]
    assert stands["exceptions"][CODE] == "needed"


def submit(desk: DeskWindow) -> None:
    press(desk, "F6")
    press(desk, "Return")
    desk.until("the final code", lambda told: bool(told.get("code")))


def decided(place: Place, dossier: UUID) -> ExceptionState:
    state = place.state(dossier)
    assert state.status == "submitted"
    return state.exceptions[CODE]


def test_from_the_next_room_with_a_comment(bureau: Office, reader: PracticeReader, tmp_path: Path) -> None:
    dossier = bureau.prepared(1)
    with (
        bureau.places["Q01"].window(tmp_path / "w1", reader=True) as desk,
        bureau.places["Q02"].window(tmp_path / "w2") as room,
    ):
        the_chip_fails(desk, reader, 1)
        ask(desk, "chip loi, doc lai van loi")
        desk.do("delivered")
        at_approvals(room, "supervisor")
        room.until_words("chip loi, doc lai van loi")
        pin(room, "Nơi cư trú", COMMENT)
        begun = len(desk.told)
        press(room, "A")
        room.do("delivered")
        desk.until_words("Vũ Minh Châu đã duyệt", COMMENT, begun=begun)
        press(desk, "Ctrl+J")
        desk.until("its field", lambda told: told.get("focus") == FIELD, begun)
        submit(desk)
        desk.do("delivered")
        for window in (desk, room):
            assert window.close() == 0
            assert window.complaints() == []
    bureau.one_decision(dossier, True, "supervisor")
    asked = decided(bureau.places["Q01"], dossier)
    assert (asked.comment, asked.field, asked.where) == (COMMENT, FIELD, "remote")


def test_without_a_line_on_the_spot(bureau: Office, reader: PracticeReader, tmp_path: Path) -> None:
    dossier = bureau.prepared(1)
    place = bureau.places["Q01"]
    place.line.pull_out()
    try:
        with place.window(tmp_path / "w1", reader=True) as desk:
            the_chip_fails(desk, reader, 1)
            ask(desk, "chip loi, dang mat mang")
            begun = len(desk.told)
            desk.do("prove", user="supervisor")
            desk.until("the decision", exception_is("granted"), begun)
            submit(desk)
            assert desk.close() == 0
            assert desk.complaints() == []
    finally:
        place.line.plug_in()
    asked = decided(place, dossier)
    assert (asked.granted, asked.decided_by, asked.where) == (True, "supervisor", "spot")
