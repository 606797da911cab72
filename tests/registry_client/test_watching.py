"""A ``Watcher`` goes on by itself: over cuts, over a restart, and from the token that it stored."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, cast

import grpc
import pytest

from registry.access.certificates import load_credential
from registry.access.identity import CallerRole
from registry.server import build_server
from registry.v1 import watch_service_pb2 as pb
from registry.v1.subject_pb2 import DOMAIN_EXIT_ENTRY, DOMAIN_PROCUREMENT
from registry.v1.watch_service_pb2_grpc import WatchServiceServicer, add_WatchServiceServicer_to_server
from registry_client import Credentials, Registry, RegistryCallError, TokenFile, ToldOf, Wanted, Watcher
from registry_client.watching import TokenInMemory, Watching
from tests.servicer.test_watch import within
from tests.support.events import ban, firm, placed
from tests.support.served import Served, authority_of
from tests.support.spine import Spine, found_spine, furnish

WANTED = Wanted(DOMAIN_PROCUREMENT)
AWAY, SLOW = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED
ARRIVES_S = 30.0


@dataclass(slots=True)
class Scripted(WatchServiceServicer):
    """A service that sends what it is told to, and breaks off where it is told to."""

    script: list[list[Any]] = field(default_factory=list)
    asked: list[pb.WatchRestrictionsRequest] = field(default_factory=list)

    def WatchRestrictions(
        self, request: pb.WatchRestrictionsRequest, context: Any
    ) -> Iterator[pb.WatchRestrictionsResponse]:
        self.asked.append(request)
        for step in self.script.pop(0):
            if isinstance(step, grpc.StatusCode):
                context.abort(step, "scripted")
            yield step

    def PollRestrictions(self, request: Any, context: Any) -> pb.PollRestrictionsResponse:
        raise NotImplementedError


def change(position: int, *, continued: bool = False, count: int = 1) -> pb.WatchRestrictionsResponse:
    subjects = [pb.ChangedSubject(subject=firm(number).identifier) for number in range(count)]
    told = pb.RestrictionChange(position=position, subjects=subjects, continued=continued)
    return pb.WatchRestrictionsResponse(resume_token=f"after-{position}", change=told)


def reached(position: int) -> pb.WatchRestrictionsResponse:
    checkpoint = pb.WatchCheckpoint(known_position=position, caught_up=True)
    return pb.WatchRestrictionsResponse(resume_token=f"after-{position}", checkpoint=checkpoint)


@pytest.fixture
def simulated() -> Scripted:
    return Scripted()


@pytest.fixture
def registry(simulated: Scripted, certificates: Path, credentials: Path) -> Iterator[Registry]:
    own = load_credential(certificates, "server")
    server = grpc.server(ThreadPoolExecutor(4))
    add_WatchServiceServicer_to_server(simulated, server)
    shown = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    port = server.add_secure_port("localhost:0", shown)
    server.start()
    with Registry(f"localhost:{port}", Credentials.load(credentials)) as open_:
        yield open_
    server.stop(0).wait()


def watched(registry: Registry, count: int, **more: Any) -> list[ToldOf]:
    """What a watcher is told first, without its pauses."""
    watcher = iter(Watcher(registry.watching, WANTED, pause=lambda _seconds: None, **more))
    return [next(watcher) for _ in range(count)]


def starts(simulated: Scripted) -> list[str]:
    return [request.start.resume_token for request in simulated.asked]


@pytest.mark.parametrize("cut", [AWAY, SLOW, grpc.StatusCode.CANCELLED, None])
def test_watcher_that_was_cut_off_comes_again_with_its_last_token(
    registry: Registry, simulated: Scripted, cut: grpc.StatusCode | None
) -> None:
    simulated.script = [[change(3), *([cut] if cut else [])], [change(5), reached(9)]]
    told = watched(registry, 3)
    assert [each.position for each in told] == [3, 5, 9]
    assert [each.caught_up for each in told] == [False, False, True]
    assert starts(simulated) == ["", "after-3"]


def test_what_is_wrong_with_the_question_is_raised(registry: Registry, simulated: Scripted) -> None:
    simulated.script = [[grpc.StatusCode.PERMISSION_DENIED]]
    with pytest.raises(RegistryCallError) as raised:
        watched(registry, 1)
    assert raised.value.code is grpc.StatusCode.PERMISSION_DENIED


def test_patience_ends_with_what_the_last_stream_failed_of(registry: Registry, simulated: Scripted) -> None:
    simulated.script = [[SLOW]] * 100
    with pytest.raises(RegistryCallError) as raised:
        watched(registry, 1, patience_s=0.0)
    assert raised.value.code is SLOW


def test_pauses_grow_and_begin_anew_after_a_word(registry: Registry, simulated: Scripted) -> None:
    pauses: list[float] = []
    simulated.script = [[SLOW], [SLOW], [SLOW], [change(3), SLOW], [reached(4)]]
    watcher = iter(Watcher(registry.watching, WANTED, pause=pauses.append))
    assert [next(watcher).position for _ in range(2)] == [3, 4]
    assert len(pauses) == 4
    assert pauses[0] < pauses[2]
    assert pauses[3] <= 0.2


class _Away:
    """A registry that is away until it was asked so often."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    def stream(self, *_: Any) -> Iterator[pb.WatchRestrictionsResponse]:
        if self.left:
            self.left -= 1
            raise RegistryCallError(AWAY, "away")
        yield change(3)


def test_watcher_outlives_a_registry_that_is_away_for_a_day() -> None:
    pauses: list[float] = []
    watching = cast("Watching", _Away(5_000))
    assert next(iter(Watcher(watching, WANTED, pause=pauses.append))).position == 3
    assert sum(pauses) > 24 * 3600
    assert max(pauses) <= 30


def test_event_in_parts_is_told_whole_and_once(registry: Registry, simulated: Scripted) -> None:
    simulated.script = [
        [change(3), change(4, continued=True, count=2), AWAY],
        [change(4, continued=True, count=2), change(4, count=1), reached(4)],
    ]
    told = watched(registry, 3)
    assert [each.position for each in told] == [3, 4, 4]
    assert told[1].change is not None
    assert len(told[1].change.subjects) == 3
    assert not told[1].change.continued
    assert starts(simulated) == ["", "after-3"]


def test_token_is_stored_when_the_next_is_asked_for_and_not_before(
    registry: Registry, simulated: Scripted
) -> None:
    tokens = TokenInMemory()
    simulated.script = [[change(3), change(5)]]
    watcher = iter(Watcher(registry.watching, WANTED, tokens))
    next(watcher)
    assert tokens.load() == ""
    next(watcher)
    assert tokens.load() == "after-3"


def test_token_file_is_the_callers_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "watch.token"
    assert TokenFile(path).load() == ""
    TokenFile(path).store("AQ-1")
    TokenFile(path).store("AQ-2")
    assert TokenFile(path).load() == "AQ-2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["watch.token"]


@pytest.mark.parametrize("left", [b"", b"\n", b"\xff\x00"])
def test_file_that_a_power_cut_emptied_is_no_beginning_from_now(
    registry: Registry, tmp_path: Path, left: bytes
) -> None:
    path = tmp_path / "watch.token"
    path.write_bytes(left)
    with pytest.raises(OSError, match="没有续接标记"):
        next(iter(Watcher(registry.watching, WANTED, TokenFile(path))))


# --- of a real registry -----------------------------------------------------------------------------


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    yield spine
    spine.engine.close()


def serve(spine: Spine, port: int = 0) -> tuple[grpc.Server, int]:
    own = authority_of(spine).server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    server, port = build_server(spine.engine, credentials, f"127.0.0.1:{port}")
    server.start()
    return server, port


def state_ban(spine: Spine, number: int) -> int:
    event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
    return placed(spine.say("财政", event=event))


def platform(spine: Spine, port: int) -> Registry:
    caller = Served(spine, authority_of(spine), "").system(CallerRole.PROCUREMENT_SYSTEM)
    credential = authority_of(spine).client(caller.uri)
    shown = grpc.ssl_channel_credentials(credential.authority, credential.key, credential.certificate)
    return Registry(f"127.0.0.1:{port}", shown)


def test_watcher_misses_nothing_while_the_registry_is_started_again(spine: Spine) -> None:
    told: list[ToldOf] = []
    server, port = serve(spine)
    stated = [state_ban(spine, 1)]
    registry = platform(spine, port)
    watcher = Watcher(registry.watching, WANTED, from_position=stated[0])
    Thread(target=lambda: collect(watcher, told), daemon=True).start()
    stated.append(state_ban(spine, 2))
    assert within(ARRIVES_S, lambda: positions(told) == stated)
    server.stop(0).wait()
    spine.reopen()
    stated += [state_ban(spine, number) for number in (3, 4)]
    server, _ = serve(spine, port)
    stated.append(state_ban(spine, 5))
    assert within(ARRIVES_S, lambda: positions(told) == stated)
    registry.close()
    server.stop(0).wait()


def collect(watcher: Watcher, told: list[ToldOf]) -> None:
    try:
        told.extend(iter(watcher))
    except (RegistryCallError, ValueError):  # The connection was closed at the end of the test.
        return


def positions(told: list[ToldOf]) -> list[int]:
    return [each.position for each in told if each.change is not None]


def test_twin_that_is_asked_waits_and_leads_on(spine: Spine) -> None:
    server, port = serve(spine)
    position = state_ban(spine, 1)
    with platform(spine, port) as registry:
        first = registry.watching.poll(WANTED, pb.WatchStart(from_position=position))
        assert [each.position for each in first.changes] == [position]
        start = pb.WatchStart(resume_token=first.resume_token)
        assert not registry.watching.poll(WANTED, start, wait_s=1).changes
        denied = Wanted(DOMAIN_EXIT_ENTRY)
        with pytest.raises(RegistryCallError, match="DOMAIN_DENIED") as raised:
            registry.watching.poll(denied, start, wait_s=0)
        assert raised.value.metadata["field"] == "filter.purpose.domain"
    server.stop(0).wait()
