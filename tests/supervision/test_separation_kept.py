"""Who approves does not inspect, however the section is written and whatever is stated afterwards (审监分离)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from registry.v1 import statement_pb2 as pb
from registry.v1 import supervision_pb2 as act
from tests.support.spine import found_spine, furnish
from tests.support.visits import KEY, Bureau, matter, reasons_of


@pytest.fixture
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bureau]:
    made = Bureau.at(furnish(found_spine(tmp_path_factory.mktemp("kept") / "registry"), [KEY], delivered=False))
    yield made
    made.spine.engine.close()


def pair(first: str, *, certificates: tuple[str, str] = ("冀执法-0309", "冀执法-0302")) -> list[act.Inspector]:
    """Two inspectors, the second of whom is I-2."""
    return [
        act.Inspector(official_id=first, certificate=certificates[0]),
        act.Inspector(official_id="I-2", certificate=certificates[1]),
    ]


@pytest.mark.parametrize("section", ["许可 科", "　许可科", "许可\u200b科"])
def test_a_section_is_the_one_that_approves_however_it_is_written(bureau: Bureau, section: str) -> None:
    bureau.signers["moved"] = bureau.spine.appoint(KEY, "I-8", section, pb.OFFICIAL_ROLE_SUBMITTER)
    outcome = bureau.record("JC-1", "moved", "second", inspectors=pair("I-8"))
    assert reasons_of(outcome) == ["SECTIONS_NOT_SEPARATE"]


def test_a_matter_stated_again_as_of_a_day_before_lets_nobody_inspect_what_he_approved(bureau: Bureau) -> None:
    def inspected(number: str, day: str) -> dict[str, object]:
        times = {"began_at": f"{day}T09:00:00+08:00", "ended_at": f"{day}T10:00:00+08:00"}
        return {"number": number, "inspectors": pair("I-9"), **times}

    bureau.spine.clock.move_to(date(2026, 11, 25))
    moved = matter("SP-1", approving_section="综合科", effective_from="2026-11-20")
    bureau.taken(bureau.act("first", matter=moved))
    before, after = (bureau.visit(**inspected(*each)) for each in (("JC-2", "2026-11-24"), ("JC-3", "2026-11-25")))
    assert reasons_of(bureau.act("approver", "second", inspection=before)) == ["SECTIONS_NOT_SEPARATE"]
    bureau.taken(bureau.act("approver", "second", inspection=after))


def test_a_statement_for_a_day_far_off_does_not_open_the_days_before_it(bureau: Bureau) -> None:
    bureau.taken(bureau.act("first", matter=matter("SP-1", effective_from="2026-11-02")))
    bureau.taken(bureau.act("first", matter=matter("SP-1", effective_from="2199-01-01")))
    back = matter("SP-1", approving_section="综合科", effective_from="2026-10-01")
    assert reasons_of(bureau.act("first", matter=back)) == ["DATES_OUT_OF_ORDER"]


def test_one_certificate_in_two_spellings_is_one(bureau: Bureau) -> None:
    same = ("冀执法-0302", "冀执法－０３０２ ")
    outcome = bureau.record("JC-4", inspectors=pair("I-1", certificates=same))
    assert reasons_of(outcome) == ["FIELD_INVALID"]


def test_a_file_holds_so_many_acts_and_no_more(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.supervision.admission.MOST_ACTS", 3)
    for _ in range(2):
        bureau.taken(bureau.act("first", matter=matter("SP-1")))
    assert reasons_of(bureau.act("first", matter=matter("SP-1"))) == ["TOO_LARGE"]
    bureau.taken(bureau.act("first", matter=matter("SP-2")))
