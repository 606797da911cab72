"""Matters, rules, intermediaries and notes of associations at the command line, 80 columns wide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from registry.access.identity import Caller, CallerRole
from registry.v1 import supervision_pb2 as acts
from registry_client import Numbering
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.matters import (
    ASSOCIATION,
    ESTABLISHMENT,
    JUSTICE,
    MARKET,
    MatterTown,
    intermediary,
    matter,
    note,
    rule,
)
from tests.support.served import Served, serving
from tests.support.spine import ORIGIN, found_spine, furnish


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(
        found_spine(tmp_path_factory.mktemp("matter") / "registry"), ["市场监管", "住建"], delivered=False
    )
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def town(served: Served) -> MatterTown:
    return MatterTown.of(served.spine)


@pytest.fixture
def offices(served: Served, town: MatterTown, tmp_path: Path) -> dict[str, Office]:
    """The desks of officials, each with the credentials of its department and a key of his own."""
    found = {}
    for who, code in {
        "监管员": MARKET,
        "司法员": JUSTICE,
        "编办员": ESTABLISHMENT,
        "协会员": ASSOCIATION,
    }.items():
        office = office_of(served, tmp_path / who, Caller(CallerRole.DEPARTMENT, code, ORIGIN))
        town.keys[who].save(office.directory / "official.pem", None)
        Numbering.generate().save(office.directory / "statement.secret")
        found[who] = office
    return found


def written(office: Office, name: str, body: Any) -> Path:
    path = office.directory / name
    path.write_text(json.dumps(MessageToDict(body, preserving_proto_field_name=True)), "utf-8")
    return path


def act(office: Office, *arguments: str | Path) -> None:
    done = office.ctl(*arguments, "--act", "--key", office.directory / "official.pem")
    assert done.exit_code == 0, done.output + done.errors


def test_a_rule_from_the_matter_to_its_check(offices: dict[str, Office], tmp_path: Path) -> None:
    bureau, law, office = offices["监管员"], offices["司法员"], offices["编办员"]
    state = written(bureau, "matter.json", matter("SP-1"))
    shown = bureau.ctl("matter", "state", state)
    assert shown.exit_code == 0
    assert "没有提交" in shown.text
    act(bureau, "matter", "state", state)
    unfiled = office.ctl("matter", "unfiled")
    assert "2026-11-30" in unfiled.output
    assert "SP-1" in unfiled.output
    (tmp_path / "办法.txt").write_text("办法全文", "utf-8")
    draft = rule("ZD-1")
    draft.ClearField("text")
    act(bureau, "rule", "draft", written(bureau, "rule.json", draft), "--text", tmp_path / "办法.txt")
    by = ("--drafted-by", MARKET)
    early = office.ctl(
        "rule", "file", "ZD-1", *by, "--filing-number", "沧编备〔2026〕1号", "--on", "2026-11-20", "--act",
        "--key", office.directory / "official.pem",
    )  # fmt: skip
    assert early.exit_code == 1
    assert "STEP_OUT_OF_ORDER" in early.output
    act(law, "rule", "review", "ZD-1", *by, "--lawful", "--opinion", "合法", "--on", "2026-11-18")
    act(office, "rule", "file", "ZD-1", *by, "--filing-number", "沧编备〔2026〕1号", "--on", "2026-11-20")
    act(
        office,
        "rule",
        "check",
        "ZD-1",
        *by,
        "--manner",
        "定期检查",
        "--finding",
        "已落实",
        "--on",
        "2026-11-23",
    )
    assert office.ctl("matter", "unfiled", "--json").objects == []
    (listed,) = office.ctl("rule", "list", "--json").objects
    assert (listed["filing_number"], listed["governs"]) == ("沧编备〔2026〕1号", ["SP-1"])
    assert listed["rule"]["text"]["title"] == "办法.txt"
    table = office.ctl("rule", "list")
    assert "已备案" in table.output
    assert table.widest <= 80


def test_an_intermediary_with_an_overdue_qualification_is_marked(offices: dict[str, Office]) -> None:
    bureau = offices["监管员"]
    act(bureau, "matter", "state", written(bureau, "matter.json", matter("SP-1")))
    act(bureau, "intermediary", "state", written(bureau, "firm.json", intermediary("ZJ-1")))
    listed = bureau.ctl("intermediary", "list", "--overdue")
    assert "已过期" in listed.text
    assert bureau.ctl("intermediary", "list", "--overdue", "--on", "2026-10-31", "--json").objects == []


def test_what_an_association_says_is_listed_as_that(offices: dict[str, Office]) -> None:
    association = offices["协会员"]
    act(association, "association", "state", written(association, "note.json", note("HY-1")))
    listed = association.ctl("association", "list", "--kind", "会员")
    assert listed.text.count("不属于公共信用信息") == 2
    assert (
        acts.AssociationNoteKind.Name(acts.ASSOCIATION_NOTE_KIND_MEMBER)
        in association.ctl("association", "list", "--json").output
    )
