import base64
import os
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner, keyid_of
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519
from registry_client import Numbering
from tests.registry_client.cli.conftest import Ctl


@pytest.mark.parametrize(
    ("options", "suite"), [([], SUITE_ED25519), (["--suite", "p256"], SUITE_ECDSA_P256_SHA256)]
)
def test_a_key_is_made_and_what_its_enrolment_needs_is_shown(
    ctl: Ctl, tmp_path: Path, options: list[str], suite: int
) -> None:
    path = tmp_path / "key.pem"
    (shown,) = ctl("keygen", "--out", path, "--no-passphrase", "--json", *options).objects
    signer = FileSigner.load(path, None)
    assert signer.suite == suite
    assert shown["keyid"] == signer.keyid == keyid_of(base64.b64decode(shown["public_key"]))


def test_a_key_is_sealed_with_a_pass_phrase_that_is_entered_twice(ctl: Ctl, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    assert ctl("keygen", "--out", path, entered="phrase\nphrase\n").exit_code == 0
    assert FileSigner.load(path, b"phrase").suite == SUITE_ED25519


def test_a_pass_phrase_may_come_from_a_descriptor(ctl: Ctl, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, "口令\n".encode())
    os.close(writing)
    path = tmp_path / "key.pem"
    assert ctl("keygen", "--out", path, "--passphrase-fd", str(reading)).exit_code == 0
    os.close(reading)
    assert FileSigner.load(path, "口令".encode()).suite == SUITE_ED25519


def test_a_key_file_is_never_overwritten(ctl: Ctl, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    ctl("keygen", "--out", path, "--no-passphrase")
    before = path.read_bytes()
    run = ctl("keygen", "--out", path, "--no-passphrase")
    assert run.exit_code == 3
    assert "exists already" in run.errors
    assert path.read_bytes() == before


def test_a_secret_for_statement_ids_is_made_once(ctl: Ctl, tmp_path: Path) -> None:
    path = tmp_path / "statement.secret"
    run = ctl("keygen", "--secret", path)
    assert run.exit_code == 0
    assert Numbering.load(path).secret.hex() not in run.output
    assert ctl("keygen", "--secret", path).exit_code == 3


@pytest.mark.parametrize("options", [[], ["--out", "x", "--no-passphrase", "--passphrase-fd", "0"]])
def test_wrong_usage_makes_nothing(ctl: Ctl, tmp_path: Path, options: list[str]) -> None:
    assert ctl("keygen", *options).exit_code == 2


def test_facts_fit_eighty_columns(ctl: Ctl, tmp_path: Path) -> None:
    run = ctl("keygen", "--out", tmp_path / "key.pem", "--no-passphrase", "--suite", "p256")
    assert run.widest <= 80
