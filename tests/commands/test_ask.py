"""Questions settled: what an answer rests on at a position and a day, whatever was asked before; and batches
that say what single questions say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands import ask as asking
from registry.commands.ask import Ask, Matter
from registry.commands.ask_many import AskMany
from registry.domain.periods import china_day
from registry.sanctions.verdict import Decision
from registry.v1 import restriction_service_pb2, subject_pb2
from tests.support.clock import instant_ms
from tests.support.events import firm, old_code, person
from tests.support.history import write_rich_history
from tests.support.spine import ORIGIN, Spine, found_spine, furnish

PROCUREMENT, BIDDING = subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING
USCC = subject_pb2.IDENTIFIER_TYPE_USCC
DAYS = (date(2026, 3, 20), date(2026, 11, 24), date(2026, 11, 25), date(2026, 12, 20))
ASKER = Caller(CallerRole.PROCUREMENT_SYSTEM, "asker", ORIGIN)


@pytest.fixture(scope="module")
def spine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """A rich history, in which another edition became law."""
    directory: Path = tmp_path_factory.mktemp("asked") / "registry"
    spine = furnish(found_spine(directory))
    write_rich_history(spine)
    yield spine
    spine.engine.close()


def matter(ask: Ask, position: int, day: date, domain: subject_pb2.Domain.ValueType = PROCUREMENT) -> Matter:
    purpose = restriction_service_pb2.Purpose(domain=domain)
    facts = restriction_service_pb2.Matter(role=subject_pb2.SUBJECT_ROLE_BIDDER)
    return ask.matter(ASKER, purpose, facts, position=position, valid_ms=instant_ms(day))


def told(matter: Matter) -> tuple[object, ...]:
    """What a matter says of itself; a basis is the same if it is one."""
    return (*matter[:-1], dict(matter.delivered))


@pytest.mark.parametrize("kept", [1, 1024])
def test_what_was_asked_before_does_not_change_what_an_answer_rests_on(
    spine: Spine, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    monkeypatch.setattr(asking, "MAX_BASES", kept)
    busy, state, clock = spine.engine.ask, spine.engine.state, spine.clock
    for position in (*range(spine.position + 1), 0, spine.position):
        for day in DAYS:
            for domain in (PROCUREMENT, BIDDING):
                fresh = Ask(state, lambda _rows: None, clock)
                asked = matter(busy, position, day, domain)
                assert told(asked) == told(matter(fresh, position, day, domain))
                assert asked.edition is state.edition_at(position, day)


def test_positions_between_which_nothing_changed_rest_on_one_basis(spine: Spine) -> None:
    last, day = spine.position, DAYS[2]
    same = matter(spine.engine.ask, last, day).basis
    assert matter(spine.engine.ask, last - 1, day).basis is same
    assert matter(spine.engine.ask, last, day, BIDDING).basis is not same
    assert matter(spine.engine.ask, last, DAYS[1]).basis is not same
    assert matter(spine.engine.ask, 3, day).basis is not same


def test_question_that_states_no_time_is_about_the_clocks_day(spine: Spine) -> None:
    request = restriction_service_pb2.CheckRequest()
    request.purpose.domain = PROCUREMENT
    settled = spine.engine.ask.settle(request, ASKER, None)
    assert settled.question.day == china_day(spine.clock()) == spine.engine.ask.today()
    assert (settled.position, settled.valid_ms) == (spine.position, spine.clock())


def codes(spine: Spine) -> list[str]:
    """Codes of every kind of subject, codes as people write them, and what is no code."""
    known = [firm(number).identifier.value for number in (*range(1, 6), *range(10, 18), 33, 34, 35, 40, 50)]
    refs = [record.ref for record in spine.engine.state.index.records()]
    unknown = [firm(number).identifier.value for number in (97, 98)]
    written = [code.lower() for code in known[:4]] + [f" {code[:6]}-{code[6:]}\u3000" for code in known[:4]]
    wrong = ["", "1", known[0][:-1] + "?", known[0] + "0", "0" * 18, person(1).identifier.value]
    return known + refs + unknown + written + wrong + [old_code(firm(3)).value]


def test_batch_says_of_each_code_what_is_found_under_it(spine: Spine) -> None:
    ask, asked, verdicts = spine.engine.ask, codes(spine), set[int]()
    for position in (20, spine.position // 2, spine.position):
        for day in DAYS:
            about = matter(ask, position, day)
            decisions = AskMany(ask).decide(asked, [about.question] * len(asked), about)
            singles = [ask.decide(ask.find(USCC, code), about.question, about) for code in asked]
            assert decisions == singles
            verdicts |= {decision.verdict for decision in decisions}
    assert len(verdicts) >= 3


def test_reference_of_a_person_or_of_an_old_code_finds_nobody(spine: Spine) -> None:
    refs = [record.ref for record in spine.engine.state.index.records() if record.ref[1] == ":"]
    assert {ref[0] for ref in refs} == {"P", "L"}
    about = matter(spine.engine.ask, spine.position, DAYS[2])
    found: list[Decision] = AskMany(spine.engine.ask).decide(refs, [about.question] * len(refs), about)
    assert found == [asking.CODE_INVALID] * len(refs)
