"""Referrals through the console: told, read, taken, decided, answered, by whose step it is; and the hub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from registry.v1 import supervision_pb2 as pb
from registry_web.console.pages.supervision_areas import AREAS
from tests.registry_web.console_core.office import Office, office
from tests.registry_web.console_pages.forms import At, words
from tests.support.ban_cases import KEY
from tests.support.clock import this_day
from tests.support.events import firm, placed
from tests.support.referrals import EVIDENCE, FIRE, OVERSIGHT, Town, acceptance, clue, receipt, town_of

LIST = "/supervision/referrals"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Town]]:
    """The bureau with further departments about it; the registry's clock is the wall's."""
    with office(tmp_path_factory.mktemp("bureau")) as made:
        made.spine.clock.move_to(this_day())
        yield made, town_of(made.spine, ())


@pytest.fixture
def town(desk: tuple[Office, Town]) -> Town:
    return desk[1]


@pytest.fixture
def at(desk: tuple[Office, Town]) -> Iterator[At]:
    made = At(desk[0])
    yield made
    for clerk in made.clerks.values():
        clerk.client.close()


def place_of(town: Town, key: str) -> int:
    """The number of a department in addresses."""
    department = town.spine.engine.state.directory.department(town.code(key))
    assert department is not None
    return department.position


def today() -> str:
    return this_day().isoformat()


def told_to_bureau(town: Town, number: str, **changes: Any) -> str:
    """A referral of 消防 to the bureau; its address."""
    placed(town.act(FIRE, referral=clue(town, number, to=KEY, **changes)))
    return f"{LIST}/at/{place_of(town, FIRE)}/{number}"


def test_bureau_reads_takes_settles_and_answers(town: Town, at: At) -> None:
    one = told_to_bureau(town, "YS-1")
    handler = at("handler")
    assert "YS-1" in handler.read(LIST)
    page = handler.read(one)
    assert "待签收" in page
    assert "安全出口被货架堵塞" in page
    for early in ("accept", "decide", "answer", "urge"):
        assert handler.get(f"{one}/{early}").status_code == 409
    assert handler.act(f"{one}/receive", {}).accepted
    assert handler.get(f"{one}/receive").status_code == 409
    refused = handler.act(f"{one}/accept", {"accepted": "no", "reason": "", "on": today()})
    assert not refused.accepted
    assert handler.act(f"{one}/accept", {"accepted": "yes", "reason": "", "on": today()}).accepted
    settled = {"result": "2", "reason": "已当场改正", "on": today()}
    assert handler.act(f"{one}/decide", settled).accepted
    assert handler.act(f"{one}/answer", {"text": "已核查处理", "on": today()}).accepted
    page = handler.read(one)
    assert "已反馈" in page
    assert "B-11" in page  # Who read it.
    assert "已核查处理" in page


def test_bureau_tells_another_and_sees_what_comes_of_it(town: Town, at: At) -> None:
    handler, subject = at("handler"), firm(5)
    line = f"{'ab' * 32} 7 image/jpeg 现场照片"
    form = {
        "number": "CS-1", "kind": "2", "direction": "1", "to": str(place_of(town, FIRE)),
        "name": subject.name, "code": subject.identifier.value, "subject_kind": "1",
        "facts": "安全出口被货架堵塞", "basis": "优化营商环境条例 第五十七条", "evidence": "照片一张",
        "on": today(),
    }  # fmt: skip
    wrong = handler.post(f"{LIST}/new", form)
    assert (wrong.status_code, "媒体类型" in words(wrong)) == (400, True)
    told = handler.act(f"{LIST}/new", form | {"evidence": line})
    assert told.accepted, told.text
    one = f"{LIST}/at/{place_of(town, KEY)}/CS-1"
    assert "CS-1" in handler.read(f"{LIST}?sent=1")
    for step in ("receive", "accept", "decide", "answer"):
        assert handler.get(f"{one}/{step}").status_code == 409
    placed(town.act(FIRE, receipt=receipt(town, "CS-1", KEY)))
    placed(town.act(FIRE, referral_acceptance=acceptance(town, "CS-1", accepted=False, opener=KEY)))
    page = handler.read(one)
    assert "未受理" in page
    assert "属住房城乡建设部门" in page
    assert handler.get(f"{one}/decide").status_code == 200
    new = handler.get(f"{LIST}/new?kind=8&of={place_of(town, KEY)}&number=CS-1")
    assert 'value="CS-1"' in new.text


def test_what_is_due_stands_on_the_hub_and_leads_to_the_file(town: Town, at: At) -> None:
    one = told_to_bureau(town, "YS-2", kind=pb.REFERRAL_KIND_CASE, evidence=[EVIDENCE])
    page = at("handler").get("/supervision")
    assert "签收告知移送" in words(page)
    assert f'href="{one}"' in page.text
    told = at("handler").get("/notices")
    assert f'href="{one}"' in told.text
    assert "请打开卷宗办理" in words(told)
    for address, title in AREAS:
        assert f'<a href="{address}">{title}</a>' in page.text
    assert "签收告知移送" in at("auditor").read("/supervision")
    assert at("auditor").get(f"{one}/receive").status_code == 409
    assert "安全出口" not in at("auditor").read(one)


def test_another_departments_referral_is_not_there(town: Town, at: At) -> None:
    placed(town.act(FIRE, referral=clue(town, "YS-3", to=OVERSIGHT)))
    address = f"{LIST}/at/{place_of(town, FIRE)}/YS-3"
    assert at("handler").get(address).status_code == 404
    assert "YS-3" not in at("handler").read(LIST)


def test_what_is_overdue_is_urged_by_its_sender_and_counted(town: Town, at: At) -> None:
    """The last of all, for the clock does not go back."""
    handler, fire = at("handler"), place_of(town, FIRE)
    form = {
        "number": "CS-2", "kind": "1", "direction": "1", "to": str(fire), "facts": "占用消防通道",
        "basis": "消防法 第二十八条", "on": today(),
    }  # fmt: skip
    assert handler.act(f"{LIST}/new", form).accepted
    one = f"{LIST}/at/{place_of(town, KEY)}/CS-2"
    town.spine.clock.move_to(this_day() + timedelta(days=14))
    everywhere = f"/supervision/urge/8/{place_of(town, KEY)}/CS-2"
    assert "办结期限" in handler.read(everywhere)
    assert at("auditor").get(everywhere).status_code == 409
    assert handler.get(everywhere.replace("/8/", "/9/")).status_code == 404
    due_on = (this_day() + timedelta(days=20)).isoformat()
    assert handler.act(f"{one}/urge", {"text": "请限期签收", "due_on": due_on, "on": today()}).accepted
    page = handler.read(one)
    assert "督办: 签收告知移送" in page
    assert "请限期签收" in page
    assert "逾期" in at("auditor").read("/supervision?overdue=1")
    assert "逾期未办" in at("auditor").read(f"{LIST}/numbers")
