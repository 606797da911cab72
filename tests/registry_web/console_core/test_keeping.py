"""What is kept, and for how long: sessions, attempts, passwords, the journal, the file itself."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from registry_client.numbering import Numbering
from registry_web.console import passwords
from registry_web.console.accounts import Account, AccountError, Accounts, Credential, Identity
from registry_web.console.act_store import ActStore
from registry_web.console.attempts import LONGEST_S, Attempts
from registry_web.console.database import open_database
from registry_web.console.desk import PageError
from registry_web.console.forgery import is_from_here, is_token_of, masked
from registry_web.console.journal import Journal
from registry_web.console.outside import Outside
from registry_web.console.second_factor import RelyingParty
from registry_web.console.sessions import ABSOLUTE_S, IDLE_S, CookieJar, Sessions
from registry_web.console.visits import LASTS_S, MOST, Visits
from registry_web.kept_file import Database, DatabaseError

BUREAU = "11130900DEM0000228"


class Clock:
    now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "console.db")
    yield database
    database.close()


@pytest.fixture
def account(kept: Database, clock: Clock) -> Account:
    return Accounts(kept, clock).add("li", "示例李", Identity("department", BUREAU, "B-1"))


def test_a_session_ends_when_nothing_is_asked_for_half_an_hour(
    kept: Database, clock: Clock, account: Account
) -> None:
    sessions = Sessions(kept, clock)
    token = sessions.begin(account, "192.0.2.1", "browser")
    clock.now += IDLE_S - 1
    assert sessions.find(token)
    clock.now += IDLE_S - 1
    assert sessions.find(token)
    clock.now += IDLE_S
    assert sessions.find(token) is None


def test_a_session_ends_after_ten_hours_however_busy(kept: Database, clock: Clock, account: Account) -> None:
    sessions = Sessions(kept, clock)
    token = sessions.begin(account, "192.0.2.1", "browser")
    for _ in range(ABSOLUTE_S // 600 - 1):
        clock.now += 600
        assert sessions.find(token)
    clock.now += 600
    assert sessions.find(token) is None


def test_the_file_holds_no_cookie(kept: Database, clock: Clock, account: Account) -> None:
    token = Sessions(kept, clock).begin(account, "192.0.2.1", "browser")
    row = kept.row("SELECT * FROM sessions")
    assert row is not None
    assert token.encode() not in b"".join(str(value).encode() for value in tuple(row))


def test_guessing_waits_twice_as_long_each_time_and_no_longer_than_a_quarter_of_an_hour(
    kept: Database, clock: Clock
) -> None:
    attempts = Attempts(kept, clock)
    waits = []
    for _ in range(20):
        attempts.failed("li", "192.0.2.1")
        waits.append(attempts.wait_s("LI ", "192.0.2.1"))
    assert waits[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == LONGEST_S
    assert attempts.wait_s("li", "198.51.100.7") == 0  # Nobody else is kept out by it.
    attempts.succeeded("li", "192.0.2.1")
    assert attempts.wait_s("li", "192.0.2.1") <= 1


def test_one_address_that_tries_many_names_waits_and_so_does_one_name_tried_from_many(
    kept: Database, clock: Clock
) -> None:
    attempts = Attempts(kept, clock)
    for number in range(25):
        attempts.failed(f"name-{number}", "192.0.2.1")
    assert attempts.wait_s("new", "192.0.2.1") > 0
    for number in range(70):
        attempts.failed("li", f"198.51.100.{number}")
    assert attempts.wait_s("li", "203.0.113.5") > 0
    clock.now += 2 * 86_400
    attempts.failed("other", "203.0.113.9")
    assert attempts.wait_s("li", "203.0.113.5") == 0


def test_a_clock_that_was_put_back_lengthens_no_session(
    kept: Database, clock: Clock, account: Account
) -> None:
    sessions = Sessions(kept, clock)
    token = sessions.begin(account, "192.0.2.1", "browser")
    clock.now -= 60
    assert sessions.find(token) is not None
    clock.now -= 2 * IDLE_S
    assert sessions.find(token) is None
    assert sessions.of_account(account.number) == []


def test_many_attempts_at_once_are_no_more_than_one_after_the_other(kept: Database, clock: Clock) -> None:
    attempts = Attempts(kept, clock)
    with ThreadPoolExecutor(20) as crowd:
        begun = list(crowd.map(lambda _: attempts.begin("li", "192.0.2.1"), range(60)))
    assert begun.count(True) == 5
    assert attempts.wait_s("li", "192.0.2.1") == 1


def test_what_was_right_is_given_back(kept: Database, clock: Clock) -> None:
    attempts = Attempts(kept, clock)
    for _ in range(200):
        assert attempts.begin("li", "192.0.2.1")
        attempts.succeeded("li", "192.0.2.1")


def test_a_clock_that_was_wrong_keeps_nobody_out_for_longer(kept: Database, clock: Clock) -> None:
    attempts = Attempts(kept, clock)
    clock.now += 10 * 365 * 86_400
    for _ in range(9):
        attempts.failed("li", "192.0.2.1")
    clock.now -= 10 * 365 * 86_400
    assert 0 < attempts.wait_s("li", "192.0.2.1") <= LONGEST_S


def test_a_crowd_at_the_door_is_turned_away_instead_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, go_on = Semaphore(0), Event()

    def slow(*_: object) -> bytes:
        inside.release()
        go_on.wait(10)
        return b""

    monkeypatch.setattr(passwords, "_hash", slow)
    with ThreadPoolExecutor(8) as crowd:
        waiting = [crowd.submit(passwords.is_password, "guessed", None) for _ in range(8)]
        for _ in waiting:
            assert inside.acquire(timeout=10)
        with pytest.raises(passwords.BusyError):
            passwords.is_password("guessed", None)
        go_on.set()
    assert [each.result() for each in waiting] == [False] * 8


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "passwordpassword",
        "P@ssw0rd123456",
        "aaaaaaaaaaaaaa",
        "abcdefghijklmn",
        "lisi-lisi-lisi",
        "1" * 300,
    ],
)
def test_a_password_that_everybody_tries_is_not_taken(password: str) -> None:
    assert passwords.faults(password, "lisi")


def test_a_password_of_any_characters_is_kept_as_what_cannot_be_turned_back() -> None:
    password = "石榴 河灯 三月 琥珀 窗台 北斗"
    assert passwords.faults(password, "lisi") == []
    sealed = passwords.sealed(password)
    assert password not in sealed
    assert passwords.is_password(password, sealed)
    assert not passwords.is_password(password + " ", sealed)
    assert not passwords.is_password(password, None)
    assert passwords.sealed(password) != sealed
    composed, apart = "caf\u00e9-caf\u00e9-2026", "cafe\u0301-cafe\u0301-2026"
    assert passwords.is_password(apart, passwords.sealed(composed))


def test_a_token_is_another_each_time_and_stands_for_its_secret_alone() -> None:
    secret, other = os.urandom(32), os.urandom(32)
    tokens = {masked(secret) for _ in range(50)}
    assert len(tokens) == 50
    assert all(is_token_of(secret, token) for token in tokens)
    assert not any(is_token_of(other, token) for token in tokens)
    assert not is_token_of(secret, "é")


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"origin": "https://c.example"}, True),
        ({"origin": "https://c.example", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://c.example", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "https://c.example:8443"}, False),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({}, True),
    ],
)
def test_a_browser_says_where_a_form_comes_from(headers: dict[str, str], own: bool) -> None:
    assert is_from_here(headers, "https://c.example") is own


def test_visits_are_bounded_and_run_out(clock: Clock) -> None:
    visits = Visits(clock)
    first, _ = visits.begin("/")
    for _ in range(MOST):
        last, visit = visits.begin("/acts")
    assert visits.find(first) is None
    assert visits.find(last) is visit
    challenge = visit.ask()
    assert (visit.take_challenge(), visit.take_challenge()) == (challenge, b"")
    clock.now += LASTS_S + 1
    assert visits.find(last) is None


def test_what_happened_is_never_changed(kept: Database, clock: Clock) -> None:
    journal = Journal(kept, clock)
    journal.note("signed in", login="li", detail="line\nbreak" + "x" * 1000)
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        kept.change("UPDATE happenings SET login = 'wang'")
    assert len(journal.latest(10)) == 1


def test_the_file_is_its_owners_alone_and_one_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "console.db"
    open_database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with sqlite3.connect(path) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with pytest.raises(DatabaseError, match="更新的版本"):
        open_database(path)


def test_a_transaction_is_whole_or_nothing(kept: Database) -> None:
    with pytest.raises(RuntimeError), kept.writing() as connection:
        connection.execute("INSERT INTO attempts VALUES ('k', 1, 1)")
        raise RuntimeError
    assert kept.rows("SELECT * FROM attempts") == []


@pytest.mark.parametrize(
    "identity",
    [
        Identity("auditor"),
        Identity("auditor", BUREAU, "B-1", "city"),
        Identity("department", BUREAU),
        Identity("registrar", "", "R-1"),
        Identity("department", BUREAU, "B-1", "city"),
    ],
)
def test_an_account_is_whole_or_not_made(kept: Database, clock: Clock, identity: Identity) -> None:
    with pytest.raises(AccountError):
        Accounts(kept, clock).add("wang", "示例王", identity)


def test_one_name_is_one_account_whatever_its_case(kept: Database, clock: Clock, account: Account) -> None:
    accounts = Accounts(kept, clock)
    with pytest.raises(AccountError, match="已有账户"):
        accounts.add("LI", "示例李", Identity("department", BUREAU, "B-2"))
    assert accounts.named("Li").number == account.number


def test_a_second_use_of_the_counter_at_the_same_time_is_seen(
    kept: Database, clock: Clock, account: Account
) -> None:
    accounts = Accounts(kept, clock)
    token = accounts.invite("li")
    assert accounts.settle(token, "x", Credential(b"c", b"k", 3))
    (held,) = accounts.credentials(account.number)
    assert accounts.used(held, 4)
    assert not accounts.used(held, 4)


def test_a_department_is_numbered_with_one_secret(kept: Database, clock: Clock) -> None:
    store = ActStore(kept, clock)
    own = Numbering.generate()
    assert store.import_numbering(BUREAU, own.secret)
    assert store.numbering(BUREAU).secret == own.secret
    assert not store.import_numbering(BUREAU, Numbering.generate().secret)
    assert store.numbering("11130900DEM000014D").secret != own.secret


def test_the_operator_keeps_accounts_by_commands(tmp_path: Path) -> None:
    config = tmp_path / "web.toml"
    config.write_text(
        '[registry]\ntarget = "127.0.0.1:1"\n[console]\naddress = "127.0.0.1:0"\n'
        'url = "https://console.credit.example"\ncredentials = "c"\ntoken_key = "console.key"\n'
        'database = "console.db"\nsigner = "s"\npolicy = "p"\n'
    )

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        placed = [*words, "--config", str(config)] if words[0] == "account" else words
        return subprocess.run(
            [sys.executable, "-m", "registry_web", *placed],
            capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "PYTHONPATH": "clients"},
        )  # fmt: skip

    who = ("--name", "示例李", "--role", "department", "--department", BUREAU, "--official", "B-1")
    assert "已建立账户 li" in run("account", "add", "li", *who).stdout
    link = run("account", "invite", "li").stdout.strip()
    assert link.startswith("https://console.credit.example/invite#")
    again = run("account", "add", "li", *who)
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "尚未启用" in run("account", "list").stdout
    assert run("account", "disable", "li").returncode == 0
    assert "已停用" in run("account", "list").stdout
    assert run("account", "invite", "li").returncode == 1
    told = run("account", "log").stdout
    assert [line.split("  ")[3] for line in told.splitlines()] == [
        "account disabled",
        "invited",
        "account added",
    ]
    assert link.rpartition("#")[2] not in told
    assert run("account", "reset", "nobody").returncode == 1
    made = run("console-key", str(tmp_path / "console.key"))
    assert "registry token trust console" in made.stdout
    assert stat.S_IMODE((tmp_path / "console.key").stat().st_mode) == 0o600
    assert run("console-key", str(tmp_path / "console.key")).returncode == 1


def test_one_address_begins_no_more_visits_than_leave_room_for_others(clock: Clock) -> None:
    desk: Any = SimpleNamespace(cookies=CookieJar(secure=True, samesite="strict"))
    outside = Outside(desk, Visits(clock), RelyingParty("https://console.example"), "")

    def begin(address: str) -> Response:
        scope = {"type": "http", "client": (address, 1), "headers": []}
        return outside.begin(Request(scope), lambda _visit: Response())

    for _ in range(300):
        assert begin("203.0.113.7").headers["set-cookie"].startswith("__Host-visit=")
    with pytest.raises(PageError, match="过于频繁"):
        begin("203.0.113.7")
    assert begin("198.51.100.1").status_code == 200
