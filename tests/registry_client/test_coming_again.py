"""A client that is refused for now: it comes again as it was asked to, within its deadline and its budget."""

from __future__ import annotations

import grpc
import pytest

from registry.v1 import restriction_service_pb2 as pb
from registry_client.calls import Calls
from registry_client.coming_again import CHANCE, SAVED, TIMES, Patience
from registry_client.errors import RegistryCallError


def overloaded(after_s: float | None = 0.3, reason: str = "OVERLOADED") -> RegistryCallError:
    return RegistryCallError(grpc.StatusCode.RESOURCE_EXHAUSTED, "", reason=reason, retry_after_s=after_s)


def test_it_waits_as_long_as_it_was_told_and_a_little_more_by_chance() -> None:
    waits = [Patience().wait_s(overloaded(2.0), 0, 60.0) for _ in range(50)]
    assert all(wait is not None and 2.0 <= wait <= 2.0 * (1 + CHANCE) for wait in waits)
    assert len(set(waits)) > 10


def test_it_does_not_come_again_beyond_its_deadline_or_too_often_or_for_another_reason() -> None:
    patience = Patience()
    assert patience.wait_s(overloaded(2.0), 0, 3.9) is None
    assert patience.wait_s(overloaded(), TIMES, 60.0) is None
    assert patience.wait_s(overloaded(None), 0, 60.0) is None
    assert patience.wait_s(overloaded(reason="TOO_LARGE"), 0, 60.0) is None


def test_a_registry_that_refuses_everything_hears_a_tenth_more_and_not_thrice_as_much() -> None:
    patience = Patience()
    again = sum(patience.wait_s(overloaded(), 0, 60.0) is not None for _ in range(200))
    assert again == SAVED
    for _ in range(50):
        patience.answered()
    assert sum(patience.wait_s(overloaded(), 0, 60.0) is not None for _ in range(50)) in (4, 5)


def test_faces_pass_on_that_there_is_too_much_to_do() -> None:
    class Refused(grpc.RpcError):
        pass

    asked = []

    def method(request: pb.CheckRequest, **_more: object) -> pb.CheckResponse:
        asked.append(request)
        raise Refused

    with pytest.raises(RegistryCallError):
        Calls(5.0).unary(method, pb.CheckRequest())  # type: ignore[arg-type]
    assert len(asked) == 1
