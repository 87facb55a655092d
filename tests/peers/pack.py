"""The pack of this repository as the tests use it: loaded once, copied to be spoilt, signed with keys of their own."""

from __future__ import annotations

import csv
import shutil
from functools import lru_cache
from pathlib import Path

from clerk_app.catalogue import signing
from clerk_app.catalogue.pack import Pack, load

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "catalogue"
TRAINING_KEY = ROOT / "resources" / "practice" / "catalogue_publisher.key"
SPECIMENS = ROOT / "tests" / "specimens"
VECTORS = ROOT / "tests" / "vectors"


def public_key() -> bytes:
    """The training publisher's public key."""
    return signing.read_key(FOLDER / signing.PUBLIC_KEY)


@lru_cache(maxsize=1)
def training_pack() -> Pack:
    """The pack as it stands in the repository."""
    return load(FOLDER, [public_key()])


def copy_of_pack(folder: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(FOLDER, folder / "pack"))


def sign_again(folder: Path) -> None:
    """Sign a changed copy with the training publisher's key."""
    signing.sign(folder, signing.read_key(TRAINING_KEY), "test", "2026-11-22", "training")


def vectors(name: str) -> list[dict[str, str]]:
    """The rows of a table of test vectors."""
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
