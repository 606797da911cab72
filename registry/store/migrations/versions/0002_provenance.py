"""Proofs: tiles, batches, the map, the registry's own keys, cosignatures; erasure of contents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from registry.provenance.merkle import leaf_hash
from registry.provenance.tiles import TileEdge

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the tables and columns, and the tiles of the statements that are there already."""
    op.add_column("statement", sa.Column("batch", sa.LargeBinary(), nullable=True))
    op.add_column("statement", sa.Column("batch_index", sa.Integer(), nullable=True))
    op.add_column("statement", sa.Column("erased_by", sa.Integer(), nullable=True))
    op.create_index("statement_by_subject", "statement", ["subject", "position"])
    op.add_column("delivery", sa.Column("doubted_from", sa.Integer(), nullable=True))
    _several_marks_of_one_statement()
    op.create_table(
        "batch",
        sa.Column("header_hash", sa.LargeBinary(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("header_hash"),
        sa.UniqueConstraint("department", "batch_id", name="batch_by_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number"),
        sqlite_strict=True,
    )
    op.create_table(
        "map_entry",
        sa.Column("subject_key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("subject_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "registry_key",
        sa.Column("keyid", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("suite", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("retired", sa.Integer(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("keyid"),
        sqlite_strict=True,
    )
    op.create_table(
        "anchor",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("earliest_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("latest_ms", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sqlite_strict=True,
    )
    op.create_table(
        "cosignature",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "name"),
        sqlite_strict=True,
    )
    _fill_tiles(op.get_bind())


def _several_marks_of_one_statement() -> None:
    """Revoking one key may put a note on many statements: the target becomes part of the key."""
    op.rename_table("mark", "mark_before")
    op.create_table(
        "mark",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_from", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("known_to", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("target", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("position", "target", "known_from"),
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
