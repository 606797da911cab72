"""RecordService over the wire: masked, by right, logged, and under what it was answered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import partial
from typing import Any

import grpc
import pytest

from registry.access.identity import Caller, CallerRole
from registry.editions import current_edition
from registry.v1 import record_service_pb2 as pb
from registry.v1 import statement_pb2, subject_pb2, verdict_pb2
from registry.v1.consistency_pb2 import Consistency
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import (
    DOMAIN_BIDDING,
    DOMAIN_EXIT_ENTRY,
    DOMAIN_PROCUREMENT,
    Identifier,
    Subject,
)
from tests.servicer.recorded import FINED, FIRM, NUMBER, PERSON, portal, recorded, stub
from tests.support.events import (
    firm,
    list_entry,
    placed,
    repair,
)
from tests.support.served import Served, refused, serving

PURPOSE = Purpose(domain=DOMAIN_PROCUREMENT, reference="沧采〔2026〕17号", reason="资格审查")
MASKED = f"{NUMBER[:4]}**********{NUMBER[-4:]}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(recorded(tmp_path_factory.mktemp("records") / "registry")) as running:
        yield running


def record(
    served: Served, subject: Subject, caller: Caller | None = None, **more: Any
) -> pb.GetRecordResponse:
    request = pb.GetRecordRequest(**{"subject": subject.identifier, **more})
    return stub(served, caller).GetRecord(request, timeout=20)


def certificate(
    served: Served, subject: Subject, caller: Caller | None = None, **more: Any
) -> pb.GetCertificateResponse:
    request = pb.GetCertificateRequest(**{"subject": subject.identifier, **more})
    return stub(served, caller or portal(served)).GetCertificate(request, timeout=20)


def entries(response: pb.GetRecordResponse | pb.GetCertificateResponse) -> dict[str, pb.RecordEntry]:
    return {entry.category: entry for section in response.sections for entry in section.entries}


def values(content: Any) -> dict[str, str]:
    return {field.name: field.value for field in content}


def query_log(served: Served) -> list[dict[str, Any]]:
    """The query log as another process reads it from the disk: what is there is committed."""
    with sqlite3.connect(f"file:{served.spine.config.store}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM query_log ORDER BY number")]
    connection.close()
    return rows


# --- files ----------------------------------------------------------------------------------------


def test_file_says_whom_it_is_of_and_has_every_clock(served: Served) -> None:
    response = record(served, FIRM)
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_RESOLVED
    assert (response.identity.current, list(response.identity.names)) == (FIRM.identifier, [FIRM.name])
    entry = entries(response)["E-03-CF"]
    assert (entry.statement_id, entry.category_name) == ("fine", "行政处罚")
    assert (entry.state, entry.severity) == (pb.ENTRY_STATE_STANDS, statement_pb2.SEVERITY_GENERAL)
    assert (entry.in_force_from, entry.in_force_until, entry.in_force) == ("2026-04-10", "", True)
    assert (entry.disclosed_from, entry.disclosed_until, entry.disclosed) == (
        "2026-04-10",
        "2027-04-10",
        True,
    )
    assert (entry.repairable_from, entry.retained_until) == ("2026-07-10", "2042-04-10")
    assert entry.disclosure_basis == "信用修复管理办法 (国家发展改革委令第36号): 一般"
    assert list(entry.legal_basis) == ["示例法 第一条"]
    assert entry.document.decided_on == "2026-04-10"
    assert [(each.measure_code, each.until) for each in entries(response)["E-51"].measures] == [
        ("M-PRO-01", "2028-03-01")
    ]


def test_clocks_are_read_on_the_day_asked_for(served: Served) -> None:
    fine = entries(record(served, FIRM, served.registrar(), on="2027-04-11"))["E-03-CF"]
    assert (fine.in_force, fine.disclosed) == (True, False)
    assert record(served, FIRM, on="2027-04-11").answered.valid_time.ToJsonString() == "2027-04-10T16:00:00Z"


def test_answer_says_under_what_it_was_given(served: Served) -> None:
    position = served.spine.position - 2
    response = record(served, FIRM, consistency=Consistency(at_exact_position=position))
    answered, edition = response.answered, current_edition()
    assert (answered.known_position, answered.edition, answered.edition_label) == (
        position,
        edition.hash,
        edition.label,
    )
    assert answered.known_time.ToMilliseconds() == served.spine.clock.now_ms
    assert answered.origin == served.spine.engine.state.origin


def test_numbers_in_a_firms_record_are_masked_and_its_own_code_is_not(served: Served) -> None:
    response = record(served, FIRM)
    content = values(entries(response)["E-03-CF"].content)
    assert content["fr_zjhm"] == MASKED
    assert content["wfxw"] == f"法定代表人({MASKED})授意"
    assert (content["frdb"], content["xdr_shxym"]) == ("示例某", FIRM.identifier.value)
    assert NUMBER.encode() not in response.SerializeToString()


def test_persons_number_and_name_are_masked_wherever_they_stand(served: Served) -> None:
    for caller in (served.department("市场监管"), served.registrar(), served.department("财政")):
        response = record(served, FINED, caller, purpose=PURPOSE)
        content = values(entries(response)["E-03-CF"].content)
        assert content == {
            "cflb": "罚款",
            "xdr_mc": "示**",
            "fr_zjhm": MASKED,
            "wfxw": "示**无证经营",
            "sy": MASKED,
        }
        assert response.identity.current.value == MASKED
        assert list(response.identity.names) == []
        assert NUMBER.encode() not in response.SerializeToString()
        assert not entries(response)["E-03-CF"].disclosed, "never to the public"


def test_every_category_is_a_section_also_when_it_is_empty(served: Served) -> None:
    sections = record(served, FIRM).sections
    assert [section.category for section in sections][:3] == ["E-01", "E-02", "E-03"]
    assert {section.category for section in sections if section.entries} == {"E-03", "E-51"}


def test_unknown_subject_has_no_sections(served: Served) -> None:
    response = record(served, firm(77))
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_NOT_FOUND
    assert list(response.sections) == []


def test_code_that_cannot_be_one_is_told_and_not_looked_up(served: Served) -> None:
    wrong = Subject(identifier=Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value="91130902DEM000010"))
    response = record(served, wrong)
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_INVALID_CODE
    assert list(response.sections) == []


# --- rights and the query log ---------------------------------------------------------------------


def test_question_about_a_person_is_in_the_query_log_when_the_answer_arrives(served: Served) -> None:
    for asked, caller in ((record, served.department("财政")), (certificate, portal(served))):
        before = len(query_log(served))
        response = asked(served, PERSON, caller, purpose=PURPOSE)
        (row,) = query_log(served)[before:]
        assert row["subject"].startswith("P:")
        del row["number"], row["subject"]
        assert row == {
            "asked_ms": served.spine.clock.now_ms,
            "caller": caller.uri,
            "domain": DOMAIN_PROCUREMENT,
            "reference": "沧采〔2026〕17号",
            "reason": "资格审查",
            "known_position": response.answered.known_position,
            "verdict": verdict_pb2.VERDICT_UNSPECIFIED,
        }


def test_question_about_a_firm_is_not_in_the_query_log(served: Served) -> None:
    before = len(query_log(served))
    record(served, FIRM)
    certificate(served, FIRM)
    assert len(query_log(served)) == before


@pytest.mark.parametrize(
    ("purpose", "reason", "fields_named"),
    [
        ({}, "PURPOSE_REQUIRED", ("purpose.domain",)),
        ({"domain": DOMAIN_BIDDING}, "PURPOSE_REQUIRED", ("purpose.reference", "purpose.reason")),
        ({"domain": DOMAIN_BIDDING, "reference": "1号"}, "PURPOSE_REQUIRED", ("purpose.reason",)),
        (
            {"domain": DOMAIN_EXIT_ENTRY, "reference": "a", "reason": "b"},
            "DOMAIN_DENIED",
            ("purpose.domain",),
        ),
        (
            {"domain": DOMAIN_BIDDING, "reference": NUMBER, "reason": "b"},
            "FIELD_INVALID",
            ("purpose.reference",),
        ),
    ],
)
def test_asking_about_a_person_needs_a_purpose(
    served: Served, purpose: dict[str, Any], reason: str, fields_named: tuple[str, ...]
) -> None:
    before = len(query_log(served))
    refusal = refused(lambda: record(served, PERSON, purpose=Purpose(**purpose)))
    assert (refusal.reason, refusal.fields) == (reason, fields_named)
    assert NUMBER not in refusal.message
    assert len(query_log(served)) == before


def test_repaired_entry_vanishes_from_what_others_are_shown(served: Served) -> None:
    subject, spine = firm(5), served.spine
    entry = list_entry("人社", subject, "L-04", "2025-03-01", "2028-02-29")
    placed(spine.say("人社", "wages", event=entry))
    assert entries(record(served, subject))["E-06"].repairable_from == "2025-09-01"
    placed(spine.say("人社", repair=repair("人社", "wages", "2026-05-01")))
    assert entries(record(served, subject)) == {}
    own = entries(record(served, subject, served.department("人社")))["E-06"]
    assert (own.state, own.disclosed_until) == (pb.ENTRY_STATE_REPAIRED, "2026-04-30")
    assert entries(certificate(served, subject)) == {}


@pytest.mark.parametrize(
    ("role", "methods"),
    [
        (CallerRole.PROCUREMENT_SYSTEM, {"GetRecord"}),
        (CallerRole.BORDER_SYSTEM, {"GetRecord", "GetCertificate"}),
        (CallerRole.AUDITOR, {"GetRecord", "GetCertificate", "Search"}),
        (CallerRole.DEPARTMENT, set()),
    ],
)
def test_methods_are_open_to_those_who_may_ask(served: Served, role: CallerRole, methods: set[str]) -> None:
    calls = stub(served, served.of_role(role))
    requests = {
        "GetRecord": pb.GetRecordRequest(subject=FIRM.identifier),
        "GetCertificate": pb.GetCertificateRequest(subject=FIRM.identifier),
        "Search": pb.SearchRequest(name="沧州"),
        "ListMarketBans": pb.ListMarketBansRequest(),
    }
    for name, request in requests.items():
        method = getattr(calls, name)
        if name in methods:
            assert refused(partial(method, request)).reason == "METHOD_DENIED"
        else:
            method(request, timeout=20)


@pytest.mark.parametrize("day", ["2026-4-1", "2026-02-30", "昨天", NUMBER])
def test_day_that_is_none_is_refused(served: Served, day: str) -> None:
    for call in (
        lambda: record(served, FIRM, on=day),
        lambda: stub(served).ListMarketBans(pb.ListMarketBansRequest(on=day)),
        lambda: stub(served).ListListed(pb.ListListedRequest(list="L-01", on=day)),
    ):
        refusal = refused(call)
        assert (refusal.reason, refusal.fields) == ("DATE_INVALID", ("on",))
        assert NUMBER not in refusal.message


# --- special credit reports -----------------------------------------------------------------------


def test_report_names_its_period_its_sections_and_the_freshness_of_lists(served: Served) -> None:
    response = certificate(served, FIRM)
    assert (getattr(response, "from"), response.until) == ("2023-11-23", "2026-11-23")
    assert {section.name: len(section.entries) for section in response.sections} == {
        "行政处罚(含简易程序)": 1,
        "行政强制": 0,
        "严重失信主体名单": 0,
        "刑事裁判": 0,
        "市场禁入": 1,
    }
    assert not response.nothing_recorded
    sources = {each.code: each for each in response.lists}
    assert (sources["L-01"].connected, sources["L-01"].as_of) == (True, "2026-11-23")
    assert not sources["L-08"].connected
    assert "L-90" not in sources, "经营异常名录 is no serious list"
    assert response.statement.startswith(f"本报告反映{FIRM.name}({FIRM.identifier.value})在2023-11-23至")


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [
        ({"until": "2026-11-24"}, "DATE_IN_FUTURE", "until"),
        ({"from": "2026-11-23", "until": "2026-11-22"}, "DATES_OUT_OF_ORDER", "until"),
        ({"from": "2026年"}, "DATE_INVALID", "from"),
    ],
)
def test_period_that_is_none_is_refused(
    served: Served, days: dict[str, Any], reason: str, field: str
) -> None:
    refusal = refused(lambda: certificate(served, FIRM, **days))
    assert (refusal.reason, refusal.fields) == (reason, (field,))


def test_system_may_not_state_the_domain_of_another(served: Served) -> None:
    bidding = Purpose(domain=DOMAIN_BIDDING)
    refusal = refused(partial(certificate, served, FIRM, purpose=bidding))
    assert (refusal.code, refusal.fields) == (grpc.StatusCode.PERMISSION_DENIED, ("purpose.domain",))


def test_report_on_an_unknown_subject_says_that_it_says_nothing(served: Served) -> None:
    response = certificate(served, firm(78))
    assert response.identity.status == verdict_pb2.RESOLUTION_STATUS_NOT_FOUND
    assert not response.nothing_recorded
    assert list(response.sections) == []
    assert "不能据此认为其没有违法违规记录" in response.statement


def test_systems_report_on_a_person_is_masked_and_has_what_its_domain_needs(served: Served) -> None:
    response = certificate(served, PERSON, purpose=PURPOSE)
    number = PERSON.identifier.value
    assert number.encode() not in response.SerializeToString()
    assert PERSON.name.encode() not in response.SerializeToString()
    assert set(entries(response)) == {"E-06", "E-51"}
    tenders = served.system(CallerRole.BIDDING_SYSTEM)
    bidding = Purpose(domain=DOMAIN_BIDDING, reference="招1号", reason="评标")
    assert set(entries(certificate(served, PERSON, tenders, purpose=bidding))) == {"E-06"}
