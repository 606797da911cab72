"""IncentiveService over the wire: what applies and why, what is suspended and who is told by what, candidates
and grants page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.v1 import incentive_service_pb2 as pb
from registry.v1 import restriction_service_pb2, statement_pb2, subject_pb2, verdict_pb2
from registry.v1.incentive_service_pb2_grpc import IncentiveServiceStub
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import Subject
from tests.support.events import (
    ban,
    candidacy,
    firm,
    grant,
    new_firm,
    new_person,
    objection,
    penalty,
    person,
    placed,
    registration,
    succession,
    withdrawal,
)
from tests.support.served import DEADLINE_S, Served, refused, serving
from tests.support.spine import TODAY, Spine, found_spine, furnish

BUSINESS, BIDDING = subject_pb2.DOMAIN_BUSINESS, subject_pb2.DOMAIN_BIDDING
USCC = subject_pb2.IDENTIFIER_TYPE_USCC
NOTICE, FIRST, LAST = date(2026, 5, 6), "2026-06-01", "2029-05-31"
"""When candidates are publicised; the term of the grants."""
FIRMS, PERSONS = [new_firm() for _ in range(8)], [new_person() for _ in range(3)]
"""Who was publicised for R-03; each test takes its own."""
_firms, _persons = iter(FIRMS), iter(PERSONS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served registry in which 信用办 grants R-03 and 市场监管 R-04."""
    with serving(publicising(tmp_path_factory.mktemp("served") / "registry", [*FIRMS, *PERSONS])) as running:
        yield running


def publicising(directory: Path, candidates: Iterable[Subject]) -> Spine:
    """A registry on 2026-11-23 in which candidates for R-03, and firm 6 for R-04, had their notice in May."""
    spine = furnish(found_spine(directory, NOTICE))
    for key, code in ((OPERATOR.key, "R-03"), ("市场监管", "R-04")):
        wider = registration(key, categories=["E-60"], lists=[code])
        placed(spine.say(OPERATOR.key, department_registration=wider))
    for subject in candidates:
        candidate = candidacy(OPERATOR.key, subject, "R-03", "2026-05-06", "2026-05-20")
        placed(spine.say(OPERATOR.key, f"c-{number_of(subject)}", red_list_candidacy=candidate))
    candidate = candidacy("市场监管", firm(6), "R-04", "2026-05-06", "2026-05-20")
    placed(spine.say("市场监管", "c-6", red_list_candidacy=candidate))
    spine.clock.move_to(TODAY)
    spine.deliver()
    return spine


def number_of(subject: Subject) -> str:
    """What tells a subject from the others, and is no personal number."""
    return subject.identifier.value[9:]


def models(spine: Spine, subject: Subject, until: str = LAST) -> str:
    """Puts a candidate on R-03 from 2026-06-01 on; answers the id of the grant."""
    number = number_of(subject)
    granted = grant(OPERATOR.key, f"c-{number}", FIRST, until)
    placed(spine.say(OPERATOR.key, f"g-{number}", red_list_grant=granted))
    return f"g-{number}"


def licensing(served: Served) -> Caller:
    return served.system(CallerRole.LICENSING_SYSTEM)


def incentives(
    served: Served,
    subject: Subject,
    domain: subject_pb2.Domain.ValueType = BUSINESS,
    caller: Caller | None = None,
    **more: Any,
) -> pb.IncentivesResponse:
    purpose = restriction_service_pb2.Purpose(domain=domain, reference="许可-7", reason="办理许可")
    request = pb.IncentivesRequest(**{"subject": subject.identifier, "purpose": purpose, **more})
    stub = IncentiveServiceStub(served.channel(caller or licensing(served)))
    return stub.Incentives(request, timeout=DEADLINE_S)


def codes(response: pb.IncentivesResponse) -> list[str]:
    return [each.measure_code for each in response.incentives]


# --- Incentives -----------------------------------------------------------------------------------


def test_facilitation_that_applies_says_by_what_and_until_when(served: Served) -> None:
    subject = next(_firms)
    models(served.spine, subject)
    response = incentives(served, subject)
    assert codes(response) == ["M-INC-01", "M-INC-02", "M-INC-03", "M-INC-04", "M-INC-05", "M-INC-08"]
    channel = response.incentives[0]
    assert channel.measure_name == "绿色通道、优先办理"
    assert (channel.red_list_code, channel.red_list_name) == ("R-03", "诚实守信红名单(诚信典型)")
    assert (getattr(channel, "from"), channel.until) == (FIRST, LAST)
    assert (channel.document.authority, channel.discretionary) == (OPERATOR.office.name, True)
    assert "国发〔2016〕33号" in channel.legal_basis
    assert channel.position == served.spine.position
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED
    assert list(response.identity.names) == [subject.name]
    assert response.answered.known_position == served.spine.position


def test_unconfirmed_basis_is_marked(served: Served) -> None:
    """守合同重信用企业 (R-04) is marked low in the catalogue."""
    granted = grant("市场监管", "c-6", FIRST, "2028-05-31")
    placed(served.spine.say("市场监管", red_list_grant=granted))
    assert {each.unconfirmed for each in incentives(served, firm(6)).incentives} == {True}


def test_suspended_facilitation_says_why_and_applies_again_after(served: Served) -> None:
    subject = next(_firms)
    models(served.spine, subject)
    fine = penalty("市场监管", subject, "2026-07-01", severity=statement_pb2.SEVERITY_GENERAL)
    position = placed(served.spine.say("市场监管", event=fine))
    suspended = incentives(served, subject, on="2026-08-01")
    assert (codes(suspended), len(suspended.suspended)) == ([], 6)
    assert {each.because_of_position for each in suspended.suspended} == {position}
    assert {each.reason for each in suspended.suspended} == {
        "2026-07-01的负面记录(E-03-CF)在公示期内, 至2027-07-01。"
    }
    assert len(codes(incentives(served, subject, on="2026-06-30"))) == 6
    assert len(codes(incentives(served, subject, on="2027-07-02"))) == 6


def test_red_list_never_outweighs_a_block(served: Served) -> None:
    subject = next(_firms)
    models(served.spine, subject)
    barred = ban("住建", subject, "M-BID-01", "2026-07-01", "2027-07-01")
    placed(served.spine.say("住建", event=barred))
    request = restriction_service_pb2.CheckRequest(subject=subject.identifier)
    request.purpose.domain = BIDDING
    request.matter.role = subject_pb2.SUBJECT_ROLE_BIDDER
    request.matter.tender_kind = subject_pb2.TENDER_KIND_COMPULSORY
    asker = served.system(CallerRole.BIDDING_SYSTEM)
    answer = RestrictionServiceStub(served.channel(asker)).Check(request, timeout=DEADLINE_S)
    assert answer.verdict == verdict_pb2.VERDICT_BLOCKED
    assert codes(incentives(served, subject, BIDDING, asker)) == []


def test_restriction_of_another_domain_is_not_named_to_who_may_not_ask_in_it(served: Served) -> None:
    """A licensing desk learns of no exit ban."""
    subject = next(_persons)
    models(served.spine, subject)
    placed(served.spine.say("法院", event=ban("法院", subject, "M-EXI-01", "2026-07-01")))
    response = incentives(served, subject)
    assert len(response.suspended) == 3
    assert {(each.reason, each.because_of_position) for each in response.suspended} == {
        ("另有不属于本领域的限制。", 0)
    }
    assert "M-EXI" not in str(response)


def test_records_of_a_person_are_not_named(served: Served) -> None:
    subject = next(_persons)
    models(served.spine, subject)
    fine = penalty("市场监管", subject, "2026-07-01", severity=statement_pb2.SEVERITY_GENERAL)
    placed(served.spine.say("市场监管", event=fine))
    response = incentives(served, subject)
    assert {each.reason for each in response.suspended} == {"另有尚在期限内的负面记录或者名单信息。"}


def test_subject_without_grants_and_unknown_one_have_none_and_are_told_apart(served: Served) -> None:
    known = new_firm()
    placed(served.spine.say("市场监管", event=penalty("市场监管", known, severity=2)))
    none, unknown = incentives(served, known), incentives(served, new_firm())
    assert (codes(none), codes(unknown)) == ([], [])
    assert none.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED
    assert unknown.identity.status == verdict_pb2.RESOLUTION_STATUS_NOT_FOUND
    invalid = incentives(served, Subject(identifier=subject_pb2.Identifier(type=USCC, value="9113")))
    assert invalid.identity.status == verdict_pb2.RESOLUTION_STATUS_INVALID_CODE


def test_grants_and_obstacles_go_with_the_subject_to_its_new_code(served: Served) -> None:
    old, new = next(_firms), new_firm()
    models(served.spine, old)
    placed(served.spine.say("市场监管", subject_link=succession(old, new)))
    assert len(codes(incentives(served, new))) == 6
    placed(served.spine.say("住建", event=ban("住建", new, "M-BID-01", "2026-07-01", "2027-07-01")))
    assert codes(incentives(served, old, on="2026-08-01")) == []


def test_earlier_position_gives_the_answer_of_that_time(served: Served) -> None:
    subject = next(_firms)
    granted = models(served.spine, subject)
    at = served.spine.position
    placed(served.spine.say(OPERATOR.key, withdrawal=withdrawal(OPERATOR.key, granted)))
    assert codes(incentives(served, subject)) == []
    consistency = {"at_exact_position": at}
    assert len(codes(incentives(served, subject, consistency=consistency))) == 6


def test_question_about_a_person_needs_a_purpose_and_is_logged(served: Served) -> None:
    subject = next(_persons)
    models(served.spine, subject)
    bare = restriction_service_pb2.Purpose(domain=BUSINESS)
    refusal = refused(lambda: incentives(served, subject, purpose=bare))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "PURPOSE_REQUIRED")
    before = len(list(served.spine.engine.store.queries()))
    response = incentives(served, subject)
    logged = list(served.spine.engine.store.queries())[before:]
    assert [(row.reference, row.reason, row.verdict) for row in logged] == [("许可-7", "办理许可", 0)]
    assert subject.identifier.value not in str(response)
    assert list(response.identity.names) == []


def test_caller_asks_in_its_own_domain_and_the_border_not_at_all(served: Served) -> None:
    subject = new_firm()
    assert refused(lambda: incentives(served, subject, BIDDING)).reason == "DOMAIN_DENIED"
    border = served.system(CallerRole.BORDER_SYSTEM)
    refusal = refused(lambda: incentives(served, subject, subject_pb2.DOMAIN_EXIT_ENTRY, border))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "METHOD_DENIED")


@pytest.mark.parametrize(("on", "reason"), [("2026-2-30", "DATE_INVALID"), ("3026-01-01", "DATE_INVALID")])
def test_day_that_is_none_is_refused(served: Served, on: str, reason: str) -> None:
    refusal = refused(lambda: incentives(served, new_firm(), on=on))
    assert (refusal.reason, refusal.fields) == (reason, ("on",))


# --- ListRedListed --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry with five on R-03 or on the way to it, and one on R-04."""
    candidates = [firm(1), firm(2), firm(3), person(4)]
    spine = publicising(tmp_path_factory.mktemp("town") / "registry", candidates)
    models(spine, firm(1))
    models(spine, firm(2), "2026-10-31")
    models(spine, firm(3))
    placed(spine.say("住建", event=ban("住建", firm(3), "M-BID-01", "2026-07-01", "2027-07-01")))
    models(spine, person(4))
    candidate = candidacy(OPERATOR.key, firm(5), "R-03", "2026-11-16", "2026-12-04")
    placed(spine.say(OPERATOR.key, "five", red_list_candidacy=candidate))
    placed(spine.say(OPERATOR.key, status_note=objection(OPERATOR.key, "five", "2026-11-20")))
    with serving(spine) as running:
        yield running


def listed(town: Served, caller: Caller | None = None, **more: Any) -> pb.ListRedListedResponse:
    stub = IncentiveServiceStub(town.channel(caller or town.system(CallerRole.AUDITOR)))
    return stub.ListRedListed(pb.ListRedListedRequest(**more), timeout=DEADLINE_S)


def states(entries: Any) -> dict[str, str]:
    """State by the last digits of the name, or * for whom none is shown."""
    return {
        entry.name[3:4] or "*": pb.RedListState.Name(entry.state).removeprefix("RED_LIST_STATE_")
        for entry in entries
    }


def test_candidates_and_grants_are_listed_with_where_they_stand(town: Served) -> None:
    response = listed(town)
    assert states(response.entries) == {
        "1": "GRANTED",
        "2": "EXPIRED",
        "3": "SUSPENDED",
        "*": "GRANTED",
        "5": "PUBLICISED",
        "6": "NOTICE_ENDED",
    }
    assert [entry.name[3:4] for entry in response.entries if entry.objected] == ["5"]
    first = next(entry for entry in response.entries if entry.name[3:4] == "1")
    assert (first.publicised_from, first.publicised_until) == ("2026-05-06", "2026-05-20")
    assert (getattr(first, "from"), first.until) == (FIRST, LAST)
    assert (first.list_code, first.list_name) == ("R-03", "诚实守信红名单(诚信典型)")
    assert first.subject == firm(1).identifier
    assert response.next_page_token == ""


def test_natural_person_is_masked_and_unnamed(town: Served) -> None:
    number = person(4).identifier.value
    entry = next(entry for entry in listed(town).entries if not entry.name)
    assert entry.subject.value == f"{number[:4]}{'*' * 10}{number[-4:]}"
    assert number not in str(listed(town))


def test_list_is_of_the_day_asked_about(town: Served) -> None:
    assert states(listed(town, list_code="R-03", on="2026-06-15").entries) == {
        "1": "GRANTED",
        "2": "GRANTED",
        "3": "GRANTED",
        "*": "GRANTED",
    }
    assert states(listed(town, list_code="R-04").entries) == {"6": "NOTICE_ENDED"}


@pytest.mark.parametrize("size", [1, 2, 4, 5])
def test_pages_make_up_the_list(town: Served, size: int) -> None:
    whole = [entry.position for entry in listed(town).entries]
    page = listed(town, page_size=size)
    found = [entry.position for entry in page.entries]
    while page.next_page_token:
        assert len(page.entries) == size
        page = listed(town, page_size=size, page_token=page.next_page_token)
        found += [entry.position for entry in page.entries]
    assert found == whole


def test_pages_fit_together_whatever_is_recorded_meanwhile(town: Served) -> None:
    before = [entry.position for entry in listed(town).entries]
    first = listed(town, page_size=3)
    candidate = candidacy(OPERATOR.key, new_firm(), "R-03", "2026-11-16", "2026-12-04")
    placed(town.spine.say(OPERATOR.key, "later", red_list_candidacy=candidate))
    placed(town.spine.say(OPERATOR.key, withdrawal=withdrawal(OPERATOR.key, "five")))
    rest = listed(town, page_size=1000, page_token=first.next_page_token)
    assert [entry.position for entry in (*first.entries, *rest.entries)] == before
    assert first.answered == rest.answered
    placed(town.spine.say(OPERATOR.key, withdrawal=withdrawal(OPERATOR.key, "later")))


def test_token_of_another_listing_or_made_up_is_refused(town: Served) -> None:
    token = listed(town, page_size=1).next_page_token
    for more in (
        {"list_code": "R-03"},
        {"on": "2026-11-23"},
        {"page_token": "AAAA"},
        {"page_token": "令牌"},
        {"page_token": token[:-2] + "__"},
    ):
        request = {"page_token": token, **more}
        refusal = refused(lambda request=request: listed(town, **request))  # type: ignore[misc]
        assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("page_token",)), more


def test_list_that_the_catalogue_does_not_have_is_refused(town: Served) -> None:
    for code in ("R-99", "L-01"):
        refusal = refused(lambda code=code: listed(town, list_code=code))  # type: ignore[misc]
        assert (refusal.reason, refusal.fields) == ("LIST_NOT_IN_EDITION", ("list_code",))


@pytest.mark.parametrize("role", list(CallerRole))
def test_lists_are_for_everybody_but_the_public_and_faces(town: Served, role: CallerRole) -> None:
    if role in (CallerRole.PUBLIC, CallerRole.FACE):  # What the public sees is DisclosureService's.
        assert refused(lambda: listed(town, town.of_role(role))).reason == "METHOD_DENIED"
    else:
        assert listed(town, town.of_role(role)).entries


def test_notice_its_end_and_the_term_follow_each_other(town: Served) -> None:
    days = ["2026-05-05", "2026-05-06", "2026-05-20", "2026-05-21", "2026-05-31", "2026-06-01"]
    found = [states(listed(town, on=day).entries).get("1") for day in days]
    assert found == [None, "PUBLICISED", "PUBLICISED", "NOTICE_ENDED", "NOTICE_ENDED", "GRANTED"]
