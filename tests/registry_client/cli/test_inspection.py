"""``registryctl inspection`` at a real registry: two keys at one desk, or one after the other."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from registry.access.identity import CallerRole
from registry_client import Numbering
from tests.registry_client.cli.conftest import Run
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.served import serving
from tests.support.spine import found_spine, furnish
from tests.support.visits import Bureau

KEY = "市场监管"


@dataclass(frozen=True, slots=True)
class Desk:
    """The bureau's terminal, with its officials' keys, and what is behind."""

    bureau: Bureau
    office: Office
    portal: Office

    def key(self, name: str) -> Path:
        return self.office.directory / f"{name}.pem"

    def run(self, *arguments: str | Path) -> Run:
        return self.office.ctl("inspection", *arguments)

    def act(self, *arguments: str | Path, key: str = "first") -> Run:
        return self.run(*arguments, "--act", "--key", self.key(key))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    directory = tmp_path_factory.mktemp("desk")
    bureau = Bureau.at(furnish(found_spine(directory / "registry"), [KEY, "财政"], delivered=False))
    with serving(bureau.spine) as served:
        office = office_of(served, directory / "bureau", served.department(KEY))
        portal = office_of(served, directory / "portal", served.system(CallerRole.PUBLIC, "portal"))
        for name, signer in bureau.signers.items():
            signer.save(office.directory / f"{name}.pem", None)
        Numbering.generate().save(office.directory / "statement.secret")
        yield Desk(bureau, office, portal)


def written(desk: Desk, number: str, **changes: Any) -> Path:
    content = MessageToDict(desk.bureau.visit(number), preserving_proto_field_name=True) | changes
    picture = desk.office.directory / "现场.jpg"
    picture.write_bytes(b"picture of " + number.encode())
    path = desk.office.directory / f"{number}.json"
    path.write_text(json.dumps(content | {"evidence": [{"file": picture.name}]}, ensure_ascii=False), "utf-8")
    return path


def test_with_both_keys_at_hand_a_visit_is_recorded_at_once(desk: Desk) -> None:
    path = written(desk, "JC-1")
    shown = desk.run("record", path)
    assert "没有提交" in shown.output
    assert "现场.jpg" in shown.output
    done = desk.act("record", path, "--second-key", desk.key("second"))
    assert done.exit_code == 0, done.output + done.errors
    again = desk.act("record", path, "--second-key", desk.key("second"))
    assert "已有" in again.output
    assert list(desk.bureau.file("JC-1").acts[0].official_ids) == ["I-1", "I-2"]


def test_the_first_hands_over_what_he_signed_and_the_second_reads_and_signs_it(desk: Desk) -> None:
    path, half = written(desk, "JC-2"), desk.office.directory / "JC-2.half"
    given = desk.act("record", path, "--half", half)
    assert given.exit_code == 0, given.output + given.errors
    assert stat.S_IMODE(half.stat().st_mode) == 0o600
    shown = desk.run("sign-second", half)
    assert "后厨地面积水" in shown.output
    assert "第一名签名人：I-1" in shown.output
    done = desk.act("sign-second", half, key="second")
    assert done.exit_code == 0, done.output + done.errors
    assert list(desk.bureau.file("JC-2").acts[0].official_ids) == ["I-1", "I-2"]


def test_one_key_does_not_sign_twice_and_what_was_altered_is_not_signed(desk: Desk) -> None:
    path, half = written(desk, "JC-3"), desk.office.directory / "JC-3.half"
    desk.act("record", path, "--half", half)
    assert "同一把" in desk.act("sign-second", half, key="first").errors
    envelope = json.loads(half.read_text("utf-8"))
    other = desk.bureau.envelope("first", inspection=desk.bureau.visit("JC-3", place="别处"))
    altered = MessageToDict(other, preserving_proto_field_name=True) | {"signatures": envelope["signatures"]}
    half.write_text(json.dumps(altered), "utf-8")
    failed = desk.act("sign-second", half, key="second")
    assert (failed.exit_code, "签名不成立" in failed.errors) == (3, True)


@pytest.mark.parametrize("content", ["", "{}", '{"payload": "AAAA"}', "[]"])
def test_a_file_that_is_none_is_told_so(desk: Desk, content: str) -> None:
    path = desk.office.directory / "none.half"
    path.write_text(content, "utf-8")
    failed = desk.run("sign-second", path)
    assert failed.exit_code == 3
    assert "待第二名签名" in failed.errors


def test_acting_says_how_the_second_signs(desk: Desk) -> None:
    path = written(desk, "JC-4")
    assert desk.act("record", path).exit_code == 2
    both = desk.act("record", path, "--second-key", desk.key("second"), "--half", path.with_suffix(".half"))
    assert both.exit_code == 2


def test_a_refusal_is_told_with_its_reason(desk: Desk) -> None:
    refused = desk.act("record", written(desk, "JC-5", matter="SP-2"), "--second-key", desk.key("second"))
    assert refused.exit_code == 1
    assert "RULE_NOT_FILED" in refused.output


def test_a_result_is_published_listed_to_everybody_and_checked(desk: Desk) -> None:
    path = written(desk, "JC-6")
    assert desk.act("record", path, "--second-key", desk.key("second")).exit_code == 0
    told = desk.act("publish", "JC-6", "--place", "https://scjg.example/6", "--on", "2026-11-23")
    assert told.exit_code == 0, told.output
    again = ("--not-sufficient", "--by", "2026-12-10", "--on", "2026-11-23")
    assert desk.act("rectify", "JC-6", *again).exit_code == 0
    assert desk.act("rectify", "JC-6", "--sufficient", "--on", "2026-11-23").exit_code == 0
    shown = desk.portal.ctl("inspection", "published")
    assert "已改正2026-11-23" in shown.text
    (each,) = desk.portal.ctl("inspection", "published", "--json").objects
    assert each["published_at"] == "https://scjg.example/6"
    assert "I-1" not in json.dumps(each)
