"""A replica (本地副本): verdicts on organisations answered in the caller's own process, by a signed snapshot.

    replica = Replica(policy, max_age_s=600)
    replica.load("procurement.snapshot")       # and again, or ``apply`` a delta, whenever there is one
    bidders = replica.asker(role=SUBJECT_ROLE_BIDDER, tender_kind=TENDER_KIND_COMPULSORY)
    answer = bidders.check("91350100M000100Y43")
    answer.verdict, answer.measures, answer.position, replica.age_s
    bidders.check_many(b"…")                   # 18 bytes a code, millions a second

    with replica.follow(FromRegistry(registry, DOMAIN_PROCUREMENT), "procurement.snapshot"):
        …                                      # kept current: ``registry_client.replica_following``

* What is believed of a snapshot or a delta, ``registry_client.loaded_snapshot`` says: signed as the policy
  asks, its position in the log, and never less than is known already. What it answers is what the registry
  would have answered at ``position``: nothing here decides.
* ``age_s`` says how old it is. When it is older than ``max_age_s`` every question raises ``StaleError``; and
  when the machine's clock jumped since (five minutes, by the clock that nobody sets), until another snapshot
  is taken. One that was made more than five minutes in the future is not taken.
* ``answer.ask``: the registry must be asked (``Registry.check``): a subject that is linked to others, a
  question limited to a region that meets a restriction limited to one, a day beyond the snapshot. The verdict
  is INDETERMINATE then, as it is for an unknown or malformed code, and never CLEAR.
* Organisations only: no natural person is in a snapshot, under whatever number. Of persons the registry is
  asked, whose query log is durable before the answer.

Needs numpy: ``pip install credit-registry[replica]``. Safe for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from registry.domain.identifiers import normalise
from registry.domain.live_table import LiveTable
from registry.domain.packed_codes import CODE_BYTES
from registry.domain.periods import CHINA_OFFSET_MS, MS_PER_DAY, china_day
from registry.domain.verdict_shapes import (
    ASK,
    INVALID,
    Measured,
    question_of,
    verdict_in,
    with_fault,
)
from registry.v1 import subject_pb2
from registry_client.loaded_snapshot import Loaded, ReplicaError
from registry_client.replica_holding import Holding, StaleError
from registry_client.results import Verdict, verdict_of

__all__ = [
    "Asker",
    "Measured",
    "Replica",
    "ReplicaAnswer",
    "ReplicaAnswers",
    "ReplicaError",
    "StaleError",
]

_VERDICTS = tuple(map(verdict_of, range(8)))
"""By the number that a verdict has on the wire; what is none is INDETERMINATE."""
_NUMBERS = np.array(_VERDICTS, np.uint8)


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


class Replica(Holding):
    """See the module's text."""

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
        told = asked.live.book[shape]
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
        are no whole number of codes. A code of another length would shift all that follow: whoever joins
        codes himself has each made 18 bytes long (``code[:18].ljust(18)``), or asks by ``check``."""
        asked = self._now()
        found = asked.live.check(
            codes,
            asked.day,
            asked.column,
            position=asked.position,
            fault=asked.fault,
            scoped=self._scoped,
        )
        verdicts = found.verdicts
        return ReplicaAnswers(_NUMBERS[verdicts], found.reasons, found.shapes, verdicts == 0, asked.position)

    def _now(self) -> _Settled:
        settled, replica = self._settled, self._replica
        if (
            settled is None
            or settled.loaded is not replica._loaded
            or replica._clock() >= settled.until_ms
            or replica._passed() >= settled.until_passed_ms
        ):
            settled = self._settled = self._settle(replica._at_hand())
        return settled

    def _settle(self, loaded: Loaded) -> _Settled:
        left_ms, now_ms = self._replica._left_ms(loaded), self._replica._clock()
        day = self._day
        if day is None:
            day = china_day(now_ms)
            left_ms = min(left_ms, MS_PER_DAY - (now_ms + CHINA_OFFSET_MS) % MS_PER_DAY)
        header, live = loaded.header, loaded.live
        covered = header.covers(day)
        column = question_of(*self._stated, roles=live.facts.roles)
        one = live.at(header.position) if loaded.put_over else live.table.one
        return _Settled(
            loaded=loaded,
            until_ms=now_ms + left_ms,
            until_passed_ms=self._replica._passed() + left_ms,
            # A day that the latest header does not speak of is before every table: to be asked elsewhere.
            day=day if covered else date.min,
            column=column,
            fault=header.fault_on(day) if covered else 0,
            position=header.position,
            live=live,
            one=one,
            answers={},
        )


class _Settled(NamedTuple):
    """A question settled for what is loaded, until the day is over or it is too old by either clock."""

    loaded: Loaded
    until_ms: int
    until_passed_ms: int
    day: date
    column: int
    fault: int
    position: int
    live: LiveTable
    one: Callable[[bytes, date], int]
    answers: dict[int, ReplicaAnswer]
