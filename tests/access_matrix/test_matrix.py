"""Every method × every role × every state of the papers, called over real connections and held against the
policy tables (``registry.access.policy``, ``registry.access.papers``)."""

from __future__ import annotations

from collections.abc import Mapping

import grpc
import pytest

from registry.access.identity import CallerRole
from registry.access.papers import CERTIFICATES, TOKENS, Outcome
from registry.access.policy import METHODS
from tests.access_matrix import certificates, tokens
from tests.access_matrix.calls import call_all, of_rows
from tests.access_matrix.conftest import Trial
from tests.support.served import Refusal, connect

SHOWN_IN_HANDSHAKE = (
    "/registry.v1.IntakeService/Submit",
    "/registry.v1.IntakeService/SubmitStream",
    "/registry.v1.RestrictionService/Check",
    "/registry.v1.LogService/WatchCheckpoints",
    "/grpc.health.v1.Health/Check",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)
"""A refused handshake is none of any method's: these few stand for all."""


def allowed(role: CallerRole) -> frozenset[str]:
    return frozenset(method for method, roles in METHODS.items() if role in roles)


def nobodys(found: Mapping[str, Refusal]) -> list[tuple[str, Refusal]]:
    """What was not refused as UNAUTHENTICATED, or said too much."""
    wanted = (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
    return [(method, each) for method, each in found.items() if (each.code, each.reason) != wanted]


def test_every_method_that_is_served_has_a_row_and_every_row_is_served(trial: Trial) -> None:
    assert trial.methods.keys() == METHODS.keys()


@pytest.mark.parametrize("role", CallerRole)
def test_a_role_may_call_exactly_the_methods_that_the_policy_lists(trial: Trial, role: CallerRole) -> None:
    served = trial.faced.served
    found = call_all(served.channel(served.of_role(role)), trial.methods)
    assert of_rows(found, allowed(role)) == []


@pytest.mark.parametrize("state", CERTIFICATES)
def test_a_certificate_leads_where_the_table_says_in_every_method(trial: Trial, state: str) -> None:
    town, outcome = trial.town, CERTIFICATES[state]
    with certificates.MAKERS[state](town) as own, connect(town.served.target, town.served.trusted, own) as on:
        if state == "revoked on an open connection":
            assert own is not None
            assert call_all(on, only(trial, SHOWN_IN_HANDSHAKE[:3]))
            town.lists.write(own)
            town.clock.late_s += 1
        if outcome is Outcome.NO_CONNECTION:
            found = call_all(on, only(trial, SHOWN_IN_HANDSHAKE))
            assert {each.code for each in found.values()} == {grpc.StatusCode.UNAVAILABLE}
        elif outcome is Outcome.UNAUTHENTICATED:
            assert nobodys(call_all(on, trial.methods)) == []
        else:
            assert of_rows(call_all(on, trial.methods), allowed(certificates.ROLE)) == []


@pytest.mark.parametrize("state", TOKENS)
def test_a_token_leads_where_the_table_says_in_every_method(trial: Trial, state: str) -> None:
    channel = trial.faced.served.channel(trial.faced.face())
    with tokens.MAKERS[state](trial.desk) as metadata:
        found = call_all(channel, trial.methods, metadata)
    if TOKENS[state] is Outcome.UNAUTHENTICATED:
        assert nobodys(found) == []
    else:
        role = CallerRole.FACE if TOKENS[state] is Outcome.AS_FACE else CallerRole.DEPARTMENT
        assert of_rows(found, allowed(role)) == []


@pytest.mark.parametrize("role", [role for role in CallerRole if role is not CallerRole.FACE])
def test_through_a_face_a_role_may_call_what_it_may_by_itself(trial: Trial, role: CallerRole) -> None:
    faced = trial.faced
    metadata = [("authorization", f"Bearer {trial.token(faced.served.of_role(role))}")]
    found = call_all(faced.served.channel(faced.face("console")), trial.methods, metadata)
    assert of_rows(found, allowed(role)) == []


def test_each_state_of_the_tables_has_a_trial_and_no_trial_is_left_over() -> None:
    assert certificates.MAKERS.keys() == CERTIFICATES.keys()
    assert tokens.MAKERS.keys() == TOKENS.keys()


def only(trial: Trial, names: tuple[str, ...]) -> dict[str, tuple[bool, bool]]:
    return {name: trial.methods[name] for name in names}
