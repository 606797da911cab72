"""What a registry has after a round, against what it had told: the counts of `torture.fault.Losses`."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing
from functools import partial
from random import Random

from registry.cli_check import log_keys, opened, read_vault
from registry.commands.rebuild import rebuild
from registry.commands.verify import Plan, Reopening, verify
from registry.config import Config
from registry.engine import Engine, OwnSigners, StartError, start_engine
from registry.errors import RegistryError
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.provenance.leaf import Leaf
from registry.provenance.merkle import leaf_hash
from registry.provenance.proof import ProofError, verify_consistency, verify_inclusion
from registry.second_store import kept_head
from registry.store.interface import StoreError
from registry.store.opening import create_store, open_for_reading
from registry.v1 import verdict_pb2
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG
from torture.book import Book
from torture.fault import Losses
from torture.load import UnansweredError, question
from torture.reach import Within
from torture.site import Site
from torture.statements import Statements, blocks, parts, withdrawn_by

PROVED = 12
"""Statements whose inclusion is proved in a round, besides the last."""
REBUILT = 0.04
"""The share of rounds after which the log is folded again as well."""


def examine(site: Site, book: Book, statements: Statements, chance: Random) -> Losses:
    """Opens what is on the disk as the next start would, sends again what was never answered, and compares.
    The registry of the site must not run."""
    try:
        engine = start_engine(site.config)
    except StartError as error:
        return Losses(acknowledged=len(book.given), unverifiable=1, told=(f"does not start: {error}",))
    with closing(engine):
        there = engine.state.size
        found = _sent_again(Within(engine), book, statements)
        found += _compared(engine, book, there) + _asked(engine, book) + _proved(engine, book, chance)
    found += _verified(site.config, folded=chance.random() < REBUILT)
    return found + Losses(acknowledged=len(book.given))


def _sent_again(registry: Within, book: Book, statements: Statements) -> Losses:
    """What nobody was answered about is sent once more, in the order of its clients, and with it something
    that was acknowledged: that must come back as it was."""
    known = list(book.given)[-3:]
    told = []
    for statement_id in [*sorted(book.uncertain, key=parts), *known]:
        envelope = statements.envelope(statement_id)
        try:
            (answer,) = registry.submit(statements.department(statement_id), [envelope])
        except UnansweredError as error:
            return Losses(unverifiable=1, told=(f"takes nothing after the restart: {error}",))
        if answer.position >= 0:
            book.acknowledged(statement_id, answer.position, answer.received_ms)
        elif statement_id in known:
            told.append(f"{statement_id}: refused when sent again: {answer.why}")
    return Losses(lost=len(told), told=tuple(told))


def _compared(engine: Engine, book: Book, there: int) -> Losses:
    """The log against what was acknowledged: each where it was, once, in order, without a gap."""
    rows = list(engine.store.statements())
    placed = {row.statement_id: row for row in rows}
    lost = [
        f"{each}: acknowledged at {told.position}, there were {there} after the restart"
        for each, told in book.given.items()
        if each not in placed or placed[each].position != told.position
    ]
    counts = Counter((row.department, row.statement_id) for row in rows)
    double = [f"{key} stands {count} times" for key, count in counts.items() if count > 1] + book.twice
    wrong = [] if [row.position for row in rows] == list(range(len(rows))) else ["positions have a gap"]
    instants = [Leaf.decode(row.leaf).received_ms for row in rows]
    wrong += ["times of receipt decrease"] if instants != sorted(instants) else []
    wrong += [
        f"{each}: at {told.position}, sent after {book.first_sent[each]} was acknowledged"
        for each, told in book.given.items()
        if told.position <= book.first_sent[each]
    ]
    wrong += [
        f"{each}: acknowledged as of {told.received_ms}, recorded as of {instants[told.position]}"
        for each, told in book.given.items()
        if told.position < len(instants) and instants[told.position] != told.received_ms
    ]
    told = (*lost[:5], *double[:5], *wrong[:5])
    return Losses(lost=len(lost), duplicated=len(double), disordered=len(wrong), told=told)


def _asked(engine: Engine, book: Book) -> Losses:
    """Whether whoever was banned still is; with the false answers that clients had before."""
    registry, clear = Within(engine), list(book.clear)
    for statement_id in book.given:
        code = blocks(statement_id)
        if code and withdrawn_by(statement_id) not in book.first_sent:
            try:
                verdict = registry.verdict(question(code))
            except UnansweredError as error:
                return Losses(unverifiable=1, told=(f"answers nothing after the restart: {error}",))
            if verdict == verdict_pb2.VERDICT_CLEAR:
                clear.append(f"{statement_id}: CLEAR after the restart")
    return Losses(false_clear=len(clear), told=tuple(clear[:5]))


def _proved(engine: Engine, book: Book, chance: Random) -> Losses:
    """Checkpoints that clients hold against the log of now, and statements in it."""
    faults: list[str] = []
    keys = own_log_keys(engine)
    signed = engine.log.latest()
    try:
        now = open_checkpoint(signed.note, *keys, origin=engine.state.origin)
        for note in dict.fromkeys(book.notes):
            held = open_checkpoint(note, *keys, origin=engine.state.origin)
            proof = engine.log.consistency(held.size, now.size).proof
            verify_consistency(held.size, held.root, now.size, now.root, proof)
        positions = sorted(told.position for told in book.given.values())
        for position in {*chance.sample(positions, min(PROVED, len(positions))), *positions[-1:]}:
            shown = engine.log.inclusion(position, now.size)
            verify_inclusion(leaf_hash(shown.leaf), position, now.size, shown.proof, now.root)
    except (CheckpointError, ProofError, RegistryError, StoreError) as error:
        faults.append(f"a proof does not hold: {error}")
    return Losses(unverifiable=len(faults), told=tuple(faults))


def own_log_keys(engine: Engine) -> list[VerifyingKey]:
    """The keys that sign the log's checkpoints now."""
    keys = [each for each in engine.state.registry_keys if each.signs_size(engine.state.size)]
    return [
        load_verifying_key(each.suite, each.public_key)
        for each in keys
        if each.purpose == REGISTRY_KEY_PURPOSE_LOG
    ]


def _verified(config: Config, *, folded: bool) -> Losses:
    """``registry verify``, now and then with ``--rebuild``."""
    try:
        with opened(config) as log:
            reopening = Reopening(
                partial(open_for_reading, config.location), partial(read_vault, config.vault_key)
            )
            second = kept_head(config.head) if config.head else None
            faults = verify(log, Plan(log_keys(config), second=second, reopening=reopening)).faults
            if folded and not faults:
                target = config.store.with_name(f"rebuilt-{os.getpid()}.db")
                with closing(create_store(target)) as store:
                    faults = list(rebuild(log, store, OwnSigners.of(config).log).differences)
    except StoreError as error:
        faults = [str(error)]
    return Losses(unverifiable=len(faults), told=tuple(f"verify: {fault}" for fault in faults[:5]))
