"""Risk monitoring through the console: an alert read, received and answered by who is in charge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.v1 import monitoring_service_pb2 as service
from registry.v1 import supervision_pb2 as pb
from registry.v1.statement_pb2 import SEVERITY_GENERAL
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from registry_web.console.official import Official
from registry_web.console.pages.supervision_risk import LIST, offered
from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_pages.forms import At
from tests.support.ban_cases import KEY
from tests.support.clock import this_day
from tests.support.events import firm, penalty, placed
from tests.support.referrals import FIRE, Town, town_of
from tests.support.risk import alerts, declare, indicator, watch


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Town]]:
    """The bureau is in charge of one indicator, 消防 of another; each has one alert."""
    with office(tmp_path_factory.mktemp("bureau")) as made:
        made.spine.clock.move_to(this_day())
        town = town_of(made.spine, ("信用办",))
        by_subject = {"grouping": pb.INDICATOR_GROUPING_SUBJECT, "name": "屡次处罚"}
        declare(
            town,
            indicator("ZB-1", town.code(KEY), region="130900"),
            indicator("ZB-2", town.code(FIRE), **by_subject),
        )
        for number in range(3):
            fined = penalty(KEY, firm(7), today(), region="130902", severity=SEVERITY_GENERAL)
            placed(made.spine.say(KEY, f"CF-{number}", event=fined))
        penalised = penalty(KEY, firm(8), today(), region="130903", severity=SEVERITY_GENERAL)
        placed(made.spine.say(KEY, event=penalised))
        assert watch(made.spine).look() == 2
        yield made, town


@pytest.fixture
def town(desk: tuple[Office, Town]) -> Town:
    return desk[1]


@pytest.fixture
def at(desk: tuple[Office, Town]) -> Iterator[At]:
    made = At(desk[0])
    yield made
    for clerk in made.clerks.values():
        clerk.client.close()


def today() -> str:
    return this_day().isoformat()


def address(town: Town, alert: pb.RiskAlert) -> str:
    operator = town.spine.engine.state.directory.department(town.spine.engine.state.directory.operator)
    assert operator is not None
    return f"{LIST}/at/{operator.position}/{alert.number}"


def test_bureau_receives_and_answers_its_alert(town: Town, at: At) -> None:
    handler, one = at("handler"), address(town, alerts(town.spine)[0])
    page = handler.read(LIST)
    assert alerts(town.spine)[0].number in page
    assert alerts(town.spine)[1].number not in page
    assert "130902" in page
    assert "待签收" in handler.read(one)
    assert handler.act(f"{one}/receive", {}).accepted
    assert "待答复" in handler.read(one)
    assert handler.get(f"{one}/receive").status_code == 409
    empty = handler.post(f"{one}/answer", {"measure": "", "on": today()})
    assert empty.status_code == 400
    unknown = {"measure": "已检查", "inspection": "JC-404", "on": today()}
    assert not handler.act(f"{one}/answer", unknown).accepted
    assert handler.act(f"{one}/answer", {"measure": "已组织专项检查", "on": today()}).accepted
    page = handler.read(one)
    assert "已答复" in page
    assert "已组织专项检查" in page
    assert alerts(town.spine)[0].number not in handler.read(f"{LIST}?open=1")


def test_alert_of_another_department_is_not_there(town: Town, at: At) -> None:
    other = address(town, alerts(town.spine)[1])
    assert at("handler").get(other).status_code == 404
    assert at("handler").get(f"{other}/answer").status_code == 404


def test_auditor_sees_figures_and_every_alert_and_takes_no_step(town: Town, at: At) -> None:
    auditor = at("auditor")
    page = auditor.read(LIST)
    assert all(alert.number in page for alert in alerts(town.spine))
    assert "130903" in page
    assert firm(8).identifier.value not in page, "whoever is below the threshold is not named"
    for alert in alerts(town.spine):
        assert auditor.get(f"{address(town, alert)}/answer").status_code == 409


def test_department_is_shown_no_figures(town: Town, at: At) -> None:
    assert "130903" not in at("handler").read(LIST)


def test_hub_leads_to_the_page_and_to_what_is_due(town: Town, at: At) -> None:
    hub = at("auditor").get("/supervision")
    assert LIST in hub.text
    assert address(town, alerts(town.spine)[1]) in hub.text


def test_steps_are_offered_to_who_is_in_charge_alone() -> None:
    entry = service.AlertEntry(
        alert=pb.RiskAlert(in_charge="A"), file=SupervisionFile(acts=[FileAct(act=51)])
    )
    own = Official(1, "a", "名", "department", "A", "A-1", "科", ("OFFICIAL_ROLE_SUBMITTER",))
    other = Official(2, "b", "名", "department", "B", "B-1", "科", ("OFFICIAL_ROLE_SUBMITTER",))
    registrar = Official(3, "c", "名", "registrar", "A", "C-1", "科", ("OFFICIAL_ROLE_REGISTRAR",))
    assert [offered(entry, each) for each in (own, other, registrar)] == [("receive", "answer"), (), ()]
    entry.file.acts.append(FileAct(act=31))
    assert offered(entry, own) == ("answer",)
    entry.file.acts.append(FileAct(act=52))
    assert offered(entry, own) == ("answer",)
