"""Readers that are too slow, or gone, and a registry that is started again: a thread is free again, and
nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from registry.access.identity import CallerRole
from registry.commands.changes import Change, Changed
from registry.sanctions.watched import NOTHING
from registry.servicer.change_messages import MAX_SUBJECTS, change_messages, whole_change
from registry.servicer.gate import Gate
from registry.servicer.patience import Patience
from registry.servicer.watch import WatchServicer
from registry.v1 import watch_service_pb2 as pb
from registry.v1.watch_service_pb2_grpc import WatchServiceStub, add_WatchServiceServicer_to_server
from tests.servicer.test_watch import within
from tests.support.events import ban, firm
from tests.support.served import DEADLINE_S, Served, authority_of, refusal_of, serving
from tests.support.spine import Spine, found_spine, furnish
from tests.support.watching import Told, filter_for, poll, starting, told, told_by_law

MANY = 1500
"""Changes that no buffer on the way takes all at once."""
_NARROW = (
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 4096),
    ("grpc.use_local_subchannel_pool", 1),
)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry with so many bans."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("crowded") / "registry"), ["财政"])
    state_bans(spine, range(MANY))
    yield spine
    spine.engine.close()


def state_bans(spine: Spine, numbers: range) -> None:
    for first in range(numbers.start, numbers.stop, 500):
        sealed = [
            spine.seal("财政", spine.statement("财政", event=ban_of(number)))
            for number in range(first, min(first + 500, numbers.stop))
        ]
        spine.put("财政", *sealed)


def every_ban(spine: Spine) -> list[int]:
    """Positions of the bans: nothing else is stated after the first."""
    first = spine.engine.store.changes(0, spine.engine.state.size, 1)[0][0]
    return list(range(first, spine.engine.state.size))


def positions(found: list[Told]) -> list[int]:
    return [position for position, _, _ in found]


def ban_of(number: int) -> Any:
    return ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")


@contextmanager
def watched(spine: Spine, patience: Patience) -> Iterator[WatchServiceStub]:
    """The service alone behind the gate, for a client that reads through a narrow window."""
    authority = authority_of(spine)
    own, client = authority.server(), authority.client(caller_of(spine).uri)
    server = grpc.server(ThreadPoolExecutor(4), interceptors=[Gate(spine.engine.state.origin, 3)])
    add_WatchServiceServicer_to_server(WatchServicer(spine.engine.ask, patience), server)
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    server.start()
    trusted = (authority.directory / "authority.pem").read_bytes()
    shown = grpc.ssl_channel_credentials(trusted, client.key, client.certificate)
    channel = grpc.secure_channel(f"127.0.0.1:{port}", shown, _NARROW)
    try:
        yield WatchServiceStub(channel)
    finally:
        channel.close()
        server.stop(1).wait()


def caller_of(spine: Spine) -> Any:
    return Served(spine, authority_of(spine), "").system(CallerRole.PROCUREMENT_SYSTEM, "slow")


def stream(stub: WatchServiceStub, at: int | str | None) -> Any:
    request = pb.WatchRestrictionsRequest(filter=filter_for(), start=starting(at))
    return stub.WatchRestrictions(request, timeout=3 * DEADLINE_S)


def read(call: Any, found: list[Told]) -> str:
    """Reads until everything was told, or the stream fails; the last token."""
    token = ""
    with suppress(grpc.RpcError):
        for response in call:
            token = response.resume_token
            found += told(response.change)
            if response.checkpoint.caught_up:
                call.cancel()
                break
    return token


def go_on(spine: Spine, token: str, found: list[Told]) -> None:
    """Reads the rest from a service that cuts nobody off, however busy the machine is."""
    with watched(spine, Patience(send_s=DEADLINE_S, dead_s=DEADLINE_S)) as stub:
        read(stream(stub, token), found)


def metadata_of(error: Any) -> dict[str, str]:
    status, info = rpc_status.from_call(error), error_details_pb2.ErrorInfo()
    assert status is not None
    assert any(detail.Unpack(info) for detail in status.details)
    return dict(info.metadata)


def test_slow_reader_is_cut_off_with_a_token_and_goes_on_without_a_gap(crowded: Spine) -> None:
    found: list[Told] = []
    with watched(crowded, Patience(send_s=0.3)) as stub:
        call = stream(stub, 0)
        found += told(next(call).change)
        time.sleep(1.0)
        with pytest.raises(grpc.RpcError) as raised:
            for response in call:
                found += told(response.change)
        refusal = refusal_of(raised.value)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "READER_TOO_SLOW")
        token = metadata_of(raised.value)["resume_token"]
        assert token == response.resume_token
        assert 1 < len(found) < MANY
    go_on(crowded, token, found)
    assert positions(found) == every_ban(crowded)


def test_reader_that_fell_behind_is_cut_off_with_a_token(crowded: Spine) -> None:
    found: list[Told] = []
    first = crowded.engine.state.size
    with watched(crowded, Patience(behind=200)) as stub:
        call = stream(stub, None)
        assert next(call).checkpoint.caught_up
        state_bans(crowded, range(MANY, 2 * MANY))
        with pytest.raises(grpc.RpcError) as raised:
            for response in call:
                found += told(response.change)
        assert refusal_of(raised.value).reason == "READER_TOO_SLOW"
    go_on(crowded, metadata_of(raised.value)["resume_token"], found)
    assert positions(found) == list(range(first, first + MANY))


def test_reader_that_takes_nothing_is_hung_up_on_and_has_its_last_token(crowded: Spine) -> None:
    following, found = crowded.engine.state.index.following, list[Told]()
    with watched(crowded, Patience(send_s=60, dead_s=0.5)) as stub:
        call = stream(stub, 0)
        found += told(next(call).change)
        assert within(DEADLINE_S, lambda: len(following) == 1)
        assert within(DEADLINE_S, lambda: len(following) == 0)
        token = read(call, found)
        assert len(found) < 2 * MANY
        assert call.code() is grpc.StatusCode.CANCELLED
    go_on(crowded, token, found)
    assert positions(found) == every_ban(crowded)


def test_reader_that_keeps_up_is_left_alone(crowded: Spine) -> None:
    found: list[Told] = []
    with watched(crowded, Patience(send_s=5, dead_s=5)) as stub:
        read(stream(stub, 0), found)
    assert positions(found) == every_ban(crowded)


def test_token_holds_over_a_restart_of_the_registry(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with serving(spine) as served:
        channel = served.channel(caller_of(spine))
        state_bans(spine, range(5))
        response = poll(channel, filter_for(), 0, size=3)
        found = [each for change in response.changes for each in told(change)]
    spine.reopen()
    state_bans(spine, range(5, 9))
    with serving(spine) as served:
        read(stream(WatchServiceStub(served.channel(caller_of(spine))), response.resume_token), found)
        assert found == told_by_law(spine)
        assert len(found) == 9


def test_event_about_very_many_comes_in_parts_that_say_so() -> None:
    subjects = tuple(
        Changed(code, firm(number).identifier, NOTHING)
        for number in range(2 * MAX_SUBJECTS + 1)
        if (code := firm(number).identifier.value)
    )
    change = Change(7, 1_000, subjects)
    parts = list(change_messages(change))
    assert [part.continued for part in parts] == [True, True, False]
    assert [each for part in parts for each in part.subjects] == list(whole_change(change).subjects)
    assert {part.position for part in parts} == {7}
