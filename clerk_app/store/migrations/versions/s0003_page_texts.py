"""Dossiers are found by the words on their pages."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    (
        "CREATE TABLE page_words ( id INTEGER NOT NULL, reading TEXT NOT NULL, words TEXT NOT NULL, PRIMARY KEY (id), "
        "UNIQUE (reading) )"
    ),
    ("CREATE TABLE dossier_words ( dossier BLOB NOT NULL, reading TEXT NOT NULL, PRIMARY KEY (dossier, reading) )"),
    ("CREATE INDEX dossier_words_by_reading ON dossier_words (reading)"),
    (
        "CREATE VIRTUAL TABLE page_search USING fts5(words, content = 'page_words', content_rowid = 'id', "
        "tokenize = 'ascii', prefix = '2 3 4', detail = none)"
    ),
)


def upgrade() -> None:
    """Make the tables of the words on pages."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
