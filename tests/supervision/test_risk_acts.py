"""Indicators and answers: who may state them, what they need, and by when an alert is dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.commands.supervision.files import Files
from registry.supervision.admission.indicators import GROUPINGS
from registry.supervision.obligations import obligations_of
from registry.v1 import supervision_pb2 as pb
from registry.v1.supervision_file_pb2 import Obligation
from tests.support.events import placed, refusal
from tests.support.referrals import FIRE, MARKET, Town, town_of
from tests.support.risk import alerts, answer, cluster, declare, files, penalise, watch
from tests.support.spine import found_spine, furnish
from tests.support.visits import Bureau

KEY_TRADE, RISE = pb.INDICATOR_KIND_KEY_INDUSTRY, pb.INDICATOR_KIND_COMPLAINT_RISE
CLUSTER, OVERDUE = pb.INDICATOR_KIND_PENALTY_CLUSTER, pb.INDICATOR_KIND_OVERDUE_RECTIFICATION


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    directory = tmp_path_factory.mktemp("acts") / "registry"
    town = town_of(furnish(found_spine(directory), ["市场监管", "财政", "住建"], delivered=False))
    yield town
    town.spine.engine.close()


@pytest.fixture
def alerted(tmp_path: Path) -> Iterator[tuple[Town, pb.RiskAlert]]:
    """A town in which one alert was made on 2026-11-23, a Monday."""
    directory = tmp_path / "alerted"
    town = town_of(furnish(found_spine(directory), ["市场监管", "财政", "住建"], delivered=False))
    declare(town, cluster(town, threshold=1))
    penalise(town, 1)
    assert watch(town.spine).look() == 1
    yield town, alerts(town.spine)[0]
    town.spine.engine.close()


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("number", {"number": "指标一"}),
    ("name", {"name": ""}),
    ("name", {"name": "关于13090219900101001X的指标"}),
    ("kind", {"kind": 0}),
    ("kind", {"kind": 99}),
    ("grouping", {"grouping": 0}),
    ("window_days", {"window_days": 0}),
    ("window_days", {"window_days": 367}),
    ("threshold", {"threshold": 0}),
    ("answer_within", {"answer_within": 61}),
    ("rise_percent", {"rise_percent": 200}),
    ("rise_percent", {"kind": RISE, "rise_percent": 100}),
    ("region", {"region": "1309"}),
    ("industries[0]", {"industries": ["C99"]}),
    ("industries[0]", {"industries": [""]}),
    ("industries", {"industries": ["C26"] * 101}),
    ("categories[0]", {"categories": ["E-01"]}),
    ("categories[1]", {"categories": ["L-06", "L-99"]}),
    ("categories", {"kind": RISE, "rise_percent": 200, "categories": ["E-03-CF"]}),
    ("industries", {"kind": KEY_TRADE}),
    ("in_charge", {"in_charge": "11130900DEM0099990"}),
    ("legal_basis", {"legal_basis": []}),
    ("legal_basis[0]", {"legal_basis": [" "]}),
    ("effective_from", {"effective_from": ""}),
    ("ended_on", {"ended_on": "2025-12-31"}),
]


@pytest.mark.parametrize(
    ("field", "changes"), WRONG, ids=[f"{field}-{n}" for n, (field, _) in enumerate(WRONG)]
)
def test_indicator_that_is_not_whole_is_refused_with_the_place(
    town: Town, field: str, changes: dict[str, Any]
) -> None:
    indicator = cluster(town, changes.get("number", "ZB-0"))
    for name, value in changes.items():
        if isinstance(value, list):
            indicator.ClearField(name)  # type: ignore[arg-type]  # A name of the table.
            getattr(indicator, name).extend(value)
        else:
            setattr(indicator, name, value)
    outcome = town.act(OPERATOR.key, indicator=indicator)
    assert f"supervision.indicator.{field}" in {place for _, place in refusal(outcome)}


def test_each_kind_is_told_apart_by_what_its_things_have(town: Town) -> None:
    every = {each for each in pb.IndicatorGrouping.values() if each}
    more: dict[int, dict[str, Any]] = {RISE: {"rise_percent": 200}, KEY_TRADE: {"industries": ["C26"]}}
    for kind in (CLUSTER, OVERDUE, KEY_TRADE, RISE):
        for grouping in sorted(every):
            indicator = cluster(
                town, f"G-{kind}-{grouping}", kind=kind, grouping=grouping, **more.get(kind, {})
            )
            outcome = town.act(OPERATOR.key, indicator=indicator)
            if grouping in GROUPINGS[kind]:
                placed(outcome)
            else:
                assert refusal(outcome) == {("FIELD_INVALID", "supervision.indicator.grouping")}


def test_indicator_is_stated_by_the_operator_alone(town: Town) -> None:
    assert refusal(town.act(MARKET, indicator=cluster(town, "ZB-5"))) == {("NOT_YOUR_STEP", "department")}


def test_indicator_stated_again_never_begins_before_it_began(town: Town) -> None:
    declare(town, cluster(town, "ZB-6", effective_from="2026-05-01"))
    back = town.act(OPERATOR.key, indicator=cluster(town, "ZB-6", effective_from="2026-04-30"))
    assert refusal(back) == {("DATES_OUT_OF_ORDER", "supervision.indicator.effective_from")}
    declare(town, cluster(town, "ZB-6", effective_from="2026-05-01", threshold=9))


def test_answer_is_given_by_who_is_in_charge_with_a_measure_and_an_inspection_that_exists(
    alerted: tuple[Town, pb.RiskAlert],
) -> None:
    town, alert = alerted
    told = answer(town, alert, "2026-11-23")
    assert ("NOT_YOUR_STEP", "department") in refusal(town.act(FIRE, alert_answer=told))
    assert ("NOT_YOUR_STEP", "department") in refusal(town.act(OPERATOR.key, alert_answer=told))
    wrong = answer(
        town,
        alert,
        "2026-11-24",
        measure_taken="",
        inspection=pb.FileReference(
            kind=pb.FILE_KIND_INSPECTION, department=town.code(MARKET), number="JC-404"
        ),
    )
    assert {place for _, place in refusal(town.act(MARKET, alert_answer=wrong))} == {
        f"supervision.alert_answer.{field}" for field in ("measure_taken", "on", "inspection")
    }
    assert refusal(town.act(MARKET, alert_answer=answer(town, alert, "2026-11-22"))) == {
        ("DATES_OUT_OF_ORDER", "supervision.alert_answer.on")
    }
    unknown = answer(town, pb.RiskAlert(number="YJ-20261123-000000000000"), "2026-11-23")
    assert ("FILE_UNKNOWN", "supervision.alert_answer.file") in refusal(
        town.act(MARKET, alert_answer=unknown)
    )
    bureau = Bureau.at(town.spine)
    bureau.taken(bureau.record("JC-1"))
    placed(
        town.act(MARKET, alert_answer=answer(town, alert, "2026-11-23", inspection=bureau.reference("JC-1")))
    )
    assert files(town.spine)[0].acts[-1].linked.number == "JC-1"


def duties(town: Town, on: str) -> dict[str, Obligation]:
    clocks = Files(town.spine.engine.ask).clocks(date.fromisoformat(on))
    (file,) = files(town.spine)
    return {each.deadline: each for each in obligations_of(file, clocks)}


def test_alert_is_to_be_received_and_answered_in_time_and_is_seen_when_it_is_not(
    alerted: tuple[Town, pb.RiskAlert],
) -> None:
    town, alert = alerted
    due = duties(town, "2026-11-23")
    assert {name: (each.due_on, each.department) for name, each in due.items()} == {
        "alert_receipt": ("2026-11-26", town.code(MARKET)),
        "alert_answer": ("2026-12-07", town.code(MARKET)),
    }
    late = duties(town, "2026-12-09")
    assert (late["alert_receipt"].days_late, late["alert_answer"].days_late) == (9, 2)
    town.spine.clock.move_to(date(2026, 11, 25))
    placed(town.act(MARKET, receipt=pb.FileReceipt(file=files(town.spine)[0].file)))
    assert duties(town, "2026-12-01")["alert_receipt"].met_on == "2026-11-25"
    assert duties(town, "2026-12-01")["alert_answer"].met_on == ""
    town.spine.clock.move_to(date(2026, 12, 9))
    placed(town.act(MARKET, alert_answer=answer(town, alert, "2026-12-09")))
    assert (duties(town, "2026-12-09")["alert_answer"].met_on, late["alert_answer"].basis) == (
        "2026-12-09", "风险指标所定的答复期限",
    )  # fmt: skip


def test_whoever_answers_has_received_it(alerted: tuple[Town, pb.RiskAlert]) -> None:
    town, alert = alerted
    town.spine.clock.move_to(date(2026, 11, 24))
    placed(town.act(MARKET, alert_answer=answer(town, alert, "2026-11-24")))
    assert {each.met_on for each in duties(town, "2026-11-24").values()} == {"2026-11-24"}


def test_alert_of_an_indicator_without_a_term_is_answered_by_that_of_the_catalogue(town: Town) -> None:
    declare(town, cluster(town, "ZB-8", threshold=1, answer_within=0, region="130903"))
    penalise(town, 77, region="130903")
    assert watch(town.spine).look() >= 1
    (file,) = [each for each in files(town.spine) if each.acts[0].linked.number == "ZB-8"]
    clocks = Files(town.spine.engine.ask).clocks(date(2026, 11, 23))
    due = {each.deadline: each for each in obligations_of(file, clocks)}
    assert (due["alert_answer"].due_on, file.acts[0].until) == ("2026-12-14", "")
