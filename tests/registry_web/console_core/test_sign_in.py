from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from webauthn.helpers import base64url_to_bytes

from registry.v1 import statement_pb2 as pb
from registry_web.console import passwords
from registry_web.console.accounts import Credential, Identity
from registry_web.console.attempts import Attempts
from registry_web.console.desk import safe_back
from tests.registry_web.console_core.authenticator import Authenticator
from tests.registry_web.console_core.office import Office, csrf_of, office, own
from tests.registry_web.console_core.trial_pages import trial_pages

PASSWORD = "石榴 河灯 三月 琥珀 窗台 北斗"


def challenge_in(page: httpx.Response) -> bytes:
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found, page.text
    return base64url_to_bytes(json.loads(unescape(found[1]))["challenge"])


def settle(bureau: Office, login: str) -> Authenticator:
    """Gives an account a password and a second factor, as by invitation."""
    held = Authenticator(bureau.url)
    bureau.accounts.reset(login)
    token = bureau.accounts.invite(login)
    assert bureau.accounts.settle(token, passwords.sealed(PASSWORD), held.credential)
    return held


def enter(bureau: Office, client: httpx.Client, login: str, password: str, back: str = "") -> httpx.Response:
    """Types login and password."""
    page = client.get(f"/sign-in{f'?next={back}' if back else ''}")
    given = {"csrf": csrf_of(page), "login": login, "password": password}
    return client.post("/sign-in", data=given, headers=own(bureau.url))


def answer(bureau: Office, client: httpx.Client, page: httpx.Response, said: str) -> httpx.Response:
    given = {"csrf": csrf_of(page), "answer": said}
    return client.post("/sign-in/second", data=given, headers=own(bureau.url))


@pytest.fixture
def lawyer(bureau: Office) -> Authenticator:
    bureau.database.change("DELETE FROM attempts")
    return settle(bureau, "lawyer")


def test_password_and_second_factor_sign_in_and_lead_back(bureau: Office, lawyer: Authenticator) -> None:
    with bureau.client() as client:
        assert client.get("/acts").headers["location"] == "/sign-in?next=/acts"
        second = enter(bureau, client, "lawyer", PASSWORD, back="/acts")
        assert client.get("/acts").status_code == 303  # A password alone opens nothing.
        done = answer(bureau, client, second, lawyer.get(challenge_in(second)))
        assert (done.status_code, done.headers["location"]) == (303, "/acts")
        assert client.get("/acts").status_code == 200
        me = client.get("/me")
        assert "本次" in me.text
        assert "127.0.0.1" in me.text
    assert bureau.journal("signed in")[0]["login"] == "lawyer"


def test_the_session_has_a_new_name_whatever_the_browser_brought(
    bureau: Office, lawyer: Authenticator
) -> None:
    planted = bureau.session("chief")
    with bureau.client(session=planted) as client:
        second = enter(bureau, client, "lawyer", PASSWORD)
        # The page is for visitors; signing in as another ends the session that was there.
        done = answer(bureau, client, second, lawyer.get(challenge_in(second)))
        fresh = done.cookies["session"]
        assert fresh != planted
    with bureau.client(session=planted) as old:
        assert old.get("/me").status_code == 303
    with bureau.client(session=fresh) as new:
        assert "示例B-21" in new.get("/me").text


def test_a_name_that_was_made_up_is_no_session(bureau: Office) -> None:
    with bureau.client(session="A" * 43) as client:
        assert client.get("/me").status_code == 303


def test_a_cookie_is_worth_nothing_after_signing_out(bureau: Office) -> None:
    with bureau.signed_in("lawyer") as client:
        stolen = client.cookies["session"]
        page = client.get("/me")
        out = client.post("/sign-out", data={"csrf": csrf_of(page)}, headers=own(bureau.url))
        assert out.headers["location"] == "/sign-in"
    with bureau.client(session=stolen) as thief:
        assert thief.get("/me").status_code == 303


def test_disabling_an_account_ends_its_sessions_at_once(bureau: Office) -> None:
    with bureau.signed_in("reviewer") as client:
        assert client.get("/me").status_code == 200
        bureau.accounts.disable("reviewer")
        assert client.get("/me").status_code == 303
        bureau.accounts.enable("reviewer")
        assert client.get("/me").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://localhost:1"},
    ],
)
def test_a_form_of_another_site_does_nothing_even_with_the_token(
    bureau: Office, headers: dict[str, str]
) -> None:
    with bureau.signed_in("lawyer") as client:
        token = csrf_of(client.get("/me"))
        answer = client.post("/sign-out", data={"csrf": token}, headers=headers)
        assert answer.status_code == 403
        assert client.get("/me").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "A" * 88, None])
def test_a_form_without_the_token_of_the_session_does_nothing(bureau: Office, token: str | None) -> None:
    with bureau.signed_in("lawyer") as client, bureau.signed_in("chief") as other:
        sent = csrf_of(other.get("/me")) if token is None else token
        assert client.post("/sign-out", data={"csrf": sent}, headers=own(bureau.url)).status_code == 403
        assert client.get("/me").status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(bureau: Office, lawyer: Authenticator) -> None:
    texts = set()
    bureau.accounts.disable("hearer")
    for login, password in (("lawyer", "wrong"), ("nobody", PASSWORD), ("hearer", PASSWORD), ("", "")):
        with bureau.client() as client:
            page = enter(bureau, client, login, password)
            assert page.status_code == 403
            texts.add(re.sub(r'value="[^"]*"', "", page.text))
    bureau.accounts.enable("hearer")
    assert len(texts) == 1
    # A name that is none is not written down: it may be a password typed in the wrong place.
    assert {each["login"] for each in bureau.journal("sign-in refused")} <= {"lawyer", "hearer", "?"}


def test_guessing_is_slowed_down_and_the_right_password_waits_too(
    bureau: Office, lawyer: Authenticator
) -> None:
    with bureau.client() as client:
        enter(bureau, client, "lawyer", "guessed")
    attempts = Attempts(bureau.database, bureau.now)
    for _ in range(8):
        attempts.failed("Lawyer", "127.0.0.1")
    with bureau.client() as client:
        assert enter(bureau, client, "lawyer", PASSWORD).status_code == 403
    bureau.offset["s"] = 60
    try:
        with bureau.client() as client:
            assert enter(bureau, client, "lawyer", PASSWORD).status_code == 200
    finally:
        bureau.offset["s"] = 0


LIES: list[Any] = [
    pytest.param(lambda held, challenge: held.get(bytes(32)), id="another challenge"),
    pytest.param(lambda held, challenge: held.get(challenge, verified=False), id="user not verified"),
    pytest.param(lambda held, challenge: held.get(challenge, origin="https://evil.example"), id="phished"),
    pytest.param(lambda held, challenge: held.get(challenge, count=0), id="counter stands still"),
    pytest.param(lambda held, challenge: Authenticator(held.origin).get(challenge), id="another one"),
    pytest.param(lambda held, challenge: "{}", id="nothing"),
    pytest.param(lambda held, challenge: "x" * 20_000, id="too long"),
    pytest.param(lambda held, challenge: "[" * 16_000, id="too deep"),
]


@pytest.mark.parametrize("lie", LIES)
def test_a_second_factor_that_is_not_the_right_one_does_not_sign_in(
    bureau: Office, lawyer: Authenticator, lie: Any
) -> None:
    with bureau.client() as client:
        second = enter(bureau, client, "lawyer", PASSWORD)
        first = answer(bureau, client, second, lawyer.get(challenge_in(second)))
        assert first.status_code == 303
    with bureau.client() as client:
        second = enter(bureau, client, "lawyer", PASSWORD)
        assert answer(bureau, client, second, lie(lawyer, challenge_in(second))).status_code == 403
        assert client.get("/me").status_code == 303


def test_an_answer_to_a_challenge_is_good_once(bureau: Office, lawyer: Authenticator) -> None:
    with bureau.client() as client:
        second = enter(bureau, client, "lawyer", PASSWORD)
        said = lawyer.get(challenge_in(second))
        visit = client.cookies["visit"]
        assert answer(bureau, client, second, said).status_code == 303
    with bureau.client(visit=visit) as thief:
        assert answer(bureau, thief, second, said).status_code == 403
        again = enter(bureau, thief, "lawyer", PASSWORD)
        assert answer(bureau, thief, again, said).status_code == 403


def test_the_second_factor_cannot_be_answered_without_the_password(
    bureau: Office, lawyer: Authenticator
) -> None:
    with bureau.client() as client:
        page = client.get("/sign-in")
        assert answer(bureau, client, page, lawyer.get(bytes(32))).status_code == 403


@pytest.mark.parametrize(
    ("given", "led"),
    [
        ("/bans/SF-1", "/bans/SF-1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/ok\r\nset-cookie: a=b", "/"),
        ("", "/"),
        (None, "/"),
        ("/" + "x" * 600, "/"),
    ],
)
def test_signing_in_leads_nowhere_else(given: str | None, led: str) -> None:
    assert safe_back(given) == led


def test_sign_in_follows_no_address_of_another_site(bureau: Office, lawyer: Authenticator) -> None:
    with bureau.client() as client:
        second = enter(bureau, client, "lawyer", PASSWORD, back="//evil.example/x")
        done = answer(bureau, client, second, lawyer.get(challenge_in(second)))
        assert done.headers["location"] == "/"


def test_an_invitation_is_good_once_and_sets_both(bureau: Office) -> None:
    held = Authenticator(bureau.url)
    token = bureau.accounts.reset("chief")
    with bureau.client() as client:
        page = client.get("/invite")
        page = client.post("/invite", data={"csrf": csrf_of(page), "token": token}, headers=own(bureau.url))
        weak = {"password": "aaaaaaaaaaaaaa", "again": "different", "token": token, "answer": "{}"}
        page = client.post("/invite/done", data={"csrf": csrf_of(page), **weak}, headers=own(bureau.url))
        assert page.status_code == 422
        for said in ("口令太常见", "两次输入的口令不一样", "第二因素没有登记成功"):
            assert said in page.text  # All at once.
        good = {"password": PASSWORD, "again": PASSWORD, "token": token}
        made = held.create(challenge_in(page))
        done = client.post(
            "/invite/done", data={"csrf": csrf_of(page), **good, "answer": made}, headers=own(bureau.url)
        )
        assert done.headers["location"] == "/sign-in?said=settled"
        again = client.post(
            "/invite", data={"csrf": csrf_of(client.get("/invite")), "token": token}, headers=own(bureau.url)
        )
        assert again.status_code == 403
        second = enter(bureau, client, "chief", PASSWORD)
        assert answer(bureau, client, second, held.get(challenge_in(second))).status_code == 303


def test_an_invitation_runs_out_and_is_void_after_another(bureau: Office) -> None:
    first = bureau.accounts.reset("chief")
    second = bureau.accounts.invite("chief")
    assert bureau.accounts.invited(first) is None
    assert bureau.accounts.invited(second) is not None
    bureau.offset["s"] = 3 * 86_400 + 1
    try:
        assert bureau.accounts.invited(second) is None
        assert bureau.accounts.settle(second, "x", Credential(b"1", b"2", 0)) is None
    finally:
        bureau.offset["s"] = 0


def test_an_official_ends_the_other_sessions_of_his_own_and_no_others(bureau: Office) -> None:
    with (
        bureau.signed_in("handler") as client,
        bureau.signed_in("handler") as other,
        bureau.signed_in("chief") as stranger,
    ):
        chief = bureau.database.row(
            "SELECT digest FROM sessions JOIN accounts ON account = accounts.id WHERE login = 'chief'"
        )
        assert chief is not None
        token = csrf_of(client.get("/me"))
        for digest in (chief["digest"].hex(), ""):
            client.post("/me/sessions", data={"csrf": token, "digest": digest}, headers=own(bureau.url))
        assert other.get("/me").status_code == 303
        assert client.get("/me").status_code == 200
        assert stranger.get("/me").status_code == 200


def test_who_is_not_signed_in_sends_small_forms_alone(bureau: Office) -> None:
    with bureau.client() as client:
        token = csrf_of(client.get("/sign-in"))
        given = {"csrf": token, "login": "lawyer", "password": "x" * 100_000}
        assert client.post("/sign-in", data=given, headers=own(bureau.url)).status_code == 413
        pieces, kind = (b"a=%01000d&" % n for n in range(100)), "application/x-www-form-urlencoded"
        unannounced = {**own(bureau.url), "content-type": kind}
        assert client.post("/sign-in", content=pieces, headers=unannounced).status_code == 413


def test_over_tls_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    with office(tmp_path, https=True, pages_of=trial_pages) as bureau, bureau.client() as client:
        answer = client.get("/sign-in")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-visit=")
        for said in ("Secure", "HttpOnly", "Path=/", "SameSite=lax"):
            assert said in cookie
        assert "omain=" not in cookie
        assert answer.headers["strict-transport-security"]
        assert "no-store" in answer.headers["cache-control"]


def test_pages_are_stored_nowhere_and_load_nothing_from_elsewhere(bureau: Office) -> None:
    with bureau.signed_in("lawyer") as client:
        page = client.get("/me")
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert not re.search(r"(src|href)=\"https?://", page.text)
        assert not re.search(r"\son[a-z]+=|<script>", page.text)


def test_whoever_was_revoked_in_the_directory_finds_the_console_closed(bureau: Office) -> None:
    code = bureau.spine.code("财政")
    bureau.spine.appoint("财政", "B-66", "办公室", pb.OFFICIAL_ROLE_SUBMITTER)
    bureau.accounts.add("leaver", "示例B-66", Identity("department", code, "B-66"))
    with bureau.signed_in("leaver") as client:
        assert client.get("/me").status_code == 200
        ended = pb.OfficialRevocation(official_id="B-66", department=code, reason="调离")
        bureau.spine.say("信用办", official_revocation=ended)
        bureau.offset["s"] = 61  # What the directory said is kept for a minute.
        page = client.get("/me")
        bureau.offset["s"] = 0
        assert (page.status_code, "职务已在登记系统中停用" in page.text) == (403, True)


@pytest.mark.parametrize("login", ["%FF%FE", "%ED%A0%80", "a%00b", "%E2%80%AE", "' OR 1=1 --", "x" * 5000])
def test_whatever_is_typed_into_the_fields_is_answered(bureau: Office, login: str) -> None:
    bureau.database.change("DELETE FROM attempts")
    with bureau.client() as client:
        token = csrf_of(client.get("/sign-in")).replace("=", "%3D")
        content = f"csrf={token}&login={login}&password={login}".replace(" ", "+")
        headers = {"content-type": "application/x-www-form-urlencoded", **own(bureau.url)}
        assert client.post("/sign-in", content=content, headers=headers).status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "é", "a=b", "A" * 5000, '"quoted"'])
def test_whatever_stands_in_a_cookie_is_no_session(bureau: Office, cookie: str) -> None:
    with bureau.client() as client:
        sent = {b"cookie": f"session={cookie}".encode()}
        assert client.get("/me", headers=sent).status_code == 303


def test_nobody_fills_the_journal_from_outside(bureau: Office) -> None:
    with bureau.client() as client:
        given = {"csrf": csrf_of(client.get("/invite")), "token": "guessed"}
        answers = {client.post("/invite", data=given, headers=own(bureau.url)).status_code for _ in range(80)}
    assert answers == {403}
    assert 0 < len(bureau.journal("invitation refused")) <= 61
