"""ListStatements over the wire: a department's own statements, newest first, as they stand now."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.v1 import intake_service_pb2 as pb
from registry.v1.intake_service_pb2_grpc import IntakeServiceStub
from tests.support.events import (
    ban,
    correction,
    firm,
    licence,
    person,
    placed,
    registered,
    succession,
    withdrawal,
)
from tests.support.served import Served, refused, serving
from tests.support.spine import found_spine, furnish

PERSON = person(1)


@pytest.fixture(scope="module", params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry in which 财政 stated five things, one of them corrected and one withdrawn."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("own") / "registry"))
    for number in (1, 2, 3):
        event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
        placed(spine.say("财政", f"b-{number}", event=event))
    placed(spine.say("财政", "expert", event=ban("财政", PERSON, "M-PRO-03", "2026-03-01", capacity=7)))
    shorter = ban("财政", firm(2), "M-PRO-01", "2026-03-01", "2027-03-01")
    placed(spine.say("财政", "right", correction=correction("财政", "b-2", shorter)))
    placed(spine.say("财政", "gone", withdrawal=withdrawal("财政", "b-3")))
    placed(spine.say("市场监管", "licence", event=licence("市场监管", firm(1))))
    placed(spine.say("市场监管", subject_link=succession(firm(8), firm(9))))
    with serving(spine, by_reader=request.param == "reader") as running:
        yield running


def listed(served: Served, caller: Caller | None = None, **asked: Any) -> pb.ListStatementsResponse:
    stub = IntakeServiceStub(served.channel(caller or served.department("财政")))
    return stub.ListStatements(pb.ListStatementsRequest(**asked), timeout=20)


def ids(response: pb.ListStatementsResponse) -> list[str]:
    return [each.statement_id for each in response.statements]


def test_own_statements_come_newest_first_with_what_became_of_them(served: Served) -> None:
    response = listed(served)
    assert ids(response) == ["right", "expert", "b-3", "b-2", "b-1"]
    position = {each.statement_id: each.position for each in response.statements}
    ended = {each.statement_id: each.ended_position for each in response.statements}
    assert ended == {
        "right": 0,
        "expert": 0,
        "b-3": position["right"] + 1,
        "b-2": position["right"],
        "b-1": 0,
    }
    first = response.statements[-1]
    assert (first.category, first.subject, first.name) == ("E-51", firm(1).identifier, firm(1).name)
    assert first.received_time.ToMilliseconds() == served.spine.clock.now_ms


def test_natural_person_is_masked_and_has_no_name(served: Served) -> None:
    number = PERSON.identifier.value
    told = listed(served).statements[1]
    assert told.subject.value == f"{number[:4]}**********{number[-4:]}"
    assert told.name == ""
    assert number not in str(told)


def test_pages_fit_together_whatever_is_stated_meanwhile(served: Served) -> None:
    before = ids(listed(served))
    first = listed(served, page_size=2)
    placed(served.spine.say("财政", event=ban("财政", firm(7), "M-PRO-01", "2026-03-01", "2028-03-01")))
    second = listed(served, page_size=2, page_token=first.next_page_token)
    third = listed(served, page_size=1000, page_token=second.next_page_token)
    assert ids(first) + ids(second) + ids(third) == before
    assert third.next_page_token == ""


def test_everybody_sees_his_own_and_no_token_of_another(served: Served) -> None:
    market = served.department("市场监管")
    assert ids(listed(served, market)) == ["licence"], "a link is no statement about a subject"
    assert ids(listed(served, served.department("住建"))) == []
    token = listed(served, page_size=2).next_page_token
    refusal = refused(partial(listed, served, market, page_token=token))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("page_token",))
    assert refused(partial(listed, served, served.system(CallerRole.AUDITOR))).reason == "METHOD_DENIED"


def test_name_is_told_as_it_was_spelled_in_the_statement(served: Served) -> None:
    subject, spine = firm(11), served.spine
    subject.name = "沧州旧砚(示例)有限公司"
    placed(spine.say("市场监管", "first", event=registered(subject)))
    subject.name = "沧州新砚（示例）有限公司"
    placed(spine.say("市场监管", "second", event=registered(subject, "2026-01-15")))
    names = {
        each.statement_id: each.name for each in listed(served, served.department("市场监管")).statements
    }
    assert (names["first"], names["second"]) == ("沧州旧砚(示例)有限公司", "沧州新砚（示例）有限公司")
