"""Kills of one engine: in batches, while states of the map are made, beside others that want its store."""

from __future__ import annotations

import re
import time
from pathlib import Path
from random import Random

from registry.cli_check import opened
from registry.engine import StartError, start_engine
from registry.store.interface import StoreBusyError, StoreError
from registry.store.opening import migrate_store
from torture.disk.process import Loaded
from torture.disk.trouble import examined
from torture.fault import Losses
from torture.site import Site, new_site


def kill_in_batch(seed: int, directory: Path) -> Losses:
    """SIGKILL while batches under one signature are taken: all of a batch is there, or none."""
    return _killed(seed, directory, ("--batches",))


def kill_in_map(seed: int, directory: Path) -> Losses:
    """SIGKILL while a state of the map is made every tenth of a second."""
    site = new_site(directory)
    settings = site.registry / "registry.toml"
    text = re.sub(r"\[map\]\ninterval_s = \d+", "[map]\ninterval_s = 0.1", settings.read_text("utf-8"))
    settings.write_text(text, "utf-8")
    return _killed(seed, directory, ("--upkeep",), site)


def second_process(seed: int, directory: Path) -> Losses:
    """Others want the store while it is written to, also by another path; and again as soon as its writer was
    killed: one may have it, at any time."""
    chance, site = Random(seed), new_site(directory / "site")
    (directory / "other").symlink_to(site.root)
    loaded = Loaded(site, seed)
    loaded.go_on(chance.randrange(20, 100))
    told = [*_let_in(site), *_let_in(Site(directory / "other"))]
    loaded.go_on(chance.randrange(20, 100))
    loaded.kill()
    again = Loaded(site, seed + 1, first=4)
    again.go_on(chance.randrange(20, 100))
    again.kill()
    return examined(site, chance) + Losses(unverifiable=len(told), told=tuple(told))


def _killed(seed: int, directory: Path, options: tuple[str, ...], site: Site | None = None) -> Losses:
    chance, site = Random(seed), site or new_site(directory)
    loaded = Loaded(site, seed, options=options)
    loaded.go_on(chance.randrange(20, 400))
    time.sleep(chance.uniform(0, 0.05))
    loaded.kill()
    return examined(site, chance)


def _let_in(site: Site) -> list[str]:
    """Who was let in beside the writer."""
    let_in = []
    try:
        start_engine(site.config).close()
        let_in.append("a second engine was started")
    except StartError as error:
        if "正被另一进程写入" not in str(error):
            let_in.append(f"a second engine was refused for another reason: {error}")
    try:
        with opened(site.config):
            let_in.append("a check was begun beside the writer")
    except StoreBusyError:
        pass
    try:
        migrate_store(site.config.location)
        let_in.append("a migration was begun beside the writer")
    except StoreError:
        pass
    return let_in
