"""Tenders screened over the wire: what a report says, what is refused, and what little is kept of it."""

from __future__ import annotations

import sqlite3
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from registry.access.identity import CallerRole
from registry.servicer.tender_questions import MAX_PARTIES, MAX_TOLD
from registry.v1 import restriction_service_pb2 as pb
from registry.v1 import subject_pb2
from registry.v1.restriction_service_pb2_grpc import RestrictionServiceStub
from registry.v1.subject_pb2 import IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER, Identifier
from registry.v1.verdict_pb2 import (
    INDETERMINATE_REASON_CODE_INVALID,
    RESOLUTION_STATUS_INVALID_CODE,
    RESOLUTION_STATUS_NOT_FOUND,
    RESOLUTION_STATUS_RESOLVED,
    VERDICT_BLOCKED,
    VERDICT_CLEAR,
    VERDICT_INDETERMINATE,
)
from tests.support.events import ban, firm, licence, person, placed, succession
from tests.support.served import DEADLINE_S, Served, number_of, refused
from tests.support.tenders import party, project, tender

DAY = date(2026, 11, 20)
HEAD = "LEGAL_REPRESENTATIVE"
BARRED, GOOD, OLD, NEW, NOBODY = (firm(number) for number in (801, 802, 803, 804, 805))
WRONG = number_of(801)[:-1] + ("0" if number_of(801)[-1] != "0" else "1")


@pytest.fixture(scope="module", autouse=True)
def statements(served: Served) -> None:
    """A barred firm, a good one, one under an old and a new code, and a person who must not evaluate."""
    spine = served.spine
    placed(spine.say("财政", event=ban("财政", BARRED, "M-PRO-01", "2026-03-01", "2028-03-01")))
    for subject in (GOOD, OLD):
        placed(spine.say("市场监管", event=licence("市场监管", subject)))
    placed(spine.say("市场监管", subject_link=succession(OLD, NEW, "2026-06-01")))
    placed(spine.say("财政", event=ban("财政", person(801), "M-PRO-03", "2026-03-01")))


def stub(served: Served, role: CallerRole = CallerRole.PROCUREMENT_SYSTEM) -> RestrictionServiceStub:
    return RestrictionServiceStub(served.channel(served.system(role)))


def screen(served: Served, request: pb.ScreenRequest) -> pb.ScreenResponse:
    return stub(served).Screen(request, timeout=DEADLINE_S)


def query_log(served: Served) -> list[dict[str, Any]]:
    """The query log as another process reads it from the disk."""
    with sqlite3.connect(f"file:{served.spine.config.store}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute("SELECT * FROM query_log ORDER BY number")]
    connection.close()
    return rows


# --- the report -----------------------------------------------------------------------------------


def test_report_has_parties_bids_and_the_freshness_of_each_list(served: Served) -> None:
    request = tender(
        party(BARRED, "CONSORTIUM_MEMBER", bid="甲", name="别的名称"),
        party(GOOD, "CONSORTIUM_MEMBER", bid="甲", name=GOOD.name),
        party(NOBODY, bid="乙"),
        named_lists=["重大税收违法案件当事人名单", "江湖黑名单"],
        cut_off=DAY,
    )
    report = screen(served, request)
    assert [party.verdict for party in report.parties] == [
        VERDICT_BLOCKED, VERDICT_CLEAR, VERDICT_INDETERMINATE,
    ]  # fmt: skip
    assert [party.name_differs for party in report.parties] == [True, False, False]
    assert [party.party.bid for party in report.parties] == ["甲", "甲", "乙"]
    assert [(bid.bid, bid.verdict, list(bid.decided_by)) for bid in report.bids] == [
        ("甲", VERDICT_BLOCKED, [0]),
        ("乙", VERDICT_INDETERMINATE, [2]),
    ]
    assert [(each.code, each.connected, each.stale) for each in report.lists] == [
        ("L-01", True, False), ("L-02", True, False), ("L-03", True, False),
    ]  # fmt: skip
    assert {each.as_of for each in report.lists} == {"2026-11-23"}
    assert list(report.unknown_lists) == ["江湖黑名单"]
    assert report.answered.valid_time == request.project.cut_off
    assert report.answered.known_position == served.spine.position


def test_hits_have_article_document_and_way_out(served: Served) -> None:
    (hit,) = screen(served, tender(party(BARRED))).parties[0].hits
    assert (hit.measure_code, hit.document.authority[:3]) == ("M-PRO-01", "沧州市")
    assert hit.legal_basis[0] == "政府采购法 第七十七条"
    assert hit.relief


def test_identity_names_the_code_that_is_in_use_now(served: Served) -> None:
    old, nobody, good = screen(served, tender(party(OLD), party(NOBODY), party(GOOD))).parties
    assert (old.identity.status, old.identity.current.value) == (
        RESOLUTION_STATUS_RESOLVED,
        NEW.identifier.value,
    )
    assert (nobody.identity.status, nobody.identity.current.value) == (RESOLUTION_STATUS_NOT_FOUND, "")
    assert (good.identity.current, list(good.identity.names)) == (GOOD.identifier, [GOOD.name])


def test_code_that_is_none_is_a_line_of_the_report_and_no_error(served: Served) -> None:
    wrong = Identifier(type=subject_pb2.IDENTIFIER_TYPE_USCC, value="91130902DEM0000000")
    report = screen(served, tender(party(wrong, bid="甲"), party(GOOD, bid="甲")))
    line = report.parties[0]
    assert (line.verdict, line.indeterminate_reason) == (
        VERDICT_INDETERMINATE,
        INDETERMINATE_REASON_CODE_INVALID,
    )
    assert line.indeterminate_detail
    assert line.identity.status == RESOLUTION_STATUS_INVALID_CODE
    assert report.bids[0].verdict == VERDICT_INDETERMINATE


def test_same_position_and_time_give_the_same_bytes_whatever_was_stated_since(served: Served) -> None:
    request = tender(party(GOOD, bid="甲", name=GOOD.name), party(BARRED, bid="乙"), cut_off=DAY)
    before = screen(served, request)
    renamed = subject_pb2.Subject()
    renamed.CopyFrom(GOOD)
    renamed.name = "沧州改名(示例)有限公司"
    placed(
        served.spine.say(
            "财政", "screen-later", event=ban("财政", renamed, "M-PRO-01", "2026-03-01", "2028-03-01")
        )
    )
    assert screen(served, request).parties[0].verdict == VERDICT_BLOCKED
    request.consistency.at_exact_position = before.answered.known_position
    assert screen(served, request).SerializeToString() == before.SerializeToString()


def test_report_and_single_question_agree(served: Served) -> None:
    report = screen(served, tender(party(BARRED), party(NEW), cut_off=DAY))
    for line in report.parties:
        asked = pb.CheckRequest(
            subject=line.party.subject,
            purpose=pb.Purpose(domain=subject_pb2.DOMAIN_PROCUREMENT),
            matter=pb.Matter(role=line.party.role, tender_kind=subject_pb2.TENDER_KIND_COMPULSORY),
            valid_time=report.answered.valid_time,
        )
        answer = stub(served).Check(asked)
        assert (answer.verdict, list(answer.hits)) == (line.verdict, list(line.hits))


# --- natural persons ------------------------------------------------------------------------------


def test_person_is_masked_and_in_the_query_log_when_the_report_arrives(served: Served) -> None:
    before = len(query_log(served))
    request = tender(
        party(GOOD, bid="甲"), party(person(801), "EVALUATOR"), party(person(802), HEAD, bid="甲")
    )
    report = screen(served, request)
    assert report.parties[1].verdict == VERDICT_BLOCKED
    for number in (number_of(801), number_of(802)):
        assert number.encode() not in report.SerializeToString()
    rows = query_log(served)[before:]
    assert [(row["reference"], row["reason"], row["verdict"]) for row in rows] == [
        ("CZ-2026-DEMO-1", "资格审查", VERDICT_BLOCKED),
        ("CZ-2026-DEMO-1", "资格审查", VERDICT_INDETERMINATE),
    ]
    assert len({row["subject"] for row in rows}) == 2


def test_tender_of_firms_alone_leaves_no_trace(served: Served) -> None:
    before = len(query_log(served))
    request = tender(
        party(GOOD, bid="暗标-7f3a"), number="保密-91c4", name="保密项目-22de", reason="保密-5b6f"
    )
    screen(served, request)
    assert len(query_log(served)) == before
    content = on_disk(served.spine.directory)
    for secret in ("暗标-7f3a", "保密-91c4", "保密项目-22de", "保密-5b6f"):
        assert secret.encode() not in content


def on_disk(directory: Path) -> bytes:
    """Every byte of every file of the installation."""
    return b"".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())


@pytest.mark.parametrize(
    "subject",
    [person(803).identifier, Identifier(type=IDENTIFIER_TYPE_TAX_REGISTRATION_NUMBER, value=number_of(803))],
    ids=["resident number", "tax number of a sole trader"],
)
def test_person_is_not_asked_about_without_number_and_reason_of_the_project(
    served: Served, subject: Identifier
) -> None:
    before = len(query_log(served))
    role = HEAD if subject.type == subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID else "BIDDER"
    refusal = refused(lambda: screen(served, tender(party(subject, role), number="", reason=" ")))
    assert (refusal.reason, refusal.fields) == ("PURPOSE_REQUIRED", ("project.number", "project.reason"))
    assert len(query_log(served)) == before


# --- what is refused ------------------------------------------------------------------------------


def test_every_fault_is_told_at_once_with_its_place(served: Served) -> None:
    request = tender(
        party(GOOD, bid="组" * 201),
        party(GOOD, HEAD),
        party(person(804), "AGENCY"),
        party(GOOD, "TRAVELLER"),
        pb.Party(name=number_of(804)),
        number=number_of(804),
        reason="",
        scope=subject_pb2.Scope(region="13", industry="X9", activity="NOTHING"),
        tender_kind=99,
        named_lists=["名" * 201],
    )
    request.project.cut_off.seconds = 10**15
    refusal = refused(lambda: screen(served, request))
    assert set(refusal.fields) == {
        "project.number", "project.reason", "project.cut_off", "project.tender_kind",
        "project.scope.region", "project.scope.industry", "project.scope.activity",
        "named_lists[0]", "parties[0].bid", "parties[1].role", "parties[2].role", "parties[3].role",
        "parties[4].subject.type", "parties[4].role", "parties[4].name",
    }  # fmt: skip
    assert number_of(804) not in refusal.message


@pytest.mark.parametrize("other", ["投标1 ", "投标１", "投标\u200b1"])
def test_a_consortium_does_not_become_two_bids_by_the_way_its_name_is_written(
    served: Served, other: str
) -> None:
    request = tender(party(GOOD, bid="投标1"), party(BARRED, bid=other), party(GOOD, bid="投标2"))
    refusal = refused(lambda: screen(served, request))
    assert set(refusal.fields) == {"parties[0].bid", "parties[1].bid"}


def test_a_tender_is_in_bidding_or_procurement(served: Served) -> None:
    request = tender(party(GOOD), domain=subject_pb2.DOMAIN_BUSINESS)
    department = RestrictionServiceStub(served.channel(served.department("财政")))
    refusal = refused(lambda: department.Screen(request, timeout=DEADLINE_S))
    assert (refusal.reason, refusal.fields) == ("FIELD_INVALID", ("project.domain",))


def test_another_domain_is_denied_and_nothing_else_is_told(served: Served) -> None:
    request = tender(pb.Party(), domain=subject_pb2.DOMAIN_BIDDING)
    refusal = refused(lambda: screen(served, request))
    assert (refusal.reason, refusal.fields) == ("DOMAIN_DENIED", ("project.domain",))


def test_role_without_bids_may_not_screen(served: Served) -> None:
    request = tender(party(GOOD))
    for role, reason in ((CallerRole.AUDITOR, "METHOD_DENIED"), (CallerRole.BORDER_SYSTEM, "DOMAIN_DENIED")):
        assert refused(partial(stub(served, role).Screen, request, timeout=DEADLINE_S)).reason == reason


@pytest.mark.parametrize("count", [0, MAX_PARTIES + 1])
def test_number_of_parties_is_bounded(served: Served, count: int) -> None:
    request = pb.ScreenRequest(project=project(), parties=[party(GOOD)] * count)
    refusal = refused(lambda: screen(served, request))
    assert (refusal.reason, refusal.fields) == ("TOO_LARGE", ("parties",))


def test_a_thousand_parties_are_screened_at_once(served: Served) -> None:
    parties = [party(firm(2000 + number), bid=f"投标{number // 3}") for number in range(MAX_PARTIES)]
    report = screen(served, pb.ScreenRequest(project=project(), parties=parties))
    assert len(report.parties) == MAX_PARTIES
    assert len(report.bids) == 334


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted(served: Served) -> None:
    request = pb.ScreenRequest(project=project(), parties=[pb.Party()] * MAX_PARTIES)
    refusal = refused(lambda: screen(served, request))
    assert len(refusal.fields) == MAX_TOLD - 1
    assert refusal.reason == "FIELD_REQUIRED"
