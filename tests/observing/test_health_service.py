"""Watching health costs nothing that outlasts the call, whatever name is watched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from registry.access.identity import CallerRole
from registry.observing.health_service import HealthService
from tests.observing.causes import until
from tests.support.observed import NOT_SERVING, PATIENCE_S, SERVING, Seen

UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def kept(service: HealthService) -> dict[str, int]:
    """How many watches are held, by name."""
    held: dict[str, set[Any]] = vars(service)["_send_response_callbacks"]
    return {name: len(watches) for name, watches in held.items()}


def test_names_that_are_none_are_unknown_for_as_long_as_they_are_watched_and_not_kept(seen: Seen) -> None:
    channel = seen.served.channel(seen.served.system(CallerRole.BIDDING_SYSTEM))
    stub: Any = health_pb2_grpc.HealthStub(channel)
    service = seen.observing.health.servicer
    before = kept(service)
    for number in range(20):
        request = health_pb2.HealthCheckRequest(service=f"registry.v1.Made-up{number}")
        call = stub.Watch(request, timeout=PATIENCE_S)
        assert next(call).status == UNKNOWN
        assert call.is_active(), "the protocol keeps the call open"
        call.cancel()
        until(lambda: not sum(kept(service).values()))  # A caller has so many streams at a time.
    assert len(kept(service)) <= len(before) + 1, "one place for all names that are none"


def test_name_that_is_none_is_told_no_other_status() -> None:
    service, told = HealthService(), list[int]()
    service.set("", SERVING)
    service.Watch(health_pb2.HealthCheckRequest(service="none"), Call(active=True), told_to(told))
    service.set("", NOT_SERVING)
    service.enter_graceful_shutdown()
    assert told == [UNKNOWN]


class Call(grpc.RpcContext):
    """A call; over before it was served if it is not active."""

    def __init__(self, *, active: bool) -> None:
        self._active = active
        self.ends: list[Callable[[], None]] = []

    def add_callback(self, callback: Callable[[], None]) -> bool:
        if self._active:
            self.ends.append(callback)
        return self._active

    def is_active(self) -> bool:
        return self._active

    def time_remaining(self) -> float:
        return 0.0

    def cancel(self) -> bool:
        raise NotImplementedError


def told_to(told: list[int]) -> Callable[[Any], None]:
    """Takes what is sent; 0 stands for the end."""
    return lambda response: told.append(response.status if response else 0)


@pytest.mark.parametrize("name", ["", "none"])
def test_who_hung_up_before_he_was_served_is_told_nothing_and_not_kept(name: str) -> None:
    service, told = HealthService(), list[int]()
    service.set("", SERVING)
    service.Watch(health_pb2.HealthCheckRequest(service=name), Call(active=False), told_to(told))
    service.set("", NOT_SERVING)
    assert told == [SERVING if name == "" else UNKNOWN, 0], "the stream is at its end"
    assert not sum(kept(service).values())


def test_who_watches_is_told_until_he_hangs_up() -> None:
    service, told, call = HealthService(), list[int](), Call(active=True)
    service.set("", SERVING)
    service.Watch(health_pb2.HealthCheckRequest(), call, told_to(told))
    service.set("", NOT_SERVING)
    for end in call.ends:
        end()
    service.set("", SERVING)
    assert told == [SERVING, NOT_SERVING, 0]
