"""A connection outlives its certificate: whoever is revoked, or whose certificate ends, is answered no more
on it, states nothing on it, and keeps no stream open. The same in every process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event

import grpc
import pytest

from registry.access.certificate_door import CertificateDoor
from registry.access.certificates import Credential
from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2, log_service_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT
from registry.v1.watch_service_pb2 import PollRestrictionsRequest
from registry.v1.watch_service_pb2_grpc import WatchServiceStub
from tests.support.events import firm, placed
from tests.support.history import short_ban
from tests.support.reports import question
from tests.support.revocation import LateClock, RevokedBy
from tests.support.served import DEADLINE_S, Served, authority_of, connect, refused, serving
from tests.support.spine import found_spine, furnish

SYSTEM = CallerRole.PROCUREMENT_SYSTEM
WAYS = {"writer": {}, "reader": {"by_reader": True}, "reader at once": {"by_reader": True, "at_once": True}}
TWO_DAYS_S = 2 * 86_400.0


@dataclass(slots=True)
class Revoking:
    """A served registry, its authority's list, and the clock by which both are looked at."""

    served: Served
    lists: RevokedBy
    clock: LateClock

    def revoke(self, own: Credential) -> None:
        """Revokes a certificate; a second later it counts."""
        self.lists.write(own)
        self.clock.late_s += 1

    def credential(self, role: CallerRole = SYSTEM) -> Credential:
        """A new certificate of somebody in a role."""
        return self.served.authority.client(self.served.of_role(role).uri)

    def channel(self, own: Credential) -> grpc.Channel:
        """A connection of its holder."""
        return connect(self.served.target, self.served.trusted, own)


@pytest.fixture(scope="module", params=WAYS)
def revoking(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Revoking]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("revoking") / "registry"))
    placed(spine.say("财政", "b1", event=short_ban(1)))
    spine.deliver()
    lists, clock = RevokedBy(authority_of(spine), spine.directory / "revoked.crl"), LateClock()
    lists.write()
    door = CertificateDoor(lists.files, clock)
    with serving(spine, **WAYS[request.param], certificates=door) as served:
        yield Revoking(served, lists, clock)


def unauthenticated(call: Callable[[], object], said: str) -> None:
    refusal = refused(call)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert said in refusal.message


def check(channel: grpc.Channel) -> object:
    return RestrictionServiceStub(channel).Check(question(firm(1)), timeout=DEADLINE_S)


def test_an_open_connection_is_refused_once_its_certificate_is_revoked(revoking: Revoking) -> None:
    own, other = revoking.credential(), revoking.credential()
    with revoking.channel(own) as channel, revoking.channel(other) as neighbour:
        assert check(channel)
        revoking.revoke(own)
        for _ in range(3):
            unauthenticated(lambda: check(channel), "已被吊销")
        assert check(neighbour)
    with revoking.channel(own) as anew:
        unauthenticated(lambda: check(anew), "已被吊销")


def test_what_the_writer_answers_is_refused_as_well(revoking: Revoking) -> None:
    own = revoking.credential(CallerRole.DEPARTMENT)
    spine = revoking.served.spine
    envelope = spine.seal("财政", spine.statement("财政", event=short_ban(7)))
    size = spine.engine.state.size
    with revoking.channel(own) as channel:
        revoking.revoke(own)
        submit = intake_service_pb2.SubmitRequest(envelopes=[envelope])
        unauthenticated(lambda: IntakeServiceStub(channel).Submit(submit, timeout=DEADLINE_S), "已被吊销")
    assert spine.engine.state.size == size


def test_a_watch_ends_with_the_reason_at_its_next_message(revoking: Revoking) -> None:
    own, spine = revoking.credential(), revoking.served.spine
    with revoking.channel(own) as channel:
        stream = LogServiceStub(channel).WatchCheckpoints(log_service_pb2.WatchCheckpointsRequest())
        assert next(stream).checkpoint
        revoking.revoke(own)
        placed(spine.say("财政", f"w{spine.engine.state.size}", event=short_ban(3)))
        unauthenticated(lambda: next(stream), "已被吊销")


def test_a_statement_on_an_open_stream_is_not_written_after_that(revoking: Revoking) -> None:
    """Not only its answer is withheld: it never enters."""
    own, spine = revoking.credential(CallerRole.DEPARTMENT), revoking.served.spine
    first, second = (spine.seal("财政", spine.statement("财政", event=short_ban(n))) for n in (11, 12))
    answered = Event()

    def requests() -> Iterator[intake_service_pb2.SubmitStreamRequest]:
        yield intake_service_pb2.SubmitStreamRequest(envelopes=[first])
        answered.wait(DEADLINE_S)
        yield intake_service_pb2.SubmitStreamRequest(envelopes=[second])

    with revoking.channel(own) as channel:
        stream = IntakeServiceStub(channel).SubmitStream(requests(), timeout=DEADLINE_S)
        assert next(stream).results[0].accepted.position
        size = spine.engine.state.size
        revoking.revoke(own)
        answered.set()
        unauthenticated(lambda: next(stream), "已被吊销")
    assert spine.engine.state.size == size


def test_a_poll_that_waited_is_not_answered_to_whom_was_revoked_meanwhile(revoking: Revoking) -> None:
    own, spine = revoking.credential(), revoking.served.spine
    request = PollRestrictionsRequest(wait_seconds=10)
    request.filter.purpose.domain = DOMAIN_PROCUREMENT
    with revoking.channel(own) as channel:
        stub = WatchServiceStub(channel)
        first = stub.PollRestrictions(PollRestrictionsRequest(filter=request.filter), timeout=DEADLINE_S)
        request.start.resume_token = first.resume_token
        poll = stub.PollRestrictions.future(request, timeout=DEADLINE_S)
        time.sleep(0.5)  # It has to have begun; if it has not, it is refused at its beginning.
        revoking.revoke(own)
        placed(spine.say("财政", f"p{spine.engine.state.size}", event=short_ban(31)))
        unauthenticated(poll.result, "已被吊销")


def test_a_silent_stream_gives_its_place_up(revoking: Revoking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.servicer.open_streams.LOOK_EVERY_S", 0.2)
    own = revoking.credential()
    with revoking.channel(own) as channel:
        request = log_service_pb2.WatchCheckpointsRequest()
        stream = LogServiceStub(channel).WatchCheckpoints(request, timeout=DEADLINE_S)
        assert next(stream).checkpoint
        revoking.revoke(own)  # And nothing new is recorded, of which the stream would tell.
        assert refused(lambda: next(stream)).code is grpc.StatusCode.CANCELLED


def test_a_certificate_that_ends_while_its_connection_is_open_is_refused(revoking: Revoking) -> None:
    own = revoking.credential()
    before = revoking.clock.late_s
    with revoking.channel(own) as channel:
        stream = LogServiceStub(channel).WatchCheckpoints(log_service_pb2.WatchCheckpointsRequest())
        assert next(stream).checkpoint
        assert check(channel)
        revoking.clock.late_s += TWO_DAYS_S
        try:
            unauthenticated(lambda: check(channel), "已过期")
            spine = revoking.served.spine
            placed(spine.say("财政", f"e{spine.engine.state.size}", event=short_ban(4)))
            unauthenticated(lambda: next(stream), "已过期")
        finally:
            revoking.clock.late_s = before


def test_lists_that_cannot_be_read_let_nobody_in_and_what_is_mended_everybody(revoking: Revoking) -> None:
    own, path = revoking.credential(), revoking.lists.path
    whole = path.read_bytes()
    with revoking.channel(own) as channel:
        assert check(channel)
        path.write_bytes(whole[:-30])
        revoking.clock.late_s += 1
        unauthenticated(lambda: check(channel), "暂时不能核对")
        path.write_bytes(whole)
        revoking.clock.late_s += 1
        assert check(channel)
