"""The pass phrase, PIN or password that unlocks a signer: from a file or a descriptor, never from the line.

    pin-file=/run/secrets/pin        the first line of a file (also "file:/run/secrets/pin", RFC 7512 §2.4)
    pin-credential=log-pin           the same of $CREDENTIALS_DIRECTORY/log-pin (systemd's LoadCredential=)
    pin-fd=3                         the first line behind a descriptor that the caller left open

For a key file the name is `passphrase`, for PKCS#11 `pin`, for SDF `password`. At most one of the three may
be given; with none, the signer is opened without a secret.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from registry.provenance.keys import SignerError
from registry.provenance.secret_file import read_secret_file
from registry.signing.location import Location

_LONGEST = 4096
_CREDENTIAL = re.compile(r"[A-Za-z0-9._-]{1,255}")


def read_secret(location: Location, name: str) -> bytes | None:
    """The secret of a signer; None where the line names none. SignerError if it is unreadable or empty."""
    given = [source for source in ("file", "credential", "fd") if f"{name}-{source}" in location.attributes]
    if not given:
        return None
    if len(given) > 1:
        raise SignerError(f"{location.kind}: 口令只能有一个来源, 写了 {len(given)} 个")
    attribute = f"{name}-{given[0]}"
    secret = _READERS[given[0]](location, attribute)
    if not secret:
        raise SignerError(f"{location.kind}: {attribute} 给出的口令是空的")
    return secret


def _from_file(location: Location, attribute: str) -> bytes:
    value = location.required(attribute)
    if value.startswith("|"):
        raise SignerError(f"{location.kind}: {attribute} 不能是命令")
    return _first_line(location, attribute, location.home / value.removeprefix("file:"))


def _from_credential(location: Location, attribute: str) -> bytes:
    name, directory = location.required(attribute), os.environ.get("CREDENTIALS_DIRECTORY")
    if directory is None:
        raise SignerError(f"{location.kind}: {attribute} 需要环境变量 CREDENTIALS_DIRECTORY")
    if not _CREDENTIAL.fullmatch(name) or name in (".", ".."):
        raise SignerError(f"{location.kind}: {attribute} 应为凭据的名称")
    return _first_line(location, attribute, Path(directory) / name)


def _from_descriptor(location: Location, attribute: str) -> bytes:
    descriptor = location.number(attribute)
    assert descriptor is not None
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as source:
            return source.readline(_LONGEST).rstrip(b"\r\n")
    except (OSError, ValueError, OverflowError):
        raise SignerError(f"{location.kind}: {attribute} 所指的描述符不能读取") from None


def _first_line(location: Location, attribute: str, path: Path) -> bytes:
    try:
        return read_secret_file(path, _LONGEST).partition(b"\n")[0].rstrip(b"\r")
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "路径无效"
        raise SignerError(f"{location.kind}: {attribute} 所指的文件不能读取: {reason}") from None


_READERS = {"file": _from_file, "credential": _from_credential, "fd": _from_descriptor}
