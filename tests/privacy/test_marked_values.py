"""No value that belongs to a person is where others may read it, whatever was said, and whatever broke."""

from __future__ import annotations

import pytest

from tests.privacy.marks import NUMBER, TEXTS, Shapes, names_of_shapes, values
from tests.privacy.story import Traces, told

_IN_THE_STORE = frozenset({"official", "reason"})
MAY_STAND = {
    "console's database": frozenset({"sign-in", "official"}),
    "answers of the faces": frozenset({"official"}),
    "store": _IN_THE_STORE,
    "backup": _IN_THE_STORE,
}
"""Who acts for a department is its own and the registry's to see; why somebody asked is for the auditor."""
PLACES = (
    "answers to statements", "answers of the faces", "refusals", "metrics and health", "log lines", "spans",
    "notices to addresses", "said by commands", "names of files", "command lines and environments",
    "published log, as a follower has it", "store", "second store", "evidence store", "snapshots as files",
    "backup", "open export", "console's database", "keys and settings",
)  # fmt: skip
PIECE = 24
"""Bytes of a sealed content by which it is known again."""


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    return told(tmp_path_factory.mktemp("marked"))


@pytest.mark.parametrize("place", PLACES)
def test_no_marked_value_is_left(traces: Traces, place: str) -> None:
    shapes = Shapes(MAY_STAND.get(place, frozenset()))
    left = traces.places[place]
    assert sum(map(len, left.values())), "nothing is there to be looked at"
    assert {name: found for name, content in left.items() if (found := shapes.found_in(content))} == {}


def test_every_place_is_looked_at(traces: Traces) -> None:
    assert set(traces.places) == set(PLACES)


def test_calls_ended_in_every_way_that_is_told_of(traces: Traces) -> None:
    wanted = {"OK", "INVALID_ARGUMENT", "PERMISSION_DENIED", "NOT_FOUND", "UNIMPLEMENTED", "INTERNAL"}
    assert wanted | {"RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"} <= set(traces.codes), " ".join(traces.codes)


def test_the_store_is_sound_after_all_this(traces: Traces) -> None:
    assert traces.runs["verify"].code == 0, traces.runs["verify"]


def test_what_was_erased_is_in_no_file_even_sealed(traces: Traces) -> None:
    pieces = [each[at : at + PIECE] for each in traces.sealed for at in range(0, len(each) - PIECE, PIECE)]
    assert len(pieces) > 10
    files = {name: content for left in traces.places.values() for name, content in left.items()}
    assert [name for name, content in files.items() if any(piece in content for piece in pieces)] == []


def test_a_value_in_any_shape_would_be_found() -> None:
    shapes = Shapes()
    for name, value in values().items():
        for text in (value, value.encode().hex(), value.encode("utf-16-le").decode("latin-1")):
            assert name in shapes.found_in(f"before {text} after".encode("latin-1", "ignore") + text.encode())
    assert shapes.found_in(f"born {NUMBER[6:14]}, who".encode()) == {"number": {"piece"}}
    assert shapes.found_in(f"x{NUMBER[::-1][2:14]}x".encode()) == {"number": {"piece"}}
    assert shapes.found_in(f"0.{NUMBER[6:14]}".encode()) == {}, "a measured time"
    assert len(names_of_shapes()) > 15
    assert set(TEXTS) <= set(values())
