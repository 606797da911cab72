"""Reading a file that holds a secret: a private key, a pass phrase, credentials; nobody else may be able to.

Mode 0600 or less; 0640 or less where the file is root's, who then chose the group: the rule that PostgreSQL
has for ``ssl_key_file``. What is checked is the file that was opened, so that none can be put in its place in
between. A pipe has no mode that says anything, and is taken as it is.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

LARGEST = 64 * 1024
"""Bytes; no key, pass phrase or credential is longer."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ROOT = 0


class OpenSecretError(OSError):
    """Others may read or change the file; ``strerror`` says what to do."""


def read_secret_file(path: str | Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file, at most one more than ``largest``. OSError as ``open`` raises it; OpenSecretError,
    which is one, if others may read or change it."""
    with open(path, "rb") as file:
        _require_private(os.fstat(file.fileno()))
        return file.read(largest + 1)


def _require_private(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        return
    open_to = stat.S_IMODE(found.st_mode) & _OTHERS
    if found.st_uid == _ROOT:
        open_to &= ~stat.S_IRGRP
    if open_to:
        mode = stat.S_IMODE(found.st_mode)
        raise OpenSecretError(errno.EACCES, f"others may read or change it (mode {mode:04o}); chmod 600")
