"""A central that holds the generated years, and a desk of its office that joined right before they came.

Making them takes some minutes. With `CLERK_BENCH_KEEP=DIR` they are made once and copied from there afterwards, as long
as the program makes the same of them: entries and rows of reports alone are kept, every figure is counted anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench import generated_years

if TYPE_CHECKING:
    from tests.peers.central import CentralProcess

KEEP = "CLERK_BENCH_KEEP"
"""The variable that names where loaded years are kept."""
_PARTS = ("central", "desk")


def loaded(folder: Path, stretches: Sequence[generated_years.Stretch] = generated_years.WHOLE) -> CentralProcess:
    """A central in `folder / "central"` that stands still, with these years; its desk is in `folder / "desk"`."""
    from tests.peers.central import CentralProcess

    os.environ["CLERK_KEY_STORE"] = "none"
    kept = Path(os.environ[KEEP]) / _mark(stretches) if os.environ.get(KEEP) else None
    if kept is not None and (kept / "port").is_file():
        for part in _PARTS:
            shutil.copytree(kept / part, folder / part)
        # The desk knows central by its address.
        return CentralProcess(folder / "central", _port=int((kept / "port").read_text()))
    central = _made(folder, stretches)
    if kept is not None:
        shutil.rmtree(kept, ignore_errors=True)
        for part in _PARTS:
            shutil.copytree(folder / part, kept / part)
        (kept / "port").write_text(central.url.rsplit(":", 1)[1])
    return central


def _made(folder: Path, stretches: Sequence[generated_years.Stretch]) -> CentralProcess:
    from clerk_app import bootstrap
    from clerk_app.central.database import open_database
    from clerk_app.central.people import seed_practice
    from tests.peers.central import CentralProcess

    central = CentralProcess(folder / "central")
    central.start()
    try:
        database = open_database(central.database_url)
        seed_practice(database)
        database.close()
        bootstrap.enrol(folder / "desk", central.url, central.code("Q04"), "practice")
        with closing(bootstrap.open_desk(folder / "desk", "practice")) as desk:
            desk.sign_in.sign_in("supervisor", "practice")
            desk.delivery.once(lambda: False)
    finally:
        central.stop()
    database = open_database(central.database_url)
    generated_years.load(database, stretches)
    database.close()
    return central


def _mark(stretches: Sequence[generated_years.Stretch]) -> str:
    """Which years these are, as this program makes them."""
    from clerk_app.domain.report_facts import VERSION

    made = Path(generated_years.__file__).read_bytes()
    steps = sorted(path.name for path in _migrations())
    return hashlib.sha256(repr((tuple(stretches), VERSION, steps)).encode() + made).hexdigest()[:16]


def _migrations() -> list[Path]:
    from clerk_app.central import migrations

    return list((Path(migrations.__path__[0]) / "versions").glob("c0*.py"))
