"""``registryctl watch`` shows what changes in a domain, and goes on where it was left; at a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry.v1.subject_pb2 import SUBJECT_KIND_BRANCH
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.events import ban, branch_of, firm, list_entry, placed, withdrawal
from tests.support.served import Served, serving
from tests.support.spine import found_spine, furnish
from tests.support.watching import told_by_law

WATCH = ("watch", "--domain", "政府采购", "--until-now")
BANNED, LISTED, BRANCH = firm(1), firm(2), firm(3, SUBJECT_KIND_BRANCH)
CODE = BANNED.identifier.value


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("cli") / "registry"))
    placed(spine.say("财政", "ban", event=ban("财政", BANNED, "M-PRO-01", "2026-03-01", "2028-03-01")))
    entry = list_entry("法院", LISTED, "L-01", "2026-03-01", "2028-03-01")
    placed(spine.say("法院", event=entry))
    placed(spine.say("市场监管", subject_link=branch_of(BRANCH, BANNED)))
    placed(spine.say("财政", withdrawal=withdrawal("财政", "ban")))
    with serving(spine) as running:
        yield running


@pytest.fixture(scope="module")
def portal(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Office:
    directory = tmp_path_factory.mktemp("offices") / "portal"
    return office_of(served, directory, served.system(CallerRole.PROCUREMENT_SYSTEM, "portal"))


def test_blocks_tell_what_stands_afterwards_within_80_columns(portal: Office) -> None:
    run = portal.ctl(*WATCH, "--from", 0)
    assert run.exit_code == 0
    assert run.widest <= 80
    first = run.lines.index(f"  {CODE}")
    assert run.lines[first - 1].startswith("序号 ")
    assert run.lines[first + 1].split() == ["措施", "M-PRO-01：生效"]
    assert run.lines[first + 2].split() == ["期间", "2026-03-01", "至", "2028-03-01"]
    assert any(line.startswith(f"    分支机构 {BRANCH.identifier.value}（序号") for line in run.lines)
    assert "    目前没有限制" in run.lines[-4:]


def test_json_lines_have_every_change_and_where_to_go_on(portal: Office, served: Served) -> None:
    objects = portal.ctl(*WATCH, "--from", 0, "--json").objects
    told = {
        (each["position"], subject["subject"]["value"])
        for each in objects
        if each["change"]
        for subject in each["change"]["subjects"]
    }
    assert told >= {(position, code) for position, code, _ in told_by_law(served.spine)}
    assert objects[-1]["caught_up"]
    assert all(each["resume_token"] for each in objects)


def test_token_file_leads_on_from_where_it_was_left(portal: Office, served: Served, tmp_path: Path) -> None:
    file = tmp_path / "watch.token"
    (first,) = portal.ctl(*WATCH, "--from", 0, "--count", 1, "--token-file", file, "--json").objects
    rest = portal.ctl(*WATCH, "--from", 0, "--token-file", file, "--json").objects
    whole = portal.ctl(*WATCH, "--from", 0, "--json").objects
    assert [each["position"] for each in (first, *rest)] == [each["position"] for each in whole]
    fresh = placed(
        served.spine.say("财政", event=ban("财政", firm(9), "M-PRO-01", "2026-03-01", "2028-03-01"))
    )
    run = portal.ctl(*WATCH, "--token-file", file)
    assert run.lines[0].startswith(f"序号 {fresh} ")


def test_only_the_list_and_region_named_are_shown(portal: Office) -> None:
    objects = portal.ctl(*WATCH, "--from", 0, "--json", "--list", "L-01", "--region", "130900").objects
    rows = [
        row["list_code"]
        for each in objects
        if each["change"]
        for subject in each["change"]["subjects"]
        for row in subject["restrictions"]
    ]
    assert set(rows) == {"L-01"}


def test_domain_that_is_not_the_callers_is_refused_in_one_line(portal: Office) -> None:
    run = portal.ctl("watch", "--domain", "出入境", "--until-now")
    assert run.exit_code == 3
    assert run.errors.strip() == "错误：DOMAIN_DENIED: 本系统无权关注这一领域。"


def test_token_file_that_cannot_be_written_is_told_in_one_line(portal: Office, tmp_path: Path) -> None:
    run = portal.ctl(*WATCH, "--from", 0, "--token-file", tmp_path / "missing" / "token")
    assert run.exit_code == 3
    assert run.errors.startswith("错误：")
    assert len(run.errors.splitlines()) == 1
