"""The trail in the window, by keys alone, on a real journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from clerk_app.desk.trail_seal import SUFFIX
from clerk_app.desk.trail_views import TrailLine
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import FieldsEntered
from clerk_app.domain.oversight import Exported, Looked
from clerk_app.practice import specimens
from clerk_app.store.journal import new_id
from tests.screens.sample_trail import Kept, behind, kept
from tests.screens.shell_desk import Clerk, clerk
from ui import texts
from ui.actions import ACTIONS
from ui.screens.trail import TrailScreen

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CONTROL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
QUAN = specimens.specimen(1).person
SECRETS = (QUAN.number, QUAN.residence, "0912345678", f"{QUAN.born:%d/%m/%Y}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Kept]:
    with kept(tmp_path) as made:
        yield made


def opened(someone: Clerk, store: Kept, *, day: str = "23/11/2026") -> TrailScreen:
    """Ctrl 6, and everything since that day."""
    behind(someone.desk, store.desk)
    someone.at_work()
    someone.key(Qt.Key.Key_6, CONTROL)
    page = someone.shell.current()
    assert isinstance(page, TrailScreen)
    someone.until(lambda: page._page is not None and not page.look.busy)
    look_for(someone, page, first=day)
    return page


def look_for(someone: Clerk, page: TrailScreen, **fields: str) -> None:
    """Ctrl F, then each field by Tab, then Enter."""
    someone.key(Qt.Key.Key_F, CONTROL)
    for name in ("dossier", "person", "user", "first", "last", "station"):
        focus = QApplication.focusWidget()
        assert focus is page.fields.inputs[name]
        # Not letter by letter: what comes that fast and ends in Tab or Enter is a code scanner's.
        page.fields.inputs[name].set_value(fields.get(name, ""))
        if name != "station":
            someone.key(Qt.Key.Key_Tab)
    shown = page._page
    someone.key(Qt.Key.Key_Return)
    if fields.get("person"):
        assert page.purpose.isVisible(), "whoever looks for a citizen says what for"
        someone.key(Qt.Key.Key_1)
    someone.until(lambda: page._page is not shown and not page.look.busy)


def lines(page: TrailScreen) -> list[TrailLine]:
    found = [row for row in page.table.rows() if isinstance(row, TrailLine)]
    assert len(found) == len(page.table.rows())
    return found


def seen(someone: Clerk, page: TrailScreen) -> str:
    """Every word on the page, the cells of the table too."""
    cells = []
    for row in range(len(page.table.rows())):
        for column in range(len(page.table._rows.columns)):
            cell = page.table._rows.cell(page.table._rows.index(row, column))
            cells.append(f"{cell.text} {cell.second}")
    return someone.texts() + "\n".join(cells)


def looked(store: Kept, dossier: object) -> list[tuple[str, str]]:
    entries = store.desk.journal.entries(dossier)  # type: ignore[arg-type]
    return [(one.what.what, one.what.purpose) for one in entries if isinstance(one.what, Looked)]


def test_whoever_may_not_read_it_does_not_see_it(clerk: Open) -> None:
    someone = clerk()
    someone.desk.may = lambda scope: scope != "trail.read"
    someone.at_work()
    assert someone.shell.items["trail"].isHidden()
    someone.key(Qt.Key.Key_6, CONTROL)
    assert someone.shell.page == "queue"


def test_it_begins_with_today_and_says_so_where_nothing_happened(clerk: Open, store: Kept) -> None:
    someone = clerk()
    behind(someone.desk, store.desk)
    someone.at_work()
    someone.key(Qt.Key.Key_6, CONTROL)
    page = someone.shell.current()
    assert isinstance(page, TrailScreen)
    someone.until(lambda: page._page is not None)
    assert page._search.first == in_hanoi(datetime.now(UTC)).date()
    assert page.inside.currentWidget() is page.empty
    assert page.context.text() == "không có mục nào"


def test_found_by_fields_and_read_with_before_and_after(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    assert len(lines(page)) == page._page.total == len(store.desk.trail.search(page._search, None, 500).lines)  # type: ignore[union-attr]
    assert page.table.hasFocus()
    look_for(someone, page, user="clerk2", first="23/11/2026")
    assert {line.who for line in lines(page)} == {"Phạm Đức Long (clerk2)"}
    someone.key(Qt.Key.Key_Down)
    shown = page.detail.line
    assert shown is lines(page)[1]
    assert page.detail.sentence.text() == shown.sentence.vi
    changed = next(n for n, line in enumerate(lines(page)) if line.changes)
    someone.key(Qt.Key.Key_Home, CONTROL)
    for _ in range(changed):
        someone.key(Qt.Key.Key_Down)
    assert page.detail.line is lines(page)[changed]
    assert lines(page)[changed].changes[0].after.vi in [cell.text() for cell in page.detail._cells]


def test_a_day_that_is_none_is_said_and_nothing_is_asked(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    shown = page._page
    someone.key(Qt.Key.Key_F, CONTROL)
    for _ in range(3):
        someone.key(Qt.Key.Key_Tab)
    page.fields.inputs["first"].set_value("31/02/2026")
    someone.key(Qt.Key.Key_Return)
    assert page.problem.headline.text() == "“31/02/2026” không phải là ngày."
    assert page._page is shown
    assert page.fields.inputs["first"].hasFocus()


def test_masked_until_a_purpose_is_said_and_masked_again_on_leaving(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    look_for(someone, page, person="tran minh quan")
    for secret in SECRETS:
        assert secret not in seen(someone, page)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page._dossier is not None)
    assert looked(store, store.accepted) == [("trail", "")]
    assert [line.kind for line in lines(page)][:2] == ["Opened", "IdentityRead"]
    for secret in SECRETS:
        assert secret not in seen(someone, page)

    someone.key(Qt.Key.Key_F7)
    assert page.purpose.isVisible()
    someone.key(Qt.Key.Key_Escape)
    assert not page.purpose.isVisible()
    assert looked(store, store.accepted) == [("trail", "")], "nothing was said, so nothing was shown"
    someone.key(Qt.Key.Key_F7)
    someone.key(Qt.Key.Key_2)
    someone.until(lambda: page._full)
    assert looked(store, store.accepted) == [("trail", ""), ("values", "INSPECTION")]
    shown = seen(someone, page)
    for secret in SECRETS:
        assert secret in shown
    assert "Lần xem này đã được ghi vào nhật ký" in shown

    someone.key(Qt.Key.Key_F7)
    someone.until(lambda: not page._full)
    someone.until(lambda: QUAN.number not in seen(someone, page))
    someone.key(Qt.Key.Key_F7)
    someone.key(Qt.Key.Key_1)
    someone.until(lambda: page._full)
    someone.key(Qt.Key.Key_2, CONTROL)
    assert someone.shell.page == "queue"
    someone.key(Qt.Key.Key_6, CONTROL)
    for secret in (*SECRETS, "tran minh quan"):
        assert secret not in seen(someone, page)
    assert page._dossier is None


def test_esc_goes_back_to_what_was_found(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    found = lines(page)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page._dossier is not None)
    someone.key(Qt.Key.Key_Escape)
    assert lines(page) == found
    assert page.table.hasFocus()


def test_page_after_page(clerk: Open, store: Kept) -> None:
    journal, day = store.desk.journal, store.desk.clock()
    for number in range(120):
        journal.append(new_id(), [FieldsEntered({"reason": f"{number}"}, "application")], "clerk", day)
    someone = clerk()
    page = opened(someone, store)
    every: list[object] = []
    pages = 0
    while True:
        every += [line.entry for line in lines(page)]
        pages += 1
        if page._page is None or page._page.following is None:
            break
        shown = page._page
        someone.key(Qt.Key.Key_PageDown, CONTROL)
        someone.until(lambda shown=shown: page._page is not shown and not page.look.busy)
    whole = store.desk.trail.search(page._search, None, 500)
    assert every == [line.entry for line in whole.lines]
    assert pages == 3
    assert page.context.text() == f"{len(every)} mục · trang 3"
    someone.key(Qt.Key.Key_PageUp, CONTROL)
    someone.until(lambda: page.context.text() == f"{len(every)} mục · trang 2")


def test_verified_says_that_nothing_was_altered_and_when(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    assert "chưa được kiểm tra" in page.verified.text()
    someone.key(Qt.Key.Key_F8)
    someone.until(lambda: page.verified.text().startswith("Không có gì bị sửa"))
    with store.desk.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER entries_update_never")
        connection.exec_driver_sql("UPDATE entries SET body = CAST(body || ' ' AS BLOB) WHERE kind = 'ExceptionAsked'")
    someone.key(Qt.Key.Key_F8)
    someone.until(lambda: page.verified.text().startswith("CÓ VẤN ĐỀ"))
    assert "clerk journal verify" in page.problem.remedy.text()


@pytest.mark.parametrize(("kind", "modifier"), [("csv", CONTROL), ("pdf", CONTROL | SHIFT)])
def test_taken_out_for_an_inspection(
    clerk: Open, store: Kept, tmp_path: Path, kind: str, modifier: Qt.KeyboardModifier
) -> None:
    someone = clerk()
    page = opened(someone, store)
    rows = len(lines(page))
    someone.key(Qt.Key.Key_E, modifier)
    assert page.purpose.isVisible()
    someone.key(Qt.Key.Key_3)
    someone.until(lambda: page.findChildren(QFileDialog))
    (dialog,) = page.findChildren(QFileDialog)
    assert dialog.defaultSuffix() == kind
    path = tmp_path / f"out.{kind}"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    someone.until(lambda: "Đã xuất" in page.export.notice.headline.text())
    data, seal = path.read_bytes(), path.with_name(path.name + SUFFIX).read_bytes()
    assert store.desk.trail_export.check(data, seal).worth == "good"
    assert store.desk.trail_export.check(data + b" ", seal).worth == "altered"
    (entry,) = [one for one in store.desk.trail.search(page._search, None, 500).lines if one.kind == "Exported"]
    what = store.desk.journal.entries(entry.dossier)[0].what
    assert isinstance(what, Exported)
    assert (what.what, what.purpose, what.rows) == (f"trail.{kind}", "COMPLAINT", rows)


def test_a_citizen_is_looked_for_only_once_it_is_said_what_for(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    shown, before = page._page, len(lines(page))
    page.fields.inputs["person"].set_value("tran minh quan")
    someone.key(Qt.Key.Key_F, CONTROL)
    someone.key(Qt.Key.Key_Return)
    assert page.purpose.isVisible()
    someone.key(Qt.Key.Key_Escape)
    assert page._page is shown, "nothing was said, so nothing was looked for"
    someone.key(Qt.Key.Key_F, CONTROL)
    someone.key(Qt.Key.Key_Return)
    someone.key(Qt.Key.Key_2)
    someone.until(lambda: page._page is not shown and not page.look.busy)
    assert {line.dossier for line in lines(page)} == {store.accepted}
    look_for(someone, page, first="23/11/2026")
    assert len(lines(page)) == before + 1
    (entry,) = [line for line in lines(page) if line.kind == "Looked"]
    assert "mục đích: Thanh tra theo quyết định" in entry.sentence.vi


def test_what_is_shown_in_full_is_taken_out_in_full(clerk: Open, store: Kept, tmp_path: Path) -> None:
    someone = clerk()
    page = opened(someone, store)
    look_for(someone, page, dossier=str(store.accepted))
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page._dossier is not None)
    someone.key(Qt.Key.Key_F7)
    someone.key(Qt.Key.Key_2)
    someone.until(lambda: page._full)
    someone.key(Qt.Key.Key_E, CONTROL)
    assert "KHÔNG CHE" in someone.texts()
    someone.key(Qt.Key.Key_2)
    someone.until(lambda: page.findChildren(QFileDialog))
    (dialog,) = page.findChildren(QFileDialog)
    path = tmp_path / "out.csv"
    dialog.fileSelected.emit(str(path))
    dialog.close()
    someone.until(lambda: "Đã xuất" in page.export.notice.headline.text())
    assert QUAN.number in path.read_text("utf-8")
    assert looked(store, store.accepted)[-1] == ("values", "INSPECTION")


def test_its_words_follow_the_language(clerk: Open, store: Kept) -> None:
    someone = clerk()
    page = opened(someone, store)
    someone.key(Qt.Key.Key_L, CONTROL)
    assert texts.language() == "en"
    first = lines(page)[0]
    assert page.table.text_at(0, 4) == first.sentence.en
    assert page.detail.sentence.text() == first.sentence.en
    assert page.context.text() == f"{len(lines(page))} entries"


def test_its_keys_stand_on_the_sheet_of_keys(clerk: Open, store: Kept) -> None:
    someone = clerk()
    opened(someone, store)
    groups = dict(someone.shell.key_groups())
    keys = dict(groups["actions.group.trail"])
    assert keys["trail.unmask"] == "F7"
    assert all(texts.known(key) for key in keys)
    assert [row.key for row in ACTIONS if row.id == "page.trail"] == ["Ctrl+6"]
