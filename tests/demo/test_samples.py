"""The demonstration's sample files: reproducible, fictional, right but for the rows wrong on purpose."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from typing import TypedDict

import pytest

from demo import facts, parties
from demo.departments import BY_KEY, COUNTY_BUREAUS, DEPARTMENTS, OPERATOR
from demo.files import EXPECTED_FAULTS, FILES, SAMPLES, WRONG_ROWS, SampleFile
from demo.generate import SEED, sample_files
from demo.layouts import COUNTERPART_CODE, HEADINGS
from demo.mistakes_of_form import ODD_BUT_RIGHT
from demo.population import NOWHERE
from demo.records import Kind, StatementKey
from registry.domain.identifiers import code_faults, normalise, organisation_code_check_character
from registry.v1 import subject_pb2
from registry.v1.error_reason_pb2 import ErrorReason

USCC, RESIDENT_ID = subject_pb2.IDENTIFIER_TYPE_USCC, subject_pb2.IDENTIFIER_TYPE_RESIDENT_ID
CODE_REASONS = {"CODE_LENGTH", "CODE_CHARACTER", "CODE_CHECK_DIGIT", "CODE_DIGITS_LOST", "CODE_DATE"}
NUMBERS = ("行政处罚决定书文号", "行政许可决定文书号", "列入决定文书号", "决定文书号")

Place = tuple[str, int]
"""Path of a file and a line in it."""


class ExpectedFault(TypedDict):
    file: str
    line: int
    reasons: list[str]
    what: str


@dataclass(frozen=True)
class Row:
    file: SampleFile
    line: int
    cells: dict[str, str]

    @property
    def place(self) -> Place:
        return self.file.path, self.line

    @property
    def subject_code(self) -> str:
        return (
            self.cells.get(COUNTERPART_CODE) or self.cells.get("统一社会信用代码") or self.cells["证件号码"]
        )

    @property
    def key(self) -> StatementKey:
        number = next((self.cells[heading] for heading in NUMBERS if heading in self.cells), "")
        department = BY_KEY[self.file.department].office.code
        return StatementKey(department, self.file.kind, number, self.subject_code)

    def identifiers(self) -> list[tuple[subject_pb2.IdentifierType.ValueType, str]]:
        found = []
        for heading, cell in self.cells.items():
            if cell and (heading == COUNTERPART_CODE or heading.endswith("统一社会信用代码")):
                found.append((USCC, normalise(cell)))
            elif cell and heading.endswith("证件号码"):
                found.append((RESIDENT_ID, normalise(cell)))
        return found

    def code_reasons(self) -> set[str]:
        faults = [fault for type, value in self.identifiers() for fault in code_faults(type, value)]
        return {ErrorReason.Name(fault.reason).removeprefix("ERROR_REASON_") for fault in faults}


def rows_of(file: SampleFile) -> list[Row]:
    text = (SAMPLES / file.path).read_bytes().decode(file.encoding)
    reader = csv.DictReader(io.StringIO(text, newline=""))
    assert tuple(reader.fieldnames or ()) == HEADINGS[file.kind]
    return [Row(file, reader.line_num, cells) for cells in reader]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for file in FILES for row in rows_of(file)]


@pytest.fixture(scope="module")
def expected() -> dict[Place, ExpectedFault]:
    faults: list[ExpectedFault] = json.loads((SAMPLES / EXPECTED_FAULTS).read_text(encoding="utf-8"))
    return {(fault["file"], fault["line"]): fault for fault in faults}


@pytest.fixture(scope="module")
def right(rows: list[Row], expected: dict[Place, ExpectedFault]) -> list[Row]:
    return [row for row in rows if row.place not in expected]


def test_the_committed_files_are_what_the_generator_writes() -> None:
    committed = {
        path.relative_to(SAMPLES).as_posix(): path.read_bytes()
        for path in SAMPLES.rglob("*")
        if path.is_file()
    }
    written = sample_files(SEED)
    assert sorted(committed) == sorted(written)
    assert [path for path in written if committed[path] != written[path]] == []


def test_another_seed_gives_other_files_and_the_same_cast() -> None:
    written = sample_files(SEED + 1)
    assert written["housing/penalties.csv"] != (SAMPLES / "housing/penalties.csv").read_bytes()
    measures = written["housing/measures.csv"].decode()
    assert facts.COLLUSION.number in measures
    assert parties.COLLUDED.code in measures


def test_there_are_rows_enough_and_the_files_are_small(rows: list[Row]) -> None:
    assert len(rows) >= 2400
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*.csv")) < 2_000_000


def test_one_file_is_gb18030_and_one_has_a_byte_order_mark() -> None:
    assert Counter(file.encoding for file in FILES if file.encoding != "utf-8") == {
        "gb18030": 1,
        "utf-8-sig": 1,
    }
    (gb18030,) = (file for file in FILES if file.encoding == "gb18030")
    with pytest.raises(UnicodeDecodeError):
        (SAMPLES / gb18030.path).read_bytes().decode("utf-8")


def test_no_cell_contains_a_line_break(rows: list[Row]) -> None:
    assert not [row.place for row in rows if any("\n" in cell for cell in row.cells.values())]


def test_every_expected_fault_is_on_an_existing_line(
    rows: list[Row], expected: dict[Place, ExpectedFault]
) -> None:
    assert len(expected) >= 40
    assert expected.keys() <= {row.place for row in rows}


def test_every_reason_expected_is_one_the_registry_can_give(expected: dict[Place, ExpectedFault]) -> None:
    known = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()}  # noqa: SIM118
    for fault in expected.values():
        assert fault["reasons"]
        assert set(fault["reasons"]) <= known


def test_readers_are_told_of_every_wrong_row(expected: dict[Place, ExpectedFault]) -> None:
    text = (SAMPLES / WRONG_ROWS).read_text(encoding="utf-8")
    for (path, line), fault in expected.items():
        assert f"| {path} | {line} | {', '.join(fault['reasons'])} | {fault['what']} |" in text


def test_codes_are_wrong_only_where_expected_and_as_expected(
    rows: list[Row], expected: dict[Place, ExpectedFault]
) -> None:
    for row in rows:
        reasons = set(expected[row.place]["reasons"]) if row.place in expected else set()
        assert row.code_reasons() == reasons & CODE_REASONS, row.place


def test_organisation_codes_inside_are_right_too(right: list[Row]) -> None:
    for row in right:
        for type, value in row.identifiers():
            if type == USCC:
                assert organisation_code_check_character(value[8:16]) == value[16], row.place


def test_every_code_and_name_is_plainly_fictional(right: list[Row]) -> None:
    for row in right:
        for type, value in row.identifiers():
            assert value[8:11] == "DEM" if type == USCC else value[:6] == NOWHERE, row.place
        name = row.cells.get("主体名称") or row.cells.get("行政相对人名称") or ""
        person = "自然人" in (row.cells.get("主体类别"), row.cells.get("行政相对人类别"))
        assert person or row.file.kind is Kind.QUALIFICATION or "(示例)" in name, row.place


def test_no_two_rows_become_the_same_statement(rows: list[Row]) -> None:
    keys = Counter(row.key for row in rows if row.key.document_number or row.file.kind is not Kind.PENALTY)
    assert [key for key, count in keys.items() if count > 1] == []


def test_odd_rows_are_right(rows: list[Row], right: list[Row]) -> None:
    odd = [row for row in right if row.subject_code != normalise(row.subject_code)]
    brackets = [row for row in right if "[" in row.key.document_number]
    assert len(odd) + len(brackets) == sum(map(len, ODD_BUT_RIGHT.values()))


def test_each_department_has_files_only_under_its_own_folder() -> None:
    assert {file.department for file in FILES} == set(BY_KEY)
    assert len(DEPARTMENTS) == 8
    offices = [OPERATOR.office, *COUNTY_BUREAUS, *(department.office for department in DEPARTMENTS)]
    assert all(code_faults(USCC, office.code) == [] for office in offices)
    assert len({office.code for office in offices}) == len(offices)


def test_most_firms_hold_a_licence_or_are_registered(right: list[Row]) -> None:
    known = {
        normalise(row.subject_code) for row in right if row.file.kind in (Kind.LICENCE, Kind.REGISTRATION)
    }
    firms = {normalise(row.subject_code) for row in right if row.subject_code[:6] != NOWHERE}
    assert len(known) > 0.75 * len(firms)
