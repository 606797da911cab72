"""Who approves does not inspect, however a section is written and whatever is stated later (审监分离)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from demo.departments import OPERATOR
from registry.v1 import statement_pb2 as pb
from registry.v1 import supervision_pb2 as act
from tests.support.spine import found_spine, furnish
from tests.support.visits import KEY, Bureau, matter, reasons_of


@pytest.fixture
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau.at(
        furnish(found_spine(tmp_path_factory.mktemp("kept") / "registry"), [KEY, "财政"], delivered=False)
    )
    yield made
    made.spine.engine.close()


def pair(
    first: str, *, certificates: tuple[str, str] = ("冀执法-0309", "冀执法-0302")
) -> list[act.Inspector]:
    """Two inspectors, the second of whom is I-2."""
    return [
        act.Inspector(official_id=first, certificate=certificates[0]),
        act.Inspector(official_id="I-2", certificate=certificates[1]),
    ]


def visited(bureau: Bureau, day: str) -> act.Inspection:
    """An inspection of a day by I-9, whose section approves, and I-2."""
    times = {"began_at": f"{day}T09:00:00+08:00", "ended_at": f"{day}T10:00:00+08:00"}
    return bureau.visit(f"JC-{day}", inspectors=pair("I-9"), **times)


@pytest.mark.parametrize("section", ["许可 科", "　许可科", "许可\u200b科"])
def test_a_section_is_the_one_that_approves_however_it_is_written(bureau: Bureau, section: str) -> None:
    bureau.signers["moved"] = bureau.spine.appoint(KEY, "I-8", section, pb.OFFICIAL_ROLE_SUBMITTER)
    outcome = bureau.record("JC-1", "moved", "second", inspectors=pair("I-8"))
    assert reasons_of(outcome) == ["SECTIONS_NOT_SEPARATE"]


def test_a_matter_stated_again_as_of_a_day_before_lets_nobody_inspect_what_he_approved(
    bureau: Bureau,
) -> None:
    bureau.spine.clock.move_to(date(2026, 11, 25))
    moved = matter("SP-1", approving_section="综合科", effective_from="2026-11-20")
    bureau.taken(bureau.act("first", matter=moved))
    before, after = visited(bureau, "2026-11-24"), visited(bureau, "2026-11-25")
    assert reasons_of(bureau.act("approver", "second", inspection=before)) == ["SECTIONS_NOT_SEPARATE"]
    bureau.taken(bureau.act("approver", "second", inspection=after))


def test_who_is_moved_after_the_visit_has_still_inspected_what_his_section_approves(bureau: Bureau) -> None:
    bureau.spine.clock.move_to(date(2026, 11, 25))
    moved = pb.OfficialRegistration(
        official_id="I-9", department=bureau.code, name="示例I-9", section="监管科",
        roles=[pb.OFFICIAL_ROLE_SUBMITTER],
    )  # fmt: skip
    bureau.taken(bureau.spine.say(OPERATOR.key, official_registration=moved))
    before, after = visited(bureau, "2026-11-24"), visited(bureau, "2026-11-25")
    assert reasons_of(bureau.act("approver", "second", inspection=before)) == ["SECTIONS_NOT_SEPARATE"]
    bureau.taken(bureau.act("approver", "second", inspection=after))


def test_a_statement_for_a_day_far_off_does_not_open_the_days_before_it(bureau: Bureau) -> None:
    bureau.taken(bureau.act("first", matter=matter("SP-1", effective_from="2026-11-02")))
    bureau.taken(bureau.act("first", matter=matter("SP-1", effective_from="2199-01-01")))
    back = matter("SP-1", approving_section="综合科", effective_from="2026-10-01")
    assert reasons_of(bureau.act("first", matter=back)) == ["DATES_OUT_OF_ORDER"]


def test_of_a_file_of_another_department_no_day_and_no_step_is_told(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-5"))
    bureau.taken(bureau.publish("JC-5"))
    clerk = bureau.spine.appoint("财政", "F-1", "监管科", pb.OFFICIAL_ROLE_SUBMITTER)
    told = act.ResultPublication(file=bureau.reference("JC-5"), published_on="2026-01-01", place="x")
    checked = act.Rectification(file=bureau.reference("JC-5"), checked_on="2026-01-01", sufficient=True)
    for body in ({"result_publication": told}, {"rectification": checked}):
        supervised = act.Supervision(**body)
        outcome = bureau.spine.say("财政", supervision=supervised, by=clerk)
        assert reasons_of(outcome) == ["NOT_YOUR_STEP"]


def test_one_certificate_in_two_spellings_is_one(bureau: Bureau) -> None:
    same = ("冀执法-0302", "冀执法－０３０２ ")
    outcome = bureau.record("JC-4", inspectors=pair("I-1", certificates=same))
    assert reasons_of(outcome) == ["FIELD_INVALID"]


def test_an_act_stands_in_a_file_so_often_and_no_more(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.supervision.admission.MOST_REPEATED", 3)
    for _ in range(2):
        bureau.taken(bureau.act("first", matter=matter("SP-1")))
    assert reasons_of(bureau.act("first", matter=matter("SP-1"))) == ["TOO_LARGE"]
    bureau.taken(bureau.act("first", matter=matter("SP-2")))
