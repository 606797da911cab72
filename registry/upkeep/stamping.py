"""Whether new statements may be taken: not when stamping has failed for too long (X-Road does the same).

A statement's place in time is the registry's word alone until a stamp covers it. If the authority cannot be
reached for ``max_age_s``, new statements are refused (STAMPING_FAILED) until a stamp succeeds again; whoever
asks is answered as ever. The time of the last success is that of the last anchor in the log, so it outlives
a restart. Stamps over a log with nothing new in it count too, though they are not recorded.

The age of the last success is told by two clocks, and the older counts:

* one that cannot be set, from the success, or the start, on;
* that of the host, so that a host that slept is no younger for it.

Example: the last success is an hour old and the host's clock is set back by a day: the age is still an hour,
and grows. It is set forward by a year: refused, until a stamp succeeds, at once if the authority answers.
The host starts with a clock that is behind the log's last statement: how old the last success is, nobody
knows, so nothing is taken before the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from registry.errors import RegistryError
from registry.store.interface import StoreError
from registry.v1 import error_reason_pb2 as reasons

_HOUR_S, _MINUTE_S = 3600, 60


@dataclass(frozen=True, slots=True)
class LoggedTimes:
    """What the log says at start (Unix ms): receipt of its last statement, and of its last anchor."""

    last_ms: int
    anchored_ms: int | None


class StampingState:
    """Asked by every thread that takes statements; told by the one that has them stamped.

    ``clock`` is the host's, in Unix milliseconds; ``steady`` counts seconds and is never set."""

    def __init__(
        self, max_age_s: float, logged: LoggedTimes, *, clock: Callable[[], int], steady: Callable[[], float]
    ) -> None:
        self._max_age_s = max_age_s
        self._clock = clock
        self._steady = steady
        self._lock = Lock()
        now = clock()
        known = logged.anchored_ms is not None and now >= logged.last_ms
        self._success: _Success | None = None
        if logged.anchored_ms is not None and known:
            self._success = _Success(logged.anchored_ms, steady() - (now - logged.anchored_ms) / 1000)

    def succeeded(self) -> None:
        """A stamp was obtained, checked, and recorded if there was something new."""
        with self._lock:
            self._success = _Success(self._clock(), self._steady())

    @property
    def age_s(self) -> float | None:
        """Seconds since the last success; None if there was none, or nobody can tell: the clock jumped."""
        try:
            return self._age_s()
        except StoreError:
            return None

    def _age_s(self) -> float | None:
        """As ``age_s``. Raises StoreError while the clock is not to be believed."""
        with self._lock:
            success = self._success
        if success is None:
            return None
        return max(self._steady() - success.steady_s, (self._clock() - success.clock_ms) / 1000)

    @property
    def succeeded_ms(self) -> int | None:
        """When the last stamp was had, by the host's clock; None as for ``age_s``."""
        with self._lock:
            return self._success.clock_ms if self._success else None

    @property
    def is_open(self) -> bool:
        """Whether new statements are taken."""
        age = self.age_s
        return age is not None and age <= self._max_age_s

    def check(self) -> None:
        """Raises RegistryError STAMPING_FAILED unless new statements are taken; StoreError while the clock is
        not to be believed."""
        age = self._age_s()
        if age is None:
            told = "尚未取得可信时间戳"
        elif age > self._max_age_s:
            told = f"已有{_length(age)}未取得可信时间戳(上限{_length(self._max_age_s)})"
        else:
            return
        message = f"{told}, 暂停接收新的陈述; 查询不受影响, 恢复后自动接收。"
        raise RegistryError.of(reasons.ERROR_REASON_STAMPING_FAILED, message)


@dataclass(frozen=True, slots=True)
class _Success:
    """The last success by both clocks."""

    clock_ms: int
    steady_s: float


def _length(seconds: float) -> str:
    if seconds >= 2 * _HOUR_S:
        return f"{int(seconds // _HOUR_S)}小时"
    if seconds >= 2 * _MINUTE_S:
        return f"{int(seconds // _MINUTE_S)}分钟"
    return f"{int(seconds)}秒"
