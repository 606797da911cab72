"""A request for each method, of fictional firms and departments, as the page and the description show it.

Those that people begin with are written out; the others are made from their fields: an enum's first name that
says something, words that fit a field's name. Each is a request that the method takes as far as its form
goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from registry_web.gateway.json_message import BOUNDS, WIDE, is_instant, message_in
from registry_web.gateway.rules import Rule

FIRM, DEPARTMENT = "91130900DEM000011U", "11130900DEM000014D"
_BYTES = "AAECAwQFBgcICQoLDA0ODw=="
_WORDS: Mapping[str, str] = {
    "value": FIRM,
    "identifiers": FIRM,
    "department": DEPARTMENT,
    "region": "130900",
    "from": "2026-01-01",
    "until": "2026-12-31",
    "on": "2026-04-01",
    "reason": "示例用途",
    "reference": "示采〔2026〕1号",
    "name": "沧州十一号商贸(示例)有限公司",
    "query": "商贸(示例)",
    "payload_type": "application/vnd.registry.v1.statement+protobuf",
    "page_token": "",
    "resume_token": "",
    "measure_code": "M-PRO-01",
    "measure_codes": "M-PRO-01",
    "list": "L-01",
    "list_code": "L-01",
    "list_codes": "L-01",
    "category": "E-03-CF",
    "legal_basis": "政府采购法 第七十七条",
    "notice_ids": "n-1",
    "named_lists": "失信被执行人名单",
    "statement_id": "s-1",
    "case_number": "c-1",
    "report_id": "r-1",
    "official_id": "o-1",
    "keyid": "0" * 64,
    "edition": "0" * 64,
    "industry": "E47",
    "activity": "FOOD",
    "origin": "credit.example/cangzhou",
}


@cache
def _written() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("examples.json").read_text("utf-8"))
    return found


def example_of(rule: Rule) -> Any:
    """A request of a method, as JSON."""
    written = _written().get(rule.path)
    return _object(rule.descriptor.input_type) if written is None else written


def _object(kind: Descriptor) -> dict[str, Any]:
    taken = set[str]()
    found = {}
    for field in kind.fields:
        among = field.containing_oneof.name if field.containing_oneof is not None else field.name
        if among not in taken:
            taken.add(among)
            single = _single(field)
            found[field.name] = [single] if field.is_repeated else single
    return found


def _single(field: FieldDescriptor) -> Any:
    if is_instant(field):
        return "2026-04-01T09:00:00+08:00"
    if (kind := message_in(field)) is not None:
        return _object(kind)
    if field.enum_type is not None:
        return field.enum_type.values[min(1, len(field.enum_type.values) - 1)].name
    if field.type in BOUNDS:
        return "0" if field.type in WIDE else 0
    if field.type == FieldDescriptor.TYPE_BYTES:
        return _BYTES
    return False if field.type == FieldDescriptor.TYPE_BOOL else _WORDS.get(field.name, "示例")
