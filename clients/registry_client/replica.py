"""A replica (本地副本): verdicts on organisations answered in the caller's own process, by a signed snapshot.

    replica = Replica(policy, max_age_s=600)
    replica.load("procurement.snapshot")       # and again, whenever a newer one has come
    bidders = replica.asker(role=SUBJECT_ROLE_BIDDER, tender_kind=TENDER_KIND_COMPULSORY)
    answer = bidders.check("91350100M000100Y43")
    answer.verdict, answer.measures, answer.position, replica.age_s
    bidders.check_many(b"…")                   # 18 bytes a code, millions a second

* A snapshot is loaded only if the receipt keys that the policy names have signed it and its table has the
  digest that they signed; a later one must be of the same log and domain, and not know less. What it answers
  is what the registry would have answered at ``position``: nothing here decides.
* ``age_s`` says how old it is. When it is older than ``max_age_s`` every question raises ``StaleError``.
* ``answer.ask``: the registry must be asked (``Registry.check``): a subject that is linked to others, a
  question limited to a region that meets a restriction limited to one, a day beyond the snapshot. The verdict
  is INDETERMINATE then, as it is for an unknown or malformed code, and never CLEAR.
* Organisations only: no natural person is in a snapshot, under whatever number. Of persons the registry is
  asked, whose query log is durable before the answer.

Needs numpy: ``pip install credit-registry[replica]``. Safe for any number of threads.
"""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.domain.identifiers import normalise
from registry.domain.packed_codes import CODE_BYTES
from registry.domain.periods import CHINA_OFFSET_MS, MS_PER_DAY, china_day
from registry.domain.table_file import TableFileError
from registry.domain.verdict_shapes import (
    ASK,
    INVALID,
    Measured,
    question_of,
    verdict_in,
    with_fault,
)
from registry.domain.verdict_table import VerdictTable
from registry.provenance.keys import VerifyingKey
from registry.provenance.snapshot import SnapshotError, SnapshotHeader, open_snapshot
from registry.provenance.witness_policy import Policy
from registry.v1 import subject_pb2
from registry_client.results import Verdict, verdict_of

__all__ = ["Asker", "Measured", "Replica", "ReplicaAnswer", "ReplicaAnswers", "ReplicaError", "StaleError"]

_VERDICTS = tuple(map(verdict_of, range(8)))
"""By the number that a verdict has on the wire; what is none is INDETERMINATE."""
_NUMBERS = np.array(_VERDICTS, np.uint8)


class ReplicaError(Exception):
    """A snapshot cannot be used: not readable, not signed as the policy asks, or older than the one at
    hand."""


class StaleError(ReplicaError):
    """The replica is older than its bound, or has no snapshot: there is no answer, and none is CLEAR."""


class ReplicaAnswer(NamedTuple):
    """The verdict on one organisation. ``ask``: the registry must be asked, and ``verdict`` is INDETERMINATE.

    ``indeterminate_reason`` is registry.v1.IndeterminateReason. ``measures`` are the restrictions met, with
    where they stand; what one means for this question is its ``effects[column]``."""

    verdict: Verdict
    indeterminate_reason: int
    measures: tuple[Measured, ...]
    position: int
    column: int
    ask: bool


class ReplicaAnswers(NamedTuple):
    """The verdicts on many, the number of a ``Verdict`` for each code; where ``ask`` is true the registry
    must be asked."""

    verdicts: NDArray[np.uint8]
    indeterminate_reasons: NDArray[np.uint8]
    shapes: NDArray[np.uint32]
    ask: NDArray[np.bool_]
    position: int


@dataclass(frozen=True, slots=True)
class _Loaded:
    header: SnapshotHeader
    table: VerdictTable


class Replica:
    """See the module's text. ``clock`` answers Unix milliseconds."""

    def __init__(
        self, policy: Policy, *, max_age_s: float, clock: Callable[[], int] = lambda: time.time_ns() // 10**6
    ) -> None:
        self._policy, self._clock = policy, clock
        self._max_age_ms = int(max_age_s * 1000)
        self._loaded: _Loaded | None = None

    def load(self, snapshot: str | Path | bytes) -> SnapshotHeader:
        """Takes a snapshot, or the file that holds one, which must not be written to any more (replace it by
        renaming another). Raises ReplicaError, and goes on with the one at hand."""
        try:
            content = memoryview(snapshot if isinstance(snapshot, bytes) else _mapped(Path(snapshot)))
            header, table = open_snapshot(content, self._keys)
            loaded = _Loaded(header, VerdictTable(table))
        except OSError as error:
            raise ReplicaError(f"不能读取快照: {error.strerror}") from error
        except (SnapshotError, TableFileError) as error:
            raise ReplicaError(str(error)) from error
        self._require_of_one_kind(loaded)
        self._require_later(header)
        self._loaded = loaded
        return header

    @property
    def header(self) -> SnapshotHeader:
        """Of the snapshot at hand. Raises StaleError if there is none."""
        return self._at_hand().header

    @property
    def age_s(self) -> float:
        """Seconds since the registry made the snapshot at hand. Raises StaleError if there is none."""
        return (self._clock() - self.header.made_ms) / 1000

    def asker(
        self,
        *,
        role: subject_pb2.SubjectRole.ValueType = subject_pb2.SUBJECT_ROLE_UNSPECIFIED,
        tender_kind: subject_pb2.TenderKind.ValueType = subject_pb2.TENDER_KIND_UNSPECIFIED,
        day: date | None = None,
        scoped: bool = False,
    ) -> Asker:
        """Who asks one question of the replica about many; ``day`` None: today in China, whenever asked.
        ``scoped``: the matter is in a region, industry or activity."""
        return Asker(self, role=role, tender_kind=tender_kind, day=day, scoped=scoped)

    def _at_hand(self) -> _Loaded:
        if self._loaded is None:
            raise StaleError("本地副本还没有载入快照")
        return self._loaded

    def _keys(self, origin: str, size: int) -> list[VerifyingKey]:
        keys = [key.verifier for key in self._policy.receipt_keys(origin, size)]
        if keys and not any(self._policy.accepts_suite(key.suite, size) for key in keys):
            raise SnapshotError("策略要求的签名算法中没有回执密钥的")
        return keys

    def _require_of_one_kind(self, loaded: _Loaded) -> None:
        header, facts = loaded.header, loaded.table.facts
        told = (header.domain, header.position, header.first, header.last, header.edition)
        if told != (facts.domain, facts.position, facts.first, facts.last, facts.edition):
            raise ReplicaError("快照的抬头与结论表不符")

    def _require_later(self, header: SnapshotHeader) -> None:
        if header.made_ms > self._clock() + MS_PER_DAY:
            raise ReplicaError("快照的制作时间在未来; 请核对本机时钟")
        if self._loaded is None:
            return
        before = self._loaded.header
        if (header.origin, header.domain) != (before.origin, before.domain):
            raise ReplicaError("快照属于另一登记系统或另一领域")
        if (header.position, header.made_ms) < (before.position, before.made_ms):
            raise ReplicaError(f"快照到序号{header.position}, 早于已载入的序号{before.position}")

    def _bound(self, loaded: _Loaded) -> int:
        """The instant from which the snapshot is too old. Raises StaleError if that has come."""
        bound = loaded.header.made_ms + self._max_age_ms
        if self._clock() >= bound:
            raise StaleError(f"本地副本制作于{self.age_s:.0f}秒前, 超过{self._max_age_ms // 1000}秒的限度")
        return bound


class Asker:
    """One question, asked about many. See ``Replica.asker``."""

    def __init__(
        self, replica: Replica, *, role: int, tender_kind: int, day: date | None, scoped: bool
    ) -> None:
        self._replica, self._stated, self._day, self._scoped = replica, (role, tender_kind), day, scoped
        self._settled: _Settled | None = None

    def check(self, code: str) -> ReplicaAnswer:
        """The verdict on the organisation with a 统一社会信用代码, as written. Raises StaleError."""
        asked = self._now()
        if len(code) != CODE_BYTES or not code.isascii():
            code = normalise(code)
            if len(code) != CODE_BYTES or not code.isascii():
                return self._answer(asked, INVALID)
        shape = asked.one(code.encode(), asked.day)
        return asked.answers.get(shape) or self._answer(asked, shape)

    def _answer(self, asked: _Settled, shape: int) -> ReplicaAnswer:
        """What a shape means for the question: the same for everybody who has it."""
        told = asked.table.book[shape]
        if shape == ASK or (self._scoped and told.limited):
            answer = ReplicaAnswer(Verdict.INDETERMINATE, 0, (), asked.position, asked.column, True)
        else:
            verdict, reason = verdict_in(with_fault(told.answers[asked.column], asked.fault))
            found = (_VERDICTS[verdict], reason, told.measures)
            answer = ReplicaAnswer(*found, asked.position, asked.column, False)
        asked.answers[shape] = answer
        return answer

    def check_many(self, codes: bytes | memoryview) -> ReplicaAnswers:
        """The verdicts on many organisations, 18 bytes of a code each. Raises StaleError; ValueError if they
        are no whole number of codes."""
        asked = self._now()
        found = asked.table.check(codes, asked.day, asked.column, fault=asked.fault, scoped=self._scoped)
        verdicts = found.verdicts
        return ReplicaAnswers(_NUMBERS[verdicts], found.reasons, found.shapes, verdicts == 0, asked.position)

    def _now(self) -> _Settled:
        settled, replica = self._settled, self._replica
        if settled is None or settled.loaded is not replica._loaded or replica._clock() >= settled.until_ms:
            settled = self._settled = self._settle(replica._at_hand())
        return settled

    def _settle(self, loaded: _Loaded) -> _Settled:
        until_ms, now_ms = self._replica._bound(loaded), self._replica._clock()
        day = self._day
        if day is None:
            day = china_day(now_ms)
            until_ms = min(until_ms, now_ms + MS_PER_DAY - (now_ms + CHINA_OFFSET_MS) % MS_PER_DAY)
        header, table = loaded.header, loaded.table
        fault = header.fault_on(day) if header.covers(day) else 0
        column = question_of(*self._stated, roles=table.facts.roles)
        return _Settled(loaded, until_ms, day, column, fault, header.position, table, table.one, {})


class _Settled(NamedTuple):
    """A question settled for a snapshot, until the day is over or the snapshot too old."""

    loaded: _Loaded
    until_ms: int
    day: date
    column: int
    fault: int
    position: int
    table: VerdictTable
    one: Callable[[bytes, date], int]
    answers: dict[int, ReplicaAnswer]


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
