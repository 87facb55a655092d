"""The first released schema, word for word."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    (
        "CREATE TABLE answers ( entry BLOB NOT NULL, own_n INTEGER, accepted INTEGER NOT NULL, number INTEGER"
        " NOT NULL, code TEXT NOT NULL, words_vi TEXT NOT NULL, words_en TEXT NOT NULL, remedy_vi TEXT NOT "
        "NULL, remedy_en TEXT NOT NULL, PRIMARY KEY (entry) )"
    ),
    ("CREATE INDEX answers_in_own_order ON answers (own_n)"),
    ("CREATE INDEX answers_refused ON answers (accepted)"),
    (
        "CREATE TABLE blocks ( kind TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY"
        " (kind, first) )"
    ),
    (
        "CREATE TABLE dossiers ( id BLOB NOT NULL, code TEXT NOT NULL, local_code TEXT NOT NULL, name TEXT "
        "NOT NULL, number TEXT NOT NULL, procedure TEXT NOT NULL, status TEXT NOT NULL, clerk TEXT NOT NULL, "
        "opened_at TEXT NOT NULL, changed_at TEXT NOT NULL, due_at TEXT, entries INTEGER NOT NULL, PRIMARY "
        "KEY (id) )"
    ),
    ("CREATE INDEX dossiers_by_code ON dossiers (code)"),
    ("CREATE INDEX dossiers_by_status ON dossiers (status, changed_at)"),
    ("CREATE INDEX dossiers_newest ON dossiers (changed_at)"),
    ("CREATE TABLE drawn ( kind TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (kind, number) )"),
    (
        'CREATE TABLE entries ( "row" INTEGER NOT NULL, id BLOB NOT NULL, dossier BLOB NOT NULL, kind TEXT '
        "NOT NULL, station TEXT NOT NULL, n INTEGER NOT NULL, at TEXT NOT NULL, body BLOB NOT NULL, previous "
        'BLOB NOT NULL, digest BLOB NOT NULL, signature BLOB NOT NULL, PRIMARY KEY ("row"), CONSTRAINT '
        "one_number_once UNIQUE (station, n), UNIQUE (id) )"
    ),
    ("CREATE INDEX entries_of_dossier ON entries (dossier)"),
    ("CREATE TABLE facts ( name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name) )"),
    (
        "CREATE TABLE sheets ( digest TEXT NOT NULL, size_bytes INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY "
        "KEY (digest) )"
    ),
    ("CREATE TABLE sheets_delivered ( digest TEXT NOT NULL, PRIMARY KEY (digest) )"),
    (
        "CREATE TABLE users ( id TEXT NOT NULL, name TEXT NOT NULL, roles TEXT NOT NULL, office TEXT NOT "
        "NULL, salt BLOB NOT NULL, verifier BLOB NOT NULL, offline_days INTEGER NOT NULL, online_at TEXT NOT "
        "NULL, failures INTEGER NOT NULL, failed_at TEXT, PRIMARY KEY (id) )"
    ),
    (
        "CREATE TRIGGER entries_update_never BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries only"
        " grows'); END"
    ),
    (
        "CREATE TRIGGER entries_delete_never BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries only"
        " grows'); END"
    ),
    (
        "CREATE TRIGGER answers_update_never BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'answers only"
        " grows'); END"
    ),
    (
        "CREATE TRIGGER answers_delete_never BEFORE DELETE ON answers BEGIN SELECT RAISE(ABORT, 'answers only"
        " grows'); END"
    ),
    ("CREATE TRIGGER drawn_update_never BEFORE UPDATE ON drawn BEGIN SELECT RAISE(ABORT, 'drawn only grows'); END"),
    ("CREATE TRIGGER drawn_delete_never BEFORE DELETE ON drawn BEGIN SELECT RAISE(ABORT, 'drawn only grows'); END"),
    ("CREATE TRIGGER sheets_update_never BEFORE UPDATE ON sheets BEGIN SELECT RAISE(ABORT, 'sheets only grows'); END"),
    ("CREATE TRIGGER sheets_delete_never BEFORE DELETE ON sheets BEGIN SELECT RAISE(ABORT, 'sheets only grows'); END"),
    (
        'CREATE VIRTUAL TABLE search USING fts5(words, dossier UNINDEXED, tokenize = "unicode61 '
        "remove_diacritics 0\", prefix = '2 3 4 6')"
    ),
)


def upgrade() -> None:
    """Make every table, trigger and index of the first release."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
