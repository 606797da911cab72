"""Traces: only of those who asked for one and may, with where the time went, and nothing about anybody."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from registry.access.identity import CallerRole
from registry.config_options.observing import Tracing
from registry.current_call import MOST_STEPS, Call, current_call, step, traceparent_of
from registry.observing import tracing
from registry.observing.interceptor import Ended
from registry.observing.tracing import CLOSE_S, Spans
from registry.observing.tracing import DEADLINE_S as DEADLINE_OF_COLLECTOR_S
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import DOMAIN_FINANCING
from tests.observing.test_metrics import MARKED, submit
from tests.support.collector import Collector, collecting
from tests.support.events import firm
from tests.support.observed import Seen, observed
from tests.support.reports import question
from tests.support.served import DEADLINE_S
from tests.support.spine import ORIGIN, found_spine, furnish

TRACE, ABOVE = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def parent(trace: str = TRACE, flags: str = "01") -> tuple[tuple[str, str], ...]:
    return (
        ("traceparent", f"00-{trace}-{ABOVE}-{flags}"),
        ("tracestate", "x=1"),
        ("baggage", "id=sec-ret-1"),
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Seen, Collector, Spans]]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("traced") / "registry"), ["财政"])
    with collecting() as collector:
        spans = Spans(Tracing(collector.url, ("department", "system/procurement")), "single", ORIGIN)
        with observed(spine, spans=spans) as seen:
            yield seen, collector, spans


def ask(seen: Seen, role: CallerRole, metadata: Any) -> None:
    stub = RestrictionServiceStub(seen.served.channel(seen.served.system(role)))
    asked = question(firm(1))
    if role is CallerRole.FINANCING_SYSTEM:
        asked.purpose.domain = DOMAIN_FINANCING
        asked.ClearField("matter")
    stub.Check(asked, timeout=DEADLINE_S, metadata=metadata)


def test_statement_that_is_sampled_shows_where_its_time_went(both: tuple[Seen, Collector, Spans]) -> None:
    seen, collector, spans = both
    submit(seen.served, 1, metadata=(*parent(), ("x-request-id", "traced-1")))
    spans._provider.force_flush()
    whole = collector.wait_for("registry.call")
    assert (whole.trace_id, whole.parent_id) == (TRACE, ABOVE)
    assert whole.attributes["rpc.method"] == "IntakeService/Submit"
    assert whole.attributes["registry.role"] == "department"
    assert whole.attributes["registry.request_id"] == "traced-1"
    found = collector.of_trace(TRACE)
    order = ["thread wait", "admission", "writer wait", "group admission", "commit", "second store", "index"]
    assert [name for name in found if name != "registry.call"] == order
    for name in order:
        assert found[name].parent_id == whole.span_id
        assert whole.begin_ns <= found[name].begin_ns <= found[name].end_ns <= whole.end_ns
    ends = [found[name].end_ns for name in order]
    assert ends == sorted(ends)


def test_question_that_is_sampled_shows_its_verdict(both: tuple[Seen, Collector, Spans]) -> None:
    seen, collector, spans = both
    trace = "1" * 32
    ask(seen, CallerRole.PROCUREMENT_SYSTEM, parent(trace))
    spans._provider.force_flush()
    found = collector.of_trace(trace)
    assert set(found) == {"registry.call", "thread wait", "verdict"}
    assert found["registry.call"].attributes["registry.verdict"] == "BLOCKED"


@pytest.mark.parametrize(
    ("role", "metadata"),
    [
        (CallerRole.PROCUREMENT_SYSTEM, parent("2" * 32, "00")),
        (CallerRole.FINANCING_SYSTEM, parent("2" * 32)),
        (CallerRole.PROCUREMENT_SYSTEM, ()),
        (CallerRole.PROCUREMENT_SYSTEM, (("traceparent", f"01-{'2' * 32}-{ABOVE}-01"),)),
        (CallerRole.PROCUREMENT_SYSTEM, (("traceparent", f"00-{'0' * 32}-{ABOVE}-01"),)),
        (CallerRole.PROCUREMENT_SYSTEM, (("traceparent", "x" * 5000),)),
    ],
    ids=["not sampled", "role that may not", "no parent", "another version", "no trace", "nonsense"],
)
def test_nothing_is_sent_of_any_other_call(
    both: tuple[Seen, Collector, Spans], role: CallerRole, metadata: Any
) -> None:
    seen, collector, spans = both
    before = len(collector.spans)
    ask(seen, role, metadata)
    spans._provider.force_flush()
    assert len(collector.spans) == before


def test_spans_hold_nothing_about_anybody(both: tuple[Seen, Collector, Spans]) -> None:
    seen, collector, spans = both
    submit(seen.served, 77, metadata=parent("3" * 32))
    spans._provider.force_flush()
    assert collector.of_trace("3" * 32)
    sent = b"".join(collector.bodies).decode("utf-8", "replace")
    assert [mark for mark in MARKED if mark in sent] == []


def test_process_that_writes_goes_on_with_the_trace_of_the_one_that_reads() -> None:
    with collecting() as collector:
        reader = Spans(Tracing(collector.url, ("department",)), "reader", ORIGIN)
        writer = Spans(Tracing(collector.url, ("auditor",)), "writer", ORIGIN, trusting=True)
        outer, inner = Call("/m", "number-1"), Call("/m", "number-1")
        reader.begin(outer, f"00-{TRACE}-{ABOVE}-01")
        passed = dict(outer.metadata())
        assert passed["x-request-id"] == "number-1"
        assert traceparent_of(passed["traceparent"])
        writer.begin(inner, passed["traceparent"])
        for spans, call in ((writer, inner), (reader, outer)):
            spans.end(Ended(call, "m", False, "department", "OK", "", "", 0.1))
            spans.close()
        above = next(span for span in collector.spans if span.parent_id == ABOVE)
        below = next(span for span in collector.spans if span.parent_id == above.span_id)
        assert above.trace_id == below.trace_id == TRACE


def test_chance_has_a_part_of_all_calls_traced() -> None:
    with collecting() as collector:
        all_of_them = Spans(Tracing(collector.url, ratio=1.0), "single", ORIGIN)
        call = Call("/m", "number-1")
        all_of_them.begin(call, None)
        all_of_them.end(Ended(call, "m", False, "public", "INTERNAL", "INTERNAL", "", 0.1))
        all_of_them.close()
        assert [span.name for span in collector.spans] == ["registry.call"]


def test_collector_that_is_not_there_costs_no_call() -> None:
    spans = Spans(Tracing("http://127.0.0.1:9/v1/traces", ratio=1.0), "single", ORIGIN)
    for number in range(100):
        call = Call("/m", f"number-{number}")
        spans.begin(call, None)
        spans.end(Ended(call, "m", False, "public", "OK", "", "", 0.1))
    begun = monotonic()
    spans.close()
    assert monotonic() - begun < 2 * CLOSE_S + 1, "a bound on waiting, not a speed"


def test_collector_that_takes_a_connection_and_says_nothing_keeps_no_server_from_stopping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tracing, "CLOSE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        spans = Spans(
            Tracing(f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces", ratio=1.0), "single", ORIGIN
        )
        for number in range(600):  # A batch goes out when 512 are there.
            call = Call("/m", f"number-{number}")
            spans.begin(call, None)
            spans.end(Ended(call, "m", False, "public", "OK", "", "", 0.1))
        with silent.accept()[0]:
            begun = monotonic()
            spans.close()
            assert monotonic() - begun < DEADLINE_OF_COLLECTOR_S / 2, "a bound on waiting, not a speed"


def test_stream_that_takes_step_after_step_keeps_no_more_than_some() -> None:
    call = Call("/registry.v1.IntakeService/SubmitStream", "number-1")
    call.steps = []
    token = current_call.set(call)
    try:
        for _ in range(10 * MOST_STEPS):
            with step("admission"):
                pass
    finally:
        current_call.reset(token)
    assert len(call.steps) == MOST_STEPS
