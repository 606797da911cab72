"""``registryctl referral`` and ``supervision`` at a real registry: from telling to answer, and urging."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from registry.access.identity import Caller, CallerRole
from registry.domain.periods import china_day
from registry_client import Numbering
from tests.registry_client.cli.served_office import Office, office_of
from tests.support.clock import this_day
from tests.support.events import firm, placed
from tests.support.referrals import FIRE, HOUSING, MARKET, OVERSIGHT, Town, clue, today, town_of
from tests.support.served import Served, serving
from tests.support.spine import ORIGIN, found_spine, furnish


@dataclass(frozen=True, slots=True)
class Offices:
    """Two departments and 督查 at their terminals, with a town behind."""

    town: Town
    market: Office
    fire: Office
    oversight: Office


def office(town: Town, served: Served, directory: Path, key: str) -> Office:
    made = office_of(served, directory, Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN))
    town.clerks[key].save(directory / "own.pem", None)
    Numbering.generate().save(directory / "statement.secret")
    return made


@pytest.fixture
def offices(tmp_path: Path) -> Iterator[Offices]:
    spine = furnish(found_spine(tmp_path / "registry", this_day()), [MARKET, HOUSING], delivered=False)
    town = town_of(spine)
    with serving(spine) as served:
        yield Offices(town, *(office(town, served, tmp_path / key, key) for key in (MARKET, FIRE, OVERSIGHT)))


def act(office: Office, *arguments: str | Path) -> Any:
    return office.ctl("referral", *arguments, "--act", "--key", office.directory / "own.pem")


def written(directory: Path, content: dict[str, Any]) -> Path:
    path = directory / "act.json"
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def telling(offices: Offices) -> Path:
    (offices.market.directory / "exit.jpg").write_bytes(b"picture")
    subject = firm(1)
    content = {
        "number": "YS-1", "kind": "REFERRAL_KIND_CASE", "direction": "REFERRAL_DIRECTION_ACROSS",
        "to": offices.town.code(FIRE), "facts": "安全出口被货架堵塞。",
        "subject": {
            "identifier": {"type": "IDENTIFIER_TYPE_USCC", "value": subject.identifier.value},
            "kind": "SUBJECT_KIND_ENTERPRISE", "name": subject.name,
        },
        "legal_basis": ["优化营商环境条例 第五十七条"], "evidence": [{"file": "exit.jpg"}],
        "on": today(offices.town),
    }  # fmt: skip
    return written(offices.market.directory, content)


def test_a_referral_goes_from_telling_to_answer(offices: Offices) -> None:
    market, fire, sender = offices.market, offices.fire, offices.town.code(MARKET)
    path = telling(offices)
    shown = market.ctl("referral", "send", path)
    assert "没有提交" in shown.output
    assert '"size"' in shown.output
    assert act(market, "send", path).exit_code == 0
    assert "待签收" in market.ctl("referral", "list", "--sent").output
    assert act(fire, "receive", "YS-1", "--from", sender).exit_code == 0
    early = written(fire.directory, {"result": "REFERRAL_RESULT_NO_CASE", "reason": "已改正。"})
    refused = act(fire, "decide", "YS-1", early, "--from", sender)
    assert (refused.exit_code, "STEP_OUT_OF_ORDER" in refused.output) == (1, True)
    assert act(fire, "accept", "YS-1", "--from", sender, "--accepted").exit_code == 0
    decided = written(
        fire.directory,
        {"result": "REFERRAL_RESULT_NO_CASE", "reason": "已改正。", "on": today(offices.town)},
    )
    assert act(fire, "decide", "YS-1", decided, "--from", sender).exit_code == 0
    assert act(fire, "answer", "YS-1", "--from", sender, "--text", "已核查。").exit_code == 0
    listed = fire.ctl("referral", "list", "--told", "--json")
    assert [act["act"] for act in json.loads(listed.output)["acts"]] == [30, 31, 32, 33, 34]
    assert "已反馈" in market.ctl("referral", "list").output


def test_what_is_overdue_is_listed_and_urged(offices: Offices) -> None:
    town = offices.town
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    assert "签收告知移送" in offices.fire.ctl("supervision", "due").output
    assert "签收告知移送" not in offices.fire.ctl("supervision", "due", "--overdue").output
    day = china_day(town.spine.clock())
    later = (day + timedelta(days=30)).isoformat()
    assert "签收告知移送" in offices.fire.ctl("supervision", "due", "--overdue", "--on", later).output
    assert "签收" not in offices.market.ctl("supervision", "due").output
    assert "YS-1" in offices.market.ctl("supervision", "files", "--kind", "移送").output
    urging = ("urge", "YS-1", "--from", town.code(MARKET), "--text", "请办结", "--due-on", later)
    early = act(offices.oversight, *urging)
    assert (early.exit_code, "STEP_TOO_EARLY" in early.output) == (1, True)
    town.spine.clock.move_to(day + timedelta(days=14))
    assert act(offices.oversight, *urging).exit_code == 0
