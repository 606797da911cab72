"""Files of a caller: texts read whole, and what is fetched saved in new files of his own."""

from __future__ import annotations

import os
from pathlib import Path

from registry_client.cli.failures import Failure

_LARGEST = 1 << 20


def read_text(path: Path) -> str:
    """The text of a file. Failure if there is none, or it is too much to be one of these."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) <= _LARGEST:
            return content.decode("utf-8")
    except OSError as fault:
        raise Failure(f"{path}：无法读取：{fault.strerror}") from None
    except UnicodeDecodeError:
        pass
    raise Failure(f"{path}：不是检查点或策略文件")


def save_new(path: Path, content: bytes) -> None:
    """A new file, for the caller alone, on the disk when this returns. Failure if there is one of this name,
    or it cannot be written; what was begun is taken away then."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise Failure(f"{path}：无法写入：{fault.strerror}") from None
