"""DisclosureService over the wire: what everybody may know of organisations, and nothing besides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from google.protobuf.text_format import MessageToString

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands import submission
from registry.v1 import disclosure_service_pb2 as pb
from registry.v1 import record_service_pb2 as records
from registry.v1 import statement_pb2, subject_pb2, verdict_pb2
from registry.v1.disclosure_service_pb2_grpc import DisclosureServiceStub
from registry.v1.subject_pb2 import Identifier, Subject
from tests.support.events import (
    ban,
    candidacy,
    correction,
    fields,
    fined,
    firm,
    grant,
    licence,
    list_entry,
    objection,
    penalty,
    person,
    placed,
    registered,
    registration,
    repair,
    stay,
    withdrawal,
)
from tests.support.served import Served, refused, serving
from tests.support.spine import TODAY, found_spine, furnish

NUMBER = person(1).identifier.value
HIDDEN = NUMBER[-4:]
TRADER = firm(9, subject_pb2.SUBJECT_KIND_SOLE_TRADER)
GENERAL = statement_pb2.SEVERITY_GENERAL
SECRET = {"fr_zjhm", "fr_zjlx", "bz"}


@pytest.fixture(scope="module", params=["writer", "reader"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry that tests state to; by the process that writes, and by one that reads beside it."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("disclosed") / "registry"))
    with serving(spine, by_reader=request.param == "reader") as running:
        yield running


def everybody(served: Served) -> Caller:
    return served.system(CallerRole.PUBLIC, "portal")


def stub(served: Served, caller: Caller | None = None) -> DisclosureServiceStub:
    return DisclosureServiceStub(served.channel(caller or everybody(served)))


def shown(served: Served, subject: Subject, caller: Caller | None = None) -> pb.GetDisclosureResponse:
    request = pb.GetDisclosureRequest(subject=subject.identifier)
    return stub(served, caller).GetDisclosure(request, timeout=20)


def entries(response: pb.GetDisclosureResponse) -> dict[str, records.RecordEntry]:
    return {entry.category: entry for section in response.sections for entry in section.entries}


def codes(response: pb.GetDisclosureResponse) -> set[str]:
    return {hit.measure_code for hit in response.restrictions}


# --- of one organisation --------------------------------------------------------------------------


def test_ban_is_shown_with_its_term_its_law_and_the_way_out(served: Served) -> None:
    subject = firm(1)
    placed(served.spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    response = shown(served, subject)
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED
    assert list(response.identity.names) == [subject.name]
    assert (entries(response)["E-51"].disclosed, entries(response)["E-51"].disclosed_until) == (
        True,
        "2028-03-01",
    )
    (hit,) = response.restrictions
    assert (hit.measure_code, hit.until, hit.status) == (
        "M-PRO-01",
        "2028-03-01",
        verdict_pb2.HIT_STATUS_IN_FORCE,
    )
    assert "政府采购法 第七十七条" in hit.legal_basis
    assert hit.relief
    assert response.answered.known_position == served.spine.position


def test_everybody_is_shown_the_same_whatever_his_rights(served: Served) -> None:
    subject = firm(2)
    placed(served.spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    callers = [served.registrar(), served.department("财政"), served.system(CallerRole.BORDER_SYSTEM)]
    callers += [served.system(CallerRole.AUDITOR), everybody(served)]
    answers = [shown(served, subject, caller) for caller in callers]
    for answer in answers:
        answer.ClearField("answered")
    assert all(answer == answers[0] for answer in answers)


def test_unknown_code_is_an_empty_file_that_says_so(served: Served) -> None:
    response = shown(served, firm(777))
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_NOT_FOUND
    assert (len(response.sections), len(response.restrictions)) == (0, 0)


OTHER_KINDS = ("RESIDENT_ID", "TAX_REGISTRATION_NUMBER", "PASSPORT", "UNSPECIFIED", "USCC")


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_natural_person_is_refused_and_nothing_is_told_or_looked_up(served: Served, kind: str) -> None:
    listed = person(3)
    placed(served.spine.say("法院", event=list_entry("法院", listed, "L-01", "2026-03-01", "2028-03-01")))
    of_kind = subject_pb2.IdentifierType.Value(f"IDENTIFIER_TYPE_{kind}")
    refusals = []
    for number in (listed.identifier.value, person(4).identifier.value):
        request = pb.GetDisclosureRequest(subject=Identifier(type=of_kind, value=number))
        refusals.append(refused(partial(stub(served).GetDisclosure, request)))
        assert number not in refusals[-1].message
    assert refusals[0].reason == "FIELD_INVALID"
    assert refusals[0] == refusals[1], "whether anything is recorded of him makes no difference"


def test_numbers_of_papers_remarks_and_masked_texts_do_not_come_out(served: Served) -> None:
    subject = firm(4)
    content = fields(
        cflb="罚款", nr_fk="5", frdb="示例某", fr_zjlx="身份证", fr_zjhm=NUMBER, bz="内部",
        wfxw=f"法定代表人({NUMBER})授意", sy=f"经查 {NUMBER[:6]} {NUMBER[6:14]}-{NUMBER[14:]} 属实",
        xdr_shxym=subject.identifier.value,
    )  # fmt: skip
    fine = penalty("住建", subject, "2026-04-10", severity=GENERAL, content=content)
    placed(served.spine.say("住建", event=fine))
    response = shown(served, subject)
    told = {field.name: field.value for field in entries(response)["E-03-CF"].content}
    assert not told.keys() & SECRET
    assert told["wfxw"] == "法定代表人(证件号码从略)授意"
    assert told["sy"] == "经查 证件号码从略 属实"
    assert (told["frdb"], told["xdr_shxym"]) == ("示例某", subject.identifier.value)
    for part in (NUMBER, NUMBER[:6], HIDDEN, "**"):
        assert part not in str(response.sections)


def test_number_in_a_name_or_an_article_that_a_release_before_recorded_comes_out_nowhere(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "check_on_receipt", lambda *_: ())
    subject = firm(70)
    subject.name = f"沧州洗川{NUMBER}商行(示例)"
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    event.legal_basis.append(f"另案 {NUMBER}")
    placed(served.spine.say("财政", event=event))
    placed(served.spine.say("人社", event=list_entry("人社", subject, "L-04", "2026-03-01", "2029-03-01")))
    answers = (shown(served, subject), find(served, "洗川"), bans(served, page_size=1000), cases(served))
    for answer in answers:
        told = MessageToString(answer, as_utf8=True)
        assert "洗川证件号码从略商行" in told
        assert NUMBER not in told
        assert NUMBER[:14] not in told


def test_sole_trader_is_shown_without_its_operator(served: Served) -> None:
    content = fields(cflb="罚款", nr_fk="5", frdb="示例某", fr_zjhm=NUMBER, xdr_swdj=NUMBER, wfxw="无证经营")
    fine = penalty("市场监管", TRADER, "2026-04-10", severity=GENERAL, content=content)
    placed(served.spine.say("市场监管", event=fine))
    told = {field.name: field.value for field in entries(shown(served, TRADER))["E-03-CF"].content}
    assert told == {"cflb": "罚款", "nr_fk": "5", "wfxw": "无证经营"}


def test_warning_is_not_shown_nor_anything_that_is_never_publicised(served: Served) -> None:
    subject = firm(5)
    placed(served.spine.say("住建", event=penalty("住建", subject, "2026-10-01")))
    response = shown(served, subject)
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED
    assert len(response.sections) == 0


def test_penalty_past_its_term_is_gone_and_what_law_makes_of_it_goes_untold(served: Served) -> None:
    subject = firm(6)
    old = fined("住建", subject, "2025-03-01", "250", severity=GENERAL)
    placed(served.spine.say("住建", event=old))
    response = shown(served, subject)
    assert (entries(response), codes(response)) == ({}, set()), "shown to 2026-03-01 (从旧兼从轻)"
    recent = fined("住建", subject, "2026-05-01", "250", severity=GENERAL)
    placed(served.spine.say("住建", event=recent))
    assert codes(shown(served, subject)) >= {"M-PRO-04"}


def test_repaired_withdrawn_and_corrected_entries_are_gone_with_the_next_question(served: Served) -> None:
    subject, spine = firm(7), served.spine
    wages = list_entry("人社", subject, "L-04", "2025-03-01", "2028-02-29")
    placed(spine.say("人社", "disclosed-wages", event=wages))
    assert {"M-BID-07"} <= codes(shown(served, subject))
    placed(spine.say("人社", repair=repair("人社", "disclosed-wages", "2026-05-01")))
    assert (entries(shown(served, subject)), codes(shown(served, subject))) == ({}, set())
    placed(spine.say("财政", "wrong", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    shorter = ban("财政", subject, "M-PRO-01", "2026-03-01", "2027-03-01")
    placed(spine.say("财政", "right", correction=correction("财政", "wrong", shorter)))
    assert entries(shown(served, subject))["E-51"].statement_id == "right"
    placed(spine.say("财政", withdrawal=withdrawal("财政", "right")))
    assert entries(shown(served, subject)) == {}


def test_objection_and_stay_are_noted_on_what_is_shown(served: Served) -> None:
    subject, spine = firm(8), served.spine
    placed(spine.say("财政", "noted", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(spine.say("财政", status_note=objection("财政", "noted", "2026-06-01")))
    placed(spine.say("财政", status_note=stay("财政", "noted", "2026-07-01")))
    response = shown(served, subject)
    assert set(entries(response)["E-51"].notes) == {
        verdict_pb2.HIT_STATUS_STAYED,
        verdict_pb2.HIT_STATUS_OBJECTED,
    }
    assert [hit.status for hit in response.restrictions] == [verdict_pb2.HIT_STATUS_STAYED]


def test_red_list_is_told_while_it_is_in_force_and_gone_when_it_is_withdrawn(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    spine = furnish(found_spine(tmp_path_factory.mktemp("red") / "registry", date(2026, 5, 6)))
    wider = registration(OPERATOR.key, categories=["E-60"], lists=["R-03"])
    placed(spine.say(OPERATOR.key, department_registration=wider))
    subject = firm(10)
    named = candidacy(OPERATOR.key, subject, "R-03", "2026-05-06", "2026-05-20")
    placed(spine.say(OPERATOR.key, "good", red_list_candidacy=named))
    spine.clock.move_to(TODAY)
    spine.deliver()
    with serving(spine) as served:
        assert len(shown(served, subject).red_lists) == 0
        granted = grant(OPERATOR.key, "good", "2026-06-01", "2027-05-31")
        placed(spine.say(OPERATOR.key, "granted", red_list_grant=granted))
        (hit,) = shown(served, subject).red_lists
        found = (hit.list_code, hit.until, hit.status)
        assert found == ("R-03", "2027-05-31", verdict_pb2.HIT_STATUS_IN_FORCE)
        placed(spine.say(OPERATOR.key, withdrawal=withdrawal(OPERATOR.key, "granted")))
        assert len(shown(served, subject).red_lists) == 0


# --- search, listings -----------------------------------------------------------------------------


def find(served: Served, query: str, **more: Any) -> pb.FindOrganisationsResponse:
    request = pb.FindOrganisationsRequest(query=query, **more)
    return stub(served).FindOrganisations(request, timeout=20)


def test_organisation_is_found_by_name_and_by_code(served: Served) -> None:
    subject = firm(20)
    subject.name = "沧州澄梧建筑工程(示例)有限公司"
    placed(served.spine.say("市场监管", event=registered(subject)))
    code = subject.identifier.value
    for query in ("澄梧", code.lower(), f" {code[:9]} {code[9:]} "):
        match = find(served, query).matches[0]
        assert (match.subject, match.name) == (subject.identifier, subject.name)
    assert len(find(served, firm(778).identifier.value).matches) == 0


@pytest.mark.parametrize("query", ["", "沧", "名" * 201, NUMBER, f"示例某 {NUMBER}"])
def test_question_that_names_no_organisation_is_one_clear_error(served: Served, query: str) -> None:
    refusal = refused(lambda: find(served, query))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("query",))
    assert NUMBER not in refusal.message


def bans(served: Served, **more: Any) -> pb.ListDisclosedBansResponse:
    return stub(served).ListDisclosedBans(pb.ListDisclosedBansRequest(**more), timeout=20)


def test_bans_are_listed_of_organisations_alone_by_domain_measure_and_region(served: Served) -> None:
    spine, subjects = served.spine, [firm(30), firm(31)]
    for subject, region in zip(subjects, ("130902", ""), strict=True):
        scope = subject_pb2.Scope(region=region)
        event = ban("财政", subject, "M-PRO-01", "2026-03-02", "2028-03-01", scope=scope)
        placed(spine.say("财政", event=event))
    capacity = subject_pb2.CAPACITY_EXPERT
    expert = ban("财政", person(30), "M-PRO-03", "2026-03-01", "2029-03-01", capacity=capacity)
    placed(spine.say("财政", event=expert))
    listed = bans(served, page_size=1000)
    whom = {row.subject.value for row in listed.bans}
    assert {subject.identifier.value for subject in subjects} <= whom
    assert all(row.subject.type == subject_pb2.IDENTIFIER_TYPE_USCC for row in listed.bans)
    assert len(bans(served, measure_code="M-PRO-03").bans) == 0, "it falls on experts, who are persons"
    in_region = bans(served, region="130900", domain=subject_pb2.DOMAIN_PROCUREMENT).bans
    assert [row.subject for row in in_region] == [subjects[0].identifier]


def test_exit_bans_are_listed_to_nobody(served: Served) -> None:
    request = pb.ListDisclosedBansRequest(domain=subject_pb2.DOMAIN_EXIT_ENTRY)
    for caller in (everybody(served), served.system(CallerRole.BORDER_SYSTEM), served.registrar()):
        refusal = refused(partial(stub(served, caller).ListDisclosedBans, request))
        assert (refusal.reason, refusal.fields) == ("DOMAIN_DENIED", ("domain",))


def test_ban_withdrawn_between_two_pages_is_not_on_the_second(served: Served) -> None:
    spine = served.spine
    for number in (40, 41, 42):
        event = ban("住建", firm(number), "M-BID-01", "2026-03-01", "2027-06-01")
        placed(spine.say("住建", f"paged-{number}", event=event))
    first = bans(served, measure_code="M-BID-01", page_size=1)
    assert [row.subject for row in first.bans] == [firm(40).identifier]
    placed(spine.say("住建", withdrawal=withdrawal("住建", "paged-41")))
    rest = bans(served, measure_code="M-BID-01", page_size=5, page_token=first.next_page_token)
    assert [row.subject for row in rest.bans] == [firm(42).identifier]
    refusal = refused(lambda: bans(served, page_token=first.next_page_token))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("page_token",))


def test_ban_stayed_between_two_pages_is_told_as_stayed_on_the_second(served: Served) -> None:
    spine = served.spine
    for number in (43, 44):
        event = ban("住建", firm(number), "M-BID-02", "2026-03-01", "2028-06-01")
        placed(spine.say("住建", f"stayed-{number}", event=event))
    first = bans(served, measure_code="M-BID-02", page_size=1)
    placed(spine.say("住建", status_note=stay("住建", "stayed-44", "2026-07-01")))
    rest = bans(served, measure_code="M-BID-02", page_size=5, page_token=first.next_page_token)
    told = [(row.subject, row.hit.status) for row in rest.bans]
    assert told == [(firm(44).identifier, verdict_pb2.HIT_STATUS_STAYED)]
    assert rest.answered.known_position == spine.position


def cases(served: Served, **more: Any) -> pb.ListTypicalCasesResponse:
    return stub(served).ListTypicalCases(pb.ListTypicalCasesRequest(**more), timeout=20)


def test_typical_cases_come_newest_first_with_list_document_and_facts(served: Served) -> None:
    spine = served.spine
    placed(spine.say("市场监管", event=licence("市场监管", firm(50))))
    for number in (50, 51, 52):
        content = fields(listing_basis=f"第{number}号: 拖欠工资({NUMBER})")
        event = list_entry("人社", firm(number), "L-04", "2026-03-01", "2029-03-01", content=content)
        placed(spine.say("人社", f"case-{number}", event=event))
    placed(spine.say("法院", event=list_entry("法院", person(50), "L-01", "2026-03-01", "2028-03-01")))
    first = cases(served, page_size=2)
    assert [case.subject for case in first.cases] == [firm(52).identifier, firm(51).identifier]
    case = first.cases[0]
    assert (case.name, case.facts) == (firm(52).name, "第52号: 拖欠工资(证件号码从略)")
    assert (case.hit.list_code, case.hit.until) == ("L-04", "2029-03-01")
    assert case.document.decided_on == "2026-03-01"
    placed(spine.say("人社", withdrawal=withdrawal("人社", "case-50")))
    rest = cases(served, page_size=100, page_token=first.next_page_token)
    assert firm(50).identifier not in [case.subject for case in rest.cases]
    assert rest.next_page_token == ""


# --- statistics -----------------------------------------------------------------------------------


def statistics(served: Served, **asked: Any) -> pb.GetStatisticsResponse:
    return stub(served).GetStatistics(pb.GetStatisticsRequest(**asked), timeout=30)


def test_statistics_count_decisions_by_month_and_name_nobody(served: Served) -> None:
    scope = subject_pb2.Scope(region="130983")
    event = ban("住建", firm(60), "M-BID-02", "2026-09-10", "2028-09-10", scope=scope)
    placed(served.spine.say("住建", "counted", event=event))
    response = statistics(served)
    local = [
        (row.month, row.domain, row.in_force, row.began) for row in response.rows if row.region == "130983"
    ]
    bidding = subject_pb2.DOMAIN_BIDDING
    assert local == [
        ("2026-09", bidding, 1, 1),
        ("2026-10", bidding, 1, 0),
        ("2026-11", bidding, 1, 0),
    ]
    assert response.answered.known_position == served.spine.position
    assert subject_pb2.DOMAIN_EXIT_ENTRY not in {row.domain for row in response.rows}
    months = {row.month for row in statistics(served, **{"from": "2026-09", "until": "2026-10"}).rows}
    assert months == {"2026-09", "2026-10"}
    placed(served.spine.say("住建", withdrawal=withdrawal("住建", "counted")))
    assert not [row for row in statistics(served).rows if row.region == "130983"]


@pytest.mark.parametrize(
    ("asked", "reason", "field"),
    [
        ({"until": "2026-12"}, "DATE_IN_FUTURE", "until"),
        ({"from": "2026-10", "until": "2026-09"}, "DATES_OUT_OF_ORDER", "until"),
        ({"from": "2021-11", "until": "2026-11"}, "TOO_LARGE", "from"),
        ({"from": "2026-13"}, "DATE_INVALID", "from"),
        ({"until": "26-1"}, "DATE_INVALID", "until"),
        ({"from": "0001-01"}, "DATE_INVALID", "from"),
    ],
)
def test_months_that_are_none_are_refused(
    served: Served, asked: dict[str, str], reason: str, field: str
) -> None:
    refusal = refused(lambda: statistics(served, **asked))
    assert (refusal.reason, refusal.fields) == (reason, (field,))
