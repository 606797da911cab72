"""The kinds of columns, each of one meaning on both engines.

======  ==================  ============================  ===================================================
kind    SQLite (STRICT)     PostgreSQL                    holds
======  ==================  ============================  ===================================================
INT     INTEGER             bigint                        whole numbers of 64 bits: positions, milliseconds
TEXT    TEXT                text COLLATE "C"              any text, compared and ordered by its bytes in UTF-8
BLOB    BLOB                bytea                         bytes, compared and ordered as such
======  ==================  ============================  ===================================================

SQLite compares text by its bytes; PostgreSQL by the rules of a language, unless a column says otherwise. By
such rules two stores of one log would not tell their rows in the same order, nor a range of references
(``K:`` …) hold the same rows. What PostgreSQL's text cannot hold, see ``postgres_text``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Text

POSTGRESQL = "postgresql"
"""How SQLAlchemy calls its dialect."""
INT = BigInteger().with_variant(Integer(), "sqlite")
TEXT = Text().with_variant(Text(collation="C"), "postgresql")
BLOB = LargeBinary()


def integer(name: str, *, null: bool = False, key: bool = False) -> Column[object]:
    """A column of INT."""
    return Column(name, INT, nullable=null, primary_key=key, autoincrement=False)


def text(name: str, *, null: bool = False, key: bool = False) -> Column[object]:
    """A column of TEXT."""
    return Column(name, TEXT, nullable=null, primary_key=key)


def blob(name: str, *, null: bool = False, key: bool = False) -> Column[object]:
    """A column of BLOB."""
    return Column(name, BLOB, nullable=null, primary_key=key)
