"""Prepared rows on their way to a registry, and back to their cells."""

from pathlib import Path

import pytest

from registry.v1 import error_reason_pb2 as reasons
from registry_client import Disposition, Registry, RegistryCallError, RowResult, Sender
from registry_client.bulk.journal import Journal
from registry_client.bulk.preparing import Author, PreparedRow, Spool, prepare
from registry_client.bulk.sending import NothingKnown, Sent, result_of, send_rows
from registry_client.files import Table
from registry_client.outcomes import SubmitOutcome
from tests.registry_client.bulk.files import TODAY, prepared, table_of
from tests.registry_client.samples import DEPARTMENT, ENTRY, ORIGIN, PENALTY
from tests.registry_client.simulated_registry import SimulatedRegistry

NUMBER = "行政处罚决定书文号"


def penalties(count: int) -> list[dict[str, str]]:
    return [PENALTY | {NUMBER: f"沧示建罚〔2026〕{number}号"} for number in range(1, count + 1)]


def send(
    registry: Registry, table: Table, sender: Sender, sent: Sent | None = None, batch: int = 256
) -> list[RowResult]:
    author = Author(sender.origin, sender.department, sender.numbering)
    with prepare(table, author, today=TODAY).spool as rows:
        known = sent or NothingKnown()
        return list(send_rows(registry, rows, table.headings, sender=sender, sent=known, batch=batch))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path, origin=ORIGIN, department=DEPARTMENT, secret="s")


def test_good_rows_go_in_and_bad_ones_do_not(
    registry: Registry, sender: Sender, simulated: SimulatedRegistry
) -> None:
    rows = penalties(5)
    rows[1][NUMBER] = ""
    rows[3]["处罚决定日期"] = "2026/2/30"
    results = send(registry, table_of(*rows), sender)
    assert [(each.line, each.disposition) for each in results] == [
        (2, Disposition.ACCEPTED),
        (3, Disposition.UNREADABLE),
        (4, Disposition.ACCEPTED),
        (5, Disposition.UNREADABLE),
        (6, Disposition.ACCEPTED),
    ]
    assert [each.position for each in results] == [1, None, 2, None, 3]
    assert len(simulated.recorded) == 3


@pytest.mark.parametrize(("batch", "calls"), [(1, 5), (2, 3), (5, 1)])
def test_rows_are_sent_in_full_batches(
    registry: Registry, sender: Sender, simulated: SimulatedRegistry, batch: int, calls: int
) -> None:
    rows = penalties(6)
    rows[2][NUMBER] = ""
    send(registry, table_of(*rows), sender, batch=batch)
    assert [len(request.batch.payloads) for _, request in simulated.calls] == [batch] * (5 // batch) + [
        5 % batch
    ] * bool(5 % batch)
    assert len(simulated.calls) == calls


def test_a_repeated_run_sends_nothing_and_says_what_had_been_sent(
    registry: Registry, sender: Sender, simulated: SimulatedRegistry, journal: Journal
) -> None:
    with journal:
        table = table_of(*penalties(4))
        first = send(registry, table, sender, journal)
        simulated.calls.clear()
        again = send(registry, table, sender, journal)
    assert simulated.calls == []
    assert [(each.statement_id, each.position) for each in again] == [
        (each.statement_id, each.position) for each in first
    ]
    assert all(each.known and each.disposition is Disposition.ALREADY_RECORDED for each in again)


def test_a_run_that_broke_off_sends_only_the_rest(
    registry: Registry, sender: Sender, simulated: SimulatedRegistry, journal: Journal
) -> None:
    author = Author(sender.origin, sender.department, sender.numbering)
    table = table_of(*penalties(5))
    with journal, prepare(table, author, today=TODAY).spool as rows:
        results = send_rows(registry, rows, table.headings, sender=sender, sent=journal, batch=2)
        assert [next(results).position, next(results).position] == [1, 2]
        simulated.away = 100
        with pytest.raises(RegistryCallError):
            next(results)
        simulated.away = 0
        simulated.calls.clear()
        again = send(registry, table, sender, journal, batch=2)
    assert [each.known for each in again] == [True, True, False, False, False]
    assert sum(len(request.batch.payloads) for _, request in simulated.calls) == 3


def test_a_row_changed_since_it_was_sent_is_sent_and_refused(
    registry: Registry, sender: Sender, journal: Journal
) -> None:
    with journal:
        send(registry, table_of(PENALTY), sender, journal)
        (result,) = send(registry, table_of(PENALTY | {"处罚有效期": "2029-01-01"}), sender, journal)
    assert result.disposition is Disposition.REFUSED
    assert [fault.name for fault in result.faults] == ["STATEMENT_ID_REUSED"]


def test_two_rows_that_say_the_same_are_one_statement(
    registry: Registry, sender: Sender, simulated: SimulatedRegistry
) -> None:
    results = send(registry, table_of(PENALTY, PENALTY), sender)
    assert [each.disposition for each in results] == [Disposition.ACCEPTED, Disposition.ALREADY_RECORDED]
    assert [each.position for each in results] == [1, 1]
    assert results[1].warnings[0].message == "与第2行完全相同，只登记一次"
    assert len(simulated.calls[0][1].batch.payloads) == 1


def test_two_rows_of_one_document_that_differ_are_a_fault_of_the_second() -> None:
    first, second = prepared(table_of(PENALTY, PENALTY | {"处罚有效期": "2029-01-01"}))
    assert not first.faults
    assert "与第2行是同一主体的同一文书" in second.faults[0].message
    assert second.payload == b""


@pytest.mark.parametrize(
    ("cells", "field", "column"),
    [
        (PENALTY, "event.document.decided_on", "处罚决定日期"),
        (PENALTY, "event.subject.identifier.value", "行政相对人代码_1（统一社会信用代码）"),
        (PENALTY, "event.content[1]", "违法行为类型"),
        (ENTRY, "event.list_code", "名单代码"),
        (ENTRY | {"名单代码": "L-90"}, "event.content[0]", "事由"),
        (PENALTY, "signatures[0].keyid", ""),
    ],
)
def test_a_refusal_is_led_back_to_its_column(cells: dict[str, str], field: str, column: str) -> None:
    table = table_of(cells)
    (row,) = prepared(table)
    refused = reasons.Fault(reason=reasons.ERROR_REASON_FIELD_INVALID, field=field, message="不行。")
    result = result_of(row, SubmitOutcome(row.statement_id, faults=(refused,)), table.headings)
    (fault,) = result.faults
    assert (fault.line, fault.column, fault.message) == (2, column, "不行。")


def test_a_spool_gives_back_what_it_was_given_and_leaves_no_file(tmp_path: Path) -> None:
    rows = prepared(table_of(*penalties(3)))
    with Spool[PreparedRow](tmp_path) as spool:
        for row in rows:
            spool.append(row)
        assert list(spool) == list(spool) == rows
        assert list(tmp_path.iterdir()) == []


def test_an_id_is_the_same_on_every_run_and_shows_nothing() -> None:
    first, again = prepared(table_of(PENALTY)), prepared(table_of(PENALTY))
    assert first == again
    assert PENALTY["行政相对人名称"] not in repr(first)
