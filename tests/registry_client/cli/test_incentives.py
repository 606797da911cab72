"""``registryctl incentives`` and ``redlist``, asked of a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from demo.departments import OPERATOR
from registry.access.identity import CallerRole
from registry.v1 import statement_pb2 as pb
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import (
    candidacy,
    firm,
    grant,
    objection,
    penalty,
    person,
    placed,
    registration,
)
from tests.support.served import serving
from tests.support.spine import TODAY, found_spine, furnish

MODEL, FINED, CANDIDATE, PERSON = firm(1), firm(2), firm(3), person(4)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A licensing desk at a registry with a model, one that was fined since, a candidate and a person."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry", date(2026, 5, 6)))
    wider = registration(OPERATOR.key, categories=["E-60"], lists=["R-03"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    for subject in (MODEL, FINED, PERSON):
        notice = candidacy(OPERATOR.key, subject, "R-03", "2026-05-06", "2026-05-20")
        placed(spine.say(OPERATOR.key, f"c-{subject.identifier.value[-6:]}", red_list_candidacy=notice))
    spine.clock.move_to(TODAY)
    for subject in (MODEL, FINED, PERSON):
        granted = grant(OPERATOR.key, f"c-{subject.identifier.value[-6:]}", "2026-06-01", "2029-05-31")
        placed(spine.say(OPERATOR.key, red_list_grant=granted))
    fine = penalty("市场监管", FINED, "2026-07-01", severity=pb.SEVERITY_GENERAL)
    placed(spine.say("市场监管", event=fine))
    notice = candidacy(OPERATOR.key, CANDIDATE, "R-03", "2026-11-16", "2026-12-04")
    placed(spine.say(OPERATOR.key, "candidate", red_list_candidacy=notice))
    placed(spine.say(OPERATOR.key, status_note=objection(OPERATOR.key, "candidate", "2026-11-20")))
    with serving(spine) as served:
        directory = tmp_path_factory.mktemp("offices") / "licensing"
        yield office_of(served, directory, served.system(CallerRole.LICENSING_SYSTEM))


def test_facilitations_are_shown_with_list_document_article_and_term(office: Office) -> None:
    run = office.ctl("incentives", MODEL.identifier.value, "--domain", "经营")
    assert run.exit_code == 0
    assert MODEL.identifier.value in run.text
    assert "绿色通道、优先办理M-INC-01（由受理机关裁量）" in run.text
    assert "诚实守信红名单(诚信典型)R-03" in run.text
    assert "国发〔2016〕33号" in run.text
    assert "2026-06-01至2029-05-31" in run.text
    assert run.widest <= 80


def test_suspended_facilitation_is_shown_with_the_reason(office: Office) -> None:
    run = office.ctl("incentives", FINED.identifier.value, "--domain", "BUSINESS")
    assert "诚实守信红名单(诚信典型)R-03：暂停" in run.text
    assert "2026-07-01的负面记录(E-03-CF)在公示期内,至2027-07-01。" in run.text
    before = office.ctl("incentives", FINED.identifier.value, "--domain", "经营", "--on", "2026-06-30")
    assert "暂停" not in before.text


def test_json_has_what_applies_and_what_is_suspended(office: Office) -> None:
    run = office.ctl(
        "incentives", MODEL.identifier.value, FINED.identifier.value, "--domain", "经营", "--json"
    )
    model, fined = run.objects
    assert [each["measure_code"] for each in model["incentives"]][:2] == ["M-INC-01", "M-INC-02"]
    assert model["incentives"][0]["document"]["decided_on"] == "2026-06-01"
    assert (model["suspended"], fined["incentives"]) == ([], [])
    assert fined["suspended"][0]["incentive"]["red_list_code"] == "R-03"
    assert fined["suspended"][0]["because_of_position"] > 0


def test_nothing_granted_is_said_so(office: Office) -> None:
    assert "没有守信激励的记录" in office.ctl("incentives", firm(9).identifier.value, "--domain", "经营").text


def test_persons_number_is_read_from_standard_input_and_shown_masked(office: Office) -> None:
    number = PERSON.identifier.value
    asked = ("incentives", "--paper", "身份证", "--domain", "经营")
    assert office.ctl(*asked, number).exit_code == 2
    refused = office.ctl(*asked, entered=f"{number}\n")
    assert (refused.exit_code, number in refused.errors) == (3, False)
    assert "PURPOSE_REQUIRED" in refused.errors
    told = ("--reference", "许可-7", "--reason", "办理许可")
    run = office.ctl(*asked, *told, entered=f"{number}\n")
    assert f"{number[:4]}{'*' * 10}{number[-4:]}" in run.text
    assert "容缺受理、告知承诺M-INC-02" in run.text
    assert number not in run.output


def test_red_list_shows_who_is_publicised_granted_or_suspended(office: Office) -> None:
    run = office.ctl("redlist", "R-03")
    assert run.exit_code == 0
    assert MODEL.name in run.text
    assert all(word in run.text for word in ("公示中", "异议处理中", "列入", "暂停", "2026-12-04"))
    assert PERSON.identifier.value not in run.output
    assert run.widest <= 80


def test_red_list_as_json_has_an_object_for_each(office: Office) -> None:
    entries = office.ctl("redlist", "--json").objects
    assert [entry["state"] for entry in entries] == ["GRANTED", "SUSPENDED", "GRANTED", "PUBLICISED"]
    assert [entry["objected"] for entry in entries] == [False, False, False, True]
    assert entries[2]["name"] == ""
    assert entries[0]["until"] == "2029-05-31"


def test_red_list_of_a_day_and_unknown_list(office: Office) -> None:
    early = office.ctl("redlist", "--on", "2026-05-10", "--json").objects
    assert {entry["state"] for entry in early} == {"PUBLICISED"}
    run = office.ctl("redlist", "R-99")
    assert (run.exit_code, "LIST_NOT_IN_EDITION" in run.errors) == (3, True)
