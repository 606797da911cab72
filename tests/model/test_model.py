"""The registry against a reference that anybody can read, by a machine that does everything at once.

A short run that is the same each time is part of ``make test``; a long one, another each time:

    REGISTRY_MODEL_EXAMPLES=2000 .venv/bin/python -m pytest -s tests/model

prints at its end what was done, what was answered, and how often.
"""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.asking import done
from tests.model.machine import Registry
from tests.model.town import Base

EXAMPLES = int(os.environ.get("REGISTRY_MODEL_EXAMPLES", "0"))
SHORT, STEPS = 6, 40


def test_registry_says_what_the_reference_says_whatever_is_done_to_it(tmp_path: Path) -> None:
    Registry.base = Base.made(tmp_path)
    done.clear()
    run_state_machine_as_test(
        Registry,
        settings=settings(
            max_examples=EXAMPLES or SHORT,
            stateful_step_count=STEPS,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    for name, count in sorted(done.items()):
        print(f"{name:40} {count:10,}")
    assert done["runs"] >= (EXAMPLES or SHORT)
    assert {"verdict BLOCKED", "verdict CLEAR", "verdict INDETERMINATE", "verdict REVIEW"} <= done.keys()
