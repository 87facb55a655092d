"""Whatever is changed, taken out, put in or put back in a desk's store behind the program's back is named."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import wire
from clerk_app.desk.ports import VerifyReport
from clerk_app.domain.altered import Finding
from clerk_app.domain.dossier import Entry, FieldsEntered, Opened, PageArrived, PageRead
from clerk_app.domain.pages import Page
from clerk_app.domain.refusals import Refusal
from clerk_app.store import schema, seals
from clerk_app.store.database import Database, raw_connection
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.known_users import KnownUsers
from clerk_app.store.messages_heard import MessagesHeard
from clerk_app.store.protection import DESK, SEALED
from clerk_app.store.sheets import SheetStore
from clerk_app.store.witness import FILE, Witness
from clerk_app.wire import Answer, Answers, Block, Pulled, SignedIn, User
from clerk_app.wire_messages import DossierMessages
from tests.peers.pack import SPECIMENS
from tests.store.conftest import MORNING, Clock

OPENED = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.1", practice=True)
KEY, SHEETS_KEY = bytes(range(32)), b"s" * 32
SIGNER = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
PUBLIC = SIGNER.public_key().public_bytes_raw()
NUMBER = "001090012345"


@dataclass
class Profile:
    """The folder of a desk that is shut."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "desk.db"

    def journal(self, database: Database) -> SealedJournal:
        return SealedJournal(database, "Q04", SIGNER.sign, PUBLIC, Witness(self.folder / FILE))

    def verified(self) -> VerifyReport:
        with closing(Database(self.path, KEY)) as database:
            return self.journal(database).verify()

    def sheets(self) -> list[Finding]:
        with closing(Database(self.path, KEY)) as database:
            return list(SheetStore(self.folder / "sheets", SHEETS_KEY, database, Clock()).verify())

    def opened(self) -> Refusal | None:
        with closing(Database(self.path, KEY)) as database:
            return self.journal(database).soundness()

    def asked(self, statement: str, *values: object) -> list[Any]:
        """A statement of somebody who has the key and another program: no trigger of ours stands in the way."""
        with closing(raw_connection(self.path, KEY)) as connection:
            made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in made:
                connection.execute(f"DROP TRIGGER {name}")
            found = connection.execute(statement, values).fetchall()
            for _, sql in made:
                connection.execute(sql)
            return list(found)

    def copied(self, folder: Path) -> Profile:
        shutil.copytree(self.folder, folder)
        return Profile(folder)


def _worked(folder: Path) -> Profile:
    profile = Profile(folder)
    clock = Clock()
    with closing(Database(profile.path, KEY)) as database:
        journal = profile.journal(database)
        sheets = SheetStore(folder / "sheets", SHEETS_KEY, database, clock)
        KnownUsers(database).remember(SignedIn(User("lan", "Lan", ["clerk"], "PC08"), 7, MORNING), "x")
        journal.lend(Block("receipt", 1, 5))
        journal.lend(Block("dossier", 7, 9))
        for _ in range(3):
            journal.draw("receipt")
        dossiers = [new_id() for _ in range(3)]
        for dossier in dossiers:
            typed = FieldsEntered({"applicant.number": NUMBER}, "identity", "applicant.number")
            journal.append(dossier, [OPENED, typed], "clerk", clock())
        page, other = sheets.put(b"page" * 900), sheets.put(b"another" * 900)
        sheets.keep_original(b"scan" * 900, dossiers[0])
        sheets.delivered(other)
        MessagesHeard(database).keep(dossiers[0], DossierMessages([], MORNING))
        MessagesHeard(database).keep(dossiers[1], DossierMessages([], MORNING))
        journal.keep_words("d" * 64, "mat truoc the can cuoc")
        arrived = PageArrived(Page(page, "GKSK", 100, 100, 300, 3600), "scan")
        journal.append(dossiers[0], [arrived, PageRead(page, "d" * 64)], "clerk", clock())
        first, second = journal.entries(dossiers[0])[:2]
        refused = Answer(second.id, False, 2, "FEE_WRONG", "sai", "wrong", "sửa", "mend")
        journal.answered(Answers([Answer(first.id, True, 1), refused], 3, MORNING))
        theirs, previous = [], wire.FIRST
        signer = Ed25519PrivateKey.generate()
        for n in (1, 2):
            entry = Entry(new_id(), new_id(), OPENED, "clerk2", clock())
            sealed = wire.seal(wire.encode_entry(entry), "Q09", n, previous, signer.sign)
            previous = sealed.digest
            theirs.append((10 + n, sealed))
        journal.received(Pulled(theirs, 12, era="first"))
        journal.append(dossiers[1], [FieldsEntered({"reason": "x"}, "application", "reason")], "clerk", clock())
    return profile


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return _worked(tmp_path_factory.mktemp("made"))


@pytest.fixture
def profile(made: Profile, tmp_path: Path) -> Profile:
    return made.copied(tmp_path / "desk")


def _named(report: VerifyReport, table: str) -> list[Finding]:
    return [one for one in report.findings if one.table == table]


def test_a_desk_as_it_was_written_is_whole(profile: Profile) -> None:
    assert profile.verified().findings == ()
    assert profile.sheets() == []
    assert profile.opened() is None


# ---- what protects what


def _tables(profile: Profile) -> dict[str, list[str]]:
    names = profile.asked("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    inside = {
        f"{one}_{part}" for one in ("search", "page_search") for part in ["data", "idx", "content", "docsize", "config"]
    }
    return {
        name: [row[1] for row in profile.asked(f"PRAGMA table_info({name})")] for (name,) in names if name not in inside
    }


def test_it_is_said_of_every_table_what_protects_it(profile: Profile) -> None:
    """A new table, or a new column that its seals leave out, fails here before it is ever written."""
    there = _tables(profile)
    assert there.keys() == DESK.keys()
    for table in SEALED:
        assert seals.names_of(table) == there[table], f"a column of {table} is not sealed"
    chained = {"station", "n", "body", "previous", "digest", "signature"}
    assert chained | DESK["entries"].columns.keys() == set(there["entries"])


COLUMNS = [
    (name, column.name)
    for name, table in schema.metadata.tables.items()
    for column in table.columns
    if name not in ("row_seals", "seals")
]
LISTED = [(table, column) for table, column in COLUMNS if table in {*SEALED, "entries", "dossiers", "dossier_words"}]


def _otherwise(value: object) -> object:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, str):
        return value[:-1] + ("x" if value[-1:] != "x" else "y")
    return (value if isinstance(value, int) else 0) + 1000


@pytest.mark.parametrize("which", ["first", "last"])
@pytest.mark.parametrize(("table", "column"), LISTED, ids=[f"{table}.{column}" for table, column in LISTED])
def test_a_changed_value_is_named(profile: Profile, table: str, column: str, which: str) -> None:
    order = "ASC" if which == "first" else "DESC"
    key = seals.key_of(table) if table in SEALED else "''"
    chosen = f'SELECT rowid, {key}, "{column}" FROM {table} ORDER BY rowid {order} LIMIT 1'
    ((row, name, before),) = profile.asked(chosen)
    profile.asked(f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?', _otherwise(before), row)
    report = profile.verified()
    found = _named(report, table)
    assert found, report.problems
    if table in SEALED and column not in schema.metadata.tables[table].primary_key.columns:
        assert [(one.row, one.kind) for one in found] == [(name, "changed")]
    assert not any(NUMBER in problem for problem in report.problems)


@pytest.mark.parametrize("table", [*SEALED, "entries", "dossiers", "dossier_words", "search"])
def test_every_row_that_is_gone_is_named(profile: Profile, table: str) -> None:
    named = "dossier" if table in ("search", "dossier_words") else ""
    key = named or seals.key_of(table)
    for row, name in profile.asked(f"SELECT rowid, {key} FROM {table}"):
        other = profile.copied(profile.folder.with_name(f"without-{row}"))
        other.asked(f"DELETE FROM {table} WHERE rowid = ?", row)
        found = _named(other.verified(), table)
        assert found, name
        if table in SEALED:
            # What the program itself writes at once is there again.
            kind = "changed" if name == "projections" else "missing"
            assert [(one.row, one.kind) for one in found] == [(name, kind)]
        shutil.rmtree(other.folder)


@pytest.mark.parametrize("table", SEALED)
def test_a_row_that_goes_with_its_seal_is_missed(profile: Profile, table: str) -> None:
    ((row, key),) = profile.asked(f"SELECT rowid, {seals.key_of(table)} FROM {table} LIMIT 1")
    profile.asked(f"DELETE FROM {table} WHERE rowid = ?", row)
    profile.asked('DELETE FROM row_seals WHERE "table" = ? AND "key" = ?', table, key)
    assert [(one.row, one.kind) for one in _named(profile.verified(), table)] == [("", "missing")]


@pytest.mark.parametrize("table", SEALED)
def test_a_row_of_another_program_is_extra(profile: Profile, table: str) -> None:
    columns = list(schema.metadata.tables[table].columns)
    ((*values,),) = profile.asked(f"SELECT {', '.join(one.name for one in columns)} FROM {table} LIMIT 1")
    values = [
        _otherwise(value) if one.primary_key or one.unique else value
        for one, value in zip(columns, values, strict=True)
    ]
    profile.asked(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", *values)
    found = _named(profile.verified(), table)
    assert [one.kind for one in found] == ["extra"]
    assert found[0].row


def test_a_row_and_its_seal_of_before_do_not_come_back_unseen(profile: Profile) -> None:
    """Failed sign-ins are counted; whoever puts the count of before back, seal and all, gets found."""
    (before,), (seal,) = (
        profile.asked("SELECT failures FROM users"),
        profile.asked("SELECT seal FROM row_seals WHERE \"table\" = 'users'"),
    )
    with closing(Database(profile.path, KEY)) as database, pytest.raises(Refusal, match="WRONG_PASSWORD"):
        KnownUsers(database).check("lan", "guess", MORNING)
    failed_at = "UPDATE users SET failures = ?, failed_at = NULL"
    profile.asked(failed_at, *before)
    profile.asked("UPDATE row_seals SET seal = ? WHERE \"table\" = 'users'", *seal)
    assert [(one.table, one.kind) for one in profile.verified().findings] == [("users", "older")]


def test_sums_of_before_do_not_fit(profile: Profile) -> None:
    (before,) = profile.asked("SELECT body, seal FROM seals WHERE part = 'sums'")
    with closing(Database(profile.path, KEY)) as database:
        profile.journal(database).draw("receipt")
    profile.asked("UPDATE seals SET body = ?, seal = ? WHERE part = 'sums'", *before)
    findings = profile.verified().findings
    assert {(one.table, one.kind) for one in findings} == {("desk.db", "older"), ("drawn", "extra")}
    problem = profile.opened()
    assert problem is not None
    assert problem.code == "DATABASE_TAIL_LOST"


@pytest.mark.parametrize("part", ["sums", "layout"])
@pytest.mark.parametrize("column", ["body", "seal"])
def test_the_seals_prove_themselves(profile: Profile, part: str, column: str) -> None:
    ((value,),) = profile.asked(f"SELECT {column} FROM seals WHERE part = ?", part)
    profile.asked(f"UPDATE seals SET {column} = ? WHERE part = ?", _otherwise(value), part)
    assert ("seals", part, "changed") in [(one.table, one.row, one.kind) for one in profile.verified().findings]
    if part == "sums":
        problem = profile.opened()
        assert problem is not None
        assert problem.code == "DATABASE_ALTERED"
    profile.asked("DELETE FROM seals WHERE part = ?", part)
    assert ("seals", part, "missing") in [(one.table, one.row, one.kind) for one in profile.verified().findings]


def test_a_seal_of_nothing_is_named(profile: Profile) -> None:
    profile.asked("INSERT INTO row_seals VALUES ('nothing', 'here', x'00')")
    profile.asked("UPDATE row_seals SET \"key\" = 'receipt/99' WHERE \"key\" = 'receipt/2'")
    found = {(one.table, one.row, one.kind) for one in profile.verified().findings}
    assert found == {
        ("row_seals", "nothing/here", "extra"),
        ("drawn", "receipt/99", "missing"),
        ("drawn", "receipt/2", "extra"),
    }


def test_evidence_survives_work_that_goes_on(profile: Profile) -> None:
    profile.asked("UPDATE facts SET value = '11' WHERE name = 'cursor'")
    with closing(Database(profile.path, KEY)) as database:
        profile.journal(database).note("cursor", "20")
    assert [(one.table, one.row, one.kind) for one in profile.verified().findings] == [("facts", "cursor", "changed")]


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE INDEX mine ON answers (code)", "mine"),
        ("CREATE TRIGGER mine AFTER INSERT ON drawn BEGIN DELETE FROM drawn WHERE number = NEW.number; END", "mine"),
        ("CREATE TABLE search_mine (x)", "search_mine"),
        ("DROP INDEX answers_refused", "answers_refused"),
    ],
)
def test_what_the_schema_gained_or_lost_is_named(profile: Profile, statement: str, name: str) -> None:
    profile.asked(statement)
    assert [(one.table, one.row) for one in profile.verified().findings] == [("schema", name)]


def test_a_trigger_that_was_dropped_is_named(profile: Profile) -> None:
    with closing(raw_connection(profile.path, KEY)) as connection:
        connection.execute("DROP TRIGGER drawn_delete_never")
    assert [(one.table, one.row) for one in profile.verified().findings] == [("schema", "drawn_delete_never")]


@pytest.mark.parametrize("index", ["search", "page_search"])
def test_an_index_that_finds_other_things_is_named(profile: Profile, index: str) -> None:
    rows = profile.asked(f"SELECT id, block FROM {index}_data WHERE id > 10")
    assert rows
    for row, block in rows:
        spoilt = block[:-1] + bytes([block[-1] ^ 1])
        profile.asked(f"UPDATE {index}_data SET block = ? WHERE id = ?", spoilt, row)
    assert not profile.verified().ok


# ---- the files


def _noticed(profile: Profile) -> bool:
    try:
        return not profile.verified().ok
    except Refusal as refusal:
        return refusal.code in ("DATABASE_DAMAGED", "KEY_WRONG")


def test_any_page_of_the_file_that_was_touched_shows(profile: Profile) -> None:
    size = profile.path.stat().st_size
    for at in range(0, size, 4096):
        other = profile.copied(profile.folder.with_name(f"page-{at}"))
        data = bytearray(other.path.read_bytes())
        data[at + at // 4096 * 97 % 4096] ^= 1
        other.path.write_bytes(bytes(data))
        assert _noticed(other), f"byte of page {at // 4096}"
        shutil.rmtree(other.folder)


def test_a_page_of_before_that_is_put_back_shows(profile: Profile) -> None:
    """Each page proves itself, so an old one in its own place is no damage; what stood on it since is missed."""
    before = profile.path.read_bytes()
    with closing(Database(profile.path, KEY)) as database:
        profile.journal(database).draw("receipt")
    now = profile.path.read_bytes()
    pages = [at for at in range(0, len(before), 4096) if before[at : at + 4096] != now[at : at + 4096]]
    assert len(pages) >= 3
    for at in pages:
        profile.path.write_bytes(now[:at] + before[at : at + 4096] + now[at + 4096 :])
        assert _noticed(profile), f"page {at // 4096}"


def test_an_older_copy_of_the_database_is_called_one(profile: Profile, tmp_path: Path) -> None:
    """No entry was written meanwhile: the chain alone would not notice."""
    older = profile.copied(tmp_path / "older")
    with closing(Database(profile.path, KEY)) as database:
        KnownUsers(database).renew([User("lan", "Lan", ["clerk"], "PC08", active=False)])
    shutil.copy(older.path, profile.path)
    assert [(one.table, one.kind) for one in profile.verified().findings] == [("desk.db", "older")]
    problem = profile.opened()
    assert problem is not None
    assert problem.code == "DATABASE_TAIL_LOST"


@pytest.mark.parametrize("name", ["desk.seal", "desk.tail"])
def test_a_note_of_another_desk_is_named(profile: Profile, tmp_path: Path, name: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Path(tmp_path / "elsewhere" / "desk.db")
    with closing(Database(other, b"k" * 32)) as database:
        journal = SealedJournal(database, "Q04", SIGNER.sign, PUBLIC, Witness(other.with_name(FILE)))
        journal.append(new_id(), [OPENED], "clerk", MORNING)
    shutil.copy(other.with_name(name), profile.folder / name)
    assert [(one.table, one.kind) for one in profile.verified().findings] == [(name, "changed")]


def test_entries_that_only_the_witness_remembers_are_named(profile: Profile) -> None:
    ((last,),) = profile.asked("SELECT max(n) FROM entries WHERE station = 'Q04'")
    profile.asked("DELETE FROM entries WHERE station = 'Q04' AND n >= ?", last - 1)
    found = _named(profile.verified(), "entries")
    assert (f"Q04/{last - 1}-{last}", "missing") in [(one.row, one.kind) for one in found]


def test_pages_that_were_exchanged_cut_or_taken_are_named(profile: Profile) -> None:
    files = sorted((profile.folder / "sheets").rglob("*.sheet"))
    first, second, third = files
    whole = [one.read_bytes() for one in files]
    first.write_bytes(whole[1])
    second.write_bytes(whole[1][:-7])
    third.unlink()
    found = {one.row: one.kind for one in profile.sheets()}
    assert found == {first.stem: "changed", second.stem: "changed", third.stem: "missing"}


# ---- sealing


def test_a_desk_of_an_earlier_program_is_sealed_at_its_first_start(tmp_path: Path) -> None:
    shutil.copy(SPECIMENS / "desk_0001.db", tmp_path / "desk.db")
    profile = Profile(tmp_path)
    assert profile.verified().findings == ()
    ((entries,), (sealed,)) = (
        profile.asked("SELECT count(*) FROM entries"),
        profile.asked("SELECT count(*) FROM row_seals WHERE \"table\" = 'entries'"),
    )
    assert entries == sealed, "nobody can say any more in which order they came"
    profile.asked("UPDATE entries SET at = at || 'x'")
    assert _named(profile.verified(), "entries")


def test_what_an_update_seals_anew_is_looked_at_before(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else everything that was done to a store would be whole after the next release."""
    profile.asked("UPDATE users SET roles = '[\"supervisor\"]'")
    with closing(Database(profile.path, KEY)) as database, database.read() as connection:
        assert database.seals.broken(connection.connection.dbapi_connection) == ["users"]
        assert database.seals.layout(connection.connection.dbapi_connection) is not None
    with closing(Database(profile.path, KEY)) as database, database.write() as connection:
        raw: Any = connection.connection.dbapi_connection
        database.seals.begin(raw, 50, database.seals.broken(raw))
        connection.info["tally"].clear()
    assert [(one.table, one.kind) for one in profile.verified().findings] == [("users", "changed")]


def test_a_transaction_that_is_given_up_leaves_no_trace(profile: Profile) -> None:
    with closing(Database(profile.path, KEY)) as database:
        journal = profile.journal(database)
        with pytest.raises(RuntimeError), journal.together():  # noqa: PT012 - the point is what came before it
            journal.draw("receipt")
            journal.note("cursor", "99")
            raise RuntimeError
        journal.draw("receipt")
    assert profile.verified().findings == ()


def test_a_statement_that_fails_in_its_middle_is_not_counted(profile: Profile) -> None:
    from sqlalchemy.exc import IntegrityError

    with closing(Database(profile.path, KEY)) as database, database.write() as connection:
        many = "INSERT INTO drawn SELECT 'dossier', value FROM json_each('[7, 8, 7]')"
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql(many)
        connection.exec_driver_sql("INSERT INTO drawn VALUES ('dossier', 9)")
    assert profile.verified().findings == ()


def test_two_programs_write_in_turn(profile: Profile) -> None:
    """A command beside an open window."""
    with closing(Database(profile.path, KEY)) as one, closing(Database(profile.path, KEY)) as two:
        for number in range(4):
            profile.journal(one).note("a", str(number))
            profile.journal(two).note("b", str(number))
    assert profile.verified().findings == ()
    assert profile.opened() is None


def test_dossiers_are_only_named_by_their_identity(profile: Profile) -> None:
    profile.asked("UPDATE dossiers SET name = 'x'")
    for one in _named(profile.verified(), "dossiers"):
        assert UUID(one.row).version == 7
