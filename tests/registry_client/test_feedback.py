"""Facilitations and reports of execution as a program uses them, against a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from demo.departments import OPERATOR
from registry.access.identity import CallerRole
from registry.v1 import execution_service_pb2 as service
from registry.v1 import incentive_service_pb2, subject_pb2, verdict_pb2
from registry_client import Credentials, Question, Registry, RegistryCallError, uscc
from tests.registry_client.cli.served_office import office_of
from tests.support.events import ban, candidacy, firm, grant, placed, registration
from tests.support.served import Served, serving
from tests.support.spine import TODAY, found_spine, furnish

QUESTION = Question(
    domain=subject_pb2.DOMAIN_PROCUREMENT,
    role=subject_pb2.SUBJECT_ROLE_BIDDER,
    reference="沧示采〔2026〕12号",
)
BANNED, MODEL = firm(1).identifier.value, firm(2).identifier.value
REFUSED = service.EXECUTION_ACTION_REFUSED


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("sdk") / "registry", date(2026, 5, 6)))
    wider = registration(OPERATOR.key, categories=["E-60"], lists=["R-03"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    placed(spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01")))
    for number in (2, 3, 4):
        notice = candidacy(OPERATOR.key, firm(number), "R-03", "2026-05-06", "2026-05-20")
        placed(spine.say(OPERATOR.key, f"c-{number}", red_list_candidacy=notice))
    spine.clock.move_to(TODAY)
    spine.deliver()
    placed(spine.say(OPERATOR.key, red_list_grant=grant(OPERATOR.key, "c-2", "2026-06-01", "2029-05-31")))
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def portal(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    directory = tmp_path_factory.mktemp("offices") / "portal"
    office = office_of(served, directory, served.system(CallerRole.PROCUREMENT_SYSTEM, "portal"))
    with Registry(office.target, Credentials.load(directory)) as registry:
        yield registry


def test_facilitations_say_what_applies_and_under_what_it_was_answered(portal: Registry) -> None:
    answer = portal.incentives.of(uscc(MODEL), QUESTION, on="2026-07-01")
    assert [each.measure_code for each in answer.applying][:2] == ["M-INC-01", "M-INC-02"]
    assert (answer.applying[0].first, answer.applying[0].until) == ("2026-06-01", "2029-05-31")
    assert answer.suspended == ()
    assert answer.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED
    assert f"{answer.answered.valid_time:%Y-%m-%dT%H}" == "2026-06-30T16"


def test_red_list_is_read_over_all_its_pages(portal: Registry) -> None:
    one_by_one = list(portal.incentives.red_listed("R-03", page_size=1))
    assert one_by_one == list(portal.incentives.red_listed())
    states = incentive_service_pb2
    assert [entry.state for entry in one_by_one] == [
        states.RED_LIST_STATE_NOTICE_ENDED,
        states.RED_LIST_STATE_NOTICE_ENDED,
        states.RED_LIST_STATE_GRANTED,
    ]


def test_answer_is_reported_on_and_read_back(portal: Registry) -> None:
    subject = uscc(BANNED)
    answer = portal.check(subject, QUESTION)
    codes = [hit.measure_code for hit in answer.hits]
    told = portal.executions.report("sdk-1", subject, QUESTION, answer, action=REFUSED, measure_codes=codes)
    again = portal.executions.report("sdk-1", subject, QUESTION, answer, action=REFUSED, measure_codes=codes)
    assert (told.already_recorded, again.already_recorded) == (False, True)
    assert told.recorded_time == again.recorded_time
    (mine,) = portal.executions.own()
    assert (mine.report_id, mine.subject.value, list(mine.measure_codes)) == ("sdk-1", BANNED, ["M-PRO-01"])
    assert list(portal.executions.own(after=1)) == []


def test_report_that_differs_from_the_answer_raises_with_every_field(portal: Registry) -> None:
    answer = portal.check(uscc(BANNED), QUESTION)
    with pytest.raises(RegistryCallError) as raised:
        portal.executions.report(
            "sdk-2", uscc(MODEL), QUESTION, answer, action=REFUSED, measure_codes=["M-PRO-01"]
        )
    assert raised.value.reason == "ANSWER_NOT_REPRODUCED"
    assert [each.field for each in raised.value.violations] == ["verdict", "measure_codes[0]"]


def test_system_does_not_read_which_measures_are_applied(portal: Registry) -> None:
    with pytest.raises(RegistryCallError) as raised:
        portal.executions.measure_use()
    assert raised.value.reason == "METHOD_DENIED"
