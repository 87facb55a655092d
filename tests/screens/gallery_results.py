"""Pictures of the page of results: `python -m tests.screens.gallery_results OUT [vi|en] [WxH] [NAME]`.

`QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from clerk_app.practice import specimens
from clerk_app.store.database import Database
from tests.desk import fakes
from tests.desk.conftest import KEY, Desk
from tests.desk.test_results import approved, code_of, shelved
from tests.screens.gallery_outages import Bad, arranged, opened
from tests.screens.test_results import sign
from ui.screens.results import ResultsScreen


def page_of(at: Bad) -> tuple[ResultsScreen, Desk]:
    """A real desk behind the window, and the page."""
    folder = Path(_FOLDER.name) / str(len(list(Path(_FOLDER.name).iterdir())))
    folder.mkdir()
    Database(folder / "desk.db", KEY).close()
    desk = Desk(folder)
    at.desk.results, at.desk.handing_over = desk.results, desk.handing_over
    at.desk.posting = desk.posting
    at.outbox()
    return _go(at), desk


def _go(at: Bad) -> ResultsScreen:
    at.window.go("results")
    at.settle(600)
    assert at.window.shell is not None
    page = at.window.shell.current()
    assert isinstance(page, ResultsScreen)
    return page


_FOLDER = TemporaryDirectory()


def _empty(at: Bad) -> None:
    page_of(at)


def _hand(at: Bad) -> None:
    page, desk = page_of(at)
    dossier = shelved(desk)
    page.hand.show_dossier(dossier)
    at.settle(400)
    desk.readers.says = fakes.reading(specimens.specimen(1).person, desk.clock())
    page.hand.read_card()
    at.settle(400)
    sign(page.hand.pad)


def _authorised(at: Bad) -> None:
    page, desk = page_of(at)
    dossier = shelved(desk)
    page.hand.show_dossier(dossier)
    at.settle(400)
    page.hand.to.set_value("authorised")
    page.hand.signed.set_value("unable")
    page.hand._show_rows()
    page.hand.signing.show_rows()
    page.hand.name.set_value("LÊ THỊ HƯƠNG")
    page.hand.hand_over()
    at.settle(300)


def _given(at: Bad) -> None:
    page, desk = page_of(at)
    dossier = shelved(desk)
    desk.handing_over.hand_over(dossier, to="holder", old="cut", signed="unable", reason="x")
    page.hand.show_dossier(dossier)


def _box(at: Bad) -> None:
    page, desk = page_of(at)
    first, early = approved(desk), desk.accepted()
    page.go_to("box")
    page.box.open_box()
    at.settle(400)
    for text in (code_of(desk, first), code_of(desk, first), code_of(desk, early), "G01.899-261120-000077"):
        page.box.take_scan(text)
        at.settle(200)


def _box_none(at: Bad) -> None:
    page_of(at)[0].go_to("box")


def _lists(at: Bad) -> None:
    page, desk = page_of(at)
    shelved(desk)
    shelved(desk)
    page.go_to("lists")


def _lists_empty(at: Bad) -> None:
    page_of(at)[0].go_to("lists")


def _post(at: Bad) -> None:
    page, desk = page_of(at)
    page.hand.show_dossier(shelved(desk))
    at.settle(400)
    page.to_post()
    at.settle(400)
    for name, text in (("street", "Số 5, ngõ 10"), ("commune", "Phường Cửa Nam"), ("province", "Thành phố Hà Nội")):
        page.post.fields[name].set_value(text)


def _post_waits(at: Bad) -> None:
    page, desk = page_of(at)
    dossier = shelved(desk)
    desk.central.line = False
    page.hand.show_dossier(dossier)
    at.settle(400)
    page.to_post()
    at.settle(400)
    for name, text in (("street", "Số 5, ngõ 10"), ("commune", "Phường Cửa Nam"), ("province", "Thành phố Hà Nội")):
        page.post.fields[name].set_value(text)
    page.post.give()


def _post_empty(at: Bad) -> None:
    page_of(at)[0].go_to("post")


STATES: dict[str, Callable[[Bad], None]] = {
    "results-empty": _empty,
    "results-hand": _hand,
    "results-authorised": _authorised,
    "results-given": _given,
    "results-box": _box,
    "results-box-none": _box_none,
    "results-lists": _lists,
    "results-lists-empty": _lists_empty,
    "results-post": _post,
    "results-post-waits": _post_waits,
    "results-post-empty": _post_empty,
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "clerk", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle(600)
        at.window.grab().save(str(out / f"{name}.png"))
    shutil.rmtree(_FOLDER.name, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
