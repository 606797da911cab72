"""SDK and command line against a real registry: what is disclosed, one's own statements, the audit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from registry.access.identity import Caller, CallerRole
from registry.v1 import subject_pb2
from registry_client import Credentials, Registry
from registry_client.cli.group import registryctl
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import ban, firm, list_entry, person, placed
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

KNOWN = person(1)
NUMBER = KNOWN.identifier.value
QUESTION = ("--domain", "政府采购", "--paper", "身份证", "--reference", "沧采1号", "--reason", "资格审查")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Three firms that are banned and listed, and a person who is."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("shown") / "registry"))
    for number in (1, 2, 3):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", f"b-{number}", event=event))
        entry = list_entry("人社", firm(number), "L-04", "2026-03-01", "2029-03-01")
        placed(spine.say("人社", event=entry))
    placed(spine.say("财政", "expert", event=ban("财政", KNOWN, "M-PRO-03", "2026-03-01", capacity=7)))
    with serving(spine) as running:
        yield running


def office(served: Served, directory: Path, caller: Caller) -> Office:
    return office_of(served, directory / caller.name, caller)


def connected(office: Office) -> Registry:
    return Registry(office.target, Credentials.load(office.directory))


def test_portal_reads_what_is_shown_page_by_page(served: Served, tmp_path: Path) -> None:
    portal = office(served, tmp_path, served.system(CallerRole.PUBLIC, "portal"))
    with connected(portal) as registry:
        published = registry.published
        code = firm(1).identifier.value
        assert [match.subject.value for match in published.find(code)] == [code]
        assert "M-PRO-01" in {hit.measure_code for hit in published.of(code).restrictions}
        in_procurement = published.bans(domain=subject_pb2.DOMAIN_PROCUREMENT, page_size=1)
        bans = {row.subject.value for row in in_procurement if row.hit.measure_code == "M-PRO-01"}
        assert bans == {firm(number).identifier.value for number in (1, 2, 3)}
        cases = [case.subject.value for case in published.cases()]
        assert cases == [firm(number).identifier.value for number in (3, 2, 1)]
        assert published.statistics().organisations == 3


def test_own_statements_are_listed_at_the_command_line(served: Served, tmp_path: Path) -> None:
    finance = office(served, tmp_path, served.department("财政"))
    done = finance.ctl("statements", "--limit", 2)
    assert done.exit_code == 0
    assert "expert" in done.output
    assert "b-1" not in done.output
    assert NUMBER not in done.output
    rows = [json.loads(line) for line in finance.ctl("statements", "--json").output.splitlines()]
    assert [row["statement_id"] for row in rows] == ["expert", "b-3", "b-2", "b-1"]


def test_auditor_reads_who_asked_and_how_the_registry_is(served: Served, tmp_path: Path) -> None:
    finance = office(served, tmp_path, served.department("财政"))
    assert finance.ctl("record", *QUESTION, entered=NUMBER).exit_code == 0
    auditor = office(served, tmp_path, served.system(CallerRole.AUDITOR, "audit-office"))
    asked = auditor.ctl("audit", "queries", "--reason", "例行审计", "--person", entered=NUMBER)
    assert asked.exit_code == 0, asked.errors
    assert "沧采1号" in asked.output
    assert NUMBER not in asked.output
    again = auditor.ctl("audit", "queries", "--reason", "例行审计", "--json", "--limit", 1)
    assert json.loads(again.output)["reason"] == "例行审计", "to read it is logged"
    assert auditor.ctl("audit", "queries", "--reason", "x", "--person", entered="1\n2").exit_code == 2
    health = auditor.ctl("audit", "health")
    assert health.exit_code == 0
    assert f"{served.spine.engine.state.size}条" in health.output
    assert all(cell_len(line) <= 80 for line in (health.output + asked.output).splitlines())


def test_commands_are_of_the_group() -> None:
    assert {"audit", "statements"} <= set(registryctl.commands)
