"""What a call is told that is not served now (谢绝): OVERLOADED, and after how long to come again.

Whoever is refused comes again; if all came after the same second, the wave would be as high as before. So
each is told an instant of its own within the span of its class (``classes.Standing.retry_s``): bids soon,
lists much later. Statuses are made once, for one that is made under load is work that nobody is served by.
"""

from __future__ import annotations

import random
from functools import cache

import grpc

from registry.errors import RegistryError, status_of
from registry.load.classes import STANDINGS, Lane
from registry.v1 import error_reason_pb2 as reasons

VARIANTS = 64
MESSAGE = "请求过多, 暂不受理; 请按 RetryInfo 给出的时间稍后重试。"
_dice = random.Random()


@cache
def _statuses(lane: Lane) -> tuple[grpc.Status, ...]:
    first_s, last_s = STANDINGS[lane].retry_s
    step_s = (last_s - first_s) / (VARIANTS - 1)
    error = RegistryError.of(reasons.ERROR_REASON_OVERLOADED, MESSAGE)
    return tuple(status_of(error, retry_after_s=first_s + number * step_s) for number in range(VARIANTS))


def refusal(lane: Lane) -> grpc.Status:
    """What the next refused call of a class is told."""
    return _statuses(lane)[_dice.randrange(VARIANTS)]
