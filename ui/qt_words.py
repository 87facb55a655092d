"""Qt's own words in Vietnamese: the wheel brings no qtbase_vi.qm, so they come from translations/qt.json."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QTranslator

from ui.texts import qt_words


class QtWords(QTranslator):
    """Answers Qt's English strings in Vietnamese while that language is shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = qt_words()
        self._installed = False

    def speak(self, language: str) -> None:
        """Put itself in for Vietnamese, take itself out for English."""
        if language == "vi" and not self._installed:
            self._installed = QCoreApplication.installTranslator(self)
        elif language != "vi":
            self.be_silent()

    def be_silent(self) -> None:
        """Take itself out."""
        if self._installed:
            QCoreApplication.removeTranslator(self)
            self._installed = False

    def isEmpty(self) -> bool:
        """It has words; Qt does not install an empty one."""
        return False

    def translate(
        self,
        context: str,
        source_text: str,
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        """The Vietnamese of one of Qt's strings.

        For one we do not know it answers None, which Qt takes for "ask the next": an empty text would be taken for the
        translation, and Qt's picture readers, for instance, tell by their error text whether they can read a file.
        """
        known: Any = self._words.get(source_text)
        return known  # type: ignore[no-any-return]
