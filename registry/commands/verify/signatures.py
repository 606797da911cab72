"""Who signed a statement of the log: each kind by whom it has to be, with the keys of its place in the log.

    every statement           its department, by the key that the leaf names; alone, or with others as a batch
    a key's enrolment         and the new key, which shows that it is held
    what takes two officials  and the second one's, by the key that it names
    the registry's own        every log key that was active there
    a change of those keys    the registrar, an active log key, and the key that is added

No signature more: one that nobody verifies would look as if somebody had. A batch's signature is verified
once for all its statements, with the root over them; each statement is held against its leaf in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.commands.submission import OWN_BODIES, verifying_key
from registry.commands.verify.keys import KeyBook
from registry.domain.files import takes_two
from registry.domain.registry_keys import RegistryKeyEntry
from registry.provenance.batch import batch_tree, header_hash, read_header
from registry.provenance.envelope import pae
from registry.provenance.keys import keyid_of
from registry.provenance.merkle import HASH_BYTES, leaf_hash
from registry.store.interface import BatchRow, Store
from registry.v1.envelope_pb2 import Envelope, Signature
from registry.v1.statement_pb2 import Statement

MAX_KEPT = 64


@dataclass(frozen=True, slots=True)
class Signed:
    """What is to be checked of one statement."""

    position: int
    key_position: int
    statement: Statement
    message: bytes
    signatures: Sequence[Signature]


class SignatureCheck:
    """Checks the signatures of a log's statements; keeps the batches it has checked."""

    def __init__(self, book: KeyBook, store: Store) -> None:
        self._book = book
        self._store = store
        self._batches: dict[tuple[bytes, int], BatchRow] = {}

    def single(self, signed: Signed) -> None:
        """A statement with signatures of its own. ValueError if they are not as they have to be."""
        body = signed.statement.WhichOneof("body")
        if not signed.signatures:
            raise ValueError("没有签名")
        if body in OWN_BODIES:
            self._all_by(signed, 0, self._book.log_keys_at(signed.position))
            return
        self._first(signed)
        match body:
            case "key_enrolment":
                enrolment = signed.statement.key_enrolment
                key = verifying_key(enrolment.suite, enrolment.public_key)
                self._count(signed, 2)
                key.verify(signed.message, signed.signatures[1].sig)
            case "registry_key_change":
                self._all_by(signed, 1, self._cosigners(signed))
            case "supervision" if takes_two(signed.statement):
                self._count(signed, 2)
                self._second(signed)
            case _:
                self._count(signed, 1)

    def in_batch(self, signed: Signed, payload: bytes, header: bytes, index: int | None) -> None:
        """A statement of a batch. ValueError if it is not of it, or the batch not its department's."""
        if signed.signatures:
            raise ValueError("批次中的陈述另有签名")
        batch = self._batch(header, signed)
        start = (index if index is not None else len(batch.leaves)) * HASH_BYTES
        if batch.leaves[start : start + HASH_BYTES] != leaf_hash(payload):
            raise ValueError("陈述不在所记的批次里")
        if batch.department != signed.statement.department:
            raise ValueError("批次是另一部门的")

    def _first(self, signed: Signed) -> None:
        first = signed.signatures[0]
        key = self._book.signer(signed.key_position, first.keyid, signed.position)
        key.verify(signed.message, first.sig)

    def _second(self, signed: Signed) -> None:
        """By another official of the same department."""
        second = signed.signatures[1]
        key = self._book.holder(second.keyid, signed.position)
        first = self._book.keys[signed.key_position].holder
        if key.holder == first or key.holder[0] != first[0]:
            raise ValueError("第二个签名不是本部门另一名人员的")
        verifying_key(key.suite, key.public_key).verify(signed.message, second.sig)

    def _all_by(self, signed: Signed, start: int, keys: Sequence[RegistryKeyEntry]) -> None:
        """The signatures from one on are those of the registry's keys, in their order."""
        self._count(signed, start + len(keys))
        for signature, entry in zip(signed.signatures[start:], keys, strict=True):
            if signature.keyid != entry.keyid:
                raise ValueError("签名密钥不是当时有效的日志密钥")
            verifying_key(entry.suite, entry.public_key).verify(signed.message, signature.sig)
        if not start and keys[0].added != signed.key_position:
            raise ValueError("签名密钥不是叶子所记的那一把")

    def _cosigners(self, signed: Signed) -> list[RegistryKeyEntry]:
        """Of the log keys before a change, the first that stays; and the one that is added."""
        change = signed.statement.registry_key_change
        before = self._book.log_keys_of(signed.position)
        keys = [entry for entry in before if entry.keyid != change.retire][:1]
        if change.HasField("add"):
            keyid = keyid_of(change.add.public_key)
            keys += [entry for entry in self._book.own if entry.keyid == keyid]
        return keys

    def _count(self, signed: Signed, wanted: int) -> None:
        if len(signed.signatures) != wanted or not wanted:
            raise ValueError(f"应有{wanted}个签名, 有{len(signed.signatures)}个")

    def _batch(self, header: bytes, signed: Signed) -> BatchRow:
        """A batch whose signature by the key of the leaf has been verified, and its root."""
        known = self._batches.get((header, signed.key_position))
        if known is not None:
            return known
        row = self._store.batches([header]).get(header)
        if row is None:
            raise ValueError("所属批次的签名不在存储里")
        self._check_batch(row, signed)
        if len(self._batches) >= MAX_KEPT:
            self._batches.clear()
        self._batches[header, signed.key_position] = row
        return row

    def _check_batch(self, row: BatchRow, signed: Signed) -> None:
        envelope = Envelope.FromString(row.header)
        stated = read_header(envelope)
        signature = envelope.signatures[0]
        key = self._book.signer(signed.key_position, signature.keyid, signed.position)
        leaves = [row.leaves[at : at + HASH_BYTES] for at in range(0, len(row.leaves), HASH_BYTES)]
        batch_tree(stated, leaves)
        key.verify(pae(envelope.payload_type, envelope.payload), signature.sig)
        named = (header_hash(envelope), stated.department, stated.batch_id, stated.origin)
        kept = (row.header_hash, row.department, row.batch_id, signed.statement.origin)
        if named != kept or stated.suite != key.suite:
            raise ValueError("批次与其抬头不符")
