"""What was changed in a store is found when the log is folded again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, LargeBinary, Table

from registry.commands.rebuild import MAX_DIFFERENCES, Rebuilt, compare
from registry.provenance.vault import Vault
from registry.store import tables
from registry.store.interface import DERIVED_TABLES, Store
from registry.store.opening import open_store
from registry.v1 import envelope_pb2
from tests.support.history import write_rich_history
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy

DERIVED = [tables.metadata.tables[name] for name in DERIVED_TABLES]
COLUMNS = [(table, column) for table in DERIVED for column in table.columns]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a rich history that nobody has tampered with."""
    spine = furnish(found_spine(tmp_path_factory.mktemp("written") / "registry"))
    write_rich_history(spine)
    spine.engine.close()
    return spine.directory


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy.of(written, tmp_path)


@pytest.fixture(scope="module")
def folded(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store that was rebuilt."""
    copy = Copy.of(written, tmp_path_factory.mktemp("rebuilt"))
    assert copy.rebuild() == []
    return copy.config.store.with_name("rebuilt.db")


@pytest.fixture(scope="module")
def rebuilt(folded: Path) -> Iterator[Store]:
    """What the history folds to."""
    store = open_store(folded)
    yield store
    store.close()


def position_of(copy: Copy, statement_id: str) -> int:
    ((position,),) = copy.sql("SELECT position FROM statement WHERE statement_id = ?", statement_id)
    return int(position)


def differences(copy: Copy, rebuilt: Store) -> list[str]:
    """The derived rows of a copy held against what the log folds to."""
    store, result = open_store(copy.config.store), Rebuilt()
    try:
        compare(store, rebuilt, result)
    finally:
        store.close()
    return result.differences


# --- tampering with derived state -----------------------------------------------------------------


def _other(column: Column[object], value: object) -> object:
    """A value that is one byte away."""
    if isinstance(column.type, Integer):
        return 1 if value is None else int(str(value)) + 1
    if isinstance(column.type, LargeBinary):
        content = bytearray(value if isinstance(value, bytes) else b"")
        content[len(content) // 2] ^= 1
        return bytes(content)
    text = str(value or "2026-01-01")
    return text[:-1] + "~"


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=[f"{t.name}.{c.name}" for t, c in COLUMNS])
def test_one_changed_byte_of_any_derived_column_is_found(
    copy: Copy, rebuilt: Store, table: Table, column: Column[object]
) -> None:
    keys = [key.name for key in table.primary_key.columns]
    last = " DESC, ".join(keys) + " DESC LIMIT 1"
    *key, value = copy.sql(f"SELECT {', '.join(keys)}, {column.name} FROM {table.name} ORDER BY {last}")[0]
    where = " AND ".join(f"{name} = ?" for name in keys)
    copy.sql(f"UPDATE {table.name} SET {column.name} = ? WHERE {where}", _other(column, value), *key)
    found = differences(copy, rebuilt)
    assert found
    assert all(line.startswith(f"{table.name}: ") for line in found)


@pytest.mark.parametrize("table", DERIVED_TABLES)
def test_derived_row_that_is_missing_or_added_is_found(copy: Copy, rebuilt: Store, table: str) -> None:
    rows = copy.sql(f"SELECT rowid FROM {table} ORDER BY rowid")
    for (rowid,) in (rows[0], rows[-1]):
        kept = copy.sql(f"SELECT * FROM {table} WHERE rowid = ?", rowid)
        copy.sql(f"DELETE FROM {table} WHERE rowid = ?", rowid)
        assert differences(copy, rebuilt)
        copy.sql(f"INSERT INTO {table} VALUES ({','.join('?' * len(kept[0]))})", *kept[0])
        assert differences(copy, rebuilt) == []
    copy.sql(f"INSERT INTO {table} VALUES ({','.join('?' * len(kept[0]))})", *_beside(table, kept[0]))
    assert differences(copy, rebuilt)


def _beside(table: str, row: tuple[object, ...]) -> list[object]:
    """The same row under another key."""
    columns = tables.metadata.tables[table].columns
    return [
        _far(column, value) if column.primary_key or column.name == "statement_id" else value
        for column, value in zip(columns, row, strict=True)
    ]


def _far(column: Column[object], value: object) -> object:
    if isinstance(column.type, LargeBinary):
        return bytes(32)
    return 1_000_000 if isinstance(column.type, Integer) else f"{value}Z"


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ground SET last = '2099-01-01' WHERE statement_id = 'tax-4'",
        "UPDATE event SET state = 1 WHERE statement_id = 'tax-4'",
        "UPDATE mark SET last = NULL WHERE last IS NOT NULL",
        "UPDATE link SET known_to = NULL WHERE known_to IS NOT NULL",
        "UPDATE name SET settled = 1 - settled WHERE number = 1",
        "DELETE FROM name_gram WHERE gram = '沧州' AND subject LIKE '91%'",
        "UPDATE delivery SET as_of = '2026-11-26' WHERE as_of = '2026-11-25'",
        "DELETE FROM subject WHERE known_to IS NOT NULL",
        "UPDATE chain SET sequence = sequence + 1 WHERE sequence = 2",
        "UPDATE edition SET in_force_from = '2026-11-24' WHERE label = '2026.9'",
        "UPDATE checkpoint SET note = note || ' '",
    ],
)
def test_rebuild_itself_names_the_table_that_was_tampered_with(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    found = copy.rebuild()
    assert found
    assert all(tampering.split()[1 if "UPDATE" in tampering else 2] in line for line in found)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE ground SET last = '2028-13-01'",
        "UPDATE ground SET edition = 'unknown'",
        'UPDATE edition SET drafted = \'[1, "H-1", ""]\' WHERE drafted IS NOT NULL',
        "UPDATE key SET enrolment = x'ff'",
        "DELETE FROM edition",
        "DELETE FROM checkpoint",
        "UPDATE checkpoint SET frontier = x'00'",
        "DELETE FROM key",
    ],
)
def test_rebuild_works_although_the_derived_state_is_past_reading(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    found = copy.rebuild()
    assert found
    rebuilt = Copy(replace(copy.config, store=copy.config.store.with_name("rebuilt.db")))
    assert rebuilt.verify() == []


# --- tampering with the log -----------------------------------------------------------------------


def test_changed_payload_is_found_where_it_stands(copy: Copy) -> None:
    ((sealed,),) = copy.sql("SELECT sealed_payload FROM statement WHERE statement_id = 'ban-2'")
    altered = sealed[:50] + bytes([sealed[50] ^ 1]) + sealed[51:]
    copy.sql("UPDATE statement SET sealed_payload = ? WHERE statement_id = 'ban-2'", altered)
    (found,) = copy.rebuild()
    assert found.startswith(f"序号{position_of(copy, 'ban-2')}: ")


def test_payload_sealed_again_by_somebody_with_the_vault_key_is_found(copy: Copy) -> None:
    position = position_of(copy, "ban-2")
    vault = Vault(copy.config.vault_key.read_bytes())
    ((sealed,),) = copy.sql("SELECT sealed_payload FROM statement WHERE position = ?", position)
    payload = vault.open_payload(sealed, b"").replace(b"2028-03-01", b"2026-04-01")
    forged = vault.seal_payload(payload, b"", bytes(12))
    copy.sql("UPDATE statement SET sealed_payload = ? WHERE position = ?", forged, position)
    assert copy.rebuild() == [f"序号{position}: 签名与内容不符(内容被改动, 或用了别的私钥)。"]


@pytest.mark.parametrize("at", [0, 1, 9, 49, 121])
def test_change_of_a_leaf_is_found(copy: Copy, at: int) -> None:
    ((leaf,),) = copy.sql("SELECT leaf FROM statement WHERE statement_id = 'ban-2'")
    altered = leaf[:at] + bytes([leaf[at] ^ 1]) + leaf[at + 1 :]
    copy.sql("UPDATE statement SET leaf = ? WHERE statement_id = 'ban-2'", altered)
    assert copy.rebuild() != []


@pytest.mark.parametrize(
    "pair",
    [
        ("ban-2", "tax-4"),
        ("many-2", "many-3"),
        ("ban-2", "ban-2b"),
        ("genesis", "ban-2"),
        ("clerk-key", "by-clerk"),
    ],
)
def test_two_swapped_statements_are_found(copy: Copy, pair: tuple[str, str]) -> None:
    one, other = (position_of(copy, statement_id) for statement_id in pair)
    for here, there in ((one, -1), (other, one), (-1, other)):
        copy.sql("UPDATE statement SET position = ? WHERE position = ?", there, here)
    assert copy.rebuild() != []


@pytest.mark.parametrize("statement_id", ["genesis", "clerk-key", "ban-2", "many-9"])
def test_statement_that_is_missing_is_found(copy: Copy, statement_id: str) -> None:
    copy.sql("DELETE FROM statement WHERE statement_id = ?", statement_id)
    assert copy.rebuild() != []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("department", "11130900DEM0000303"),
        ("statement_id", "another"),
        ("subject", "91130902DEM0000142"),
        ("payload_type", "text/plain"),
        ("signatures", b""),
        ("signatures", b"\xff\xff"),
        ("sealed_payload", b""),
        ("leaf", b"\x01"),
    ],
)
@pytest.mark.parametrize("statement_id", ["genesis", "ban-2"])
def test_other_columns_of_a_statement_are_held_against_what_was_signed(
    copy: Copy, statement_id: str, column: str, value: str | bytes
) -> None:
    position = position_of(copy, statement_id)
    copy.sql(f"UPDATE statement SET {column} = ? WHERE position = ?", value, position)
    (found,) = copy.rebuild()
    assert found.startswith(f"序号{position}: ")


@pytest.mark.parametrize("statement_id", ["genesis", "ban-2", "clerk-key", "exit-1"])
def test_changed_signature_is_found(copy: Copy, statement_id: str) -> None:
    position = position_of(copy, statement_id)
    ((kept,),) = copy.sql("SELECT signatures FROM statement WHERE position = ?", position)
    for name, value in (("sig", bytes(64)), ("keyid", "0" * 64)):
        signatures = envelope_pb2.Envelope.FromString(kept)
        setattr(signatures.signatures[-1], name, value)
        altered = signatures.SerializeToString()
        copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", altered, position)
        (found,) = copy.rebuild(copy.config.store.with_name(f"{name}.db"))
        assert found.startswith(f"序号{position}: ")


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM person",
        "UPDATE person SET sealed = x'00'",
        "UPDATE person SET sealed = (SELECT sealed FROM person AS other WHERE other.ref != person.ref)",
    ],
)
def test_persons_that_cannot_be_opened_or_were_exchanged_are_found(copy: Copy, tampering: str) -> None:
    copy.sql(tampering)
    (found,) = copy.rebuild()
    assert found.startswith(f"序号{position_of(copy, 'exit-1')}: ")


def test_statement_behind_the_revocation_of_its_key_is_found(copy: Copy) -> None:
    one, other = position_of(copy, "by-clerk"), position_of(copy, "clerk-key-gone")
    for here, there in ((one, -1), (other, one), (-1, other)):
        copy.sql("UPDATE statement SET position = ? WHERE position = ?", there, here)
    assert copy.rebuild()[0].endswith(f"不应登记: 签名密钥已在序号{one}撤销。")


def test_differences_without_end_are_cut_short(copy: Copy) -> None:
    copy.sql("UPDATE event SET category = 'E-01'")
    assert len(copy.rebuild()) == MAX_DIFFERENCES
