"""Copies of central that can be proven: one folder for each copy of the database, one for the sheets of all of them.

The database is copied at one moment of its own while central works on; sheets only ever come, so those that the copy
mentions are all there when they are copied after it, and the next copy brings only what is new. The manifest says what
must come out again; whoever notes its digest elsewhere can prove that nobody changed it.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from sqlalchemy import Connection, func, select

from clerk_app import wire
from clerk_app.central import (
    blocks,
    erasing,
    erasure_records,
    forgotten_messages,
    given_answers,
    parcels,
    postgres_tools,
)
from clerk_app.central.database import (
    Database,
    entries,
    erased_sheets,
    heads,
    lost_sheets,
    metadata,
    open_database,
)
from clerk_app.central.engines import engine_for, parsed, patient
from clerk_app.central.migrating import version
from clerk_app.central.sheets import SheetFolder, SheetStore
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import sheets_of
from clerk_app.domain.refusals import Refusal, Words

MANIFEST = "manifest.json"
LIST = "sheets.txt"
SHEETS = "sheets"
_AT_ONCE = 500


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a copy holds. Digests are SHA-256 in lower-case hexadecimal; `heads` where each station's chain ends."""

    made_at: datetime
    central_id: str
    practice: bool
    engine: str
    schema: str
    database: str
    database_digest: str
    counts: dict[str, int]
    heads: dict[str, tuple[int, str]]
    sheets: int
    sheets_digest: str
    format: int = 1


class Backed(msgspec.Struct, frozen=True):
    """A copy that was made: where, the digest of its manifest, and how many sheets were new. `spoilt` are sheets that
    central holds otherwise than their names say; they are not in the copy.
    """

    folder: Path
    manifest: Manifest
    digest: str
    new_sheets: int
    spoilt: tuple[str, ...]


class Proof(msgspec.Struct, frozen=True):
    """What a restored central was found to be. `ok` only if `problems` is empty. `left_out` are the numbers that it
    lends to nobody, since they may have been lent after the copy.
    """

    entries: int
    stations: int
    sheets: int
    problems: tuple[str, ...]
    left_out: tuple[blocks.LeftOut, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


# ---- making a copy


def backup(database_url: str, sheets: SheetStore, place: Path, now: datetime) -> Backed:
    """Copy central into a new folder of `place`, and into its folder of sheets what is not there yet.

    Raises `Refusal` as `open_database` and the store of sheets do, BACKUP_PLACE where nothing can
    be written, BACKUP_TOOL where PostgreSQL's own is missing or fails. A copy without a manifest was stopped half way
    and counts for nothing.
    """
    folder = place / f"{now:%Y%m%dT%H%M%S%f}"
    with closing(open_database(database_url, upgrade=False)) as database:
        # Only now: what is not there is not copied, and leaves nothing behind.
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise _unwritable(place, error) from None
        engine = database.engine.dialect.name
        file = folder / ("central.sqlite" if engine == "sqlite" else "central.dump")
        with _moment(database, database_url, file) as connection:
            counts, ends = _counts(connection), _heads(connection)
            stands = version(connection) or ""
        # For this copy they say nothing new; for those that were made before them they must not be lost.
        erasure_records.write(database, place / erasure_records.FILE)
    listed, new, spoilt = _copy_sheets(sheets, SheetFolder(place / SHEETS))
    text = "".join(f"{digest}\n" for digest in listed).encode()
    (folder / LIST).write_bytes(text)
    manifest = Manifest(
        made_at=now,
        central_id=database.central_id,
        practice=database.practice,
        engine=engine,
        schema=stands,
        database=file.name,
        database_digest=_digest(file),
        counts=counts,
        heads=ends,
        sheets=len(listed),
        sheets_digest=hashlib.sha256(text).hexdigest(),
    )
    said = msgspec.json.format(msgspec.json.encode(manifest, order="sorted"))
    part = folder / f"{MANIFEST}.part"
    part.write_bytes(said)
    part.replace(folder / MANIFEST)
    return Backed(folder, manifest, hashlib.sha256(said).hexdigest(), new, tuple(spoilt))


@contextmanager
def _moment(database: Database, url: str, file: Path) -> Iterator[Connection]:
    """The database copied to `file`, and a transaction that sees exactly what was copied."""
    if database.several_writers:
        with database.read() as connection:
            # It only waits while the dump is made, and must outlast it.
            patient(connection)
            snapshot = str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())
            postgres_tools.dump(url, snapshot, file)
            yield connection
        return
    with closing(sqlite3.connect(str(database.engine.url.database))) as source, closing(sqlite3.connect(file)) as copy:
        # In one step: a writer waits for it, and what is copied is of one moment.
        source.backup(copy)
    with closing(open_database(f"sqlite:///{file.as_posix()}")) as opened, opened.read() as connection:
        yield connection
    with closing(sqlite3.connect(file)) as copy:
        # One file that stands for itself, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def _counts(connection: Connection) -> dict[str, int]:
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in sorted(metadata.tables.items())
    }


def _heads(connection: Connection) -> dict[str, tuple[int, str]]:
    rows = connection.execute(select(heads).order_by(heads.c.station))
    return {row.station: (row.n, bytes(row.digest).hex()) for row in rows}


def _copy_sheets(source: SheetStore, kept: SheetFolder) -> tuple[list[str], int, list[str]]:
    """Every sheet that is in the copy now, how many came new, and those that are spoilt where they lie."""
    listed: list[str] = []
    spoilt: list[str] = []
    new = 0
    for digest in source.digests():
        if not kept.whole(digest):
            data = source.read(digest)
            if hashlib.sha256(data).hexdigest() != digest:
                spoilt.append(digest)
                continue
            kept.keep(digest, data)
            new += 1
        listed.append(digest)
    return sorted(listed), new, spoilt


# ---- bringing it back


def newest(place: Path) -> Path:
    """The folder of the newest whole copy in `place`, or `place` itself. Raises `Refusal` BACKUP_MISSING."""
    if (place / MANIFEST).exists():
        return place
    made = sorted(path.parent for path in place.glob(f"*/{MANIFEST}"))
    if not made:
        raise Refusal(
            "BACKUP_MISSING",
            Words("Ở đây không có bản sao lưu hoàn chỉnh nào.", "There is no whole backup here."),
            Words("Chỉ thư mục đã dùng cho central backup.", "Name the folder that central backup wrote to."),
        )
    return made[-1]


def read_manifest(folder: Path, digest: str = "") -> Manifest:
    """The manifest of a copy; with `digest`, only the very one that was noted.

    Raises `Refusal` BACKUP_DAMAGED for one that cannot be read, BACKUP_DIGEST where another digest was noted.
    """
    try:
        said = (folder / MANIFEST).read_bytes()
        manifest = msgspec.json.decode(said, type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise _damaged(MANIFEST) from None
    if manifest.format != 1:
        raise _damaged(MANIFEST)
    if digest and hashlib.sha256(said).hexdigest() != digest:
        raise _other_digest(folder, digest)
    return manifest


def restore(folder: Path, database_url: str, sheets: SheetStore, now: datetime, digest: str = "") -> Proof:
    """Bring a copy back into an empty place, prove what came out, and leave out the numbers that may be lent already.

    Raises `Refusal`: BACKUP_DAMAGED, BACKUP_DIGEST, BACKUP_ENGINE, RESTORE_NOT_EMPTY, BACKUP_TOOL; then nothing that
    was there before has changed.
    """
    manifest = read_manifest(folder, digest)
    address = parsed(database_url)
    if address.get_backend_name() != manifest.engine:
        raise Refusal(
            "BACKUP_ENGINE",
            Words(f"Bản sao này là của {manifest.engine}.", f"This backup is one of {manifest.engine}."),
            Words("Phục hồi vào cùng loại cơ sở dữ liệu.", "Restore it into the same kind of database."),
        )
    file = folder / manifest.database
    if not file.exists() or _digest(file) != manifest.database_digest:
        raise _damaged(manifest.database)
    listed = _listed(folder, manifest)
    if not sheets.empty() or not _empty(database_url):
        raise Refusal(
            "RESTORE_NOT_EMPTY",
            Words("Nơi phục hồi không trống.", "The place to restore into is not empty."),
            Words("Chỉ một cơ sở dữ liệu và kho trang mới, trống.", "Name a new, empty database and store of sheets."),
        )
    if manifest.engine == "sqlite":
        _put_back(file, Path(address.database or ""))
    else:
        postgres_tools.restore(database_url, file)
    with closing(open_database(database_url)) as database:
        with database.read() as connection:
            patient(connection)
            stands = _counts(connection), _heads(connection)
        # At once, before anything else may fail: whoever starts this central now must lend nothing twice. Only what
        # is compared with the copy is looked at before.
        left_out = blocks.leave_out(database, manifest.made_at, now)
        forgotten_messages.hold_back(database, now)
        given_answers.note_forgotten(database, manifest.made_at, now)
        parcels.ask_anew(database, now)
        if (record := folder.parent / erasure_records.FILE).exists():
            # Before anybody can look: what was erased after the copy is erased in it, too.
            erasure_records.carry_out(database, record)
        with database.read() as connection:
            gone = set(connection.execute(select(erased_sheets.c.digest)).scalars())
    problems = list(_bring_sheets(SheetFolder(folder.parent / SHEETS), sheets, listed))
    with closing(open_database(database_url)) as database:
        if erasing.finish(database, sheets):
            listed = [digest for digest in listed if digest not in gone or sheets.whole(digest)]
    problems += _differences(manifest, *stands)
    return msgspec.structs.replace(_proven(manifest, database_url, sheets, listed, problems), left_out=left_out)


def _listed(folder: Path, manifest: Manifest) -> list[str]:
    try:
        text = (folder / LIST).read_bytes()
    except OSError:
        raise _damaged(LIST) from None
    if hashlib.sha256(text).hexdigest() != manifest.sheets_digest:
        raise _damaged(LIST)
    return text.decode("ascii").split()


def _empty(database_url: str) -> bool:
    address = parsed(database_url)
    if address.get_backend_name() == "sqlite":
        return not Path(address.database or "").exists()
    engine = engine_for(address)
    try:
        with engine.connect() as connection:
            return version(connection) is None
    finally:
        engine.dispose()


def _put_back(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.part")
    shutil.copyfile(file, part)
    part.replace(to)


def _bring_sheets(kept: SheetFolder, sheets: SheetStore, listed: Iterable[str]) -> Iterator[str]:
    for digest in listed:
        try:
            if not kept.whole(digest):
                yield f"sheet {digest}: not in the backup"
                continue
            sheets.keep(digest, kept.read(digest))
        except Refusal as refusal:
            if refusal.code != "SHEET_DAMAGED":
                raise
            yield f"sheet {digest}: damaged in the backup"


def _differences(manifest: Manifest, counts: dict[str, int], ends: dict[str, tuple[int, str]]) -> Iterator[str]:
    for name, expected in manifest.counts.items():
        if counts.get(name, 0) != expected:
            yield f"{name}: {counts.get(name, 0)} rows, {expected} in the manifest"
    if ends != manifest.heads:
        yield "the chains do not end where the manifest says"


def _proven(manifest: Manifest, database_url: str, sheets: SheetStore, listed: list[str], problems: list[str]) -> Proof:
    with closing(open_database(database_url)) as database:
        if database.central_id != manifest.central_id:
            problems.append("the database is another central's")
        with database.read() as connection:
            patient(connection)
            wanted = _mentioned(connection)
    for digest in sorted(set(listed) | wanted):
        if not sheets.whole(digest) or hashlib.sha256(sheets.read(digest)).hexdigest() != digest:
            problems.append(f"sheet {digest}: missing or damaged")
    found = verify(database_url)
    return Proof(found.entries, found.stations, len(listed), (*problems, *found.problems))


def _mentioned(connection: Connection) -> set[str]:
    """The sheets that accepted entries mention, but for those that their stations lost."""
    wanted: set[str] = set()
    bodies = select(entries.c.body).where(entries.c.accepted)
    for body in connection.execution_options(yield_per=_AT_ONCE).execute(bodies).scalars():
        wanted |= sheets_of(wire.decode_entry(body))
    return wanted - set(connection.execute(select(lost_sheets.c.digest)).scalars())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _other_digest(folder: Path, digest: str) -> Refusal:
    """The digest is another copy's, which is named where it lies beside this one, or this manifest was changed."""
    for manifest in sorted(folder.parent.glob(f"*/{MANIFEST}")):
        if manifest.parent != folder and _digest(manifest) == digest:
            name = manifest.parent.name
            return Refusal(
                "BACKUP_DIGEST",
                Words(
                    f"Mã này là của bản sao {name}, không phải của {folder.name}.",
                    f"This digest is the one of the copy {name}, not of {folder.name}.",
                ),
                Words(
                    f"Dùng mã của {folder.name}, hoặc chỉ thẳng thư mục {name}.",
                    f"Give the digest of {folder.name}, or name the folder {name} itself.",
                ),
            )
    return Refusal(
        "BACKUP_DIGEST",
        Words(
            f"Mã này không phải của bản sao {folder.name}.",
            f"This is not the digest of the copy {folder.name}.",
        ),
        Words(
            "So với mã đã ghi khi sao lưu: nếu đó là mã của bản này thì bản kê đã bị thay đổi, hãy dùng bản trước đó.",
            "Compare it with what was noted of this very copy. If it is that, the manifest was changed since: use the "
            "copy before it.",
        ),
    )


def _unwritable(place: Path, error: OSError) -> Refusal:
    return Refusal(
        "BACKUP_PLACE",
        Words(
            f"Không ghi được vào {place}: {error.strerror}.", f"Nothing can be written to {place}: {error.strerror}."
        ),
        Words("Chọn thư mục khác, hoặc sửa quyền của nó.", "Name another folder, or mend its permissions."),
    )


def _damaged(name: str) -> Refusal:
    return Refusal(
        "BACKUP_DAMAGED",
        Words(f"Bản sao lưu hỏng hoặc bị thay đổi: {name}.", f"The backup is damaged or was changed: {name}."),
        Words("Dùng bản sao trước đó.", "Use the copy before it."),
    )
