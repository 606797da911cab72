"""What a report takes from the registry's own records: notices, when they were read, who was let through."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.commands.jobs import Placed
from registry.commands.measure_use import first_ms
from registry.commands.supervision.accountability import Accountability
from registry.store.interface import ExecutionRow, Group, NoticeRow
from registry.v1 import accountability_service_pb2 as pb
from registry.v1 import execution_service_pb2 as execution
from registry.v1 import notice_service_pb2 as notices
from registry.v1 import statement_pb2 as st
from registry.v1.statement_pb2 import StatementReference
from tests.support.events import ban, document, firm, licence, placed, target
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

TODAY = date(2026, 11, 23)
REGISTRAR = Caller(CallerRole.REGISTRAR, OPERATOR.office.code, ORIGIN)
PLATFORM = f"registry://{ORIGIN}/system/bidding/platform"
SUBJECT = firm(1).identifier.value


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    made = furnish(found_spine(tmp_path / "registry", TODAY), ["市场监管", "财政"], delivered=False)
    yield made
    made.engine.close()


def notice(
    spine: Spine, name: str, made_on: date, *, read_on: date | None = None, kind: int = 1, to: str = ""
) -> NoticeRow:
    told = notices.Notice(
        kind=notices.NoticeKind.ValueType(kind),
        statement=StatementReference(department=spine.code("财政"), statement_id="B-1"),
    )
    return NoticeRow(
        notice_id=name,
        addressee=to or spine.code("市场监管"),
        addressee_kind=notices.ADDRESSEE_KIND_SYSTEM if to else notices.ADDRESSEE_KIND_DEPARTMENT,
        position=3,
        target=None,
        subject=SUBJECT,
        made_ms=first_ms(made_on) + 1,
        told=told.SerializeToString(),
        acknowledged_ms=first_ms(read_on) + 1 if read_on else None,
    )


def report(
    spine: Spine, first: str, last: str, *, at: int | None = None
) -> pb.GetAccountabilityReportResponse:
    request = pb.GetAccountabilityReportRequest(until=last, known_position=at)
    setattr(request, "from", first)
    return Accountability(spine.engine.ask).report(REGISTRAR, request)


def test_notices_to_departments_are_told_with_the_day_of_reading(spine: Spine) -> None:
    rows = [
        notice(spine, "n-read", date(2026, 11, 2), read_on=date(2026, 11, 9)),
        notice(spine, "n-unread", date(2026, 11, 3)),
        notice(spine, "n-ended", date(2026, 11, 3), kind=notices.NOTICE_KIND_ENDED),
        notice(spine, "n-system", date(2026, 11, 3), to=PLATFORM),
        notice(spine, "n-before", date(2026, 10, 31)),
    ]
    spine.engine.store.commit(Group(notices=rows))
    made = report(spine, "2026-11-01", "2026-11-30")
    assert [(each.notice_id, each.read_on, each.days) for each in made.tellings] == [
        ("n-unread", "", 20),
        ("n-read", "2026-11-09", 7),
    ]
    assert SUBJECT not in str(made)
    assert PLATFORM not in str(made)


def test_what_was_read_after_the_position_was_reached_counts_as_unread(spine: Spine) -> None:
    position = spine.position
    spine.clock.move_to(TODAY + timedelta(days=2))
    placed(spine.say("市场监管", event=licence("市场监管", firm(2))))
    spine.engine.store.commit(
        Group(notices=[notice(spine, "n-1", date(2026, 11, 20), read_on=TODAY + timedelta(days=1))])
    )
    (before,) = report(spine, "2026-11-01", "2026-11-30", at=position).tellings
    (now,) = report(spine, "2026-11-01", "2026-11-30").tellings
    assert (before.read_on, now.read_on) == ("", "2026-11-24")


def let_through(number: int, on: date, *, action: int = 2) -> ExecutionRow:
    return ExecutionRow(
        caller=PLATFORM,
        report_id=f"R-{number}",
        recorded_ms=first_ms(on) + 1,
        subject=SUBJECT,
        domain=4,
        reference="ZB-2026-9",
        matter=b"",
        valid_ms=0,
        known_position=3,
        edition="",
        verdict=1,
        action=action,
        measure_codes=("M-BID-01",),
        reason="",
    )


def test_who_was_let_through_is_counted_after_ninety_days_without_subject_or_tender(spine: Spine) -> None:
    refused = execution.EXECUTION_ACTION_REFUSED
    rows = [
        let_through(1, TODAY - timedelta(days=90)),
        let_through(2, TODAY - timedelta(days=89)),
        let_through(3, TODAY - timedelta(days=100), action=refused),
        let_through(4, TODAY - timedelta(days=120)),
    ]
    spine.engine.store.commit(Group(executions=rows))
    made = report(spine, "2026-07-01", "2026-11-23")
    (found,) = made.measures
    assert (found.measure_code, found.caller, found.count, found.last_on) == (
        "M-BID-01",
        "platform",
        2,
        (TODAY - timedelta(days=90)).isoformat(),
    )
    assert SUBJECT not in str(made)
    assert "ZB-2026-9" not in str(made)


def test_an_objection_that_was_decided_late_names_who_decided_it(spine: Spine) -> None:
    handler = spine.appoint("财政", "B-11", "法规科", st.OFFICIAL_ROLE_SUBMITTER)
    event = ban("财政", firm(3), "M-PRO-01", "2025-09-01", "2027-08-31")
    assert isinstance(spine.say("财政", "H-3", event=event), Placed)
    objection = st.Objection(
        target=target("财政", "H-3"),
        ground=st.OBJECTION_GROUND_WRONG,
        filed_on="2026-11-23",
        claim="处罚对象有误",
    )
    filed = spine.say("财政", "Y-3", objection=objection)
    assert isinstance(filed, Placed), filed
    spine.clock.move_to(date(2026, 11, 30))
    result = st.ObjectionResult(
        target=target("财政", "H-3"),
        objection=target("财政", "Y-3"),
        outcome=st.OBJECTION_OUTCOME_REJECTED,
        document=document("财政", "2026-11-30"),
        reason="经核实无误",
    )
    decided = spine.say("财政", "J-3", by=handler, objection_result=result)
    assert isinstance(decided, Placed), decided
    (line,) = [each for each in report(spine, "2026-11-26", "2026-11-26").lines if each.reference == "Y-3"]
    assert (line.obligation.met_on, line.obligation.days_late) == ("2026-11-30", 2)
    assert (line.official_id, line.acted_position) == ("B-11", decided.position)
    before = report(spine, "2026-11-26", "2026-11-26", at=filed.position).lines
    assert [(each.obligation.met_on, each.official_id) for each in before if each.reference] == [("", "")]
