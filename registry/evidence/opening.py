"""The evidence store of an installation, as ``[evidence]`` in its ``registry.toml`` says."""

from __future__ import annotations

import os
from collections.abc import Callable

from registry.config import EvidenceSettings
from registry.evidence.catalogue import NAME, Catalogue
from registry.evidence.directory import DirectoryShelf
from registry.evidence.keep import Keep
from registry.evidence.shelf import Shelf
from registry.evidence.uploads import Limits
from registry.provenance.vault import Vault
from registry.store.interface import StoreError

_MIB = 1 << 20


def open_evidence(settings: EvidenceSettings, vault: Vault, clock: Callable[[], int]) -> Keep:
    """Opens the evidence store, or makes a new one; a server also has it ``serve``. Raises StoreError."""
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


def served_evidence(settings: EvidenceSettings, vault: Vault, clock: Callable[[], int]) -> Keep:
    """Opens the evidence store for a server, the only one. Raises StoreError."""
    keep = open_evidence(settings, vault, clock)
    try:
        keep.serve()
    except StoreError:
        keep.close()
        raise
    return keep
