"""How fast ``registry verify`` is: statements a second, by processes on all cores.

    hashes       every byte read, opened and hashed, chains, tree, tiles and the last map state, no signatures
    in batches   with the signatures of batches of 1,024 as well
    one by one   with a signature each, against the same signatures verified by the library alone on as many
                 cores

The log is written past the law, row by row as the writer would write it, for to admit so many would take
minutes: penalties of about a kilobyte, ten about each of 30,000 firms, then one map state. Processes need a
second to begin, which a large log does not feel: a rate is taken from the first ranges that are done.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bench.machine import cores
from bench.measure import Figure
from bench.population import ORIGIN, Author, Population, firm, penalty, populate
from registry.cli_check import log_keys, opened, read_vault
from registry.commands.jobs import OwnStatement
from registry.commands.sequencer import Sequencer
from registry.commands.state import RegistryState
from registry.commands.verify import Plan, Reopening, verify
from registry.editions import shipped_editions
from registry.provenance.batch import header_hash
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.provenance.envelope import PAYLOAD_TYPE, pae
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.leaf import Leaf, LeafType, statement_hash, subject_key
from registry.provenance.map_entry import MapEntry, entries_of, subtree_hash
from registry.provenance.merkle import Frontier, leaf_hash
from registry.store.interface import BatchRow, Chain, CheckpointRow, Group, StatementRow
from registry.store.opening import open_for_reading, open_store
from registry.v1.envelope_pb2 import SUITE_ED25519, Envelope
from registry.v1.statement_pb2 import MapState, Statement

IN_BATCHES, ONE_BY_ONE, PER_SIGNATURE = 300_000, 80_000, 1024
FIRMS = 30_000
TARGET = 100_000
LEFT_OUT = 0.2
"""Of a check, before its rate is taken."""
_STATED_BY = "财政"


def verify_figures(disk: Path) -> Iterator[Figure]:
    """All of it, in new directories on a disk."""
    many = populate(disk / "in-batches", restricted=0, clear=0)
    Growing(many).grow(IN_BATCHES, PER_SIGNATURE)
    hashes = _rate(many, signatures=False)
    told = f"{hashes / 1000:.0f}k statements/s, {len(cores())} processes"
    yield Figure("Verify, hashes", None, f"≥ {TARGET // 1000}k/s", hashes >= TARGET, told)
    signed = _rate(many, signatures=True)
    yield Figure("Verify, signatures of batches", None, "", None, f"{signed / 1000:.0f}k statements/s")
    few = populate(disk / "one-by-one", restricted=0, clear=0)
    Growing(few).grow(ONE_BY_ONE, 1)
    single, bare = _rate(few, signatures=True), _bare_rate()
    absolute = f"{single:.0f} statements/s; verification alone {bare:.0f}/s"
    yield Figure("Verify, a signature each", single / bare, "", None, absolute)


class Growing:
    """Writes statements into a store as they would stand there, without asking the law."""

    def __init__(self, population: Population) -> None:
        config = population.config
        self._author: Author = population.authors[_STATED_BY]
        self._store = open_store(config.store)
        self._vault = read_vault(config.vault_key)
        self._log_key = FileSigner.load(config.log_key, None)
        state = RegistryState(self._store, self._vault, shipped_editions())
        assert state.head is not None
        key = state.directory.key(self._author.signer.keyid)
        assert key is not None
        self._key_position = key.position
        self._edge, self._frontier = state.edge.copy(), Frontier.from_bytes(state.head.frontier)
        self._received_ms = state.head.last_received_ms
        self._chains: dict[str, Chain] = {}

    def grow(self, statements: int, per_signature: int) -> None:
        """Adds so many statements, then a map state; closes the store."""
        for first in range(0, statements, PER_SIGNATURE):
            numbers = range(first, min(first + PER_SIGNATURE, statements))
            self._group(numbers, together=per_signature > 1)
        self._map_state()
        self._store.close()

    def _group(self, numbers: range, *, together: bool) -> None:
        group = Group()
        payloads = [self._payload(number) for number in numbers]
        batch = self._author.batch(f"batch-{numbers[0]}", payloads) if together else None
        hashed = header_hash(batch.header) if batch else None
        for index, (number, payload) in enumerate(zip(numbers, payloads, strict=True)):
            signature = b"" if batch else self._signature(payload)
            row = self._row(group, number, payload, signature)
            place = (hashed, index) if batch else (None, None)
            group.statements.append(StatementRow(*row, *place))
        if batch and hashed:
            leaves = b"".join(map(leaf_hash, payloads))
            header = batch.header.SerializeToString()
            group.batches.append(BatchRow(hashed, self._author.code, f"batch-{numbers[0]}", header, leaves))
        size = self._frontier.size
        note = sign_checkpoint(Checkpoint(ORIGIN, size, self._frontier.root()), self._log_key)
        group.checkpoint = CheckpointRow(size, self._frontier.to_bytes(), self._received_ms, note)
        self._store.commit(group)

    def _row(
        self, group: Group, number: int, payload: bytes, signatures: bytes
    ) -> tuple[int, str, str, str, str, bytes, bytes, bytes]:
        """Adds leaf, tiles and chain; answers the row's first columns."""
        ref, position = firm(number % FIRMS), self._frontier.size
        chain = self._chains.get(ref, Chain(ref, 0, bytes(32)))
        kind = LeafType.EVENT if signatures else LeafType.EVENT_IN_BATCH
        hashed = statement_hash(PAYLOAD_TYPE, payload)
        key = subject_key(ref)
        leaf = Leaf(
            kind, self._received_ms, key, chain.sequence, chain.head, hashed, self._key_position
        ).encode()
        self._frontier.append(leaf_hash(leaf))
        group.tiles += self._edge.append(leaf_hash(leaf))
        group.chains[ref] = self._chains[ref] = Chain(ref, chain.sequence + 1, leaf_hash(leaf))
        sealed = self._vault.seal_payload(payload, b"", os.urandom(12))
        return position, self._author.code, f"S-{number}", ref, PAYLOAD_TYPE, sealed, signatures, leaf

    def _payload(self, number: int) -> bytes:
        event = penalty(self._author, number, about=number % FIRMS)
        nonce, code = os.urandom(16), self._author.code
        statement = Statement(
            statement_id=f"S-{number}", origin=ORIGIN, department=code, nonce=nonce, event=event
        )
        return statement.SerializeToString()

    def _signature(self, payload: bytes) -> bytes:
        signer, envelope = self._author.signer, Envelope()
        envelope.signatures.add(sig=signer.sign(pae(PAYLOAD_TYPE, payload)), keyid=signer.keyid)
        return envelope.SerializeToString()

    def _map_state(self) -> None:
        state = RegistryState(self._store, self._vault, shipped_editions())
        latest: dict[bytes, MapEntry] = {}
        for leaf in self._store.leaves(0, state.size):
            _, entry = entries_of(leaf)
            latest[entry.key] = entry
        entries = sorted(latest.values())
        stated = Statement(map_state=MapState(size=state.size, root=subtree_hash(entries, 0)))
        received_ms = self._received_ms
        sequencer = Sequencer(state, [self._log_key], clock=lambda: received_ms, random_bytes=os.urandom)
        sequencer.process([OwnStatement(stated, entries)])


def _rate(population: Population, *, signatures: bool) -> float:
    """Statements a second, once the processes work."""
    config = population.config
    told: list[tuple[float, int]] = []
    reopening = Reopening(partial(open_for_reading, config.store), partial(read_vault, config.vault_key))
    plan = Plan(log_keys(config), signatures=signatures, processes=len(cores()), reopening=reopening)
    with opened(config) as log:
        found = verify(log, plan, progress=lambda done, _total: told.append((time.perf_counter(), done)))
        end = time.perf_counter()
    assert not found.faults, found.faults
    began, done = next(each for each in told if each[1] >= LEFT_OUT * found.statements)
    return (found.statements - done) / (end - began)


def _bare_rate() -> float:
    """Signatures a second that the library verifies on all cores."""
    with ProcessPoolExecutor(len(cores())) as pool:
        return sum(pool.map(_verified_a_second, range(len(cores()))))


def _verified_a_second(_core: int) -> float:
    signer = FileSigner.generate(SUITE_ED25519)
    key, message = load_verifying_key(signer.suite, signer.public_key), bytes(1100)
    signature, count = signer.sign(message), 10_000
    start = time.perf_counter()
    for _ in range(count):
        key.verify(message, signature)
    return count / (time.perf_counter() - start)
