"""Outside vectors (ORIGIN.md beside them names their sources) and a signer whose signatures never vary."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from registry.provenance.keys import FileSigner

VECTORS = Path(__file__).resolve().parents[2] / ".." / "shared" / "vectors"
RFC8032_TEST_1 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"


@pytest.fixture
def outside_vectors() -> Callable[[str], Any]:
    """Reads one JSON file of outside vectors, or skips the test and says what is missing."""

    def read(name: str) -> Any:
        path = VECTORS / name
        if not path.is_file():
            pytest.skip(f"outside vectors not found: ../shared/vectors/{name}")
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture
def rfc8032_signer(tmp_path: Path) -> FileSigner:
    """The first test key of RFC 8032 §7.1: Ed25519 is deterministic, so what it signs can be pinned."""
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC8032_TEST_1))
    path = tmp_path / "rfc8032.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return FileSigner.load(path, None)
