"""Who asked tries to grant it all the same, in real windows with a central: by a second account, an old decision, a
turned clock. The window says why not, the dossier and its trail tell of it, and nothing is granted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app import bootstrap
from clerk_app.central.database import open_database
from clerk_app.central.people import add_user
from clerk_app.domain.dossier import ExceptionDecided
from clerk_app.domain.oversight import DecisionRefused
from clerk_app.practice import specimens
from tests.stories.approval_desks import CODE, Office, never, office
from tests.stories.desk_window import DeskWindow
from tests.stories.test_approvals import ask, exception_is, in_a_row, press

pytestmark = [pytest.mark.wire, pytest.mark.story, pytest.mark.window, pytest.mark.timeout(420)]
SECOND = "chau.vu"
"""Another account of the person whose first one is `supervisor`."""
SAME_PERSON = "Tài khoản khác của cùng một người"
FOUR_EYES = "người đề nghị hoặc người đã duyệt không được duyệt nữa"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """`supervisor` takes in at Q01; at Q02 sits who may decide."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLERK_KEY_STORE", "none")
        with office(tmp_path_factory.mktemp("office"), {"Q02": "supervisor2"}) as opened:
            database = open_database(opened.central.database_url)
            with closing(database):
                add_user(database, SECOND, "Vũ Minh Châu", ["supervisor"], "PC08-HN", "practice", person="supervisor")
            yield opened


@pytest.fixture(autouse=True)
def quiet(bureau: Office) -> Iterator[None]:
    """Nothing is left waiting for the next story."""
    yield
    with closing(bootstrap.open_desk(bureau.places["Q02"].profile, "practice")) as desk:
        desk.sign_in.sign_in("supervisor2", "practice")
        desk.delivery.once(never)
        for row in desk.approvals.queue().rows:
            shown = desk.approvals.look(row.dossier, row.code).shown
            desk.approvals.decide(row.dossier, row.code, False, "het gio", "", shown)
        desk.delivery.once(never)


def request(window: DeskWindow, reason: str) -> UUID:
    """`supervisor` opens a dossier, scans the QR code of a card whose chip is dead, and asks for the exception."""
    window.do("sign_in", user="supervisor")
    begun = len(window.told)
    window.do("open")
    # What the story before left open comes back by itself, and may come late.
    window.until(
        "an empty draft", lambda line: bool(line.get("dossier")) and "applicant.name" not in line["values"], begun
    )
    window.do("scan", text=specimens.qr_text(specimens.specimen(1).person))
    ask(window, reason)
    return UUID(window.do("delivered")["dossier"])


def at_queue(window: DeskWindow, user: str, *words: str) -> None:
    """Sign in and go to what waits, until these words stand there; long enough to be decided."""
    window.do("sign_in", user=user)
    begun = len(window.told)
    press(window, "Ctrl+5")
    window.until_words(*words, begun=begun)
    window.watch(0.8)


def still_asked(bureau: Office, dossier: UUID) -> list[str]:
    """At both desks, as central let it through, it waits; the codes with which tries were turned away there."""
    found = []
    for place in bureau.places.values():
        asked = place.state(dossier).exceptions[CODE]
        assert (asked.granted, asked.decided_by) == (None, "")
        with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
            told = [one.what for one in desk.journal.entries(dossier)]
        found.append([one.refusal for one in told if isinstance(one, DecisionRefused)])
    assert found[0] == found[1], "both desks tell the same"
    return found[0]


def ended(*windows: DeskWindow) -> None:
    for window in windows:
        assert window.close() == 0
        assert window.complaints() == []


def test_a_second_account_of_the_same_person(bureau: Office, tmp_path: Path) -> None:
    reason = "the xuoc, xin duyet"
    with bureau.places["Q01"].window(tmp_path / "w1") as desk, bureau.places["Q02"].window(tmp_path / "w2") as room:
        dossier = request(desk, reason)
        at_queue(room, SECOND, reason, SAME_PERSON)
        press(room, "A")
        begun = len(desk.told)
        desk.do("prove", user=SECOND)
        desk.until_words(FOUR_EYES, begun=begun)
        assert desk.do("look")["exceptions"][CODE] == "asked"
        desk.do("delivered")
        begun = len(desk.told)
        press(desk, "Ctrl+6")
        desk.until("the try in the trail", in_a_row("định quyết định ngoại lệ"), begun)
        desk.until("why", in_a_row("FOUR_EYES"), begun)
        ended(desk, room)
    assert still_asked(bureau, dossier) == ["FOUR_EYES"]


def test_an_old_decision_played_again(bureau: Office, tmp_path: Path) -> None:
    """Who gets at a desk's own store puts a decision about the request before beside the new one."""
    first, second = bureau.places["Q01"], bureau.places["Q02"]
    before, again = "chip khong doc duoc", "da chup lai anh chan dung"
    with second.window(tmp_path / "w2") as room:
        with first.window(tmp_path / "w1") as desk:
            dossier = request(desk, before)
            at_queue(room, "supervisor2", before)
            begun = len(desk.told)
            press(room, "R")
            room.do("type", text="anh khong khop")
            press(room, "Return")
            room.do("delivered")
            desk.until_words("Hoàng Quốc Bảo không duyệt", begun=begun)
            begun = len(room.told)
            ask(desk, again)
            desk.do("delivered")
            room.until_words(again, begun=begun)
            ended(desk, room)
        slip_in(first.profile, dossier)
        with first.window(tmp_path / "w3") as desk:
            desk.do("sign_in", user="supervisor")
            desk.until("the request", exception_is("asked"))
            begun = len(desk.told)
            press(desk, "Ctrl+6")
            desk.until("the refused decision", in_a_row("để riêng REQUEST_OTHER"), begun)
            ended(desk)
    assert still_asked(bureau, dossier) == []


def slip_in(profile: Path, dossier: UUID) -> None:
    """Write it as if `supervisor2` had granted the first request, and send it."""
    with closing(bootstrap.open_desk(profile, "practice")) as desk:
        entries = desk.journal.entries(dossier)
        refusal = next(one.what for one in entries if isinstance(one.what, ExceptionDecided))
        forged = replace(refusal, granted=True, comment="")
        desk.journal.append(dossier, [forged], "supervisor2", desk.counter.clock())
        desk.delivery.once(never)
        assert [one.code for one in desk.journal.records(dossier) if one.entry.what == forged] == ["REQUEST_OTHER"]


def test_a_clock_that_was_turned(bureau: Office, tmp_path: Path) -> None:
    """A decision from before its request: central refuses it, the window says so, and the request waits again."""
    reason = "the bi uot, chip im lang"
    with bureau.places["Q01"].window(tmp_path / "w1") as desk, bureau.places["Q02"].window(tmp_path / "w2") as room:
        dossier = request(desk, reason)
        at_queue(room, "supervisor2", reason)
        room.do("clock", hours="-5")
        press(room, "A")
        begun = len(room.told)
        room.do("delivered")
        room.until_words("thời điểm quyết định không thể có", begun=begun)
        assert desk.do("look")["exceptions"][CODE] == "asked"
        ended(desk, room)
    with closing(bootstrap.open_desk(bureau.places["Q02"].profile, "practice")) as opened:
        opened.sign_in.sign_in("supervisor2", "practice")
        assert opened.shelf.views() == (), "nobody has to settle it"
        assert dossier in [row.dossier for row in opened.approvals.queue().rows]
    assert still_asked(bureau, dossier) == []
