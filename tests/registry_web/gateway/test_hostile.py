"""What comes that should not: each is one clear problem, nothing of it is repeated, and nothing breaks."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from registry_web.gateway.json_text import MAX_VALUES
from registry_web.gateway.limits import MAX_BODY_BYTES
from tests.support.gateway import Gateway, problem_of, question
from tests.support.served import code_of

CHECK = "/v1/restrictions:check"
BATCH = "/v1/restrictions:batchCheck"
SECRET = "130999199001010011"


def refusal(asking: httpx.Client, body: bytes, status: int = 400, path: str = CHECK) -> dict[str, Any]:
    said = problem_of(asking.post(path, content=body))
    assert said["status"] == status, said
    return said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "没有内容"),
        (b" \r\n ", "没有内容"),
        (b"{", "第1行第2列"),
        (b'{"subject": }', "第1行第13列: 此处应有一个值"),
        (b'{\n  "subject": {},\n  purpose: {}\n}', "第3行第3列: 此处应有双引号中的名称"),
        (b'{"a": 1} {"b": 2}', "第1行第10列: 此处之前已经结束"),
        (b'{"a": 1,}', "第1行第9列"),
        (b"{'a': 1}", "第1行第2列"),
        (b'{"a": "x\ny"}', "控制字符"),
        (b'{"a": "\\x41"}', "不认识的转义"),
        (b'{"a": "\\u12"}', "四位十六进制"),
        (b'{"a": "', "没有结束"),
        (b'{"a": 01}', "第1行第8列"),
        (b'{"a": +1}', "此处应有一个值"),
        (b'{"a": .5}', "此处应有一个值"),
        (b'{"a": 0x10}', "第1行第8列"),
        (b"// {}", "第1行第1列"),
        ("\ufeff{}".encode(), "BOM"),
        ("{}".encode("utf-16"), "UTF-8"),
        (b'{"a": "\xff"}', "UTF-8: 第8字节"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8: 第8字节"),
        (b"\x00", "第1行第1列"),
        (b"[" * 100_000, "嵌套过深"),
        (b'{"a":' * 20_000, "嵌套过深"),
        (b"[" * 900 + b"]" * 900, "应为 JSON 对象"),
    ],
)
def test_what_is_not_json_is_told_with_its_place(body: bytes, said: str, asking: httpx.Client) -> None:
    assert said in refusal(asking, body)["detail"]


@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        (b'{"subject": {"value": "1", "value": "2"}}', "subject", "value 写了不止一次"),
        (b'{"valid_time": null, "validTime": "x", "valid_time": "y"}', "", "valid_time 写了不止一次"),
        (
            b'{"valid_time": "2026-01-01T00:00:00Z", "validTime": "2026-01-01T00:00:00Z"}',
            "valid_time",
            "不止一次",
        ),
        (b'{"consistency": {"at_least_as_fresh": NaN}}', "consistency.at_least_as_fresh", "NaN"),
        (b'{"consistency": {"at_least_as_fresh": -Infinity}}', "consistency.at_least_as_fresh", "Infinity"),
        (b'{"consistency": {"at_least_as_fresh": 1e400}}', "consistency.at_least_as_fresh", "整数"),
        (b'{"consistency": {"at_least_as_fresh": 1.5}}', "consistency.at_least_as_fresh", "整数"),
        (b'{"consistency": {"at_least_as_fresh": -1}}', "consistency.at_least_as_fresh", "整数"),
        (b'{"consistency": {"at_least_as_fresh": true}}', "consistency.at_least_as_fresh", "整数"),
        (
            b'{"consistency": {"at_least_as_fresh": 18446744073709551616}}',
            "consistency.at_least_as_fresh",
            "整数",
        ),
        (
            b'{"consistency": {"at_least_as_fresh": 9007199254740993.0}}',
            "consistency.at_least_as_fresh",
            "整数",
        ),
        (
            b'{"consistency": {"at_least_as_fresh": ' + b"9" * 5000 + b"}}",
            "consistency.at_least_as_fresh",
            "数过大",
        ),
        ('{"consistency": {"at_least_as_fresh": "١"}}'.encode(), "consistency.at_least_as_fresh", "整数"),
        (b'{"consistency": {"at_least_as_fresh": " 1"}}', "consistency.at_least_as_fresh", "整数"),
        (b'{"consistency": {"fully_consistent": 1}}', "consistency.fully_consistent", "true 或 false"),
        (
            b'{"consistency": {"minimize_latency": true, "fully_consistent": true}}',
            "consistency.fully_consistent",
            "只能写其中一项",
        ),
        (b'{"subject": {"value": "\\ud800"}}', "subject.value", "代理字符"),
        (b'{"subject": {"value": "\\udc00\\ud800"}}', "subject.value", "代理字符"),
        (b'{"subject": {"value": 91130902}}', "subject.value", "应为字符串"),
        (b'{"subject": {"type": 1}}', "subject.type", "应为下列名称之一"),
        (b'{"subject": {"type": "USCC"}}', "subject.type", "应为下列名称之一"),
        (b'{"subject": [1]}', "subject", "应为 JSON 对象"),
        (b'{"receipt": {"nonce": "a"}}', "receipt.nonce", "base64"),
        (b'{"receipt": {"nonce": "AAAA!"}}', "receipt.nonce", "base64"),
        (b'{"receipt": {"nonce": "AA AA"}}', "receipt.nonce", "base64"),
        (b'{"valid_time": "2026-04-01"}', "valid_time", "RFC 3339"),
        (b'{"valid_time": "2026-02-30T00:00:00Z"}', "valid_time", "RFC 3339"),
        (b'{"valid_time": "2026-04-01T00:00:00"}', "valid_time", "RFC 3339"),
        (b'{"valid_time": 1790000000}', "valid_time", "RFC 3339"),
        (b'{"valid_time": {"seconds": 1}}', "valid_time", "RFC 3339"),
        (b'{"": 1}', "第1项", "没有这一项"),
        (b'{"__proto__": {}}', "__proto__", "没有这一项"),
        (b'{"@type": "x"}', "第1项", "没有这一项"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(
    body: bytes, place: str, said: str, asking: httpx.Client
) -> None:
    problem = refusal(asking, body)
    assert problem["reason"] == "FIELD_INVALID"
    (violation,) = problem["violations"]
    assert violation["field"] == place
    assert said in violation["message"]


def test_every_fault_is_told_at_once_and_of_very_many_the_first(asking: httpx.Client) -> None:
    body = json.dumps({"subject": {"type": 1, "value": 2}, "purpose": {"domain": "x"}, "y": 0}).encode()
    twice = refusal(asking, b'{"subject": {"type": "a", "type": "b"}, "x": 1}')["violations"]
    assert [each["field"] for each in twice] == ["subject", "x"]
    fields = [each["field"] for each in refusal(asking, body)["violations"]]
    assert fields == ["subject.type", "subject.value", "purpose.domain", "y"]
    many = refusal(asking, json.dumps({"identifiers": [1] * 10_000}).encode(), path=BATCH)["violations"]
    assert (len(many), many[49]["field"]) == (51, "identifiers[49]")
    assert "另有9950处" in many[50]["message"]


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({SECRET: 1}),
        json.dumps({"subject": {"type": SECRET}}),
        json.dumps({"subject": SECRET}),
        json.dumps({"subject": {"value": [SECRET]}}),
        f'{{"subject": {{"value": "{SECRET}" x',
        f'{{"{SECRET}": 1, "{SECRET}": 2}}',
        f'{{"consistency": {{"at_least_as_fresh": {SECRET}999}}}}',
    ],
)
def test_nothing_of_what_was_sent_is_repeated(body: str, asking: httpx.Client) -> None:
    answer = asking.post(CHECK, content=body.encode())
    assert SECRET not in answer.text
    problem_of(answer)


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
     "application/json; charset=gb18030", "application/json, text/plain", "application/jsonp",
     "application/grpc", "application/problem+json"],
)  # fmt: skip
def test_other_kinds_of_content_are_refused(kind: str | None, running: Gateway, asking: httpx.Client) -> None:
    headers = {"authorization": asking.headers["authorization"]}
    headers |= {} if kind is None else {"content-type": kind}
    answer = httpx.post(running.url + CHECK, content=b"{}", headers=headers)
    assert problem_of(answer)["reason"] == "MEDIA_TYPE_UNSUPPORTED"
    assert (answer.status_code, answer.headers["accept-post"]) == (415, "application/json")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_is_taken_however_its_kind_is_spelled(kind: str, asking: httpx.Client) -> None:
    answer = asking.post(CHECK, content=json.dumps(question(code_of(1))), headers={"content-type": kind})
    assert answer.status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "identity, gzip", "zstd"])
def test_compressed_bodies_are_refused_unread(coding: str, asking: httpx.Client) -> None:
    bomb = gzip.compress(b" " * (64 * 1024 * 1024))
    answer = asking.post(CHECK, content=bomb, headers={"content-encoding": coding})
    assert problem_of(answer)["reason"] == "MEDIA_TYPE_UNSUPPORTED"


def test_a_body_beyond_the_limit_is_refused_whether_it_is_announced_or_not(asking: httpx.Client) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65_536 + 2):
            yield b" " * 65_536

    for content in (b" " * (MAX_BODY_BYTES + 1), parts()):
        said = problem_of(asking.post(CHECK, content=content))
        assert (said["status"], said["reason"]) == (413, "TOO_LARGE")


def test_a_body_of_the_largest_size_is_read_and_refused_for_what_it_is(asking: httpx.Client) -> None:
    largest = json.dumps({"subject": {"value": ""}}).encode()
    body = largest[:-3] + b"9" * (MAX_BODY_BYTES - len(largest)) + largest[-3:]
    assert len(body) == MAX_BODY_BYTES
    said = problem_of(asking.post(CHECK, content=body))
    assert said["status"] in (413, 422), said


def test_a_short_text_of_very_many_values_is_refused_unparsed(asking: httpx.Client) -> None:
    for body in (b"[" + b"{}," * MAX_VALUES + b"{}]", b'{"identifiers":[' + b"1," * MAX_VALUES + b"1]}"):
        assert refusal(asking, body, 413, BATCH)["reason"] == "TOO_LARGE"


@pytest.mark.parametrize("query", ["?", "?a=1", "?access_token=x", f"?code={SECRET}", "?$.xgafv=1"])
def test_an_address_with_a_query_is_refused(query: str, asking: httpx.Client) -> None:
    answer = asking.post(CHECK + query, json=question(code_of(1)))
    if query == "?":
        assert answer.status_code == 200  # The same address, as far as the protocol can tell.
    else:
        assert problem_of(answer)["reason"] == "QUERY_NOT_ALLOWED"
        assert problem_of(asking.get("/docs" + query))["reason"] == "QUERY_NOT_ALLOWED"


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/", CHECK + "/", "/v1/restrictions", "/v1/restrictions:Check", "/V1/restrictions:check",
     "/v1//restrictions:check", "/v1/restrictions%3Acheck%00", "/registry.v1.RestrictionService/Check",
     "/v1/restrictions:streamCheck", "/v1/../etc/passwd", f"/v1/restrictions/{SECRET}", "/docs/Nobody",
     "/static/../app.py", "/%ff%fe", "/" + "a" * 8000],
)  # fmt: skip
def test_other_paths_lead_nowhere(path: str, asking: httpx.Client) -> None:
    answer = asking.post(path, json={})
    assert problem_of(answer)["reason"] == "PATH_UNKNOWN"
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FOO"]
)
def test_methods_are_posted_and_nothing_else(method: str, asking: httpx.Client) -> None:
    answer = asking.request(method, CHECK, content=b"{}")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Basic abc", "Bearer a b", "Bearer 令牌", "Bearer a,b", "Token abc",
     "Bearer " + "a" * 5000, "Bearer abc\tdef", "Bearer é"],
)  # fmt: skip
def test_what_is_no_bearer_token_is_refused_and_the_scheme_told(header: str | None, running: Gateway) -> None:
    headers = [] if header is None else [(b"authorization", header.encode())]
    content = [(b"content-type", b"application/json")]
    answer = httpx.post(running.url + CHECK, content=b"{}", headers=[*headers, *content])
    said = problem_of(answer)
    assert (said["status"], said["reason"]) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"].startswith('Bearer realm="')
    assert ('error="invalid_token"' in answer.headers["www-authenticate"]) == (header is not None)


def test_two_authorizations_are_refused(running: Gateway, asking: httpx.Client) -> None:
    token = asking.headers["authorization"]
    twice = [("authorization", token), ("authorization", token), ("content-type", "application/json")]
    answer = httpx.post(running.url + CHECK, json=question(code_of(1)), headers=twice)
    assert problem_of(answer)["reason"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("name", ["cookie", "x-api-key", "proxy-authorization", "x-forwarded-user"])
def test_a_token_counts_in_its_own_header_alone(name: str, running: Gateway, asking: httpx.Client) -> None:
    headers = {name: asking.headers["authorization"]}
    answer = httpx.post(running.url + CHECK, json=question(code_of(1)), headers=headers)
    assert problem_of(answer)["status"] == 401


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST /docs HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/restrictions:check HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/restrictions:check HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nx",
        b"POST /v1/restrictions:check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_not_http_ends_the_connection_and_nothing_else(
    sent: bytes, running: Gateway, asking: httpx.Client
) -> None:
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        head = connection.recv(4096)
    assert b" 500 " not in head[:20]
    assert b"Traceback" not in head
    assert asking.post(CHECK, json=question(code_of(1))).status_code == 200


def test_requests_that_come_in_one_piece_are_answered_one_after_the_other(
    running: Gateway, asking: httpx.Client
) -> None:
    body = json.dumps(question(code_of(1))).encode()
    head = [f"POST {CHECK} HTTP/1.1", "Host: a", "Content-Type: application/json"]
    head += [f"Content-Length: {len(body)}", f"Authorization: {asking.headers['authorization']}"]
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(("\r\n".join([*head, "", ""]).encode() + body) * 3)
        answers = b""
        while answers.count(b"VERDICT_BLOCKED") < 3:
            read = connection.recv(65_536)
            assert read
            answers += read
    assert answers.count(b"HTTP/1.1 200") == 3


def test_what_fails_inside_is_told_by_a_number_and_nothing_else(
    running: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_message: object) -> bytes:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("registry_web.gateway.endpoint.json_of", fail)
    with running.caller() as client:
        answer = client.post(CHECK, json=question(code_of(1)), headers={"x-request-id": "number-500"})
    said = problem_of(answer)
    assert (said["status"], said["reason"]) == (500, "INTERNAL")
    assert "number-500" in said["detail"]
    assert "secret" not in answer.text
    assert "incident number-500" in caplog.text
