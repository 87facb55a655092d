"""What every test of a screen shares."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _swept() -> Iterator[None]:
    """Cyclic garbage is collected here between the tests, never in a lane in the middle of one (see `ui.sweeper`)."""
    gc.disable()
    yield
    gc.collect(0)
    gc.enable()
