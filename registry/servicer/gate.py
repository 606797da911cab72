"""The gate before every method: who calls, whether they may, whether the bytes are a message.

Bytes that do not parse or are too many, callers without a name and methods that are not listed are
refused here, with a reason and no internals. Errors of the methods behind the gate become gRPC
statuses here, and only here.

A stream holds a thread for as long as its caller likes, so the gate lets in only so many at a time:
idle streams must never keep a question from being answered (``open_streams``). A certificate is looked at
again with every call and every message of a stream: it may have ended, or been revoked, since the connection
began (``access.certificate_door``).

A face (gateway, console) shows its own certificate and says by a token for whom it calls (``access.tokens``);
then that caller calls, and without a token the face, which may do nothing.

In a process that only reads, what has to be written is passed on to the writer (``forwarding``), whose own
gate (``TrustingGate``) asks the same questions again.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import lru_cache
from threading import Event
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError

from registry.access.certificate_door import PEER_CERTIFICATE_PROPERTY, CertificateDoor
from registry.access.identity import (
    PEER_URI_PROPERTY,
    Caller,
    CallerRole,
    IdentityError,
    caller_of_peer,
    parse_identity,
)
from registry.access.policy import may_call
from registry.access.revocation import RevocationError
from registry.access.token_files import TokenDoor
from registry.commands.recipients import OvertakenError
from registry.current_call import current_request_id
from registry.errors import RegistryError, status_of
from registry.provenance.access_token import TokenError
from registry.receipts.answers import current_request
from registry.servicer.forwarding import CALLER_KEY, MustWriteError, PassedOnError, Writing
from registry.servicer.numbered import numbered
from registry.servicer.open_streams import OpenStreams
from registry.servicer.patience import Patience
from registry.store.interface import QueueFullError, StoreError
from registry.v1 import error_reason_pb2 as reasons
from registry.waiting import MustWaitError, waiting, without_waiting

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Largest request; 1,024 envelopes of 16 KiB, or 10,000 identifiers many times over."""

MAX_AT_ONCE = 4096
"""Bytes of a question that is answered at once; to read more takes longer than to hand it over."""
MAX_CALLERS = 4096
"""Names of callers that are kept as they were read; a certificate's name is whatever its authority wrote."""
HELD_S = 1.0
"""How long a call is held at most."""
logger = logging.getLogger(__name__)
current_caller: ContextVar[Caller] = ContextVar("current_caller")
"""Who made the call that this thread is serving."""

_AUTHORIZATION, _BEARER = "authorization", "Bearer "
_PEER_URI = PEER_URI_PROPERTY.encode()
_PEER_CERTIFICATE = PEER_CERTIFICATE_PROPERTY.encode()
_PLACE = re.compile(r"(?<![a-z])[a-z]+://\S+|(?<!\S)/\S+")
"""Where the store is, which an operator is told and no caller."""
METHOD = "load_method"
"""The attribute of a behaviour that says which method it is, for ``registry.load``; a wrapper keeps it."""
WAITING = frozenset({"/registry.v1.WatchService/PollRestrictions"})
"""Methods that wait for something to happen first: by then their caller may have lost its papers."""
OWN_METHODS = "/registry."
"""How methods of the contract begin; health and reflection are every process's own."""
_Parse = Callable[[bytes], Any]


class Gate(grpc.ServerInterceptor):
    """Wraps every method once, by name; lets in ``streams`` streams at a time. In a process that is not the
    writer ``writing`` is the way to it, by which every method goes but those ``answered_here``. Those
    ``at_once`` may be answered on the thread that reads the wire (``registry.at_once``)."""

    def __init__(
        self,
        origin: str,
        streams: int,
        writing: Writing | None = None,
        answered_here: Collection[str] = (),
        at_once: Collection[str] = (),
        tokens: TokenDoor | None = None,
        certificates: CertificateDoor | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._origin = origin
        self._certificates = certificates or CertificateDoor()
        self._at_once = at_once
        self._tokens = tokens
        self._writing = writing
        self._answered_here = answered_here
        self._held: Event | None = None
        self._patience = patience or Patience()
        self._streams = OpenStreams(streams)
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
        self._callers: dict[bytes, Caller] = {}

    def hold(self) -> None:
        """Lets calls come in and has them wait: see ``drain`` in ``registry.process``."""
        self._held = Event()

    def release(self) -> None:
        """Has every call that waits go on, and those to come."""
        held, self._held = self._held, None
        if held:
            held.set()

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """See grpc.ServerInterceptor."""
        method = handler_call_details.method
        wrapped = self._wrapped.get(method)
        if wrapped is None:
            handler = continuation(handler_call_details)
            if handler is None:
                return None
            wrapped = self._wrapped[method] = self._wrap(method, handler)
        return wrapped

    def presumed(self, properties: Mapping[bytes, Sequence[bytes]], metadata: Any) -> Caller | None:
        """Of whom a call seems to be before it is looked at: for its place among those that wait, and for
        nothing else. A token counts once it was taken. Whoever still has a certificate that was revoked, or
        has ended, is nobody: he takes no place of whoever has another under the same name."""
        names = properties.get(_PEER_URI, ())
        caller = _named(names[0], self._origin) if len(names) == 1 else None
        if caller is None or not self._holds(properties.get(_PEER_CERTIFICATE, ())):
            return None
        if caller.role is not CallerRole.FACE or self._tokens is None:
            return caller
        given = [str(value) for key, value in metadata if key == _AUTHORIZATION]
        return (self._tokens.known(given[0].removeprefix(_BEARER), caller) if given else None) or caller

    def _holds(self, certificates: Sequence[bytes]) -> bool:
        try:
            self._certificates.check_certificate(certificates[0] if len(certificates) == 1 else b"")
        except RevocationError:
            return False
        return True

    def _wrap(self, method: str, handler: Any) -> grpc.RpcMethodHandler[Any, Any]:
        parse, serialise = handler.request_deserializer, handler.response_serializer
        if self._writing is not None:
            here = method in self._answered_here or not method.startswith(OWN_METHODS)
            parse, serialise = (parse, _serialiser(serialise)) if here else (None, None)
        if handler.response_streaming:
            stream = handler.stream_stream if handler.request_streaming else handler.unary_stream
            behaviour = self._streaming(method, stream, parse, of_streams=handler.request_streaming)
            setattr(behaviour, METHOD, method)
            make = (
                grpc.stream_stream_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_stream_rpc_method_handler
            )
            return make(behaviour, None, serialise)
        unary = self._unary(method, handler.unary_unary, parse)
        setattr(unary, METHOD, method)
        if method in self._at_once:
            unary.at_once = self._not_waiting(unary)
        return grpc.unary_unary_rpc_method_handler(unary, None, serialise)

    def _unary(self, method: str, behaviour: Any, parse: _Parse | None) -> Any:
        waits = method in WAITING

        def answered(request: bytes, context: grpc.ServicerContext) -> Any:
            try:
                parsed = _parsed(parse, request)
                if parse is not None:
                    return _last_word(behaviour, parsed, context)
                return self._written(method, request, context)
            except MustWriteError:
                return self._written(method, request, context)

        def call(request: bytes, context: grpc.ServicerContext) -> Any:
            try:
                self._admit(method, context)
                current_request.set(request)
                answer = answered(request, context)
                if waits:
                    self._admit(method, context)
                return answer
            except MustWaitError:
                raise
            except Exception as error:
                failure = error
            try:
                _abort(context, method, failure)
            finally:
                del failure  # It leads back to this frame: what that has open would wait for a collection.

        return call

    def _not_waiting(self, call: Any) -> Any:
        """As ``call``, but it raises MustWaitError rather than wait."""

        def at_once(request: bytes, context: grpc.ServicerContext) -> Any:
            if self._held or len(request) > MAX_AT_ONCE:
                raise MustWaitError
            with without_waiting():
                return call(request, context)

        return at_once

    def _written(self, method: str, request: bytes, context: grpc.ServicerContext) -> bytes:
        """The writer's answer, as it came."""
        assert self._writing is not None
        with waiting():
            return self._writing.unary(method, request, current_caller.get(), context.time_remaining())

    def _streaming(self, method: str, behaviour: Any, parse: _Parse | None, *, of_streams: bool) -> Any:
        def call(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            try:
                self._admit(method, context)
                with self._streams.place(self._again(method, context), context.cancel) as stream:
                    messages = (
                        (_parsed(parse, each) for each in stream.while_admitted(request))
                        if of_streams
                        else _parsed(parse, request)
                    )
                    answers = (
                        self._written_answers(method, messages, context)
                        if parse is None
                        else behaviour(messages, context)
                    )
                    yield from self._patience.paced(stream.while_admitted(answers), context.cancel)
                return
            except grpc.RpcError:
                return  # Reading on failed because the caller hung up: nobody is left to be told.
            except Exception as error:
                failure = error
            try:
                _abort(context, method, failure)
            finally:
                del failure  # It leads back to this frame: what that has open would wait for a collection.

        return call

    def _again(self, method: str, context: grpc.ServicerContext) -> Callable[[], object]:
        """What raises RegistryError once the caller of a stream that was let in may no longer call."""
        properties = context.auth_context()
        if self._caller(properties).role is CallerRole.FACE:  # Its token may have ended, and its own right.
            return lambda: self._admit(method, context)
        return lambda: self._certificate(properties)

    def _written_answers(self, method: str, messages: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
        """The writer's answers to a call with a stream in it, as they come."""
        assert self._writing is not None
        return self._writing.stream(method, messages, current_caller.get(), context)

    def _admit(self, method: str, context: grpc.ServicerContext) -> None:
        if held := self._held:
            with waiting():
                held.wait(HELD_S)
        caller = self._caller_of(context)
        current_caller.set(caller)  # Whoever is refused too is counted by what he is.
        if not may_call(caller, method):
            message = "调用方的角色不能调用这一方法。"
            raise RegistryError.of(reasons.ERROR_REASON_METHOD_DENIED, message)

    def _caller_of(self, context: grpc.ServicerContext) -> Caller:
        caller = self._caller(context.auth_context())
        return caller if caller.role is not CallerRole.FACE else self._behind(caller, context)

    def _behind(self, face: Caller, context: grpc.ServicerContext) -> Caller:
        """For whom a face calls: for the caller of its token, or for nobody."""
        given = [value for key, value in context.invocation_metadata() if key == _AUTHORIZATION]
        if not given:
            return face
        try:
            if self._tokens is None:
                raise TokenError("本登记系统不用令牌")
            if len(given) != 1 or not str(given[0]).startswith(_BEARER):
                raise TokenError("authorization 应为一个 Bearer 令牌")
            return self._tokens.caller(str(given[0]).removeprefix(_BEARER), face)
        except TokenError as error:
            raise RegistryError.of(reasons.ERROR_REASON_UNAUTHENTICATED, f"{error}。") from error

    def _certificate(self, properties: Any) -> None:
        try:
            self._certificates.check(properties)
        except RevocationError as error:
            raise RegistryError.of(reasons.ERROR_REASON_UNAUTHENTICATED, f"{error}。") from error

    def _caller(self, properties: Any) -> Caller:
        self._certificate(properties)
        names: Sequence[bytes] = properties.get(PEER_URI_PROPERTY, ())
        caller = self._callers.get(names[0]) if len(names) == 1 else None
        if caller is None:
            try:
                caller = caller_of_peer(properties, origin=self._origin)
            except IdentityError as error:
                message = "客户端证书没有写明本登记系统认可的身份。"
                raise RegistryError.of(reasons.ERROR_REASON_UNAUTHENTICATED, message) from error
            if len(self._callers) >= MAX_CALLERS:
                self._callers.clear()
            self._callers[names[0]] = caller
        return caller


class TrustingGate(Gate):
    """The writer's gate for its own reading processes: they have looked at the certificate and say who it
    names. For a socket that only the registry's account can open, and for no other."""

    def _again(self, _method: str, _context: grpc.ServicerContext) -> Callable[[], object]:
        return lambda: None  # The reading process asks again, and cancels its call.

    def presumed(self, properties: Mapping[bytes, Sequence[bytes]], metadata: Any) -> Caller | None:
        """See Gate; here it is whom the reading process names, so a call keeps its class."""
        return _named(str(dict(metadata).get(CALLER_KEY, "")).encode(), self._origin)

    def _caller_of(self, context: grpc.ServicerContext) -> Caller:
        named = dict(context.invocation_metadata()).get(CALLER_KEY, "")
        try:
            return parse_identity(str(named), origin=self._origin)
        except IdentityError as error:
            message = "转交的调用没有写明调用方。"
            raise RegistryError.of(reasons.ERROR_REASON_UNAUTHENTICATED, message) from error


@lru_cache(MAX_CALLERS)
def _named(uri: bytes, origin: str) -> Caller | None:
    """Whom a name means, if it is one here."""
    try:
        return parse_identity(uri.decode("ascii", "backslashreplace"), origin=origin)
    except IdentityError:
        return None


def _serialiser(serialise: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """As ``serialise``; the writer's answers are serialised already."""
    return lambda answer: answer if isinstance(answer, bytes) else serialise(answer)


def _last_word(behaviour: Any, request: Any, context: grpc.ServicerContext) -> Any:
    """The answer that no statement overtook: only an answer that tells of something new is given again."""
    while True:
        try:
            return behaviour(request, context)
        except OvertakenError:
            continue


def _parsed(parse: _Parse | None, request: bytes) -> Any:
    if len(request) > MAX_MESSAGE_BYTES:
        message = f"请求超过{MAX_MESSAGE_BYTES}字节, 请分批发送。"
        raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message)
    try:
        return parse(request) if parse is not None else request  # The writer reads what is passed on.
    except DecodeError as error:
        message = "请求不是这一方法的消息(解析失败)。"
        raise RegistryError.of(reasons.ERROR_REASON_MALFORMED_MESSAGE, message) from error


def _abort(context: grpc.ServicerContext, method: str, error: Exception) -> NoReturn:
    if isinstance(error, PassedOnError):
        context.abort_with_status(numbered(error.status))
    context.abort_with_status(numbered(status_of(registry_error(method, error))))
    raise AssertionError("abort_with_status does not return")


def registry_error(method: str, error: Exception) -> RegistryError:
    """What a caller is told of an exception: no internals, but a number under which the log has them."""
    if isinstance(error, RegistryError):
        return error
    if isinstance(error, QueueFullError):
        return RegistryError.of(reasons.ERROR_REASON_OVERLOADED, str(error))
    if isinstance(error, StoreError):
        logger.error("%s: the store: %s", method, error)
        return RegistryError.of(reasons.ERROR_REASON_STORE_UNAVAILABLE, _PLACE.sub("…", str(error)))
    incident = current_request_id() or secrets.token_hex(4)
    logger.error("incident %s in %s", incident, method, exc_info=error)
    return RegistryError.of(reasons.ERROR_REASON_INTERNAL, f"内部错误, 编号 {incident}; 请联系运维。")
