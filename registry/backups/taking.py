"""Taking a backup of an installation, whether or not it is being served.

The store is copied as of one state (`registry.store.online_copy`), and the copy is checked before it is
called a backup: statements, leaves, tree, map and signed checkpoint, as ``registry verify --no-signatures``
does it. Files and manifest are written beside the place and take it with one rename, the manifest last.

What is not in it: ``head/checkpoint`` (by it a server tells that a store was put back to an earlier state; a
copy beside the store would take that away), the directory ``index/`` (made anew), and the private keys,
unless a pass phrase is given (`registry.backups.sealing` says why).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from registry.backups.checking import Checked, checked_copy
from registry.backups.manifest import (
    CHECKPOINT,
    MANIFEST,
    SEALED,
    STORE_FILE,
    BackupError,
    Manifest,
    stored_files,
)
from registry.backups.named_files import POLICY, files_to_keep, private_keys
from registry.backups.sealing import NONCE_BYTES, SALT_BYTES, seal_keys
from registry.config import CONFIG_NAME, Config
from registry.engine import read_secret
from registry.handed_out import installation_policy
from registry.store.online_copy import copy_online, require_current, version_in
from registry.whole_directory import OccupiedError, whole_directory

Progress = Callable[[int, int], None]
_PASSWORD = re.compile(r"(postgres(?:ql)?://[^:/@\s\"']*):[^@/\s\"']*@")
_PASSWORD_OPTION = re.compile(r"([?&]password=)[^&\s\"']*")
_ROOM = 1.1
"""Of the store's size that must be free: its copy, and what SQLite writes beside it."""


def take_backup(
    config: Config,
    target: Path,
    *,
    at: datetime,
    passphrase: bytes | None,
    copying: Progress,
    checking: Progress,
) -> Manifest:
    """Makes a backup in a directory that does not exist or is empty. ``copying`` is told pages of a file or
    rows of a database, ``checking`` statements. Raises BackupError, StoreError,
    KeyFileError, VaultError, ConfigError; then there is no backup."""
    master = read_secret(config.vault_key)
    try:
        with whole_directory(target, kind="backup") as making:
            checked = _copied_store(config, making / STORE_FILE, master, copying, checking)
            elsewhere = write_files(config, making)
            (making / CHECKPOINT).write_text(checked.note, encoding="utf-8")
            if passphrase is not None:
                elsewhere += _write_keys(config, making, passphrase)
            manifest = Manifest(
                taken_at=at.isoformat(timespec="seconds"),
                origin=checked.origin,
                size=checked.size,
                root=checked.root,
                store_version=version_in(making / STORE_FILE),
                program=version("credit-registry"),
                sealed_keys=passphrase is not None,
                elsewhere=tuple(elsewhere),
                files=stored_files(making),
            )
            (making / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    except OccupiedError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"不能在 {target} 写入: {error.strerror}") from error
    return manifest


def _copied_store(
    config: Config, copy: Path, master: bytes, copying: Progress, checking: Progress
) -> Checked:
    """The store's copy, once it is seen to be a sound log of this installation."""
    _require_room(config, copy.parent)
    copy_online(config.location, copy, progress=copying)
    require_current(copy)
    checked = checked_copy(copy, master, progress=checking)
    if checked.origin != config.origin:
        raise BackupError(f"{CONFIG_NAME} 的 origin 是 {config.origin}, 存储属于 {checked.origin}")
    return checked


def same_disk(config: Config, target: Path) -> bool:
    """Whether a backup rests where one broken disk takes it along with the store."""
    return not config.database and config.store.stat().st_dev == target.stat().st_dev


def _require_room(config: Config, making: Path) -> None:
    if config.database:
        return
    files = (config.store, config.store.with_name(config.store.name + "-wal"))
    needed = int(sum(path.stat().st_size for path in files if path.exists()) * _ROOM)
    free = shutil.disk_usage(making).free
    if free < needed:
        raise BackupError(f"{making.parent} 的空间不够: 约需 {needed >> 20} MB, 只有 {free >> 20} MB")


def write_files(config: Config, making: Path) -> list[str]:
    """The configuration and what it names that is public; answers what is not in the backup: what lies
    outside of the installation, or holds a private key."""
    text = (config.home / CONFIG_NAME).read_text("utf-8")
    (making / CONFIG_NAME).write_text(_without_passwords(text), encoding="utf-8")
    policy = installation_policy(config)
    (making / POLICY).write_text(policy.text(), encoding="utf-8")
    elsewhere = []
    for path, name in files_to_keep(config):
        if not name:
            elsewhere.append(str(path))
        elif path.is_file():
            (making / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, making / name)
    return elsewhere


def _without_passwords(text: str) -> str:
    return _PASSWORD_OPTION.sub(r"\1", _PASSWORD.sub(r"\1@", text))


def _write_keys(config: Config, making: Path, passphrase: bytes) -> list[str]:
    """Every private key in the installation, sealed; answers those that lie outside of it."""
    named = list(dict.fromkeys(path.resolve() for path in private_keys(config)))
    inside = [path for path in named if path.is_relative_to(config.home)]
    files = {path.relative_to(config.home).as_posix(): read_secret(path) for path in inside}
    sealed = seal_keys(files, passphrase, random=os.urandom(SALT_BYTES + NONCE_BYTES))
    (making / SEALED).write_bytes(sealed)
    return [str(path) for path in named if path not in inside]
