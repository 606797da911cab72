"""Procedures: ban cases, objections and applications for repair, notices to those concerned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.store.columns import INT, TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the tables; nothing of what is there bears on them."""
    op.create_table(
        "ban_case",
        sa.Column("department", TEXT, nullable=False),
        sa.Column("case_number", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("opened", INT, autoincrement=False, nullable=False),
        sa.Column("changed", INT, autoincrement=False, nullable=False),
        sa.Column("decision_number", TEXT, nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("department", "case_number"),
        sa.UniqueConstraint("department", "decision_number", name="ban_case_by_decision"),
        sqlite_strict=True,
    )
    op.create_table(
        "remedy",
        sa.Column("department", TEXT, nullable=False),
        sa.Column("statement_id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("filed", INT, autoincrement=False, nullable=False),
        sa.Column("changed", INT, autoincrement=False, nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("department", "statement_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "notice",
        sa.Column("number", INT, autoincrement=False, nullable=False),
        sa.Column("notice_id", TEXT, nullable=False),
        sa.Column("addressee", TEXT, nullable=False),
        sa.Column("addressee_kind", INT, autoincrement=False, nullable=False),
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("target", INT, autoincrement=False, nullable=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("made_ms", INT, autoincrement=False, nullable=False),
        sa.Column("acknowledged_ms", INT, autoincrement=False, nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("notice_id", name="notice_by_id"),
        sqlite_strict=True,
    )
    op.create_index("notice_by_addressee", "notice", ["addressee", "number"])
    op.create_index("notice_waiting", "notice", ["addressee", "acknowledged_ms", "number"])
    op.create_index("notice_by_position", "notice", ["position"])
    op.create_index("notice_by_target", "notice", ["target"])
    op.create_index("query_log_by_subject", "query_log", ["subject", "known_position"])
    op.create_index("execution_by_subject", "execution", ["subject", "known_position"])
    op.create_table(
        "subscription",
        sa.Column("caller", TEXT, nullable=False),
        sa.Column("since_ms", INT, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("caller"),
        sqlite_strict=True,
    )
