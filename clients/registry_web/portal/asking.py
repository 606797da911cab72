"""What the portal asks the registry: as ``registry://<origin>/public/<name>``, so only what is disclosed.

Every call runs in a worker thread and answers, or raises ``RefusedError`` with words for the reader. The
statistics are the same for everybody and change slowly: they are kept for a minute, so that no crowd on the
first page is a crowd before the registry, and where it does not answer nobody waits for it but one.

Example: ``(await Asking(registry).find("澄梧"))[0].name``.
"""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TypeVar

import grpc
from starlette.concurrency import run_in_threadpool

from registry.v1 import disclosure_service_pb2 as pb
from registry.v1.record_service_pb2 import NameMatch
from registry.v1.subject_pb2 import Domain
from registry_client import AnswerError, Registry, RegistryCallError

PAGE = 25
CSV_PAGE = 1000
MATCHES = 50
CASES = 20
STATISTICS_S, AGAIN_S = 60.0, 10.0
"""How long statistics are kept, and how long is waited after a failure."""
_SILENT = "登记系统暂时没有应答，请稍后再试。"
_AWAY = frozenset(
    {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED}
)
_ASKED_WRONGLY = frozenset({grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.OUT_OF_RANGE})
_Answer = TypeVar("_Answer")


class RefusedError(Exception):
    """The registry gave no answer: ``status`` for HTTP, ``reasons`` in Chinese for the reader."""

    def __init__(self, status: int, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.status, self.reasons = status, reasons

    @classmethod
    def of(cls, error: Exception) -> RefusedError:
        """What a failed call means for the reader; what went wrong inside is not told."""
        if isinstance(error, RegistryCallError) and error.code in _ASKED_WRONGLY:
            told = tuple(dict.fromkeys(each.description for each in error.violations)) or (error.message,)
            return cls(400, told)
        if isinstance(error, RegistryCallError) and error.code in _AWAY:
            return cls(503, (_SILENT,))
        return cls(502, ("登记系统没有给出可用的答复，请稍后再试。",))


class Asking:
    """The questions of the portal."""

    def __init__(self, registry: Registry, clock: Callable[[], float] = monotonic) -> None:
        self._registry, self._published = registry, registry.published
        self._clock, self._lock = clock, Lock()
        self._kept: pb.GetStatisticsResponse | None = None
        self._again = 0.0

    async def find(self, query: str) -> tuple[NameMatch, ...]:
        """Organisations by name."""
        return await _asked(lambda: self._published.find(query, limit=MATCHES))

    async def of(self, code: str) -> pb.GetDisclosureResponse:
        """What is disclosed of one."""
        return await _asked(lambda: self._published.of(code))

    async def bans(
        self, domain: Domain.ValueType, measure: str, region: str, token: str, size: int = PAGE
    ) -> pb.ListDisclosedBansResponse:
        """A page of the market bans."""
        return await _asked(
            lambda: self._published.bans_page(
                token, domain=domain, measure_code=measure, region=region, page_size=size
            )
        )

    async def cases(self, token: str) -> pb.ListTypicalCasesResponse:
        """A page of typical cases."""
        return await _asked(lambda: self._published.cases_page(token, page_size=CASES))

    async def told(self, call: Callable[[Registry], _Answer]) -> _Answer:
        """What the registry answers to a call of one of its other services."""
        return await _asked(lambda: call(self._registry))

    async def statistics(self) -> pb.GetStatisticsResponse:
        """Restrictions by month, domain and region, at most a minute old while the registry answers; it says
        itself of when it is. One asks, and those who come meanwhile get the same."""
        async with self._lock:
            if self._clock() >= self._again:
                await self._renew()
            if self._kept is None:
                raise RefusedError(503, (_SILENT,))
            return self._kept

    async def _renew(self) -> None:
        self._again = self._clock() + AGAIN_S
        with suppress(RefusedError):  # Whoever does not answer is not asked by every reader anew.
            self._kept = await _asked(self._published.statistics)
            self._again = self._clock() + STATISTICS_S


async def _asked(call: Callable[[], _Answer]) -> _Answer:
    try:
        return await run_in_threadpool(call)
    except (RegistryCallError, AnswerError) as error:
        raise RefusedError.of(error) from error
