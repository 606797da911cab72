from pathlib import Path

import pytest

from registry.v1 import error_reason_pb2 as reasons
from registry.v1.envelope_pb2 import Envelope
from registry.v1.intake_service_pb2 import Refusal
from registry_client import Registry, Sender, submit_table
from tests.registry_client.cli.conftest import Ctl
from tests.registry_client.samples import PENALTY_OF_PERSON, PERSON, table_of
from tests.registry_client.simulated_registry import RECEIVED_MS, SimulatedRegistry

MASKED = f"{PERSON[:4]}**********{PERSON[-4:]}"


@pytest.fixture
def recorded(registry: Registry, sender: Sender, tmp_path: Path) -> str:
    """The id of a recorded penalty on a person."""
    (result,) = submit_table(registry, table_of(tmp_path, PENALTY_OF_PERSON), sender)
    return result.statement_id


@pytest.fixture
def refused(simulated: SimulatedRegistry) -> None:
    faults = [
        reasons.Fault(
            reason=reasons.ERROR_REASON_MEASURE_NOT_FOR_SUBJECT_KIND,
            field="event.measures[0].measure_code",
            message="禁止参加政府采购评审活动不能适用于这一类主体。",
        ),
        reasons.Fault(reason=reasons.ERROR_REASON_DATE_INVALID, field="event.document", message="不是日期。"),
    ]
    for number in (1, 2, 3):
        refusal = Refusal(
            number=number, statement_id=f"S-{number}", payload_sha256=b"\xab" * 32, faults=faults
        )
        refusal.received_time.FromMilliseconds(RECEIVED_MS)
        simulated.refused.append(refusal)


@pytest.mark.usefixtures("refused")
def test_refusals_are_listed_with_every_fault(ctl: Ctl) -> None:
    run = ctl("refusals")
    assert run.exit_code == 0
    assert run.widest <= 80
    assert run.output.count("MEASURE_NOT_FOR_SUBJECT_KIND") == 3
    assert run.output.count("DATE_INVALID event.document") == 3
    assert "2026-09-21 22:13:20" in run.output


@pytest.mark.usefixtures("refused")
def test_refusals_can_be_taken_up_where_one_left_off(ctl: Ctl) -> None:
    numbers = [
        refusal["number"] for refusal in ctl("refusals", "--after", "1", "--limit", "1", "--json").objects
    ]
    assert numbers == [2]


@pytest.mark.usefixtures("refused")
def test_refusals_as_json(ctl: Ctl) -> None:
    first = ctl("refusals", "--json").objects[0]
    assert first["statement_id"] == "S-1"
    assert first["payload_sha256"] == "ab" * 32
    assert first["faults"][1] == {
        "reason": "DATE_INVALID",
        "field": "event.document",
        "message": "不是日期。",
    }


def test_a_statement_is_shown_with_persons_codes_masked(ctl: Ctl, recorded: str) -> None:
    for run in (ctl("statement", recorded), ctl("statement", "--position", "1", "--json")):
        assert run.exit_code == 0
        assert PERSON not in run.output
        assert MASKED in run.output
    assert ctl("statement", recorded).widest <= 80


def test_a_statement_is_saved_byte_for_byte_for_its_owner_alone(
    ctl: Ctl, recorded: str, tmp_path: Path, simulated: SimulatedRegistry
) -> None:
    path = tmp_path / "envelope.bin"
    assert ctl("statement", recorded, "--out", path).exit_code == 0
    assert Envelope.FromString(path.read_bytes()) == simulated.recorded[recorded][1]
    assert path.stat().st_mode & 0o777 == 0o600
    again = ctl("statement", recorded, "--out", path)
    assert (again.exit_code, again.errors) == (3, f"错误：{path}：无法写入：File exists\n")


@pytest.mark.parametrize("arguments", [[], ["S-1", "--position", "1"]])
def test_a_statement_is_asked_for_by_id_or_position(ctl: Ctl, arguments: list[str]) -> None:
    assert ctl("statement", *arguments).exit_code == 2


def test_a_statement_that_is_not_ones_own_is_not_found(ctl: Ctl) -> None:
    run = ctl("statement", "S-1")
    assert (run.exit_code, run.errors) == (3, "错误：NOT_FOUND: 本部门没有这份陈述。\n")
