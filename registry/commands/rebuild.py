"""Folding the log into an empty store and comparing every derived row (invariant 2).

Nothing derived is copied, or even read before it is compared, so that a store whose derived state is
past reading can be built again: signatures are verified again, every statement is admitted again as it
was on the day of its receipt, its effects and its leaf are worked out again. What differs anywhere is
named. What was erased by law is passed over, and so is the question whether what was stated of the same
subject afterwards was admissible: it may have rested on what is gone. The log's own rows (sealed payloads,
sealed persons) and the registry's own records (refusals, query log, reports of execution, notices with who
acknowledged them) are carried over, because they do not follow from anything; no notice is made again. Of a
person about whom all was erased the number is left behind, where a program of before had kept it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any

from registry.commands.erasures import erasure_faults
from registry.commands.folding import Folded, fold
from registry.commands.forgetting import forget_numbers
from registry.commands.found import found
from registry.commands.state import AS_OF, ORIGIN, Log
from registry.commands.submission import verifying_key
from registry.provenance.checkpoint import CheckpointError, open_checkpoint
from registry.provenance.keys import Signer
from registry.provenance.note import NoteError, signature_lines
from registry.store.interface import DERIVED_TABLES, Group, Store
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_LOG

MAX_DIFFERENCES = 20
PAGE = 2000
"""Rows carried over at a time."""


@dataclass(slots=True)
class Rebuilt(Folded):
    """What a rebuild found: a fold, and how many rows were compared."""

    rows: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def rebuild(
    source: Log,
    target: Store,
    signers: Sequence[Signer],
    *,
    progress: Callable[[int], None] = lambda _count: None,
) -> Rebuilt:
    """Folds the log of ``source`` into the empty ``target`` and compares. Raises StoreError."""
    result = Rebuilt()
    carry_over(source.store, target)
    found(target, source.vault, source.origin)
    if as_of := source.store.meta().get(AS_OF):  # What was made to be read stays so.
        target.put_meta({AS_OF: as_of})
    state = fold(source, target, signers, result, progress=progress)
    passed = result.passed_over
    if as_of:  # What was erased later names a later statement.
        passed = [each for each in passed if each.by < result.statements]
    result.differences += erasure_faults(passed, result.erasures, state.directory.operator)
    if result.agrees:  # What follows from a log that differs differs too, and would only hide where it began.
        compare(source.store, target, result)
        forget_numbers(state, target, (each.subject for each in result.passed_over))
    return result


def carry_over(source: Store, target: Store) -> None:
    """Copies what does not follow from the log: sealed persons, refusals, the query log, reports, notices
    and who was told, cosignatures, and the signatures over batches."""
    kept: dict[str, Iterator[Any]] = {
        "persons": source.all_persons(),
        "refusals": source.all_refusals(),
        "queries": source.queries(),
        "executions": source.all_executions(),
        "notices": source.all_notices(),
        "subscriptions": source.subscriptions(),
        "recipients": source.all_recipients(),
        "cosignatures": source.all_cosignatures(),
        "batches": source.all_batches(),
    }
    for name, rows in kept.items():
        while page := list(islice(rows, PAGE)):  # A query log of years fits into no memory.
            rows_of: dict[str, Any] = {name: page}
            target.commit(Group(**rows_of))


def compare(one: Store, other: Store, result: Rebuilt, tables: Sequence[str] = DERIVED_TABLES) -> None:
    """Compares derived tables, row by row in key order."""
    past = bool(one.meta().get(AS_OF))  # Made to be read: its checkpoint need not be signed.
    for table in tables:
        for left, right in zip_longest(one.derived_rows(table), other.derived_rows(table)):
            result.rows += 1
            alike = table == "checkpoint" and _signed_alike(left, right, other, past=past)
            if left != right and not alike:
                result.differences.append(_difference(table, left, right))
                if len(result.differences) >= MAX_DIFFERENCES:
                    return


def _signed_alike(
    left: tuple[object, ...] | None, right: tuple[object, ...] | None, rebuilt: Store, *, past: bool
) -> bool:
    """Whether two checkpoints say the same and both bear every line that they must, and no other: signatures
    by P-256 and SM2 are never twice the same."""
    if left is None or right is None or left[:-1] != right[:-1]:
        return False
    if past:
        return True
    notes, size = (str(left[-1]), str(right[-1])), left[1]
    keys = [
        verifying_key(entry.suite, entry.public_key)
        for entry in rebuilt.registry_keys()
        if entry.purpose == REGISTRY_KEY_PURPOSE_LOG and isinstance(size, int) and entry.signs_size(size)
    ]
    if not keys:
        return False
    try:
        opened = [open_checkpoint(note, *keys, origin=rebuilt.meta()[ORIGIN]) for note in notes]
        lines = [len(signature_lines(note)) for note in notes]
    except (CheckpointError, NoteError):
        return False
    return opened[0] == opened[1] and lines == [len(keys)] * 2


def _difference(table: str, left: tuple[object, ...] | None, right: tuple[object, ...] | None) -> str:
    if table == "checkpoint" and left and right and left[:-1] == right[:-1]:
        return "checkpoint: 只有签名不同, log.key 不是签过最后检查点的密钥"
    return f"{table}: {left!r} ≠ {right!r}"
