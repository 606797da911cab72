"""Making snapshots (制作快照): the table of a domain compiled from the index, and signed.

    pieces = build_snapshot(state, DOMAIN_PROCUREMENT, seal, made_ms=now_ms())

It speaks of ``HORIZON_DAYS`` from the day it is made on, or of fewer where another edition becomes law
before: what is law then, this table does not know. Organisations alone are in it
(``sanctions.verdict_file``). To compile takes some microseconds a subject, so this is no work for a thread
that answers questions.

The position is the last one that the index has taken into account, the log's size that of when it is signed:
a key that is added meanwhile signs as well. The checkpoint in the header covers the position, with the
cosignatures that are required; while there is none, there is no snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

from registry.commands.state import RegistryState
from registry.domain.periods import china_day
from registry.errors import RegistryError
from registry.provenance.keys import Signer
from registry.provenance.snapshot import SnapshotHeader, digest_of, write_snapshot
from registry.sanctions.verdict import source_fault
from registry.sanctions.verdict_file import TableBasis, compile_table
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb

HORIZON_DAYS = 366
"""Bid openings lie weeks ahead, never years; of a day beyond, the registry is asked."""
RELEASE = version("credit-registry")


@dataclass(frozen=True, slots=True)
class Seal:
    """What a snapshot is signed with: the receipt keys that count at a size of the log, and a checkpoint of
    at least a size (None: there is none in time)."""

    signers: Callable[[int], Sequence[Signer]]
    covering: Callable[[int], str | None]


def build_snapshot(
    state: RegistryState, domain: subject_pb2.Domain.ValueType, seal: Seal, *, made_ms: int
) -> Iterator[bytes | memoryview]:
    """A snapshot of a domain by what is known now, piece by piece. Raises RegistryError where nothing can be
    signed."""
    basis = basis_of(state, domain, state.index.position, china_day(made_ms))
    table = list(compile_table(state.index.records(), basis))
    header, signers = sealed_header(state, basis, table, seal, made_ms)
    return write_snapshot(header, table, signers)


def sealed_header(
    state: RegistryState, basis: TableBasis, table: Sequence[bytes | memoryview], seal: Seal, made_ms: int
) -> tuple[SnapshotHeader, Sequence[Signer]]:
    """What is said of a table that was compiled, and who signs it. Raises RegistryError."""
    checkpoint = seal.covering(basis.position + 1)
    if checkpoint is None:
        message = "还没有覆盖快照序号、带有所需见证签名的检查点, 请稍后重试。"
        raise RegistryError.of(reasons.ERROR_REASON_EVIDENCE_NOT_AVAILABLE, message)
    log_size, (size, digest) = state.size, digest_of(table)
    header = SnapshotHeader(
        origin=state.origin,
        log_size=log_size,
        domain=basis.domain,
        position=basis.position,
        made_ms=made_ms,
        first=basis.first,
        last=basis.last,
        edition=basis.edition.hash,
        table_bytes=size,
        table_sha256=digest,
        faults=tuple(_faults(state, basis)),
        checkpoint=checkpoint,
        release=RELEASE,
    )
    return header, seal.signers(log_size)


def basis_of(
    state: RegistryState, domain: subject_pb2.Domain.ValueType, position: int, first: date
) -> TableBasis:
    """What a table of a domain can be compiled for from a day on: the days under one edition."""
    edition, last = state.edition_at(position, first), first
    while last - first < timedelta(days=HORIZON_DAYS) and last < date.max:
        following = last + timedelta(days=1)
        if state.edition_at(position, following) is not edition:
            break
        last = following
    return TableBasis(domain, position, edition, first, last)


def _faults(
    state: RegistryState, basis: TableBasis
) -> Iterator[tuple[date, pb.IndeterminateReason.ValueType]]:
    """What the sources lack from each day on on which that changes."""
    connections = state.directory.connections(basis.position)
    delivered, told = state.sources.known(basis.position, connections), -1
    for days in range((basis.last - basis.first).days + 1):
        day = basis.first + timedelta(days=days)
        connected = connections.on(day)
        fault = source_fault(basis.domain, day, basis.edition, connected=connected, delivered=delivered)
        if fault != told:
            told = fault
            yield day, fault
