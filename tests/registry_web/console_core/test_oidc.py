from __future__ import annotations

import re
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from registry_web.config import Oidc
from registry_web.console import oidc
from registry_web.console.accounts import AccountError
from registry_web.console.oidc import Provider as OwnProvider
from registry_web.console.visits import Visit
from tests.registry_web.console_core.office import Office, free_port, office
from tests.registry_web.console_core.provider import Provider, provider
from tests.registry_web.console_core.trial_pages import trial_pages

REFUSED = "统一身份认证没有通过"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Provider]]:
    directory = tmp_path_factory.mktemp("oidc")
    with ExitStack() as stack:
        made = stack.enter_context(provider(free_port()))
        bureau = stack.enter_context(
            office(directory, oidc=settings(directory, made.issuer), pages_of=trial_pages)
        )
        yield bureau, made


@pytest.fixture
def town(given: tuple[Office, Provider]) -> tuple[Office, Provider]:
    given[1].reset()
    given[0].accounts.map_subject("lawyer", given[1].issuer, "sub-1")
    return given


def settings(directory: Path, issuer: str) -> Oidc:
    secret = directory / "oidc.secret"
    secret.write_text("a secret\n")
    return Oidc(issuer, "console", secret, "政务统一身份认证(示例)")


def begin(client: httpx.Client, back: str = "/acts") -> str:
    """To the provider."""
    client.get(f"/sign-in?next={back}")
    answer = client.get("/sign-in/oidc")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_provider_signs_in_to_the_account_made_for_its_subject(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    with bureau.client() as client:
        address = begin(client)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 32
        done = client.get(made.follow(address))
        assert (done.status_code, done.headers["location"]) == (303, "/acts")
        assert "SameSite=lax" in done.headers["set-cookie"]
        assert "示例B-21" in client.get("/me").text
    assert len(made.asked["code_verifier"]) >= 43
    assert made.asked["redirect_uri"] == f"{bureau.url}/sign-in/oidc/done"


WRONG: list[Any] = [
    pytest.param({"claims": {"nonce": "another"}}, id="wrong nonce"),
    pytest.param({"claims": {"nonce": None}}, id="no nonce"),
    pytest.param({"claims": {"iss": "http://localhost:1"}}, id="wrong issuer"),
    pytest.param({"claims": {"aud": "another"}}, id="wrong audience"),
    pytest.param({"claims": {"aud": ["console", "another"]}}, id="two audiences and no party"),
    pytest.param({"claims": {"azp": "another"}}, id="wrong party"),
    pytest.param({"claims": {"exp": 1_700_000_000}}, id="expired"),
    pytest.param({"claims": {"exp": None}}, id="never expires"),
    pytest.param({"claims": {"iat": 4_000_000_000}}, id="of the future"),
    pytest.param({"claims": {"sub": 7}}, id="a subject that is no text"),
    pytest.param({"claims": {"sub": "sub-2"}}, id="a subject without an account"),
    pytest.param({"header": {"alg": "none"}}, id="alg none"),
    pytest.param({"header": {"alg": "HS256"}}, id="signed with the public key as a secret"),
    pytest.param({"signer": RSAKey.generate_key(2048)}, id="signed by another key"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_id_token_signs_nobody_in(town: tuple[Office, Provider], wrong: dict[str, Any]) -> None:
    bureau, made = town
    with bureau.client() as client:
        address = begin(client)
        made.claims |= wrong.get("claims", {})
        made.header |= wrong.get("header", {})
        made.signer = wrong.get("signer")
        page = client.get(made.follow(address))
        assert (page.status_code, REFUSED in page.text) == (403, True)
        assert client.get("/me").status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "forged"},
        {"state": ""},
        {"code": ""},
        {"error": "access_denied"},
        {"iss": "http://localhost:1"},
    ],
)
def test_an_answer_that_was_not_asked_for_signs_nobody_in(
    town: tuple[Office, Provider], changes: dict[str, str]
) -> None:
    bureau, made = town
    with bureau.client() as client:
        page = client.get(made.follow(begin(client), **changes))
        assert page.status_code == 403
        assert client.get("/me").status_code == 303


def test_an_answer_is_good_once_and_in_the_browser_that_asked(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    with bureau.client() as client, bureau.client() as victim:
        address = begin(client)
        back = made.follow(address)
        begin(victim)
        assert victim.get(back).status_code == 403  # Signing somebody else in as oneself.
        assert client.get(back).status_code == 303
        assert client.get(back).status_code == 403


def test_a_claim_mapped_beforehand_binds_the_subject_for_good(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    bureau.accounts.map_claim("chief", "email", "chief@city.example")
    made.subject = "sub-chief"
    made.user_info = {"email": "chief@city.example", "email_verified": False}
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 403  # Not verified.
    made.user_info["email_verified"] = True
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 303
        assert "示例B-01" in client.get("/me").text
    made.subject = "sub-thief"
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 403


def test_user_info_of_somebody_else_does_not_count(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    bureau.accounts.map_claim("hearer", "employee", "B-22")
    made.subject = "sub-x"
    made.user_info = {"sub": "sub-y", "employee": "B-22"}
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 403


def test_a_disabled_account_is_not_signed_in(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    bureau.accounts.disable("lawyer")
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 403
    bureau.accounts.enable("lawyer")


def test_nobody_is_invited_to_an_account_of_the_provider(town: tuple[Office, Provider]) -> None:
    bureau, _ = town
    with pytest.raises(AccountError):
        bureau.accounts.invite("lawyer")
    with pytest.raises(AccountError):
        bureau.accounts.map_subject("handler", town[1].issuer, "sub-1")


def test_signing_in_leads_nowhere_else(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    with bureau.client() as client:
        assert client.get(made.follow(begin(client, "//evil.example"))).headers["location"] == "/"


def test_a_new_key_of_the_provider_is_fetched(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 303
    made.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    made.header["kid"] = "two"
    with bureau.client() as client:
        assert client.get(made.follow(begin(client))).status_code == 303


def test_a_provider_that_is_not_what_it_was_is_not_used(tmp_path: Path) -> None:
    with ExitStack() as stack:
        made = stack.enter_context(provider(free_port()))
        made.discovery = {"issuer": "https://other.example"}
        bureau = stack.enter_context(office(tmp_path, oidc=settings(tmp_path, made.issuer)))
        client = stack.enter_context(bureau.client())
        client.get("/sign-in")
        assert client.get("/sign-in/oidc").status_code == 403
        made.discovery = {"authorization_endpoint": "http://evil.example/authorize"}
        assert client.get("/sign-in/oidc").status_code == 403


@pytest.mark.filterwarnings("ignore")
def test_the_mock_of_another_hand_is_understood(tmp_path: Path) -> None:
    """oidc-provider-mock: discovery, code, PKCE, nonce, keys as it has them."""
    with warnings.catch_warnings(record=True):  # Of what it is made of, when it is imported.
        mock = import_module("oidc_provider_mock")
    user = mock.User(sub="mock-1", claims={"email": "li@city.example"})
    serving = mock.run_server_in_thread(user_claims=[user], require_nonce=True)
    with serving as server, ExitStack() as stack:
        issuer = f"http://localhost:{server.server_port}"
        bureau = stack.enter_context(office(tmp_path, oidc=settings(tmp_path, issuer)))
        bureau.accounts.map_subject("lawyer", issuer, "mock-1")
        client = stack.enter_context(bureau.client())
        address = begin(client)
        with httpx.Client(trust_env=False) as browser:
            back = browser.post(address, data={"sub": "mock-1"}).headers["location"]
        assert back.startswith(f"{bureau.url}/sign-in/oidc/done?")
        done = client.get(re.sub(r"^https?://[^/]+", "", back))
        assert done.status_code == 303, done.text
        assert "示例B-21" in client.get("/me").text


def test_a_provider_that_is_silent_is_not_waited_for_by_every_visitor(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = OwnProvider(
            settings(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}"), "http://localhost"
        )
        with patch.object(oidc, "TIMEOUT_S", 0.5):
            for patience_s in (10.0, 0.25, 0.25):
                began = time.monotonic()
                with pytest.raises(oidc.OidcError):
                    asked.begin(Visit(0.0))
                assert time.monotonic() - began < patience_s


def test_whoever_had_the_account_before_is_signed_in_no_longer(town: tuple[Office, Provider]) -> None:
    bureau, made = town
    with bureau.signed_in("lawyer") as client:
        assert client.get("/me").status_code == 200
        bureau.accounts.map_subject("lawyer", made.issuer, "sub-2")
        assert client.get("/me").headers["location"].startswith("/sign-in")
