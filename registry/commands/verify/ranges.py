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
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from registry.commands.erasures import Erasing, PassedOver, erasing, passed_over
from registry.commands.intake import person_secret
from registry.commands.jobs import LEAF_TYPES
from registry.commands.state import Log
from registry.commands.verify.keys import KeyBook
from registry.commands.verify.signatures import SignatureCheck, Signed
from registry.provenance.envelope import pae
from registry.provenance.leaf import LAYOUT, LEAF_BYTES, VERSION, Leaf, LeafType, subject_key
from registry.provenance.merkle import HASH_BYTES
from registry.provenance.tile_path import WIDTH, TilePath
from registry.provenance.tiles import tile_root
from registry.provenance.vault import Opener, is_person, leaf_subject_key
from registry.store.interface import ScannedRow, StatementRow
from registry.v1.envelope_pb2 import Envelope
from registry.v1.statement_pb2 import Statement

MAX_SUBJECTS = 65_536
"""Whose keys are kept at hand."""
_CHAIN = struct.Struct(">32sQ32sQQ32s")
_MISSING = bytes(HASH_BYTES)
_NO_PAYLOAD = b"0 "
"""How a PAE without payload ends: its length."""
_KINDS = frozenset(map(int, LeafType))
_IN_BATCH, _DIRECTORY = int(LeafType.EVENT_IN_BATCH), int(LeafType.DIRECTORY)
_KIND_OF: dict[str | None, int] = {body: int(kind) for body, kind in LEAF_TYPES.items()}
_PREFIXES: dict[int, tuple[str, ...]] = {
    LeafType.KEY_REGISTER: ("K:",),
    LeafType.KEY_REVOKE: ("K:",),
    LeafType.DIRECTORY: ("D:", "O:"),
    LeafType.EDITION: ("E:",),
    LeafType.GENESIS: ("R:",),
    LeafType.MAP_STATE: ("R:",),
    LeafType.TIME_ANCHOR: ("R:",),
    LeafType.KEY_ROTATION: ("R:",),
    LeafType.SUPERVISION: ("V:",),
    LeafType.ALERT: ("V:",),
}
"""What a statement of a kind is about, by its reference: keys are found by it."""


class Link(NamedTuple):
    """A subject's chain within a segment: what its first leaf there takes up, at which position, and how many
    leaves it has after the last one, with that one's hash."""

    key: bytes
    sequence: int
    previous: bytes
    position: int
    leaves: int
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
    return map(Link._make, _CHAIN.iter_unpack(segment))


class RangeCheck:
    """Checks ranges of a log; signatures from position ``trusted`` on, or none."""

    def __init__(self, log: Log, book: KeyBook, *, signatures: bool = True, trusted: int = 0) -> None:
        self._log = log
        self._signatures = SignatureCheck(book, log.store) if signatures else None
        self._trusted = trusted
        self._opener = log.vault.opener(b"")
        self._begun: dict[str, Any] = {}
        self._subjects: dict[str, tuple[bytes, Opener]] = {}

    def check(self, first: int, end: int, cuts: Sequence[int] = ()) -> Checked:
        """What is found from ``first``, where a tile begins, to before ``end``; a segment ends before each of
        the ``cuts``, positions that rise."""
        part = _Part(Checked(first, end), [*cuts, end])
        check = self._check
        for row in self._log.store.scan(first, end):
            if row[0] >= part.stop or row[0] != part.next:
                part.reach(row[0])
            try:
                check(row, part)
            except DecodeError:
                part.fault(row[0], "签名或内容不能解析")
            except ValueError as error:
                part.fault(row[0], str(error))
        part.reach(end)
        return part.finished(self._log)

    def _check(self, row: ScannedRow, part: _Part) -> None:
        """Raises ValueError, or DecodeError, with what is wrong; the row's leaf is taken all the same.

        Done for each of millions, so the leaf is read without making one, unless to say what is wrong."""
        position, department, statement_id, subject, payload_type, sealed, signatures, encoded = row[:8]
        hashed = part.take(encoded)
        if len(encoded) != LEAF_BYTES or encoded[0] != VERSION or encoded[1] not in _KINDS:
            Leaf.decode(encoded)
        _, kind, received_ms, key, sequence, previous, digest, key_position = LAYOUT.unpack(encoded)
        wrong = part.carry_on(key, (sequence, previous), received_ms, hashed)
        known, opener = self._subjects.get(subject) or self._subject(subject)
        if key != known or (kind in _PREFIXES and not subject.startswith(_PREFIXES[kind])):
            wrong += ("主体",)
        if row[10] is not None:
            _raise(wrong)
            part.checked.passed.append(passed_over(StatementRow(*row)))
            return
        payload = opener(sealed)
        statement = Statement.FromString(payload)
        if department != statement.department or statement_id != statement.statement_id:
            wrong += ("陈述编号",)
        if digest != self._hashed(payload_type, payload):
            wrong += ("陈述摘要",)
        body = statement.WhichOneof("body")
        if kind != (_IN_BATCH if row[8] is not None else _KIND_OF.get(body, _DIRECTORY)) or (
            (row[8] is None) != (row[9] is None)
        ):
            wrong += ("叶子种类",)
        if wrong:
            _raise(wrong)
        if body == "erasure":
            part.checked.erasures[position] = erasing(StatementRow(*row), statement)
        if self._signatures is not None and position >= self._trusted:
            of_row, message = Envelope.FromString(signatures).signatures, pae(payload_type, payload)
            self._check_signed(row, Signed(position, key_position, statement, message, of_row), payload)

    def _hashed(self, payload_type: str, payload: bytes) -> bytes:
        """The statement hash; the kilobyte that is signed is not put together for it."""
        begun = self._begun.get(payload_type)
        if begun is None:
            begun = self._begun[payload_type] = sha256(pae(payload_type, b"")[: -len(_NO_PAYLOAD)])
        hashed = begun.copy()
        hashed.update(b"%d " % len(payload))
        hashed.update(payload)
        return hashed.digest()

    def _check_signed(self, row: ScannedRow, signed: Signed, payload: bytes) -> None:
        assert self._signatures is not None
        if row[8] is not None:
            self._signatures.in_batch(signed, payload, row[8], row[9])
        else:
            self._signatures.single(signed)

    def _subject(self, ref: str) -> tuple[bytes, Opener]:
        """The key under which a subject stands in leaves, and what opens statements about it. Raises
        VaultError."""
        if len(self._subjects) >= MAX_SUBJECTS:
            self._subjects.clear()
        if not is_person(ref):
            known = subject_key(ref), self._opener
        else:
            secret = person_secret(ref, self._log)
            known = leaf_subject_key(ref, secret), self._log.vault.opener(secret)
        self._subjects[ref] = known
        return known


def _raise(wrong: Sequence[str]) -> None:
    if wrong:
        raise ValueError("、".join(wrong) + "与叶子不符")


class _Part:
    """A range under way: ``next`` is the position that comes next, ``stop`` where the segment ends."""

    def __init__(self, checked: Checked, cuts: Sequence[int]) -> None:
        self.checked = checked
        self.next = checked.first
        self.stop = cuts[0]
        self._cuts = list(reversed(cuts))
        self._hashes: list[bytes] = []
        self._missing = 0
        self._firsts: dict[bytes, tuple[int, bytes, int]] = {}
        self._heads: dict[bytes, tuple[int, bytes]] = {}
        self._received_ms = -1

    def fault(self, position: int, what: str) -> None:
        self.checked.faults.append((position, f"序号{position}: {what}"))

    def reach(self, position: int) -> None:
        """Goes on to a position: what is missing before it is noted, segments that end there are closed."""
        if position > self.next:
            until = f"至{position - 1}" if position - 1 > self.next else ""
            self.checked.faults.append((self.next, f"序号{self.next}{until}缺失"))
            self._hashes += [_MISSING] * (position - self.next)
            self._missing += position - self.next
        self.next = position
        while self._cuts and self._cuts[-1] <= position:
            self._cuts.pop()
            self._close()
        self.stop = self._cuts[-1] if self._cuts else self.checked.end

    def take(self, encoded: bytes) -> bytes:
        """The hash of the leaf at the position reached, which is in the tree whatever is wrong with it."""
        hashed = sha256(b"\x00" + encoded).digest()
        self._hashes.append(hashed)
        self.next += 1
        return hashed

    def carry_on(
        self, key: bytes, chain: tuple[int, bytes], received_ms: int, hashed: bytes
    ) -> tuple[str, ...]:
        """What of a leaf does not follow from those before it in the range. ``chain`` is its sequence and the
        hash of the leaf before it."""
        wrong: tuple[str, ...] = ()
        head = self._heads.get(key)
        if head is None:
            self._firsts[key] = (*chain, self.next - 1)
        elif head != chain:
            wrong = ("主体链",)
        self._heads[key] = (chain[0] + 1, hashed)
        if received_ms < self._received_ms:
            wrong += ("接收时间",)
        elif self._received_ms < 0:
            self.checked.first_received_ms = received_ms
        self._received_ms = received_ms
        return wrong

    def finished(self, log: Log) -> Checked:
        """What was found, with the range's tiles held against those of the store."""
        checked = self.checked
        checked.statements = len(self._hashes) - self._missing
        checked.last_received_ms = max(0, self._received_ms)
        whole, before = len(self._hashes) // WIDTH, checked.first // WIDTH
        kept = log.store.tiles(0, before, before + whole)
        for at in range(whole):
            number = before + at
            tile = b"".join(self._hashes[at * WIDTH : (at + 1) * WIDTH])
            checked.tiles.append(tile_root(tile))
            if kept.get(number) != tile:
                end = checked.first + (at + 1) * WIDTH
                checked.faults.append((end, f"树的分块 {TilePath(0, number)} 与叶子不符或缺失"))
        checked.rest = self._hashes[whole * WIDTH :]
        return checked

    def _close(self) -> None:
        pack, firsts = _CHAIN.pack, self._firsts
        packed = [pack(key, *firsts[key], *head) for key, head in self._heads.items()]
        self.checked.segments.append(b"".join(packed))
        self._firsts.clear()
        self._heads.clear()
