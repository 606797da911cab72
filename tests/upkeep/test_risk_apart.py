"""An alert is checked like any statement, folds again, and changes nothing for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.commands.jobs import OwnStatement, Placed
from registry.commands.submission import Rejection
from registry.domain.files import file_key
from registry.engine import start_engine
from registry.v1 import statement_pb2
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.subject_pb2 import Subject
from tests.commands.erasing import rebuilt
from tests.support.events import (
    ban,
    firm,
    penalty,
    placed,
    refusal,
)
from tests.support.receiver import wait_for
from tests.support.referrals import MARKET, Town, town_of
from tests.support.risk import (
    REGION,
    alerts,
    answer,
    cluster,
    declare,
    files,
    groups,
    indicator,
    look,
    penalise,
)
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy

KEYS = ["市场监管", "财政", "住建"]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    town = town_of(furnish(found_spine(tmp_path / "registry"), KEYS, delivered=False))
    yield town
    town.spine.engine.close()


# --- the log ----------------------------------------------------------------------------------------


def test_log_with_alerts_is_built_again_and_verified(town: Town, tmp_path: Path) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    look(town)
    placed(town.act(MARKET, alert_answer=answer(town, alerts(town.spine)[0], "2026-11-23")))
    declare(town, cluster(town, ended_on="2026-11-24"))
    (tmp_path / "again").mkdir()
    assert rebuilt(town.spine, tmp_path / "again").differences == []
    town.spine.engine.close()
    (tmp_path / "copies").mkdir()
    copy = Copy.of(town.spine.directory, tmp_path / "copies")
    assert copy.verify() == []
    town.spine.engine = start_engine(town.spine.config, town.spine.clock)


def _own(town: Town, alert: pb.RiskAlert) -> Any:
    (promise,) = town.spine.engine.writer.put([OwnStatement(Statement(risk_alert=alert))])
    return promise.result(30)


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("risk_alert.number", {"number": "YJ-20261123-000000000000"}),
    ("risk_alert.number", {"group": "130903"}),
    ("risk_alert.in_charge", {"in_charge": "11130900DEM00009X3"}),
    ("risk_alert.value", {"value": 2, "positions": [1, 2]}),
    ("risk_alert.value", {"value": 4}),
    ("risk_alert.positions", {"positions": [3, 2, 1]}),
    ("risk_alert.positions", {"positions": [1, 2, 10_000]}),
    ("risk_alert.positions", {"positions": []}),
    ("risk_alert.indicator", {"until": "2025-12-31", "from": "2025-12-02"}),
    ("risk_alert.from", {"from": "2026-10-24"}),
    ("risk_alert.until", {"until": "2026-02-30"}),
    ("risk_alert.grouping", {"grouping": pb.INDICATOR_GROUPING_SUBJECT}),
    ("risk_alert.answer_by", {"answer_by": "soon"}),
]


def test_alert_that_its_indicator_does_not_bear_is_refused(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    look(town)
    (alert,) = alerts(town.spine)
    assert isinstance(_own(town, alert), Rejection), "the number is taken"
    for field, changes in WRONG:
        refused = _own(town, _changed(alert, changes))
        assert isinstance(refused, Rejection), changes
        assert field in {fault.field for fault in refused.faults}, changes


def _changed(alert: pb.RiskAlert, changes: dict[str, Any]) -> pb.RiskAlert:
    other = pb.RiskAlert()
    other.CopyFrom(alert)
    other.number = "YJ-20261123-AAAAAAAAAAAA"
    for name, value in changes.items():
        if name == "positions":
            other.ClearField("positions")
            other.positions.extend(value)
        else:
            setattr(other, name, value)
    return other


def test_alert_of_no_indicator_is_refused_and_nobody_can_submit_one(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    look(town)
    (alert,) = alerts(town.spine)
    alert.indicator.number = "ZB-0"
    assert isinstance(_own(town, alert), Rejection)
    for key in (OPERATOR.key, MARKET):
        outcome = town.spine.say(key, risk_alert=alert)
        assert ("REGISTRY_ONLY", "body") in refusal(outcome)


# --- never a ground ---------------------------------------------------------------------------------


def test_alert_leaves_every_record_and_verdict_as_it_was(town: Town) -> None:
    declare(town, cluster(town, grouping=pb.INDICATOR_GROUPING_SUBJECT))
    for number in range(3):
        penalise(town, number, subject=firm(7))
    placed(town.spine.say("财政", event=ban("财政", firm(7), "M-PRO-01", "2026-11-01", "2028-11-01")))
    before, code = _known_of(town, firm(7)), firm(7).identifier.value
    assert look(town) == 1
    assert groups(town) == [(code, 4)]
    assert _known_of(town, firm(7)) == before


def _known_of(town: Town, subject: Subject) -> tuple[object, ...]:
    engine, code = town.spine.engine, subject.identifier.value
    store = engine.store
    derived = [list(store.derived_rows(table)) for table in ("event", "ground", "mark", "subject", "change")]
    return town.spine.ask(code), engine.state.index.get(code), derived


def test_alert_is_no_document_no_legal_basis_and_no_target(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    look(town)
    (alert,), (file,) = alerts(town.spine), files(town.spine)
    stated = penalty(MARKET, firm(1), "2026-11-20", severity=statement_pb2.SEVERITY_GENERAL)
    stated.document.number = f"预警{alert.number}号"
    assert ("DOCUMENT_REQUIRED", "event.document.number") in refusal(town.spine.say(MARKET, event=stated))
    stated = penalty(MARKET, firm(1), "2026-11-20", legal_basis=[alert.number.lower()])
    assert ("LEGAL_BASIS_REQUIRED", "event.legal_basis") in refusal(town.spine.say(MARKET, event=stated))
    target = statement_pb2.StatementReference(
        department=town.code(OPERATOR.key), statement_id=file.acts[0].statement_id
    )
    for body in (
        {"withdrawal": statement_pb2.Withdrawal(target=target, reason="预警有误")},
        {"lifting": statement_pb2.Lifting(target=target, effective_on="2026-11-23", reason="预警有误")},
    ):
        assert isinstance(town.spine.say(OPERATOR.key, **body), Rejection)


# --- in the engine ----------------------------------------------------------------------------------


def test_registry_that_runs_makes_alerts_by_itself(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    town.spine.engine.upkeep.start()
    wait_for(lambda: bool(files(town.spine)))
    town.spine.engine.upkeep.close()
    assert groups(town) == [(REGION, 3)]


def test_registry_without_indicators_reads_nothing_and_makes_nothing(town: Town) -> None:
    penalise(town, 1)
    size = town.spine.engine.state.size
    assert look(town) == 0
    counts = town.spine.engine.risk
    assert counts is not None
    assert counts.follow()
    assert (counts.counted, counts.counts(), town.spine.engine.state.size) == (size, [], size)


def test_files_of_indicator_and_alert_are_apart_from_every_subject(town: Town) -> None:
    declare(town, cluster(town))
    for number in range(3):
        penalise(town, number)
    look(town)
    (file,) = files(town.spine)
    assert file_key(file.file)[:2] == (pb.FILE_KIND_ALERT, town.code(OPERATOR.key))
    assert isinstance(_own(town, pb.RiskAlert()), Rejection)
    assert not isinstance(town.act(MARKET, indicator=indicator("ZB-7", town.code(MARKET))), Placed)
