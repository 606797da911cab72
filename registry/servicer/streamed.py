"""StreamCheck: many questions on one stream, each answered as its own call would be.

A question that cannot be answered has its faults where its answer would stand, and the stream goes on.
Answers come in the order of the questions. In a process that only reads, a question whose answer has to be
written first is put to the writer by itself.

Example: three questions, the second without a domain: an answer, ``unanswered`` with DOMAIN_DENIED, an
answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import grpc

from registry.commands.recipients import OvertakenError
from registry.errors import RegistryError, is_worth_retrying
from registry.receipts.answers import current_request
from registry.servicer.forwarding import MustWriteError
from registry.servicer.questions import MAX_KEY
from registry.v1 import error_reason_pb2 as reasons
from registry.v1 import restriction_service_pb2 as pb

Elsewhere = Callable[[str, bytes, grpc.ServicerContext], bytes]
"""Puts a question of a kind to the process that writes; the answer as it came. Raises RegistryError."""
Methods = dict[str, Callable[[Any, grpc.ServicerContext], Any]]


def streamed(
    requests: Iterator[pb.StreamCheckRequest],
    context: grpc.ServicerContext,
    methods: Methods,
    *,
    elsewhere: Elsewhere | None,
    error_of: Callable[[Exception], RegistryError],
) -> Iterator[pb.StreamCheckResponse]:
    """An answer for each question; ``methods`` are those that answer a kind of question by itself."""
    for request in requests:
        try:
            response = _answer(request, context, methods, elsewhere)
        except Exception as error:
            response = _unanswered(error_of(error))
        response.key = request.key
        yield response


def _answer(
    request: pb.StreamCheckRequest,
    context: grpc.ServicerContext,
    methods: Methods,
    elsewhere: Elsewhere | None,
) -> pb.StreamCheckResponse:
    kind = request.WhichOneof("question")
    if kind is None:
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_REQUIRED, "没有提问。", "question")
    if len(request.key) > MAX_KEY:
        message = f"key 不超过{MAX_KEY}个字符。"
        raise RegistryError.of(reasons.ERROR_REASON_FIELD_INVALID, message, "key")
    question = getattr(request, kind)
    asked = question.SerializeToString()
    current_request.set(asked)  # What a receipt names as the request.
    while True:
        try:
            return pb.StreamCheckResponse(**{kind: methods[kind](question, context)})
        except OvertakenError:
            continue
        except MustWriteError:
            assert elsewhere is not None
            response = pb.StreamCheckResponse()
            answer = getattr(response, kind)
            answer.SetInParent()
            answer.MergeFromString(elsewhere(kind, asked, context))
            return response


def _unanswered(error: RegistryError) -> pb.StreamCheckResponse:
    response = pb.StreamCheckResponse()
    for fault in error.faults:
        response.unanswered.faults.add(reason=fault.reason, field=fault.field, message=fault.message)
    response.unanswered.may_retry = is_worth_retrying(error)
    return response
