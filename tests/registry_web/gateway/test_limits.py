"""What the gateway bears: of a token, of an address, of bodies at the same time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from registry.access.identity import CallerRole
from registry_web.gateway.limits import SMALL_BYTES, Limits
from registry_web.security import Rate
from tests.support.gateway import Gateway, gateway, problem_of, question
from tests.support.served import code_of

CHECK = "/v1/restrictions:check"
SYSTEM = CallerRole.PROCUREMENT_SYSTEM


@contextmanager
def bearing(running: Gateway, limits: Limits) -> Iterator[Gateway]:
    """A gateway of its own before the same registry."""
    with gateway(running.faced, limits) as url:
        yield Gateway(url, running.faced)


def limited(answer: httpx.Response) -> int:
    """After how many seconds the next is let in."""
    said = problem_of(answer)
    assert (said["status"], said["reason"]) == (429, "RATE_LIMITED")
    return int(answer.headers["retry-after"])


def test_a_token_has_so_many_calls_and_another_is_not_counted_with_it(running: Gateway) -> None:
    limits = Limits(calls=Rate(burst=3, per_s=0.5))
    with bearing(running, limits) as own, own.caller() as first, own.caller() as second:
        assert [first.post(CHECK, json=question(code_of(1))).status_code for _ in range(3)] == [200] * 3
        assert 1 <= limited(first.post(CHECK, json=question(code_of(1)))) <= 2
        assert second.post(CHECK, json=question(code_of(1))).status_code == 200
        time.sleep(2.1)
        assert first.post(CHECK, json=question(code_of(1))).status_code == 200


def test_an_address_has_so_many_requests_with_whatever_tokens(running: Gateway) -> None:
    with bearing(running, Limits(addresses=Rate(burst=3, per_s=0.1))) as own:
        answers = [httpx.post(own.url + CHECK, content=b"{}") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert limited(answers[3]) >= 1


def test_whoever_tries_tokens_is_soon_not_asked_about_any_more(running: Gateway) -> None:
    with bearing(running, Limits(tries=Rate(burst=4, per_s=0.05))) as own, own.caller() as known:
        assert known.post(CHECK, json=question(code_of(1))).status_code == 200
        codes = [own.ask(f"guess-{number}", CHECK, b"{}").status_code for number in range(5)]
        assert codes == [401, 401, 401, 429, 429]  # The first of the four tries was the known one's own.
        assert known.post(CHECK, json=question(code_of(1))).status_code == 200


def test_trying_the_same_wrong_token_again_costs_again(running: Gateway) -> None:
    with bearing(running, Limits(tries=Rate(burst=3, per_s=0.05))) as own:
        codes = [own.ask("wrong", CHECK, b"{}").status_code for _ in range(4)]
    assert codes == [401, 401, 401, 429]


def test_a_new_token_with_many_calls_at_once_costs_one_try(running: Gateway) -> None:
    limits = Limits(tries=Rate(burst=1, per_s=0.01))
    with bearing(running, limits) as own, own.caller() as client, ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(client.post, CHECK, json=question(code_of(1))) for _ in range(64)]
        codes = {each.result().status_code for each in asked}
    assert 200 in codes
    assert codes <= {200, 503}, "503 of a registry that has too much to do, and never 429"


def test_a_large_body_is_read_for_those_the_registry_knows_alone(running: Gateway) -> None:
    body = json.dumps(question("9" * (4 * SMALL_BYTES))).encode()
    with running.caller() as known:
        assert known.post(CHECK, content=body).json()["verdict"] == "VERDICT_INDETERMINATE"
    whole = json.dumps(question("9" * (4 * SMALL_BYTES)))[:-1] + "?"
    for token in ("unknown", "x.y.z"):  # Told of the token: what it holds was not looked at.
        assert problem_of(running.ask(token, CHECK, whole.encode()))["status"] == 401


def test_large_bodies_cost_a_token_more_than_small_ones(running: Gateway) -> None:
    body = json.dumps(question("9" * (3 * SMALL_BYTES))).encode()
    with bearing(running, Limits(calls=Rate(burst=6, per_s=0.1))) as own, own.caller() as client:
        codes = [client.post(CHECK, content=body).status_code for _ in range(2)]
    assert codes[1] == 429


def test_bodies_held_at_the_same_time_are_bounded_and_given_back(running: Gateway) -> None:
    body = json.dumps(question("9" * (3 * SMALL_BYTES))).encode()
    limits = Limits(held_bytes=len(body) - 1)
    with bearing(running, limits) as own, own.caller() as client:
        said = problem_of(client.post(CHECK, content=body))
        assert (said["status"], said["reason"], said["retry_after_s"]) == (503, "OVERLOADED", 2.0)
        assert client.post(CHECK, json=question(code_of(1))).status_code == 200
        smaller = json.dumps(question("9" * (2 * SMALL_BYTES))).encode()
        for _ in range(3):
            assert client.post(CHECK, content=smaller).status_code == 200
    assert limits.held_bytes == len(body) - 1


@pytest.mark.parametrize("name", ["forwarded", "x-real-ip"])
def test_an_address_is_not_what_a_caller_says_it_is(name: str, running: Gateway) -> None:
    with bearing(running, Limits(addresses=Rate(burst=2, per_s=0.1))) as own:
        codes = [
            httpx.post(own.url + CHECK, content=b"{}", headers={name: f"203.0.113.{number}"}).status_code
            for number in range(3)
        ]
    assert codes[2] == 429
