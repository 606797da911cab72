"""What another edition would do to everybody on record: who gains, loses or changes a restriction."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from registry.editions import current_edition, shipped_editions
from registry.sanctions.catalogue.edition import Edition
from registry.sanctions.difference.columns import Names
from registry.sanctions.ground import SubjectRecord
from registry.sanctions.simulation.comparison import Comparison, Part, Shift, simulate
from registry.sanctions.simulation.holding import Holding
from registry.sanctions.simulation.shift_words import told
from registry.sanctions.standing import RUNNING
from registry.sanctions.verdict import Question, considered, met
from registry.v1 import catalogue_service_pb2 as pb
from registry.v1 import subject_pb2
from tests.support.case_records import recorded, records_of_cases
from tests.support.editions import changed_row, edition_files, new_rule, parsed
from tests.support.random_editions import random_edition

DAY, LATEST = date(2026, 11, 1), 10**9
EDITION = current_edition()
FILES = edition_files("2026.9")
SHIPPED = {edition.label: edition for edition in shipped_editions().values()}
GAINED, LOST, CHANGED = pb.CHANGE_KIND_ADDED, pb.CHANGE_KIND_REMOVED, pb.CHANGE_KIND_CHANGED
ANYBODY = subject_pb2.SUBJECT_ROLE_UNSPECIFIED
PROCUREMENT, INCENTIVE = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_INCENTIVE

BAN = (
    "{by: finance, category: E-51, subject: enterprise, decided_on: 2026-03-01, "
    "imposes: [{code: M-PRO-01, until: 2029-03-01}]}"
)
TAX = "{by: tax, category: E-06, subject: enterprise, decided_on: 2026-03-01, list: L-03, until: 2029-03-01}"
WAGES = (
    "{by: human_resources, category: E-06, subject: enterprise, decided_on: 2026-03-01, "
    "list: L-04, until: 2029-03-01}"
)
CUSTOMS = "{by: customs, category: E-06, subject: enterprise, decided_on: 2025-01-10, list: L-13}"
GRADE_A = (
    "{by: tax, red_list: R-01, subject: enterprise, publicised_from: 2026-04-20, "
    "publicised_until: 2026-04-24, decided_on: 2026-05-06, until: 2027-04-20}"
)


def shifts(
    record: SubjectRecord,
    after: Edition,
    before: Edition = EDITION,
    *,
    day: date = DAY,
    position: int = LATEST,
    thorough: bool = False,
) -> list[Shift]:
    """What changes for a subject."""
    return Comparison(before, after, day=day, position=position, thorough=thorough).shifts(record)


def sentences(record: SubjectRecord, after: Edition, day: date = DAY) -> list[str]:
    """What changes for a subject, in words."""
    names = Names(EDITION, after)
    return [told(shift, names) for shift in shifts(record, after, day=day)]


# --- what changes, and what does not ---------------------------------------------------------------


def test_the_edition_in_force_changes_nothing_for_anybody() -> None:
    for record in records_of_cases():
        assert shifts(record, EDITION, thorough=True) == []


def test_the_switch_of_2026_04_01_neither_gives_nor_takes_a_restriction() -> None:
    for day in (date(2026, 3, 20), date(2026, 4, 1), DAY):
        for record in records_of_cases():
            found = shifts(record, SHIPPED["2026.2"], SHIPPED["2026.1"], day=day, thorough=True)
            assert [shift for shift in found if shift.domain != INCENTIVE] == []


def test_who_is_on_a_list_that_a_measure_no_longer_follows_loses_it() -> None:
    files = changed_row(FILES, "M-PRO-05", triggering_lists="[L-01, L-02]")
    after = parsed(changed_row(files, "L-03", triggers=_triggers("L-03", without="M-PRO-05")))
    (found,) = shifts(recorded(TAX), after)
    assert (found.kind, found.domain, found.code) == (LOST, PROCUREMENT, "M-PRO-05")
    name = EDITION.measures["M-PRO-05"][-1].name_zh
    assert sentences(recorded(TAX), after) == [f"M-PRO-05 {name}: 不再适用, 禁止, 2026-03-01至2029-03-01"]


def test_who_is_on_a_list_that_a_measure_newly_follows_gains_it() -> None:
    files = changed_row(FILES, "M-PRO-05", triggering_lists="[L-01, L-02, L-03, L-04]")
    triggers = f"[{', '.join((*EDITION.lists['L-04'][-1].triggers, 'M-PRO-05'))}]"
    after = parsed(changed_row(files, "L-04", triggers=triggers))
    (found,) = shifts(recorded(WAGES), after)
    assert (found.kind, found.domain, found.code) == (GAINED, PROCUREMENT, "M-PRO-05")
    name = EDITION.measures["M-PRO-05"][-1].name_zh
    assert sentences(recorded(WAGES), after) == [f"M-PRO-05 {name}: 新增, 禁止, 2026-03-01至2029-03-01"]


def test_a_later_rule_that_is_milder_shortens_an_imposed_ban_if_it_reaches_back() -> None:
    term = "{min: 6, max: 12, lifetime: false}"
    reaching = new_rule(FILES, "M-PRO-01", "2026-07-01", term_months=term, for_earlier="if_lenient")
    name = EDITION.measures["M-PRO-01"][-1].name_zh
    period = "期间由2026-03-01至2029-03-01改为2026-03-01至2027-03-01"
    assert sentences(recorded(BAN), parsed(reaching)) == [f"M-PRO-01 {name}: {period}"]
    assert shifts(recorded(BAN), parsed(reaching), day=date(2026, 6, 30)) == []
    (lost,) = shifts(recorded(BAN), parsed(reaching), day=date(2027, 4, 1))
    assert lost.kind == LOST


def test_a_later_rule_that_does_not_reach_back_leaves_imposed_measures_alone() -> None:
    term = "{min: 6, max: 12, lifetime: false}"
    after = parsed(new_rule(FILES, "M-PRO-01", "2026-07-01", term_months=term, answer="review"))
    assert shifts(recorded(BAN), after) == []


def test_a_list_measure_follows_the_edition_from_its_day_on() -> None:
    after = parsed(new_rule(FILES, "M-PRO-05", "2026-07-01", answer="review"))
    name = EDITION.measures["M-PRO-05"][-1].name_zh
    before, since = date(2026, 6, 30), date(2026, 7, 1)
    assert sentences(recorded(TAX), after, since) == [
        f"M-PRO-05 {name}: 答复由禁止改为需研判; 期间由2026-03-01至2029-03-01改为2026-07-01至2029-03-01"
    ]
    assert sentences(recorded(TAX), after, before) == [
        f"M-PRO-05 {name}: 期间由2026-03-01至2029-03-01改为2026-03-01至2026-06-30"
    ]


def test_a_rule_that_goes_on_in_a_new_row_changes_nothing() -> None:
    files = new_rule(FILES, "M-PRO-05", "2026-07-01", legal_basis='["示例法 第一条"]')
    for day in (date(2026, 6, 30), date(2026, 7, 1)):
        assert shifts(recorded(TAX), parsed(files), day=day) == []
    for day in (date(2026, 3, 31), date(2026, 4, 1)):
        found = shifts(recorded(CUSTOMS), SHIPPED["2026.2"], SHIPPED["2026.1"], day=day, thorough=True)
        assert found == []


def test_a_row_that_is_no_longer_confirmed_leaves_the_restriction_in_doubt() -> None:
    low = changed_row(FILES, "L-03", confidence="low")
    (text,) = [text for text in sentences(recorded(TAX), parsed(low)) if text.startswith("M-PRO-05")]
    assert text.endswith(": 答复由禁止改为禁止(依据或事实待核实)")


def test_what_has_expired_or_comes_later_is_not_counted() -> None:
    after = parsed(changed_row(FILES, "M-PRO-05", answer="review"))
    assert len(shifts(recorded(TAX), after, day=date(2029, 3, 1))) == 1
    assert shifts(recorded(TAX), after, day=date(2029, 3, 2)) == []
    assert shifts(recorded(TAX), after, day=date(2026, 2, 28)) == []


def test_what_was_not_known_at_the_position_is_not_counted() -> None:
    after, record = parsed(changed_row(FILES, "M-PRO-05", answer="review")), recorded(TAX)
    position = record.grounds[0].known_from
    assert shifts(record, after, position=position)
    assert shifts(record, after, position=position - 1) == []


def test_an_incentive_that_a_red_list_no_longer_brings_is_lost_in_its_own_domain() -> None:
    record = recorded(GRADE_A)
    row = EDITION.red_lists["R-01"][-1]
    shorter = replace(row, measures=row.measures[1:])
    rows = {**EDITION.red_lists, "R-01": (*EDITION.red_lists["R-01"][:-1], shorter)}
    (found,) = shifts(record, replace(EDITION, red_lists=rows))
    assert (found.kind, found.domain, found.code) == (LOST, INCENTIVE, row.measures[0])


# --- soundness of what is left out -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_out_is_what_the_slow_way_finds_nothing_for(seed: int) -> None:
    chance = Random(seed)
    after, day = random_edition(EDITION, chance), date(2025 + seed % 4, 1 + seed % 12, 1)
    for record in records_of_cases():
        assert shifts(record, after, day=day) == shifts(record, after, day=day, thorough=True)


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 6, 15), DAY, date(2028, 3, 1)])
def test_what_is_held_on_a_day_is_what_a_question_finds_in_force(day: date) -> None:
    holding, domains = Holding(EDITION, day), subject_pb2.Domain.values()[1:]
    for record in records_of_cases():
        known = [ground for ground in record.grounds if ground.known_at(LATEST)]
        held = {key for ground in known for key in holding.by(ground, domains)}
        found = {
            (domain, restriction.measure.code)
            for domain in domains
            for restriction, status in considered(Question(domain, ANYBODY, day), record, LATEST, EDITION)
            if status in RUNNING
        }
        assert held == found


@pytest.mark.parametrize("seed", range(12))
def test_who_has_no_change_is_answered_as_before_whatever_is_asked(seed: int) -> None:
    chance = Random(1000 + seed)
    after, untouched = random_edition(EDITION, chance), 0
    for record in chance.sample(records_of_cases(), 60):
        if shifts(record, after):
            continue
        untouched += 1
        for question in _questions():
            assert _answers(record, EDITION, question) == _answers(record, after, question)
    assert untouched


def _questions() -> Iterator[Question]:
    for domain, role, tender in itertools.product(
        subject_pb2.Domain.values()[1:], subject_pb2.SubjectRole.values(), subject_pb2.TenderKind.values()
    ):
        yield Question(domain, role, DAY, tender_kind=tender)


def _answers(record: SubjectRecord, edition: Edition, question: Question) -> list[tuple[str, int]]:
    hits = met(question, record, LATEST, edition)
    return sorted((hit.restriction.measure.code, hit.effect) for hit in hits if hit.status in RUNNING)


# --- parts -----------------------------------------------------------------------------------------


def totals(parts: Sequence[Part]) -> tuple[Counter[tuple[int, int]], int, int]:
    """What parts come to together."""
    counts = Counter[tuple[int, int]]()
    for part in parts:
        counts.update(part.counts)
    return counts, sum(part.subjects for part in parts), sum(part.events for part in parts)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    files = changed_row(FILES, "M-PRO-05", answer="review")
    return Comparison(EDITION, parsed(files), day=DAY, position=LATEST)


def test_parts_add_up_however_they_are_cut(comparison: Comparison) -> None:
    records = records_of_cases()
    whole = totals(list(simulate(comparison, records, size=len(records))))
    assert whole[0][PROCUREMENT, CHANGED] > 5
    assert whole[1:] == (len(records), sum(record.live_events for record in records))
    for size in (1, 7, 100, len(records) + 1):
        parts = list(simulate(comparison, records, size=size))
        assert totals(parts) == whole
        assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]


def test_a_run_goes_on_after_the_last_subject_of_a_part(comparison: Comparison) -> None:
    records = records_of_cases()
    whole = list(simulate(comparison, records, size=50, sample=100))
    for count in range(1, len(whole)):
        rest = [record for record in records if record.ref > whole[count - 1].last]
        assert list(simulate(comparison, rest, size=50, sample=100)) == whole[count:]


def test_a_part_names_so_many_subjects_of_each_kind_and_domain(comparison: Comparison) -> None:
    records = records_of_cases()
    (part,) = simulate(comparison, records, size=len(records), sample=3)
    named = Counter((shift.domain, shift.kind) for shift in part.sample)
    assert named == {key: min(count, 3) for key, count in part.counts.items()}
    (silent,) = simulate(comparison, records, size=len(records))
    assert silent.sample == []


def test_nobody_on_record_is_one_part_that_is_done(comparison: Comparison) -> None:
    assert list(simulate(comparison, ())) == [Part(done=True)]


def test_subjects_are_taken_part_by_part_and_not_kept(comparison: Comparison) -> None:
    taken = 0

    def coming() -> Iterator[SubjectRecord]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield SubjectRecord(f"{number:05d}", live_events=1)

    parts = simulate(comparison, coming(), size=100)
    for count in range(1, 4):
        next(parts)
        assert taken == 100 * (count + 1)


def _triggers(code: str, *, without: str) -> str:
    return f"[{', '.join(each for each in EDITION.lists[code][-1].triggers if each != without)}]"
