"""``registry verify`` as a command, and one that goes on from what an earlier one has verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from registry.__main__ import main
from registry.cli_check import Progress
from registry.commands.jobs import Placed
from registry.provenance.checkpoint import Checkpoint, sign_checkpoint
from registry.v1 import envelope_pb2
from tests.support.events import firm, penalty
from tests.support.history import write_rich_history
from tests.support.spine import Spine, found_spine, furnish
from tests.support.tampering import Copy


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a rich history: a batch, a full tile, a map state, an erasure."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("written") / "registry"))
    write_rich_history(spine)
    spine.engine.close()
    return spine.directory


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy.of(written, tmp_path)


@pytest.fixture
def spine(tmp_path: Path) -> Iterator[Spine]:
    spine = furnish(found_spine(tmp_path / "registry"), ["财政"])
    yield spine
    spine.engine.close()


def position_of(copy: Copy, statement_id: str) -> int:
    ((position,),) = copy.sql("SELECT position FROM statement WHERE statement_id LIKE ?", statement_id)
    return int(position)


# --- since an earlier check


def size_of(copy: Copy) -> int:
    ((size,),) = copy.sql("SELECT size FROM checkpoint")
    return int(size)


def spoiled_signature(copy: Copy, statement_id: str) -> int:
    position = position_of(copy, statement_id)
    ((kept,),) = copy.sql("SELECT signatures FROM statement WHERE position = ?", position)
    envelope = envelope_pb2.Envelope.FromString(kept)
    envelope.signatures[0].sig = bytes(64)
    copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", envelope.SerializeToString(), position)
    return position


def test_signatures_before_an_earlier_check_are_not_verified_again_and_all_else_is(copy: Copy) -> None:
    note = copy.verified().note
    position = spoiled_signature(copy, "ban-2")
    assert copy.verify(since=note) == []
    assert [fault.partition(":")[0] for fault in copy.verify()] == [f"序号{position}"]
    copy.sql("UPDATE statement SET sealed_payload = x'00' WHERE statement_id = 'ban-4'")
    (fault,) = copy.verify(since=note)
    assert fault.startswith(f"序号{position_of(copy, 'ban-4')}: ")


def test_signatures_behind_an_earlier_check_are_verified(spine: Spine, tmp_path: Path) -> None:
    head = spine.engine.state.head
    assert head is not None
    outcome = spine.say("财政", "later", event=penalty("财政", firm(1)))
    assert isinstance(outcome, Placed)
    spine.engine.close()
    copy = Copy.of(spine.directory, tmp_path)
    assert copy.verify(since=head.note) == []
    spoiled_signature(copy, "later")
    assert len(copy.verify(since=head.note)) == 1
    spine.reopen()


def test_earlier_check_of_another_log_or_another_history_is_told(copy: Copy) -> None:
    other = sign_checkpoint(Checkpoint(copy.config.origin, 5, bytes(32)), copy.signer)
    assert copy.verify(since=other) == ["上次核对的检查点签的前5条与日志不符"]
    unsigned = copy.verified().note.replace(" ", "  ", 1)
    for note in ("", "nothing\n", unsigned):
        faults = copy.verify(since=note)
        assert faults[0].startswith("上次核对的检查点: ")


def test_nothing_is_saved_of_a_check_that_found_something(copy: Copy) -> None:
    assert copy.verified().note.startswith(f"{copy.config.origin}\n{size_of(copy)}\n")
    spoiled_signature(copy, "ban-2")
    assert copy.verified().note == ""


# --- the command


def run(copy: Copy, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify", "--directory", str(copy.config.store.parent), *arguments])


def test_command_saves_a_checkpoint_and_goes_on_from_it(copy: Copy, tmp_path: Path) -> None:
    saved = tmp_path / "checked.note"
    first = run(copy, "--save", str(saved))
    assert first.exit_code == 0, first.output
    assert f"已保存检查点: {saved}" in first.stdout
    spoiled_signature(copy, "ban-2")
    assert run(copy, "--since", str(saved)).exit_code == 0
    broken = run(copy, "--save", str(tmp_path / "other.note"))
    assert broken.exit_code == 1
    assert not (tmp_path / "other.note").exists()


def test_command_without_signatures_says_so_and_saves_nothing(copy: Copy, tmp_path: Path) -> None:
    spoiled_signature(copy, "ban-2")
    hashed = run(copy, "--no-signatures")
    assert f"核对 {size_of(copy)} 条陈述, 一致 (未核对签名)" in hashed.stdout
    refused = run(copy, "--no-signatures", "--save", str(tmp_path / "note"))
    assert refused.exit_code == 2
    assert "不核对签名时不能保存检查点" in refused.output


def test_command_folds_the_log_as_well_where_asked(copy: Copy) -> None:
    both = run(copy, "--rebuild")
    assert both.exit_code == 0, both.output
    assert "逐字节一致" in both.stdout
    copy.sql("DELETE FROM event")
    broken = run(copy, "--rebuild")
    assert broken.exit_code == 1
    assert "event: " in broken.stderr


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_command_tells_in_one_line_that_there_is_no_earlier_check(
    copy: Copy, content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "note"
    if content is not None:
        file.write_bytes(content)
    result = run(copy, "--since", str(file))
    assert result.exit_code == 1
    assert "不能读取, 或不是检查点" in result.output
    assert "Traceback" not in result.output


def test_progress_is_told_with_rate_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 0.5, 2.0, 2.5, 4.0])
    progress = Progress(clock=lambda: next(times))
    for done in (50_000, 200_000, 250_000, 400_000):
        progress(done, 1_000_000)
    assert capsys.readouterr().err.splitlines() == [
        "  200,000/1,000,000 条, 100,000 条/秒, 剩余 8 秒",
        "  400,000/1,000,000 条, 100,000 条/秒, 剩余 6 秒",
    ]
