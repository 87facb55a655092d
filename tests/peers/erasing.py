"""A central that holds things on one number, some of which may be erased, and the data officers who do it."""

from __future__ import annotations

import csv
import hashlib
import shutil
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from clerk_app.central import people
from clerk_app.central.app import hanoi_now
from clerk_app.central.database import Database, open_database
from clerk_app.central.law import publishers
from clerk_app.central.packs import PublishedPacks
from clerk_app.domain.dossier import Discarded, FieldsEntered, IdentityRead, Page, PagesArranged
from clerk_app.domain.oversight import Looked
from clerk_app.domain.people import Person
from tests.peers.central import CentralProcess
from tests.peers.commands import Said, here
from tests.peers.counter import PAPER, Chain, exchange, opened
from tests.peers.pack import FOLDER, sign_as

SUBJECT, OTHER = "001090012345", "001085054321"
NAME = "TRẦN MINH QUÂN"
SHEET = hashlib.sha256(PAPER).hexdigest()


def pack_kept(folder: Path, version: str = "2026.12.1", two: str = "on", **days: int) -> Path:
    """A newer pack by which central keeps these kinds of records for so many days."""
    pack = Path(shutil.copytree(FOLDER, folder / version))
    _set(pack / "retentions.csv", "kind", "days", {kind: str(many) for kind, many in days.items()})
    _set(pack / "settings.csv", "key", "value", {"erasure_two_people": two})
    sign_as(pack, version)
    return pack


def _set(table: Path, key: str, column: str, values: dict[str, str]) -> None:
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row[column] = values.get(row[key], row[column])
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def publish(database: Database, pack: Path) -> None:
    """Make this the law at central."""
    PublishedPacks(database, publishers(pack, (), True)).publish(pack, hanoi_now())


def identity(number: str, name: str) -> IdentityRead:
    """A card that was read."""
    read = next(one for one in exchange("", "", hanoi_now()) if isinstance(one, IdentityRead))
    return replace(read, person=Person(number, name))


@dataclass
class Held:
    """A central that holds: a dossier of the subject that was given up, a draft of theirs, and a stranger's in which
    the number is mentioned.
    """

    central: CentralProcess
    folder: Path
    chain: Chain = field(default_factory=lambda: Chain("Q01"))
    gone: UUID = field(default_factory=uuid4)
    draft: UUID = field(default_factory=uuid4)
    stranger: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        with closing(self.database()) as database:
            for user in ("officer", "officer2"):
                people.add_user(database, user, user.title(), ["data_officer"], "PC08-HN", "practice")
        self.uplink = self.central.enrol("Q01", "clerk", "supervisor", seed=self.chain.seed)
        page = Page(SHEET, "GKSK", 100, 100, 300, len(PAPER))
        chain = self.chain
        chain.happen(self.gone, opened(), identity(SUBJECT, NAME), PagesArranged((page,), "scan"))
        chain.happen(self.gone, Looked("values", "CONTROL"), who="supervisor")
        chain.happen(self.gone, FieldsEntered(MappingProxyType({"applicant.phone": "0912345678"}), "identity"))
        chain.happen(self.gone, Discarded("thôi"))
        chain.happen(self.stranger, opened(local_code="T-3"), identity(OTHER, "PHẠM NGƯỜI LẠ"))
        reason = {"reason": "đi cùng ông số 001 090 012 345, xem hồ sơ kia"}
        chain.happen(self.stranger, FieldsEntered(MappingProxyType(reason), "application"))
        answers = self.uplink.push(chain.sealed).answers
        assert all(one.accepted for one in answers), answers

    def database(self) -> Database:
        return open_database(self.central.database_url)

    def law(self, two: str = "on", version: str = "2026.12.1", **days: int) -> None:
        """Publish a pack by which central keeps these kinds for so many days."""
        with closing(self.database()) as database:
            publish(database, pack_kept(self.folder, version, two, **days))

    def go_on(self) -> list[Any]:
        """Send what happened since; central's answers to all of it."""
        return list(self.uplink.push(self.chain.sealed).answers)

    def password(self) -> Path:
        file = self.folder / "password"
        file.write_text("practice\n", "utf-8")
        return file

    def erase(self, *more: str | Path, number: str = SUBJECT, user: str = "officer", purpose: str = "SUBJECT") -> Said:
        return self.command("erase", number, "--as", user, "--purpose", purpose, *more)

    def erased(self, digest: str) -> Said:
        """Do what was shown, two people agreeing."""
        return self.erase("--confirm", digest, "--second", "officer2", "--second-password-file", self.password())

    def command(self, *words: str | Path, **environment: str) -> Said:
        around = {"CLERK_DATABASE": self.central.database_url}
        if self.central.blobs:
            around["CLERK_BLOBS"] = self.central.blobs
        given = ["central", "subject", *words, "--data", str(self.central.folder), "--json"]
        return here(*given, profile=None, **around | environment)


def days_from_now(days: int) -> str:
    """A day as people read it."""
    return f"{hanoi_now() + timedelta(days=days):%d/%m/%Y}"
