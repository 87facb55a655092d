"""Tokens, texts and pieces: nothing names a colour, nothing lacks a language, no mark is cut, nothing flashes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from clerk_app.desk.views import Badge as BadgeView
from clerk_app.domain.refusals import Words
from ui import texts, theme
from ui.actions import ACTIONS, DOSSIER
from ui.qt_words import QtWords
from ui.widgets.buttons import PrimaryButton
from ui.widgets.kit import Badge, Heading, KeyCap, Text, retranslate_tree
from ui.widgets.notice import Notice

UI = Path(texts.__file__).parent
SHELL = json.loads((texts.FOLDER / "shell.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def calm(qapp: QApplication) -> object:
    texts.set_language("vi")
    theme.fonts(first_frame_only=True)
    theme.fonts()
    theme.dress(qapp)
    yield
    texts.set_language("vi")
    theme.set_high_contrast(False)


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("tokens", "least"), [(theme.CALM, 4.5), (theme.HIGH_CONTRAST, 7.0)])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "surface"),
        ("muted", "ground"),
        ("on_accent", "accent"),
        ("accent", "accent_soft"),
        *((tone, f"{tone}_soft") for tone in ("good", "warn", "bad", "info", "calm")),
    ],
)
def test_every_text_can_be_read(tokens: dict[str, str], least: float, ink: str, ground: str) -> None:
    assert contrast(tokens[ink], tokens[ground]) >= least


def test_the_style_sheet_has_no_colour_of_its_own_and_no_token_left_over() -> None:
    source = (theme.RESOURCES / "style" / "quay.qss").read_text("utf-8")
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", source)
    assert "@" not in theme.stylesheet()


def test_no_widget_names_a_colour() -> None:
    literal = re.compile(r"[\"']#[0-9a-fA-F]{3,8}[\"']|QColor\(\s*\d|GlobalColor\.(?!transparent)")
    guilty = [
        path.name for path in UI.rglob("*.py") if path.name != "theme.py" and literal.search(path.read_text("utf-8"))
    ]
    assert guilty == []


def test_every_key_of_the_shell_has_both_languages_with_the_same_places() -> None:
    for key, both in SHELL.items():
        assert set(both) == {"vi", "en"}, key
        assert all(both.values()), key
        assert re.findall(r"{\w+}", both["vi"]) == re.findall(r"{\w+}", both["en"]), key


def test_every_key_that_the_code_names_is_known() -> None:
    named = re.compile(r"[\"']((?:shell|nav|actions|keys|sign_in|queue|outbox|devices)\.[a-z_.]+)[\"']")
    used = {key for path in UI.rglob("*.py") for key in named.findall(path.read_text("utf-8"))}
    ids = {action.id for action in ACTIONS}
    unknown = {key for key in used if not texts.known(key) and key not in ids and not key.endswith(".")}
    assert unknown == set()


def test_actions_have_words_and_no_two_share_a_key() -> None:
    everywhere = [action.key for action in ACTIONS if action.key and action.bound_here]
    assert len(everywhere) == len(set(everywhere))
    for step in {action.group for action in DOSSIER}:
        here = [action.key for action in DOSSIER if action.group == step]
        assert len(here) == len(set(here)), step
        assert not set(here) & set(everywhere), step
    for action in ACTIONS:
        assert texts.known(action.text_key)
        assert texts.known(action.group)


def test_our_own_font_is_used(qapp: QApplication) -> None:
    assert QFontInfo(qapp.font()).family() == theme.FAMILY


@pytest.mark.parametrize("look", ["body", "heading", "subheading", "figure", "muted", "hit-text", "strong", "caption"])
def test_capitals_keep_their_marks(qtbot: QtBot, look: str) -> None:
    """Be Vietnam Pro draws Ễ and Ẵ above its own ascent: a label must leave room for them."""
    label = Text(look=look)
    label.setText("NGUYỄN ẴỔẨ")
    qtbot.addWidget(label)
    label.ensurePolished()
    metrics = QFontMetrics(label.font())
    label.resize(label.sizeHint())
    inside = label.contentsRect()
    baseline = inside.top() + (inside.height() - metrics.height()) // 2 + metrics.ascent()
    assert baseline + metrics.tightBoundingRect("ẴỔẨỄ").top() >= 0


ENGLISH = {
    key: both["en"]
    for path in sorted(texts.FOLDER.glob("*.json"))
    if path.stem != "qt"
    for key, both in json.loads(path.read_text("utf-8")).items()
}


@pytest.mark.parametrize(
    ("count", "said"), [(1, "Sign 1 copy"), ("1", "Sign 1 copy"), (0, "Sign 0 copies"), ("1,201", "Sign 1,201 copies")]
)
def test_one_is_singular_and_everything_else_is_plural(count: object, said: str) -> None:
    texts.set_language("en")
    assert texts.t("archive.sign", count=count) == said
    texts.set_language("vi")
    assert texts.t("archive.sign", count=count) == f"Ký số {count} bản"


def test_no_english_words_count_one_thing_in_the_plural() -> None:
    texts.set_language("en")
    counts = dict.fromkeys(("count", "total", "entries", "sheets", "rows", "problems", "stations", "asked", "again"), 1)
    wrong = []
    for key, english in ENGLISH.items():
        named = {field for _, field, _, _ in Formatter().parse(english) if field}
        said = texts.t(key, **{name: counts.get(name, "–") for name in named})
        if re.search(r"\b1 (?:other )?(?:[a-z]+[^s\W]s|entries|copies)\b", said):
            wrong.append((key, said))
    assert wrong == []


def test_a_state_begins_with_a_capital_letter(qtbot: QtBot) -> None:
    badge = Badge()
    qtbot.addWidget(badge)
    for words, tone, shown in (
        (Words("đã gửi", "sent"), "info", "Đã gửi"),
        (Words("ổn cả", "sound"), "good", "✓ Ổn cả"),
        (Words("", ""), "calm", ""),
    ):
        badge.show_badge(BadgeView(words, tone))  # type: ignore[arg-type]
        assert badge.text() == shown


def test_texts_follow_the_language(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    heading, button, badge = Heading("sign_in.title"), PrimaryButton("sign_in.button", "Enter"), Badge()
    badge.show_badge(BadgeView(Words("Hợp lệ", "Valid"), "good"))
    name = Text()
    name.setText("TRẦN MINH QUÂN")
    for part in (heading, button, badge, name):
        column.addWidget(part)
    assert [heading.text(), button.words(), badge.text()] == ["Đăng nhập", "Vào làm việc", "✓ Hợp lệ"]
    texts.set_language("en")
    retranslate_tree(page)
    assert [heading.text(), button.words(), badge.text(), name.text()] == [
        "Sign in",
        "Sign in",
        "✓ Valid",
        "TRẦN MINH QUÂN",
    ]
    assert button.accessibleName() == "Sign in"


def test_words_of_a_person_are_never_markup(qtbot: QtBot) -> None:
    label = Text()
    label.setText("<b>đậm</b><img src=x>")
    qtbot.addWidget(label)
    label.ensurePolished()
    plain = Text()
    plain.setText("x")
    qtbot.addWidget(plain)
    plain.ensurePolished()
    assert label.textFormat() == plain.textFormat()
    assert label.textFormat().name == "PlainText"


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_a_busy_button_keeps_the_focus_and_does_nothing(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    button, other = PrimaryButton("sign_in.button"), PrimaryButton("shell.close")
    column.addWidget(button)
    column.addWidget(other)
    clicks: list[bool] = []
    button.clicked.connect(lambda: clicks.append(True))
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    button.setFocus()
    button.set_busy("sign_in.checking")
    button.click()
    assert clicks == []
    assert button.hasFocus()
    assert button.words() == "Đang kiểm tra…"
    button.set_busy()
    button.click()
    assert len(clicks) == 1


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_parts_without_a_place_do_not_flash_up_as_windows(qtbot: QtBot, qapp: QApplication) -> None:
    class Watch(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
                self.seen.append(type(watched).__name__)
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    badge, notice, cap = Badge(), Notice("warn"), KeyCap("Ctrl+K")
    badge.show_badge(BadgeView(Words("a", "b"), "warn"))
    notice.say("sign_in.offline", "sign_in.offline_remedy")
    cap.show_key("F1")
    before = list(watch.seen)
    for part in (badge, notice, cap):
        column.addWidget(part)
    page.show()
    qapp.removeEventFilter(watch)
    assert before == []
    assert badge.isVisible()
    assert notice.isVisible()
    assert cap.isVisible()


def test_qts_own_words_are_vietnamese_while_vietnamese_is_shown(qapp: QApplication) -> None:
    words = QtWords()
    words.speak("vi")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Hủy"
    assert QCoreApplication.translate("QWidgetTextControl", "&Copy") == "&Sao chép"
    words.speak("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_strong_colours_and_back(qapp: QApplication) -> None:
    calm = theme.stylesheet()
    theme.set_high_contrast(True)
    assert theme.is_high_contrast()
    assert theme.stylesheet() != calm
    theme.set_high_contrast(False)
    assert theme.stylesheet() == calm
