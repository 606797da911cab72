"""Putting a backup back: into a new directory, or into an installation whose store is gone.

    new directory       configuration, certificates, the keys that are at hand, and the store; all or nothing
    registry.toml is    the installation keeps its configuration, its keys and its second store; the store
    there already       alone is put in its place, which must be free

First every file is held against the manifest, then the backup against what the second store has: a backup
that is shorter than a head that was signed would give positions a second time for which somebody holds a
receipt. It is refused, or, where that is accepted, put back to be read: the store is marked, so that no
server takes it, and a head that was given is kept beside it.
What proves a backup never comes with it: into a new directory, whose configuration does, neither the second
store nor the vault's key is believed unless the operator names it (``--head``, ``--keys``).
Then the store is copied, brought to this program's version, checked to its root, and only then put in place.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from registry.backups.chain import chain_to, whole_store
from registry.backups.copy_check import CopyCheck
from registry.backups.held import Held, Proof
from registry.backups.manifest import CHECKPOINT, BackupError, Manifest, read_manifest
from registry.backups.named_files import brought_files, named_keys
from registry.backups.past import Past, Until
from registry.backups.placing import place_store
from registry.config import CONFIG_NAME, Config, load_config
from registry.config_options import toml
from registry.engine import read_secret
from registry.indexing.generations import Generations
from registry.installation import write_secret
from registry.provenance.checkpoint import Checkpoint, CheckpointError
from registry.store.head import HeadFile
from registry.whole_directory import OccupiedError, scratch_directory, whole_directory

Progress = Callable[[int, int], None]
SCRATCH = "restoring"
"""Where a new directory has room for copies on the way."""
HEAD = "head/checkpoint"
"""Where what was made to be read has its second store."""
VAULT_KEY = "keys/vault.key"
"""By which name the vault's key is given for an installation that has it elsewhere."""
_STORE_LINE = re.compile(r"^(\s*store\s*=\s*).*$", re.MULTILINE)
_HEAD_LINE = re.compile(r"^(\s*head\s*=\s*).*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Order:
    """What to put back and how. ``keys`` are private keys by their names in an installation; ``store`` where
    the store is to rest instead; ``head`` a file of the second store that outlived the installation;
    ``shorter`` accepts a backup that is behind it, or may be where there is none, to be read. ``until`` has
    the registry put back as it stood then, to be read; ``held`` are checkpoints that others kept, with which
    what is put back must agree."""

    backup: Path
    directory: Path
    keys: Mapping[str, bytes]
    store: str = ""
    head: Path | None = None
    shorter: bool = False
    until: Until | None = None
    held: Sequence[Held] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: the manifest, the versions of the store before and after, key files that are yet to
    be put in their places, and the size that the second store says (0: it says nothing); the held checkpoints
    that agree, and the moment if it was one of the past; whether it is to be read only as it is, or may be,
    behind what was signed; how many derived rows were compared with a fold (0: they were not); and which
    files of the backup were ``left`` out."""

    manifest: Manifest
    before: str
    after: str
    missing: tuple[Path, ...]
    head_size: int
    proofs: tuple[Proof, ...] = ()
    past: Past | None = None
    to_read: bool = False
    rows: int = 0
    left: tuple[str, ...] = ()


def restore(order: Order, *, progress: Progress) -> Restored:
    """Puts a backup back. Raises BackupError, StoreError, KeyFileError, VaultError, ConfigError; then the
    directory is as it was."""
    chain = chain_to(order.backup)
    manifest = read_manifest(order.backup)
    try:
        if (order.directory / CONFIG_NAME).exists():
            if order.until:
                raise BackupError(f"{order.directory} 已有安装; --until 只恢复到新的目录, 供查阅")
            if order.keys or order.store:
                raise BackupError(
                    f"{order.directory} 已有设置和密钥, 只恢复存储; 请去掉 --keys、口令和 --store"
                )
            config = load_config(order.directory)
            with scratch_directory(config.home, "store", kind="restore") as scratch:
                return _into(config, order, chain, scratch, progress)
        with whole_directory(order.directory, kind="restore") as making:
            config, left = _laid_out(making, order, manifest)
            scratch = making / SCRATCH
            scratch.mkdir(mode=0o700)
            done = _into(config, order, chain, scratch, progress)
            shutil.rmtree(scratch)
            place = order.directory.resolve()
            missing = tuple(_placed(path, config.home, place) for path in done.missing)
        return replace(done, missing=missing, left=left)
    except OccupiedError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"不能在 {order.directory} 写入: {error.strerror}") from error


def _placed(path: Path, home: Path, place: Path) -> Path:
    return place / path.relative_to(home) if path.is_relative_to(home) else path


def _laid_out(making: Path, order: Order, manifest: Manifest) -> tuple[Config, tuple[str, ...]]:
    """Everything of a new installation but its store, and what was left out. Raises BackupError,
    ConfigError."""
    brought = brought_files(order.backup, manifest, order.directory.resolve())
    for name in brought.files:
        _parent_of(making / name)
        shutil.copyfile(order.backup / name, making / name)
    for name, content in order.keys.items():
        _parent_of(making / name)
        write_secret(making / name, content)
    if order.store:
        _set(making, _STORE_LINE, order.store)
    if order.until:  # Elsewhere is the second store of the registry that lives.
        _set(making, _HEAD_LINE, HEAD)
    config = load_config(making)
    _require_named(config, order)
    if config.head and config.head.is_relative_to(config.home):
        _parent_of(config.head)
    return config, brought.left


def _require_named(config: Config, order: Order) -> None:
    """Raises BackupError if what is to prove the backup is named by its own configuration alone."""
    head, key = config.head, config.vault_key
    if head and head.exists() and order.head is None:
        raise BackupError(
            f"只有备份自己的设置提到第二存储 {head}: 确是保存下来的那一份, 请写明 --head {head}"
        )
    inside = key.is_relative_to(config.home)
    given = order.keys.get(key.relative_to(config.home).as_posix() if inside else VAULT_KEY)
    if given is None:
        raise BackupError(f"缺少 {key.name}: 请用 --keys 指出密钥副本的目录, 或用封存密钥的口令")
    if key.exists() and read_secret(key) != given:
        raise BackupError(f"备份的设置所指的 {key} 与所给的 vault.key 不同; 不予恢复")


def _set(making: Path, line: re.Pattern[str], value: str) -> None:
    path = making / CONFIG_NAME
    text = line.sub(lambda found: found[1] + toml(value), path.read_text("utf-8"), count=1)
    path.write_text(text, encoding="utf-8")


def _parent_of(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def _into(config: Config, order: Order, chain: Sequence[Path], scratch: Path, progress: Progress) -> Restored:
    """Places the store, and the second store's file if one was given."""
    manifest = read_manifest(order.backup)
    if config.origin != manifest.origin:
        raise BackupError(f"{CONFIG_NAME} 的 origin 是 {config.origin}, 备份属于 {manifest.origin}")
    if not config.vault_key.exists():
        raise BackupError(f"缺少 {config.vault_key.name}: 请用 --keys 指出密钥副本的目录, 或用封存密钥的口令")
    master = read_secret(config.vault_key)

    with _second_store(config) as own:
        kept = own.read() if own else None
        given = _given_head(order, kept)
        note = kept or given or ""
        size = _size_of(note) if note else 0
        second = _comparable(note, size, order, manifest)
        beyond = [Held(str(order.head), given)] if given and not second else []
        held = (*order.held, *beyond)  # A longer head is signed by the log all the same.
        checking = CopyCheck(master, second, held, (manifest.size, manifest.root), progress)
        if not order.until:  # Else it is folded anew, and marked, when it is cut.
            checking.folding = scratch if order.held else None
            checking.to_read = _told(manifest) if order.shorter and not second else ""
        with whole_store(chain, scratch, master, progress=progress) as source:
            if order.until:
                source = checking.cut(source, scratch, order.until)
            before, after = place_store(source, config.location, scratch, checking)
        if own and kept is None and order.until:  # By this too a server tells that it is not the log.
            own.swap(None, given or (order.backup / CHECKPOINT).read_text("utf-8"))
        elif own and kept is None and given:
            own.swap(None, given)
    Generations.of(config).drop()  # Of the store that is gone.
    missing = tuple(path for path in named_keys(config) if not path.exists())
    seen = (tuple(checking.proofs), checking.past, bool(checking.to_read), checking.rows)
    return Restored(manifest, before, after, missing, size, *seen)


@contextmanager
def _second_store(config: Config) -> Iterator[HeadFile | None]:
    """The second store, held; None if the configuration has none. Raises StoreError if a server has it."""
    head = HeadFile(config.head) if config.head else None
    try:
        yield head
    finally:
        if head:
            head.close()


def _given_head(order: Order, kept: str | None) -> str | None:
    if order.head is None:
        return None
    try:
        given = order.head.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"日志头 {order.head} 不能读取") from error
    if kept not in (None, given):
        raise BackupError(
            f"目标的第二存储已有另一日志头, 与 --head {order.head} 不同; 请先查明哪一份是保存下来的"
        )
    return given


def _size_of(note: str) -> int:
    """The size that a head says; whether it is signed is seen when the store is checked against it."""
    try:
        return Checkpoint.parse(note.partition("\n\n")[0] + "\n").size
    except CheckpointError:
        raise BackupError("第二存储的日志头不是签名的检查点") from None


def _told(manifest: Manifest) -> str:
    return f"序号 {manifest.size - 1} ({manifest.taken:%Y-%m-%d %H:%M} 的备份)"


def _comparable(note: str, size: int, order: Order, manifest: Manifest) -> str | None:
    """The head that the store must agree with. Raises BackupError if the backup is behind it."""
    if size <= manifest.size:
        return note or None
    if order.shorter or order.until:
        return None
    behind = f"备份只有{manifest.size}条陈述, 日志头已签到{size}条"
    raise BackupError(f"{behind}: 请用更新的备份; 只为查阅可加 --accept-shorter, 服务仍会拒绝启动")
