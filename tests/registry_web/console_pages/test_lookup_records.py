"""A record on the page of 查询: all of it, as it stands, and never as if nothing were against somebody."""

from __future__ import annotations

from unittest.mock import patch

from registry.v1 import record_service_pb2 as service
from registry.v1 import verdict_pb2
from registry_client.records import Records
from tests.registry_web.console_core.office import Office
from tests.registry_web.console_pages.forms import At, words
from tests.support.ban_cases import KEY
from tests.support.events import ban, document, firm, imposed, new_firm


def record_of(at: At, code: str) -> str:
    """What the page says of a record."""
    asked = {
        "what": "record", "paper": "1", "code": code, "domain": "5", "role": "1", "reference": "ZC-1",
        "reason": "核对",
    }  # fmt: skip
    return words(at("handler").post("/lookup", asked)).partition("要求带证明的回执")[2]


def told_of(
    at: At, *entries: service.RecordEntry, status: int = verdict_pb2.RESOLUTION_STATUS_RESOLVED
) -> str:
    """The same, where the registry has answered so."""
    record = service.GetRecordResponse(
        identity=verdict_pb2.Resolution(status=status),  # type: ignore[arg-type]
        sections=[service.RecordSection(category="E-03", name="行政处罚", entries=entries)],
    )
    with patch.object(Records, "file", return_value=record):
        return record_of(at, firm(7_711).identifier.value)


def entry(number: int, **more: object) -> service.RecordEntry:
    """An entry that stands and binds."""
    paper = document(KEY, "2026-03-01", f"沧示财罚字〔2026〕{number}号")
    said = {"document": paper, "state": service.ENTRY_STATE_STANDS, "in_force": True, **more}
    return service.RecordEntry(**said)  # type: ignore[arg-type]


def test_whom_nobody_knows_is_told_so(at: At) -> None:
    told = record_of(at, firm(7_711).identifier.value)
    assert "没有记录 " in told
    assert "不等于没有限制" in told


def test_whose_identity_is_not_settled_is_told_so_with_what_is_recorded(at: At) -> None:
    told = told_of(at, entry(1), status=verdict_pb2.RESOLUTION_STATUS_AMBIGUOUS)
    assert "身份有歧义" in told
    assert "〔2026〕1号" in told


def test_every_entry_of_a_long_record_is_there(at: At) -> None:
    told = told_of(at, *map(entry, range(1, 404)))
    assert all(f"〔2026〕{number}号" in told for number in range(1, 404))


def test_what_binds_for_life_or_was_ended_early_is_told_as_that(at: At) -> None:
    ended = service.EndedMeasure(measure_code="M-PRO-01", last_day="2026-10-31")
    told = told_of(
        at,
        entry(1, measures=[imposed("M-PRO-03", "2026-03-01", lifetime=True)]),
        entry(2, measures=[imposed("M-PRO-01", "2026-03-01", "2028-03-01")], ended_early=[ended]),
    )
    assert "2026-03-01 至 终身" in told
    assert "执行至 2026-10-31" in told


def test_what_does_not_bind_yet_is_not_told_as_over(bureau: Office, at: At) -> None:
    subject = new_firm()
    event = ban(KEY, subject, "M-PRO-01", "2026-11-10", "2028-12-31")
    setattr(event.measures[0], "from", "2026-12-31")
    bureau.spine.say(KEY, "B-LATER", event=event)
    told = record_of(at, subject.identifier.value)
    assert "尚未生效" in told
    assert "期满" not in told
