"""What changed since a snapshot (快照的增量), computed from the store's changes and the index, and signed.

Whose record a statement changed, ``Store.changes`` says, however long ago; what a subject is now, the index.
So a delta costs what changed, and nothing is kept for whoever has a base: it shows its signed header.

There is none, and a snapshot is wanted instead (``WholeWantedError``), where
* the base is not of this registry and domain, or speaks of more than is known here;
* its days are over, it is older than ``MAX_BASE_DAYS`` (what is asked of weeks ahead must be in it), or
  another release compiled it: two programs may number the law in two ways;
* another edition is law today. One that becomes law later cuts the days of the delta, as those of a snapshot;
* more than ``MAX_ROWS`` records changed;
* something was erased by law since (个人信息保护法 第四十七条): whoever has the base replaces it, and what a
  row of an erased link does not name any more need not be guessed.

Example: a base of 900, deltas up to 905, today 912: subjects of the statements 906 to 912.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.commands.snapshots import RELEASE, Seal, basis_of, sealed_header
from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.provenance.keys import VerifyingKey, load_verifying_key
from registry.provenance.snapshot import SnapshotError, SnapshotHeader, open_header
from registry.provenance.snapshot_delta import DeltaHeader, write_delta
from registry.sanctions.delta_file import compile_changes
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.verdict_file import TableBasis, is_in_table
from registry.v1 import snapshot_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.statement_pb2 import REGISTRY_KEY_PURPOSE_RECEIPT

MAX_ROWS = 50_000
"""Changed records that are told of in one delta, a megabyte or two."""
MAX_BASE_DAYS = 31


class WholeWantedError(Exception):
    """There is no delta over a base; ``reason`` says why."""

    def __init__(self, reason: pb.WholeReason.ValueType) -> None:
        super().__init__(pb.WholeReason.Name(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Base:
    """A snapshot that somebody has, and the position up to which deltas were put over it."""

    header: SnapshotHeader
    reached: int


def base_of(
    state: RegistryState, domain: subject_pb2.Domain.ValueType, envelope: bytes, reached: int
) -> Base:
    """The base that a signed header shows. Raises WholeWantedError if it is none of this registry's."""

    def keys_of(origin: str, size: int) -> list[VerifyingKey]:
        own = [each for each in state.registry_keys if each.purpose == REGISTRY_KEY_PURPOSE_RECEIPT]
        counting = [each for each in own if origin == state.origin and each.signs_size(size)]
        return [load_verifying_key(each.suite, each.public_key) for each in counting]

    try:
        header = open_header(envelope, keys_of)
    except SnapshotError:
        raise WholeWantedError(pb.WHOLE_REASON_BASE_UNKNOWN) from None
    if header.domain != domain:
        raise WholeWantedError(pb.WHOLE_REASON_BASE_UNKNOWN)
    return Base(header, max(reached, header.position))


def build_delta(
    state: RegistryState, base: Base, seal: Seal, *, made_ms: int
) -> tuple[int, Iterator[bytes | memoryview]]:
    """A delta over a base by what is known now: its position, and the file piece by piece. Raises
    WholeWantedError, and RegistryError where nothing can be signed."""
    position, header = state.index.position, base.header
    refs = changed_since(state, base, position, china_day(made_ms))
    whole = basis_of(state, subject_pb2.Domain.ValueType(header.domain), position, header.first)
    last = min(header.last, whole.last)
    basis = TableBasis(whole.domain, position, whole.edition, header.first, last)
    records = (state.index.get(ref) or SubjectRecord(ref) for ref in refs)
    table = list(compile_changes(records, basis))
    now, signers = sealed_header(state, basis, table, seal, made_ms)
    delta = DeltaHeader(now, header.position, header.table_sha256, after=base.reached)
    return position, write_delta(delta, table, signers)


def changed_since(state: RegistryState, base: Base, position: int, today: date) -> list[str]:
    """The organisations whose records changed after what somebody has, up to a position, in the order of
    their codes. Raises WholeWantedError."""
    header, first = base.header, base.reached + 1
    if base.reached > position:
        raise WholeWantedError(pb.WHOLE_REASON_BASE_UNKNOWN)
    old = today < header.first or today > header.last or (today - header.first).days > MAX_BASE_DAYS
    if old or header.release != RELEASE:
        raise WholeWantedError(pb.WHOLE_REASON_BASE_OLD)
    editions = {state.edition_at(position, day).hash for day in (header.first, today)}
    if editions != {header.edition}:
        raise WholeWantedError(pb.WHOLE_REASON_EDITION)
    rows = state.store.changes(first, position + 1, MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise WholeWantedError(pb.WHOLE_REASON_MANY_CHANGES)
    if state.store.erasures(first, position + 1):
        raise WholeWantedError(pb.WHOLE_REASON_ERASURE)
    return sorted({ref for _, ref in rows if is_in_table(ref)})
