"""A device by GM/T 0018 in a directory, for ``soft_sdf.c``, with keys that the tests know.

device = SoftDevice.create(library, tmp_path, monkeypatch)
device.keep(signer, index=1)
open_signer(device.line(index="1"))
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.provenance.keys import FileSigner


@dataclass(frozen=True, slots=True)
class SoftDevice:
    """The device's directory and its library."""

    directory: Path
    library: Path

    @classmethod
    def create(cls, library: Path, directory: Path, monkeypatch: pytest.MonkeyPatch) -> SoftDevice:
        """A new device; its library finds it through the environment of this process."""
        device = cls(directory / "device", library)
        device.directory.mkdir()
        monkeypatch.setenv("SOFT_SDF", str(device.directory))
        return device

    def line(self, **attributes: str) -> str:
        """What names a key of this device to ``open_signer``."""
        given = {"library": str(self.library)} | {n.replace("_", "-"): v for n, v in attributes.items()}
        return "sdf:" + ";".join(f"{name}={value}" for name, value in given.items())

    def keep(self, signer: FileSigner, *, index: int) -> None:
        """Put a key into the device, in the place of what was there."""
        path = self.directory / f"{index}.pem"
        path.unlink(missing_ok=True)
        signer.save(path, None)

    def protect(self, password: str) -> Path:
        """Ask for a password from now on; the file returned holds it, as an operator would keep it."""
        (self.directory / "password").write_text(password)
        kept = self.directory.with_name("password")
        kept.write_text(f"{password}\n")
        return kept

    def fault(self) -> None:
        """Sign wrongly from now on."""
        (self.directory / "fault").touch()

    def unplug(self) -> None:
        """Take the device away."""
        self.directory.rename(self.directory.with_name("unplugged"))

    def plug(self) -> None:
        """Bring it back."""
        self.directory.with_name("unplugged").rename(self.directory)

    def handles(self) -> int:
        """How many handles of the library are open in this process."""
        return int(ctypes.CDLL(str(self.library)).soft_sdf_handles())
