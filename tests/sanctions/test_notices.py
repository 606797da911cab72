"""Whom a statement gives something to be told, and whom it must not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.rebuild import rebuild
from registry.provenance.keys import FileSigner
from registry.sanctions.notices import (
    Addressee,
    Made,
)
from registry.store.interface import Group, RecipientRow
from registry.store.opening import create_store
from registry.v1 import execution_service_pb2, restriction_service_pb2
from registry.v1 import notice_service_pb2 as pb
from registry.v1 import statement_pb2 as stated
from registry.v1.subject_pb2 import (
    DOMAIN_EXIT_ENTRY,
    DOMAIN_PROCUREMENT,
    Domain,
    Subject,
)
from tests.support.events import (
    ban,
    correction,
    imposed,
    licence,
    lifting,
    list_entry,
    new_firm,
    new_person,
    note,
    penalty,
    placed,
    registration,
    repair,
    resumption,
    stay,
    withdrawal,
)
from tests.support.notices import (
    BIDDING,
    BORDER,
    PLATFORM,
    department_of,
    notices_at,
    subscribe,
    told_at,
)
from tests.support.remedies import acceptance, annulment, application, granted, objection_to, result
from tests.support.reports import report_on
from tests.support.spine import ORIGIN, Spine

PRO = "M-PRO-01"
BANKS = "registry://credit.example/test/system/financing/banks"
TODAY = date(2026, 11, 23)


@pytest.fixture
def told(spine: Spine) -> Iterator[Spine]:
    """The registry with two systems that are told of every change."""
    subscribe(spine, PLATFORM, BORDER)
    yield spine
    subscribe(spine, PLATFORM, BORDER, subscribed=False)


def banned(spine: Spine, statement_id: str, subject: Subject | None = None, until: str = "2028-03-01") -> int:
    event = ban("财政", subject or new_firm(), PRO, "2026-03-01", until)
    return placed(spine.say("财政", statement_id, event=event))


def ask_about(
    spine: Spine, person: Subject, domain: Domain.ValueType, role: CallerRole, name: str = "asker"
) -> None:
    """A system asks about a person, and is told."""
    request = restriction_service_pb2.CheckRequest(subject=person.identifier)
    request.purpose.domain = domain
    request.purpose.reference, request.purpose.reason = "项目〔2026〕1号", "资格审查"
    caller = Caller(role, name, ORIGIN)
    ask = spine.engine.ask
    matter = ask.settle(request, caller, 1.0)
    found = ask.find(person.identifier.type, person.identifier.value)
    ask.tell(matter, [ask.decide(found, matter.question, matter)])


def asker(role: CallerRole) -> str:
    return Caller(role, "asker", ORIGIN).uri


# --- subscribers ----------------------------------------------------------------------------------


def test_new_restriction_is_told_to_the_systems_of_its_domain_and_to_no_other(told: Spine) -> None:
    position = banned(told, "domain-1")
    assert told_at(told, position) == {(PLATFORM.uri, "RESTRICTED")}


def test_ban_on_leaving_is_told_to_the_border_alone(told: Spine) -> None:
    subscribe(told, department_of(told, "财政"))
    person = new_person()
    event = ban("法院", person, "M-EXI-01", "2026-04-01")
    position = placed(told.say("法院", "exit-1", event=event))
    assert told_at(told, position) == {(BORDER.uri, "RESTRICTED")}
    lifted = placed(told.say("法院", lifting=lifting("法院", "exit-1", "2026-11-01")))
    assert told_at(told, lifted) == {(BORDER.uri, "ENDED")}
    subscribe(told, department_of(told, "财政"), subscribed=False)


def test_subscribed_department_is_told_but_not_of_what_it_states_itself(told: Spine) -> None:
    housing, finance = department_of(told, "住建"), department_of(told, "财政")
    subscribe(told, housing, finance)
    assert told_at(told, banned(told, "department-1")) == {
        (PLATFORM.uri, "RESTRICTED"),
        (housing.name, "RESTRICTED"),
    }
    subscribe(told, housing, finance, subscribed=False)


def test_list_entry_is_told_wherever_the_law_attaches_measures_to_the_list(told: Spine) -> None:
    entry = list_entry("法院", new_firm(), "L-01", "2026-03-01")
    notices = notices_at(told, placed(told.say("法院", event=entry)))
    assert PLATFORM.uri in {each.addressee for each in notices}


def test_what_is_over_or_restricts_nothing_is_no_news(told: Spine) -> None:
    old = ban("财政", new_firm(), PRO, "2024-01-01", "2025-06-01")
    assert told_at(told, placed(told.say("财政", event=old))) == set()
    assert told_at(told, placed(told.say("财政", event=penalty("财政", new_firm())))) == set()
    assert told_at(told, placed(told.say("住建", event=licence("住建", new_firm())))) == set()


def test_who_no_longer_subscribes_is_told_no_more(told: Spine) -> None:
    subscribe(told, PLATFORM, subscribed=False)
    assert told_at(told, banned(told, "no-longer")) == set()


# --- whoever was told before ----------------------------------------------------------------------


def test_revoked_penalty_is_told_again_to_everybody_who_was_told_of_it(told: Spine) -> None:
    firm = new_firm()
    banned(told, "again-1", firm)
    subscribe(told, PLATFORM, subscribed=False)
    told_since = placed(told.say("财政", withdrawal=withdrawal("财政", "again-1")))
    assert told_at(told, told_since) == {(PLATFORM.uri, "REVOKED"), ("subject", "REVOKED")}


def test_who_was_told_of_the_corrected_statement_is_told_of_what_befalls_the_correcting_one(
    told: Spine,
) -> None:
    firm = new_firm()
    banned(told, "chain-1", firm)
    subscribe(told, PLATFORM, subscribed=False)
    replacement = ban("财政", firm, PRO, "2026-03-01", "2027-03-01")
    told.say("财政", "chain-2", correction=correction("财政", "chain-1", replacement))
    last = placed(told.say("财政", withdrawal=withdrawal("财政", "chain-2")))
    assert (PLATFORM.uri, "REVOKED") in told_at(told, last)


def test_who_asked_about_a_person_while_it_stood_is_told_and_who_asked_before_is_not(spine: Spine) -> None:
    person = new_person()
    placed(spine.say("住建", event=licence("住建", person)))
    ask_about(spine, person, DOMAIN_PROCUREMENT, CallerRole.PROCUREMENT_SYSTEM, "early")
    placed(spine.say("财政", "asked-1", event=ban("财政", person, "M-PRO-03", "2026-03-01")))
    ask_about(spine, person, DOMAIN_PROCUREMENT, CallerRole.PROCUREMENT_SYSTEM)
    ask_about(spine, person, DOMAIN_EXIT_ENTRY, CallerRole.BORDER_SYSTEM)
    position = placed(spine.say("财政", withdrawal=withdrawal("财政", "asked-1")))
    systems = told_at(spine, position) - {("subject", "REVOKED")}
    assert systems == {(asker(CallerRole.PROCUREMENT_SYSTEM), "REVOKED")}


def test_who_reported_what_it_did_is_told_when_the_ban_ends_or_is_stayed(spine: Spine) -> None:
    firm = new_firm()
    banned(spine, "reported-1", firm)
    report = report_on(spine, "R-notices", firm, measures=[PRO])
    assert report.action == execution_service_pb2.EXECUTION_ACTION_REFUSED
    spine.engine.executions.report(report, PLATFORM)
    stayed = placed(spine.say("财政", status_note=stay("财政", "reported-1", "2026-11-01")))
    assert told_at(spine, stayed) == {(PLATFORM.uri, "STAYED"), ("subject", "STAYED")}
    resumed = placed(spine.say("财政", status_note=resumption("财政", "reported-1", "2026-11-10")))
    assert told_at(spine, resumed) == {(PLATFORM.uri, "RESUMED"), ("subject", "RESUMED")}
    lifted = placed(spine.say("财政", withdrawal=withdrawal("财政", "reported-1")))
    assert told_at(spine, lifted) == {(PLATFORM.uri, "REVOKED"), ("subject", "REVOKED")}


def test_what_is_told_in_one_group_is_known_to_the_rest_of_it(told: Spine) -> None:
    firm = new_firm()
    event = ban("财政", firm, PRO, "2026-03-01", "2028-03-01")
    first = told.statement("财政", "group-1", event=event)
    second = told.statement("财政", "group-2", withdrawal=withdrawal("财政", "group-1"))
    outcomes = told.put("财政", told.seal("财政", first), told.seal("财政", second))
    assert told_at(told, placed(outcomes[-1])) == {(PLATFORM.uri, "REVOKED"), ("subject", "REVOKED")}


# --- subject and source ---------------------------------------------------------------------------


def test_objection_noted_by_the_operator_is_forwarded_to_the_source(spine: Spine) -> None:
    banned(spine, "objected-1")
    noted = note("财政", "objected-1", stated.NOTED_STATUS_OBJECTED, "2026-11-20", by="信用办")
    position = placed(spine.say("信用办", status_note=noted))
    assert told_at(spine, position) == {(spine.code("财政"), "OBJECTION")}


def test_subject_is_told_through_the_department_and_not_of_a_licence_withdrawn(spine: Spine) -> None:
    entry = list_entry("人社", new_firm(), "L-04", "2025-01-01", "2027-12-31")
    placed(spine.say("人社", "served-1", event=entry))
    repaired = placed(spine.say("人社", repair=repair("人社", "served-1", "2026-11-01")))
    (notice,) = notices_at(spine, repaired)
    assert (notice.addressee_kind, notice.addressee) == (pb.ADDRESSEE_KIND_SUBJECT, spine.code("人社"))
    assert notice.target.statement_id == "served-1"
    placed(spine.say("住建", "served-2", event=licence("住建", new_firm())))
    gone = placed(spine.say("住建", withdrawal=withdrawal("住建", "served-2")))
    assert told_at(spine, gone) == set()


def test_nothing_about_a_person_stands_in_a_notice_but_the_masked_number(told: Spine) -> None:
    person = new_person()
    event = ban("法院", person, "M-EXI-01", "2026-04-01")
    position = placed(told.say("法院", "masked-1", event=event))
    number = person.identifier.value
    rows = [row for row in told.engine.store.all_notices() if row.position == position]
    assert rows
    for row in rows:
        assert number.encode() not in row.told
        assert person.name.encode() not in row.told
        shown = told.engine.notices.message(row)
        assert shown.subject.value == number[:4] + "*" * 10 + number[-4:]
        assert person.name not in str(shown)


def test_text_is_one_chinese_sentence_that_names_the_domains_of_its_addressee(told: Spine) -> None:
    (notice,) = notices_at(told, banned(told, "text-1"))
    assert notice.text == "登记了新的限制（涉及政府采购领域）；请按最新查询结果办理。"


# --- objection and repair, as they are stated -----------------------------------------------------


def test_repair_is_told_where_measures_end_and_not_where_the_law_lets_one_go_on(spine: Spine) -> None:
    wider = registration("财政", kinds=["bidding_supervisor"], measures=["M-BID-01", "M-BUS-12"])
    placed(spine.say("信用办", department_registration=wider))
    licensing = Caller(CallerRole.LICENSING_SYSTEM, "licensing", ORIGIN)
    subscribe(spine, PLATFORM, BIDDING, licensing)
    measures = [
        imposed("M-PRO-01", "2026-04-10", "2028-04-10"),
        imposed("M-BID-01", "2026-04-10", "2027-10-10"),
        imposed("M-BUS-12", "2026-04-10", "2027-04-10"),
    ]
    event = penalty("财政", new_firm(), "2026-04-10", severity=stated.SEVERITY_GENERAL, measures=measures)
    stated_at = placed(spine.say("财政", "fined-1", event=event))
    told = {PLATFORM.uri, BIDDING.uri, licensing.uri}
    assert told_at(spine, stated_at) == {(name, "RESTRICTED") for name in told}
    applied = placed(spine.say("财政", "A-1", repair_application=application("财政", "fined-1")))
    assert told_at(spine, applied) == {(spine.code("财政"), "REPAIR_APPLICATION")}
    accepted = placed(spine.say("财政", repair_acceptance=acceptance("财政", "fined-1", "A-1")))
    assert told_at(spine, accepted) == {("subject", "REPAIR_APPLICATION")}
    subscribe(spine, PLATFORM, BIDDING, licensing, subscribed=False)
    repaired = placed(spine.say("财政", repair=granted("财政", "fined-1", "A-1")))
    ended = {(PLATFORM.uri, "ENDED"), (BIDDING.uri, "ENDED"), ("subject", "REPAIR_RESULT")}
    assert told_at(spine, repaired) == ended
    annulled = placed(spine.say("财政", repair_annulment=annulment("财政", "fined-1")))
    assert told_at(spine, annulled) == {
        (PLATFORM.uri, "REPAIR_ANNULLED"),
        (BIDDING.uri, "REPAIR_ANNULLED"),
        ("subject", "REPAIR_ANNULLED"),
    }


def test_objection_at_the_operators_window_is_forwarded_and_its_result_told_to_all_concerned(
    told: Spine,
) -> None:
    banned(told, "objected-2")
    filed = placed(told.say("信用办", "O-2", objection=objection_to("财政", "objected-2")))
    assert told_at(told, filed) == {(told.code("财政"), "OBJECTION")}
    upheld = result("财政", "objected-2", "O-2", stated.OBJECTION_OUTCOME_DELETED, window="信用办")
    decided = placed(told.say("财政", objection_result=upheld))
    assert told_at(told, decided) == {
        (PLATFORM.uri, "REVOKED"),
        ("subject", "OBJECTION_RESULT"),
        (told.code("信用办"), "OBJECTION_RESULT"),
    }


# --- ids and rebuilding ---------------------------------------------------------------------------


def test_ids_are_of_position_kind_and_addressee_and_never_the_same() -> None:
    system = Addressee(pb.ADDRESSEE_KIND_SYSTEM, PLATFORM.uri)
    department = Addressee(pb.ADDRESSEE_KIND_DEPARTMENT, "11130900DEM000011Q")
    subject = Addressee(pb.ADDRESSEE_KIND_SUBJECT, "11130900DEM000011Q")
    made = [Made(pb.NOTICE_KIND_REVOKED, each, "") for each in (system, department, subject)]
    made.append(Made(pb.NOTICE_KIND_ENDED, system, ""))
    ids = [each.notice_id(at) for at in (7, 8) for each in made]
    assert len(set(ids)) == len(ids)
    assert ids == [each.notice_id(at) for at in (7, 8) for each in made]
    assert ids[0].startswith("7-3-")


def test_rebuilt_store_holds_the_same_notices_and_makes_none_anew(early: Spine) -> None:
    subscribe(early, PLATFORM)
    banned(early, "rebuilt-1")
    early.engine.notices.acknowledge(PLATFORM, [row.notice_id for row in early.engine.store.all_notices()])
    early.say("财政", withdrawal=withdrawal("财政", "rebuilt-1"))
    early.engine.store.commit(Group(recipients=[RecipientRow(3, PLATFORM.uri, DOMAIN_PROCUREMENT)]))
    target = create_store(early.directory / "rebuilt.db")
    log_key = FileSigner.load(early.config.log_key, None)
    assert rebuild(early.engine.state.log, target, [log_key]).agrees
    assert list(target.all_notices()) == list(early.engine.store.all_notices())
    assert [row.caller for row in target.subscriptions()] == [PLATFORM.uri]
    assert list(target.all_recipients()) == [RecipientRow(3, PLATFORM.uri, DOMAIN_PROCUREMENT)]
    target.close()
