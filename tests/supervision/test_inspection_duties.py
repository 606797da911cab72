"""By when a visit is recorded, published and checked again; who is late, and what was not told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from google.protobuf.json_format import ParseDict

from registry.commands.supervision.files import Files
from registry.commands.supervision.inspections import is_shown
from registry.commands.supervision.untold import untold_findings
from registry.supervision.duties import Clocks
from registry.supervision.obligations import obligations_of
from registry.supervision.obligations.inspections import PUBLISH, RECHECK, RECORD, overdue_rectifications
from registry.v1 import supervision_pb2 as act
from registry.v1.supervision_file_pb2 import Obligation
from tests.support.spine import found_spine, furnish
from tests.support.visits import SUBJECT, Bureau, evidence, finding

ORDERED = "2026-12-05"


@pytest.fixture
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("duties") / "registry"), ["市场监管", "财政"])
    yield Bureau.at(spine)
    spine.engine.close()


def seen(bureau: Bureau, day: str) -> Clocks:
    return Files(bureau.spine.engine.ask).clocks(date.fromisoformat(day))


def duties(bureau: Bureau, number: str, day: str) -> dict[str, Obligation]:
    """Those of an inspection, the last of each kind."""
    return {each.deadline: each for each in obligations_of(bureau.file(number), seen(bureau, day))}


def on_day(bureau: Bureau, day: str) -> None:
    bureau.spine.clock.move_to(date.fromisoformat(day))


def test_a_visit_is_published_within_twenty_working_days_and_counted_when_it_is_not(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-1"))
    due = duties(bureau, "JC-1", "2026-12-18")[PUBLISH]
    assert (due.due_on, due.met_on, due.days_late, due.department) == ("2026-12-18", "", 0, bureau.code)
    assert "食品" in due.basis
    assert duties(bureau, "JC-1", "2026-12-22")[PUBLISH].days_late == 2
    on_day(bureau, "2026-12-23")
    bureau.taken(bureau.publish("JC-1", published_on="2026-12-23"))
    late = duties(bureau, "JC-1", "2027-03-01")[PUBLISH]
    assert (late.met_on, late.days_late) == ("2026-12-23", 3)
    assert duties(bureau, "JC-1", "2026-12-22")[PUBLISH].met_on == ""  # As it was known then.


def test_nobody_is_in_time_by_dating_a_publication_back(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-1"))
    on_day(bureau, "2027-01-20")
    bureau.taken(bureau.publish("JC-1", published_on="2026-12-01"))
    assert duties(bureau, "JC-1", "2027-01-20")[PUBLISH].met_on == "2027-01-20"


def test_a_record_that_was_written_late_is_late(bureau: Bureau) -> None:
    on_day(bureau, "2026-12-09")
    bureau.taken(bureau.record("JC-1"))
    assert duties(bureau, "JC-1", "2026-12-09")[RECORD].days_late == 3


def test_an_order_is_checked_when_its_last_day_has_passed_and_each_new_day_again(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-1"))
    assert duties(bureau, "JC-1", "2026-12-12")[RECHECK].due_on == "2026-12-11"
    assert duties(bureau, "JC-1", "2026-12-14")[RECHECK].days_late == 1
    on_day(bureau, "2026-12-08")
    bureau.taken(bureau.recheck("JC-1", checked_on="2026-12-08", sufficient=False, rectify_by="2026-12-20"))
    again = [
        each
        for each in obligations_of(bureau.file("JC-1"), seen(bureau, "2026-12-21"))
        if each.deadline == RECHECK
    ]
    assert [(each.due_on, each.met_on) for each in again] == [
        ("2026-12-11", "2026-12-08"),
        ("2026-12-25", ""),
    ]
    on_day(bureau, "2026-12-21")
    bureau.taken(bureau.recheck("JC-1", checked_on="2026-12-21"))
    assert duties(bureau, "JC-1", "2026-12-31")[RECHECK].met_on == "2026-12-21"


def test_whose_last_day_has_passed_is_overdue_until_somebody_finds_the_work_done(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-1"))
    bureau.taken(bureau.record("JC-2", results=[1], findings=[], rectify_by="", evidence=[]))

    def late(day: str) -> list[tuple[str, str]]:
        files = bureau.spine.engine.state.store.all_files()
        found = overdue_rectifications(files, date.fromisoformat(day))
        return [(each.subject, each.rectify_by) for each in found]

    code = SUBJECT.identifier.value
    assert late(ORDERED) == []
    assert late("2026-12-06") == [(code, ORDERED)]
    on_day(bureau, "2026-12-08")
    bureau.taken(bureau.recheck("JC-1", checked_on="2026-12-08", sufficient=False, rectify_by="2026-12-20"))
    assert late("2026-12-20") == []
    assert late("2026-12-21") == [(code, "2026-12-20")]
    assert late("2026-12-07") == [(code, ORDERED)]
    on_day(bureau, "2026-12-22")
    bureau.taken(bureau.recheck("JC-1", checked_on="2026-12-22"))
    assert late("2026-12-22") == []


def test_what_lies_outside_the_remit_is_to_be_told_and_a_referral_meets_it(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-1", findings=[finding(), finding(outside=True, fact="安全出口堵塞")]))
    bureau.taken(bureau.record("JC-2"))
    store = bureau.spine.engine.state.store
    (untold,) = untold_findings(store, seen(bureau, "2026-11-30"))
    assert (untold.file.number, untold.due_on, untold.days_late) == ("JC-1", "2026-11-27", 1)
    assert list(untold_findings(store, seen(bureau, "2026-11-19"))) == []
    referral = act.Referral(
        number="YS-1", kind=act.REFERRAL_KIND_CLUE, direction=act.REFERRAL_DIRECTION_ACROSS,
        to=bureau.spine.code("财政"), subject=SUBJECT, facts="安全出口堵塞",
        legal_basis=["消防法 第二十八条"], source=bureau.reference("JC-1"), on="2026-11-23",
    )  # fmt: skip
    bureau.taken(bureau.act("first", referral=referral))
    (told,) = untold_findings(store, seen(bureau, "2026-11-30"))
    assert (told.met_on, told.days_late) == ("2026-11-23", 0)


def test_a_published_result_is_shown_for_three_years_from_the_visit(bureau: Bureau) -> None:
    bureau.taken(bureau.record("JC-1"))
    assert not is_shown(bureau.file("JC-1"), date(2026, 11, 23), bureau.spine.position)
    bureau.taken(bureau.publish("JC-1"))
    file, now = bureau.file("JC-1"), bureau.spine.position
    assert is_shown(file, date(2026, 11, 23), now)
    assert not is_shown(file, date(2026, 11, 23), now - 1)  # As known before it was published.
    assert not is_shown(file, date(2026, 11, 22), now)
    assert is_shown(file, date(2029, 11, 20), now)
    assert not is_shown(file, date(2029, 11, 22), now)


def test_the_example_in_the_documents_is_an_inspection_that_enters(bureau: Bureau) -> None:
    text = Path("docs/supervision/inspections.md").read_text("utf-8")
    content = json.loads(text.partition("```json\n")[2].partition("```")[0])
    content["evidence"] = []
    told = ParseDict(content, act.Inspection())
    told.evidence.append(evidence())
    bureau.taken(bureau.act("first", "second", inspection=told))
