"""Tokens of SoftHSM, each in a directory of its own, with keys that the tests know.

token = SoftToken.create(tmp_path)                    # skips the test, and says why, where SoftHSM is missing
token.keep(signer, label="log", number=1)
open_signer(token.line(object="log"))
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner

PIN = "1234"
LABEL = "registry"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def softhsm_library() -> Path:
    """SoftHSM's library. Skips the test where it is not installed."""
    for place in map(Path, _PLACES):
        if place.exists() and shutil.which("softhsm2-util"):
            return place
    pytest.skip("SoftHSM is not installed (package softhsm2)")


@dataclass(frozen=True, slots=True)
class SoftToken:
    """A token labelled ``registry`` and a file that holds its PIN."""

    directory: Path
    library: Path

    @classmethod
    def create(cls, directory: Path, monkeypatch: pytest.MonkeyPatch) -> SoftToken:
        """A new token; SoftHSM finds it through the environment of this process."""
        token = cls(directory, softhsm_library())
        token.tokens.mkdir()
        (directory / "softhsm2.conf").write_text(
            f"directories.tokendir = {token.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        monkeypatch.setenv("SOFTHSM2_CONF", str(directory / "softhsm2.conf"))
        (directory / "pin").write_text(f"{PIN}\n")
        util("--init-token", "--free", "--label", LABEL, "--so-pin", "12345678", "--pin", PIN)
        return token

    @property
    def tokens(self) -> Path:
        """Where SoftHSM keeps its tokens."""
        return self.directory / "tokens"

    def line(self, *, library: str = "", **attributes: str) -> str:
        """What names a key of this token to ``open_signer``."""
        given = {
            "module": library or str(self.library),
            "token": LABEL,
            "pin-file": str(self.directory / "pin"),
        }
        given |= {name.replace("_", "-"): value for name, value in attributes.items()}
        return "pkcs11:" + ";".join(f"{name}={value}" for name, value in given.items())

    def keep(self, signer: FileSigner, *, label: str, number: int) -> None:
        """Put a key pair into the token."""
        path = self.directory / "imported.pem"
        path.unlink(missing_ok=True)
        signer.save(path, None)
        names = ["--label", label, "--id", f"{number:02x}"]
        util("--import", str(path), "--token", LABEL, "--pin", PIN, *names)

    def run(self, program: str) -> None:
        """Run Python in another process, with python-pkcs11's names and a `session` with the token."""
        head = (
            "import pkcs11\nfrom pkcs11 import Attribute, KeyType, Mechanism, ObjectClass\n"
            f"token = pkcs11.lib({str(self.library)!r}).get_token(token_label={LABEL!r})\n"
            f"session = token.open(user_pin={PIN!r}, rw=True)\n"
        )
        subprocess.run([sys.executable, "-c", head + program], check=True, capture_output=True, timeout=60)

    def pull(self) -> None:
        """Take the token out."""
        self.tokens.rename(self.directory / "pulled")
        self.tokens.mkdir()

    def put_back(self) -> None:
        """Put it in again."""
        self.tokens.rmdir()
        (self.directory / "pulled").rename(self.tokens)


def util(*arguments: str) -> None:
    """Run SoftHSM's own command."""
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=60)
