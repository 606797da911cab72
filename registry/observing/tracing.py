"""Traces on demand (按需跟踪): where the time of one call went, for OpenTelemetry.

A call is traced when its caller's ``traceparent`` says that it is sampled and its role is one of
``[tracing] roles``, or when chance has it, by ``[tracing] ratio``. All others cost a comparison. What a
caller says of the trace is its number and nothing else: ``tracestate`` and ``baggage`` are not taken. A
process that reads passes on to the writer which span is above, and the writer believes it.

    registry.call            the whole call: method, role, code, reason, verdict, number
      thread wait            until a thread took it
      admission              a statement's envelope, signature and form
      writer wait            until its group began
      group admission        the law, leaf and tree, of its whole group
      commit, second store, index
      verdict                deciding one question

Spans go to ``[tracing] endpoint`` as OTLP over HTTP, in batches, from a thread of their own; a collector that
is not there costs spans and no call. Imported only where tracing is configured (extra ``tracing``).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from threading import Thread
from time import time_ns

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from registry.commands.writing_figures import WritingFigures
from registry.config_options.observing import Tracing
from registry.current_call import Call, Step, traceparent_of
from registry.observing.interceptor import Ended

DEADLINE_S = 10
CLOSE_S = 2.0
"""How long each of two parts of closing may take."""
SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_GROUP = {"admission": "group admission"}
_NOT_OURS = frozenset({"CANCELLED", "OK"})


class Spans:
    """Makes and sends the spans of one process. ``trusting``: whoever calls has decided what is traced."""

    def __init__(self, settings: Tracing, process: str, origin: str, *, trusting: bool = False) -> None:
        self._roles = frozenset(settings.roles)
        self._ratio = settings.ratio
        self._trusting = trusting
        resource = Resource.create(
            {"service.name": "registry", "service.namespace": origin, "service.instance.id": process}
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._exporter = OTLPSpanExporter(endpoint=settings.endpoint, timeout=DEADLINE_S)
        self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        self._tracer = self._provider.get_tracer("registry")
        self._groups: WritingFigures | None = None
        logging.getLogger("opentelemetry").setLevel(logging.ERROR)

    def follow(self, groups: WritingFigures) -> None:
        """Takes the steps of the writer's groups from here."""
        self._groups = groups

    def close(self) -> None:
        """Sends what is left, for a moment: a collector that is not there, or takes a connection and says
        nothing, keeps no server from stopping."""
        _for_a_moment(self._provider.force_flush)
        self._exporter.shutdown()  # type: ignore[no-untyped-call]
        _for_a_moment(self._provider.shutdown)

    def begin(self, call: Call, traceparent: str | None) -> None:
        """A call came in: is it to be traced, as far as can be said before its caller is known?"""
        above = _above(traceparent)
        asked = above is not None and above.trace_flags.sampled and (self._trusting or bool(self._roles))
        if not asked and not (self._ratio and random.random() < self._ratio):
            return
        context = trace.set_span_in_context(NonRecordingSpan(above)) if above is not None else None
        call.begun_ns = time_ns()
        span = self._tracer.start_span(
            "registry.call", context=context, kind=SpanKind.SERVER, start_time=call.begun_ns
        )
        call.span, call.steps = (span, asked), []
        own = span.get_span_context()
        call.passed_on = f"00-{own.trace_id:032x}-{own.span_id:016x}-01"

    def end(self, ended: Ended) -> None:
        """A call ended: what is known of it is sent, if its caller may ask for that."""
        if ended.call.span is None:
            return
        span, asked = ended.call.span
        if asked and not self._trusting and ended.role not in self._roles:
            return  # Never ended, so never sent.
        span.set_attributes({
            "rpc.system": "grpc", "rpc.method": ended.method, "registry.role": ended.role,
            "registry.code": ended.code, "registry.reason": ended.reason, "registry.verdict": ended.verdict,
            "registry.request_id": ended.call.request_id,
        })  # fmt: skip
        if ended.code not in _NOT_OURS:
            span.set_status(Status(StatusCode.ERROR, ended.reason or ended.code))
        ended_ns, context = time_ns(), trace.set_span_in_context(span)
        for name, begin, end in self._steps(ended.call, ended_ns):
            self._tracer.start_span(name, context=context, start_time=begin).end(end)
        span.end(ended_ns)

    def _steps(self, call: Call, ended_ns: int) -> list[Step]:
        """The steps of a call, and those of the group in which what it stated was written: the last one that
        began after the call had queued it and was done before the call ended."""
        steps = list(call.steps or ())
        queued = [end for name, _, end in steps if name == "admission"]
        if self._groups is None or not queued:
            return steps
        own = [each for each in self._groups.since(call.begun_ns) if each.ended_ns <= ended_ns]
        if own:
            group = own[-1]
            steps.append(("writer wait", queued[-1], max(queued[-1], group.begun_ns)))
            steps += [(_GROUP.get(name, name), begin, end) for name, begin, end in group.steps]
        return steps


def _for_a_moment(act: Callable[[], object]) -> None:
    thread = Thread(target=act, name="registry-spans", daemon=True)
    thread.start()
    thread.join(CLOSE_S)


def _above(traceparent: str | None) -> SpanContext | None:
    given = traceparent_of(traceparent)
    if not given:
        return None
    _, trace_id, span_id, flags = given.split("-")
    return SpanContext(
        int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
