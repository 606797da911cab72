"""Whatever is stated of supervision, in whatever order: the log verifies, everything follows from it, and of
no subject anything changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from registry.commands.supervision.files import Files
from registry.domain.files import FILE_PREFIX
from registry.engine import start_engine
from registry.store.interface import ABOUT_OTHERS, DERIVED_TABLES
from registry.supervision.obligations import obligations_of
from registry.v1 import subject_pb2
from tests.support import events
from tests.support.events import firm
from tests.support.files import file_of, report_on
from tests.support.matters import MatterTown
from tests.support.random_supervision import furnish_random, write_random_supervision
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy

FIRMS = range(1, 4)
COUNT = 450
OF_OTHERS = (FILE_PREFIX, *ABOUT_OTHERS)
OF_THE_LOG = {"file", "checkpoint", "official", "department", "key"}


def stated(directory: Path) -> MatterTown:
    """A registry in which something is recorded of every firm, and those who supervise are registered."""
    spine = furnish(found_spine(directory / "registry"), ["市场监管", "住建", "财政", "法院"])
    town = MatterTown.of(spine)
    furnish_random(town)
    for number in FIRMS:
        events.placed(spine.say("财政", event=events.ban("财政", firm(number), "M-PRO-01", "2026-03-01",
                                                        "2028-03-01")))  # fmt: skip
        penalty = events.penalty("市场监管", firm(number), "2026-10-08")
        events.placed(spine.say("市场监管", event=penalty))
    return town


def tables(copy: Copy) -> dict[str, list[tuple[Any, ...]]]:
    """Every derived row that is of a subject."""
    found = {}
    for name in set(DERIVED_TABLES) - OF_THE_LOG:
        rows = copy.sql(f"SELECT * FROM {name}")  # Names of our own.
        found[name] = sorted((row for row in rows if not str(row[0]).startswith(OF_OTHERS)), key=repr)
    return found


def told(spine: Spine, position: int | None) -> list[Any]:
    """What is told of every firm: files, reports, verdicts."""
    found: list[Any] = []
    for number in FIRMS:
        subject = firm(number)
        found.append(file_of(spine, subject, at=position))
        found.append(report_on(spine, subject, at=position))
        for domain in (subject_pb2.DOMAIN_PROCUREMENT, subject_pb2.DOMAIN_BIDDING):
            found.append(spine.ask(subject.identifier.value, domain, at=position))
    return found


@pytest.mark.parametrize("seed", [41])
def test_a_random_history_is_rebuilt_and_verified_and_changes_nothing_of_a_subject(
    tmp_path: Path, seed: int
) -> None:
    town = stated(tmp_path / "written")
    spine = town.spine
    before = Copy.of(spine.directory, tmp_path)
    position = spine.position

    placed = write_random_supervision(town, Random(seed), COUNT)
    assert len(placed) >= 15, placed
    assert sum(placed.values()) >= 80, placed
    day = date(2026, 11, 23)
    assert told(spine, position) == told(spine, None)
    for each in (date(1900, 1, 1), day, date(2199, 12, 31)):
        clocks = Files(spine.engine.ask).clocks(each)
        assert all(
            duty.due_on for file in spine.engine.store.all_files() for duty in obligations_of(file, clocks)
        )
        list(Files(spine.engine.ask).open_obligations(clocks))
    answers = repr(told(spine, position))
    spine.engine.close()

    after = Copy.of(spine.directory, tmp_path)
    assert after.verify() == []
    assert after.rebuild() == []
    assert tables(after) == tables(before)
    spine.config, spine.engine = before.config, start_engine(before.config, spine.clock)
    assert repr(told(spine, None)) == answers
    spine.engine.close()
