"""A stream that a face opened ends with its token: at the next answer after it was revoked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Event

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2, log_service_pb2, restriction_service_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.log_service_pb2_grpc import LogServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry_client.bearer import with_bearer
from tests.support.events import firm, placed
from tests.support.faces import Faced, facing
from tests.support.history import short_ban
from tests.support.reports import question
from tests.support.served import DEADLINE_S, refused
from tests.support.spine import found_spine, furnish


@pytest.fixture(params=[False, True], ids=["writer", "reader"])
def faced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faced]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("streams") / "registry"))
    spine.deliver()
    with facing(spine, by_reader=request.param) as running:
        yield running


def opened(faced: Faced, role: CallerRole) -> tuple[grpc.Channel, str]:
    token = faced.token(faced.served.system(role))
    return with_bearer(faced.served.channel(faced.face()), token), token


def test_a_watch_that_a_face_keeps_open_ends_when_its_token_is_revoked(faced: Faced) -> None:
    channel, token = opened(faced, CallerRole.PROCUREMENT_SYSTEM)
    request = log_service_pb2.WatchCheckpointsRequest()
    stream = LogServiceStub(channel).WatchCheckpoints(request, timeout=DEADLINE_S)
    assert next(stream).checkpoint
    placed(faced.served.spine.say("财政", "b1", event=short_ban(1)))
    assert next(stream).checkpoint
    faced.revoke(token)
    time.sleep(1.1)
    placed(faced.served.spine.say("财政", "b2", event=short_ban(2)))
    refusal = refused(lambda: next(stream))
    assert (refusal.reason, "吊销" in refusal.message) == ("UNAUTHENTICATED", True)


def test_questions_sent_on_an_open_stream_are_not_answered_after_that(faced: Faced) -> None:
    channel, token = opened(faced, CallerRole.PROCUREMENT_SYSTEM)
    answered = Event()

    def questions() -> Iterator[restriction_service_pb2.StreamCheckRequest]:
        yield restriction_service_pb2.StreamCheckRequest(key="1", check=question(firm(1)))
        answered.wait(DEADLINE_S)
        faced.revoke(token)
        time.sleep(1.1)
        yield restriction_service_pb2.StreamCheckRequest(key="2", check=question(firm(1)))

    stream = RestrictionServiceStub(channel).StreamCheck(questions(), timeout=DEADLINE_S)
    assert next(stream).key == "1"
    answered.set()
    assert refused(lambda: next(stream)).reason == "UNAUTHENTICATED"


def test_a_statement_sent_on_an_open_stream_after_that_is_not_written(faced: Faced) -> None:
    """Not only its answer is withheld: it never enters."""
    served = faced.served
    spine = served.spine
    token = faced.token(served.department("财政"))
    channel = with_bearer(served.channel(faced.face()), token)
    first, second = (spine.seal("财政", spine.statement("财政", event=short_ban(n))) for n in (11, 12))
    answered = Event()

    def requests() -> Iterator[intake_service_pb2.SubmitStreamRequest]:
        yield intake_service_pb2.SubmitStreamRequest(envelopes=[first])
        answered.wait(DEADLINE_S)
        yield intake_service_pb2.SubmitStreamRequest(envelopes=[second])

    stream = IntakeServiceStub(channel).SubmitStream(requests(), timeout=DEADLINE_S)
    assert next(stream).results[0].accepted.position
    size = spine.engine.state.size
    faced.revoke(token)
    time.sleep(1.1)
    answered.set()
    assert refused(lambda: next(stream)).reason == "UNAUTHENTICATED"
    assert spine.engine.state.size == size
