"""Recipients: who was told of which decision in an answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.store.columns import INT, TEXT

revision = "0004"
down_revision = "0003"

_ASKED = """
    INSERT INTO recipient (position, caller, domain)
    SELECT DISTINCT ground.position, asked.caller, asked.domain
    FROM (
        SELECT caller, domain, subject, known_position FROM query_log
        UNION SELECT caller, domain, subject, known_position FROM execution
    ) AS asked
    JOIN ground ON ground.subject = asked.subject AND ground.position <= asked.known_position
"""
"""Until now it was worked out from the questions about persons and the reports who may have been told."""


def upgrade() -> None:
    """Adds the table, and to it whoever was taken to be told until now."""
    op.create_table(
        "recipient",
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("caller", TEXT, nullable=False),
        sa.Column("domain", INT, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("position", "caller", "domain"),
        sqlite_strict=True,
    )
    op.execute(_ASKED)
    op.drop_index("query_log_by_subject", "query_log")
    op.drop_index("execution_by_subject", "execution")
