"""Overload over the wire: who floods is refused with RetryInfo, and everybody else is answered meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from registry.access.identity import CallerRole
from registry.load.classes import STANDINGS, Lane
from registry.load.lanes import Bounds
from registry.load.pool import ARRIVING_EACH, Seats
from tests.load.serving import CHECK, CHECKPOINT, DOWNLOAD, FIND, Served, serving
from tests.support.served import DEADLINE_S, refusal_of

ONE = Bounds(running=1, vital=1, depth=4, wait_s=120.0, turn_s=600.0)
"""One at a time, and nobody gives up."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path, ONE, Seats(streams=8, each=3)) as found:
        yield found


def within(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def begin(served: Served, name: str, method: str = CHECK, **more: Any) -> Any:
    return served.unary(name, method, **more).future(b"question", timeout=2 * DEADLINE_S)


def retry_s(call: Any) -> float:
    status, retry = rpc_status.from_call(call), error_details_pb2.RetryInfo()
    assert status is not None
    assert any(detail.Unpack(retry) for detail in status.details)
    return retry.retry_delay.ToTimedelta().total_seconds()


def flood(served: Served, calls: int) -> list[Any]:
    """A platform asks so often at once; who is refused has been by then."""
    first = begin(served, "flood")
    assert served.slow.begun.get(timeout=DEADLINE_S) == "flood"
    others = [begin(served, "flood") for _ in range(calls - 1)]
    assert within(lambda: sum(call.done() for call in others) == calls - 1 - ONE.depth)
    return [first, *others]


def test_who_floods_is_refused_with_retryinfo_each_at_another_time(served: Served) -> None:
    calls = flood(served, 25)
    refused = [call for call in calls if call.done()]
    assert len(refused) == 20
    refusals = [refusal_of(call.exception()) for call in refused]
    assert {(each.code, each.reason) for each in refusals} == {
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    }
    after = [retry_s(call) for call in refused]
    first_s, last_s = STANDINGS[Lane.BIDDING].retry_s
    assert all(first_s - 0.001 <= each <= last_s + 0.001 for each in after)
    assert len(set(after)) > 5
    served.slow.go.set()
    assert {call.result(DEADLINE_S) for call in calls if call not in refused} == {b"question"}
    assert within(lambda: served.pool.figures()["held"] == 0)
    assert served.pool.figures()["refused"]["bidding"] == 20
    assert served.unary("flood", CHECK)(b"again", timeout=DEADLINE_S) == b"again"  # It has recovered.


def test_peers_and_other_classes_are_served_while_one_floods(served: Served) -> None:
    calls = flood(served, 25)
    peer = begin(served, "peer")
    portal = begin(served, "portal", FIND, role=CallerRole.PUBLIC)
    assert within(lambda: sum(served.pool.figures()["waiting"].values()) == ONE.depth + 1)
    assert sum(call.done() for call in calls) == 21  # The last of the flood made room for its peer.
    for number in range(5):
        auditor = served.unary("auditor", CHECKPOINT, CallerRole.AUDITOR)
        assert auditor(b"%d" % number, timeout=DEADLINE_S) == b"%d" % number
    served.slow.go.set()
    assert peer.result(DEADLINE_S) == portal.result(DEADLINE_S) == b"question"
    order = [served.slow.begun.get(timeout=DEADLINE_S) for _ in range(5)]
    assert order.index("peer") <= 1
    assert sorted(order) == ["flood", "flood", "flood", "peer", "portal"]


def test_a_call_that_cannot_be_answered_in_time_is_refused_and_not_begun(served: Served) -> None:
    served.slow.go.set()
    served.unary("platform", CHECK)(b"", timeout=DEADLINE_S)
    served.slow.begun.get(timeout=DEADLINE_S)
    served.slow.go.clear()
    first = begin(served, "platform")
    served.slow.begun.get(timeout=DEADLINE_S)
    hasty = served.unary("hasty", CHECK).future(b"", timeout=0.5)
    assert hasty.exception(DEADLINE_S) is not None
    served.slow.go.set()
    assert first.result(DEADLINE_S) == b"question"
    assert within(lambda: served.pool.figures()["waiting"]["bidding"] == 0)
    assert served.slow.begun.empty()


@pytest.mark.parametrize("method", [CHECK, DOWNLOAD], ids=["answer", "stream of answers"])
def test_who_never_sends_its_request_holds_no_thread(served: Served, method: str) -> None:
    served.slow.go.set()
    role = CallerRole.PUBLIC if method == DOWNLOAD else CallerRole.BIDDING_SYSTEM
    silence = Event()

    def nothing() -> Iterator[bytes]:
        silence.wait(4 * DEADLINE_S)
        yield from ()

    started: Any = served.channel("silent", role).stream_unary(method)
    calls = [started.future(nothing(), timeout=2 * DEADLINE_S) for _ in range(ARRIVING_EACH + 5)]
    assert within(lambda: served.pool.figures()["arriving"] == ARRIVING_EACH)
    assert within(lambda: sum(call.done() for call in calls) == 5)
    assert {refusal_of(call.exception()).reason for call in calls if call.done()} == {"OVERLOADED"}
    assert served.unary("other", CHECK)(b"mine", timeout=DEADLINE_S) == b"mine"
    for call in calls:
        call.cancel()
    silence.set()
    assert within(lambda: served.pool.figures()["arriving"] == 0)


def test_one_caller_never_has_all_places_for_streams_of_a_kind(served: Served) -> None:
    calls = [download(served, "greedy") for _ in range(2)]
    assert all(next(call) for call in calls)
    with pytest.raises(grpc.RpcError) as raised:
        next(download(served, "greedy"))
    assert refusal_of(raised.value).reason == "OVERLOADED"
    other = download(served, "other")
    assert next(other)
    for call in calls:
        call.cancel()
    assert within(lambda: served.pool.figures()["streams"] == 1)
    again = download(served, "greedy")
    assert next(again)


def download(served: Served, name: str) -> Any:
    begin_download: Any = served.channel(name, CallerRole.PUBLIC).unary_stream(DOWNLOAD)
    return begin_download(b"", timeout=2 * DEADLINE_S)


def test_a_stream_that_nobody_reads_is_ended_and_its_place_is_free(tmp_path: Path) -> None:
    with serving(tmp_path, ONE, dead_s=0.5) as served:
        call = download(served, "asleep")
        assert next(call)
        assert within(lambda: served.pool.figures()["streams"] == 1)
        assert within(lambda: served.pool.figures()["streams"] == 0)
        with pytest.raises(grpc.RpcError):
            for _ in call:
                pass
        assert call.code() is grpc.StatusCode.CANCELLED
