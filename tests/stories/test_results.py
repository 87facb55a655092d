"""A result by the public post in the real window, its central, the portal and the post each a process; brought back.

The line or the post fails in the middle, or nothing does: it is posted once, and lies on the shelf again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stories.course_office import Case, CourseOffice, course_office
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CourseOffice]:
    with pytest.MonkeyPatch.context() as patch, course_office(tmp_path_factory.mktemp("office")) as opened:
        patch.setenv("CLERK_KEY_STORE", "none")
        yield opened


def sent(office: CourseOffice, window: DeskWindow, fails: str, case: Case, place: str) -> dict[str, Any]:
    """Its parcel, once the post has it."""
    window.do("scan", text=case.code)
    window.until_words(place, case.code)
    window.do("press", key="Ctrl+B")
    window.until_words("Số nhà, đường, thôn")
    for text in ("So 5 ngo 10", "Phuong Cua Nam", "Ha Noi"):
        window.do("press", key="Ctrl+A")
        window.do("type", text=text)
        window.do("press", key="Tab")
    before = len(office.ledger("public_post"))
    if fails == "line":
        with office.failing(fails):
            window.do("press", key="Ctrl+Return")
            window.until_words("Chưa nhận được trả lời")
        assert len(office.ledger("public_post")) == before
    elif fails == "public_post":
        # It takes the parcel, and its answer is lost.
        office.fault("public_post", "lost")
        window.do("press", key="Ctrl+Return")
        window.until_words("Chưa nhận được trả lời")
        office.fault("public_post", "none")
    window.press_until("Ctrl+Return", "Bưu chính đã nhận gửi")
    (parcel,) = office.ledger("public_post")[before:]
    assert (parcel["Receiver"]["Province"], "So 5 ngo 10" in parcel["Receiver"]["Address"]) == ("Ha Noi", True)
    return dict(parcel)


@pytest.mark.parametrize("fails", ["nothing", "line", "public_post"])
def test_by_post_once_and_brought_back_to_the_shelf(office: CourseOffice, fails: str) -> None:
    (case,) = office.granted(1)
    checked = office.say("results", "check-in", case.code, "--box", "Hộp 1", "--close", "--json").json
    place = str(checked["cards"][0]["place"])
    with office.window() as window:
        window.do("sign_in", user="clerk")
        window.do("press", key="Ctrl+0")
        window.until_words("Trả kết quả cho ai?")
        parcel = sent(office, window, fails, case, place)
        office._post("public_post", "/move", {"OrderNumber": parcel["OrderNumber"], "Status": "CHUYEN_HOAN"})
        window.do("press", key="Ctrl+G")
        window.until_words("1 có tin mới")
        window.do("press", key="F3")
        window.until_words("Chưa mở hộp nào")
        window.do("press", key="Ctrl+Return")
        window.until_words("Đang mở hộp")
        window.do("scan", text=case.code)
        window.until_words(f"Bưu chính chuyển hoàn, để lại vào ô {place}")
        begun = len(window.told)
        window.do("press", key="Ctrl+Shift+Return")
        window.until_words("Chưa mở hộp nào", begun=begun)
        window.do("delivered")
        assert window.close() == 0
        assert window.complaints() == []
    state = office.everywhere(case)
    assert (state.course.state, state.handing.state, state.handing.place) == ("ready", "here", place)
    parcels = [one for one in office.ledger("public_post") if one["OrderNumber"] == parcel["OrderNumber"]]
    assert (state.handing.returns, len(parcels)) == (1, 1)
