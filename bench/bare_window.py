"""The floor of `cold-start`: an empty PySide6 window that says when it was painted, and stops."""

from __future__ import annotations

import os
import sys

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class BareWindow(QMainWindow):
    """Nothing but a first frame."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, say so, stop."""
        super().paintEvent(event)
        print("painted", flush=True)
        os._exit(0)


application = QApplication(sys.argv[:1])
window = BareWindow()
window.resize(1280, 800)
window.show()
sys.exit(application.exec())
