"""The policy table against the services that exist: nothing is forgotten, nothing is allowed by accident."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

import registry.v1
from registry.access.identity import Caller, CallerRole
from registry.access.policy import DOMAINS, METHODS, may_ask, may_call
from registry.server import SERVICES
from registry.v1 import subject_pb2
from registry.v1.subject_pb2 import Domain

OPERATOR_CODE = "11130900DEM00009X3"
DOMAIN_VALUES = [value for value in Domain.values() if value != subject_pb2.DOMAIN_UNSPECIFIED]


def contract() -> list[Any]:
    """Every service of the contract, by its files, whether or not anybody serves it."""
    (folder,) = registry.v1.__path__
    modules = [import_module(f"registry.v1.{path.stem}") for path in Path(folder).glob("*_service_pb2.py")]
    found: list[Any] = []
    for module in modules:
        found += module.DESCRIPTOR.services_by_name.values()
    return found


def methods(services: list[Any]) -> set[str]:
    """Full gRPC names of all methods."""
    return {f"/{service.full_name}/{method.name}" for service in services for method in service.methods}


def caller(role: CallerRole) -> Caller:
    named_by_code = role in (CallerRole.DEPARTMENT, CallerRole.REGISTRAR)
    return Caller(role, OPERATOR_CODE if named_by_code else "asker", "credit.example")


def test_every_method_of_the_contract_has_a_row_and_no_row_is_left_over() -> None:
    ours = {method for method in METHODS if method.startswith("/registry.v1.")}
    assert ours == methods(contract())


def test_every_service_of_the_contract_is_served() -> None:
    assert set(SERVICES) == {service.full_name for service in contract()}


def test_every_method_of_health_and_reflection_has_a_row() -> None:
    standard = [
        health_pb2.DESCRIPTOR.services_by_name["Health"],
        reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"],
    ]
    assert methods(standard) <= METHODS.keys()


@pytest.mark.parametrize("role", CallerRole)
def test_a_method_that_is_not_listed_is_denied_to_everyone(role: CallerRole) -> None:
    for method in ("", "/", "/registry.v1.IntakeService/Erase", "/registry.v1.intakeservice/submit"):
        assert not may_call(caller(role), method)


def test_only_a_registrar_changes_the_directory() -> None:
    acts = {"RegisterDepartment", "RegisterOfficial", "RevokeOfficial", "EnrolKey", "RevokeKey"}
    for act in acts:
        allowed = {
            role for role in CallerRole if may_call(caller(role), f"/registry.v1.DirectoryService/{act}")
        }
        assert allowed == {CallerRole.REGISTRAR}


def test_only_departments_and_the_registrar_put_statements_in() -> None:
    for method in ("Submit", "SubmitStream", "GetStatement", "ListRefusals"):
        allowed = {
            role for role in CallerRole if may_call(caller(role), f"/registry.v1.IntakeService/{method}")
        }
        assert allowed == {CallerRole.DEPARTMENT, CallerRole.REGISTRAR}


def test_systems_have_no_part_in_procedures() -> None:
    """They ask what is in force; cases, objections and applications are the departments'."""
    procedures = {
        method
        for method in METHODS
        if method.startswith(("/registry.v1.BanService/", "/registry.v1.RemedyS"))
    }
    reading = {f"/registry.v1.BanService/{name}" for name in ("GetCase", "ListCases", "ListDue")}
    reading |= {f"/registry.v1.RemedyService/{name}" for name in ("GetRemedy", "ListRemedies")}
    assert reading < procedures
    for method in procedures:
        allowed = {role for role in CallerRole if may_call(caller(role), method)}
        overseen = {CallerRole.AUDITOR} if method in reading else set()
        assert allowed == {CallerRole.DEPARTMENT, CallerRole.REGISTRAR} | overseen, method


def test_exit_bans_are_told_to_the_border_and_the_border_asks_of_nothing_else() -> None:
    asks_of_exit = {role for role in CallerRole if may_ask(caller(role), subject_pb2.DOMAIN_EXIT_ENTRY)}
    asked_by_border = {
        domain for domain in DOMAIN_VALUES if may_ask(caller(CallerRole.BORDER_SYSTEM), domain)
    }
    assert asks_of_exit == {CallerRole.BORDER_SYSTEM}
    assert asked_by_border == {subject_pb2.DOMAIN_EXIT_ENTRY}


@pytest.mark.parametrize(
    ("role", "domain"),
    [
        (CallerRole.PROCUREMENT_SYSTEM, subject_pb2.DOMAIN_PROCUREMENT),
        (CallerRole.BIDDING_SYSTEM, subject_pb2.DOMAIN_BIDDING),
        (CallerRole.FINANCING_SYSTEM, subject_pb2.DOMAIN_FINANCING),
        (CallerRole.LICENSING_SYSTEM, subject_pb2.DOMAIN_BUSINESS),
    ],
)
def test_a_system_asks_in_its_own_domain_only(role: CallerRole, domain: Domain.ValueType) -> None:
    assert {each for each in DOMAIN_VALUES if may_ask(caller(role), each)} == {domain}


def test_the_registrar_and_the_auditor_ask_about_nobody() -> None:
    for role in (CallerRole.REGISTRAR, CallerRole.AUDITOR):
        assert not any(may_ask(caller(role), domain) for domain in DOMAIN_VALUES)


def test_nobody_asks_in_a_domain_that_is_not_stated() -> None:
    assert not any(may_ask(caller(role), subject_pb2.DOMAIN_UNSPECIFIED) for role in CallerRole)


def test_whoever_may_ask_in_a_domain_may_call_the_methods_that_ask() -> None:
    for role in DOMAINS:
        assert may_call(caller(role), "/registry.v1.RestrictionService/Check")
        assert may_call(caller(role), "/registry.v1.RestrictionService/BatchCheck")
