"""Calls through the gateway: the answers of gRPC as JSON, its refusals as problems, with one's own rights."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf import json_format

from registry.access.identity import CallerRole
from registry.v1 import intake_service_pb2, restriction_service_pb2
from registry.v1.receipt_pb2 import Receipt
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.verification.form import read_receipt
from registry_client.errors import RegistryCallError
from registry_web.gateway.answers import json_of
from registry_web.gateway.problems import status_of
from tests.support.events import ban, firm
from tests.support.gateway import Gateway, gateway, problem_of, question
from tests.support.history import short_ban
from tests.support.served import code_of, number_of

CHECK = "/v1/restrictions:check"


def test_an_answer_is_the_one_of_grpc_as_json_with_chinese_as_it_is(
    running: Gateway, asking: httpx.Client
) -> None:
    said = question(code_of(1))
    answer = asking.post(CHECK, json=said)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert "沧州市(示例)财政局" in answer.text
    caller = running.faced.served.of_role(CallerRole.PROCUREMENT_SYSTEM)
    stub = RestrictionServiceStub(running.faced.served.channel(caller))
    request = json_format.ParseDict(said, restriction_service_pb2.CheckRequest())
    read = json_format.ParseDict(answer.json(), restriction_service_pb2.CheckResponse())
    assert read == stub.Check(request)


def test_what_was_not_found_is_said_and_what_is_absent_is_not(asking: httpx.Client) -> None:
    answer = asking.post(CHECK, json=question(code_of(9))).json()
    assert (answer["hits"], answer["identity"]["names"]) == ([], [])
    assert "receipt" not in answer


def test_positions_are_strings_in_answers_and_either_in_questions(asking: httpx.Client) -> None:
    known = asking.post(CHECK, json=question(code_of(1))).json()["answered"]["known_position"]
    assert isinstance(known, str)
    for given in (known, int(known), float(known)):
        asked = question(code_of(1), consistency={"at_exact_position": given})
        assert asking.post(CHECK, json=asked).json()["answered"]["known_position"] == known


def test_both_spellings_of_a_name_are_taken(asking: httpx.Client) -> None:
    for name in ("valid_time", "validTime"):
        asked = question(code_of(1), **{name: "2026-11-20T09:00:00+08:00"})
        answer = asking.post(CHECK, json=asked).json()
        assert answer["answered"]["valid_time"] == "2026-11-20T01:00:00Z"


def test_a_receipt_saved_as_it_stands_is_one_that_verifiers_read(asking: httpx.Client) -> None:
    for evidence in ("EVIDENCE_LEVEL_SIGNED", "EVIDENCE_LEVEL_PROOF"):
        asked = question(code_of(1), receipt={"evidence": evidence, "nonce": "AAECAw=="})
        answer = asking.post(CHECK, json=asked).json()
        read = read_receipt(json.dumps(answer["receipt"]).encode())
        assert read == json_format.ParseDict(answer["receipt"], Receipt())
        receipt = Receipt.FromString(read.SerializeToString())
        inner = restriction_service_pb2.CheckResponse(receipt=receipt)
        explained = json.loads(json_of(restriction_service_pb2.ExplainResponse(answer=inner)))
        assert explained["answer"]["receipt"] == answer["receipt"]


def test_refusals_are_problems_with_the_reasons_and_places_of_grpc(
    running: Gateway, asking: httpx.Client
) -> None:
    said = problem_of(asking.post(CHECK, json=question(code_of(1)[:-1] + "0", purpose={})))
    caller = running.faced.served.of_role(CallerRole.PROCUREMENT_SYSTEM)
    stub = RestrictionServiceStub(running.faced.served.channel(caller))
    request = restriction_service_pb2.CheckRequest()
    json_format.ParseDict(question(code_of(1)[:-1] + "0", purpose={}), request)
    with pytest.raises(grpc.RpcError) as raised:
        stub.Check(request)
    error = RegistryCallError.of(raised.value)
    assert (said["status"], said["reason"], said["detail"]) == (422, error.reason, error.message)
    assert [(each["field"], each["reason"], each["message"]) for each in said["violations"]] == [
        (each.field, each.reason, each.description) for each in error.violations
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        (CHECK, {}, 422, "FIELD_REQUIRED"),
        (CHECK, question(code_of(1), purpose={"domain": "DOMAIN_EXIT_ENTRY"}), 403, "DOMAIN_DENIED"),
        ("/v1/intake:submit", {}, 403, "METHOD_DENIED"),
        (CHECK, question(code_of(1), consistency={"at_exact_position": "99999"}), 409, "POSITION_AHEAD"),
        ("/v1/log:getStatement", {"position": "99999"}, 409, "POSITION_AHEAD"),
    ],
)
def test_each_kind_of_refusal_has_its_status(
    path: str, body: Any, status: int, reason: str, asking: httpx.Client
) -> None:
    said = problem_of(asking.post(path, json=body, headers={"prefer": "wait=1"}))
    assert (said["status"], said["reason"]) == (status, reason)


def test_statuses_say_what_to_do() -> None:
    codes = grpc.StatusCode
    assert status_of("STATEMENT_ID_REUSED", codes.ALREADY_EXISTS) == 409
    assert status_of("NOT_FOUND", codes.NOT_FOUND) == 404
    assert status_of("TOO_LARGE", codes.INVALID_ARGUMENT) == 422
    assert status_of("OVERLOADED", codes.RESOURCE_EXHAUSTED) == 503
    assert status_of("INDEX_STALE", codes.UNAVAILABLE) == 503
    assert status_of("ANSWER_NOT_REPRODUCED", codes.FAILED_PRECONDITION) == 409
    assert status_of("INTERNAL", codes.INTERNAL) == 500


def test_a_department_submits_what_it_signed_and_again_is_answered_the_same(running: Gateway) -> None:
    spine = running.faced.served.spine
    envelope = spine.seal("财政", spine.statement("财政", "via-json", event=short_ban(3)))
    request = intake_service_pb2.SubmitRequest(envelopes=[envelope])
    with running.caller(running.faced.served.department("财政")) as client:
        first, second = (
            client.post("/v1/intake:submit", json=json_format.MessageToDict(request)).json()["results"][0]
            for _ in range(2)
        )
        assert first["accepted"]["already_recorded"] is False
        assert second["accepted"] == first["accepted"] | {"already_recorded": True}
        kept = client.post("/v1/intake:getStatement", json={"statement_id": "via-json"}).json()
    assert base64.b64decode(kept["envelope"]["payload"]) == envelope.payload


def test_a_statement_that_is_refused_says_why_in_its_place(running: Gateway) -> None:
    spine = running.faced.served.spine
    event = ban("财政", firm(4), "M-PRO-01", "2026-03-01", "2036-03-01")
    envelope = spine.seal("财政", spine.statement("财政", event=event))
    request = intake_service_pb2.SubmitRequest(envelopes=[envelope])
    with running.caller(running.faced.served.department("财政")) as client:
        answer = client.post("/v1/intake:submit", json=json_format.MessageToDict(request)).json()
    fault = answer["results"][0]["refused"]["faults"][0]
    assert fault["reason"] == "ERROR_REASON_TERM_OUT_OF_BOUNDS"
    assert fault["field"]


def test_a_persons_number_comes_back_masked_and_stands_in_no_refusal(running: Gateway) -> None:
    number = number_of(1)
    subject = {"type": "IDENTIFIER_TYPE_RESIDENT_ID", "value": number}
    purpose = {"domain": "DOMAIN_EXIT_ENTRY", "reference": "示出〔2026〕1号", "reason": "出境检查"}
    asked = {"subject": subject, "purpose": purpose, "matter": {"role": "SUBJECT_ROLE_TRAVELLER"}}
    with running.caller(CallerRole.BORDER_SYSTEM) as client:
        answer = client.post(CHECK, json=asked)
        assert answer.json()["verdict"] == "VERDICT_BLOCKED"
        refused = client.post(CHECK, json=asked | {"purpose": {"domain": "DOMAIN_EXIT_ENTRY"}})
        assert problem_of(refused)["reason"] == "PURPOSE_REQUIRED"
        wrong = client.post(CHECK, json=asked | {"subject": {"type": number, number: "1", "value": [number]}})
        assert len(problem_of(wrong)["violations"]) == 3
    for each in (answer, refused, wrong):
        assert number not in each.text


def test_a_batch_of_ten_thousand_is_answered(asking: httpx.Client) -> None:
    codes = [code_of(number) for number in range(1, 101)] * 100
    asked = {
        "identifier_type": "IDENTIFIER_TYPE_USCC",
        "identifiers": codes,
        "purpose": {"domain": "DOMAIN_PROCUREMENT"},
        "matter": {"role": "SUBJECT_ROLE_BIDDER"},
        "keys": [f"第{number}家" for number in range(len(codes))],
    }
    answer = asking.post("/v1/restrictions:batchCheck", json=asked)
    assert answer.status_code == 200, answer.text[:500]
    assert len(answer.json()["verdicts"]) == len(codes)
    assert answer.json()["keys"] == asked["keys"]


def test_the_number_of_a_request_comes_back_and_one_that_is_none_does_not(asking: httpx.Client) -> None:
    given = asking.post(CHECK, json={}, headers={"x-request-id": "order-2026.11_26"})
    assert problem_of(given)["request_id"] == "order-2026.11_26"
    for wrong in ("x", "a b c d e f g h", "<script>alert(1)</script>", "a" * 65):
        answer = asking.post(CHECK, json=question(code_of(1)), headers={"x-request-id": wrong})
        assert len(answer.headers["x-request-id"]) == 24


@pytest.mark.parametrize(
    ("asked", "applied"),
    [
        ("wait=5", "wait=5"),
        ("respond-async, Wait = 7", "wait=7"),
        ("wait=600", "wait=60"),
        ("wait=0", "wait=1"),
    ],
)
def test_how_long_to_wait_is_said_in_prefer_and_told_back(
    asked: str, applied: str, asking: httpx.Client
) -> None:
    answer = asking.post(CHECK, json=question(code_of(1)), headers={"prefer": asked})
    assert answer.headers["preference-applied"] == applied


@pytest.mark.parametrize("asked", ["", "wait", "wait=soon", "wait=-1", "wait=1e9", "return=minimal"])
def test_a_preference_that_is_not_understood_is_passed_over(asked: str, asking: httpx.Client) -> None:
    answer = asking.post(CHECK, json=question(code_of(1)), headers={"prefer": asked})
    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers


def test_answers_are_not_kept_by_anybody(asking: httpx.Client) -> None:
    for answer in (asking.post(CHECK, json=question(code_of(1))), asking.post(CHECK, json={})):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers


def test_waiting_for_changes_ends_with_the_change(running: Gateway, asking: httpx.Client) -> None:
    path, asked = "/v1/watches:pollRestrictions", {"filter": {"purpose": {"domain": "DOMAIN_PROCUREMENT"}}}
    first = asking.post(path, json=asked | {"wait_seconds": 1}).json()
    spine = running.faced.served.spine
    spine.say("财政", event=short_ban(5))
    began = time.monotonic()
    start = {"resume_token": first["resume_token"]}
    second = asking.post(path, json=asked | {"start": start, "wait_seconds": 20}).json()
    assert second["changes"]
    assert time.monotonic() - began < 15


def test_a_gateway_answers_to_its_own_name_alone_and_problems_lead_to_its_page(running: Gateway) -> None:
    with gateway(running.faced, site="https://gateway.example:8491") as url:
        named = httpx.post(url + CHECK, content=b"{}", headers={"host": "gateway.example:8491"})
        said = problem_of(named)
        assert said["type"] == "https://gateway.example:8491/docs#UNAUTHENTICATED"
        assert named.headers["strict-transport-security"]
        for host in ("gateway.example", "evil.example", "127.0.0.1:8491"):
            other = httpx.post(url + CHECK, content=b"{}", headers={"host": host})
            assert (problem_of(other)["status"], problem_of(other)["reason"]) == (421, "ADDRESS_MISDIRECTED")
        page = httpx.get(url + "/docs/RestrictionService", headers={"host": "gateway.example:8491"})
        assert f"curl --fail-with-body -sS https://gateway.example:8491{CHECK}" in page.text
