"""JSON and messages: what is read is what protobuf's own reader makes of it, and nothing is taken beside."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.v1 import consistency_pb2, envelope_pb2
from registry.v1 import restriction_service_pb2 as restriction
from registry_web.gateway.answers import json_of
from registry_web.gateway.examples import example_of
from registry_web.gateway.json_message import MisfitError, message_of
from registry_web.gateway.json_text import read_json
from registry_web.gateway.rules import Rule, rules
from tests.support.messages import TEXT, messages

BRIEFLY = settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
KINDS = [rule.request for rule in rules()] + [rule.response for rule in rules()]


@BRIEFLY
@given(st.data())
def test_what_is_written_is_read_as_the_same_message(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    message = data.draw(messages(kind))
    text = json_of(message)
    assert json_format.Parse(text, kind()) == message
    assert message_of(read_json(text), kind) == message


@BRIEFLY
@given(st.data())
def test_what_protobuf_writes_in_either_spelling_is_read(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    message = data.draw(messages(kind))
    for spelling in (True, False):
        text = json_format.MessageToJson(message, preserving_proto_field_name=spelling)
        assert message_of(read_json(text.encode()), kind) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def _shaken(data: st.DataObject, value: Any) -> Any:
    """A value in which something may be another."""
    if data.draw(st.integers(0, 5)) == 0:
        return data.draw(JSON)
    if isinstance(value, dict):
        shaken = {name: _shaken(data, part) for name, part in value.items()}
        return shaken | (
            data.draw(st.dictionaries(TEXT, JSON, max_size=1)) if data.draw(st.booleans()) else {}
        )
    return [_shaken(data, part) for part in value] if isinstance(value, list) else value


@settings(parent=BRIEFLY, max_examples=300)
@given(st.data())
def test_nothing_is_taken_that_protobuf_refuses_and_what_is_taken_means_the_same(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(rules()))
    value = _shaken(data, example_of(rule))
    try:
        read = message_of(read_json(json.dumps(value).encode()), rule.request)
    except MisfitError:
        return
    assert read == json_format.ParseDict(value, rule.request())


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.path)
def test_the_example_of_every_method_is_a_request_of_it(rule: Rule) -> None:
    message_of(read_json(json.dumps(example_of(rule)).encode()), rule.request)


@pytest.mark.parametrize(
    "spelled",
    ["", "AA==", "AA", "AAA=", "AAA", "AAAA", "_-8=", "/+8=", "_-8", "AB==", "AAB="],
)
def test_base64_is_read_in_both_alphabets_with_padding_or_without(spelled: str) -> None:
    read = message_of({"sig": spelled}, envelope_pb2.Signature).sig
    assert read == base64.urlsafe_b64decode(spelled.replace("+", "-").replace("/", "_").rstrip("=") + "==")


@pytest.mark.parametrize("spelled", ["A", "AAAAA", "AA=", "AAA==", "=", "AA==AA==", "A A=", "AAAA\n", "ＡＡ"])
def test_what_is_no_base64_is_refused(spelled: str) -> None:
    with pytest.raises(MisfitError):
        message_of({"sig": spelled}, envelope_pb2.Signature)


LARGEST = (1 << 64) - 1


@pytest.mark.parametrize("given", [0, "0", 7.0, -0.0, "18446744073709551615", LARGEST], ids=repr)
def test_positions_are_taken_as_numbers_and_as_digits(given: Any) -> None:
    read = message_of({"at_exact_position": given}, consistency_pb2.Consistency)
    assert (read.WhichOneof("requirement"), read.at_exact_position) == ("at_exact_position", int(given))


@pytest.mark.parametrize(
    "given",
    ["", "1.0", "1e3", "0x1", "+1", "-1", "01", "1 ", "１", str(LARGEST + 1), LARGEST + 1, -1],
    ids=repr,
)
def test_what_is_no_position_is_refused(given: Any) -> None:
    with pytest.raises(MisfitError):
        message_of({"at_exact_position": given}, consistency_pb2.Consistency)


@pytest.mark.parametrize(
    "given",
    [
        "2026-04-01T09:00:00Z",
        "2026-04-01T09:00:00+08:00",
        "2026-04-01T09:00:00.123456789Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "2024-02-29T00:00:00-11:30",
    ],
)
def test_instants_are_read_as_rfc_3339_has_them(given: str) -> None:
    assert message_of({"valid_time": given}, restriction.CheckRequest).HasField("valid_time")


@pytest.mark.parametrize(
    "given",
    [
        "",
        "now",
        "2026-04-01",
        "2026-04-01T09:00:00",
        "2026-04-01 09:00:00Z",
        "2026-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "2026-04-01T25:00:00Z",
        "2026-04-01T09:00:00+25:00",
        "2026-04-01T09:00:00.1234567890Z",
        "2026-04-01T09:00:60Z",
        "２026-04-01T09:00:00Z",
        "2026-04-01T09:00:00Z ",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_instant_is_refused(given: str) -> None:
    with pytest.raises(MisfitError):
        message_of({"valid_time": given}, restriction.CheckRequest)


def test_null_is_as_if_it_were_absent_but_not_among_many() -> None:
    request = message_of(
        {"subject": None, "valid_time": None, "purpose": {"domain": None}}, restriction.CheckRequest
    )
    assert request == restriction.CheckRequest(purpose=restriction.Purpose())
    with pytest.raises(MisfitError) as raised:
        message_of({"identifiers": [None]}, restriction.BatchCheckRequest)
    assert raised.value.misfits[0].place == "identifiers[0]"


def _deep(kind: Descriptor, seen: tuple[str, ...] = ()) -> int:
    assert kind.full_name not in seen, "a message that holds itself has no bound"
    inner = [field.message_type for field in kind.fields if field.message_type is not None]
    return 1 + max((_deep(each, (*seen, kind.full_name)) for each in inner), default=0)


def test_no_message_holds_itself_so_reading_is_as_deep_as_the_contract() -> None:
    of: Callable[[Any], int] = _deep
    assert max(of(rule.request.DESCRIPTOR) for rule in rules()) < 20
