"""One generation of the index's base (索引的一代): a directory with every record and the decision
tables, all by one position.

    index/000000012345/     named by the size of the log
        facts               what it speaks of, with the digest of each file, and a tag of the registry's own
        records             see ``record_file``
        table-1 … table-N   the decision table of each domain (0026)

Nothing in it is believed for lying there. The tag (HMAC by a key from vault.key) shows that this registry
wrote the facts, the digests that the files are what it wrote, and the root of the tree that they were made
from the log that is there now: one of another log, store or release, or of a later time is not used.
It can be deleted at any time: it is made again.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import msgspec

from registry.commands.state import RegistryState, tree_edge
from registry.indexing.record_file import RecordFile
from registry.sanctions.ground import SubjectRecord
from registry.store.interface import StoreError

FACTS, RECORDS = "facts", "records"
_TAG_BYTES = 32
_DIGEST_BYTES = 32


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Of what a generation speaks: the log's first ``size`` statements, whose tree has ``root``, and tables
    for ``edition``. ``store`` tells the store whose rows were read, ``files`` the
    bytes and BLAKE2b-256 of each file. While they were read the log grew to ``seen`` statements: rows may be
    of any of these, so all of them must be in the log that believes it."""

    origin: str
    store: str
    size: int
    root: bytes
    seen: int
    seen_root: bytes
    release: str
    edition: str
    files: dict[str, tuple[int, bytes]]


RELEASE = version("credit-registry")
"""The running program's own: another one may read rows otherwise."""


def table_name(domain: int) -> str:
    """The file of a domain's table."""
    return f"table-{domain}"


def digest_of(content: bytes | memoryview) -> bytes:
    """The digest of a file."""
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


def sealed_facts(facts: Facts, state: RegistryState) -> bytes:
    """The file of the facts."""
    told = msgspec.json.encode(facts)
    return state.vault.index_tag(told) + told


def read_facts(directory: Path, state: RegistryState, store: str) -> Facts:
    """The facts of a generation that was made from this log in this store. Raises StoreError."""
    try:
        sealed = (directory / FACTS).read_bytes()
        tag, told = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        if tag != state.vault.index_tag(told):
            raise StoreError(f"索引 {directory.name} 不是本登记系统生成的, 或已被改动")
        facts = msgspec.json.decode(told, type=Facts)
    except (OSError, msgspec.DecodeError) as error:
        raise StoreError(f"索引 {directory.name} 不能读取") from error
    if (facts.origin, facts.release) != (state.origin, RELEASE):
        raise StoreError(f"索引 {directory.name} 是另一登记系统或另一版本程序生成的")
    if facts.store != store:
        raise StoreError(f"索引 {directory.name} 是由另一存储生成的")
    if not _is_of(state, facts.size, facts.root) or not _is_of(state, facts.seen, facts.seen_root):
        raise StoreError(f"索引 {directory.name} 不是由现有日志生成的")
    return facts


class Generation:
    """A generation that is open, its files mapped into memory: the base of an index."""

    def __init__(self, directory: Path, state: RegistryState, store: str, *, checked: bool = True) -> None:
        """Opens one. ``checked`` False: the files were checked by the process that serves beside this one.
        Raises StoreError if it cannot be used."""
        self.directory = directory
        self.facts = read_facts(directory, state, store)
        files = {name: mapped(directory / name) for name in self.facts.files}
        if checked:
            _check(files, self.facts)
        self._records = RecordFile(memoryview(files[RECORDS]), state.measure)
        self._files = files

    @property
    def position(self) -> int:
        """See Base."""
        return self.facts.size - 1

    @property
    def edition(self) -> str:
        """See Base."""
        return self.facts.edition

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[SubjectRecord]:
        return iter(self._records)

    def get(self, ref: str) -> SubjectRecord | None:
        """See Base."""
        return self._records.get(ref)

    def table(self, domain: int) -> memoryview | None:
        """See Base."""
        content = self._files.get(table_name(domain))
        return memoryview(content) if content is not None else None


def edition_in(directory: Path) -> str:
    """The edition of a generation's tables, as it says itself; nothing where it cannot be read."""
    try:
        told = (directory / FACTS).read_bytes()[_TAG_BYTES:]
        return msgspec.json.decode(told, type=Facts).edition
    except (OSError, msgspec.DecodeError):
        return ""


def _is_of(state: RegistryState, size: int, root: bytes) -> bool:
    """Whether the log that is there begins with these statements."""
    return 0 < size <= state.size and tree_edge(state.store, size).root() == root


def mapped(path: Path) -> mmap.mmap:
    """A file in memory. Raises StoreError."""
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:  # ValueError: it is empty.
        raise StoreError(f"索引文件 {path.parent.name}/{path.name} 不能读取") from error


def _check(files: Mapping[str, mmap.mmap], facts: Facts) -> None:
    for name, content in files.items():
        if (len(content), digest_of(memoryview(content))) != facts.files[name]:
            raise StoreError(f"索引文件 {facts.size}/{name} 被改动或已损坏")
