"""What the State's systems say, on the identity step: from the journal, asked one by one or all, differences first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_intake as sample
from tests.screens.test_intake import Counter, Open, counter
from ui import texts
from ui.widgets.kit import retranslate_tree

pytestmark = pytest.mark.window
__all__ = ["counter"]


@pytest.fixture
def at(counter: Open) -> Counter:
    opened = counter(step="identity")
    opened.desk.answers = sample.answers()
    opened.screen.work.refresh()
    opened.until(lambda: len(opened.screen.identity.systems.rows) == 6)
    opened.rest()
    return opened


def test_each_system_says_what_it_knows_and_what_differs_stands_first(at: Counter) -> None:
    rows = at.screen.identity.systems.rows
    said = [row.badge.text() for row in rows]
    assert said == [
        "✓ Không có vi phạm chưa xử lý",
        "✗ Có khác biệt",
        "! Chưa rõ",
        "✓ Khớp",
        "! Câu trả lời đã cũ",
        "Chưa hỏi",
    ]
    identity = rows[1]
    assert identity.said[0].text() == "≠ Ngày sinh: hồ sơ ghi 14/08/1990, hệ thống ghi khác"
    assert identity.said[0].property("tone") == "bad"
    assert [one.property("tone") for one in identity.said[1:]] == ["warn", "good"]
    assert rows[2].detail.text() == "hệ thống trả lời quá chậm"
    assert not rows[5].ask.isVisible(), "there is nothing to ask it yet"
    assert rows[5].detail.text() == "Hồ sơ chưa có mã hồ sơ."


def test_a_key_asks_one_and_another_key_asks_all(at: Counter) -> None:
    rows = at.screen.identity.systems.rows
    rows[0].setFocus()
    at.key(Qt.Key.Key_Down)
    assert rows[1].hasFocus()
    at.key(Qt.Key.Key_Space)
    at.until(lambda: at.desk.did("ask_system"))
    at.rest()
    assert at.desk.did("ask_system") == [("ask_system", "identity")]
    at.key(Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    at.until(lambda: len(at.desk.did("ask_system")) == 6)
    at.rest()
    asked = [one[1] for one in at.desk.did("ask_system")[1:]]
    assert asked == ["licences", "identity", "violations", "health", "results"], "the portal cannot be asked yet"


def test_asking_holds_nothing_up_and_asks_once(at: Counter) -> None:
    card = at.screen.identity.systems
    gate = at.desk.wait_at("ask_system")
    card.rows[1].ask.click()
    at.until(lambda: at.desk.did("ask_system"))
    assert card.rows[1].ask.busy
    card.rows[1].ask.click()
    card.rows[1].setFocus()
    at.key(Qt.Key.Key_Space)
    at.screen.identity.form.focus_field()
    gate.set()
    at.rest()
    at.until(lambda: not card.rows[1].ask.busy)
    assert len(at.desk.did("ask_system")) == 1


def test_a_refusal_is_told_and_what_was_known_stays(at: Counter) -> None:
    card = at.screen.identity.systems
    at.desk.refuse["ask_system"] = Refusal("ROLE_MISSING", Words("Không được hỏi", "Not allowed"), Words("", ""))
    card.rows[1].ask.click()
    at.until(lambda: card.fault.isVisible())
    at.rest()
    assert card.fault.headline.text() == "Không được hỏi"
    assert card.rows[1].badge.text() == "✗ Có khác biệt"
    assert not card.rows[1].ask.busy


def test_another_dossier_shows_nothing_of_the_one_before(at: Counter) -> None:
    card = at.screen.identity.systems
    at.desk.answers = ()
    other = replace(at.desk.current, dossier=sample.DOSSIER.__class__(int=7))
    at.desk.current = other
    at.screen.show_view(other)
    at.rest()
    assert all(row.isHidden() for row in card.rows)


def test_the_same_in_english(at: Counter, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: texts.set_language("vi"))
    texts.set_language("en")
    retranslate_tree(at.screen)
    rows = at.screen.identity.systems.rows
    assert rows[1].name.text() == "Population database"
    assert rows[1].said[0].text().startswith("≠ Born: the dossier says 14/08/1990")
    assert "it was too slow" in rows[2].accessibleDescription()
