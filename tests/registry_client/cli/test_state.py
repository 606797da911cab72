"""``registryctl state`` states every kind of statement from a file, to a real registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from demo.departments import OPERATOR
from registry.v1 import statement_pb2 as pb
from tests.registry_client.cli.conftest import Run
from tests.registry_client.cli.served_office import Office, office_of
from tests.support import events
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish

KINDS = [field.name for field in pb.Statement.DESCRIPTOR.oneofs_by_name["body"].fields]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A registry in which 市场监管 grants R-04, and 法院 has kept a person from leaving."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("state") / "registry"))
    wider = events.registration("市场监管", categories=["E-60"], lists=["R-04"])
    events.placed(spine.say(OPERATOR.key, department_registration=wider))
    exit_ban = events.ban("法院", events.person(1), "M-EXI-01", "2026-04-01")
    events.placed(spine.say("法院", "exit", event=exit_ban))
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def offices(served: Served, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Office]:
    """The court, the market regulator, and the operator of the registry."""
    directory = tmp_path_factory.mktemp("offices")
    found = {
        key: office_of(served, directory / key, served.department(key), key=key)
        for key in ("法院", "市场监管")
    }
    found[OPERATOR.key] = office_of(served, directory / OPERATOR.key, served.registrar(), key=OPERATOR.key)
    return found


def written(path: Path, **bodies: Any) -> Path:
    """A file with the bodies, in the order given; a name may end in _ and a digit to occur again."""
    found = [
        {name.rstrip("_0123456789"): MessageToDict(body, preserving_proto_field_name=True)}
        for name, body in bodies.items()
    ]
    path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return path


def accepted(run: Run) -> list[dict[str, Any]]:
    """What was said of each statement, all of which must have been accepted."""
    assert run.exit_code == 0, run.output
    assert not any(each["faults"] for each in run.objects)
    return run.objects


def test_what_befalls_a_decision_is_stated(offices: dict[str, Office], tmp_path: Path) -> None:
    file = written(
        tmp_path / "befallen.json",
        status_note=events.stay("法院", "exit", "2026-05-01"),
        status_note_2=events.resumption("法院", "exit", "2026-06-01"),
        lifting=events.lifting("法院", "exit", "2026-07-01"),
    )
    results = accepted(offices["法院"].ctl("state", file, "--json"))
    assert [each["already"] for each in results] == [False, False, False]
    assert [each["statement_id"].partition(".")[0] for each in results] == [
        "status-note",
        "status-note",
        "lifting",
    ]


def test_what_belongs_together_and_how_it_is_called_is_stated(
    offices: dict[str, Office], tmp_path: Path
) -> None:
    old, new = events.firm(1), events.firm(2)
    file = written(
        tmp_path / "identity.json",
        subject_link=events.succession(old, new),
        subject_link_2=events.alternate(events.old_code(old), new),
        name_ruling=events.ruling(
            new, "沧州澄梧建筑(示例)有限公司", document=events.document("市场监管", "2026-05-06")
        ),
    )
    accepted(offices["市场监管"].ctl("state", file, "--json"))


def test_delivery_is_stated_once_a_day_however_often_it_is_sent(
    offices: dict[str, Office], served: Served, tmp_path: Path
) -> None:
    file = written(tmp_path / "delivery.json", delivery=events.delivery("L-01", "2026-11-22"))
    accepted(offices["法院"].ctl("state", file, "--json"))
    (again,) = accepted(offices["法院"].ctl("state", file, "--json"))
    assert again["already"]
    notes = [(note.list_code, note.as_of.isoformat()) for note in served.spine.engine.store.deliveries()]
    assert notes.count(("L-01", "2026-11-22")) == 1


def test_red_list_is_publicised_and_granted_by_a_target_without_department(
    offices: dict[str, Office], served: Served, tmp_path: Path
) -> None:
    candidate = events.candidacy("市场监管", events.firm(3), "R-04", "2026-11-23", "2026-11-30")
    office = offices["市场监管"]
    (notice,) = accepted(
        office.ctl("state", written(tmp_path / "c.json", red_list_candidacy=candidate), "--json")
    )
    served.spine.clock.move_to(date(2026, 12, 1))
    grant = events.grant("市场监管", notice["statement_id"], "2026-12-01", "2028-11-30")
    grant.target.department = ""
    (granted,) = accepted(office.ctl("state", written(tmp_path / "g.json", red_list_grant=grant), "--json"))
    assert granted["position"] == notice["position"] + 1


def test_operator_notes_an_objection_to_the_record_of_another(
    offices: dict[str, Office], tmp_path: Path
) -> None:
    note = events.objection("法院", "exit", "2026-06-10")
    file = written(tmp_path / "objection.json", status_note=note)
    accepted(offices[OPERATOR.key].ctl("state", file, "--json"))


def test_same_content_is_stated_anew_on_another_occasion(offices: dict[str, Office], tmp_path: Path) -> None:
    file = written(tmp_path / "again.json", delivery=events.delivery("L-01", "2026-11-23"))
    first = accepted(offices["法院"].ctl("state", file, "--json"))
    anew = accepted(offices["法院"].ctl("state", file, "--occasion", "补报", "--json"))
    assert (first[0]["already"], anew[0]["already"]) == (False, False)


def test_refused_statement_is_shown_with_every_reason(offices: dict[str, Office], tmp_path: Path) -> None:
    candidate = events.candidacy(
        "市场监管", events.firm(4), "R-04", "2026-11-23", "2026-11-24", legal_basis=[]
    )
    run = offices["市场监管"].ctl("state", written(tmp_path / "short.json", red_list_candidacy=candidate))
    assert run.exit_code == 1
    assert "公示不少于5个工作日" in run.text
    assert "red_list_candidacy.legal_basis" in run.text
    assert run.widest <= 80


def test_help_names_every_kind_that_may_be_stated(offices: dict[str, Office]) -> None:
    shown = offices["法院"].ctl("state", "--help").output.split()
    assert {kind for kind in KINDS if kind in shown} == {*KINDS} - {
        "genesis",
        "map_state",
        "time_anchor",
        "risk_alert",
        "supervision",  # Each power has commands of its own.
    }


@pytest.mark.parametrize(
    "content",
    [
        '{"genesis": {}}',
        '{"delivery": {}, "withdrawal": {}}',
        '{"delivery": {"as_off": "2026-01-01"}}',
        "[1]",
        "{",
        "[" * 60_000,
    ],
)
def test_file_that_holds_no_statement_is_one_line(
    offices: dict[str, Office], tmp_path: Path, content: str
) -> None:
    file = tmp_path / "none.json"
    file.write_text(content, encoding="utf-8")
    run = offices["法院"].ctl("state", file)
    assert (run.exit_code, len(run.errors.splitlines())) == (3, 1)
    assert run.errors.startswith(f"错误：{file}：")


def test_of_two_statements_under_one_key_none_is_left_out(offices: dict[str, Office], tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    bodies = ({"list_code": "R-04", "as_of": f"2026-11-{day}"} for day in ("20", "21"))
    one, other = (f'"delivery": {json.dumps(each)}' for each in bodies)
    path.write_text(f"{{{one}, {other}}}", "utf-8")
    run = offices["市场监管"].ctl("state", path, "--json")
    assert (run.exit_code, run.text.strip()) == (3, "")
    assert "一个对象中有两个“delivery”" in run.errors
