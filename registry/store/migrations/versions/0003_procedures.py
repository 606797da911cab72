"""Procedures: ban cases, objections and applications for repair, notices to those concerned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the tables; nothing of what is there bears on them."""
    op.create_table(
        "ban_case",
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("opened", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=True),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("department", "case_number"),
        sa.UniqueConstraint("department", "decision_number", name="ban_case_by_decision"),
        sqlite_strict=True,
    )
    op.create_table(
        "remedy",
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("filed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("department", "statement_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "notice",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("addressee_kind", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("target", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("acknowledged_ms", sa.Integer(), autoincrement=False, nullable=True),
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
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("caller"),
        sqlite_strict=True,
    )
