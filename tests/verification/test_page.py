"""docs/verify.md: the commands of the page, run on a receipt of a release."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.provenance.answer import seal_receipt
from registry.v1.receipt_pb2 import Receipt
from tests.receipts_of_releases.folder import FOLDER
from tests.verification.world import content_of

PAGE = Path(__file__).parents[2] / "docs" / "verify.md"
TOOLS = ("openssl", "sha256sum", "od", "base64", "bash", "python3")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


def commands() -> str:
    return "\n".join(re.findall(r"```bash\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))


def outcome(directory: Path, content: bytes) -> subprocess.CompletedProcess[str]:
    directory.mkdir()
    (directory / "receipt.pb").write_bytes(content)
    shutil.copy(FOLDER / "0.1.0" / "policy", directory / "policy")
    return subprocess.run(
        ["bash", "-c", commands()], cwd=directory, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.parametrize("name", ["absent", "blocked", "by-an-official"])
def test_a_receipt_holds_by_the_commands_of_the_page(tmp_path: Path, name: str) -> None:
    done = outcome(tmp_path / name, (FOLDER / "0.1.0" / f"{name}.pb").read_bytes())
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "all holds"
    assert done.stdout.count("Signature Verified Successfully") >= 5


def test_a_changed_one_does_not(tmp_path: Path) -> None:
    content = bytearray((FOLDER / "0.1.0" / "absent.pb").read_bytes())
    content[len(content) // 2] ^= 1
    done = outcome(tmp_path / "changed", bytes(content))
    assert done.returncode != 0
    assert "all holds" not in done.stdout


def test_nor_one_whose_digest_was_made_again(tmp_path: Path) -> None:
    receipt = Receipt.FromString((FOLDER / "0.1.0" / "absent.pb").read_bytes())
    leaf = bytearray(receipt.leaves[3].leaf)
    leaf[5] ^= 1
    receipt.leaves[3].leaf = bytes(leaf)
    done = outcome(tmp_path / "forged", content_of(seal_receipt(receipt)))
    assert done.returncode != 0
    assert done.stdout.count("Signature Verified Successfully") == 2


def _of_an_inclusion(receipt: Receipt) -> None:
    receipt.leaves[0].inclusion[-1] = _flipped(receipt.leaves[0].inclusion[-1])


def _of_the_consistency(receipt: Receipt) -> None:
    receipt.consistency[0] = _flipped(receipt.consistency[0])


def _consistency_away(receipt: Receipt) -> None:
    del receipt.consistency[:]


def _of_a_statement(receipt: Receipt) -> None:
    statement = receipt.leaves[-1].statement.envelope
    statement.payload = _flipped(statement.payload)


def _flipped(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("forge", [_of_an_inclusion, _of_the_consistency, _consistency_away, _of_a_statement])
def test_a_forged_one_does_not_hold_by_the_page_as_it_is_written(
    tmp_path: Path, forge: Callable[[Receipt], None]
) -> None:
    receipt = Receipt.FromString((FOLDER / "0.1.0" / "blocked.pb").read_bytes())
    forge(receipt)
    done = outcome(tmp_path / "forged", content_of(seal_receipt(receipt)))
    assert done.returncode != 0
    assert "all holds" not in done.stdout


def test_every_line_of_a_report_is_explained_on_the_page() -> None:
    sources = (PAGE.parents[1] / "registry" / "verification").glob("*.py")
    code = "\n".join(source.read_text("utf-8") for source in sources)
    noted = re.findall(r'(?:report\.(?:passed|claimed)|note)\(\s*"([a-z ]+)"', code)
    explained = re.findall(r"^\| ([a-z, ]+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    names = {name for cell in explained for name in cell.split(", ")}
    assert set(noted) == names
