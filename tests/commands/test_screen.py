"""Screening a tender: each party in its role, each bid as a whole, the lists that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.identity import Identities
from registry.commands.screen import Screening, Screens
from registry.errors import RegistryError
from registry.v1 import restriction_service_pb2 as pb
from registry.v1.restriction_service_pb2 import ScreenRequest
from registry.v1.subject_pb2 import DOMAIN_PROCUREMENT, SUBJECT_KIND_BRANCH, Subject
from registry.v1.verdict_pb2 import Verdict
from tests.support.events import (
    alternate,
    ban,
    branch_of,
    licence,
    list_entry,
    new_firm,
    new_person,
    old_code,
    placed,
    succession,
    told,
)
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, TODAY, Spine, found_spine, furnish
from tests.support.tenders import BIDDING, party, tender

THE_THREE = ("L-01", "L-02", "L-03")


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    furnished = furnish(found_spine(tmp_path_factory.mktemp("screen") / "registry"))
    yield furnished
    furnished.engine.close()


def screen(spine: Spine, request: ScreenRequest) -> Screening:
    """The report, asked for by a system of the project's domain."""
    screens = Screens(spine.engine.ask, Identities(spine.engine.ask))
    caller = Caller(ROLE_OF_DOMAIN[request.project.domain], "asker", ORIGIN)
    return screens.report(request, screens.settle(request, caller, 1.0))


def verdicts(screening: Screening) -> list[str]:
    return [told(each.decision)[0] for each in screening.parties]


def bids(screening: Screening) -> dict[str, tuple[str, tuple[int, ...]]]:
    name = Verdict.Name
    return {bid.name: (name(bid.verdict).removeprefix("VERDICT_"), bid.decided_by) for bid in screening.bids}


def licensed(spine: Spine, subject: Subject | None = None) -> Subject:
    """A firm of which a licence is recorded and nothing else."""
    subject = subject or new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    return subject


def barred(spine: Spine, until: str = "2028-03-01") -> Subject:
    """A firm that is barred from procurement from 2026-03-01 on."""
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", until)))
    return subject


def test_each_party_is_asked_about_in_its_own_role(spine: Spine) -> None:
    agency = new_firm()
    placed(spine.say("财政", event=ban("财政", agency, "M-PRO-02", "2026-03-01", "2027-03-01")))
    screening = screen(spine, tender(party(agency, "AGENCY"), party(agency, "BIDDER")))
    assert verdicts(screening) == ["BLOCKED", "CLEAR"]
    assert told(screening.parties[1].decision)[1] == {"M-PRO-02": "INFORMATION OTHER_ROLE"}


def test_one_bad_member_makes_the_consortium_bad_and_no_other_bid(spine: Spine) -> None:
    good, bad = licensed(spine), barred(spine)
    screening = screen(
        spine,
        tender(
            party(good, "CONSORTIUM_MEMBER", bid="甲"),
            party(good, bid="乙"),
            party(bad, "CONSORTIUM_MEMBER", bid="甲"),
        ),
    )
    assert bids(screening) == {"甲": ("BLOCKED", (2,)), "乙": ("CLEAR", (1,))}


def test_own_record_of_a_legal_representative_is_not_the_companys_and_an_unknown_one_decides_nothing(
    spine: Spine,
) -> None:
    company, defaulter, nobody = licensed(spine), new_person(), new_person()
    placed(spine.say("法院", event=list_entry("法院", defaulter, "L-01", "2026-03-01")))
    screening = screen(
        spine,
        tender(
            party(company, bid="甲"),
            party(defaulter, "LEGAL_REPRESENTATIVE", bid="甲"),
            party(nobody, "PROJECT_MANAGER", bid="甲"),
        ),
    )
    assert verdicts(screening) == ["CLEAR", "CLEAR", "INDETERMINATE SUBJECT_UNKNOWN"]
    assert bids(screening) == {"甲": ("CLEAR", (0, 1))}


def test_measure_that_names_the_role_of_a_representative_reaches_the_bid(spine: Spine) -> None:
    company, head = licensed(spine), new_person()
    placed(spine.say("人社", event=list_entry("人社", head, "L-04", "2026-03-01", "2029-03-01")))
    request = tender(party(company, bid="甲"), party(head, "LEGAL_REPRESENTATIVE", bid="甲"))
    assert bids(screen(spine, request)) == {"甲": ("REVIEW", (1,))}


def test_ban_of_the_parent_is_weighed_for_the_branch(spine: Spine) -> None:
    parent, branch = barred(spine), licensed(spine, new_firm(SUBJECT_KIND_BRANCH))
    placed(spine.say("市场监管", subject_link=branch_of(branch, parent)))
    screening = screen(spine, tender(party(branch, bid="甲")))
    assert bids(screening) == {"甲": ("REVIEW", (0,))}
    assert {parent.identifier.value, branch.identifier.value} <= screening.refs


def test_report_rests_on_every_code_of_a_subject_that_is_asked_about_by_an_old_one(spine: Spine) -> None:
    first, second = licensed(spine), new_firm()
    placed(spine.say("市场监管", subject_link=alternate(old_code(first), first)))
    placed(spine.say("市场监管", subject_link=succession(first, second, "2026-06-01")))
    screening = screen(spine, tender(party(old_code(first), bid="甲")))
    assert bids(screening) == {"甲": ("CLEAR", (0,))}
    assert {first.identifier.value, second.identifier.value} <= screening.refs
    assert len(screening.refs) == 3


@pytest.mark.parametrize(
    ("cut_off", "verdict"),
    [
        (date(2026, 2, 28), "CLEAR"),
        (date(2026, 3, 1), "BLOCKED"),
        (None, "BLOCKED"),
        (TODAY + timedelta(days=200), "INDETERMINATE SOURCE_STALE"),
    ],
)
def test_records_are_asked_for_as_of_the_cut_off_time(
    spine: Spine, cut_off: date | None, verdict: str
) -> None:
    subject = licensed(spine, barred(spine, "2027-03-01"))
    assert verdicts(screen(spine, tender(party(subject), cut_off=cut_off))) == [verdict]


def test_region_and_kind_of_tender_are_those_of_the_project(spine: Spine) -> None:
    subject = licensed(spine)
    placed(spine.say("住建", event=ban("住建", subject, "M-BID-01", "2026-03-01", "2027-09-01")))
    kinds = {"TENDER_KIND_COMPULSORY": "BLOCKED", "TENDER_KIND_VOLUNTARY": "CLEAR"}
    for kind, verdict in {**kinds, "TENDER_KIND_UNSPECIFIED": "REVIEW"}.items():
        request = tender(party(subject), domain=BIDDING, tender_kind=kind)
        assert verdicts(screen(spine, request)) == [verdict]


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "differs"),
    [("{name}", False), ("{name} ".replace("(", "（"), False), ("沧州另一(示例)有限公司", True), ("", False)],
)
def test_name_in_the_bid_is_compared_with_those_the_registry_holds(
    spine: Spine, written: str, differs: bool
) -> None:
    subject = licensed(spine)
    name = written.format(name=subject.name)
    (screened,) = screen(spine, tender(party(subject, name=name))).parties
    assert screened.name_differs is differs


def test_name_of_somebody_of_whom_no_name_is_held_differs_from_nothing(spine: Spine) -> None:
    known = new_person()
    placed(spine.say("人社", event=list_entry("人社", known, "L-04", "2026-03-01", "2029-03-01")))
    request = tender(
        party(known, "LEGAL_REPRESENTATIVE", name="示例某"), party(new_firm(), name="无名(示例)公司")
    )
    assert [each.name_differs for each in screen(spine, request).parties] == [False, False]


# --- lists ----------------------------------------------------------------------------------------


def test_lists_that_law_requires_are_reported_whatever_the_request_names(spine: Spine) -> None:
    subject = licensed(spine)
    assert screen(spine, tender(party(subject))).lists == THE_THREE
    assert screen(spine, tender(party(subject), domain=BIDDING)).lists == ("L-01",)


def test_list_named_by_its_old_name_is_found_and_a_name_no_list_bears_is_told(spine: Spine) -> None:
    named = ["重大税收违法案件当事人名单", "拖欠农民工工资失信联合惩戒对象名单", "江湖黑名单", "江湖黑名单"]
    screening = screen(spine, tender(party(licensed(spine)), named_lists=named))
    assert screening.lists == (*THE_THREE, "L-04")
    assert screening.unknown_lists == ("江湖黑名单",)


# --- rights and faults ----------------------------------------------------------------------------


def faults(spine: Spine, request: pb.ScreenRequest, role: CallerRole) -> list[tuple[str, str]]:
    screens = Screens(spine.engine.ask, Identities(spine.engine.ask))
    with pytest.raises(RegistryError) as refused:
        screens.settle(request, Caller(role, "asker", ORIGIN), 1.0)
    return [(fault.name, fault.field) for fault in refused.value.faults]


def test_system_screens_in_its_own_domain_alone(spine: Spine) -> None:
    request = tender(party(new_firm()), domain=DOMAIN_PROCUREMENT)
    assert faults(spine, request, CallerRole.BIDDING_SYSTEM) == [("DOMAIN_DENIED", "project.domain")]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"scope": {"activity": "NOTHING"}}, [("FIELD_INVALID", "project.scope.activity")]),
        ({"domain": 0}, [("FIELD_REQUIRED", "project.domain")]),
    ],
)
def test_faults_of_the_matter_are_told_of_the_project(
    spine: Spine, wrong: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    request = tender(party(new_firm()), **wrong)
    assert faults(spine, request, CallerRole.PROCUREMENT_SYSTEM) == expected


def test_report_of_a_past_position_is_the_one_that_was_given(spine: Spine) -> None:
    subject = licensed(spine)
    request = tender(party(subject, bid="甲", name=subject.name), cut_off=TODAY)
    before = screen(spine, request)
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")))
    assert verdicts(screen(spine, request)) == ["BLOCKED"]
    request.consistency.at_exact_position = before.matter.position
    assert screen(spine, request) == before
