"""A disk without room is called full, not the database damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import Database
from tests.peers.disks import fill, small_disk

KEY = bytes(32)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    with small_disk(tmp_path / "small", 2) as place:
        yield place


def test_a_store_on_a_full_disk_opens_once_there_is_room(small: Path) -> None:
    with closing(Database(small / "desk.db", KEY)):
        pass
    filler = fill(small)
    assert shutil.disk_usage(small).free == 0
    with pytest.raises(Refusal) as caught:
        Database(small / "desk.db", KEY)
    assert caught.value.code == "DISK_FULL"
    filler.unlink()
    Database(small / "desk.db", KEY).close()
