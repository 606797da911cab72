"""Which methods are to be had as JSON: those whose descriptor has a rule (google.api.http), and where.

    rpc Check(CheckRequest) returns (CheckResponse) {
      option (google.api.http) = { post: "/v1/restrictions:check" body: "*" };
    }

is ``POST /v1/restrictions:check`` with a CheckRequest as JSON. Every rule of the registry is of this form:
POST, the whole body, nothing in the path, because identifiers stand in no URL. Streams have no rule.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from registry import v1

_SERVICES = "_service_pb2"


@dataclass(frozen=True, slots=True)
class Rule:
    """A method and its path."""

    path: str
    descriptor: MethodDescriptor

    @property
    def method(self) -> str:
        """The method as gRPC names it in its calls."""
        return f"/{self.descriptor.containing_service.full_name}/{self.descriptor.name}"

    @property
    def request(self) -> type[Message]:
        """What is asked."""
        return GetMessageClass(self.descriptor.input_type)

    @property
    def response(self) -> type[Message]:
        """What is answered."""
        return GetMessageClass(self.descriptor.output_type)


class RuleError(ValueError):
    """A rule is not of the form that all have."""


@cache
def services() -> tuple[ServiceDescriptor, ...]:
    """The services of the contract, by name."""
    found = [
        service
        for module in pkgutil.iter_modules(v1.__path__)
        if module.name.endswith(_SERVICES)
        for service in import_module(f"{v1.__name__}.{module.name}").DESCRIPTOR.services_by_name.values()
    ]
    return tuple(sorted(found, key=lambda service: str(service.name)))


@cache
def rules() -> tuple[Rule, ...]:
    """Every method with a rule, by service, in the order of the contract. Raises RuleError."""
    return tuple(rule for service in services() for rule in _of(service))


def _of(service: ServiceDescriptor) -> Iterator[Rule]:
    for method in service.methods:
        options: Any = method.GetOptions()
        if options.HasExtension(annotations_pb2.http):
            yield Rule(_path(method, options.Extensions[annotations_pb2.http]), method)


def _path(method: MethodDescriptor, rule: Any) -> str:
    path = str(rule.post)
    if not path or rule.body != "*" or rule.additional_bindings or "{" in path:
        raise RuleError(f'{method.full_name}: a rule is post and body: "*", with nothing in the path')
    if method.client_streaming or method.server_streaming:
        raise RuleError(f"{method.full_name}: a stream has no rule")
    return path
