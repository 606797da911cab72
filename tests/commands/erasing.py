"""A matter that is over, its erasure, and whether the log is sound afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from registry.access.identity import Caller, CallerRole
from registry.commands.rebuild import Rebuilt, rebuild
from registry.provenance.file_signer import FileSigner
from registry.store.opening import create_store
from registry.v1 import envelope_pb2
from registry.v1 import statement_pb2 as pb
from tests.support.events import (
    ban,
    erasure,
    firm,
    placed,
    refusal,
)
from tests.support.history import records_on_disk
from tests.support.spine import ORIGIN, Spine

BAN = "M-PRO-01"


def over(number: int, until: str = "2026-05-01") -> pb.Event:
    """A ban that has run out."""
    return ban("财政", firm(number), BAN, "2025-03-01", until)


def erase(spine: Spine, key: str, statement_id: str, *, by: str = "", **more: Any) -> int:
    return placed(spine.say(by or key, erasure=erasure(key, statement_id, by=by, **more)))


def refused_reasons(spine: Spine, key: str, statement_id: str, **more: Any) -> set[tuple[str, str]]:
    return refusal(spine.say(key, erasure=erasure(key, statement_id, **more)))


def erased(spine: Spine) -> dict[int, int]:
    """The erased positions, and by which statement."""
    rows = spine.engine.store.statements()
    return {row.position: row.erased_by for row in rows if row.erased_by is not None}


def rebuilt(spine: Spine, directory: Path) -> Rebuilt:
    target = create_store(directory / f"again-{len(list(directory.iterdir()))}.db")
    try:
        signer = FileSigner.load(spine.config.log_key, None)
        return rebuild(spine.engine.state.log, target, [signer])
    finally:
        target.close()


def check_sound(spine: Spine, directory: Path) -> None:
    """The fold of the log comes to the same, in every table and in memory."""
    result = rebuilt(spine, directory)
    assert result.differences == []
    assert {row.position: row.by for row in result.passed_over} == erased(spine)
    index = spine.engine.state.index
    on_disk = records_on_disk(spine.engine.state)
    assert {record.ref: record for record in index.records()} == on_disk


def statement(spine: Spine, key: str, **by: Any) -> envelope_pb2.SignedStatement:
    caller = Caller(CallerRole.DEPARTMENT, spine.code(key), ORIGIN)
    return spine.engine.intake.statement(caller, **by).statement
