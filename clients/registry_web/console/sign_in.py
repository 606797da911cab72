"""Signing in with a local account and a second factor, and out.

    GET  /sign-in           a visit begins; form for local accounts, link to the provider
    POST /sign-in           login and password; if they are right, the second factor is asked for
    POST /sign-in/second    its answer; inside
    POST /sign-out          the session is over at the server

Wrong login, wrong password, disabled account, wrong second factor, too many tries: one answer; after about
the same time, but for whoever comes too early or into a crowd, of whose password nothing is looked at.
Failures are in the journal with what they were.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry_web.console import passwords
from registry_web.console.accounts import Accounts
from registry_web.console.attempts import Attempts
from registry_web.console.desk import SESSION, safe_back
from registry_web.console.outside import EXPIRED, Outside
from registry_web.console.second_factor import SecondFactorError
from registry_web.console.visits import Visit
from registry_web.security import client_key

FAILED = "登录名、口令或第二因素不正确，或者尝试过于频繁。请稍后再试。"


class SignIn:
    """The door for local accounts, and the way out for everybody."""

    def __init__(self, outside: Outside, accounts: Accounts, attempts: Attempts) -> None:
        self._outside = outside
        self._desk = outside.desk
        self._accounts = accounts
        self._attempts = attempts

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/sign-in", self._outside.open(self._show)),
            Route("/sign-in", self._outside.open(self._password), methods=["POST"]),
            Route("/sign-in/second", self._outside.open(self._second), methods=["POST"]),
            self._desk.route("/sign-out", self._sign_out, methods=("POST",), leaving=True),
        ]

    def _show(self, request: Request) -> Response:
        return self._outside.again(request, "", safe_back(request.query_params.get("next")))

    def _password(self, request: Request) -> Response:
        visit, address = self._outside.visit(request), client_key(request.scope)
        login, password = (self._outside.text(request, name) for name in ("login", "password"))
        if not self._attempts.begin(login, address):
            return self._failed(request, visit, login, "")
        account = self._accounts.find(login.strip())
        try:
            right = passwords.is_password(password, account.password if account else None)
        except passwords.BusyError:
            self._attempts.passed(login, address)
            return self._failed(request, visit, login, "")
        held = self._accounts.credentials(account.number) if account else []
        if account is None or not right or account.disabled or not held:
            return self._failed(request, visit, login, "password")
        self._attempts.passed(login, address)
        visit.account = account.number
        options = self._outside.party.question([each.identifier for each in held], visit.ask())
        return self._outside.page(request, "console/second.html", visit, options=options)

    def _second(self, request: Request) -> Response:
        visit, address = self._outside.visit(request), client_key(request.scope)
        account = self._accounts.numbered(visit.account) if visit.account is not None else None
        challenge = visit.take_challenge()
        if account is None or account.disabled or not challenge:
            return self._outside.again(request, EXPIRED, visit.back)
        if not self._attempts.begin(account.login, address):
            return self._failed(request, visit, account.login, "")
        held = self._accounts.credentials(account.number)
        try:
            answer = self._outside.text(request, "answer")
            credential, count = self._outside.party.answered(answer, challenge, held)
        except SecondFactorError:
            return self._failed(request, visit, account.login, "second factor")
        if not self._accounts.used(credential, count):
            return self._failed(request, visit, account.login, "second factor used twice")
        self._attempts.succeeded(account.login, address)
        return self._outside.enter(request, visit, account)

    def _failed(self, request: Request, visit: Visit, login: str, what: str) -> Response:
        """One answer to whatever was wrong; ``what`` is empty where it was only too early."""
        if what:
            address = client_key(request.scope)
            known = self._accounts.find(login.strip())  # What is no name may be a password in its place.
            said = known.login if known else "?"
            self._desk.journal.note("sign-in refused", login=said, address=address, detail=what)
        self._outside.end(request)
        return self._outside.again(request, FAILED, visit.back)

    def _sign_out(self, request: Request) -> Response:
        self._desk.note(request, "signed out")
        self._desk.sessions.end(self._desk.session(request).digest)
        response = RedirectResponse("/sign-in", 303)
        self._desk.cookies.drop(response, SESSION)
        response.headers["clear-site-data"] = '"cache"'
        return response
