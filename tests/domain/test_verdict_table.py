"""The decision table: its file, and what it says of whoever is in it, is not, or changed meanwhile."""

from __future__ import annotations

import struct
from datetime import date, timedelta
from random import Random
from threading import Event, Thread

import numpy as np
import pytest

from registry.domain.live_table import LiveTable
from registry.domain.table_building import ASKED, Timeline
from registry.domain.table_file import FOREVER, TableFileError
from registry.domain.uscc import uscc_check_character
from registry.domain.verdict_shapes import ASK, INVALID, ROLES, UNKNOWN, ShapeBook, question_of
from registry.domain.verdict_table import VerdictTable
from registry.v1 import subject_pb2
from registry.v1 import verdict_pb2 as pb
from tests.support.tables import BLOCKED, CLEAR, FIRST, QUESTIONS, REVIEW, table_of

BIDDER = question_of(subject_pb2.SUBJECT_ROLE_BIDDER, subject_pb2.TENDER_KIND_COMPULSORY)
BAN_ENDS = date(2027, 9, 20)
BANNED: Timeline = ((BAN_ENDS.toordinal(), BLOCKED), (FOREVER, CLEAR))
FREE: Timeline = ((FOREVER, CLEAR),)
LOCAL: Timeline = ((FOREVER, REVIEW),)


def firm(number: int) -> str:
    body = f"91130902DEM{number:06d}"
    return body + uscc_check_character(body)


def a_table() -> VerdictTable:
    return VerdictTable(table_of([(firm(0), BANNED), (firm(1), FREE), (firm(2), LOCAL), (firm(3), ASKED)]))


def codes(*numbers: int) -> bytes:
    return "".join(firm(number) for number in numbers).encode()


def test_every_subject_has_its_answer_and_whoever_is_not_there_is_indeterminate() -> None:
    answers = a_table().check(codes(0, 1, 2, 3, 4) + b"91130902DEM000000X", FIRST, BIDDER)
    assert answers.shapes.tolist() == [BLOCKED, CLEAR, REVIEW, ASK, UNKNOWN, INVALID]
    verdicts = [pb.VERDICT_BLOCKED, pb.VERDICT_CLEAR, pb.VERDICT_REVIEW, 0, *[pb.VERDICT_INDETERMINATE] * 2]
    assert answers.verdicts.tolist() == verdicts
    assert answers.reasons.tolist() == [
        0,
        0,
        0,
        0,
        pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN,
        pb.INDETERMINATE_REASON_CODE_INVALID,
    ]


def test_ban_blocks_on_its_last_day_and_not_on_the_next() -> None:
    table = a_table()
    for day, shape in ((BAN_ENDS, BLOCKED), (BAN_ENDS + timedelta(days=1), CLEAR), (date.max, CLEAR)):
        assert table.check(codes(0), day, BIDDER).shapes.tolist() == [shape]
        assert table.one(codes(0), day) == shape


def test_fault_of_the_sources_outranks_review_and_clear_and_no_block() -> None:
    stale = pb.INDETERMINATE_REASON_SOURCE_STALE
    answers = a_table().check(codes(0, 1, 2, 3, 4), FIRST, BIDDER, fault=stale)
    indeterminate = pb.VERDICT_INDETERMINATE
    assert answers.verdicts.tolist() == [pb.VERDICT_BLOCKED, indeterminate, indeterminate, 0, indeterminate]
    unknown = pb.INDETERMINATE_REASON_SUBJECT_UNKNOWN
    assert answers.reasons.tolist() == [0, stale, stale, 0, unknown]


def test_question_with_a_scope_is_asked_the_long_way_where_a_restriction_has_one() -> None:
    answers = a_table().check(codes(0, 1, 2), FIRST, BIDDER, scoped=True)
    assert answers.verdicts.tolist() == [pb.VERDICT_BLOCKED, pb.VERDICT_CLEAR, 0]


def test_day_outside_those_of_the_table_is_asked_the_long_way() -> None:
    table = VerdictTable(table_of([(firm(1), FREE)], last=date(2026, 12, 31)))
    for day, shape in (
        (FIRST - timedelta(days=1), ASK),
        (date(2026, 12, 31), CLEAR),
        (date(2027, 1, 1), ASK),
    ):
        assert table.check(codes(1), day, BIDDER).shapes.tolist() == [shape]
        assert table.one(codes(1), day) == shape


def test_lower_case_is_the_same_code_and_text_of_another_length_is_asked_the_long_way() -> None:
    table = a_table()
    assert table.one(codes(0).lower(), FIRST) == BLOCKED
    assert table.check(codes(0).lower(), FIRST, BIDDER).shapes.tolist() == [BLOCKED]
    assert table.one(b" " + codes(0), FIRST) == ASK


def test_role_or_tender_of_a_later_release_counts_as_not_stated() -> None:
    assert question_of(99, 2) == question_of(0, 2)
    assert question_of(1, 9) == question_of(1, 0)
    assert question_of(ROLES, 0, roles=ROLES + 1) == ROLES * 3


def test_thousands_are_found_as_each_of_them_alone() -> None:
    chance = Random(7)
    timelines = [BANNED, FREE, LOCAL, ASKED]
    table = VerdictTable(table_of((firm(number), timelines[number % 4]) for number in range(20_000)))
    asked = [chance.randrange(25_000) for _ in range(5000)]
    for day in (FIRST, BAN_ENDS + timedelta(days=1)):
        found = table.check(codes(*asked), day, BIDDER).shapes.tolist()
        assert found == [table.one(codes(number), day) for number in asked]
        expected = [[BLOCKED if day == FIRST else CLEAR, CLEAR, REVIEW, ASK][number % 4] for number in asked]
        assert found == [
            each if number < 20_000 else UNKNOWN for each, number in zip(expected, asked, strict=True)
        ]


def test_nobody_asked_about_is_no_answer_and_an_empty_table_knows_nobody() -> None:
    assert a_table().check(b"", FIRST, BIDDER).verdicts.tolist() == []
    assert VerdictTable(table_of([])).check(codes(0), FIRST, BIDDER).shapes.tolist() == [UNKNOWN]


def test_code_twice_in_a_table_is_refused_when_it_is_built() -> None:
    with pytest.raises(ValueError, match="twice"):
        table_of([(firm(1), FREE), (firm(2), FREE), (firm(1), BANNED)])


def test_same_content_gives_the_same_file() -> None:
    subjects = [(firm(number), BANNED if number % 3 else FREE) for number in range(500)]
    again = VerdictTable(table_of(reversed(subjects))).check(codes(*range(500)), FIRST, BIDDER)
    assert table_of(subjects) == table_of(subjects)
    assert again.shapes.tolist() == [BLOCKED if number % 3 else CLEAR for number in range(500)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "不是结论表文件"),
        (b"PK\x03\x04" * 100, "不是结论表文件"),
        (b"CRTABLE\x02" + bytes(200), "格式版本为2"),
        (table_of([(firm(1), FREE)])[:-1], "不完整"),
        (table_of([(firm(1), FREE)]) + b"\0", "不完整"),
    ],
)
def test_file_that_is_cut_off_or_another_is_one_clear_error(content: bytes, message: str) -> None:
    with pytest.raises(TableFileError, match=message):
        VerdictTable(content)


def test_shapes_that_are_nested_beyond_all_measure_are_one_clear_error() -> None:
    content, text = table_of([(firm(1), FREE)]), b"[" * 64_000
    (length,) = struct.unpack_from("<I", content, 80)
    forged = bytearray(content[: len(content) - length - -length % 64] + text)
    struct.pack_into("<Q", forged, 24, len(forged))
    struct.pack_into("<I", forged, 80, len(text))
    with pytest.raises(TableFileError, match="内容被改动"):
        VerdictTable(bytes(forged))


@pytest.mark.parametrize("at", [8, 12, 32, 36, 40, 48, 52, 56, 60, 80])
def test_header_with_another_number_in_it_is_refused_or_harmless(at: int) -> None:
    content = table_of([(firm(number), BANNED) for number in range(300)])
    for value in (0, 1, 5, 1 << 20, 0xFFFFFFFF):
        changed = content[:at] + struct.pack("<I", value) + content[at + 4 :]
        try:
            answers = VerdictTable(changed).check(codes(1, 400), FIRST, BIDDER)
        except TableFileError:
            continue
        assert len(answers.shapes) == 2


def test_shape_answers_every_question_or_is_refused() -> None:
    book = ShapeBook()
    with pytest.raises(ValueError, match="answers to"):
        book.add(book[UNKNOWN]._replace(answers=bytes(QUESTIONS - 1)))


# --- kept current ---------------------------------------------------------------------------------


def test_reader_that_fixed_a_position_is_answered_as_of_it() -> None:
    live = LiveTable(a_table())
    live.apply([(codes(1), BANNED)], 905)
    live.apply([(codes(1), None), (codes(7), FREE)], 910)
    told = {position: live.check(codes(1, 7), FIRST, BIDDER, position=position).shapes.tolist()
            for position in (899, 900, 904, 905, 909, 910, 911)}  # fmt: skip
    assert told == {
        899: [ASK, ASK],
        900: [CLEAR, UNKNOWN],
        904: [CLEAR, UNKNOWN],
        905: [BLOCKED, UNKNOWN],
        909: [BLOCKED, UNKNOWN],
        910: [UNKNOWN, CLEAR],
        911: [ASK, ASK],
    }
    assert [live.one(codes(1), FIRST, position=at) for at in told] == [each[0] for each in told.values()]
    assert live.one(codes(7).lower(), FIRST) == CLEAR
    assert (live.position, live.changed) == (910, 2)


def test_positions_are_applied_in_order() -> None:
    live = LiveTable(a_table())
    with pytest.raises(ValueError, match="does not follow"):
        live.apply([], 900)


def test_shapes_that_come_later_are_found_by_readers_of_all_threads() -> None:
    live, stop, wrong = LiveTable(a_table()), Event(), list[list[int]]()
    question = codes(0, 1, *range(100, 1100))

    def read() -> None:
        while not stop.is_set():
            position = live.position
            first = live.check(question, FIRST, BIDDER, position=position)
            again = live.check(question, FIRST, BIDDER, position=position)
            if first.shapes.tolist() != again.shapes.tolist() or int(np.max(first.shapes)) >= len(live.book):
                wrong.append([position])

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(400):
        shape = live.book.add(live.book[CLEAR])
        live.apply([(codes(100 + step), ((FOREVER, shape),))], 901 + step)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert live.check(codes(499), FIRST, BIDDER).verdicts.tolist() == [pb.VERDICT_CLEAR]
