"""What can be copied with the mouse looks like every other text: no mark above a letter is cut off."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ui import theme
from ui.widgets.copyable import Copyable
from ui.widgets.kit import Text

pytestmark = pytest.mark.window
LOOKS = ("strong", "difference-value")


def drawn(qtbot: QtBot, label: QLabel, text: str, wrapped: bool) -> QImage:
    page = QWidget()
    qtbot.addWidget(page)
    page.setProperty("class", "page")
    page.resize(260, 120)
    label.setParent(page)
    label.setText(text)
    label.setWordWrap(wrapped)
    theme.mark(label, used="yes")
    label.setGeometry(10, 20, 240, label.heightForWidth(240) if wrapped else label.sizeHint().height())
    page.show()
    qtbot.waitExposed(page)
    image = QImage(page.size(), QImage.Format.Format_RGB32)
    page.render(image)
    return image


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("look", LOOKS)
def test_every_mark_stands_above_its_letter(qtbot: QtBot, qapp: QApplication, look: str, wrapped: bool) -> None:
    theme.fonts()
    theme.dress(qapp)
    text = "NGUYỄN THỊ HẰNG ẤẪỔỒ ỆỌ Gỵ" * (1 + wrapped)
    copyable, plain = Copyable(look=look), Text(look=look)
    assert drawn(qtbot, copyable, text, wrapped) == drawn(qtbot, plain, text, wrapped)
    without = drawn(qtbot, Text(look=look), text.replace("Ễ", "Ê"), wrapped)
    assert drawn(qtbot, Copyable(look=look), text, wrapped) != without


def test_it_is_marked_with_the_mouse(qtbot: QtBot, qapp: QApplication) -> None:
    copyable = Copyable(look="strong")
    qtbot.addWidget(copyable)
    copyable.setText("0911 111 111")
    copyable.show()
    QTest.mouseDClick(copyable, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert copyable.selectedText() == "0911"
