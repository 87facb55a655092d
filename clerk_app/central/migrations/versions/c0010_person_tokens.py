"""The tokens of people: which certificate is registered for whom, from when until when."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; nobody has a token yet."""
    octets = "BLOB" if op.get_bind().dialect.name == "sqlite" else "BYTEA"
    op.execute(
        'CREATE TABLE person_tokens ( "user" VARCHAR NOT NULL, certificate VARCHAR NOT NULL, added_ms BIGINT NOT NULL, '
        f'removed_ms BIGINT, der {octets} NOT NULL, PRIMARY KEY ("user", certificate, added_ms) )'
    )


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
