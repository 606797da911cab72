"""Streams through several reading processes: what one of them asks the writer for is never refused for what
others of the same caller ask."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.reading import build_reading_server, start_reading
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from tests.support.events import person
from tests.support.reports import question
from tests.support.served import DEADLINE_S, Served, authority_of, refusal_of, writing
from tests.support.spine import Spine, found_spine, furnish

STREAMS_EACH, QUESTIONS, READERS = 4, 8, 2


def _stop(server: grpc.Server) -> None:
    server.stop(1).wait()


@pytest.fixture
def spine(tmp_path: Path) -> Spine:
    return furnish(found_spine(tmp_path / "registry"))


@pytest.fixture
def readers(spine: Spine) -> Iterator[list[Served]]:
    authority = authority_of(spine)
    own = authority.server()
    credentials = grpc.ssl_server_credentials([(own.key, own.certificate)], own.authority, True)
    with ExitStack() as stack:
        stack.callback(spine.engine.close)
        run, found = stack.enter_context(writing(spine)), []
        for _ in range(READERS):
            reading = start_reading(spine.config, run, spine.clock)
            stack.callback(reading.close)
            server, port = build_reading_server(reading, credentials, "127.0.0.1:0")
            server.start()
            stack.callback(_stop, server)
            served = Served(spine, authority, f"127.0.0.1:{port}", server=server)
            stack.callback(served.close)
            found.append(served)
        yield found


def test_questions_about_persons_on_every_stream_of_a_caller_are_answered(readers: list[Served]) -> None:
    def ask(number: int) -> list[str]:
        served = readers[number % READERS]
        caller = served.system(CallerRole.PROCUREMENT_SYSTEM)
        stub: Any = RestrictionServiceStub(served.channel(caller))
        asked = []
        for each in range(QUESTIONS):
            about = question(person(1 + each))
            about.purpose.reference = "案号"
            asked.append(pb.StreamCheckRequest(key=str(each), check=about))
        answers = list(stub.StreamCheck(iter(asked), timeout=DEADLINE_S))
        return [answer.WhichOneof("answer") for answer in answers]

    for served in readers:  # A connection each, before its threads.
        served.channel(served.system(CallerRole.PROCUREMENT_SYSTEM))
    with ThreadPoolExecutor(READERS * STREAMS_EACH) as threads:
        answered = list(threads.map(ask, range(READERS * STREAMS_EACH)))
    assert answered == [["check"] * QUESTIONS] * (READERS * STREAMS_EACH)


def test_a_question_that_the_writer_refuses_has_its_faults_in_its_place(readers: list[Served]) -> None:
    stub: Any = RestrictionServiceStub(readers[0].channel(readers[0].system(CallerRole.PROCUREMENT_SYSTEM)))
    wrong, right = question(person(1)), question(person(1))
    for each in (wrong, right):
        each.purpose.reference = "案号"
    wrong.receipt.evidence = 77  # type: ignore[assignment]
    asked = [pb.StreamCheckRequest(key="1", check=wrong), pb.StreamCheckRequest(key="2", check=right)]
    with pytest.raises(grpc.RpcError) as raised:
        stub.Check(wrong, timeout=DEADLINE_S)
    alone = refusal_of(raised.value)
    first, second = stub.StreamCheck(iter(asked), timeout=DEADLINE_S)
    assert [fault.field for fault in first.unanswered.faults] == list(alone.fields)
    assert first.unanswered.faults[0].message == alone.message
    assert not first.unanswered.may_retry
    assert second.WhichOneof("answer") == "check"
