"""Published files by their SHA-256: out of a folder, or out of the registry's evidence store.

    files = folder_files(Path("公布文件"))
    files = stored_files(registry.supervision.evidence, Path("已下载"))

What a file is called does not matter: what it holds does. A file that is not there is None, so that whoever
asked can say which one.
"""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path
from typing import IO

import grpc

from registry_client.errors import RegistryCallError
from registry_client.supervision.draws import Files
from registry_client.supervision.evidence import EvidenceDesk


def folder_files(folder: Path) -> Files:
    """The files of a folder. OSError if it cannot be read."""
    known = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            with path.open("rb") as source:
                known[file_digest(source, "sha256").digest()] = path

    def opened(digest: bytes) -> IO[bytes] | None:
        return known[digest].open("rb") if digest in known else None

    return opened


def stored_files(store: EvidenceDesk, folder: Path) -> Files:
    """Files of the evidence store, each downloaded into a folder when it is first asked for. Raises
    RegistryCallError where the store cannot be asked."""

    def opened(digest: bytes) -> IO[bytes] | None:
        path = folder / digest.hex()
        if not path.exists():
            try:
                store.download(digest, path)
            except RegistryCallError as error:
                if error.code is grpc.StatusCode.NOT_FOUND:
                    return None
                raise
        return path.open("rb")

    return opened
