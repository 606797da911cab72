"""The registry against a reference that anybody can read, by a machine that does everything at once.

A short run that is the same each time is part of ``make test``, and one by hand in which everything happens;
a long run, another each time, is

    REGISTRY_MODEL_EXAMPLES=2000 .venv/bin/python -m pytest -s tests/model

which prints at its end what was done, what was answered, and how often. Some 0.8 s of a core for each.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.asking import done
from tests.model.doors import BIDDING, PROCUREMENT
from tests.model.machine import Registry
from tests.model.town import LICENSED, UNLICENSED, Base

EXAMPLES = int(os.environ.get("REGISTRY_MODEL_EXAMPLES", "0"))
SHORT, STEPS = 4, 40
FIRST, SECOND = LICENSED


@pytest.fixture(scope="module", autouse=True)
def base(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The installation that every run copies."""
    Registry.base = Base.made(tmp_path_factory.mktemp("model"))


def test_registry_says_what_the_reference_says_whatever_is_done_to_it() -> None:
    done.clear()
    told = settings(
        max_examples=EXAMPLES or SHORT,
        stateful_step_count=STEPS,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    try:
        run_state_machine_as_test(Registry, settings=told)
    finally:
        for name, count in sorted(done.items()):
            print(f"{name:40} {count:10,}")
    assert done["runs"] >= (EXAMPLES or SHORT)
    assert {"verdict BLOCKED", "verdict CLEAR", "verdict INDETERMINATE"} <= done.keys()


def test_run_in_which_everything_happens() -> None:
    """Chance leaves much out of a short run: here each kind of step is taken, and its effect is met."""
    done.clear()
    run = Registry()
    try:
        for step in everything(run):
            step()
            run.it_says_what_the_reference_says()
            run.it_holds_what_was_acknowledged()
            run.it_answers_as_it_did()
    finally:
        run.teardown()
    statuses = {name.split()[1] for name in done if name.startswith("hit ")}
    assert statuses == {"IN_FORCE", "COMING", "STAYED", "OBJECTED", "CONTESTED", "NOT_SERVED", "DISPUTED"}
    assert {name for name in done if name.startswith("verdict ")} == {
        "verdict BLOCKED", "verdict CLEAR", "verdict INDETERMINATE", "verdict REVIEW",
    }  # fmt: skip
    recorded = {name.split()[0] for name in done if name.endswith(" recorded")}
    assert recorded == {
        "withdrawal",
        "repair",
        "stay",
        "resumption",
        "objection",
        "correction",
        "erasure",
        "lifting",
        "contest",
    }


def everything(run: Registry) -> list[Callable[[], None]]:
    """The steps, one after the other."""

    def last(act: str, ago: int = 0) -> None:
        run._about(act, run.teller.targets[-1], ago, run._chief_for(run.teller.targets[-1]))

    def asked() -> None:
        for number in (FIRST, SECOND, UNLICENSED):
            for which in (0, 23, 47):
                run.asked_by_every_door(number, PROCUREMENT, which, date(2026, 11, 20))
                run.asked_by_every_door(number, PROCUREMENT, which, date(2026, 4, 1))
                run.asked_beside_the_writer(number, BIDDING, which, date(2026, 12, 20))
        run.asked_by_tables(PROCUREMENT, date(2026, 6, 1), today=True)
        run.asked_by_polling(PROCUREMENT)
        run.asked_by_polling(BIDDING)
        run.asked_by_snapshot(PROCUREMENT, 10)
        run.a_certificate_is_asked_for(FIRST, PROCUREMENT, 99)
        run.a_receipt_is_verified(FIRST, PROCUREMENT, 99, date(2026, 11, 20), proof=True)

    stated = [
        partial(run.somebody_states_something, kind, number, ago, 24)
        for kind, number, ago in (
            ("L-04", FIRST, 300), ("L-03", SECOND, 100), ("fine", UNLICENSED, 40), ("ban", FIRST, 20),
        )
    ]  # fmt: skip
    of_case = partial(run.a_case_goes_on, 0, 9)
    editions = [
        partial(run.an_edition_takes_a_step, which, step, "")
        for which in (0, 1)
        for step in ("adoption", "draft", "review", "adoption")
    ]
    return [
        *stated,
        partial(last, "stay", 3), partial(last, "resumption", 1), partial(last, "objection", 0),
        partial(run.an_objection_is_decided, 0, deleted=False),
        partial(last, "contest", 0),
        partial(run.a_statement_is_corrected, 3, 10), partial(run.a_statement_is_withdrawn, 1),
        partial(run.an_entry_is_repaired, 0, 0), asked,
        partial(run.several_under_one_signature, [FIRST, SECOND, SECOND]),
        partial(run.a_ban_case_is_opened, SECOND, heard=True),
        partial(run.somebody_tries_a_step, 0, "ban_decision", "handler"),
        partial(run.a_case_goes_on, 0, 4), partial(run.a_case_goes_on, 0, 3), asked, of_case,
        partial(last, "stay", 0), partial(last, "lifting", 0), asked,
        *editions, partial(run.it_starts_again, on_files=True),
        partial(run.a_thief_states_something, "ban", 0, 1),
        partial(run.a_thief_states_something, "withdrawal", 0, 1),
        partial(run.a_thief_states_something, "delivery", 0, 0),
        partial(run.the_theft_is_found, 0), asked, partial(run.the_department_confirms, 0),
        partial(run.a_source_comes_or_goes, "key"), asked, partial(run.a_source_comes_or_goes, "key"),
        partial(run.a_list_is_delivered, "L-02", 0), partial(run.time_passes, 8),
        partial(run.a_statement_is_sent_again, 1, other=False),
        partial(run.a_statement_is_sent_again, 1, other=True),
        *(partial(run.a_matter_is_erased, which) for which in range(len(run.teller.targets), 12)),
        partial(run.it_starts_again, on_files=False), asked, run.the_log_is_folded_again,
    ]  # fmt: skip
