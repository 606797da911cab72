"""Newest first: a department's statements and the query log are found by index when listed from the end."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the indexes; no row changes."""
    op.create_index("event_by_department", "event", ["department", "position"])
    op.create_index("query_log_by_time", "query_log", ["asked_ms", "number"])
    op.create_index("query_log_by_caller", "query_log", ["caller", "asked_ms", "number"])
    op.create_index("query_log_by_subject", "query_log", ["subject", "asked_ms", "number"])
