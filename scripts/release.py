"""A release: wheel, source archive, bill of materials and their digests, built twice, compared, and signed.

    make release ARGS="--key keys/release.key"                       signed by a key file, or …
    make release ARGS="--key pkcs11:token=release;object=release"     … by hardware (``registry.signing``)
    make release                                                      not signed, to compare with a signed one

Everything is built twice, from two copies in directories of other names, under another umask, time zone and
locale; one differing byte and there is no release. Needs no network: what builds is in requirements.lock.

What is in dist/ afterwards: the wheel, the source archive, ``sbom.json`` (CycloneDX), ``requirements.lock``,
``SHA256SUMS`` (as sha256sum writes it), ``SHA256SUMS.sig`` (Ed25519 over the bytes of SHA256SUMS, 64 bytes,
RFC 8032) and ``release.pub`` (PEM). Whoever receives them checks with nothing of ours:

    openssl pkeyutl -verify -pubin -inkey release.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
    sha256sum --check SHA256SUMS

``release.pub`` must come to him another way than the files.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from base64 import b64encode
from pathlib import Path

from registry.provenance.keys import SignerError
from registry.signing import open_signer
from registry.v1.envelope_pb2 import SUITE_ED25519
from scripts import sbom
from scripts.locked import LOCK, ROOT

SOURCES = ("registry", "clients", "pyproject.toml", "README.md", "requirements.lock")
SUMS, SIGNATURE, PUBLIC = "SHA256SUMS", "SHA256SUMS.sig", "release.pub"
_WORLDS = (
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
    {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
)
_UMASKS = ("0022", "0077")


class ReleaseError(Exception):
    """There is no release; the message says why."""


def build(number: int, work: Path) -> Path:
    """Builds once, in a world of its own; the directory with the files. Raises ReleaseError."""
    source, made = work / f"copy-{number * 'x'}" / "source", work / f"made-{number}"
    source.mkdir(parents=True)
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    command = f'umask {_UMASKS[number]} && exec "$0" -m hatchling build --directory "$1"'
    environment = {"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": str(sbom.EPOCH), **_WORLDS[number]}
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, made],
        cwd=source, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise ReleaseError(f"build failed:\n{done.stderr or done.stdout}")
    (made / "sbom.json").write_text(sbom.text(LOCK.read_text("utf-8")), "utf-8")
    shutil.copy(LOCK, made)
    return made


def digests(made: Path) -> str:
    """The digests of a directory's files, as sha256sum writes them."""
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(made.iterdir())
    )


def reproduced(work: Path) -> Path:
    """Builds twice; the directory of one. Raises ReleaseError if they differ, with the names."""
    first, second = build(0, work), build(1, work)
    one, other = digests(first).splitlines(), digests(second).splitlines()
    if one != other:
        differing = sorted({line.split()[1] for line in set(one) ^ set(other)})
        raise ReleaseError(f"not reproducible: {', '.join(differing)}")
    return first


def sign(made: Path, key: str, passphrase: bytes | None) -> None:
    """Signs the digests. Raises ReleaseError."""
    try:
        signer = open_signer(key, home=Path.cwd(), passphrase=passphrase)
        if signer.suite != SUITE_ED25519:
            raise ReleaseError("a release is signed with Ed25519, which openssl checks")
        (made / SIGNATURE).write_bytes(signer.sign((made / SUMS).read_bytes()))
    except SignerError as error:
        raise ReleaseError(str(error)) from error
    lines = textwrap.fill(b64encode(signer.public_key).decode(), 64)
    (made / PUBLIC).write_text(f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n")


def release(to: Path, key: str | None, passphrase: bytes | None = None) -> None:
    """Makes a release in a directory that is not there yet, or not at all. Raises ReleaseError."""
    if to.exists():
        raise ReleaseError(f"{to} is there already; a release is never overwritten")
    with tempfile.TemporaryDirectory(prefix="release-") as work:
        made = reproduced(Path(work))
        (made / SUMS).write_text(digests(made))
        if key:
            sign(made, key, passphrase)
        shutil.copytree(made, to)


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="make release", description="Builds a release twice and signs it.")
    parser.add_argument("--key", help="the release key: a key file, file:…, pkcs11:…; without: not signed")
    parser.add_argument("--to", type=Path, default=ROOT / "dist", help="a directory that is not there yet")
    given = parser.parse_args()
    try:
        release(given.to, given.key)
    except ReleaseError as error:
        print(f"release: {error}", file=sys.stderr)
        return 1
    print((given.to / SUMS).read_text(), end="")
    print("release: built twice, equal byte by byte;", "signed" if given.key else "NOT signed: no --key")
    return 0


if __name__ == "__main__":
    sys.exit(main())
