"""Many at once are answered as each by itself, whatever is stated meanwhile: a table may be quick, and
never behind."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest

from registry.access.identity import Caller
from registry.commands import ask_many
from registry.commands.ask import Matter
from registry.commands.ask_many import AskMany, Columns
from registry.commands.decision_tables import DecisionTables
from registry.sanctions.verdict import Decision, Question
from registry.sanctions.verdict_file import is_in_table
from registry.v1 import restriction_service_pb2, subject_pb2, verdict_pb2
from tests.support.events import ban, firm, licence, placed, withdrawal
from tests.support.history import write_random_history, write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import ORIGIN, ROLE_OF_DOMAIN, Spine, found_spine, furnish

PROCUREMENT = subject_pb2.DOMAIN_PROCUREMENT
ROLES = [
    subject_pb2.SUBJECT_ROLE_UNSPECIFIED,
    subject_pb2.SUBJECT_ROLE_BIDDER,
    subject_pb2.SUBJECT_ROLE_MANAGER,
]
STRANGE = ["91130902DEM000001Z", "91130902dem000019x", "9" * 18, "١" * 18]


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"))
    yield spine
    spine.engine.close()


def matter_of(spine: Spine, domain: subject_pb2.Domain.ValueType = PROCUREMENT) -> Matter:
    ask = spine.engine.ask
    purpose = restriction_service_pb2.Purpose(domain=domain)
    facts = restriction_service_pb2.Matter()
    caller = Caller(ROLE_OF_DOMAIN[domain], "asker", ORIGIN)
    return ask.matter(caller, purpose, facts, position=ask.state.index.position, valid_ms=spine.clock())


def questions_of(matter: Matter, chance: Random) -> list[Question]:
    kinds = subject_pb2.TenderKind.values()
    made = [replace(matter.question, role=role, tender_kind=chance.choice(kinds)) for role in ROLES]
    return [*made, replace(made[1], region="130900"), replace(made[1], industry="E4710")]


def check_agrees(spine: Spine, many: AskMany, chance: Random) -> int:
    """How many answers were compared, every one of them the same."""
    compared = 0
    known = [record.ref for record in spine.engine.state.index.records() if is_in_table(record.ref)]
    codes = [*known, *(firm(number).identifier.value for number in range(9_000, 9_040)), *STRANGE[:3]]
    for domain in ROLE_OF_DOMAIN:
        matter = matter_of(spine, domain)
        for question in questions_of(matter, chance):
            asked = [question] * len(codes)
            answers = many.decide(codes, asked, matter)
            assert answers == many.one_by_one(codes, asked, matter)
            about = matter._replace(question=question)
            assert many.columns("".join(codes).encode(), about) == Columns.of(answers)
            compared += len(codes)
    return compared


def told(decisions: list[Decision]) -> list[object]:
    """What decisions tell; a row of a record may be replaced by one that says until when it was known."""
    return [
        (each.verdict, each.indeterminate,
         [(hit.restriction.ground.position, hit.restriction.measure.code, hit.effect) for hit in each.hits])
        for each in decisions
    ]  # fmt: skip


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many codes each table that could tell was asked about."""
    asked: list[int] = []
    answers = DecisionTables.answers

    def counted(self: DecisionTables, codes: bytes, *rest: Any, **more: Any) -> Any:
        found = answers(self, codes, *rest, **more)
        if found is not None:
            asked.append(len(codes) // 18)
        return found

    monkeypatch.setattr(DecisionTables, "answers", counted)
    return asked


@pytest.mark.parametrize("seed", range(3))
def test_tables_say_what_is_said_one_by_one_after_every_part_of_a_random_history(
    spine: Spine, seed: int, used: list[int]
) -> None:
    chance = Random(seed)
    write_random_history(spine, chance, 20)
    many = AskMany(spine.engine.ask, background=False)
    compared = check_agrees(spine, many, chance)
    for part in range(4):
        (write_random_history if part % 2 else write_random_acts)(spine, chance, 12)
        compared += check_agrees(spine, many, chance)
    assert sum(used) > compared * 0.9, "tables were asked, and not the long way"


def test_tables_say_what_is_said_one_by_one_before_and_after_a_rich_history(
    spine: Spine, used: list[int]
) -> None:
    many = AskMany(spine.engine.ask, background=False)
    check_agrees(spine, many, Random(1))
    write_rich_history(spine)
    check_agrees(spine, many, Random(2))
    assert used


@pytest.mark.parametrize("code", STRANGE)
def test_strange_codes_among_many_are_answered_as_alone(spine: Spine, code: str) -> None:
    many, matter = AskMany(spine.engine.ask, background=False), matter_of(spine)
    codes = [code, *(firm(number).identifier.value for number in range(40))]
    asked = [matter.question] * len(codes)
    assert many.decide(codes, asked, matter) == many.one_by_one(codes, asked, matter)


@pytest.mark.parametrize("lengths", [(36, 0), (0, 36), (36, 9, 9), (19, 17), (17, 18, 19)])
def test_codes_whose_lengths_make_up_for_each_other_shift_no_answer(
    spine: Spine, lengths: tuple[int, ...]
) -> None:
    """A cell with two codes in it and an empty one are together as long as two codes."""
    placed(spine.say("财政", event=ban("财政", firm(7), "M-PRO-01", "2026-03-01", "2028-03-01")))
    many, matter = AskMany(spine.engine.ask, background=False), matter_of(spine)
    bidder = replace(matter.question, role=subject_pb2.SUBJECT_ROLE_BIDDER)
    whole = [firm(number).identifier.value for number in range(40)]
    for first in (0, 39):  # The odd ones before all others, or on both sides of them.
        odd = ["".join(whole)[:length] for length in lengths]
        codes = [odd[0], *whole, *odd[1:]] if first else [*odd, *whole]
        asked = [bidder] * len(codes)
        told = many.decide(codes, asked, matter)
        assert told == many.one_by_one(codes, asked, matter)
        barred = [at for at, decision in enumerate(told) if decision.verdict == verdict_pb2.VERDICT_BLOCKED]
        assert barred == [codes.index(whole[7])]


def test_earlier_positions_and_other_days_are_answered_as_alone(spine: Spine) -> None:
    many = AskMany(spine.engine.ask, background=False)
    for number in range(40):
        placed(spine.say("财政", event=ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")))
    codes, latest = [firm(number).identifier.value for number in range(40)], matter_of(spine)
    many.decide(codes, [latest.question] * 40, latest)
    ask = spine.engine.ask
    for position in (0, latest.position - 20, latest.position):
        for years in (-3, 0, 1, 30):
            valid_ms = spine.clock() + years * 365 * 86_400_000
            matter = ask.matter(
                latest.caller,
                latest.purpose,
                restriction_service_pb2.Matter(),
                position=position,
                valid_ms=valid_ms,
            )
            asked = [matter.question] * 40
            assert many.decide(codes, asked, matter) == many.one_by_one(codes, asked, matter)


@pytest.mark.parametrize("changed", [10, 1_000_000])
def test_no_answer_is_behind_what_is_stated_while_tables_are_made_and_kept_current(
    spine: Spine, changed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Firms are banned and freed one after the other; whoever asks at a position has what stood there."""
    monkeypatch.setattr("registry.commands.decision_tables.MAX_CHANGED", changed)
    monkeypatch.setattr(ask_many, "MANY", 1)
    count, over, asked_at = 40, Event(), set[int]()
    for number in range(count):
        placed(spine.say("住建", event=licence("住建", firm(number))))
    codes = [firm(number).identifier.value for number in range(count)]
    many = AskMany(spine.engine.ask)

    def ask() -> int:
        rounds = 0
        while not over.is_set():
            matter = matter_of(spine)
            asked = [matter.question] * count
            assert told(many.decide(codes, asked, matter)) == told(many.one_by_one(codes, asked, matter))
            asked_at.add(matter.position)
            rounds += 1
        return rounds

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask) for _ in range(3)]
        for turn in range(3):
            for number in range(count):
                event = ban("财政", firm(number), "M-PRO-01", "2026-03-01", "2028-03-01")
                placed(spine.say("财政", f"T-{turn}-{number}", event=event))
                if number % 2:
                    placed(spine.say("财政", withdrawal=withdrawal("财政", f"T-{turn}-{number}")))
        over.set()
        assert sum(each.result() for each in asking) > 20
    assert len(asked_at) > 10
    matter = matter_of(spine)
    restricted = [bool(each.hits) for each in many.decide(codes, [matter.question] * count, matter)]
    assert restricted == [not number % 2 for number in range(count)]


def test_table_that_cannot_be_made_is_tried_once_and_all_is_answered_the_long_way(
    spine: Spine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise MemoryError

    monkeypatch.setattr("registry.commands.decision_tables.compile_table", broken)
    many, matter = AskMany(spine.engine.ask, background=False), matter_of(spine)
    codes = [firm(number).identifier.value for number in range(40)]
    asked = [matter.question] * 40
    for _ in range(3):
        assert many.decide(codes, asked, matter) == many.one_by_one(codes, asked, matter)
    assert caplog.text.count("was not made") == 1
