"""The gate before every method: who calls, whether they may, whether the bytes are a message.

Bytes that do not parse or are too many, callers without a name and methods that are not listed are
refused here, with a reason and no internals. Errors of the methods behind the gate become gRPC
statuses here, and only here.

A stream holds a thread for as long as its caller likes, so the gate lets in only so many at a time:
idle streams must never keep a question from being answered.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Semaphore
from typing import Any, NoReturn

import grpc
from google.protobuf.message import DecodeError

from registry.access.identity import PEER_URI_PROPERTY, Caller, IdentityError, caller_of_peer
from registry.access.policy import may_call
from registry.commands.recipients import OvertakenError
from registry.errors import RegistryError, status_of
from registry.receipts.answers import current_request
from registry.store.interface import QueueFullError, StoreError
from registry.v1 import error_reason_pb2 as reasons

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Largest request; 1,024 envelopes of 16 KiB, or 10,000 identifiers many times over."""

logger = logging.getLogger(__name__)
current_caller: ContextVar[Caller] = ContextVar("current_caller")
"""Who made the call that this thread is serving."""

_Parse = Callable[[bytes], Any]


class Gate(grpc.ServerInterceptor):
    """Wraps every method once, by name; lets in ``streams`` streams at a time."""

    def __init__(self, origin: str, streams: int) -> None:
        self._origin = origin
        self._streams = Semaphore(streams)
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
        self._callers: dict[bytes, Caller] = {}

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

    def _wrap(self, method: str, handler: Any) -> grpc.RpcMethodHandler[Any, Any]:
        parse, serialise = handler.request_deserializer, handler.response_serializer
        if handler.response_streaming:
            stream = handler.stream_stream if handler.request_streaming else handler.unary_stream
            behaviour = self._streaming(method, stream, parse, of_streams=handler.request_streaming)
            make = (
                grpc.stream_stream_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_stream_rpc_method_handler
            )
            return make(behaviour, None, serialise)
        unary = self._unary(method, handler.unary_unary, parse)
        return grpc.unary_unary_rpc_method_handler(unary, None, serialise)

    def _unary(self, method: str, behaviour: Any, parse: _Parse) -> Any:
        def call(request: bytes, context: grpc.ServicerContext) -> Any:
            try:
                self._admit(method, context)
                current_request.set(request)
                return _last_word(behaviour, _parsed(parse, request), context)
            except Exception as error:
                failure = error
            _abort(context, method, failure)

        return call

    def _streaming(self, method: str, behaviour: Any, parse: _Parse, *, of_streams: bool) -> Any:
        def call(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            try:
                self._admit(method, context)
                messages = (
                    (_parsed(parse, each) for each in request) if of_streams else _parsed(parse, request)
                )
                with self._stream():
                    yield from behaviour(messages, context)
                return
            except grpc.RpcError:
                return  # Reading on failed because the caller hung up: nobody is left to be told.
            except Exception as error:
                failure = error
            _abort(context, method, failure)

        return call

    @contextmanager
    def _stream(self) -> Iterator[None]:
        if not self._streams.acquire(blocking=False):
            message = "同时打开的流已达上限, 请稍后重试。"
            raise RegistryError.of(reasons.ERROR_REASON_OVERLOADED, message)
        try:
            yield
        finally:
            self._streams.release()

    def _admit(self, method: str, context: grpc.ServicerContext) -> None:
        caller = self._caller(context.auth_context())
        if not may_call(caller, method):
            message = "本证书的角色不能调用这一方法。"
            raise RegistryError.of(reasons.ERROR_REASON_METHOD_DENIED, message)
        current_caller.set(caller)

    def _caller(self, properties: Any) -> Caller:
        names: Sequence[bytes] = properties.get(PEER_URI_PROPERTY, ())
        caller = self._callers.get(names[0]) if len(names) == 1 else None
        if caller is None:
            try:
                caller = caller_of_peer(properties, origin=self._origin)
            except IdentityError as error:
                message = "客户端证书没有写明本登记系统认可的身份。"
                raise RegistryError.of(reasons.ERROR_REASON_UNAUTHENTICATED, message) from error
            self._callers[names[0]] = caller
        return caller


def _last_word(behaviour: Any, request: Any, context: grpc.ServicerContext) -> Any:
    """The answer that no statement overtook: only an answer that tells of something new is given again."""
    while True:
        try:
            return behaviour(request, context)
        except OvertakenError:
            continue


def _parsed(parse: _Parse, request: bytes) -> Any:
    if len(request) > MAX_MESSAGE_BYTES:
        message = f"请求超过{MAX_MESSAGE_BYTES}字节, 请分批发送。"
        raise RegistryError.of(reasons.ERROR_REASON_TOO_LARGE, message)
    try:
        return parse(request)
    except DecodeError as error:
        message = "请求不是这一方法的消息(解析失败)。"
        raise RegistryError.of(reasons.ERROR_REASON_MALFORMED_MESSAGE, message) from error


def _abort(context: grpc.ServicerContext, method: str, error: Exception) -> NoReturn:
    context.abort_with_status(status_of(_registry_error(method, error)))
    raise AssertionError("abort_with_status does not return")


def _registry_error(method: str, error: Exception) -> RegistryError:
    if isinstance(error, RegistryError):
        return error
    if isinstance(error, QueueFullError):
        return RegistryError.of(reasons.ERROR_REASON_OVERLOADED, str(error))
    if isinstance(error, StoreError):
        return RegistryError.of(reasons.ERROR_REASON_STORE_UNAVAILABLE, str(error))
    incident = secrets.token_hex(4)
    logger.error("incident %s in %s", incident, method, exc_info=error)
    return RegistryError.of(reasons.ERROR_REASON_INTERNAL, f"内部错误, 编号 {incident}; 请联系运维。")
