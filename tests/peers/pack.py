"""The pack of this repository as the tests use it: loaded once, copied to be spoilt, signed with keys of their own."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from clerk_app.catalogue import signing
from clerk_app.catalogue.pack import Pack, load
from clerk_app.domain.calendar import in_hanoi

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "catalogue"
TRAINING_KEY = ROOT / "resources" / "practice" / "catalogue_publisher.key"
OWNER = "Người đứng tên hồ sơ"
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


def newer_pack(folder: Path, version: str = "2026.12.1", fee_vnd: int = 125_000, since: date | None = None) -> Path:
    """A newer pack, signed by the training publisher: from `since` (today) on the exchange of a licence costs that, and
    the receipt calls its owner `OWNER`.
    """
    since = since or in_hanoi(datetime.now(UTC)).date()
    pack = Path(shutil.copytree(FOLDER, folder / version))
    fees = pack / "fees.csv"
    with fees.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    until, begins = header.index("effective_to"), header.index("effective_from")
    for row in [one for one in rows if one[0] == "GPLX_ISSUE" and not one[until]]:
        later = row.copy()
        row[until], later[begins] = (since - timedelta(days=1)).isoformat(), since.isoformat()
        later[header.index("amount_vnd")] = str(fee_vnd)
        rows.append(later)
    with fees.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    printed = pack / "printed.toml"
    printed.write_text(printed.read_text("utf-8").replace('"Chủ hồ sơ"', f'"{OWNER}"'), "utf-8")
    _only_examples_before(pack / "examples.toml", since)
    sign_as(pack, version)
    return pack


def sign_as(pack: Path, version: str, key: bytes | None = None) -> None:
    """Sign a pack as this version, with the training publisher's key or another."""
    signing.sign(pack, key or signing.read_key(TRAINING_KEY), version, "2026-11-28", "training")


def _only_examples_before(examples: Path, day: date) -> None:
    """Worked examples of a later day expect the old fee."""
    head, *blocks = re.split(r"(?m)^(?=\[\[)", examples.read_text("utf-8"))
    dated = [(block, re.search(r'(?:received_at|day|on) = "(\d{4}-\d\d-\d\d)', block)) for block in blocks]
    kept = [block for block, found in dated if found is None or date.fromisoformat(found[1]) < day]
    examples.write_text(head + "".join(kept), "utf-8")


def with_cousins(folder: Path) -> Pack:
    """A pack with a kind of exception that no program knows, which two of a new role grant up to some amount, and a
    supervisor without money.
    """
    pack = copy_of_pack(folder)
    rows = {
        "exceptions.csv": "COUSIN,*,never,2,always,yes,Người nhà.,A relative.,2017-01-01,,Quy chế,no",
        "grants.csv": "COUSIN,elder,50000,2017-01-01,,Quy chế,no\nCOUSIN,supervisor,0,2017-01-01,,Quy chế,no",
        "roles.csv": "elder,Trưởng lão,Elder,dossier.find exception.decide,,2017-01-01,,Quy chế,partial",
    }
    for name, row in rows.items():
        table = pack / name
        table.write_text(table.read_text("utf-8").rstrip("\n") + f"\n{row}\n", "utf-8")
    sign_again(pack)
    return load(pack, [public_key()])


def chief_grants(folder: Path) -> Pack:
    """A pack that leaves a weak identity to a role of its own, the chief; supervisors decide all other exceptions."""
    pack = copy_of_pack(folder)
    grants, roles = pack / "grants.csv", pack / "roles.csv"
    grants.write_text(grants.read_text("utf-8").replace("IDENTITY_WEAK,supervisor", "IDENTITY_WEAK,chief"), "utf-8")
    chief = "chief,Trưởng phòng,Chief,dossier.find exception.decide,,2017-01-01,,Quy chế,partial\n"
    roles.write_text(roles.read_text("utf-8") + chief, "utf-8")
    sign_again(pack)
    return load(pack, [public_key()])


def with_settings(folder: Path, version: str = "2026.12.1", **values: str) -> Path:
    """A newer pack, signed by the training publisher, in which these settings have these values from the first day."""
    pack = Path(shutil.copytree(FOLDER, folder / version))
    settings = pack / "settings.csv"
    with settings.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    known = {row[0]: row for row in rows}
    for name, value in values.items():
        known[name][header.index("value")] = value
    with settings.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    sign_as(pack, version)
    return pack
