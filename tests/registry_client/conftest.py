"""A department's credentials, made once for all tests here, and a registry in memory to call with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.access.certificates import create_authority, issue, load_credential
from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ED25519
from registry_client import Credentials, Numbering, Registry, Sender
from tests.registry_client.samples import DEPARTMENT, ORIGIN
from tests.registry_client.simulated_registry import SimulatedRegistry, served


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A development authority with a server and a department."""
    directory = tmp_path_factory.mktemp("certificates")
    opening, lifetime = datetime.now(UTC) - timedelta(hours=1), timedelta(days=1)
    create_authority(directory, name="test", not_before=opening, lifetime=lifetime)
    issue(directory, "server", hosts=["localhost"], not_before=opening, lifetime=lifetime)
    uri = f"registry://{ORIGIN}/department/{DEPARTMENT}"
    issue(directory, "department", uri, not_before=opening, lifetime=lifetime)
    issue(
        directory,
        "system",
        f"registry://{ORIGIN}/system/procurement/s",
        not_before=opening,
        lifetime=lifetime,
    )
    return directory


@pytest.fixture
def hand_over(certificates: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Lays a caller's credentials out in a directory of its own, as they are handed over."""

    def lay_out(name: str) -> Path:
        credential = load_credential(certificates, name)
        directory = tmp_path / name
        directory.mkdir()
        (directory / "ca.pem").write_bytes(credential.authority)
        (directory / "cert.pem").write_bytes(credential.certificate)
        (directory / "key.pem").write_bytes(credential.key)
        return directory

    return lay_out


@pytest.fixture
def credentials(hand_over: Callable[[str], Path]) -> Path:
    """The department's directory, with a signing key and a secret for statement ids."""
    directory = hand_over("department")
    FileSigner.generate(SUITE_ED25519).save(directory / "signing.pem", None)
    Numbering.generate().save(directory / "statement.secret")
    return directory


@pytest.fixture
def simulated() -> SimulatedRegistry:
    return SimulatedRegistry()


@pytest.fixture
def target(simulated: SimulatedRegistry, certificates: Path) -> Iterator[str]:
    with served(simulated, certificates) as address:
        yield address


@pytest.fixture
def registry(target: str, credentials: Path) -> Iterator[Registry]:
    with Registry(target, Credentials.load(credentials)) as registry:
        yield registry


@pytest.fixture
def sender(credentials: Path) -> Sender:
    signer = FileSigner.load(credentials / "signing.pem", None)
    return Sender(ORIGIN, DEPARTMENT, signer, Numbering.load(credentials / "statement.secret"))
