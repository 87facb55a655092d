"""Qt's own strings: in Vietnamese where we know them, untouched where we do not."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from ui.qt_words import QtWords
from ui.texts import qt_words


@pytest.fixture
def spoken(qtbot: QtBot) -> Iterator[QtWords]:
    words = QtWords()
    words.speak("vi")
    yield words
    words.be_silent()


def test_a_known_string_is_vietnamese(spoken: QtWords) -> None:
    english, vietnamese = next(iter(qt_words().items()))
    assert QCoreApplication.translate("QPlatformTheme", english) == vietnamese


def test_an_unknown_string_stays(spoken: QtWords) -> None:
    assert QCoreApplication.translate("QAnything", "Nobody translated this") == "Nobody translated this"


def test_pictures_can_still_be_read(spoken: QtWords) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(picture, "PNG")
    image = QImage.fromData(picture.getvalue())
    assert (image.width(), image.height()) == (40, 30)
