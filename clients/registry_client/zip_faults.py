"""Zip archives that somebody else made: what may be in them, and what reading them raises.

Only what is stored or deflated is unpacked. A member may say that it is packed with LZMA and a dictionary of
4 GiB, which is made room for before the first byte comes out; no program that writes these files uses it.

Python's ``zipfile`` documents ``BadZipFile`` and lets the rest through: of the packing (``zlib.error``,
``LZMAError``, ``EOFError``), of encryption and unknown methods (``RuntimeError``, ``NotImplementedError``),
of names, offsets and sizes (``ValueError``, ``OverflowError``, ``OSError``, ``struct.error``).

Example: ``except UNREADABLE as error: raise ArchiveError("不是可以读取的 zip 文件") from error``.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, OSError,
)  # fmt: skip
"""What reading raises; what a reader itself raises is to be let through before."""


def require_plain(archive: zipfile.ZipFile) -> None:
    """Raises BadZipFile unless every member has a name, and is stored or deflated."""
    for each in archive.infolist():
        if not each.filename or each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("a member without a name, or packed otherwise than stored or deflated")
