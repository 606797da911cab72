"""Changes of restrictions over histories of every kind: in each domain what the law alone would tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from registry.access.identity import Caller, CallerRole
from registry.commands.change_filter import filter_of
from registry.commands.changes import Changes
from registry.servicer.change_messages import whole_change
from registry.v1.restriction_service_pb2 import Purpose
from registry.v1.subject_pb2 import (
    DOMAIN_BIDDING,
    DOMAIN_BUSINESS,
    DOMAIN_FINANCING,
    DOMAIN_PROCUREMENT,
    DOMAIN_SUPERVISION,
    Domain,
)
from tests.support.history import write_rich_history
from tests.support.random_acts import write_random_acts
from tests.support.spine import Spine, found_spine, furnish
from tests.support.watching import Told, told, told_by_law, without_ties

TOUCHED = (DOMAIN_BIDDING, DOMAIN_PROCUREMENT)
WATCHED = (*TOUCHED, DOMAIN_BUSINESS, DOMAIN_FINANCING, DOMAIN_SUPERVISION)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spine]:
    """Every kind of statement: notes, remedies, links, names, a stolen key, editions, an erasure."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("rich") / "registry"))
    write_rich_history(spine)
    yield spine
    spine.engine.close()


def told_of(spine: Spine, domain: Domain.ValueType) -> list[Told]:
    """Everything that a department is told of a domain."""
    changes, found, first = Changes(spine.engine.ask), list[Told](), 0
    caller = Caller(CallerRole.DEPARTMENT, spine.code("财政"), spine.engine.state.origin)
    wanted = filter_of(caller, Purpose(domain=domain))
    while first < spine.engine.state.size:
        page = changes.page(wanted, first)
        found += [each for change in page.changes for each in told(whole_change(change))]
        assert page.reached >= first
        first = page.reached + 1
    return found


@pytest.mark.parametrize("domain", WATCHED, ids=Domain.Name)
def test_every_kind_of_statement_is_told_as_the_law_has_it(rich: Spine, domain: Domain.ValueType) -> None:
    law = told_by_law(rich, domain)
    assert without_ties(told_of(rich, domain)) == law
    assert bool(law) == (domain in TOUCHED)


@pytest.mark.parametrize("seed", range(3))
def test_random_history_is_told_as_the_law_has_it(seed: int, tmp_path: Path) -> None:
    spine = furnish(found_spine(tmp_path / "registry"))
    write_random_acts(spine, Random(seed), 250)
    law = told_by_law(spine)
    assert without_ties(told_of(spine, DOMAIN_PROCUREMENT)) == law
    assert len(law) > 8
    spine.engine.close()


def test_watching_again_after_a_restart_tells_the_same(rich: Spine) -> None:
    before = told_of(rich, DOMAIN_BIDDING)
    rich.reopen()
    assert told_of(rich, DOMAIN_BIDDING) == before
