"""The decision table: built, and asked, at 10^4, 10^5 and 10^6 subjects; ``python -m bench.table 10000000``
measures other sizes.

    build     records of fictional subjects compiled and written, without the making of the records
    1,000     mixed codes a question: 85 % of subjects in the table, 10 % valid codes that are not in it, 5 %
              codes with a wrong check character; drawn anew for each question, so that most keys come from
              memory
    one       the same codes one by one, in Python
    replica   the same asked of ``registry_client.Replica``, with what it makes of the answer
    growth    time of a code at the largest size by that at the smallest

Every subject has what one of the cases beside the edition puts on record, on days of its own. The file is
mapped into memory, as processes share it. Targets: 3 M/s, 2 µs, 40 bytes, on one core, of CPU time.
"""

from __future__ import annotations

import mmap
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bench.machine import bound_to, machine, serving_cores
from bench.measure import Figure
from bench.population import ORIGIN
from bench.simulation import records
from registry.domain.identifiers import uscc_check_character
from registry.domain.periods import EPOCH_ORDINAL, MS_PER_DAY
from registry.domain.verdict_shapes import question_of
from registry.domain.verdict_table import VerdictTable
from registry.editions import current_edition
from registry.provenance.keys import FileSigner, load_verifying_key
from registry.provenance.policy_lines import RangedKey
from registry.provenance.snapshot import SnapshotHeader, digest_of, write_snapshot
from registry.provenance.vkey import NoteKey
from registry.provenance.witness_policy import Policy
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.verdict_file import TableBasis, compile_table
from registry.v1 import subject_pb2
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import Replica

SIZES = (10_000, 100_000, 1_000_000)
BATCH, QUESTIONS, ROUNDS, SINGLE = 1000, 200, 3, 20_000
DAY = date(2026, 11, 1)
PATTERNS = 100_000
"""Events of which the patterns are made that subjects share."""
_ROLE, _TENDER = subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.TENDER_KIND_COMPULSORY
_COLUMN = question_of(_ROLE, _TENDER)
_NOON_MS = (DAY.toordinal() - EPOCH_ORDINAL) * MS_PER_DAY + 4 * 3_600_000
_LATEST = 10**9
_dice = random.Random(20261125)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size came to: seconds, bytes a subject, and seconds a code."""

    subjects: int
    build_s: float
    size_bytes: float
    many_s: float
    one_s: float
    replica_s: float


def table_figures(directory: Path, sizes: Sequence[int] = SIZES) -> Iterator[Figure]:
    """The figures for each size, and how the time of a code grows with it."""
    edition = current_edition()
    patterns = [record for record in records(edition, PATTERNS) if record.grounds and not record.links]
    basis = TableBasis(subject_pb2.DOMAIN_PROCUREMENT, _LATEST, edition, DAY)
    found = []
    for size in sizes:
        with bound_to(serving_cores()):
            one = _measured(directory / f"{size}.table", patterns, basis, size)
        found.append(one)
        yield from _figures(one)
    smallest, largest = found[0], found[-1]
    ratio = largest.many_s / smallest.many_s
    told = (
        f"{smallest.many_s * 1e9:.0f} ns at {smallest.subjects}, {largest.many_s * 1e9:.0f} ns at the largest"
    )
    yield Figure(f"Decision table, growth to {largest.subjects}", ratio, "", None, told)


def _figures(one: Measured) -> Iterator[Figure]:
    name, rate = f"Decision table of {one.subjects}", 1 / one.many_s
    told = f"{one.build_s:.1f} s to build ({one.build_s / one.subjects * 1e6:.1f} µs a subject)"
    size = f"{one.size_bytes:.1f} bytes a subject; {told}"
    yield Figure(f"{name}, size", None, "≤ 40 bytes", one.size_bytes <= 40, size)
    yield Figure(f"{name}, 1,000 codes", None, "≥ 3 M/s", rate >= 3e6, f"{rate / 1e6:.1f} M/s")
    for what, taken in (("one code", one.one_s), ("Replica.check", one.replica_s)):
        yield Figure(f"{name}, {what}", None, "≤ 2 µs", taken <= 2e-6, f"{taken * 1e6:.2f} µs")


def _measured(path: Path, patterns: Sequence[SubjectRecord], basis: TableBasis, size: int) -> Measured:
    start = time.process_time()
    for _ in _subjects(patterns, size):
        pass
    made = time.process_time() - start
    start = time.process_time()
    with path.open("wb") as file:
        for piece in compile_table(_subjects(patterns, size), basis):
            file.write(piece)
    build_s = time.process_time() - start - made
    measured = _asked(path, size, build_s)
    path.unlink()
    return measured


def _asked(path: Path, size: int, build_s: float) -> Measured:
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    table = VerdictTable(memoryview(mapped))
    questions = [b"".join(_codes(size, BATCH)) for _ in range(QUESTIONS)]
    many_s = _time(lambda: [table.check(codes, DAY, _COLUMN) for codes in questions]) / QUESTIONS / BATCH
    codes = list(_codes(size, SINGLE))
    one_s = _time(lambda: [table.one(code, DAY) for code in codes]) / SINGLE
    asker, texts = (
        _replica(table, mapped).asker(role=_ROLE, tender_kind=_TENDER),
        list(map(bytes.decode, codes)),
    )
    replica_s = _time(lambda: [asker.check(code) for code in texts]) / SINGLE
    return Measured(size, build_s, len(mapped) / len(table), many_s, one_s, replica_s)


def _replica(table: VerdictTable, content: mmap.mmap) -> Replica:
    """A replica that holds a table, signed by a key of its own."""
    signer, facts, pieces = FileSigner.generate(SUITE_ED25519), table.facts, [memoryview(content)]
    size, digest = digest_of(pieces)
    header = SnapshotHeader(
        origin=ORIGIN,
        log_size=facts.position + 1,
        domain=facts.domain,
        position=facts.position,
        made_ms=_NOON_MS,
        first=facts.first,
        last=facts.last,
        edition=facts.edition,
        table_bytes=size,
        table_sha256=digest,
        faults=((facts.first, 0),),
    )
    key = NoteKey.of(ORIGIN, load_verifying_key(signer.suite, signer.public_key))
    replica = Replica(Policy(receipts=(RangedKey(key),)), max_age_s=600, clock=lambda: _NOON_MS)
    replica.load(b"".join(write_snapshot(header, pieces, [signer])))
    return replica


def _time(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        run()
        taken.append(time.thread_time() - start)
    return statistics.median(taken)


def _subjects(patterns: Sequence[SubjectRecord], size: int) -> Iterator[SubjectRecord]:
    for number in range(size):
        yield replace(patterns[number % len(patterns)], ref=_code(number))


def _codes(size: int, count: int) -> Iterator[bytes]:
    for _ in range(count):
        chance = _dice.random()
        if chance < 0.85:
            yield _code(_dice.randrange(size)).encode()
        else:
            code = _code(10**9 + _dice.randrange(10**6))
            yield (code if chance < 0.95 else code[:17] + ("0" if code[17] != "0" else "1")).encode()


def _code(number: int) -> str:
    body = f"91{130000 + number // 10**6 % 10**5:06d}DEM{number % 10**6:06d}"
    return body + uscc_check_character(body)


def main() -> None:
    """Measures the sizes named on the command line."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    print(machine())
    with tempfile.TemporaryDirectory() as directory:
        for figure in table_figures(Path(directory), sizes):
            print(
                figure.name,
                "" if figure.ratio is None else f"{figure.ratio:.2f}",
                figure.absolute,
                flush=True,
            )


if __name__ == "__main__":
    main()
