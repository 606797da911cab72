"""Changes: which statements changed what is recorded of whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.store.columns import INT, TEXT

revision = "0005"
down_revision = "0004"

_TOLD = """
    SELECT position, subject, 0 AS erasure FROM event
    UNION ALL SELECT ended_position, subject, 0 FROM event
    UNION ALL SELECT known_from, subject, 0 FROM ground
    UNION ALL SELECT known_to, subject, 0 FROM ground
    UNION ALL SELECT known_from, subject, 0 FROM mark
    UNION ALL SELECT known_to, subject, 0 FROM mark
    UNION ALL SELECT known_from, subject, 0 FROM link
    UNION ALL SELECT known_to, subject, 0 FROM link
    UNION ALL SELECT known_from, subject, 0 FROM name
    UNION ALL SELECT known_to, subject, 0 FROM name
    UNION ALL SELECT known_from, ref, 0 FROM subject
    UNION ALL SELECT known_to, ref, 0 FROM subject
    UNION ALL SELECT erased_by, subject, 1 FROM statement
"""


def upgrade() -> None:
    """Adds the table with what follows from the rows that are there, and what finds a subject's rows."""
    op.create_table(
        "change",
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("erasure", INT, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("position", "subject"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO change (position, subject, erasure) SELECT position, subject, max(erasure) "
        f"FROM ({_TOLD}) AS told WHERE position IS NOT NULL GROUP BY position, subject"
    )
    op.create_index("ground_by_subject", "ground", ["subject"])
    op.create_index("mark_by_subject", "mark", ["subject"])
    op.create_index("link_by_subject", "link", ["subject"])
