"""Risk indicators as a test declares them, and the watch that makes alerts of them.

town = town_of(spine)
declare(town, cluster(town, "ZB-1", threshold=3))
watch(spine).look()
alerts(spine)                       # the alerts in the log
"""

from __future__ import annotations

from typing import Any

from demo.departments import OPERATOR
from registry.commands.intake import open_envelope
from registry.commands.supervision.risk_counts import RiskCounts
from registry.store.interface import FileFilter
from registry.upkeep.risk import RiskWatch
from registry.v1 import statement_pb2
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import Statement
from registry.v1.subject_pb2 import Subject
from registry.v1.supervision_file_pb2 import SupervisionFile
from tests.support.events import firm, penalty, placed
from tests.support.referrals import MARKET, Town
from tests.support.spine import Spine

BASIS = ["沧州市进一步加强行政审批事中事后监管的实施意见 四(三)"]

REGION = "130902"


def indicator(number: str, in_charge: str, **changes: Any) -> pb.RiskIndicator:
    """Penalties by region within thirty days, at least three; changed as named."""
    fields: dict[str, Any] = {
        "name": "处罚集中",
        "kind": pb.INDICATOR_KIND_PENALTY_CLUSTER,
        "grouping": pb.INDICATOR_GROUPING_REGION,
        "window_days": 30,
        "threshold": 3,
        "in_charge": in_charge,
        "answer_within": 10,
        "legal_basis": BASIS,
        "effective_from": "2026-01-01",
    }
    return pb.RiskIndicator(number=number, **{**fields, **changes})


def cluster(town: Town, number: str = "ZB-1", **changes: Any) -> pb.RiskIndicator:
    """The same, of which 市场监管 is in charge."""
    return indicator(number, changes.pop("in_charge", "") or town.code(MARKET), **changes)


def declare(town: Town, *indicators: pb.RiskIndicator) -> None:
    """The operator declares indicators."""
    for each in indicators:
        placed(town.act(OPERATOR.key, indicator=each))


def watch(spine: Spine) -> RiskWatch:
    """A watch as after a start: it has counted nothing yet."""
    engine = spine.engine
    return RiskWatch(engine.state, engine.writer, RiskCounts(engine.state, spine.clock), interval_s=3600)


def files(spine: Spine) -> list[SupervisionFile]:
    """The files of alerts, in the order in which they were opened."""
    wanted = FileFilter((pb.FILE_KIND_ALERT,))
    return spine.engine.store.files_before(None, 10_000, wanted)[::-1]


def alerts(spine: Spine) -> list[pb.RiskAlert]:
    """The alerts in the log, in order."""
    found = []
    for file in files(spine):
        row = spine.engine.store.statement(file.acts[0].position)
        assert row is not None
        payload = open_envelope(row, spine.engine.state.log).payload
        found.append(Statement.FromString(payload).risk_alert)
    return found


def answer(town: Town, alert: pb.RiskAlert, on: str, **changes: Any) -> pb.AlertAnswer:
    """What the department in charge did about an alert."""
    file = pb.FileReference(kind=pb.FILE_KIND_ALERT, department=town.code(OPERATOR.key), number=alert.number)
    fields: dict[str, Any] = {"file": file, "measure_taken": "已组织专项检查。", "on": on}
    return pb.AlertAnswer(**{**fields, **changes})


def penalise(
    town: Town, number: int, on: str = "2026-11-20", *, region: str = REGION, subject: Subject | None = None
) -> int:
    """A penalty under the id CF-<number>; its position."""
    event = penalty(
        MARKET, subject or firm(number), on, region=region, severity=statement_pb2.SEVERITY_GENERAL
    )
    return placed(town.spine.say(MARKET, f"CF-{number}", event=event))


def look(town: Town) -> int:
    """One look of a watch that was just started."""
    return watch(town.spine).look()


def groups(town: Town) -> list[tuple[str, int]]:
    """What the alerts in the log are of, with their values."""
    return [(alert.group, alert.value) for alert in alerts(town.spine)]
