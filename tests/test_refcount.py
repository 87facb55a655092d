"""PySide6 6.12.0 on Python 3.11 loses a reference to None on nearly every call and aborts after some thousands."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QLabel


def test_none_keeps_its_references(qapp: QApplication) -> None:
    label = QLabel()
    label.setText("warm")
    before = sys.getrefcount(None)
    for number in range(5_000):
        label.setText(str(number))
        label.setToolTip("")
        label.updateGeometry()
    lost = before - sys.getrefcount(None)
    assert lost < 500, f"{lost} references lost in 15,000 calls"
