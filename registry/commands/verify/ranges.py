"""The part of a check that many can do side by side: the statements of one range of the log, each by itself.

For each: its place, its bytes against the hash in its leaf, what is kept in clear against what was signed,
its leaf against its subject, its signature. What takes the ranges before it is handed on in few bytes: the
hashes of full tiles, and for each subject of the range where its chain is taken up and where it is left.

The chains' segments end where map states do, so that the map can be worked out for each of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from google.protobuf.message import DecodeError

from registry.commands.erasures import Erasing, PassedOver, erasing, passed_over
from registry.commands.intake import person_secret
from registry.commands.sequencer import LEAF_TYPES
from registry.commands.state import Log
from registry.commands.verify.keys import KeyBook
from registry.commands.verify.signatures import SignatureCheck, Signed
from registry.provenance.envelope import pae
from registry.provenance.leaf import Leaf, LeafType
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.tile_path import WIDTH, TilePath
from registry.provenance.tiles import tile_root
from registry.provenance.vault import leaf_subject_key
from registry.store.interface import ScannedRow, StatementRow
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement

MAX_SUBJECTS = 65_536
"""Whose keys are kept at hand."""
_CHAIN = struct.Struct(">32sQ32sQQ32s")
_MISSING = bytes(HASH_BYTES)
_PREFIXES = {
    LeafType.KEY_REGISTER: ("K:",),
    LeafType.KEY_REVOKE: ("K:",),
    LeafType.DIRECTORY: ("D:", "O:"),
    LeafType.EDITION: ("E:",),
    LeafType.GENESIS: ("R:",),
    LeafType.MAP_STATE: ("R:",),
    LeafType.TIME_ANCHOR: ("R:",),
    LeafType.KEY_ROTATION: ("R:",),
}
"""What a statement of a kind is about, by its reference: keys are found by it."""


@dataclass(frozen=True, slots=True)
class Link:
    """A subject's chain within a segment: what its first leaf there takes up, at which position, and how many
    leaves it has after the last one, with that one's hash."""

    key: bytes
    sequence: int
    previous: bytes
    position: int
    count: int
    head: bytes


@dataclass(slots=True)
class Checked:
    """What was found in a range. ``tiles`` are the roots of its full tiles of level 0, ``rest`` the leaf
    hashes after the last of them; ``segments`` are packed chains (`links`)."""

    first: int
    end: int
    statements: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    tiles: list[bytes] = field(default_factory=list)
    rest: list[bytes] = field(default_factory=list)
    segments: list[bytes] = field(default_factory=list)
    first_received_ms: int = 0
    last_received_ms: int = 0
    passed: list[PassedOver] = field(default_factory=list)
    erasures: dict[int, Erasing] = field(default_factory=dict)


def links(segment: bytes) -> Iterator[Link]:
    """The chains of a segment."""
    return (Link(*each) for each in _CHAIN.iter_unpack(segment))


class RangeCheck:
    """Checks ranges of a log; signatures from position ``trusted`` on, or none."""

    def __init__(self, log: Log, book: KeyBook, *, signatures: bool = True, trusted: int = 0) -> None:
        self._log = log
        self._signatures = SignatureCheck(book, log.store) if signatures else None
        self._trusted = trusted
        self._subjects: dict[str, tuple[bytes, bytes]] = {}

    def check(self, first: int, end: int, cuts: Sequence[int] = ()) -> Checked:
        """What is found from ``first``, where a tile begins, to before ``end``; a segment ends before each of
        the ``cuts``, positions that rise."""
        part = _Part(Checked(first, end), [*cuts, end])
        for row in self._log.store.scan(first, end):
            part.reach(row[0])
            part.statements += 1
            try:
                self._check(row, part)
            except DecodeError:
                part.fault(row[0], "签名或内容不能解析")
            except ValueError as error:
                part.fault(row[0], str(error))
        part.reach(end)
        return part.finished(self._log)

    def _check(self, row: ScannedRow, part: _Part) -> None:
        """Raises ValueError, or DecodeError, with what is wrong; the row's leaf is taken all the same."""
        position, department, statement_id, subject, payload_type, sealed, signatures, encoded = row[:8]
        hashed = part.take(encoded)
        leaf = Leaf.decode(encoded)
        wrong = part.carry_on(leaf, position, hashed)
        key, secret = self._subject(subject)
        if leaf.subject_key != key or not subject.startswith(_PREFIXES.get(leaf.type, "")):
            wrong.append("主体")
        if row[10] is not None:
            self._pass_over(row, wrong, part)
            return
        payload = self._log.vault.open_payload(sealed, secret)
        statement = Statement.FromString(payload)
        message = pae(payload_type, payload)
        body = statement.WhichOneof("body") or ""
        in_batch = row[8] is not None
        if (department, statement_id) != (statement.department, statement.statement_id):
            wrong.append("陈述编号")
        if leaf.statement_hash != sha256(message).digest():
            wrong.append("陈述摘要")
        if leaf.type != (LeafType.EVENT_IN_BATCH if in_batch else LEAF_TYPES.get(body, LeafType.DIRECTORY)):
            wrong.append("叶子种类")
        _raise(wrong)
        if body == "erasure":
            part.checked.erasures[position] = erasing(StatementRow(*row), statement)
        if self._signatures is None or position < self._trusted:
            return
        of_row = Envelope.FromString(signatures).signatures
        signed = Signed(position, leaf.key_position, statement, message, of_row)
        if row[8] is not None:
            self._signatures.in_batch(signed, payload, row[8], row[9])
        else:
            self._signatures.single(signed)

    def _pass_over(self, row: ScannedRow, wrong: list[str], part: _Part) -> None:
        _raise(wrong)
        part.checked.passed.append(passed_over(StatementRow(*row)))

    def _subject(self, ref: str) -> tuple[bytes, bytes]:
        """The key under which a subject stands in leaves, and its secret. Raises VaultError."""
        known = self._subjects.get(ref)
        if known is None:
            if len(self._subjects) >= MAX_SUBJECTS:
                self._subjects.clear()
            secret = person_secret(ref, self._log)
            known = self._subjects[ref] = (leaf_subject_key(ref, secret), secret)
        return known


def _raise(wrong: list[str]) -> None:
    if wrong:
        raise ValueError("、".join(wrong) + "与叶子不符")


class _Part:
    """A range under way."""

    def __init__(self, checked: Checked, cuts: Sequence[int]) -> None:
        self.checked = checked
        self.statements = 0
        self._hashes: list[bytes] = []
        self._next = checked.first
        self._cuts = list(reversed(cuts))
        self._chains: dict[bytes, list[Any]] = {}
        self._received_ms: int | None = None

    def fault(self, position: int, what: str) -> None:
        self.checked.faults.append((position, f"序号{position}: {what}"))

    def reach(self, position: int) -> None:
        """Goes on to a position: what is missing before it is noted, segments that end there are closed."""
        if position > self._next:
            until = f"至{position - 1}" if position - 1 > self._next else ""
            self.checked.faults.append((self._next, f"序号{self._next}{until}缺失"))
            self._hashes += [_MISSING] * (position - self._next)
        while self._cuts and self._cuts[-1] <= position:
            self._cuts.pop()
            self._close()
        self._next = position

    def take(self, encoded: bytes) -> bytes:
        """The hash of the leaf at the position reached, which is in the tree whatever is wrong with it."""
        hashed = sha256(b"\x00" + encoded).digest()
        self._hashes.append(hashed)
        self._next += 1
        return hashed

    def carry_on(self, leaf: Leaf, position: int, hashed: bytes) -> list[str]:
        """What of a leaf does not follow from those before it in the range."""
        wrong = []
        chain = self._chains.get(leaf.subject_key)
        if chain is None:
            first = (leaf.subject_sequence, leaf.previous, position)
            self._chains[leaf.subject_key] = [*first, leaf.subject_sequence + 1, hashed]
        else:
            if (chain[3], chain[4]) != (leaf.subject_sequence, leaf.previous):
                wrong.append("主体链")
            chain[3], chain[4] = leaf.subject_sequence + 1, hashed
        if self._received_ms is None:
            self.checked.first_received_ms = leaf.received_ms
        elif leaf.received_ms < self._received_ms:
            wrong.append("接收时间")
        self._received_ms = leaf.received_ms
        return wrong

    def finished(self, log: Log) -> Checked:
        """What was found, with the range's tiles held against those of the store."""
        checked = self.checked
        checked.statements, checked.last_received_ms = self.statements, self._received_ms or 0
        whole = len(self._hashes) // WIDTH
        for at in range(whole):
            number = checked.first // WIDTH + at
            tile = b"".join(self._hashes[at * WIDTH : (at + 1) * WIDTH])
            checked.tiles.append(tile_root(tile))
            if log.store.tile(0, number) != tile:
                end = checked.first + (at + 1) * WIDTH
                checked.faults.append((end, f"树的分块 {TilePath(0, number)} 与叶子不符或缺失"))
        checked.rest = self._hashes[whole * WIDTH :]
        return checked

    def _close(self) -> None:
        packed = (_CHAIN.pack(key, *chain) for key, chain in self._chains.items())
        self.checked.segments.append(b"".join(packed))
        self._chains.clear()
