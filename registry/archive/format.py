"""What lies in an archive, under which name; docs/open-format.md is the specification for those outside.

    archive.json          format, log, size, root, which vault key; and how it is sealed, if it is
    README.md             what this is and how it is checked, for whoever finds it in twenty years
    checkpoint            the log's signed head
    verify.policy         the keys by which it is verified
    verify_export.py      the check, with nothing but Python's own library and `cryptography`
    statements/000000.jsonl   1024 statements a file: the bytes that were signed, and what they say
    tile/…                the tree and its leaves, C2SP tlog-tiles
    persons.jsonl, batches.jsonl, queries.jsonl …   the other rows of the log, and the registry's own
    directory/…           keys, departments, officials, editions as last stated: to be read, not imported
    editions/<hash>/…     the files of each edition of the catalogue
    SHA256SUMS            written last: every other file, as `sha256sum --check` reads it

The same state of a registry gives the same bytes, whatever engine it rests on; only sealing is by chance.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table

from registry.provenance.json_bounds import parsed
from registry.store import tables

FORMAT = "registry-archive/1"
HEADER, README, CHECKPOINT, POLICY, SUMS = (
    "archive.json",
    "README.md",
    "checkpoint",
    "verify.policy",
    "SHA256SUMS",
)
SCRIPT = "verify_export.py"
IN_CLEAR = frozenset({HEADER, README, SCRIPT, SUMS})
"""What is never sealed: it says of nobody anything."""
PER_FILE = 1024
"""Statements in a file."""
_NAME = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", re.ASCII)
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)

OWN: dict[str, Table] = {
    "persons.jsonl": tables.person,
    "batches.jsonl": tables.batch,
    "refusals.jsonl": tables.refusal,
    "queries.jsonl": tables.query_log,
    "executions.jsonl": tables.execution,
    "notices.jsonl": tables.notice,
    "subscriptions.jsonl": tables.subscription,
    "recipients.jsonl": tables.recipient,
    "cosignatures.jsonl": tables.cosignature,
}
"""Files of rows that follow from nothing else, and are imported as they are."""
DIRECTORY: dict[str, Table] = {
    "directory/departments.jsonl": tables.department,
    "directory/officials.jsonl": tables.official,
    "directory/keys.jsonl": tables.key,
    "directory/registry_keys.jsonl": tables.registry_key,
    "directory/editions.jsonl": tables.edition,
}
"""Files of what follows from the statements, for whoever has no program to work it out."""


class ArchiveError(ValueError):
    """An archive cannot be written, or is none that can be believed; one line says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an archive says of itself. ``vault_check`` tells which vault key references were made with;
    ``salt`` is hexadecimal, and empty where nothing is sealed. ``as_of``: up to where, if this is of a store
    that was made to be read: it bears no signature, and is not imported."""

    origin: str
    size: int
    root: str
    vault_check: str
    salt: str = ""
    as_of: str = ""

    def text(self) -> str:
        """As it stands in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def parse(cls, text: str) -> Header:
        """The inverse of ``text``. Raises ArchiveError."""
        try:
            content = parsed(text)
        except ValueError:
            raise ArchiveError(f"{HEADER} 不是 JSON") from None
        told = content.get("format") if isinstance(content, dict) else None
        if told != FORMAT:
            raise ArchiveError(f"{HEADER} 的格式不是 {FORMAT}; 请用写出它的版本导入")
        try:
            header = cls(**{name: value for name, value in content.items() if name != "format"})
        except TypeError:
            raise ArchiveError(f"{HEADER} 已损坏") from None
        texts = (header.origin, header.root, header.vault_check, header.salt, header.as_of)
        if type(header.size) is not int or header.size < 1 or not all(type(each) is str for each in texts):
            raise ArchiveError(f"{HEADER} 已损坏")
        if not _HASH.fullmatch(header.root):
            raise ArchiveError(f"{HEADER} 已损坏")
        return header


def statements_name(position: int) -> str:
    """The file in which the statement at a position stands."""
    return f"statements/{position // PER_FILE:06}.jsonl"


def line(content: dict[str, Any]) -> bytes:
    """A row as a line: keys in order, nothing between, characters as they are."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def sums_text(sums: dict[str, str]) -> str:
    """Digests by name as ``sha256sum --check`` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))


def parse_sums(text: str) -> dict[str, str]:
    """The inverse of ``sums_text``. Raises ArchiveError, also for a name that leads out of the archive."""
    sums: dict[str, str] = {}
    for row in text.splitlines():
        found = _SUM.fullmatch(row)
        if found is None or not is_name(found[2]) or found[2] in sums or found[2] == SUMS:
            raise ArchiveError(f"{SUMS} 中有不能用的一行: {row[-80:]!r}")
        sums[found[2]] = found[1]
    return sums


def is_name(name: str) -> bool:
    """Whether a file of an archive may be called so: it stays in the archive."""
    return bool(_NAME.fullmatch(name)) and not {".", ".."} & set(name.split("/"))
