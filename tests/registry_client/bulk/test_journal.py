"""The journal of what was sent."""

from pathlib import Path

import pytest

from registry_client.bulk.gate import Delivered
from registry_client.bulk.journal import Journal, JournalError, Recorded


def journal(directory: Path, department: str = "A", secret: str = "s") -> Journal:
    return Journal(directory, origin="credit.example/test", department=department, secret=secret)


def test_what_was_noted_is_known_the_next_time(tmp_path: Path) -> None:
    with journal(tmp_path / "state") as first:
        first.note([("a", b"1", 7), ("b", b"2", 8)])
    with journal(tmp_path / "state") as second:
        assert second.known(["a", "c"]) == {"a": Recorded(b"1", 7)}
        assert len(second.known([*map(str, range(2000)), "b"])) == 1


def test_the_last_file_of_each_kind_is_known(tmp_path: Path) -> None:
    with journal(tmp_path) as first:
        assert first.last("行政处罚") is None
        first.went_through("行政处罚", Delivered(3, {"a", "b"}, b"d"))
        first.went_through("行政处罚", Delivered(2, {"b"}, b"e"))
    with journal(tmp_path) as second:
        assert second.last("行政处罚") == Delivered(2, frozenset({"b"}), b"e")
        assert second.last("行政许可") is None


def test_each_department_and_log_has_its_own(tmp_path: Path) -> None:
    with journal(tmp_path, "A") as one, journal(tmp_path, "B") as other:
        one.note([("a", b"1", 7)])
        assert other.known(["a"]) == {}


def test_another_secret_stops_before_rows_get_other_ids(tmp_path: Path) -> None:
    with journal(tmp_path):
        pass
    with pytest.raises(JournalError, match="陈述编号密钥与以前提交所用的不同"):
        journal(tmp_path, secret="other")
    with journal(tmp_path):
        pass


def test_a_second_run_at_the_same_time_stops(tmp_path: Path) -> None:
    with journal(tmp_path), pytest.raises(JournalError, match="另一次提交正在进行"):
        journal(tmp_path)
    with journal(tmp_path):
        pass


def test_a_damaged_journal_is_told_in_one_line(tmp_path: Path) -> None:
    with journal(tmp_path) as first:
        path = first.path
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(JournalError, match="已损坏") as refused:
        journal(tmp_path)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


def test_a_directory_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="目录无法使用"):
        journal(tmp_path / "file")


def test_others_cannot_read_the_directory(tmp_path: Path) -> None:
    with journal(tmp_path / "state"):
        assert (tmp_path / "state").stat().st_mode & 0o077 == 0
