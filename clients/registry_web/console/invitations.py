"""Invitations: password and second factor of a local account, set once, by whoever holds the link.

    GET  /invite            with the token in the fragment, which is sent to no server by itself
    POST /invite            the token; password and authenticator are asked for
    POST /invite/done       both; the invitation is used up

Every fault of what was given is told at once, and a new challenge is asked.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry_web.console import passwords
from registry_web.console.accounts import Account, Accounts
from registry_web.console.outside import Outside
from registry_web.console.second_factor import SecondFactorError
from registry_web.console.visits import Visit
from registry_web.security import client_key

NOT_INVITED = "邀请无效：已经使用、已经过期，或者链接不完整。请联系运维人员。"


class Invitations:
    """The door for whoever is invited."""

    def __init__(self, outside: Outside, accounts: Accounts) -> None:
        self._outside = outside
        self._accounts = accounts

    def routes(self) -> list[Route]:
        """Where it is."""
        return [
            Route("/invite", self._outside.open(self._show)),
            Route("/invite", self._outside.open(self._invited), methods=["POST"]),
            Route("/invite/done", self._outside.open(self._settle), methods=["POST"]),
        ]

    def _show(self, request: Request) -> Response:
        return self._outside.begin(
            request, lambda visit: self._outside.page(request, "console/invite.html", visit, fault="")
        )

    def _invited(self, request: Request) -> Response:
        visit, token = self._outside.visit(request), self._outside.text(request, "token")
        account = self._accounts.invited(token)
        if account is None or not self._outside.party.can_ask:
            return self._refused(request, visit)
        return self._ask(request, visit, account, token)

    def _refused(self, request: Request, visit: Visit) -> Response:
        self._outside.note_refusal(request, "invitation refused")
        return self._outside.page(request, "console/invite.html", visit, status=403, fault=NOT_INVITED)

    def _ask(
        self, request: Request, visit: Visit, account: Account, token: str, said: tuple[str, ...] = ()
    ) -> Response:
        return self._outside.page(
            request,
            "console/settle.html",
            visit,
            status=422 if said else 200,
            account=account,
            token=token,
            said=said,
            shortest=passwords.SHORTEST,
            options=self._outside.party.registration(account, visit.ask()),
        )

    def _settle(self, request: Request) -> Response:
        visit, token = self._outside.visit(request), self._outside.text(request, "token")
        challenge, account = visit.take_challenge(), self._accounts.invited(token)
        if account is None or not challenge:
            return self._refused(request, visit)
        password = self._outside.text(request, "password")
        said = passwords.faults(password, account.login)
        said += [] if password == self._outside.text(request, "again") else ["两次输入的口令不一样"]
        try:
            credential = self._outside.party.registered(self._outside.text(request, "answer"), challenge)
        except SecondFactorError as error:
            said.append(str(error))
        if said:
            return self._ask(request, visit, account, token, tuple(said))
        if self._accounts.settle(token, passwords.sealed(password), credential) is None:
            return self._refused(request, visit)
        address = client_key(request.scope)
        self._outside.desk.journal.note("settled", login=account.login, address=address)
        return RedirectResponse("/sign-in?said=settled", 303)
