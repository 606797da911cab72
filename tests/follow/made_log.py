"""A log made up for its followers, served as the registry serves its own, and changed where a test says so.

log = MadeLog()
log.add("甲", "乙", "甲")
log.map_state()
with published(log) as url:
    ...
log.pages["tile/entries/000.p/4"] = b"another"      # what is served instead
log.withheld["tile/0/000"] = 2                      # there is no such page when it is asked for a second time
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from registry.provenance.envelope import PAYLOAD_TYPE, sign_envelope
from registry.provenance.keys import FileSigner
from registry.provenance.leaf import LEAF_BYTES, NO_PREVIOUS, Leaf, LeafType, statement_hash, subject_key
from registry.provenance.map_entry import MapEntry, entries_of
from registry.provenance.map_mirror import MapMirror
from registry.provenance.merkle import HASH_BYTES, leaf_hash
from registry.provenance.proof import root_at
from registry.provenance.tile_path import TilePath, encode_bundle
from registry.publication.pages import pages
from registry.publication.serving import HttpServer
from registry.v1.envelope_pb2 import SUITE_ED25519, SignedStatement
from registry.v1.statement_pb2 import Genesis, MapState, Statement, TimeAnchor
from tests.witness.small_log import SmallLog

BEGAN_MS = 1_700_000_000_000
OWN = "R:"


@dataclass(slots=True)
class MadeLog(SmallLog):
    """A small log whose leaves are leaves, each a second after the one before."""

    now_ms: int = BEGAN_MS
    served_size: int | None = None
    served_note: str | None = None
    pages: dict[str, bytes | None] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)
    chains: dict[bytes, MapEntry] = field(default_factory=dict)
    statements: dict[int, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.leaves)

    def twin(self, size: int) -> MadeLog:
        """Another log of the same name and keys with the same first leaves."""
        twin = MadeLog(self.origin, self.signers, now_ms=BEGAN_MS + size * 1000)
        for position, entry in enumerate(self.leaves[:size]):
            twin.put(entry)
            if position in self.statements:
                twin.statements[position] = self.statements[position]
        return twin

    def add(self, *subjects: str) -> None:
        """A leaf about each subject."""
        for subject in subjects:
            self.put(self.leaf(subject).encode())

    def grow(self, size: int, word: str = "subject") -> None:
        """Leaves about ever other subjects, and the same again, up to a size."""
        while self.size < size:
            self.add(f"{word} {self.size % 97}")

    def leaf(self, subject: str, kind: LeafType = LeafType.EVENT, hashed: bytes | None = None) -> Leaf:
        """The next leaf of a subject."""
        key = subject_key(subject)
        chain = self.chains.get(key) or MapEntry(key, 0, NO_PREVIOUS)
        self.now_ms += 1000
        hashed = hashed or statement_hash(PAYLOAD_TYPE, f"{subject} {self.size}".encode())
        return Leaf(kind, self.now_ms, key, chain.count, chain.head, hashed, 0)

    def put(self, entry: bytes) -> None:
        """Adds an entry, whatever it is."""
        self.leaves.append(entry)
        self.tree.append(leaf_hash(entry))
        if len(entry) == LEAF_BYTES:
            after = entries_of(entry)[1]
            self.chains[after.key] = after

    def state(self, kind: LeafType, statement: Statement, *signers: FileSigner) -> None:
        """A statement of the registry's own, signed by the log unless by others."""
        statement.origin = statement.origin or self.origin
        payload = statement.SerializeToString()
        envelope = sign_envelope(payload, *(signers or self.signers))
        self.statements[self.size] = SignedStatement(envelope=envelope).SerializeToString()
        self.put(self.leaf(OWN, kind, statement_hash(PAYLOAD_TYPE, payload)).encode())

    def genesis(self) -> None:
        """The foundation, by a key that nobody knows."""
        self.state(LeafType.GENESIS, Statement(genesis=Genesis()), FileSigner.generate(SUITE_ED25519))

    def map_state(self, size: int | None = None, root: bytes | None = None) -> None:
        """The map of the first leaves, or what is said to be it."""
        at = self.size if size is None else size
        stated = MapState(size=at, root=root or self.map_root(at))
        self.state(LeafType.MAP_STATE, Statement(map_state=stated))

    def map_root(self, size: int) -> bytes:
        """The root of the map that the first leaves give."""
        mirror = MapMirror()
        entries = [entries_of(entry)[1] for entry in self.leaves[:size] if len(entry) == LEAF_BYTES]
        mirror.update({entry.key: entry for entry in entries}.values())
        return mirror.root

    def anchor(self, size: int, gen_time_ms: int, *, token: bytes = b"token", root: bytes = b"") -> None:
        """A time anchor over a size."""
        stated = TimeAnchor(
            size=size, root=root or root_at(self.tree, size), token=token, gen_time_ms=gen_time_ms
        )
        self.state(LeafType.TIME_ANCHOR, Statement(time_anchor=stated))

    # --- as it is published

    def published_checkpoint(self) -> str:
        """What is served as the newest checkpoint."""
        return self.served_note if self.served_note is not None else self.note(self.served_size)

    def tile(self, path: TilePath) -> bytes | None:
        """See `registry.publication.pages.PublishedLog`."""
        name = str(path)
        self.asked.append(name)
        if self.asked.count(name) == self.withheld.get(name):
            return None
        if name in self.pages:
            return self.pages[name]
        size = self.size if self.served_size is None else self.served_size
        if path.first + path.width > size >> 8 * (path.level or 0):
            return None
        places = range(path.first, path.first + path.width)
        if path.level is None:
            return encode_bundle(self.leaves[at] for at in places)
        content = b"".join(self.tree.subtree(8 * path.level, at) for at in places)
        assert len(content) == path.width * HASH_BYTES
        return content

    def public_statement(self, position: int) -> bytes | None:
        """See `registry.publication.pages.PublishedLog`."""
        name = f"statement/{position}"
        self.asked.append(name)
        return self.pages[name] if name in self.pages else self.statements.get(position)


@dataclass(slots=True)
class Published:
    """What is served under one address; a test may put another log there."""

    log: MadeLog

    def checkpoint(self) -> str:
        """See `registry.publication.pages.PublishedLog`."""
        return self.log.published_checkpoint()

    def tile(self, path: TilePath) -> bytes | None:
        """See `registry.publication.pages.PublishedLog`."""
        return self.log.tile(path)

    def public_statement(self, position: int) -> bytes | None:
        """See `registry.publication.pages.PublishedLog`."""
        return self.log.public_statement(position)


@contextmanager
def published(log: MadeLog) -> Iterator[tuple[Published, str]]:
    """A log on the loopback, and its address, until the block ends."""
    served = Published(log)
    server = HttpServer(pages(served), "127.0.0.1:0")
    try:
        yield served, f"http://127.0.0.1:{server.port}/"
    finally:
        server.stop()
