"""Where the results of accepted dossiers are: a list that is made from the entries."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE TABLE results (dossier BLOB NOT NULL, course TEXT NOT NULL, state TEXT NOT NULL, since TEXT NOT NULL, "
    "place TEXT NOT NULL, box BLOB, card TEXT NOT NULL, PRIMARY KEY (dossier))",
    "CREATE INDEX results_by_state ON results (state, since)",
    "CREATE INDEX results_by_course ON results (course)",
    "CREATE INDEX results_by_box ON results (box)",
    "CREATE INDEX results_by_card ON results (card)",
)


def upgrade() -> None:
    """The table is empty until the projections are made anew, which the program does by itself."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """There is no way back: older programs refuse a newer store."""
    raise RuntimeError("a store is never made older")
