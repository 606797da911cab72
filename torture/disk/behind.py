"""The power fails behind a command that said it was done: what it made must be there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

from registry.backups.manifest import BackupError, faults_of, read_manifest
from registry.cli_check import opened
from registry.config import load_config
from registry.engine import StartError, start_engine
from registry.indexing.generations import Generations
from registry.store.interface import StoreError
from torture.disk.image import Disk
from torture.disk.journal import changes
from torture.disk.shim import shimmed
from torture.disk.trouble import examined, written
from torture.fault import Losses

DONE_S = 180.0


def behind_init(seed: int, directory: Path) -> Losses:
    """``registry init``: what was founded starts, and has its keys."""
    (directory / "work").mkdir()
    target = directory / "work" / "site"
    options = ["--operator-code", "11130900DEM00009X3", "--operator-name", "示例信用办"]
    options += ["--origin", "credit.example/torture", "--address", "127.0.0.1:0", "--host", "127.0.0.1"]
    after = _after(directory, ["registry", "init", "--directory", str(target), *options], Random(seed))
    try:
        start_engine(load_config(after / "site")).close()
    except (StartError, OSError, ValueError) as error:
        return Losses(acknowledged=1, lost=1, told=(f"init was lost: {error}",))
    return Losses(acknowledged=1)


def behind_backup(seed: int, directory: Path) -> Losses:
    """``registry backup``: what was said to be one is whole."""
    site = written(seed, directory / "work")
    target = directory / "work" / "backup"
    command = ["registry", "backup", "--directory", str(site.registry), "--to", str(target)]
    after = _after(directory, command, Random(seed))
    try:
        told = faults_of(after / "backup", read_manifest(after / "backup"))
    except BackupError as error:
        told = [str(error)]
    return examined(site, Random(seed)) + Losses(lost=len(told), told=tuple(told))


def behind_index(seed: int, directory: Path) -> Losses:
    """A generation of the index, at any moment while it is made: one that is not whole is not used."""
    chance, site = Random(seed), written(seed, directory / "work")
    after = _after(directory, ["registry.indexing", str(site.registry)], chance, anywhere=True)
    left = after / "registry" / "index"
    shutil.rmtree(site.registry / "index")
    if left.exists():  # The same store: a generation tells one from another by its inode.
        shutil.copytree(left, site.registry / "index")
    try:
        with opened(site.config):
            sizes = Generations.of(site.config).sizes()
    except StoreError as error:
        return Losses(acknowledged=1, unverifiable=1, told=(str(error),))
    found = examined(site, chance)
    return found + Losses(told=(f"generations: {sizes}",) if not found.none else ())


def _after(directory: Path, command: list[str], chance: Random, *, anywhere: bool = False) -> Path:
    """Runs a command over ``work``, and has the power fail behind it, or at any moment. RuntimeError if the
    command fails."""
    work, before, journal = directory / "work", directory / "before", directory / "journal"
    shutil.copytree(work, before)
    done = subprocess.run(
        [sys.executable, "-m", *command],
        env=shimmed(work, journal=journal),
        capture_output=True,
        text=True,
        timeout=DONE_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    disk, recorded = Disk(before, work), list(changes(journal))
    for change in recorded[: chance.randint(1, len(recorded)) if anywhere else len(recorded)]:
        disk.take(change)
    disk.crash(directory / "after", chance, torn=False)
    return directory / "after"
