"""Text of any characters in PostgreSQL, which can hold every one but NUL (U+0000).

Names and ids come from outside, and JSON and protobuf let NUL in; SQLite keeps it. On the way into PostgreSQL
two characters are therefore written as two each, and read back as one:

    U+0000  →  U+0001 U+0001
    U+0001  →  U+0001 U+0002

Nothing else is touched, so whatever a person ever reads there stands as it is. Two texts that differ differ
when written, and their order by bytes (columns are ``COLLATE "C"``) is the same as before: what follows
U+0001 is 1 or 2 as the characters themselves are 0 or 1, and every other character is above both.

Worked example: ``a<NUL>b`` rests as ``a<U+0001><U+0001>b``, before ``a<U+0001>b`` as ``a<U+0001><U+0002>b``.

The driver does it (psycopg's adaptation), for parameters, COPY and results alike, so no query can forget it.
"""

from __future__ import annotations

import re

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types.string import StrBinaryDumper, StrDumperUnknown, TextBinaryLoader, TextLoader

_ESCAPE = "\x01"
_WRITTEN = {0: _ESCAPE + "\x01", 1: _ESCAPE + "\x02"}
_READ = re.compile(_ESCAPE + "([\x01\x02])")


def written(text: str) -> str:
    """A text as it rests."""
    return text.translate(_WRITTEN) if "\0" in text or _ESCAPE in text else text


def read(text: str) -> str:
    """A text that rests, as it was."""
    return _READ.sub(lambda found: chr(ord(found[1]) - 1), text) if _ESCAPE in text else text


class _Dumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return written(obj).encode()


class _BinaryDumper(StrBinaryDumper):
    def dump(self, obj: str) -> Buffer | None:
        return written(obj).encode()


class _Loader(TextLoader):
    def load(self, data: Buffer) -> str:
        return read(str(data, "utf-8"))


class _BinaryLoader(TextBinaryLoader):
    def load(self, data: Buffer) -> str:
        return read(str(data, "utf-8"))


def adapt_text(connection: Connection[object]) -> None:
    """Has a connection in UTF-8 write and read every text so."""
    for dumper in (_BinaryDumper, _Dumper):  # The last is the one for parameters.
        connection.adapters.register_dumper(str, dumper)
    for loader in (_Loader, _BinaryLoader):
        connection.adapters.register_loader("text", loader)
