"""The evidence store of an installation, as ``[evidence]`` in its ``registry.toml`` says.

A directory whose disk is not mounted looks like that of a new installation. A server that made a new store
there would take uploads and complaints from the web that nobody finds once the disk is back, and say of all
else that it never was. So it makes one only where the log names no evidence; else an operator says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from registry.commands.state import Log
from registry.config import EvidenceSettings
from registry.evidence.catalogue import NAME, Catalogue
from registry.evidence.checking import named_by_acts
from registry.evidence.directory import DirectoryShelf
from registry.evidence.keep import Keep
from registry.evidence.shelf import Shelf
from registry.evidence.uploads import Limits
from registry.provenance.vault import Vault
from registry.store.interface import StoreError

_MIB = 1 << 20


def open_evidence(settings: EvidenceSettings, vault: Vault, clock: Callable[[], int]) -> Keep:
    """Opens the evidence store, or makes a new one; see `served_evidence`. Raises StoreError."""
    try:
        settings.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        catalogue = Catalogue(settings.directory / NAME)
        shelf = _shelf(settings, catalogue)
    except OSError as error:
        raise StoreError(f"证据库目录 {settings.directory} 不能使用: {error.strerror or error}") from error
    limits = Limits(settings.max_mib * _MIB, settings.quota_mib * _MIB, settings.upload_days)
    return Keep(
        catalogue,
        shelf,
        vault,
        directory=settings.directory,
        limits=limits,
        clock=clock,
        random_bytes=os.urandom,
    )


def _shelf(settings: EvidenceSettings, catalogue: Catalogue) -> Shelf:
    if settings.storage is None:
        return DirectoryShelf(settings.directory)
    try:
        from registry.evidence.object_storage import StorageShelf
    except ImportError as error:
        raise StoreError("对象存储需要 boto3: pip install credit-registry[s3]") from error
    return StorageShelf.open(settings.storage, settings.directory, catalogue)


def is_there(settings: EvidenceSettings) -> bool:
    """Whether there is an evidence store, with or without anything in it. Raises StoreError."""
    try:
        return (settings.directory / NAME).exists()
    except OSError as error:
        raise StoreError(f"证据库目录 {settings.directory} 不能使用: {error.strerror or error}") from error


def served_evidence(settings: EvidenceSettings, log: Log, clock: Callable[[], int]) -> Keep:
    """Opens the evidence store for a server, the only one. Raises StoreError."""
    if not is_there(settings):
        _require_new(settings, log)
    keep = open_evidence(settings, log.vault, clock)
    try:
        keep.serve()
    except StoreError:
        keep.close()
        raise
    return keep


def _require_new(settings: EvidenceSettings, log: Log) -> None:
    """Raises StoreError if acts of the log name evidence that is to be in the store."""
    for position, _ in named_by_acts(log):
        raise StoreError(
            f"证据库目录 {settings.directory} 里没有 {NAME}, 而日志(序号{position})所指的材料应在证据库: "
            "请挂载它的盘, 或者放回 registry evidence copy 的备份; "
            "都没有的, 或者以前没有设置证据库的, 运行 registry evidence anew"
        )
