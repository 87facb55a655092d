"""A desk where nothing is plugged in: the window starts, says what is missing and what to do, and work goes on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app import bootstrap, settings
from clerk_app.practice import pcscd
from tests.peers.central import CentralProcess
from tests.peers.display import screen
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]


@pytest.fixture
def bare_desk(tmp_path: Path) -> Iterator[Path]:
    """A profile that was used once with a line; since then there is no central, reader, scanner or printer."""
    central = CentralProcess(tmp_path / "central")
    central.start()
    profile = tmp_path / "desk"
    bootstrap.enrol(profile, central.url, central.code("Q07"), "practice")
    with closing(bootstrap.open_desk(profile, "practice")) as desk:
        desk.sign_in.sign_in("clerk", "practice")
    central.close()
    nothing = tmp_path / "no-scanner"
    nothing.mkdir()
    (nothing / "dll.conf").write_text("# no backend\n")
    with socket.socket() as nobody, ExitStack() as alone:
        nobody.bind(("127.0.0.1", 0))
        settings.change(profile, sane_folder=str(nothing), cups_server=f"127.0.0.1:{nobody.getsockname()[1]}")
        try:
            alone.enter_context(pcscd.lease(150))
            pcscd.stop()
        except pcscd.Unavailable:
            if pcscd.running():
                pytest.skip("a PC/SC service of somebody else runs here")
        yield profile


def test_everything_is_missing_and_work_goes_on(bare_desk: Path, tmp_path: Path) -> None:
    with screen() as display, DeskWindow(bare_desk, display, tmp_path / "window") as window:
        window.until_words("Đang không có mạng", "Vẫn đăng nhập được")
        window.do("sign_in")
        window.until_words("Ngoại tuyến", "Không có máy quét", "Dịch vụ in của máy này không chạy")
        window.do("press", key="Ctrl+4")
        window.until_words(
            "Dịch vụ thẻ thông minh của máy không chạy.",
            "Cắm và bật máy quét.",
            "Cài hoặc khởi động CUPS, hoặc báo quản trị.",
            "Cứ tiếp tục làm việc",
        )
        window.do("open")
        line = window.do("type", text="001090012345")
        assert window.close() == 0
    _, database, journal = bootstrap.open_store(bare_desk, "practice")
    with closing(database):
        assert journal.dossier(UUID(line["dossier"])).text("applicant.number") == "001090012345"
        assert journal.verify().ok
