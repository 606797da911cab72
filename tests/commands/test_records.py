"""Who sees what of a file, and what a special credit report says and does not say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from registry.access.identity import CallerRole
from registry.domain.periods import Period
from registry.errors import RegistryError
from registry.v1 import statement_pb2 as pb
from registry.v1 import verdict_pb2
from registry.v1.subject_pb2 import (
    CAPACITY_EXPERT,
    DOMAIN_BIDDING,
    DOMAIN_EXIT_ENTRY,
    DOMAIN_PROCUREMENT,
    Subject,
)
from tests.support.events import (
    alternate,
    ban,
    branch_of,
    event,
    fined,
    firm,
    judgment,
    licence,
    list_entry,
    new_firm,
    new_person,
    old_code,
    penalty,
    placed,
    registered,
    registration,
    repair,
    succession,
    withdrawal,
)
from tests.support.files import (
    THREE_YEARS,
    department,
    file_of,
    question,
    report_on,
    states,
    system,
)
from tests.support.spine import TODAY, Spine, found_spine, furnish

SECTIONS = ["行政处罚(含简易程序)", "行政强制", "严重失信主体名单", "刑事裁判", "市场禁入"]
CLEAR_LIKE = ("未见限制", "无违法", "无违规", "无不良", "信用良好", "没有违法违规记录", "守法")


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A registry in which only some lists have a source: those of the eight departments."""
    furnished = furnish(found_spine(tmp_path_factory.mktemp("records") / "registry"))
    furnished.deliver()
    yield furnished
    furnished.engine.close()


def filled(spine: Spine, subject: Subject, **asked: Any) -> dict[str, int]:
    """How many entries each section of a report has that has any."""
    report = report_on(spine, subject, **asked)
    return {section.name: len(section.entries) for section in report.sections if section.entries}


# --- whose file -----------------------------------------------------------------------------------


def test_subject_under_all_its_codes_is_one_file(spine: Spine) -> None:
    old, new = new_firm(), new_firm()
    first = placed(spine.say("市场监管", event=licence("市场监管", old)))
    placed(spine.say("市场监管", subject_link=succession(old, new, "2026-01-01")))
    later = placed(spine.say("市场监管", event=licence("市场监管", new)))
    for subject in (old, new):
        assert [e.position for e in file_of(spine, subject).entries] == [first, later]
    before = file_of(spine, new, on=date(2025, 12, 31))
    assert [e.position for e in before.entries] == [first, later], "it is one subject on every day"


def test_file_of_a_branch_is_not_that_of_its_parent(spine: Spine) -> None:
    branch, parent = new_firm(), new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", parent)))
    own = placed(spine.say("市场监管", event=licence("市场监管", branch)))
    placed(spine.say("市场监管", subject_link=branch_of(branch, parent)))
    file = file_of(spine, branch)
    assert [e.position for e in file.entries] == [own]
    assert [party.ref for party in file.identity.related] == [parent.identifier.value]


def test_old_code_leads_to_the_file(spine: Spine) -> None:
    subject = new_firm()
    position = placed(spine.say("市场监管", event=licence("市场监管", subject)))
    placed(spine.say("市场监管", subject_link=alternate(old_code(subject), subject)))
    by_old_code = type(subject)(identifier=old_code(subject), kind=subject.kind, name=subject.name)
    assert [e.position for e in file_of(spine, by_old_code).entries] == [position]


def test_subject_of_which_nothing_is_known_has_no_file(spine: Spine) -> None:
    file = file_of(spine, new_firm())
    assert file.identity.status == verdict_pb2.RESOLUTION_STATUS_NOT_FOUND
    assert not file.is_known
    assert file.entries == ()


# --- by whom --------------------------------------------------------------------------------------


def test_what_was_withdrawn_is_shown_to_its_department_and_the_registrar_alone(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    placed(spine.say("财政", "withdrawn-1", event=event))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "withdrawn-1")))
    assert states(file_of(spine, subject)) == ["STANDS", "WITHDRAWN"]
    assert states(file_of(spine, subject, by=department(spine, "财政"))) == ["STANDS", "WITHDRAWN"]
    assert states(file_of(spine, subject, by=department(spine, "住建"))) == ["STANDS"]


def test_what_is_repaired_vanishes_from_what_others_see_whatever_they_ask_for(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("人社", subject, "L-04", "2025-03-01", "2028-02-29")
    listed = placed(spine.say("人社", "wages-1", event=entry))
    other, own = department(spine, "住建"), department(spine, "人社")
    assert states(file_of(spine, subject, by=other)) == ["STANDS"]
    placed(spine.say("人社", repair=repair("人社", "wages-1", "2026-05-01")))
    for on, at in ((None, None), (date(2026, 4, 1), None), (None, listed), (date(2026, 4, 1), listed)):
        assert states(file_of(spine, subject, by=other, on=on, at=at)) == [], (on, at)
    assert states(file_of(spine, subject, by=own)) == ["REPAIRED"]
    assert states(file_of(spine, subject)) == ["REPAIRED"]


def test_what_has_expired_is_shown_to_its_department_and_the_registrar_alone(spine: Spine) -> None:
    subject = new_firm()
    old = fined("住建", subject, "2022-05-06", "5", severity=pb.SEVERITY_GENERAL)
    new = fined("住建", subject, "2026-05-06", "5", severity=pb.SEVERITY_GENERAL)
    for each in (old, new):
        placed(spine.say("住建", event=each))
    assert states(file_of(spine, subject)) == ["STANDS", "STANDS"]
    assert states(file_of(spine, subject, by=department(spine, "住建"))) == ["STANDS", "STANDS"]
    for on in (None, date(2023, 1, 1)):
        seen = file_of(spine, subject, by=department(spine, "财政"), on=on)
        assert [e.decided_on for e in seen.entries] == [date(2026, 5, 6)]


def test_ban_to_come_is_shown_to_others_before_it_begins(spine: Spine) -> None:
    subject = new_firm()
    event = ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")
    event.measures[0].CopyFrom(pb.ImposedMeasure(measure_code="M-PRO-01", until="2029-01-01"))
    setattr(event.measures[0], "from", "2027-01-02")
    placed(spine.say("财政", event=event))
    (entry,) = file_of(spine, subject, by=department(spine, "住建")).entries
    assert not entry.validity.running


def test_exit_ban_is_told_to_no_department_but_its_own(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", event=ban("法院", subject, "M-EXI-01", "2026-04-01")))
    assert states(file_of(spine, subject)) == ["STANDS"]
    assert states(file_of(spine, subject, by=department(spine, "法院"), domain=DOMAIN_BIDDING)) == ["STANDS"]
    for domain in (DOMAIN_BIDDING, DOMAIN_PROCUREMENT):
        assert states(file_of(spine, subject, by=department(spine, "财政"), domain=domain)) == []


def test_of_a_person_others_see_what_bears_on_their_purpose(spine: Spine) -> None:
    subject = new_person()
    event = ban("财政", subject, "M-PRO-03", "2026-03-01", "2029-03-01", capacity=CAPACITY_EXPERT)
    placed(spine.say("财政", event=event))
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01", "2028-03-01")))
    by = department(spine, "住建")
    assert len(file_of(spine, subject, by=by, domain=DOMAIN_PROCUREMENT).entries) == 2
    (defaulter,) = file_of(spine, subject, by=by, domain=DOMAIN_BIDDING).entries
    assert defaulter.stated.recorded.list_code == "L-01"


def test_persons_titles_are_no_business_of_other_departments(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("人社", event=event("人社", subject, "E-04", "2026-02-01", legal_basis=[])))
    assert states(file_of(spine, subject, by=department(spine, "人社"), domain=DOMAIN_BIDDING)) == ["STANDS"]
    assert states(file_of(spine, subject, by=department(spine, "住建"), domain=DOMAIN_BIDDING)) == []


def test_asking_about_a_person_needs_a_domain_the_caller_may_ask_in(spine: Spine) -> None:
    subject = new_person()
    with pytest.raises(RegistryError) as denied:
        question(spine, subject, by=department(spine, "财政"), domain=DOMAIN_EXIT_ENTRY)
    assert [(f.name, f.field) for f in denied.value.faults] == [("DOMAIN_DENIED", "purpose.domain")]


# --- the special credit report --------------------------------------------------------------------


def test_every_section_is_named_also_when_it_is_empty(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    report = report_on(spine, subject, by=system(CallerRole.PROCUREMENT_SYSTEM))
    assert [section.name for section in report.sections] == SECTIONS
    assert report.nothing_recorded
    for name in SECTIONS:
        assert name in report.statement


def test_report_has_what_it_is_about_and_nothing_else(spine: Spine) -> None:
    subject = new_firm()
    wider = registration("法院", categories=["E-03-QZ"])
    placed(spine.say("信用办", department_registration=wider))
    for key, stated in (
        ("市场监管", licence("市场监管", subject)),
        ("住建", fined("住建", subject, "2026-05-06", "5", severity=pb.SEVERITY_GENERAL)),
        ("法院", event("法院", subject, "E-03-QZ", "2026-06-01")),
        ("人社", list_entry("人社", subject, "L-04", "2026-03-01", "2029-02-28")),
        ("市场监管", list_entry("市场监管", subject, "L-90", "2026-03-01")),
        ("法院", judgment(subject, "2026-06-02", "（2026）冀09刑初12号")),
        ("法院", judgment(subject, "2026-06-02", "（2026）冀09民初12号")),
        ("财政", ban("财政", subject, "M-PRO-01", "2026-03-01", "2028-03-01")),
    ):
        placed(spine.say(key, event=stated))
    report = report_on(spine, subject, by=system(CallerRole.BIDDING_SYSTEM))
    assert {s.name: len(s.entries) for s in report.sections} == dict.fromkeys(SECTIONS, 1)
    assert not report.nothing_recorded
    assert "行政处罚(含简易程序)1条" in report.statement
    assert "没有查见登记" not in report.statement


def test_penalty_of_simple_procedure_is_in_the_report_while_its_term_runs(spine: Spine) -> None:
    recent, old = new_firm(), new_firm()
    for subject, day in ((recent, "2026-10-12"), (old, "2026-05-06")):
        warned = penalty("住建", subject, day, severity=pb.SEVERITY_MINOR)
        placed(spine.say("住建", event=warned))
    assert filled(spine, recent) == {"行政处罚(含简易程序)": 1}
    assert filled(spine, old) == {}


def test_what_is_repaired_is_in_no_report(spine: Spine) -> None:
    subject = new_firm()
    entry = list_entry("人社", subject, "L-04", "2025-03-01", "2028-02-29")
    placed(spine.say("人社", "wages-2", event=entry))
    assert filled(spine, subject) == {"严重失信主体名单": 1}
    placed(spine.say("人社", repair=repair("人社", "wages-2", "2026-05-01")))
    for caller in (system(CallerRole.BIDDING_SYSTEM), department(spine, "人社")):
        assert filled(spine, subject, by=caller) == {}


def test_period_has_what_was_decided_in_it_and_what_was_in_force_in_it(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("财政", event=ban("财政", subject, "M-PRO-01", "2025-03-01", "2028-03-01")))
    placed(spine.say("住建", event=fined("住建", subject, "2026-05-06", "5", severity=pb.SEVERITY_GENERAL)))
    told = {
        period: filled(spine, subject, period=period)
        for period in (
            Period(date(2025, 1, 1), date(2025, 2, 28)),
            Period(date(2026, 5, 7), TODAY),
            Period(date(2026, 5, 6), date(2026, 5, 6)),
        )
    }
    assert list(told.values()) == [{}, {"市场禁入": 1}, {"行政处罚(含简易程序)": 1, "市场禁入": 1}]


def test_report_names_the_lists_about_which_it_says_nothing(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    statement = report_on(spine, subject).statement
    assert "严重失信主体名单(只就来源已接入并且报送未过时的名单而言)" in statement
    silent = statement.partition("没有来源的名单: ")[2].partition("。")[0].split("、")
    assert "统计严重失信企业" in statement
    assert "失信被执行人名单" not in silent, "the court has delivered it"
    assert "对这些名单, 本报告不能说明该主体是否在名单上" in statement
    assert "没有查见不等于没有违法违规行为" in statement


def test_unknown_subject_gets_no_report_and_no_clear_word(spine: Spine) -> None:
    subject = firm(88_000)
    report = report_on(spine, subject)
    assert report.sections == ()
    assert not report.nothing_recorded
    assert report.statement == (
        f"登记系统没有该主体({subject.identifier.value})的任何记录, 不能据此认为其没有违法违规记录。"
    )


def test_no_report_ever_says_that_somebody_is_clear(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    statement = report_on(spine, subject).statement
    assert not [words for words in CLEAR_LIKE if words in statement]


def test_disputed_names_are_told_in_the_report(spine: Spine) -> None:
    subject = new_firm()
    placed(spine.say("住建", event=fined("住建", subject, "2026-05-06", "5", severity=pb.SEVERITY_GENERAL)))
    subject.name = "沧州另一家(示例)有限公司"
    placed(spine.say("市场监管", event=licence("市场监管", subject)))
    report = report_on(spine, subject)
    assert "该代码下有不同的名称" in report.statement
    assert {s.name: len(s.entries) for s in report.sections if s.entries} == {"行政处罚(含简易程序)": 1}
    placed(spine.say("市场监管", event=registered(subject)))
    name_settled = report_on(spine, subject).statement
    assert "沧州另一家(示例)有限公司" in name_settled


def test_report_on_a_person_shows_the_number_masked_and_no_name(spine: Spine) -> None:
    subject = new_person()
    placed(spine.say("法院", event=list_entry("法院", subject, "L-01", "2026-03-01", "2028-03-01")))
    by = system(CallerRole.BIDDING_SYSTEM)
    report = report_on(spine, subject, by=by, domain=DOMAIN_BIDDING, period=THREE_YEARS)
    number = subject.identifier.value
    assert f"该自然人({number[:4]}**********{number[-4:]})" in report.statement
    assert number not in report.statement
    assert subject.name not in report.statement
    assert "自然人的信息只列与查询用途有关的" in report.statement
    assert filled(spine, subject, by=by, domain=DOMAIN_BIDDING) == {"严重失信主体名单": 1}
