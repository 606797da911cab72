"""When a file is far from the last one, and what lets it pass."""

import pytest

from registry_client.bulk.gate import Delivered, Thresholds, far_from_last

USUAL = Thresholds()


def delivered(first: int, count: int, digest: bytes = b"now", *, rows: int | None = None) -> Delivered:
    """Rows with consecutive ids."""
    return Delivered(rows or count, frozenset(map(str, range(first, first + count))), digest)


def reasons(now: Delivered, last: Delivered | None, thresholds: Thresholds = USUAL) -> tuple[str, ...]:
    stopped = far_from_last(now, last, thresholds)
    return stopped.reasons if stopped else ()


def test_the_first_file_of_its_kind_passes() -> None:
    assert reasons(delivered(0, 100_000), None) == ()


@pytest.mark.parametrize("count", [1000, 1100, 1499, 1500, 900])
def test_a_file_near_the_last_one_passes(count: int) -> None:
    assert reasons(delivered(0, count), delivered(0, 1000)) == ()


def test_a_file_of_many_more_rows_stops() -> None:
    assert reasons(delivered(0, 1501), delivered(0, 1000)) == ("本次1501行，上次1000行，相差50%",)


def test_a_file_that_was_cut_off_stops_for_both_reasons() -> None:
    assert reasons(delivered(0, 400), delivered(0, 1000)) == (
        "本次400行，上次1000行，相差60%",
        "上次有的1000行中有600行不在本次文件中（60%）",
    )


def test_rows_that_are_missing_stop_a_file_although_their_number_is_made_up_for() -> None:
    assert reasons(delivered(200, 1000), delivered(0, 1000)) == (
        "上次有的1000行中有200行不在本次文件中（20%）",
    )


def test_new_decisions_alone_pass_unless_the_file_is_delivered_in_whole() -> None:
    now, last = delivered(1000, 900), delivered(0, 1000)
    assert reasons(now, last) == ()
    assert len(reasons(now, last, Thresholds(whole=True))) == 1


def test_small_files_vary() -> None:
    assert reasons(delivered(0, 1), delivered(0, 21)) == ()
    assert len(reasons(delivered(0, 1), delivered(0, 22))) == 2
    assert len(reasons(delivered(0, 1), delivered(0, 3), Thresholds(floor=1))) == 2


def test_the_text_that_opens_names_the_row_count_and_holds_for_one_pair_of_files() -> None:
    last = delivered(0, 1000, b"last")
    texts = {
        far.confirmation
        for far in (
            far_from_last(delivered(0, 400), last, USUAL),
            far_from_last(delivered(0, 400, b"other"), last, USUAL),
            far_from_last(delivered(0, 400), delivered(0, 1000, b"older"), USUAL),
        )
        if far
    }
    assert len(texts) == 3
    assert all(text.startswith("400-") for text in texts)
