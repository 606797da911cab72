"""Every call, seen from outside the gate (外层): its number, how long it took, how it ended.

Stands before ``registry.servicer.gate``, so that what the gate refuses is seen too. A call is seen from the
moment gRPC hands it over: the time in which it waited for its turn is in what is counted, as it is in what
the caller notices. What answers at once (``registry.at_once``) does so here too.

The number of the call goes back in the trailing metadata to a caller who gave one, and with every refusal. Of
how a call ended its code and reason are kept, of the caller its role; nothing else of either is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter, time_ns
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from registry.current_call import REQUEST_ID, TRACEPARENT, Call, current_call, request_id_of
from registry.observing.tally import CALL, STREAM, CallTally
from registry.servicer.gate import current_caller
from registry.v1.verdict_pb2 import Verdict
from registry.waiting import MustWaitError

CHECK = "/registry.v1.RestrictionService/Check"
HEALTH = "grpc.health.v1.Health/Check"
UNKNOWN_METHOD, NOBODY = "unknown", "unknown"
_OWN = "/registry.v1."
_DETAILS = "grpc-status-details-bin"
_VERDICTS = {number: name.removeprefix("VERDICT_") for name, number in Verdict.items()}
_CODES = {each.value[0]: each.name for each in grpc.StatusCode}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: the caller's role, the code and reason, the verdict where it gave one, seconds."""

    call: Call
    method: str
    stream: bool
    role: str
    code: str
    reason: str
    verdict: str
    seconds: float


Begin = Callable[[Call, str | None], None]
"""Is told of a call that came in, with its traceparent."""
End = Callable[[Ended], None]


class Observer(grpc.ServerInterceptor):
    """Sees every call. ``begins`` and ``ends`` are told of each; ``tally`` counts, where it is wanted."""

    def __init__(
        self, tally: CallTally | None = None, begins: tuple[Begin, ...] = (), ends: tuple[End, ...] = ()
    ) -> None:
        self._tally = tally
        self._begins, self._ends = begins, ends
        self._wrapped: dict[str, Any] = {}

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """See grpc.ServerInterceptor."""
        method = handler_call_details.method
        number, trace = None, None
        for key, value in handler_call_details.invocation_metadata:
            if key == REQUEST_ID:
                number = str(value)
            elif key == TRACEPARENT:
                trace = str(value)
        call = Call(method, request_id_of(number), given=number is not None)
        current_call.set(call)  # In the context of this call, in which its behaviour runs as well.
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            handler = continuation(handler_call_details)
            if handler is None:
                self._unknown()
                return None
            wrapped = self._wrapped[method] = self._wrap(method, handler)
        for begin in self._begins:
            begin(call, trace)
        return wrapped

    def _unknown(self) -> None:
        if self._tally is not None:
            self._tally.begin(CALL)
            self._tally.end(CALL, (UNKNOWN_METHOD, NOBODY, "UNIMPLEMENTED", ""), None, "")

    def _wrap(self, method: str, handler: Any) -> Any:
        shown = method.removeprefix(_OWN).removeprefix("/")
        if handler.response_streaming:
            inner = handler.stream_stream if handler.request_streaming else handler.unary_stream
            make: Any = (
                grpc.stream_stream_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_stream_rpc_method_handler
            )
            stream = self._stream(shown, inner)
            vars(stream).update(vars(inner))
            return make(stream, handler.request_deserializer, handler.response_serializer)
        unary = self._unary(shown, handler.unary_unary, says_verdict=method == CHECK)
        vars(unary).update(vars(handler.unary_unary))  # What the gate says of it holds for this too.
        if (at_once := getattr(handler.unary_unary, "at_once", None)) is not None:
            unary.at_once = self._unary(shown, at_once, says_verdict=method == CHECK)
        return grpc.unary_unary_rpc_method_handler(
            unary, handler.request_deserializer, handler.response_serializer
        )

    def _unary(self, shown: str, behaviour: Any, *, says_verdict: bool) -> Any:
        def call(request: Any, context: grpc.ServicerContext) -> Any:
            mine, tally = _begun(context), self._tally
            if tally is not None:
                tally.begin(CALL)
            try:
                answer = behaviour(request, context)
            except MustWaitError:
                if tally is not None:
                    tally.withdraw(CALL)
                raise
            except BaseException:
                self._end(mine, shown, context, failed=True)
                raise
            verdict = _VERDICTS[answer.verdict] if says_verdict and not isinstance(answer, bytes) else ""
            self._end(mine, shown, context, verdict=verdict)
            return answer

        return call

    def _stream(self, shown: str, behaviour: Any) -> Any:
        def call(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            mine = _begun(context)
            if self._tally is not None:
                self._tally.begin(STREAM)
            failed = True
            try:
                yield from behaviour(request, context)
                failed = False
            finally:
                self._end(mine, shown, context, failed=failed, kind=STREAM)

        return call

    def _end(
        self,
        mine: Call,
        shown: str,
        context: grpc.ServicerContext,
        *,
        verdict: str = "",
        failed: bool = False,
        kind: str = CALL,
    ) -> None:
        code, reason = ("OK", "") if not failed else _how_it_failed(context)
        if not failed and shown == HEALTH and (said := context.code()) is not None:  # type: ignore[attr-defined]
            code = _name(said)  # Those of the contract say it by an exception.
        if kind is STREAM and code == "OK" and not context.is_active():
            code = "CANCELLED"
        caller = current_caller.get(None)
        role = caller.role.value if caller is not None else NOBODY
        seconds = perf_counter() - mine.arrived_s
        if self._tally is not None:
            lasted = seconds if kind is CALL else None
            self._tally.end(kind, (shown, role, code, reason), lasted, verdict)
        if self._ends:
            ended = Ended(mine, shown, kind is STREAM, role, code, reason, verdict, seconds)
            for end in self._ends:
                end(ended)


def _begun(context: grpc.ServicerContext) -> Call:
    mine = current_call.get()
    assert mine is not None  # Set when the call came in.
    if mine.steps is not None:
        mine.steps.append(("thread wait", mine.begun_ns, time_ns()))
    if mine.given:
        context.set_trailing_metadata(((REQUEST_ID, mine.request_id),))
    return mine


def _how_it_failed(context: Any) -> tuple[str, str]:
    """Code and reason of a call that was ended by an exception."""
    code = context.code()
    if code is None:
        return ("UNKNOWN" if context.is_active() else "CANCELLED"), ""
    for key, value in context.trailing_metadata() or ():
        if key == _DETAILS:
            return _name(code), _reason(value)
    return _name(code), ""


def _reason(details: bytes) -> str:
    info = error_details_pb2.ErrorInfo()
    for each in status_pb2.Status.FromString(details).details:
        if each.Unpack(info):
            return info.reason
    return ""


def _name(code: Any) -> str:
    return code.name if isinstance(code, grpc.StatusCode) else _CODES.get(code, "UNKNOWN")
