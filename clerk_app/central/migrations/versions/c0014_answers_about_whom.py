"""About whom a kept answer is, as a keyed digest, and orders by their dossier: both go where a person is erased."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Answers of before cannot be told apart: they only stood in for a silent register, and are let go of."""
    octets = "BLOB" if op.get_bind().dialect.name == "sqlite" else "BYTEA"
    op.execute("DROP TABLE register_answers")
    op.execute(
        f"CREATE TABLE register_answers ( question {octets} NOT NULL, system VARCHAR NOT NULL, "
        f"subject {octets} NOT NULL, at_ms BIGINT NOT NULL, body {octets} NOT NULL, PRIMARY KEY (question) )"
    )
    op.execute("CREATE INDEX register_answers_by_subject ON register_answers (subject)")
    op.execute("CREATE INDEX orders_by_dossier ON orders (dossier)")


def downgrade() -> None:
    """There is no way back: older programs refuse a newer database."""
    raise RuntimeError("a database is never made older")
