"""What comes over HTTP: JSON of the gateway, forms of the console, answers of authenticators and
providers."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Coroutine
from random import Random
from typing import Any, cast

from google.protobuf.message import Message
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request

from fuzz.mutators import json_values, lines, plain
from fuzz.target import Mutator, Prepared, holds, text_of
from registry_web.config import Oidc
from registry_web.console import oidc
from registry_web.console.accounts import Credential
from registry_web.console.desk import safe_back
from registry_web.console.pages.ban_papers import office_of
from registry_web.console.pages.forms import Answers, Field, document_of
from registry_web.console.second_factor import RelyingParty, SecondFactorError
from registry_web.forms import read_form
from registry_web.gateway.answers import json_of
from registry_web.gateway.asking import read_head
from registry_web.gateway.examples import example_of
from registry_web.gateway.json_message import MisfitError, message_of
from registry_web.gateway.json_text import JsonTextError, read_json
from registry_web.gateway.problems import ProblemError
from registry_web.gateway.rules import rules
from registry_web.portal.asking import RefusedError
from registry_web.portal.complaints import _message_of, _report_of

_BOUNDARY = b"----fuzz"


def gateway_json() -> Prepared:
    """A body for one of the gateway's methods (the first two bytes say which): a message, or faults with
    places."""
    methods = rules()

    def run(data: bytes) -> bool:
        rule = methods[int.from_bytes(data[:2], "big") % len(methods)]
        try:
            message: Message = message_of(read_json(data[2:]), rule.request)
        except (JsonTextError, MisfitError):
            return False
        again = message_of(read_json(json_of(message)), rule.request)
        holds(again == message, "a message is another as JSON")
        return True

    seeds = [
        at.to_bytes(2, "big") + json.dumps(example_of(rule), ensure_ascii=False).encode()
        for at, rule in enumerate(methods)
    ]
    return Prepared(run, seeds, (_after_two(json_values.changed),))


def _after_two(mutator: Mutator) -> Mutator:
    def changed(data: bytes, random: Random) -> bytes:
        return data[:2] + mutator(data[2:], random)

    return changed


def request_head() -> Prepared:
    """The head of a request to the gateway."""

    def run(data: bytes) -> bool:
        raw = [tuple(line.split(b": ", 1)) for line in data.split(b"\n") if b": " in line]
        headers = Headers(raw=[(name.lower(), value) for name, value in raw])
        try:
            asking = read_head(headers)
        except ProblemError:
            return False
        for _, value in asking.metadata():
            holds(value.isascii() and value.isprintable(), "what no metadata can hold is handed on")
        return True

    seeds = [
        b"authorization: Bearer eyJh.b.c\ncontent-type: application/json; charset=utf-8\nprefer: wait=5\n"
        b"x-request-id: abcdefgh\ntraceparent: 00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01",
        b"authorization: bearer x\ncontent-type: application/json",
    ]
    return Prepared(run, seeds, (lines.changed,))


_FIELDS = (
    Field("line", "一行"),
    Field("area", "多行", "area"),
    Field("on", "日期", "day"),
    Field("months", "月数", "number"),
    Field("kind", "种类", "choice", choices={"1": "甲", "2": "乙"}),
    Field("flag", "是否", "flag"),
    Field("paper", "证据", "evidence"),
    Field("papers", "证据", "evidences", required=False),
    Field("doc_number", "文号"),
    Field("doc_day", "日期", "day"),
)


def _request(data: bytes, content_type: bytes, cookie: bytes = b"") -> Request:
    sent = iter([{"type": "http.request", "body": data, "more_body": False}])

    async def receive() -> Any:
        return next(sent, {"type": "http.disconnect"})

    headers = [(b"content-type", content_type), (b"cookie", cookie)]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": headers,
        "app": None,
    }
    return Request(scope, receive)


def _awaited(waiting: Coroutine[Any, Any, FormData]) -> FormData:
    """What comes of something that never has to wait: the whole body is there, and files stay in memory."""
    try:
        waiting.send(None)
    except StopIteration as ended:
        return cast("FormData", ended.value)
    raise RuntimeError("reading a form that is there has waited")


def form() -> Prepared:
    """A form of the console or the portal, in both encodings: answers, and the messages that are made of
    them."""

    def run(data: bytes) -> bool:
        kind = b"multipart/form-data; boundary=" + _BOUNDARY[2:] if data[:2] == b"--" else _ENCODED
        request = _request(data, kind)
        try:
            bounds = {"max_files": 5, "max_fields": 30, "max_part_size": 20_000}
            given = _awaited(read_form(request, max_bytes=200_000, **bounds))
        except HTTPException:
            return False
        answers = Answers.read(_FIELDS, given)
        answers.number("months")
        document_of(answers, "doc", authority="a", code="c").SerializeToString()
        for name in ("paper", "papers"):
            for each in answers.evidence.get(name, ()):
                each.SerializeToString()
        if not any(hasattr(value, "file") for _, value in given.multi_items()):
            _report_of({name: value for name, value in given.items() if isinstance(value, str)} | _MISSING)
        return not answers.faults

    fields = {
        "line": "a",
        "area": "b\r\nc",
        "on": "2026-10-14",
        "months": "6",
        "kind": "1",
        "doc_day": "2026-01-01",
    }
    held = {"paper.held": "ab" * 32 + " 笔录.pdf", "doc_number": "〔2026〕1号", "text": "t", "category": "c"}
    encoded = "&".join(f"{name}={value}" for name, value in (fields | held).items()).encode()
    parts = b"".join(
        b'--' + _BOUNDARY[2:] + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n'
        + value.encode() + b"\r\n"
        for name, value in (fields | held).items()
    )  # fmt: skip
    file = (
        b"--" + _BOUNDARY[2:] + b'\r\nContent-Disposition: form-data; name="paper"; filename="a\\b.pdf"\r\n'
        b"Content-Type: application/pdf; charset=utf-8\r\n\r\nx\r\n"
    )
    end = b"--" + _BOUNDARY[2:] + b"--\r\n"
    return Prepared(run, [encoded, parts + end, file + parts + end], (lines.changed, _part))


_ENCODED = b"application/x-www-form-urlencoded"
_MISSING = dict.fromkeys(
    ("text", "reporter", "kind", "category", "subject_code", "subject_name", "region"), ""
)


def _part(data: bytes, random: Random) -> bytes:
    pieces = data.split(b"&")
    at = random.randrange(len(pieces))
    pieces[at] = plain.changed(pieces[at], random) if random.random() < 0.7 else b"%00%ff%F0%9F=%ED%A0%80"
    return b"&".join(pieces)


def lodged() -> Prepared:
    """What the portal's script sends as a sealed complaint."""

    def run(data: bytes) -> bool:
        try:
            _message_of(data).SerializeToString()
        except RefusedError:
            return False
        return True

    texts = ("number", "department", "subject_code", "subject_name", "category", "region")
    seed: dict[str, Any] = dict.fromkeys(texts, "a") | {"kind": 1}
    seed |= dict.fromkeys(("content", "reporter", "code_sha256"), "YQ==")
    return Prepared(run, [json.dumps(seed).encode()], (json_values.changed,))


def cookies() -> Prepared:
    """What a browser keeps for the console: an office, and where to go back to."""

    def run(data: bytes) -> bool:
        packed = urlsafe_b64encode(data) if data[:1] == b"{" or data[:1] == b"[" else data
        found = office_of(_request(b"", _ENCODED, b"office=" + packed))
        safe_back(text_of(data)).encode("utf-8", "surrogatepass")
        return bool(found)

    return Prepared(
        run, [b'{"name": "x"}', b"/acts?x=1", b"//evil", b"[" * 60], (json_values.changed, plain.changed)
    )


def authenticator() -> Prepared:
    """What an authenticator answers: a registration and an assertion (WebAuthn)."""
    party = RelyingParty("https://console.example")
    known = Credential(b"credential", bytes.fromhex("a401010327200621582000") + bytes(31), 0)

    def run(data: bytes) -> bool:
        text = text_of(data)
        for read in (
            lambda: party.registered(text, b"c" * 32),
            lambda: party.answered(text, b"c" * 32, [known]),
        ):
            try:
                read()
            except SecondFactorError:
                continue
            return True
        return False

    client = _coded(
        json.dumps({"type": "webauthn.get", "challenge": _coded(b"c" * 32), "origin": party.url}).encode()
    )
    answer = {
        "clientDataJSON": client,
        "authenticatorData": _coded(bytes(37)),
        "signature": _coded(bytes(64)),
    }
    made = {
        "clientDataJSON": client,
        "attestationObject": _coded(b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58\x25" + bytes(37)),
    }
    seeds = [
        {"id": _coded(b"credential"), "rawId": _coded(b"credential"), "type": "public-key", "response": each}
        for each in (answer, made)
    ]
    return Prepared(run, [json.dumps(each).encode() for each in seeds], (json_values.changed, _inner))


def _coded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _inner(data: bytes, random: Random) -> bytes:
    """A part that is base64 within JSON another."""
    try:
        told = json.loads(data)
        part = told["response"]
        name = random.choice(list(part))
        part[name] = _coded(
            random.choice((b"[" * 3000, b"\xa1" * 900, b"\x9f" * 900, random.randbytes(60), b"{}"))
        )
        return json.dumps(told).encode()
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return json_values.changed(data, random)


def provider_claims() -> Prepared:
    """The claims of an ID token that a provider signed, and what it says of itself."""
    console = Oidc("https://id.example", "console", __file__, "n")  # type: ignore[arg-type]

    def run(data: bytes) -> bool:
        try:
            told = json.loads(data)
        except (ValueError, RecursionError):
            return False
        if not isinstance(told, dict):
            return False
        faults = oidc._faults(told, console, "nonce", 1_790_000_000.0)
        oidc._counting(told, frozenset({"email", "sub", "name"}))
        for each in told.values():
            if isinstance(each, str):
                oidc._is_guarded(each)
        return not faults

    claims = {
        "iss": "https://id.example", "aud": "console", "exp": 1_790_000_600, "iat": 1_790_000_000,
        "nonce": "nonce",
        "sub": "s", "email": "a@b", "email_verified": True,
    }  # fmt: skip
    said = {
        "issuer": "https://id.example",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "http://[::1]/k",
    }
    return Prepared(run, [json.dumps(each).encode() for each in (claims, said)], (json_values.changed,))
