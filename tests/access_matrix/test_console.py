"""Every page of the console × everybody who may be signed in, or is not (``console_table``); and every form
posted from elsewhere, or by the auditor."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from unittest.mock import patch

import pytest
from starlette.applications import Starlette

from registry_client import Credentials, Registry
from registry_web.console.app import console_app
from tests.access_matrix.console_table import GIVEN, OUTSIDE, PAGES, POSTED
from tests.registry_web.console_core.office import Office, csrf_of, office, own

LOGINS = {"d": "handler", "r": "registrar", "a": "auditor"}
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


@dataclass(frozen=True, slots=True)
class Console:
    """A console at work, and the methods that each of its paths takes."""

    bureau: Office
    routes: Mapping[str, frozenset[str]]

    def taking(self, method: str) -> list[str]:
        """Paths that take a method, and need a session."""
        return [path for path, methods in self.routes.items() if method in methods and path not in OUTSIDE]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with patch("registry_web.console.app.BURST", 100_000.0), office(tmp_path_factory.mktemp("m")) as bureau:
        own_credentials = Credentials.load(bureau.config.credentials)
        with Registry(bureau.served.target, own_credentials, timeout=10) as registry:
            guard = console_app(bureau.config, registry, bureau.now)
            yield Console(bureau, _routes(guard._app))


def _routes(application: Starlette) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for route in application.routes:
        path, methods = getattr(route, "path", str(route)), getattr(route, "methods", None) or ()
        found[path] = found.get(path, frozenset()) | frozenset(methods)
    return found


def filled(path: str) -> str:
    return _PARAMETER.sub(lambda found: GIVEN.get(found[1], "x"), path)


def test_every_route_has_a_row_and_every_row_a_route(console: Console) -> None:
    assert PAGES.keys() | POSTED | OUTSIDE == console.routes.keys()
    assert {path for path in POSTED if "GET" in console.routes[path]} == set()
    assert set(console.taking("GET")) == PAGES.keys()


@pytest.mark.parametrize("power", LOGINS)
def test_a_page_opens_for_exactly_those_of_its_row(console: Console, power: str) -> None:
    wrong = []
    with console.bureau.signed_in(LOGINS[power]) as client:
        for path, row in PAGES.items():
            status = client.get(filled(path)).status_code
            assert status < 500, (path, status)
            if (status == 403) == (power in row) or status == 303:
                wrong.append((path, status))
    assert wrong == []


def test_without_a_session_every_page_and_form_leads_to_signing_in(console: Console) -> None:
    with console.bureau.client() as client:
        for path in console.taking("GET"):
            answer = client.get(filled(path))
            assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in"), path
        for path in console.taking("POST"):
            assert client.post(filled(path), data={"do": "sign"}).status_code == 303, path


def test_with_a_session_that_is_made_up_it_is_the_same(console: Console) -> None:
    with console.bureau.client(session="A" * 43) as client:
        for path in ("/", "/audit/queries", "/directory/act/{act}"):
            assert client.get(filled(path)).status_code == 303


def test_a_form_from_elsewhere_or_without_its_token_is_refused_at_every_path(console: Console) -> None:
    size = console.bureau.spine.engine.state.size
    with console.bureau.signed_in("handler") as client, console.bureau.signed_in("registrar") as other:
        token, others = csrf_of(client.get("/me")), csrf_of(other.get("/me"))
        here = own(console.bureau.url)
        for path in console.taking("POST"):
            for fields, headers in (
                ({}, here),
                ({"csrf": others}, here),
                ({"csrf": token}, {**here, "origin": "https://elsewhere.example"}),
                ({"csrf": token}, {**here, "sec-fetch-site": "cross-site"}),
            ):
                answer = client.post(filled(path), data={"do": "sign", **fields}, headers=headers)
                assert answer.status_code == 403, (path, fields.keys())
    assert console.bureau.spine.engine.state.size == size


def test_the_auditor_states_nothing_by_any_form(console: Console) -> None:
    size = console.bureau.spine.engine.state.size
    with console.bureau.signed_in("auditor") as client:
        for path in console.taking("POST"):
            if path in ("/sign-out", "/me/sessions"):
                continue
            data = {"csrf": csrf_of(client.get("/me")), "do": "sign"}
            answer = client.post(filled(path), data=data, headers=own(console.bureau.url))
            assert answer.status_code < 500, path
            location = answer.headers.get("location", "")
            assert not location.startswith("/acts/"), path
    assert console.bureau.spine.engine.state.size == size


@pytest.mark.parametrize("power", LOGINS)
def test_a_form_is_refused_to_whom_its_page_is_refused(console: Console, power: str) -> None:
    with console.bureau.signed_in(LOGINS[power]) as client:
        for path in console.taking("POST"):
            if power not in PAGES.get(path, LOGINS.keys()):
                data = {"csrf": csrf_of(client.get("/me")), "do": "sign"}
                answer = client.post(filled(path), data=data, headers=own(console.bureau.url))
                assert answer.status_code == 403, path
