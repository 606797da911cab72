"""Files of supervision with their acts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.store.columns import BLOB, INT, TEXT

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the table: nothing of supervision was stated before."""
    op.create_table(
        "file",
        sa.Column("kind", INT, autoincrement=False, nullable=False),
        sa.Column("department", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("matter", TEXT, nullable=False),
        sa.Column("addressee", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("opened", INT, autoincrement=False, nullable=False),
        sa.Column("changed", INT, autoincrement=False, nullable=False),
        sa.Column("told", BLOB, nullable=False),
        sa.PrimaryKeyConstraint("kind", "department", "number"),
        sqlite_strict=True,
    )
    for name in ("kind", "department", "addressee", "subject", "source"):
        op.create_index(f"file_by_{name}", "file", [name, "opened"])
