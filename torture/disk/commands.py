"""Commands that are killed at any moment: what they leave must neither harm the registry, nor pass for whole.

Each round kills ``registry`` with one command at a random moment, or lets it end, looks at what it left, and
has the same command do its work once more in the same place.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

from registry.backups.checking import checked_copy
from registry.backups.manifest import BackupError, faults_of, read_manifest
from registry.cli_check import opened
from registry.provenance.vault import VaultError
from registry.store.interface import StoreError
from torture.disk.process import Loaded
from torture.disk.trouble import examined, written
from torture.fault import Losses
from torture.site import Site, new_site

COMMAND_S = 3.0
"""What a command takes at most, with its start, on a machine with little to do."""
DONE_S = 180.0
AGAIN = 0.5


def kill_backup(seed: int, directory: Path) -> Losses:
    """``registry backup`` beside a registry that is written to."""
    chance, site = Random(seed), new_site(directory)
    loaded, target = Loaded(site, seed), directory / "backup"
    loaded.go_on(chance.randrange(50, 200))
    command = ["registry", "backup", "--directory", str(site.registry), "--to", str(target)]
    _killed(command, chance)
    told = [] if target.exists() else _done(command)
    told = told or _faults_of_backup(target)
    told += [f"left over: {each.name}" for each in directory.glob("*unfinished*")]
    loaded.kill()
    return examined(site, chance) + _losses(told)


def kill_index(seed: int, directory: Path) -> Losses:
    """Making a generation of the index beside a registry that is written to; the next start uses it if it is
    whole."""
    chance, site = Random(seed), new_site(directory)
    loaded = Loaded(site, seed)
    loaded.go_on(chance.randrange(50, 200))
    command = ["registry.indexing", str(site.registry)]
    _killed(command, chance)
    told = _done(command) if chance.random() < AGAIN else []
    loaded.go_on(chance.randrange(10, 50))
    loaded.kill()
    return examined(site, chance) + _losses(told)


def kill_rebuild(seed: int, directory: Path) -> Losses:
    """``registry rebuild``, whose store beside the store is never taken for it."""
    chance, site = Random(seed), written(seed, directory)
    return _killed_alone(site, chance, ["rebuild"])


def kill_migrate(seed: int, directory: Path) -> Losses:
    """``registry migrate`` of a store that an earlier release made: it is of that version, or of this."""
    chance, site = Random(seed), written(seed, directory)
    with closing(sqlite3.connect(site.config.store)) as connection, connection:
        connection.execute("DROP TABLE file")  # The newest; nothing is in it.
        connection.execute("UPDATE alembic_version SET version_num = '0006'")
    return _killed_alone(site, chance, ["migrate"])


def kill_export(seed: int, directory: Path) -> Losses:
    """``registry export`` to a file, which passes for a copy when it is whole."""
    chance, site = Random(seed), written(seed, directory)
    target = directory / "copy.db"
    command = ["registry", "export", "--to", str(target), "--directory", str(site.registry)]
    _killed(command, chance)
    told = []
    if target.exists() and not _is_copy(target, site):
        for left in directory.glob("copy.db*"):  # As an operator does, who is told that the name is taken.
            left.unlink()
    if not target.exists():
        told = _done(command)
    if not told and not _is_copy(target, site):
        told = ["what was exported is no sound copy"]
    return examined(site, chance) + _losses(told)


def kill_import(seed: int, directory: Path) -> Losses:
    """``registry import`` of the store into an installation that has none: it has all of it, or none."""
    chance, source = Random(seed), written(seed, directory / "source")
    other = Site(directory / "other")
    without = shutil.ignore_patterns("registry.db*", "checkpoint*")
    shutil.copytree(source.root, other.root, ignore=without)
    command = ["registry", "import", "--from", str(source.config.store), "--directory", str(other.registry)]
    _killed(command, chance)
    told = [] if other.config.store.exists() and _is_copy(other.config.store, source) else _done(command)
    size = ["registry", "adopt-head", "--directory", str(other.registry), "--size", str(_size(source))]
    told = told or _done(size)
    return examined(other, chance) + _losses(told)


def _size(site: Site) -> int:
    with opened(site.config) as log:
        return (log.store.last_position() or 0) + 1


def _killed_alone(site: Site, chance: Random, arguments: list[str]) -> Losses:
    """Kills a command that has the store to itself, and has it done again."""
    command = ["registry", *arguments, "--directory", str(site.registry)]
    _killed(command, chance)
    told = _done(command)
    return examined(site, chance) + _losses(told)


def _is_copy(target: Path, site: Site) -> bool:
    """Whether a store is a sound copy of all that a site has."""
    try:
        copied = checked_copy(target, site.config.vault_key.read_bytes())
    except (StoreError, BackupError, VaultError):
        return False
    with opened(site.config) as log:
        head = log.store.checkpoint()
    return head is not None and head.size == copied.size


def _killed(command: list[str], chance: Random) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(chance.uniform(0.2, COMMAND_S))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _done(command: list[str]) -> list[str]:
    """Runs a command to its end; what it says if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *command], capture_output=True, text=True, timeout=DONE_S, check=False
    )
    return [f"{' '.join(command[:2])} fails after one was killed: {done.stderr}"] if done.returncode else []


def _faults_of_backup(target: Path) -> list[str]:
    try:
        return [f"backup: {each}" for each in faults_of(target, read_manifest(target))]
    except BackupError as error:
        return [f"something that is no backup stands in its place: {error}"]


def _losses(told: list[str]) -> Losses:
    return Losses(unverifiable=len(told), told=tuple(told))
