"""``registryctl risk`` at a real registry: indicators from a file, an alert received and answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.departments import OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.v1.statement_pb2 import SEVERITY_GENERAL
from registry_client import Numbering
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.clock import this_day
from tests.support.events import firm, penalty, placed
from tests.support.referrals import FIRE, MARKET, Town, today, town_of
from tests.support.risk import alerts, watch
from tests.support.served import serving
from tests.support.spine import ORIGIN, found_spine, furnish

EXAMPLE = Path(__file__).parents[3] / "docs/supervision/risk-indicators.json"


@dataclass(frozen=True, slots=True)
class Desk:
    """The operator, the department in charge and another at their terminals."""

    town: Town
    operator: Office
    market: Office
    fire: Office


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    spine = furnish(found_spine(tmp_path / "registry", this_day()), [MARKET, "住建"], delivered=False)
    town = town_of(spine)
    with serving(spine) as served:
        offices = []
        for key in (OPERATOR.key, MARKET, FIRE):
            role = CallerRole.REGISTRAR if key == OPERATOR.key else CallerRole.DEPARTMENT
            offices.append(office_of(served, tmp_path / key, Caller(role, town.code(key), ORIGIN)))
            town.clerks[key].save(tmp_path / key / "own.pem", None)
            Numbering.generate().save(tmp_path / key / "statement.secret")
        yield Desk(town, *offices)


def act(office: Office, *arguments: str | Path) -> Any:
    return office.ctl("risk", *arguments, "--act", "--key", office.directory / "own.pem")


def alerted(desk: Desk) -> str:
    """Ten penalties in 130902 have been alerted of; the number of the alert."""
    assert act(desk.operator, "declare", EXAMPLE).exit_code == 0
    for number in range(10):
        event = penalty(MARKET, firm(number), today(desk.town), region="130902", severity=SEVERITY_GENERAL)
        placed(desk.town.spine.say(MARKET, event=event))
    assert watch(desk.town.spine).look() == 1
    return alerts(desk.town.spine)[0].number


def test_indicators_of_the_example_are_declared_and_declared_again_without_harm(desk: Desk) -> None:
    shown = desk.operator.ctl("risk", "declare", EXAMPLE)
    assert "没有提交" in shown.output
    assert desk.operator.ctl("risk", "indicators", "--json").output == ""
    for _ in range(2):
        assert act(desk.operator, "declare", EXAMPLE).exit_code == 0
    listed = desk.operator.ctl("risk", "indicators").output
    assert all(number in listed for number in ("ZB-1", "ZB-2", "ZB-3", "ZB-4"))
    assert desk.fire.ctl("risk", "indicators", "--json").output == ""
    assert act(desk.market, "declare", EXAMPLE).exit_code == 1


def test_alert_is_received_and_answered_by_who_is_in_charge(desk: Desk) -> None:
    number = alerted(desk)
    assert "待签收" in desk.market.ctl("risk", "alerts").output
    assert act(desk.fire, "answer", number, "--measure", "x").exit_code == 3
    assert act(desk.market, "receive", number).exit_code == 0
    assert "待答复" in desk.market.ctl("risk", "alerts").output
    done = act(desk.market, "answer", number, "--measure", "已组织专项检查。")
    assert done.exit_code == 0
    (line,) = desk.operator.ctl("risk", "alerts", "--json").output.splitlines()
    assert json.loads(line)["answer"]["measure_taken"] == "已组织专项检查。"
    assert desk.market.ctl("risk", "alerts", "--unanswered", "--json").output == ""


def test_figures_are_told_to_the_operator_and_to_no_department(desk: Desk) -> None:
    number = alerted(desk)
    shown = desk.operator.ctl("risk", "figures").output
    assert "130902" in shown
    assert number in shown.replace("\n", "")
    assert desk.market.ctl("risk", "figures").exit_code == 3
