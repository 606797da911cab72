"""Lines of the log: one a record, with the number of the call, by which the caller's trouble is found."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from registry.access.identity import CallerRole
from registry.config_options.observing import Logging
from registry.current_call import Call, current_call, request_id_of
from registry.observing.logs import start_logging
from registry.v1 import intake_service_pb2 as intake
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry_client.calls import Calls
from registry_web.security import Guard, Limits, Rate
from registry_web.serving import WebServer
from tests.observing.test_metrics import MARKED, submit
from tests.support.events import firm, person
from tests.support.observed import Seen, observed
from tests.support.reports import question
from tests.support.served import DEADLINE_S, code_of, number_of, refusal_of, refused
from tests.support.spine import found_spine, furnish


@contextmanager
def logged(settings: Logging) -> Iterator[io.StringIO]:
    """What is logged until the block ends."""
    root = logging.getLogger()
    kept, level, stream = root.handlers[:], root.level, io.StringIO()
    root.handlers.clear()  # start_logging would close those of the tests.
    try:
        start_logging(settings, "single", stream)
        yield stream
    finally:
        root.handlers[:] = kept
        root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("talking") / "registry"), ["财政"])
    with observed(spine, access=True) as running:
        yield running


def asked(seen: Seen, **more: Any) -> Any:
    stub = RestrictionServiceStub(seen.served.channel(seen.served.system(CallerRole.PROCUREMENT_SYSTEM)))
    return stub.Check.with_call(question(firm(1)), timeout=DEADLINE_S, **more)


def number_in(call: Any) -> str:
    (number,) = [value for key, value in call.trailing_metadata() if key == "x-request-id"]
    return str(number)


def test_number_that_was_given_comes_back_with_the_answer(talking: Seen) -> None:
    _, call = asked(talking, metadata=(("x-request-id", "tender-2026.0042"),))
    assert number_in(call) == "tender-2026.0042"
    given = f"id-{number_of(1)}"  # That cannot be taken; the one in its place comes back.
    assert number_in(asked(talking, metadata=(("x-request-id", given),))[1]) != given


def test_refusal_has_the_number_beside_its_details(talking: Seen) -> None:
    denied = IntakeServiceStub(talking.served.channel(talking.served.system(CallerRole.PROCUREMENT_SYSTEM)))
    call = denied.Submit.future(
        intake.SubmitRequest(), timeout=DEADLINE_S, metadata=(("x-request-id", "refused-1"),)
    )
    assert refusal_of(call.exception()).reason == "METHOD_DENIED"
    assert number_in(call) == "refused-1"
    numbers = set()
    for _ in range(3):
        call = denied.Submit.future(intake.SubmitRequest(), timeout=DEADLINE_S)
        assert refusal_of(call.exception()).reason == "METHOD_DENIED"
        numbers.add(number_in(call))
    assert len(numbers) == 3, "a number is made for who gave none"


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "with space", "new\nline-x", "汉字汉字汉字汉字", "", "x{}x", '"quoted"']
)
def test_number_that_may_not_stand_in_a_log_is_replaced(given: str) -> None:
    assert request_id_of(given) != given


def test_number_of_a_person_or_a_firm_is_no_number_of_a_call() -> None:
    for code in (number_of(1), number_of(2), code_of(1)):
        for given in (code, f"req-{code}", f"{code}.7", code.lower()):
            assert code[:-1] not in request_id_of(given)
    for given in ("4f1c9b0a7d2211aa99ff0123", "f" * 32, "1764151234567890123", "b1" * 12):
        assert request_id_of(given) == given


def test_each_call_leaves_a_line_of_json_with_its_number_and_nothing_about_anybody(talking: Seen) -> None:
    with logged(Logging("json", access=True)) as stream:
        submit(talking.served, 77, metadata=(("x-request-id", "batch-0001"),))
        border = talking.served.channel(talking.served.system(CallerRole.BORDER_SYSTEM))
        purpose = pb.Purpose(domain=subject_pb2.DOMAIN_EXIT_ENTRY, reference="sec-ret-1", reason="机密事由")
        request = pb.CheckRequest(subject=person(1).identifier, purpose=purpose)
        RestrictionServiceStub(border).Check(request, timeout=DEADLINE_S)
        denied = IntakeServiceStub(border)
        assert refused(lambda: denied.Submit(intake.SubmitRequest(), timeout=DEADLINE_S)).message
        talking.health()  # Lines are left before the answer is seen, but for the last one.
    calls = [line for line in lines(stream) if line["message"] == "call"]
    first, second, third = calls[:3]
    assert first["request_id"] == "batch-0001"
    assert first["method"] == "IntakeService/Submit"
    assert (first["role"], first["code"], first["process"]) == ("department", "OK", "single")
    assert first["time"].endswith("+00:00")
    assert first["duration_ms"] > 0
    assert second["role"] == "system/border"
    assert (third["code"], third["reason"]) == ("PERMISSION_DENIED", "METHOD_DENIED")
    assert [mark for mark in MARKED if mark in stream.getvalue()] == []


def test_internal_error_tells_a_number_under_which_the_log_has_the_details(tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    with observed(spine) as seen, logged(Logging("json")) as stream:
        position = submit(seen.served, 1)[0].results[0].accepted.position
        with closing(sqlite3.connect(spine.config.store)) as other, other:  # Somebody alters the store.
            other.execute("UPDATE statement SET sealed_payload = x'00' WHERE position = ?", (position,))
        stub = IntakeServiceStub(seen.served.channel(seen.served.department("财政")))
        refusal = refused(
            lambda: stub.GetStatement(
                intake.GetStatementRequest(position=position),
                timeout=DEADLINE_S,
                metadata=(("x-request-id", "support-case-7"),),
            )
        )
        assert "support-case-7" in refusal.message
        (line,) = [each for each in lines(stream) if each["level"] == "ERROR"]
        assert line["request_id"] == "support-case-7"
        assert line["method"] == "IntakeService/GetStatement"
        assert "Traceback" in line["exception"]
        assert len(refusal.message.splitlines()) == 1


def test_request_at_a_face_and_the_calls_made_for_it_have_one_number(talking: Seen) -> None:
    channel = talking.served.channel(talking.served.system(CallerRole.PROCUREMENT_SYSTEM))
    calls, stub = Calls(DEADLINE_S), RestrictionServiceStub(channel)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(calls.unary, stub.Check, question(firm(1)))
        await PlainTextResponse("done")(scope, receive, send)

    guard = Guard(page, host="", limits=Limits(1000, Rate(9, 9)), secure=False)
    face = WebServer(guard, "127.0.0.1:0")
    with logged(Logging("json")) as stream:
        numbers = []
        for _ in range(2):
            with urlopen(f"http://127.0.0.1:{face.port}/", timeout=DEADLINE_S) as answer:
                numbers.append(answer.headers["x-request-id"])
        talking.health()
    face.stop()
    found = [line["request_id"] for line in lines(stream) if line.get("method") == "RestrictionService/Check"]
    assert found == numbers
    assert len(set(numbers)) == 2


def test_lines_for_people_look_as_ever() -> None:
    with logged(Logging()) as stream:
        logging.getLogger("x").info("one\ttwo")
        logging.getLogger("x").info("not a call", extra={"fields": {"code": "OK", "reason": ""}})
    first, second = stream.getvalue().splitlines()
    assert first.endswith("INFO single one\ttwo")
    assert second.endswith("INFO single not a call code=OK")


def test_line_of_a_record_with_newlines_is_one_line() -> None:
    with logged(Logging("json")) as stream:
        current_call.set(Call("/registry.v1.LogService/GetProof", "forged-1"))
        logging.getLogger("x").error("a\nb %s", "\u2028{}")
        current_call.set(None)
    (line,) = lines(stream)
    assert line["message"] == "a\nb \u2028{}"
    assert line["method"] == "LogService/GetProof"


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_others_say_begins_no_line_and_steers_no_terminal(form: str) -> None:
    with logged(Logging(form)) as stream:
        logging.getLogger("registry.upkeep").warning(
            "witness w1: %s", "no\r\nERROR all is lost\x1b[2J\x9b2J\x85"
        )
    (line,) = stream.getvalue().removesuffix("\n").split("\n")
    assert "all is lost" in line
    assert line.isprintable()
