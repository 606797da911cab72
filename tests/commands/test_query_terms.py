"""The query log is kept for its term and no longer, on both engines: five years, of procurement fifteen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from registry.commands.jobs import Job
from registry.commands.query_terms import BATCH, KEPT_LONGER, REFERENCE, QueryTerms, terms_on
from registry.editions import current_edition, shipped_editions
from registry.store.interface import Group, QueryFilter, QueryRow
from registry.v1 import subject_pb2 as pb
from tests.support.clock import instant_ms
from tests.support.events import licence, new_firm, placed
from tests.support.spine import Spine, found_spine, furnish

ASKED = date(2026, 11, 26)
LICENSING, BIDDING, EXIT = pb.DOMAIN_BUSINESS, pb.DOMAIN_BIDDING, pb.DOMAIN_EXIT_ENTRY


def row(day: date, domain: pb.Domain.ValueType, reference: str = "案-1") -> QueryRow:
    return QueryRow(instant_ms(day), "registry://x/system/y/z", "ref", domain, reference, "事由", 1, 1)


def domains_ended(on: date, years: int = 0) -> dict[int, date]:
    return {each: term.last for term in terms_on(on, current_edition(), years) for each in term.domains}


@pytest.fixture
def spine(tmp_path: Path) -> Spine:
    return furnish(found_spine(tmp_path / "registry", ASKED), ["市场监管"])


def terms_of(spine: Spine, **more: int) -> QueryTerms:
    def write(jobs: Sequence[Job]) -> None:
        for future in spine.engine.writer.put(jobs):
            future.result(30)

    return QueryTerms(spine.engine.state, write, spine.clock, **more)


def at(spine: Spine, day: date, **more: int) -> QueryTerms:
    """The terms as looked after on a day on which the registry is at work."""
    spine.clock.move_to(day)
    placed(spine.say("市场监管", event=licence("市场监管", new_firm())))
    return terms_of(spine, **more)


def left(spine: Spine) -> list[tuple[int, str]]:
    return [(each.domain, each.reference) for each in spine.engine.store.queries()]


def test_term_runs_from_the_day_of_the_question_and_ends_after_its_last_day() -> None:
    for domain, years in ((LICENSING, 5), (EXIT, 5), (BIDDING, 15), (pb.DOMAIN_PROCUREMENT, 15)):
        same_day = ASKED.replace(year=ASKED.year + years)
        assert domains_ended(same_day)[domain] < ASKED, "its last day is a day on which it is kept"
        assert domains_ended(same_day + timedelta(days=15))[domain] >= ASKED, "holidays are over by then"


def test_no_day_is_ended_before_its_term() -> None:
    for days in range(0, 1500, 7):
        on = date(2040, 1, 1) + timedelta(days=days)
        for domain, last in domains_ended(on).items():
            years = 15 if domain in KEPT_LONGER else 5
            assert (on.year - last.year, on.month, on.day) > (years, last.month, last.day)


def test_every_domain_has_a_term_and_the_operator_can_only_keep_longer() -> None:
    assert set(domains_ended(ASKED)) == set(pb.Domain.values())
    assert domains_ended(ASKED, 1) == domains_ended(ASKED)
    assert domains_ended(ASKED, 20)[LICENSING].year == ASKED.year - 20


def test_edition_without_the_term_ends_nothing_in_general() -> None:
    old = next(each for each in shipped_editions().values() if each.label == "2026.1")
    assert [term.domains for term in terms_on(ASKED, old)] == [KEPT_LONGER]


def test_what_has_ended_goes_and_the_auditor_sees_that_it_did(spine: Spine) -> None:
    long_ago = date(2016, 11, 26)
    rows = [row(ASKED, LICENSING, "营-1"), row(ASKED, BIDDING, "标-1"), row(ASKED, EXIT, "境-1")]
    spine.engine.store.commit(Group(queries=[*rows, row(long_ago, BIDDING, "标-0")]))
    assert at(spine, ASKED.replace(year=2031)).look() == 0
    assert at(spine, date(2031, 12, 15)).look() == 3
    said = (pb.DOMAIN_UNSPECIFIED, REFERENCE)
    assert left(spine) == [(BIDDING, "标-1"), said, said]
    general, procurement = list(spine.engine.store.queries())[-2:]
    assert "2条" in general.reason
    assert "社会信用条例 第四十五条" in general.reason
    assert "1条" in procurement.reason
    assert "政府采购法 第四十二条" in procurement.reason
    assert general.caller.endswith(spine.code("信用办"))
    assert terms_of(spine).look() == 0


def test_numbers_are_given_once_though_the_newest_went(spine: Spine) -> None:
    spine.engine.store.commit(Group(queries=[row(ASKED, EXIT)] * 3))
    at(spine, date(2032, 1, 15)).look()
    assert [number for number, _ in spine.engine.store.queries_before(None, 9, QueryFilter())] == [4]


def test_a_batch_at_a_time(spine: Spine) -> None:
    spine.engine.store.commit(Group(queries=[row(ASKED, EXIT)] * (BATCH + 5)))
    terms = at(spine, date(2032, 1, 15))
    assert [terms.look() for _ in range(3)] == [BATCH, 5, 0]


def test_operator_keeps_longer(spine: Spine) -> None:
    spine.engine.store.commit(Group(queries=[row(ASKED, EXIT)]))
    assert at(spine, date(2032, 1, 15), years=6).look() == 0
    assert at(spine, date(2032, 12, 15), years=6).look() == 1


def test_clock_that_was_set_ahead_while_it_was_not_running_ends_nothing(spine: Spine) -> None:
    spine.engine.store.commit(Group(queries=[row(ASKED, EXIT)]))
    spine.clock.move_to(date(2033, 1, 3))
    terms = terms_of(spine)
    assert terms.look() == 0
    placed(spine.say("市场监管", event=licence("市场监管", new_firm())))
    assert terms.look() == 0, "what came in under that clock proves nothing"
    assert left(spine) == [(EXIT, "案-1")]
