"""Every path of the JSON gateway × every role, and × tokens that are none: the same table as over gRPC."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from registry.access.identity import CallerRole
from registry.access.papers import TOKENS, Outcome
from registry.access.policy import METHODS
from registry.provenance.access_token import TokenKey
from registry.token_desk import HOLDERS, Vouching
from registry_web.gateway.app import _inner
from registry_web.gateway.limits import Limits
from registry_web.gateway.rules import rules
from registry_web.security import Rate
from tests.access_matrix import tokens
from tests.support.faces import Faced, claims, facing
from tests.support.gateway import gateway
from tests.support.spine import found_spine, furnish

OPEN_TO_ALL = {"/openapi.json", "/docs", "/static/{name}"}
"""The description; it says nothing of anybody."""
DENIED = (403, "METHOD_DENIED")
ANY_CASE = "with a word in another case (bearer)"
"""In HTTP the word has no case (RFC 9110 §11.1): the gateway takes it, and says it in the registry's way."""
FEW = ("/v1/restrictions:check", "/v1/log:getCheckpoint", "/v1/intake:submit")
ROLES = (CallerRole.DEPARTMENT, CallerRole.BORDER_SYSTEM, CallerRole.AUDITOR, CallerRole.PUBLIC)
"""The most different ones; that a token has its role's rights in every method is tried over gRPC."""
PATHS = {rule.path: rule.method for rule in rules()}


@dataclass(frozen=True, slots=True)
class Doors:
    """A gateway before a registry; ``key`` vouches for everybody but faces by it."""

    url: str
    faced: Faced
    desk: tokens.Desk
    key: TokenKey

    def outcomes(
        self, headers: list[tuple[str, str]], paths: Iterable[str] = PATHS
    ) -> dict[str, tuple[int, str]]:
        """What becomes of an empty message to each path: status, and reason of a problem."""
        with httpx.Client(base_url=self.url, timeout=30, trust_env=False) as client:
            sent = [*headers, ("content-type", "application/json")]
            answers = {path: client.post(path, content=b"{}", headers=sent) for path in paths}
        return {path: (each.status_code, _reason(each)) for path, each in answers.items()}


def _reason(answer: Any) -> str:
    return "" if answer.status_code == 200 else str(answer.json()["reason"])


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("doors") / "registry"))
    spine.deliver()
    plenty = Rate(burst=100_000, per_s=100_000)
    limits = Limits(addresses=plenty, calls=plenty, tries=plenty)
    with facing(spine) as faced, gateway(faced, limits) as url:
        desk, key = tokens.Desk.of(faced), TokenKey.new()
        roles = [role.value for role in CallerRole if role is not CallerRole.FACE]
        faced.trust(key, Vouching("all", roles, ["gateway"], tokens.LONGEST_S))
        time.sleep(1.1)  # Lists are looked at once a second.
        yield Doors(url, faced, desk, key)


def test_every_path_is_a_method_with_a_row_or_the_description(doors: Doors) -> None:
    application = _inner(doors.faced.served.target, doors.faced.credentials(), site="", limits=Limits())
    paths = {getattr(route, "path", str(route)) for route in application.routes}
    described = {f"/docs/{rule.descriptor.containing_service.name}" for rule in rules()}
    assert paths == PATHS.keys() | OPEN_TO_ALL | described
    assert set(PATHS.values()) <= METHODS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_answered_at_the_paths_that_the_policy_lists(doors: Doors, role: CallerRole) -> None:
    token = doors.key.sign(claims(doors.faced.served.of_role(role), issuer="all"))
    found = doors.outcomes([("authorization", f"Bearer {token}")])
    assert {path for path, each in found.items() if each == DENIED} == {
        path for path, method in PATHS.items() if role not in METHODS[method]
    }
    assert not [path for path, (status, _) in found.items() if status in (401, 500)]


@pytest.mark.parametrize("state", [state for state, each in TOKENS.items() if each is not Outcome.AS_CALLER])
def test_a_token_that_is_none_opens_no_path(doors: Doors, state: str) -> None:
    """The gateway hands tokens on as they are: a few paths stand for all. Without one a call is nobody's."""
    with tokens.MAKERS[state](doors.desk) as metadata:
        headers = [(name, value.strip()) for name, value in metadata]  # As HTTP has it.
        found = doors.outcomes(headers, FEW)
    if state == ANY_CASE:
        assert {each for each in found.values() if each[0] == 401} == set()
    else:
        assert {each[0] for each in found.values()} <= {400, 401}, found


def test_the_operators_own_tokens_are_of_systems_and_departments(doors: Doors) -> None:
    assert {CallerRole(each) for each in HOLDERS} == set(CallerRole) - {
        CallerRole.FACE, CallerRole.PUBLIC, CallerRole.REGISTRAR, CallerRole.AUDITOR,
    }  # fmt: skip
