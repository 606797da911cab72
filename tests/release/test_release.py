"""A release is the same bytes wherever it is built, and whoever receives it checks it with openssl alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest
from cyclonedx import schema

from registry.provenance.keys import FileSigner
from registry.v1.envelope_pb2 import SUITE_ECDSA_P256_SHA256, SUITE_ED25519
from scripts import release as making
from scripts.locked import LOCK, ROOT, locked
from tests.support.command import of_module


def make(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return of_module("scripts.release", *words)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("release")
    FileSigner.generate(SUITE_ED25519).save(place / "release.key", None)
    done = make("--key", place / "release.key", "--to", place / "dist")
    assert done.returncode == 0, done.stderr
    assert "equal byte by byte; signed" in done.stdout
    return place / "dist"


def test_release_is_checked_with_openssl_and_sha256sum(signed: Path, tmp_path: Path) -> None:
    if not (openssl := shutil.which("openssl")):
        pytest.skip("openssl is not here: apt-get install openssl")
    got = tmp_path / "got"
    shutil.copytree(signed, got)
    verify = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "release.pub", "-rawin",
              "-in", "SHA256SUMS", "-sigfile", "SHA256SUMS.sig"]  # fmt: skip
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    for command in (verify, check):
        assert subprocess.run(command, cwd=got, check=False, capture_output=True).returncode == 0
    (wheel,) = got.glob("*.whl")
    wheel.write_bytes(wheel.read_bytes() + b"\n")
    assert subprocess.run(check, cwd=got, check=False, capture_output=True).returncode == 1
    (got / "SHA256SUMS").write_text(making.digests(got))
    assert subprocess.run(verify, cwd=got, check=False, capture_output=True).returncode == 1


def test_release_holds_every_file_that_its_digests_name_and_no_other(signed: Path) -> None:
    named = {line.split()[1] for line in (signed / "SHA256SUMS").read_text().splitlines()}
    there = {path.name for path in signed.iterdir()}
    assert there - named == {"SHA256SUMS", "SHA256SUMS.sig", "release.pub"}
    assert named < there


def test_two_releases_that_differ_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = making.build

    def other(number: int, work: Path) -> Path:
        made = real(number, work)
        if number:
            (made / "requirements.lock").write_text("other")
        return made

    monkeypatch.setattr(making, "build", other)
    with pytest.raises(making.ReleaseError, match=r"not reproducible: requirements\.lock"):
        making.release(tmp_path / "dist", None)
    assert not (tmp_path / "dist").exists()


def test_release_is_never_overwritten_and_takes_no_other_suite(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    assert "never overwritten" in make("--to", tmp_path / "dist").stderr
    FileSigner.generate(SUITE_ECDSA_P256_SHA256).save(tmp_path / "release.key", None)
    done = make("--key", tmp_path / "release.key", "--to", tmp_path / "other")
    assert done.returncode == 1
    assert "Ed25519" in done.stderr
    assert not (tmp_path / "other").exists()


def test_bill_of_materials_names_all_that_is_locked_and_fits_its_schema(signed: Path) -> None:
    bill = json.loads((signed / "sbom.json").read_text("utf-8"))
    known = {
        path.name: json.loads(path.read_text("utf-8")) for path in _schemas(Path(schema.__file__).parent)
    }
    registry = jsonschema_rs.Registry([(f"http://cyclonedx.org/schema/{n}", s) for n, s in known.items()])
    checked = jsonschema_rs.validator_for(known["bom-1.6.SNAPSHOT.schema.json"], registry=registry)
    assert [str(error) for error in checked.iter_errors(bill)] == []
    packages = locked(LOCK.read_text("utf-8"))
    assert {(each["name"], each["version"]) for each in bill["components"]} == {
        (each.name, each.version) for each in packages
    }
    assert all(each["hashes"] for each in bill["components"])
    scopes = {each["name"]: each["scope"] for each in bill["components"]}
    assert (scopes["grpcio"], scopes["psycopg"], scopes["pytest"]) == ("required", "required", "excluded")
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    assert any(name.startswith("grpcio==") for name in needs["credit-registry"])


def _schemas(directory: Path) -> list[Path]:
    return list((directory / "_res").glob("*.SNAPSHOT.schema.json"))


def test_wheel_holds_the_program_and_nothing_of_its_tests(signed: Path) -> None:
    (wheel,) = signed.glob("*.whl")
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", wheel], capture_output=True, text=True, check=True
    ).stdout
    tops = {line.split("/")[0] for line in listed.splitlines()[1:] if "/" in line}
    assert {each for each in tops if not each.startswith("credit_registry")} == {
        "registry", "registry_client", "registry_papers", "registry_web",
    }  # fmt: skip
    assert (ROOT / "registry/sanctions/editions").is_dir()
    assert "registry/sanctions/editions/" in listed
