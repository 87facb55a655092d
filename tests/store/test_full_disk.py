"""A disk without room is called full, not the database damaged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import Database

KEY = bytes(32)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("only an administrator may mount a disk")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_store_on_a_full_disk_opens_once_there_is_room(small: Path) -> None:
    with closing(Database(small / "desk.db", KEY)):
        pass
    filler = small / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(small).free))
    assert shutil.disk_usage(small).free == 0
    with pytest.raises(Refusal) as caught:
        Database(small / "desk.db", KEY)
    assert caught.value.code == "DISK_FULL"
    filler.unlink()
    Database(small / "desk.db", KEY).close()
