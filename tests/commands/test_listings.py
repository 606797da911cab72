"""Whom market bans and lists fall on: filters, rights, and pages that fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands import listing_pages
from registry.commands.listing_pages import ListingPage, Row
from registry.commands.listings import BanFilter, BansAsked, ListAsked
from registry.errors import RegistryError
from registry.v1 import verdict_pb2
from registry.v1.subject_pb2 import (
    CAPACITY_EXPERT,
    DOMAIN_BIDDING,
    DOMAIN_BUSINESS,
    DOMAIN_EXIT_ENTRY,
    DOMAIN_FINANCING,
    DOMAIN_PROCUREMENT,
    Scope,
)
from tests.support.events import (
    ban,
    firm,
    list_entry,
    person,
    placed,
    registered,
    repair,
    stay,
    withdrawal,
)
from tests.support.files import REGISTRAR, department, system
from tests.support.spine import Spine, found_spine, furnish

PORTAL, TENDERS = system(CallerRole.PROCUREMENT_SYSTEM), system(CallerRole.BIDDING_SYSTEM)
BORDER, AUDITOR = system(CallerRole.BORDER_SYSTEM), system(CallerRole.AUDITOR)
ALL = BanFilter()
Pages = Callable[[str], ListingPage]


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """Bans in two domains, in force, to come, expired, withdrawn and stayed; entries on two lists."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("listings") / "registry"))
    procurement = {
        1: ("2026-03-01", "2028-03-01"),
        2: ("2024-03-01", "2026-03-01"),
        3: ("2026-03-01", "2028-03-01"),
        4: ("2026-03-01", "2028-03-01"),
    }
    for number, (first, last) in procurement.items():
        event = ban("财政", firm(number), "M-PRO-01", first, last)
        placed(spine.say("财政", f"ban-{number}", event=event))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "ban-3")))
    placed(spine.say("财政", status_note=stay("财政", "ban-4", "2026-06-01")))
    expert = ban("财政", person(1), "M-PRO-03", "2026-03-01", "2029-03-01", capacity=CAPACITY_EXPERT)
    placed(spine.say("财政", event=expert))
    for number, region in ((5, "130902"), (6, "130900"), (7, "")):
        scope = Scope(region=region)
        event = ban("住建", firm(number), "M-BID-01", "2026-03-01", "2027-09-01", scope=scope)
        placed(spine.say("住建", event=event))
    placed(spine.say("法院", event=ban("法院", person(2), "M-EXI-01", "2026-04-01")))
    for number in (10, 11, 12):
        entry = list_entry("税务", firm(number), "L-03", "2025-03-01", "2028-02-29")
        placed(spine.say("税务", f"tax-{number}", event=entry))
    placed(spine.say("税务", repair=repair("税务", "tax-11", "2026-05-01")))
    placed(spine.say("法院", event=list_entry("法院", person(3), "L-01", "2026-03-01", "2028-03-01")))
    yield spine
    spine.engine.close()


def ban_pages(
    spine: Spine, caller: Caller, wanted: BanFilter = ALL, on: date | None = None, size: int = 100
) -> Pages:
    def page(token: str) -> ListingPage:
        return BansAsked.of(spine.engine.ask, caller, wanted, on=on, token=token).page(size)

    return page


def list_pages(spine: Spine, caller: Caller, named: str, on: date | None = None, size: int = 100) -> Pages:
    def page(token: str) -> ListingPage:
        return ListAsked.of(spine.engine.ask, caller, named, on=on, token=token).page(size)

    return page


def every(page: Pages) -> list[Row]:
    """The rows of all pages."""
    rows: list[Row] = []
    token = ""
    while True:
        listed = page(token)
        rows += listed.rows
        token = listed.token
        if not token:
            return rows


def firms(page: Pages) -> list[int]:
    """The numbers of the firms in a listing, in its order; 0 for a person."""
    numbers = {firm(number).identifier.value: number for number in range(200)}
    return [numbers.get(row.ground.subject, 0) for row in every(page)]


def refused(page: Pages, token: str = "") -> tuple[str, str]:
    with pytest.raises(RegistryError) as error:
        page(token)
    (fault,) = error.value.faults
    return fault.name, fault.field


# --- what is listed -------------------------------------------------------------------------------


def test_bans_in_force_are_listed_and_no_others(spine: Spine) -> None:
    assert firms(ban_pages(spine, PORTAL)) == [1, 4, 0]
    assert firms(ban_pages(spine, PORTAL, on=date(2026, 3, 1))) == [1, 2, 4, 0]
    assert firms(ban_pages(spine, PORTAL, on=date(2026, 2, 28))) == [2]


def test_stayed_ban_is_listed_as_stayed(spine: Spine) -> None:
    statuses = {row.ground.statement_id: row.status for row in every(ban_pages(spine, PORTAL))}
    assert statuses["ban-4"] == verdict_pb2.HIT_STATUS_STAYED
    assert statuses["ban-1"] == verdict_pb2.HIT_STATUS_IN_FORCE


def test_rows_bear_the_current_name_of_an_organisation_and_no_name_of_a_person(spine: Spine) -> None:
    renamed = firm(1)
    renamed.name = "沧州新名(示例)有限公司"
    placed(spine.say("市场监管", event=registered(renamed, "2026-01-15")))
    names = {row.ground.subject: row.name for row in every(ban_pages(spine, PORTAL))}
    assert names.pop(firm(1).identifier.value) == "沧州新名(示例)有限公司"
    assert names.pop(firm(4).identifier.value) == firm(4).name
    assert list(names.values()) == [""]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (BanFilter(domain=DOMAIN_BIDDING), [5, 6, 7]),
        (BanFilter(measure_code="M-PRO-01"), [1, 4]),
        (BanFilter(measure_code="M-BID-02"), []),
        (BanFilter(region="130900"), [5, 6]),
        (BanFilter(region="130902"), [5]),
        (BanFilter(region="130000", measure_code="M-BID-01"), [5, 6]),
        (BanFilter(domain=DOMAIN_FINANCING), []),
    ],
)
def test_filters_leave_what_fits_all_of_them(spine: Spine, wanted: BanFilter, numbers: list[int]) -> None:
    assert firms(ban_pages(spine, department(spine, "财政"), wanted)) == numbers


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (BanFilter(measure_code="M-PRO-99"), ("MEASURE_NOT_IN_EDITION", "measure_code")),
        (BanFilter(measure_code="M-PRO-05"), ("MEASURE_NOT_IN_EDITION", "measure_code")),
        (BanFilter(region="1309"), ("FIELD_INVALID", "region")),
        (BanFilter(domain=DOMAIN_BIDDING, measure_code="M-PRO-01"), ("DOMAIN_DENIED", "measure_code")),
    ],
)
def test_filter_that_can_fit_nothing_is_refused(
    spine: Spine, wanted: BanFilter, refusal: tuple[str, str]
) -> None:
    assert refused(ban_pages(spine, department(spine, "财政"), wanted)) == refusal


# --- for whom -------------------------------------------------------------------------------------


def test_system_sees_its_own_domain_alone(spine: Spine) -> None:
    assert firms(ban_pages(spine, PORTAL)) == [1, 4, 0]
    assert firms(ban_pages(spine, TENDERS)) == [5, 6, 7]
    assert refused(ban_pages(spine, TENDERS, BanFilter(domain=DOMAIN_PROCUREMENT))) == (
        "DOMAIN_DENIED",
        "domain",
    )
    assert refused(ban_pages(spine, TENDERS, BanFilter(measure_code="M-PRO-01"))) == (
        "DOMAIN_DENIED",
        "measure_code",
    )


def test_registrar_and_auditor_see_all_domains(spine: Spine) -> None:
    for caller in (REGISTRAR, AUDITOR):
        assert firms(ban_pages(spine, caller)) == [1, 4, 0, 5, 6, 7]
        assert firms(ban_pages(spine, caller, BanFilter(domain=DOMAIN_BUSINESS))) == []


def test_department_is_denied_the_domain_of_exit_bans(spine: Spine) -> None:
    wanted = BanFilter(domain=DOMAIN_EXIT_ENTRY)
    assert refused(ban_pages(spine, department(spine, "财政"), wanted)) == ("DOMAIN_DENIED", "domain")


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "named", ["L-03", "重大税收违法失信主体", "重大税收违法案件当事人名单", " 重大税收违法 失信主体 "]
)
def test_list_is_found_by_its_code_and_by_every_name_it_bore(spine: Spine, named: str) -> None:
    assert firms(list_pages(spine, PORTAL, named)) == [10, 12]


def test_those_who_left_a_list_are_listed_for_the_days_before(spine: Spine) -> None:
    assert firms(list_pages(spine, PORTAL, "L-03", on=date(2026, 4, 30))) == [10, 11, 12]
    assert firms(list_pages(spine, PORTAL, "L-03", on=date(2026, 5, 1))) == [10, 12]


def test_list_that_means_nothing_in_a_systems_domain_is_denied_to_it(spine: Spine) -> None:
    assert firms(list_pages(spine, TENDERS, "L-01")) == [0]
    assert refused(list_pages(spine, BORDER, "L-02")) == ("DOMAIN_DENIED", "list")
    assert refused(list_pages(spine, TENDERS, "L-08")) == ("DOMAIN_DENIED", "list"), "of no domain at all"


def test_departments_registrar_and_auditor_see_every_list(spine: Spine) -> None:
    for caller in (department(spine, "财政"), REGISTRAR, AUDITOR):
        for named in ("L-02", "L-08", "L-13"):
            assert firms(list_pages(spine, caller, named)) == []


@pytest.mark.parametrize("named", ["", "L-99", "没有这样的名单"])
def test_list_that_there_is_none_of_is_refused(spine: Spine, named: str) -> None:
    assert refused(list_pages(spine, REGISTRAR, named)) == ("LIST_NOT_IN_EDITION", "list")


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1000])
def test_pages_of_any_size_have_every_row_once(spine: Spine, size: int) -> None:
    assert firms(ban_pages(spine, REGISTRAR, size=size)) == [1, 4, 0, 5, 6, 7]
    assert firms(list_pages(spine, PORTAL, "L-03", size=size)) == [10, 12]


def test_last_page_has_no_token(spine: Spine) -> None:
    page = list_pages(spine, PORTAL, "L-03", size=2)
    assert len(page("").rows) == 2
    assert page("").token == ""


def test_pages_are_of_one_state_while_new_statements_arrive(spine: Spine) -> None:
    page = ban_pages(spine, TENDERS, size=1)
    first = page("")
    placed(spine.say("住建", "late", event=ban("住建", firm(90), "M-BID-01", "2026-03-01", "2027-09-01")))
    second = page(first.token)
    placed(spine.say("住建", withdrawal=withdrawal("住建", "late")))
    seven = ban("住建", firm(91), "M-BID-01", "2026-03-01", "2027-09-01")
    placed(spine.say("住建", "later", event=seven))
    third = page(second.token)
    assert third.token == ""
    subjects = [row.ground.subject for listed in (first, second, third) for row in listed.rows]
    assert subjects == [firm(number).identifier.value for number in (5, 6, 7)]
    assert firms(ban_pages(spine, TENDERS)) == [5, 6, 7, 91]
    placed(spine.say("住建", withdrawal=withdrawal("住建", "later")))


def test_day_of_the_first_page_is_that_of_all(spine: Spine) -> None:
    page = ban_pages(spine, PORTAL, size=1)
    token = page("").token
    today = spine.clock.now_ms
    spine.clock.move_to(date(2029, 1, 1))
    rest = page(token).rows
    spine.clock.now_ms = today
    assert [row.ground.statement_id for row in rest] == ["ban-4"], "in force on the day of the first page"


def test_token_of_another_caller_or_listing_is_refused(spine: Spine) -> None:
    token = ban_pages(spine, REGISTRAR, size=1)("").token
    for page in (
        ban_pages(spine, AUDITOR),
        ban_pages(spine, REGISTRAR, BanFilter(domain=DOMAIN_PROCUREMENT)),
        ban_pages(spine, REGISTRAR, on=date(2026, 11, 23)),
        list_pages(spine, REGISTRAR, "L-03"),
    ):
        assert refused(page, token) == ("FIELD_INVALID", "page_token")


def test_altered_token_is_refused(spine: Spine) -> None:
    page = ban_pages(spine, REGISTRAR, size=1)
    token = page("").token
    altered = {token[:at] + chr(ord(char) ^ 1) + token[at + 1 :] for at, char in enumerate(token)}
    altered |= {token[:-1], token + "A", f"{token}!", "x", "=", "名"}
    for each in altered:
        assert refused(page, each) == ("FIELD_INVALID", "page_token"), each


def test_page_of_what_has_nearly_all_expired_has_an_end(
    spine: Spine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_pages, "MOST_READ", 2)
    page = ban_pages(spine, REGISTRAR, size=100)
    assert len(page("").rows) < 6
    assert page("").token
    assert firms(page) == [1, 4, 0, 5, 6, 7]
