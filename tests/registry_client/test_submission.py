from pathlib import Path

import pytest

from registry.v1.statement_pb2 import Statement
from registry_client import Disposition, Registry, RegistryCallError, Sender, submit_table
from tests.registry_client.samples import DEPARTMENT, ENTRY, ORIGIN, PENALTY, table_of
from tests.registry_client.simulated_registry import SimulatedRegistry

NUMBER, CLASS = "行政处罚决定书文号", "行政相对人类别"


def penalties(count: int) -> list[dict[str, str]]:
    return [PENALTY | {NUMBER: f"沧示建罚〔2026〕{number}号"} for number in range(1, count + 1)]


def test_every_row_has_a_result_in_the_order_of_the_file(
    registry: Registry, sender: Sender, tmp_path: Path
) -> None:
    rows = penalties(4)
    rows[1][NUMBER] = ""
    rows[2][CLASS] = "公司"
    results = list(submit_table(registry, table_of(tmp_path, *rows), sender))
    assert [(result.line, result.disposition) for result in results] == [
        (2, Disposition.ACCEPTED),
        (3, Disposition.REFUSED),
        (4, Disposition.UNREADABLE),
        (5, Disposition.ACCEPTED),
    ]
    assert [result.position for result in results] == [1, None, None, 2]


def test_a_refusal_names_line_column_and_reason(registry: Registry, sender: Sender, tmp_path: Path) -> None:
    table = table_of(tmp_path, PENALTY | {NUMBER: ""})
    (result,) = submit_table(registry, table, sender)
    (fault,) = result.faults
    assert (fault.line, fault.column, fault.name) == (2, NUMBER, "DOCUMENT_REQUIRED")


def test_a_file_submitted_again_is_already_recorded(
    registry: Registry, sender: Sender, tmp_path: Path
) -> None:
    table = table_of(tmp_path, *penalties(3))
    first = list(submit_table(registry, table, sender))
    again = list(submit_table(registry, table, sender))
    assert {result.disposition for result in again} == {Disposition.ALREADY_RECORDED}
    assert [(r.statement_id, r.position) for r in again] == [(r.statement_id, r.position) for r in first]


def test_a_row_changed_after_it_was_recorded_is_refused_and_not_recorded_twice(
    registry: Registry, sender: Sender, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    list(submit_table(registry, table_of(tmp_path, PENALTY), sender))
    changed = table_of(tmp_path, PENALTY | {"处罚有效期": "2029-01-01"})
    (result,) = submit_table(registry, changed, sender)
    assert [fault.name for fault in result.faults] == ["STATEMENT_ID_REUSED"]
    assert len(simulated.recorded) == 1


def test_statements_are_made_for_this_log_and_department(
    registry: Registry, sender: Sender, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    list(submit_table(registry, table_of(tmp_path, ENTRY), sender))
    ((_, envelope),) = simulated.recorded.values()
    statement = Statement.FromString(envelope.payload)
    assert (statement.origin, statement.department) == (ORIGIN, DEPARTMENT)
    assert [signature.keyid for signature in envelope.signatures] == [sender.signer.keyid]


@pytest.mark.parametrize(("batch", "calls"), [(1, 5), (2, 3), (5, 1), (1024, 1)])
def test_rows_are_sent_in_batches(
    registry: Registry, sender: Sender, tmp_path: Path, simulated: SimulatedRegistry, batch: int, calls: int
) -> None:
    results = list(submit_table(registry, table_of(tmp_path, *penalties(5)), sender, batch=batch))
    assert [result.position for result in results] == [1, 2, 3, 4, 5]
    assert len(simulated.calls) == calls


@pytest.mark.parametrize("batch", [0, 1025])
def test_a_batch_the_registry_would_not_take_is_refused(
    registry: Registry, sender: Sender, tmp_path: Path, batch: int
) -> None:
    with pytest.raises(ValueError, match="1 to 1024"):
        next(submit_table(registry, table_of(tmp_path, PENALTY), sender, batch=batch))


def test_a_file_of_unreadable_rows_calls_nobody(
    registry: Registry, sender: Sender, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    (result,) = submit_table(registry, table_of(tmp_path, PENALTY | {CLASS: "公司"}), sender)
    assert not result.disposition.recorded
    assert simulated.calls == []


def test_a_run_that_breaks_off_is_finished_by_running_it_again(
    registry: Registry, sender: Sender, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    table = table_of(tmp_path, *penalties(4))
    results = submit_table(registry, table, sender, batch=2)
    assert [next(results).position, next(results).position] == [1, 2]
    simulated.away = 100
    with pytest.raises(RegistryCallError):
        next(results)
    simulated.away = 0
    again = [result.disposition for result in submit_table(registry, table, sender, batch=2)]
    assert again == [Disposition.ALREADY_RECORDED] * 2 + [Disposition.ACCEPTED] * 2


def test_text_that_is_not_sent_is_told_of(registry: Registry, sender: Sender, tmp_path: Path) -> None:
    (result,) = submit_table(registry, table_of(tmp_path, ENTRY), sender)
    assert result.unsent == ("名单名称",)
