"""Central's parts joined for one piece of work beside the running server, on the same database and sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from clerk_app.central.app import hanoi_now
from clerk_app.central.carried_in import CarriedIn
from clerk_app.central.database import open_database, url_of
from clerk_app.central.law import PackedLaw, publishers
from clerk_app.central.packs import PublishedPacks, catalogue_folder
from clerk_app.central.register import Register
from clerk_app.central.sheets import open_sheets, sheets_at
from clerk_app.settings import CentralSettings, of_folder


@contextmanager
def opened(
    data_dir: Path,
    url: str | None = None,
    blobs: str | None = None,
    catalogue: Path | None = None,
    catalogue_keys: Sequence[bytes] = (),
) -> Iterator[CarriedIn]:
    """What takes in files from stations, by the law that this central has published.

    Raises `Refusal`: DATABASE_…, PACK_…, BLOBS_….
    """
    database = open_database(url_of(url, data_dir))
    try:
        folder = catalogue or catalogue_folder()
        packs = PublishedPacks(database, publishers(folder, catalogue_keys, database.practice))
        law = PackedLaw(packs.begin(folder, hanoi_now()), packs)
        marks = of_folder(data_dir, CentralSettings).keeps_marks()
        sheets = open_sheets(sheets_at(blobs, data_dir))
        register = Register(database, sheets, law, sms_marks=marks, for_one_file=True)
        yield CarriedIn(database, register, sheets, hanoi_now)
    finally:
        database.close()
