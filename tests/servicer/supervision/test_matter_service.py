"""MatterService over the wire: the catalogue, the rules, who has not filed, and what the public sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.text_format import MessageToString

from registry.access.identity import Caller, CallerRole
from registry.v1 import matter_service_pb2 as pb
from registry.v1 import supervision_pb2 as acts
from registry.v1.matter_service_pb2_grpc import MatterServiceStub
from tests.support.events import firm
from tests.support.matters import (
    ASSOCIATION,
    ESTABLISHMENT,
    HOUSING,
    JUSTICE,
    MARKET,
    MatterTown,
    check,
    filing,
    intermediary,
    matter,
    note,
    review,
    rule,
)
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import ORIGIN, found_spine, furnish

FINDING = acts.ASSOCIATION_NOTE_KIND_FINDING


@pytest.fixture(scope="module", params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A town in which SP-1 has a filed rule and a draft for the next, and two matters have none."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("matters") / "registry"), delivered=False)
    town = MatterTown.of(spine)
    delegated = {"kind": acts.MATTER_KIND_DELEGATED, "taken_over_by": HOUSING, "taker_supervised_by": MARKET}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("监管员", {"matter": matter("SP-1")}),
        ("监管员", {"matter": matter("SP-1", effective_from="2026-07-01", **delegated)}),
        ("监管员", {"matter": matter("SP-2", matter_class="药品")}),
        ("监管员", {"matter": matter("SP-3", matter_class="药品", ended_on="2026-06-01")}),
        ("住建员", {"matter": matter("SP-1", name="施工许可", matter_class="建筑")}),
        ("监管员", {"rule": rule("ZD-1")}),
        ("司法员", {"rule_review": review("ZD-1")}),
        ("编办员", {"rule_filing": filing("ZD-1", "沧编备〔2026〕1号")}),
        ("编办员", {"rule_check": check("ZD-1", finding="检查发现甲")}),
        ("监管员", {"rule": rule("ZD-2", title="新办法")}),
        ("监管员", {"intermediary": intermediary("ZJ-1")}),
        ("监管员", {"intermediary": intermediary("ZJ-2", qualified_until="2027-01-01", subject=firm(8210))}),
        ("协会员", {"association_note": note("HY-1")}),
        ("协会员", {"association_note": note("ZL-1", FINDING)}),
    ]
    for who, act in steps:
        assert town.act(who, **act) == []
    with serving(spine, by_reader=request.param == "reader") as running:
        yield running


def at(served: Served, code: str) -> MatterServiceStub:
    """The service for a department."""
    return MatterServiceStub(served.channel(Caller(CallerRole.DEPARTMENT, code, ORIGIN)))


def public(served: Served) -> MatterServiceStub:
    """The service for everybody."""
    return MatterServiceStub(served.channel(served.system(CallerRole.PUBLIC, "portal")))


def numbers(rules: Any) -> list[str]:
    return [each.file.number for each in rules]


def test_everybody_reads_the_catalogue_with_its_rules(served: Served) -> None:
    found = public(served).ListMatters(pb.ListMattersRequest(department=MARKET), timeout=DEADLINE_S).matters
    assert [each.matter.number for each in found] == ["SP-2", "SP-1"]
    first = found[1]
    assert (first.matter.approving_section, first.matter.supervising_section) == ("许可科", "监管科")
    assert first.taken_over_by_name == "沧州市(示例)住房和城乡建设局"
    assert (first.rule.number, first.filing_number) == ("ZD-1", "沧编备〔2026〕1号")
    assert not found[0].HasField("rule")
    assert "S-1" not in MessageToString(first)  # No staff id of who signed.


def test_the_catalogue_is_as_of_the_day_asked_about(served: Served) -> None:
    request = pb.ListMattersRequest(department=MARKET, number="SP-1", on="2026-06-30")
    (then,) = public(served).ListMatters(request, timeout=DEADLINE_S).matters
    assert then.matter.kind == acts.MATTER_KIND_RETAINED
    assert not then.filing_number
    request = pb.ListMattersRequest(kind=acts.MATTER_KIND_DELEGATED)
    assert len(public(served).ListMatters(request, timeout=DEADLINE_S).matters) == 1


def test_ended_matters_stay_readable(served: Served) -> None:
    request = pb.ListMattersRequest(department=MARKET, with_ended=True)
    found = {
        each.matter.number: each for each in public(served).ListMatters(request, timeout=DEADLINE_S).matters
    }
    assert found["SP-3"].matter.ended_on == "2026-06-01"
    assert not found["SP-3"].in_force


def test_a_listing_goes_on_page_by_page_and_its_token_is_its_own(served: Served) -> None:
    request = pb.ListMattersRequest(with_ended=True, page_size=1)
    found = []
    while True:
        page = public(served).ListMatters(request, timeout=DEADLINE_S)
        found += [(each.department, each.matter.number) for each in page.matters]
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert found == [(HOUSING, "SP-1"), (MARKET, "SP-3"), (MARKET, "SP-2"), (MARKET, "SP-1")]
    other = pb.ListMattersRequest(department=MARKET, page_token=request.page_token)
    refusal = refused(lambda: public(served).ListMatters(other, timeout=DEADLINE_S))
    assert refusal.reason == "FIELD_INVALID"


def test_drafts_are_not_for_the_public_nor_for_other_departments(served: Served) -> None:
    request = pb.ListRulesRequest(department=MARKET)
    for who in (public(served), at(served, HOUSING)):
        (filed,) = who.ListRules(request, timeout=DEADLINE_S).rules
        assert (filed.file.number, filed.opinion, len(filed.checks)) == ("ZD-1", "", 0)
        assert list(filed.governs) == ["SP-1"]
    for code in (MARKET, JUSTICE, ESTABLISHMENT):
        found = at(served, code).ListRules(request, timeout=DEADLINE_S).rules
        assert numbers(found) == ["ZD-2", "ZD-1"]
        assert [each.state for each in found] == [pb.RULE_STATE_DRAFTED, pb.RULE_STATE_FILED]
        assert found[1].opinion == "内容合法, 同意报备"
        assert [each.finding for each in found[1].checks] == ["检查发现甲"]
        assert list(found[0].governs) == []


def test_rules_are_found_by_matter_and_by_where_they_stand(served: Served) -> None:
    of_other = pb.ListRulesRequest(department=MARKET, matter="SP-2")
    assert numbers(at(served, MARKET).ListRules(of_other, timeout=DEADLINE_S).rules) == []
    drafts = pb.ListRulesRequest(matter="SP-1", state=pb.RULE_STATE_DRAFTED)
    assert numbers(at(served, MARKET).ListRules(drafts, timeout=DEADLINE_S).rules) == ["ZD-2"]
    assert numbers(public(served).ListRules(drafts, timeout=DEADLINE_S).rules) == []


def test_who_has_not_filed_is_listed_by_the_day_that_is_due(served: Served) -> None:
    request = pb.ListUnfiledRequest(on="2026-12-02", page_size=1)
    first = at(served, ESTABLISHMENT).ListUnfiled(request, timeout=DEADLINE_S)
    request.page_token = first.next_page_token
    second = at(served, ESTABLISHMENT).ListUnfiled(request, timeout=DEADLINE_S)
    found = [*first.matters, *second.matters]
    assert [(each.matter.department, each.matter.number) for each in found] == [
        (MARKET, "SP-2"),
        (HOUSING, "SP-1"),
    ]
    assert {(each.due_on, each.days_late) for each in found} == {("2026-11-30", 2)}
    assert found[0].matter_name == "食品经营许可"
    assert not second.next_page_token
    own = pb.ListUnfiledRequest(department=HOUSING, overdue_only=True)
    assert not at(served, HOUSING).ListUnfiled(own, timeout=DEADLINE_S).matters
    refusal = refused(lambda: public(served).ListUnfiled(request, timeout=DEADLINE_S))
    assert refusal.code == grpc.StatusCode.PERMISSION_DENIED


def test_an_overdue_qualification_is_shown(served: Served) -> None:
    ask = public(served).ListIntermediaries
    found = ask(pb.ListIntermediariesRequest(), timeout=DEADLINE_S).intermediaries
    assert [(each.intermediary.number, each.qualification_overdue) for each in found] == [
        ("ZJ-2", False),
        ("ZJ-1", True),
    ]
    overdue = ask(pb.ListIntermediariesRequest(overdue_only=True, matter="SP-1"), timeout=DEADLINE_S)
    assert [each.intermediary.number for each in overdue.intermediaries] == ["ZJ-1"]
    last_day = ask(pb.ListIntermediariesRequest(overdue_only=True, on="2026-10-31"), timeout=DEADLINE_S)
    assert not last_day.intermediaries


def test_what_associations_say_is_shown_as_that(served: Served) -> None:
    request = pb.ListAssociationNotesRequest(subject=firm(8300).identifier.value)
    answer = public(served).ListAssociationNotes(request, timeout=DEADLINE_S)
    assert "不属于公共信用信息" in answer.standing
    assert [each.note.number for each in answer.notes] == ["ZL-1", "HY-1"]
    assert {each.association for each in answer.notes} == {ASSOCIATION}
    members = pb.ListAssociationNotesRequest(kind=acts.ASSOCIATION_NOTE_KIND_MEMBER)
    assert len(public(served).ListAssociationNotes(members, timeout=DEADLINE_S).notes) == 1
    assert (
        not public(served)
        .ListAssociationNotes(pb.ListAssociationNotesRequest(association=HOUSING), timeout=DEADLINE_S)
        .notes
    )


def test_the_public_states_nothing(served: Served) -> None:
    request = pb.RecordMatterActRequest()
    refusal = refused(lambda: public(served).RecordMatterAct(request, timeout=DEADLINE_S))
    assert refusal.code == grpc.StatusCode.PERMISSION_DENIED
