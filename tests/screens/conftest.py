"""What every test of a screen shares."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from ui import theme


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """Cyclic garbage is collected here between the tests, never in a lane in the middle of one (see `ui.sweeper`)."""
    gc.disable()
    yield
    gc.collect(0)
    gc.enable()


@pytest.fixture(scope="session")
def _fonts(qapp: QApplication) -> None:
    theme.fonts(first_frame_only=True)
    theme.fonts()


@pytest.fixture(autouse=True)
def _dressed(_fonts: None, qapp: QApplication) -> None:
    """Every screen wears Quầy's font and style as a clerk sees it, whichever test came before."""
    if qapp.font().family() != theme.FAMILY or qapp.styleSheet() != theme.stylesheet():
        theme.dress(qapp)
