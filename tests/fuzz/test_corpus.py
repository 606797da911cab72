"""The kept corpus goes through each parser: what was once found is not found again."""

from __future__ import annotations

import time

import pytest

from fuzz.child import prepare
from fuzz.places import CORPUS
from fuzz.table import TARGETS
from fuzz.target import Target

MOST_BYTES = 2 << 20


@pytest.mark.parametrize("target", TARGETS.values(), ids=list(TARGETS))
def test_every_kept_input_is_taken_or_refused_as_it_must_be(target: Target) -> None:
    paths = sorted((CORPUS / target.name).glob("*"))
    assert paths, "nothing is kept of this target"
    run = prepare(target).run
    for path in paths:
        began = time.process_time()
        run(path.read_bytes())  # Raises what is no refusal of the parser's.
        assert time.process_time() - began < 10 * target.seconds, path


def test_no_corpus_lies_about_without_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()) < MOST_BYTES


def test_each_target_takes_something_that_it_begins_with() -> None:
    """A target whose seeds are all refused would never get past its first check."""
    for name in ("leaf", "identifier", "day", "checkpoint-text", "page-tokens", "roster-rows", "printing"):
        prepared = prepare(TARGETS[name])
        assert any(map(prepared.run, prepared.seeds)), name
