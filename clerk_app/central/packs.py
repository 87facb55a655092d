"""The rule packs that central handed out: any number, all kept, the last one published being the law of today.

They lie in the database, so that every process of one central has the same; a pack is verified when it is published
and again when a process first reads it. Versions only grow.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select

from clerk_app.catalogue import building, linter
from clerk_app.catalogue.archive import archived, load_archive, unpacked
from clerk_app.catalogue.pack import Pack, load
from clerk_app.catalogue.signing import order, refused, verified_files
from clerk_app.catalogue.tables import csv_rows
from clerk_app.central.database import Database, milliseconds, packs
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import OfferedPack, PackSent

_LOG = logging.getLogger("quay.central")
_COLUMNS = packs.c.number, packs.c.version, packs.c.digest, packs.c.published_ms
_NEWEST_FIRST = (packs.c.number.desc(),)
_RAISE_VERSION = Words(
    "Ký lại gói với phiên bản lớn hơn (clerk catalogue sign --version …) rồi phát hành.",
    "Sign it again with a later version (clerk catalogue sign --version …), then publish it.",
)


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: the pack that is handed out now; `new` is false for one that was handed out already."""

    version: str
    digest: bytes
    new: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One publication. `number` grows with each; `published_ms` is milliseconds since 1970."""

    number: int
    version: str
    digest: bytes
    published_ms: int


@dataclass(slots=True)
class PublishedPacks:
    """The packs of one central, signed by one of `keys` (raw Ed25519 public keys)."""

    database: Database
    keys: Sequence[bytes]
    _read: dict[int, Pack | None] = field(default_factory=dict, repr=False)

    def standing(self) -> tuple[Standing, ...]:
        """Every publication, the newest first."""
        with self.database.read() as connection:
            return tuple(Standing(*row) for row in connection.execute(select(*_COLUMNS).order_by(*_NEWEST_FIRST)))

    def in_force(self) -> Pack | None:
        """The newest that can be believed: the law of today."""
        return next((pack for one in self.standing() if (pack := self.pack(one)) is not None), None)

    def newest(self) -> OfferedPack | None:
        """What stations are told of: one row of the database."""
        with self.database.read() as connection:
            row = connection.execute(select(*_COLUMNS).order_by(*_NEWEST_FIRST).limit(1)).first()
        return OfferedPack(row.version, row.digest) if row else None

    def sent(self, digest: str) -> PackSent:
        """The archive of the pack whose manifest has this SHA-256 (lower-case hex). Raises `Refusal` PACK_UNKNOWN."""
        try:
            wanted = packs.c.digest == bytes.fromhex(digest)
        except ValueError:
            raise _unknown() from None
        with self.database.read() as connection:
            found = connection.execute(select(packs.c.archive).where(wanted)).scalar()
        if found is None:
            raise _unknown()
        return PackSent(found)

    def pack(self, one: Standing) -> Pack | None:
        """What was published there, verified when this process first asks; None if it cannot be believed."""
        if one.number not in self._read:
            with self.database.read() as connection:
                chosen = select(packs.c.archive).where(packs.c.number == one.number)
                data = connection.execute(chosen).scalar_one()
            try:
                self._read[one.number] = load_archive(data, self.keys)
            except Refusal as refusal:
                _LOG.error("catalogue %s, publication %s, cannot be used: %s", one.version, one.number, refusal.code)
                self._read[one.number] = None
        return self._read[one.number]

    def publish(self, folder: Path, now: datetime) -> Published:
        """Hand out the pack in `folder` from now on. It must be signed, clean, and newer than every one before.

        Raises `Refusal`: PACK_…, PACK_INCONSISTENT, PACK_VERSION, PACK_OLDER, PACK_VERSION_TAKEN.
        """
        pack = load(folder, self.keys)
        if problems := linter.check(folder, self.keys):
            first = problems[0]
            raise refused("PACK_INCONSISTENT", first.words.vi, first.words.en, first.file, first.line)
        done = self._published(folder, now)
        if done.digest != pack.manifest.digest:
            raise _not_newer(
                "PACK_OLDER",
                f"Trung tâm đã phát hành danh mục {done.version}, mới hơn gói này.",
                f"Central has published catalogue {done.version}, newer than this one.",
            )
        return done

    def begin(self, folder: Path, now: datetime) -> Pack:
        """Begin with the pack in `folder`, unless a newer one was published; the law of today.

        In training a pack that was edited and signed again under its old version takes the place of that one.
        Raises `Refusal`: PACK_…, PACK_VERSION_TAKEN.
        """
        floor = load(folder, self.keys)
        if order(floor.version):
            self._published(folder, now, again=self.database.practice)
        return self.in_force() or floor

    def _published(self, folder: Path, now: datetime, again: bool = False) -> Published:
        """Hand the pack out unless a newer one is; what is handed out then."""
        manifest, _ = verified_files(folder, self.keys)
        version, digest = manifest.version, manifest.digest
        if not order(version):
            raise _not_newer("PACK_VERSION", f"“{version}” không phải phiên bản.", f"“{version}” is no version.")
        data = archived(folder, self.keys)
        with self.database.write() as connection:
            last = connection.execute(select(*_COLUMNS).order_by(*_NEWEST_FIRST).limit(1)).first()
            if last is not None and (last.digest == digest or order(last.version) > order(version)):
                return Published(last.version, last.digest, new=False)
            if last is not None and order(last.version) == order(version) and not again:
                vi = f"Danh mục {version} đã được phát hành với nội dung khác."
                raise _not_newer("PACK_VERSION_TAKEN", vi, f"Catalogue {version} was published with other content.")
            row = {"version": version, "digest": digest, "published_ms": milliseconds(now), "archive": data}
            connection.execute(insert(packs), row)
        return Published(version, digest, new=True)


def role_names(database: Database, now: datetime) -> Mapping[str, Words]:
    """The roles of the newest pack that was handed out here, or else of the one that came with this program.

    Only their names are read: whose signature counts is known where central runs, which verified it.
    """
    with database.read() as connection:
        data = connection.execute(select(packs.c.archive).order_by(*_NEWEST_FIRST).limit(1)).scalar()
    name = "roles.csv"
    content = unpacked(data)[name] if data is not None else (catalogue_folder() / name).read_bytes()
    rows = csv_rows(name, content, building.COLUMNS["roles"], added=building.ADDED_COLUMNS["roles"])
    dated = (building.role(row) for row in rows)
    return {row.value.code: row.value.name for row in dated if row.on(in_hanoi(now).date())}


def catalogue_folder() -> Path:
    """Where the pack lies that came with this program."""
    return Path(__file__).resolve().parents[2] / "resources" / "catalogue"


def _unknown() -> Refusal:
    return Refusal(
        "PACK_UNKNOWN",
        Words("Trung tâm không có danh mục này.", "Central has no such catalogue."),
        Words("Máy trạm hỏi lại danh mục mới nhất.", "The station asks for the newest one again."),
    )


def _not_newer(code: str, vi: str, en: str) -> Refusal:
    return Refusal(code, Words(vi, en), _RAISE_VERSION)
