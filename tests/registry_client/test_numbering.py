import re
from pathlib import Path

import pytest

from registry.v1.statement_pb2 import Event, Statement
from registry_client.events import event_of_row
from registry_client.numbering import Numbering, NumberingError
from tests.registry_client.samples import (
    DEPARTMENT,
    ENTRY,
    LICENCE,
    MEASURE,
    OTHER_FIRM,
    PENALTY,
    PENALTY_OF_PERSON,
    PERSON,
    REGISTRATION,
    TITLE,
    only_row,
    table_of,
)

NUMBERING = Numbering(bytes(range(32)))
STATEMENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# Computed with openssl from the format in the module's docstring.
PINNED_ID = "withdrawal.207528953367a3e5396e6e848bbd0918a0b5b6fe"
PINNED_NONCE = "20488be6cd2108b92bf4f19f57b47277"
CODE = "行政相对人代码_1（统一社会信用代码）"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path


def id_of(directory: Path, cells: dict[str, str], numbering: Numbering = NUMBERING) -> str:
    table = table_of(directory, cells)
    event = event_of_row(table.headings, only_row(table))
    assert isinstance(event, Event)
    return numbering.event_id(DEPARTMENT, event)


@pytest.mark.parametrize("cells", [PENALTY, PENALTY_OF_PERSON, LICENCE, ENTRY, MEASURE, TITLE, REGISTRATION])
def test_an_id_is_one_that_the_registry_takes_and_names_its_category(
    directory: Path, cells: dict[str, str]
) -> None:
    statement_id = id_of(directory, cells)
    assert STATEMENT_ID.fullmatch(statement_id)
    assert statement_id.startswith("E-")


def test_ids_never_change_from_release_to_release(directory: Path) -> None:
    assert NUMBERING.statement_id("withdrawal", "a", "b") == PINNED_ID
    assert NUMBERING.nonce(Statement(statement_id="x", origin="o")).hex() == PINNED_NONCE


def test_the_same_row_has_the_same_id_however_its_number_and_code_are_written(directory: Path) -> None:
    rewritten = PENALTY | {"行政处罚决定书文号": "沧示建罚[2026] ７ 号", CODE: PENALTY[CODE].lower() + " "}
    assert id_of(directory, rewritten) == id_of(directory, PENALTY)


def test_a_change_of_content_does_not_change_the_id(directory: Path) -> None:
    assert id_of(directory, PENALTY | {"处罚有效期": "2028-03-20"}) == id_of(directory, PENALTY)


@pytest.mark.parametrize(
    ("cells", "changes"),
    [
        (PENALTY, {"行政处罚决定书文号": "沧示建罚〔2026〕8号"}),
        (PENALTY, {CODE: OTHER_FIRM}),
        (PENALTY_OF_PERSON, {"证件类型": "护照号"}),
        (LICENCE, {"行政许可决定文书号": "沧示许〔2026〕5号", "许可编号": "JY2"}),
        (ENTRY, {"名单代码": "L-05"}),
        (MEASURE, {"措施代码": "M-PRO-01"}),
    ],
)
def test_what_names_an_event_changes_its_id(
    directory: Path, cells: dict[str, str], changes: dict[str, str]
) -> None:
    assert id_of(directory, cells | changes) != id_of(directory, cells)


def test_two_licences_of_one_decision_have_two_ids(directory: Path) -> None:
    decision = LICENCE | {"行政许可决定文书号": "沧示许〔2026〕5号"}
    assert id_of(directory, decision | {"许可编号": "JY2"}) != id_of(directory, decision)


def test_departments_and_occasions_have_ids_of_their_own(directory: Path) -> None:
    event = Event(category="E-01")
    ids = {
        NUMBERING.event_id(DEPARTMENT, event),
        NUMBERING.event_id(OTHER_FIRM, event),
        NUMBERING.event_id(DEPARTMENT, event, occasion="2"),
    }
    assert len(ids) == 3


def test_parts_cannot_run_into_one_another() -> None:
    assert NUMBERING.statement_id("k", "ab", "c") != NUMBERING.statement_id("k", "a", "bc")


def test_without_the_secret_an_id_cannot_be_computed(directory: Path) -> None:
    other = Numbering(bytes(32))
    assert id_of(directory, PENALTY_OF_PERSON, other) != id_of(directory, PENALTY_OF_PERSON)
    assert PERSON not in id_of(directory, PENALTY_OF_PERSON)


def test_a_nonce_depends_on_all_content_but_itself() -> None:
    statement = Statement(statement_id="x", origin="o", department="d")
    nonce = NUMBERING.nonce(statement)
    statement.nonce = nonce
    assert len(nonce) == 16
    assert NUMBERING.nonce(statement) == nonce
    statement.event.region = "130900"
    assert NUMBERING.nonce(statement) != nonce


def test_a_secret_is_saved_for_its_owner_alone_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "statement.secret"
    numbering = Numbering.generate()
    numbering.save(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Numbering.load(path) == numbering


def test_a_secret_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "statement.secret"
    Numbering.generate().save(path)
    before = path.read_bytes()
    with pytest.raises(NumberingError, match="exists already"):
        Numbering.generate().save(path)
    assert path.read_bytes() == before


def test_a_secret_is_never_shown() -> None:
    assert NUMBERING.secret.hex() not in repr(NUMBERING)
    assert repr(NUMBERING.secret) not in repr(NUMBERING)


@pytest.mark.parametrize("content", ["", "zz", "00" * 31, "00" * 33])
def test_a_file_that_is_no_secret_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "statement.secret"
    path.write_text(content)
    with pytest.raises(NumberingError, match="64 hex digits"):
        Numbering.load(path)


def test_a_missing_secret_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NumberingError, match="cannot be read"):
        Numbering.load(tmp_path / "missing")
    with pytest.raises(NumberingError, match="cannot be written"):
        Numbering.generate().save(tmp_path / "missing" / "secret")


def test_a_fingerprint_tells_secrets_apart_and_shows_nothing_of_them() -> None:
    one, same, other = Numbering(b"a" * 32), Numbering(b"a" * 32), Numbering(b"b" * 32)
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert b"a".hex() * 4 not in one.fingerprint
