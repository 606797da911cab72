"""Who is told of a referral, an urging, a deadline; and that folding the log again tells nobody twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.due import Due
from registry.commands.jobs import Job
from registry.commands.rebuild import rebuild
from registry.commands.supervision.files import Files
from registry.commands.supervision.reminders import Reminders
from registry.provenance.keys import FileSigner
from registry.store.opening import create_store
from registry.supervision.notices import notices_of_act
from registry.upkeep.notices import DueNotices
from registry.v1 import notice_service_pb2 as pb
from registry.v1 import statement_pb2 as st
from registry.v1 import supervision_pb2 as files
from registry.v1.supervision_file_pb2 import FileAct, SupervisionFile
from tests.support.events import placed
from tests.support.notices import kind_name, notices_at, waiting
from tests.support.referrals import (
    FIRE,
    HOUSING,
    MARKET,
    OVERSIGHT,
    Town,
    acceptance,
    answer,
    clue,
    outcome,
    receipt,
    town_of,
    urging,
)
from tests.support.spine import ORIGIN, found_spine, furnish

BEGUN = date(2026, 11, 2)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    spine = furnish(found_spine(tmp_path / "registry", BEGUN), [MARKET, HOUSING], delivered=False)
    yield town_of(spine)
    spine.engine.close()


def told(town: Town, position: int) -> list[tuple[str, str, str]]:
    return [(each.addressee, kind_name(each.kind), each.text) for each in notices_at(town.spine, position)]


def caller(town: Town, key: str) -> Caller:
    return Caller(CallerRole.DEPARTMENT, town.code(key), ORIGIN)


def test_recipient_is_told_of_a_referral_and_its_sender_of_what_comes_of_it(town: Town) -> None:
    fire, market = town.code(FIRE), town.code(MARKET)
    position = placed(town.act(MARKET, referral=clue(town, "YS-1")))
    assert told(town, position) == [(fire, "REFERRAL", "有一件线索告知待签收，编号YS-1。")]
    assert notices_at(town.spine, position)[0].file == town.file("YS-1")
    assert told(town, placed(town.act(FIRE, receipt=receipt(town, "YS-1")))) == []
    assert told(town, placed(town.act(FIRE, referral_acceptance=acceptance(town, "YS-1")))) == []
    result = placed(town.act(FIRE, referral_outcome=outcome(town, "YS-1")))
    assert told(town, result) == [(market, "REFERRAL_RESULT", "移送已有处理结果，编号YS-1。")]
    answered = placed(town.act(FIRE, referral_answer=answer(town, "YS-1")))
    assert told(town, answered) == [(market, "REFERRAL_RESULT", "移送已有反馈，编号YS-1。")]


def test_sender_is_told_of_a_refusal_and_the_one_who_refused_not_of_what_follows(town: Town) -> None:
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    placed(town.act(FIRE, receipt=receipt(town, "YS-1")))
    refused = placed(town.act(FIRE, referral_acceptance=acceptance(town, "YS-1", accepted=False)))
    expected = "移送未被受理，请另行移送或者处理，编号YS-1。"
    assert told(town, refused) == [(town.code(MARKET), "REFERRAL_RESULT", expected)]
    assert told(town, placed(town.act(MARKET, referral_outcome=outcome(town, "YS-1")))) == []


def test_urged_is_whoever_owes_the_step(town: Town) -> None:
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    town.spine.clock.move_to(date(2026, 11, 17))
    act = urging(town, town.file("YS-1"), due_on="2026-11-19")
    expected = "有逾期事项被督办，应于2026-11-19前办结，编号YS-1。"
    assert told(town, placed(town.act(OVERSIGHT, urging=act))) == [(town.code(FIRE), "URGING", expected)]


def test_no_fact_and_nobody_stands_in_a_notice(town: Town) -> None:
    referral = clue(town, "YS-1")
    [row] = notices_at(town.spine, placed(town.act(MARKET, referral=referral)))
    for text in (referral.facts, referral.subject.name, referral.subject.identifier.value):
        assert text not in str(row)


def job(town: Town) -> DueNotices:
    def write(rows: Sequence[Job]) -> None:
        for promise in town.spine.engine.writer.put(rows):
            promise.result(10)

    ask = town.spine.engine.ask
    due = Reminders(ask).after(Due(ask).on)
    return DueNotices(town.spine.engine.store, due, write, clock=town.spine.clock)


def reminders(town: Town, key: str) -> list[str]:
    return [each.text for each in waiting(town.spine, caller(town, key)) if each.kind == pb.NOTICE_KIND_DUE]


def test_each_duty_is_reminded_of_once_when_it_is_near_and_once_when_it_is_over(town: Town) -> None:
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    assert job(town).look() == 0  # Three working days are left.
    town.spine.clock.move_to(date(2026, 11, 3))
    assert (job(town).look(), job(town).look()) == (1, 0)
    town.spine.clock.move_to(date(2026, 11, 6))
    assert (job(town).look(), job(town).look()) == (1, 0)
    assert reminders(town, FIRE) == [
        "签收告知移送（编号YS-1）：应于2026-11-05前办理。",
        "签收告知移送（编号YS-1）：已于2026-11-05到期，尚未办理。",
    ]
    assert reminders(town, MARKET) == []


def test_files_of_one_number_are_reminded_of_each(town: Town) -> None:
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    placed(town.act(HOUSING, referral=clue(town, "YS-1")))
    town.spine.clock.move_to(date(2026, 11, 6))
    assert job(town).look() == 2
    assert len(reminders(town, FIRE)) == 2


def test_what_is_done_is_not_reminded_of(town: Town) -> None:
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    placed(town.act(FIRE, receipt=receipt(town, "YS-1")))
    town.spine.clock.move_to(date(2026, 11, 6))
    assert job(town).look() == 0


def test_log_folded_again_gives_the_same_files_and_no_notice_twice(town: Town, tmp_path: Path) -> None:
    placed(town.act(MARKET, referral=clue(town, "YS-1")))
    town.spine.clock.move_to(date(2026, 11, 17))
    placed(town.act(OVERSIGHT, urging=urging(town, town.file("YS-1"), due_on="2026-11-19")))
    store, target = town.spine.engine.store, create_store(tmp_path / "rebuilt.db")
    log_key = FileSigner.load(town.spine.config.log_key, None)
    assert rebuild(town.spine.engine.state.log, target, [log_key]).agrees
    assert list(target.all_notices()) == list(store.all_notices())
    assert list(target.all_files()) == list(store.all_files())
    target.close()


def test_department_in_charge_is_told_of_an_alert(town: Town) -> None:
    reference = files.FileReference(kind=files.FILE_KIND_ALERT, department=town.code(MARKET), number="YJ-1")
    file = SupervisionFile(file=reference, addressee=town.code(FIRE), acts=[FileAct(act=51)])
    alert = st.Statement(risk_alert=files.RiskAlert(number="YJ-1", in_charge=town.code(FIRE)))
    clocks = Files(town.spine.engine.ask).clocks(BEGUN)
    [made] = notices_of_act(alert, file, clocks)
    assert (made.kind, made.addressee.name) == (pb.NOTICE_KIND_ALERT, town.code(FIRE))
    assert made.text == "有一件风险预警待签收，编号YJ-1。"
