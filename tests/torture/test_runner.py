from __future__ import annotations

from pathlib import Path

import pytest

from torture import __main__ as runner
from torture import site
from torture.fault import Fault, Losses
from torture.rounds import Round, all_faults, in_parts, made, make_all, scaled, seeds
from torture.table import WIDTH, row, summary, title


def nothing_lost(_seed: int, _directory: Path) -> Losses:
    return Losses(acknowledged=12)


def test_a_thousand_rounds_are_of_every_fault() -> None:
    counts = scaled(all_faults(), 1000)
    assert sum(counts.values()) == 1000
    assert min(counts.values()) >= 1
    assert {"power loss", "torn writes", "full disk", "kill writer", "clock jumps back"} <= counts.keys()


def test_rounds_that_share_something_are_made_together_and_none_is_left_out() -> None:
    faults = [Fault("alone", 1, 1, nothing_lost), Fault("shared", 1, 1, nothing_lost, together=20)]
    due = [(fault.name, seed) for fault in faults for seed in range(1000, 1050)]
    parts = in_parts(due, faults, 1)
    assert sorted((name, seed) for name, part in parts for seed in part) == sorted(due)
    assert sorted(len(part) for name, part in parts if name == "shared") == [10, 20, 20]


def test_round_that_breaks_has_its_line_and_ends_no_other(tmp_path: Path) -> None:
    path, parts = tmp_path / "rounds.jsonl", [("no such fault", (1, 2)), ("no such fault", (3,))]
    done = list(make_all(parts, path, processes=1))
    assert sorted(each.seed for each in done) == [1, 2, 3]
    assert {each.seed: each for each in made(path)} == {each.seed: each for each in done}
    assert all(each.broken and not each.good for each in done)


def test_names_of_faults_are_told_apart_and_fit_the_table() -> None:
    names = [fault.name for fault in all_faults()]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 25


def test_seeds_of_one_fault_are_those_of_no_other_and_of_no_other_run() -> None:
    drawn = [next(seeds(base, number)) for base in range(5) for number in range(50)]
    assert len(set(drawn)) == len(drawn)


def test_row_of_many_rounds_fits_the_table() -> None:
    fault = Fault("power loss", 1, 1, nothing_lost)
    losses = Losses(9_999_999, 1, 2, 3, 4, 5)
    rounds = [Round("power loss", 1, 2.0, losses)] * 10
    for line in (title(), row(fault, rounds), row(fault, []), *summary(rounds).splitlines()):
        assert len(line) <= WIDTH, line


def test_round_is_what_its_line_says(tmp_path: Path) -> None:
    done = Round("power loss", 7, 1.25, Losses(3, 1, told=("1-2: …",)), "broken")
    path = tmp_path / "rounds.jsonl"
    path.write_text(done.line() + "\n" + done.line()[:20], "utf-8")
    assert made(path) == [done]


@pytest.mark.parametrize(
    ("done", "status"),
    [
        (Round("power loss", 1, 0.1, Losses(5)), 0),
        (Round("power loss", 1, 0.1, Losses(5, lost=1, told=("1-2: lost",))), 1),
        (Round("power loss", 1, 0.1, Losses(0)), 1),
        (Round("power loss", 1, 0.1, Losses(5), "it broke"), 1),
    ],
)
def test_status_tells_whether_all_was_well_and_how_to_have_the_round_again(
    done: Round, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = Fault("power loss", 1, 1, nothing_lost)
    assert runner.told([fault], [done]) == status
    assert ("--only 'power loss' --round 1" in capsys.readouterr().out) == bool(status)


def test_rounds_of_another_program_are_not_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "_PROJECT", tmp_path)
    (tmp_path / "registry" / "editions").mkdir(parents=True)
    told = []
    for name, content in (("engine.py", "1"), ("engine.py", "2"), ("editions/rules.yaml", "3")):
        (tmp_path / "registry" / name).write_text(content)
        told.append(site.program.__wrapped__())
    assert len(set(told)) == 3
    assert told[-1] == site.program.__wrapped__()
