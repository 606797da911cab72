"""What the log keeps of inspections: both signatures, checked by whoever verifies it; files that follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry.v1.envelope_pb2 import Envelope
from tests.support.spine import found_spine, furnish
from tests.support.tampering import Copy
from tests.support.visits import KEY, Bureau, finding


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with an inspection, published and checked."""
    bureau = Bureau.at(furnish(found_spine(tmp_path_factory.mktemp("kept") / "registry"), [KEY]))
    bureau.taken(bureau.record("JC-1", findings=[finding(), finding(outside=True)]))
    bureau.taken(bureau.publish("JC-1"))
    bureau.taken(bureau.recheck("JC-1"))
    bureau.spine.engine.close()
    return bureau.spine.directory


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Copy:
    return Copy.of(written, tmp_path)


def test_the_log_verifies_and_its_files_follow_from_it(copy: Copy) -> None:
    assert copy.verify() == []
    assert copy.rebuild() == []


@pytest.mark.parametrize("left", [1, 0])
def test_an_inspection_of_which_a_signature_is_gone_is_found(copy: Copy, left: int) -> None:
    position, signatures = next(
        (position, kept)
        for position, blob in copy.sql("SELECT position, signatures FROM statement")
        if len((kept := Envelope.FromString(blob)).signatures) == 2
        and copy.sql("SELECT 1 FROM statement WHERE position = ? AND subject LIKE 'V:7/%'", position)
    )
    del signatures.signatures[left:]
    copy.sql(
        "UPDATE statement SET signatures = ? WHERE position = ?", signatures.SerializeToString(), position
    )
    assert any(str(position) in each for each in copy.verify())


def test_two_signatures_in_the_other_order_are_found(copy: Copy) -> None:
    ((position, blob),) = copy.sql(
        "SELECT position, signatures FROM statement WHERE subject LIKE 'V:7/%' ORDER BY position LIMIT 1"
    )
    first, second = Envelope.FromString(blob).signatures
    swapped = Envelope(signatures=[second, first]).SerializeToString()
    copy.sql("UPDATE statement SET signatures = ? WHERE position = ?", swapped, position)
    assert any(str(position) in each for each in copy.verify())
