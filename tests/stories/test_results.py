"""Results in the real window, its central and the post each a process; the line is pulled out in the middle of each.

somebody authorised collects / a misprint goes back without a fee / by post, brought back, on the shelf again
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests
from PIL import Image

from clerk_app import bootstrap
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier
from clerk_app.practice import specimens
from clerk_app.rehearsal import practice_systems
from clerk_app.settings import FILE
from tests.peers.central import CentralProcess
from tests.peers.commands import Said, here
from tests.peers.line import Line
from tests.stories.approval_desks import Place, never
from tests.stories.desk_window import DeskWindow
from tests.test_commands import TAKE

pytestmark = pytest.mark.wire


@dataclass
class Counter:
    """A desk with its line, at which results are handed over, and the post."""

    central: CentralProcess
    place: Place
    post: str
    folder: Path

    def say(self, *words: str | Path, user: str = "clerk") -> Said:
        said = here(*words, profile=self.place.profile, CLERK_USER=user)
        assert said.code == 0, said.err
        return said

    def granted(self) -> str:
        """The code of a dossier that was approved."""
        facts, page = self.folder / "facts.json", self.folder / "page.png"
        facts.write_text(json.dumps(TAKE, ensure_ascii=False), "utf-8")
        Image.linear_gradient("L").resize((1240, 1754)).save(page)
        sheets = [f"--sheet={paper}={page}" for paper in ("GKSK", "GPLX_CU", "ANH")]
        taken = self.say("dossier", "take", facts, *sheets, "--pay", "cash", "--submit", "--json")
        code = str(taken.json["code"])
        self.say("dossier", "step", code, "hand-on")
        self.say("dossier", "step", code, "approve", user="supervisor")
        self.say("deliver", "--json")
        return code

    def shelved(self) -> str:
        """The code of one whose card lies on the shelf."""
        code = self.granted()
        self.say("results", "check-in", code, "--box", "Hộp 1", "--close")
        return code

    def window(self) -> DeskWindow:
        return self.place.window(self.folder / "window")

    def ended(self, code: str) -> Dossier:
        """The dossier at the desk, once all of it is at central and central refused nothing."""
        with closing(bootstrap.open_desk(self.place.profile, "practice")) as desk:
            found: UUID = desk.journal.find(code)[0].dossier
            for _ in range(2):
                desk.delivery.once(never)
            assert desk.journal.refused() == ()
            assert desk.journal.outbox().waiting == 0
        assert verify(self.central.database_url).problems == ()
        return self.place.state(found)

    def parcels(self) -> list[dict[str, Any]]:
        with requests.get(f"{self.post}/ledger", timeout=5) as reply:
            found: list[dict[str, Any]] = reply.json()
            return found

    def move(self, parcel: dict[str, Any], status: str) -> None:
        said = {"OrderNumber": parcel["OrderNumber"], "Status": status}
        with requests.post(f"{self.post}/move", json=said, timeout=5) as reply:
            assert reply.ok


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    monkeypatch.setenv("CLERK_KEY_STORE", "none")
    with ExitStack() as stack:
        addresses = stack.enter_context(practice_systems({}, {"licence_register", "public_post"}))
        central = CentralProcess(tmp_path / "central")
        central.folder.mkdir(parents=True, exist_ok=True)
        (central.folder / FILE).write_text(json.dumps(addresses), "utf-8")
        stack.callback(central.close)
        central.start()
        line = Line(central.url)
        stack.callback(line.close)
        place = Place(tmp_path / "Q04", line)
        bootstrap.enrol(place.profile, line.url, central.code("Q04"), "practice")
        with closing(bootstrap.open_desk(place.profile, "practice")) as desk:
            for user in ("supervisor", "clerk"):
                desk.sign_in.sign_in(user, "practice")
            desk.delivery.once(never)
        yield Counter(central, place, addresses["public_post"], tmp_path)


def at_results(window: DeskWindow) -> None:
    window.do("sign_in", user="clerk")
    window.do("press", key="Ctrl+0")
    window.until_words("Trả kết quả cho ai?")


def test_somebody_authorised_collects_while_there_is_no_line(counter: Counter) -> None:
    code = counter.shelved()
    other = specimens.specimen(2).person
    with counter.window() as window:
        at_results(window)
        window.do("scan", text=code)
        window.until_words("A-001", code)
        counter.place.line.pull_out()
        window.do("press", key="Right")
        window.until_words("Họ tên", "Giấy tờ được nhận thay")
        window.do("scan", text=specimens.qr_text(other))
        window.until_words("Mã QR ghi")
        window.do("press", key="Ctrl+Return")
        window.until_words("Người nhận thay chưa xuất trình")
        for key in ("Space", "Tab", "Tab", "Tab", "Down", "Down", "Tab"):
            # As a person presses them: several within a moment are a scanner's.
            window.do("press", key=key)
            window.watch(0.3)
        window.do("type", text="khong biet chu")
        begun = len(window.told)
        window.do("press", key="Ctrl+Return")
        window.until_words("Đã trả kết quả", begun=begun)
        counter.place.line.plug_in()
        window.do("delivered")
        assert window.close() == 0
    state = counter.ended(code)
    handed = state.handing.handed
    assert handed is not None
    assert (handed.to, handed.proof, handed.authority, handed.number) == ("authorised", "qr", "UY_QUYEN", other.number)
    assert (state.course.state, state.handing.state) == ("handed-over", "given")


def test_a_misprint_goes_back_without_a_fee_while_there_is_no_line(counter: Counter) -> None:
    code = counter.shelved()
    with counter.window() as window:
        at_results(window)
        window.do("scan", text=code)
        window.until_words("A-001", code)
        counter.place.line.pull_out()
        window.do("press", key="Ctrl+E")
        window.until_words("Ghi thẻ in sai điều gì")
        window.do("type", text="sai ngay sinh")
        window.do("press", key="Ctrl+E")
        window.until_words("in lại, không thu lệ phí")
        counter.place.line.plug_in()
        window.do("delivered")
        assert window.close() == 0
    state = counter.ended(code)
    assert (state.course.state, state.course.clock, state.handing.state) == ("processing", "runs", "")
    assert state.course.passed[-1].what.reason == "sai ngay sinh"
    assert state.fee is not None
    counter.say("dossier", "step", code, "approve", user="supervisor")
    again = counter.say("results", "check-in", code, "--box", "Hộp 2", "--json").json
    assert [card["why"] for card in again["cards"]] == [None], "its new card comes like the first"


def test_by_post_over_a_broken_line_once_and_brought_back_to_the_shelf(counter: Counter) -> None:
    code = counter.shelved()
    with counter.window() as window:
        at_results(window)
        window.do("scan", text=code)
        window.until_words("A-001", code)
        window.do("press", key="Ctrl+B")
        window.until_words("Số nhà, đường, thôn")
        for text in ("So 5 ngo 10", "Phuong Cua Nam", "Ha Noi"):
            window.do("press", key="Ctrl+A")
            window.do("type", text=text)
            window.do("press", key="Tab")
        counter.place.line.pull_out()
        window.do("press", key="Ctrl+Return")
        window.until_words("Chưa nhận được trả lời")
        assert counter.parcels() == []
        counter.place.line.plug_in()
        window.do("press", key="Ctrl+Return")
        window.until_words("Bưu chính đã nhận gửi")
        (parcel,) = counter.parcels()
        assert (parcel["Receiver"]["Province"], "So 5 ngo 10" in parcel["Receiver"]["Address"]) == ("Ha Noi", True)
        counter.move(parcel, "CHUYEN_HOAN")
        window.do("press", key="Ctrl+G")
        window.until_words("1 có tin mới")
        window.do("press", key="F3")
        window.until_words("Chưa mở hộp nào")
        window.do("press", key="Ctrl+Return")
        window.until_words("Đang mở hộp")
        window.do("scan", text=code)
        window.until_words("Bưu chính chuyển hoàn, để lại vào ô A-001")
        window.do("delivered")
        assert window.close() == 0
    state = counter.ended(code)
    assert (state.course.state, state.handing.state, state.handing.place) == ("ready", "here", "A-001")
    assert (state.handing.returns, len(counter.parcels())) == (1, 1)
