"""The door for whoever signs in at an OpenID provider (``oidc``): there, and back.

    GET /sign-in/oidc        to the provider
    GET /sign-in/oidc/done   back from it: an account made beforehand for this subject, or for a claim

Whatever goes wrong, the page says one thing; the journal says what it was.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from registry_web.console.accounts import Accounts
from registry_web.console.oidc import DONE, OidcError, Provider
from registry_web.console.outside import EXPIRED, Outside

NOT_MAPPED = "统一身份认证没有通过，或者您在本管理台没有账户。请联系运维人员。"


class ProviderDoor:
    """The door by an OpenID provider."""

    def __init__(self, outside: Outside, accounts: Accounts, provider: Provider) -> None:
        self._outside = outside
        self._accounts = accounts
        self._provider = provider

    def routes(self) -> list[Route]:
        """Where it is."""
        return [
            Route("/sign-in/oidc", self._outside.open(self._there)),
            Route(DONE, self._outside.open(self._back)),
        ]

    def _there(self, request: Request) -> Response:
        visit = self._outside.find(request)
        if visit is None:
            return self._outside.again(request, EXPIRED)
        try:
            return RedirectResponse(self._provider.begin(visit), 303)
        except OidcError as error:
            return self._refused(request, error)

    def _back(self, request: Request) -> Response:
        visit = self._outside.find(request)
        if visit is None:
            return self._outside.again(request, EXPIRED)
        try:
            given = dict(request.query_params)
            vouched = self._provider.finish(visit, given, self._accounts.claims())
        except OidcError as error:
            return self._refused(request, error)
        account = self._accounts.of_subject(vouched.issuer, vouched.subject)
        for claim, value in vouched.claims.items():
            account = account or self._accounts.bind_claim(claim, value, vouched.issuer, vouched.subject)
        if account is None or account.disabled:
            return self._refused(request, OidcError("no account, or a disabled one"))
        return self._outside.enter(request, visit, account)

    def _refused(self, request: Request, error: OidcError) -> Response:
        self._outside.note_refusal(request, "sign-in refused", f"provider: {error}")
        self._outside.end(request)
        return self._outside.again(request, NOT_MAPPED)
