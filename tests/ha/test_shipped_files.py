"""What ``deploy/ha`` has to copy is what the programs read, and every file of it stands in the guide."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from registry.config import CONFIG_NAME, load_config
from registry.store.postgres_hosts import servers_of
from tests.support.patroni import DEPLOY, INSTALL

GUIDE = (DEPLOY.parents[1] / "docs" / "high-availability.md").read_text("utf-8")


def test_configuration_of_the_registry_is_read_as_it_stands(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "registry.toml", tmp_path / CONFIG_NAME)
    config = load_config(tmp_path)
    store, replica = servers_of(config.database), servers_of(config.replica)
    assert store.writing
    assert len(store.all) == 3
    assert not replica.writing
    assert replica.all == store.all
    assert config.readers
    assert config.head
    assert not config.head.is_relative_to(tmp_path)


def test_cluster_acknowledges_nothing_that_is_on_one_machine_alone() -> None:
    settings = yaml.safe_load((DEPLOY / "patroni.yml").read_text("utf-8"))
    shared = settings["bootstrap"]["dcs"]
    assert shared["synchronous_mode"]
    assert shared["synchronous_mode_strict"]
    assert shared["loop_wait"] + 2 * shared["retry_timeout"] <= shared["ttl"]
    assert shared["postgresql"]["use_pg_rewind"]
    assert shared["postgresql"]["parameters"]["synchronous_commit"] == "on"
    assert settings["watchdog"]["mode"] == "required"
    assert "etcd" in settings
    assert "etcd3" not in settings


def test_etcd_knows_every_setting() -> None:
    if not (etcd := shutil.which("etcd")):
        pytest.skip(f"etcd is not here: {INSTALL}")
    said = subprocess.run([etcd, "--help"], capture_output=True, text=True, check=False)
    flags = set(re.findall(r"--([a-z0-9-]+)", said.stdout + said.stderr))
    named = re.findall(
        r"^(?:# )?ETCD_([A-Z0-9_]+)=", (DEPLOY / "etcd.default").read_text("utf-8"), re.MULTILINE
    )
    assert len(named) > 10
    assert {name.lower().replace("_", "-") for name in named} <= flags


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_guide_says_what_each_file_is_for(path: Path) -> None:
    assert f"deploy/ha/{path.name}" in GUIDE
