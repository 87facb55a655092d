"""Real windows, a real central: the chip cannot be read, a supervisor decides from the next room or at the desk.

Q01 asks / Q02 pins a comment to a field and grants / Q01 goes there by one key, mends it and submits
the same without a line, on the spot / two supervisors at the same moment: one decision, both are told
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app import bootstrap
from clerk_app.domain.dossier import ExceptionDecided
from tests.stories.approval_desks import CODE, Office, office
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.wire, pytest.mark.story, pytest.mark.window, pytest.mark.timeout(420)]
FIELD = "applicant.residence"


@pytest.fixture
def bureau(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with office(tmp_path, {"Q02": "supervisor", "Q03": "supervisor2"}) as opened:
        yield opened


def exception_is(state: str) -> Callable[[Told], bool]:
    return lambda line: line["what"] == "standing" and line["exceptions"].get(CODE) == state


def gone(part: str) -> Callable[[Told], bool]:
    """Whether no text on the screen holds this any more."""
    return lambda line: line["what"] == "words" and not any(part in text for text in line["shown"])


def in_a_row(part: str) -> Callable[[Told], bool]:
    """Whether a row of the list says this."""
    return lambda line: line["what"] == "rows" and any(part in cell for row in line["rows"] for cell in row)


def press(window: DeskWindow, *keys: str) -> Told:
    done: Told = {}
    for key in keys:
        done = window.do("press", key=key)
    return done


def at_approvals(window: DeskWindow, user: str) -> None:
    """Sign in and go to what waits; the request stands there for long enough."""
    window.do("sign_in", user=user)
    press(window, "Ctrl+5")
    window.until_words("Đối chiếu", "Lý do của cán bộ")
    window.watch(0.8)


def open_draft(window: DeskWindow, user: str = "clerk") -> None:
    """Sign in and open the one draft of today's list."""
    window.do("sign_in", user=user)
    begun = len(window.told)
    press(window, "Return")
    window.until("the draft", lambda line: bool(line.get("dossier")), begun)


def ask(window: DeskWindow, reason: str) -> None:
    """In the application step, ask for the exception."""
    press(window, "F3")
    window.do("ask_exception", text=reason)
    window.until("the request", exception_is("asked"))


def test_the_chip_cannot_be_read_and_the_answer_comes_from_the_next_room(bureau: Office, tmp_path: Path) -> None:
    dossier = bureau.prepared()
    with bureau.places["Q01"].window(tmp_path / "w1") as desk, bureau.places["Q02"].window(tmp_path / "w2") as room:
        open_draft(desk)
        ask(desk, "the bi xuoc chip")
        desk.do("delivered")
        begun = len(desk.told)
        press(desk, "Ctrl+S")
        desk.until("its state in today's list", in_a_row("Chờ phê duyệt"), begun)
        desk.do("open")
        at_approvals(room, "supervisor")
        room.until_words("the bi xuoc chip", "Cán bộ nhập", "Phường Nghĩa Đô, Hà Nội")
        begun = len(desk.told)
        pin(room, "Nơi cư trú", "sua noi cu tru")
        press(room, "A")
        room.until_words("Không có yêu cầu nào chờ duyệt")
        room.do("delivered")
        desk.until_words("Vũ Minh Châu đã duyệt", "sua noi cu tru", begun=begun)
        begun = len(desk.told)
        press(desk, "Ctrl+J")
        line = desk.until(
            "the dossier at its field",
            lambda told: told.get("dossier") == str(dossier) and told.get("focus") == FIELD,
            begun,
        )
        assert line["step"] == "identity"
        desk.until_words("sua noi cu tru", begun=begun)
        assert desk.do("look")["exceptions"][CODE] == "granted"
        press(desk, "F6")
        press(desk, "Return")
        desk.until("the final code", lambda told: bool(told.get("code")))
        desk.do("delivered")
        for window in (desk, room):
            assert window.close() == 0
            assert window.complaints() == []
    bureau.one_decision(dossier, True, "supervisor")
    state = bureau.places["Q02"].state(dossier)
    asked = state.exceptions[CODE]
    assert (state.status, asked.field, asked.comment, asked.where) == ("submitted", FIELD, "sua noi cu tru", "remote")


def pin(window: DeskWindow, label: str, comment: str) -> None:
    """Pin a comment to the field of this name, by its digit in the list."""
    begun = len(window.told)
    press(window, "P")
    told = window.until("the list of fields", lambda line: line["what"] == "pins" and bool(line["pins"]), begun)
    digit = next(number for number, name in enumerate(told["pins"], 1) if name == label)
    press(window, str(digit))
    window.do("type", text=comment)
    press(window, "Return")
    window.until_words(f"Ghim vào “{label}”: {comment}", begun=begun)


def test_without_a_line_it_is_decided_on_the_spot(bureau: Office, tmp_path: Path) -> None:
    dossier = bureau.prepared()
    place = bureau.places["Q01"]
    place.line.pull_out()
    with place.window(tmp_path / "w1") as desk:
        open_draft(desk)
        ask(desk, "mat mang, da doi chieu")
        desk.until_words("Đối chiếu", "mat mang, da doi chieu")
        begun = len(desk.told)
        desk.do("except")
        desk.until("the decision", exception_is("granted"), begun)
        press(desk, "F6")
        press(desk, "Return")
        desk.until("the final code", lambda told: bool(told.get("code")))
        assert desk.close() == 0
        assert desk.complaints() == []
    place.line.plug_in()
    state = place.state(dossier)
    asked = state.exceptions[CODE]
    assert (state.status, asked.granted, asked.decided_by, asked.where) == ("submitted", True, "supervisor", "spot")
    with closing(bootstrap.open_desk(place.profile, "practice")) as opened:
        (decided,) = [one.what for one in opened.journal.entries(dossier) if isinstance(one.what, ExceptionDecided)]
        assert len(decided.shown) == 64
        assert opened.journal.refused() == ()


def test_two_supervisors_decide_at_the_same_moment(bureau: Office, tmp_path: Path) -> None:
    dossier = bureau.prepared(asked="the bi xuoc chip")
    one, other = bureau.places["Q02"], bureau.places["Q03"]
    with one.window(tmp_path / "w2") as first, other.window(tmp_path / "w3") as second:
        at_approvals(first, "supervisor")
        at_approvals(second, "supervisor2")
        first.until_words("Hoàng Quốc Bảo đang xem")
        for place in (one, other):
            place.line.pull_out()
        for window in (first, second):
            window.order("press", key="A")
        for window in (first, second):
            window.until_words("Không có yêu cầu nào chờ duyệt")
        one.line.plug_in()
        press(first, "Ctrl+Shift+D")
        first.do("delivered")
        other.line.plug_in()
        press(second, "Ctrl+2", "Ctrl+Shift+D")
        second.do("delivered")
        second.until_words("Vũ Minh Châu đã duyệt", "trước bạn")
        press(first, "Ctrl+3", "Ctrl+Shift+D")
        first.until_words("Hoàng Quốc Bảo cũng vừa quyết định")
        for window in (first, second):
            assert window.close() == 0
            assert window.complaints() == []
    bureau.one_decision(dossier, True, "supervisor")
