"""Proofs: tiles, batches, the map, the registry's own keys, cosignatures; erasure of contents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.provenance.merkle import leaf_hash
from registry.provenance.tiles import TileEdge
from registry.store.columns import INT, TEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the tables and columns, and the tiles of the statements that are there already."""
    op.add_column("statement", sa.Column("batch", sa.LargeBinary(), nullable=True))
    op.add_column("statement", sa.Column("batch_index", INT, nullable=True))
    op.add_column("statement", sa.Column("erased_by", INT, nullable=True))
    op.create_index("statement_by_subject", "statement", ["subject", "position"])
    op.add_column("delivery", sa.Column("doubted_from", INT, nullable=True))
    _several_marks_of_one_statement()
    op.create_table(
        "batch",
        sa.Column("header_hash", sa.LargeBinary(), nullable=False),
        sa.Column("department", TEXT, nullable=False),
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("header_hash"),
        sa.UniqueConstraint("department", "batch_id", name="batch_by_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "tile",
        sa.Column("level", INT, autoincrement=False, nullable=False),
        sa.Column("number", INT, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number"),
        sqlite_strict=True,
    )
    op.create_table(
        "map_entry",
        sa.Column("subject_key", sa.LargeBinary(), nullable=False),
        sa.Column("count", INT, autoincrement=False, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "registry_key",
        sa.Column("keyid", TEXT, nullable=False),
        sa.Column("purpose", INT, autoincrement=False, nullable=False),
        sa.Column("suite", INT, autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("added", INT, autoincrement=False, nullable=False),
        sa.Column("retired", INT, autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("keyid"),
        sqlite_strict=True,
    )
    op.create_table(
        "anchor",
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("size", INT, autoincrement=False, nullable=False),
        sa.Column("earliest_ms", INT, autoincrement=False, nullable=False),
        sa.Column("latest_ms", INT, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sqlite_strict=True,
    )
    op.create_table(
        "cosignature",
        sa.Column("size", INT, autoincrement=False, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("size", "name"),
        sqlite_strict=True,
    )
    _fill_tiles(op.get_bind())


def _several_marks_of_one_statement() -> None:
    """Revoking one key may put a note on many statements: the target becomes part of the key."""
    key = ["position", "target", "known_from"]
    if op.get_bind().dialect.name != "sqlite":  # Where a table's key cannot be changed: a table anew.
        op.drop_constraint("mark_pkey", "mark", type_="primary")
        op.create_primary_key("mark_pkey", "mark", key)
        return
    op.rename_table("mark", "mark_before")
    op.create_table(
        "mark",
        sa.Column("position", INT, autoincrement=False, nullable=False),
        sa.Column("known_from", INT, autoincrement=False, nullable=False),
        sa.Column("known_to", INT, autoincrement=False, nullable=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("target", INT, autoincrement=False, nullable=False),
        sa.Column("kind", INT, autoincrement=False, nullable=False),
        sa.Column("first", TEXT, nullable=False),
        sa.Column("last", TEXT, nullable=True),
        sa.PrimaryKeyConstraint(*key),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO mark SELECT * FROM mark_before")
    op.drop_table("mark_before")


def _fill_tiles(connection: sa.Connection) -> None:
    edge = TileEdge()
    insert = sa.text("INSERT INTO tile VALUES (:level, :number, :hashes, :root)")
    for (leaf,) in connection.execute(sa.text("SELECT leaf FROM statement ORDER BY position")):
        for tile in edge.append(leaf_hash(leaf)):
            row = {"level": tile.level, "number": tile.number, "hashes": tile.hashes, "root": tile.root}
            connection.execute(insert, row)
