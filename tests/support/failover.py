"""A registry on a cluster of PostgreSQL, and what is done to the primary under it."""

from __future__ import annotations

import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.patroni import Cluster, Node
from tests.support.served import Served, authority_of
from tests.support.spine import Spine, found_spine, furnish

START_S = 120.0
ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"在 (\S+) 提供服务")
BLOWS = (
    "machine",
    "held",
    "unmanaged",
    "postgres",
    "switchover",
    "machine",
    "held",
    "etcd",
    "machine",
    "unmanaged",
)
"""What is done to the primary, round for round: Patroni and PostgreSQL killed; PostgreSQL held still until
another writes (SIGSTOP); Patroni killed alone, so that two write; PostgreSQL killed alone; the planned
change; no etcd for a while."""


@contextmanager
def serving(spine: Spine, log: Path) -> Iterator[Served]:
    """The registry on a cluster, one process that writes and one that answers."""
    authority = authority_of(spine)
    authority.server_named("server")
    config = spine.directory / "registry.toml"
    config.write_text(config.read_text("utf-8").replace('"tls/', f'"{authority.directory}/'), "utf-8")
    command = [
        sys.executable,
        "-m",
        "registry",
        "serve",
        "--directory",
        str(spine.directory),
        "--readers",
        "1",
    ]
    with log.open("ab") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT)
    try:
        assert process.stdout
        readable, _, _ = select.select([process.stdout], [], [], START_S)
        ready = READY.search(process.stdout.readline() if readable else "")
        assert ready, log.read_text("utf-8")[-2000:]
        served = Served(spine, authority, ready[1])
        yield served
        served.close()
    finally:
        process.terminate()
        process.communicate(timeout=START_S)


def founded(directory: Path, cluster: Cluster, department: str) -> Spine:
    """A registry whose store is a database of the cluster, and whose readers read from any standby."""
    spine = furnish(found_spine(directory, store=cluster.url()), [department])
    spine.engine.close()
    with (directory / "registry.toml").open("a", encoding="utf-8") as config:
        config.write(f'\n[server]\nreplica = "{cluster.url(attributes="prefer-standby")}"\n')
    return spine


def strike(cluster: Cluster, blow: str, old: Node) -> Node:
    """Does it; the node that has the lease afterwards."""
    if blow == "etcd":
        cluster.etcd.stop()
        time.sleep(8)
        cluster.etcd.start()
        return cluster.primary()
    if blow == "postgres":
        old.kill_postgres()
        return cluster.primary()
    {"machine": old.kill, "held": old.hold, "unmanaged": old.kill_patroni, "switchover": old.hand_over}[
        blow
    ]()
    return cluster.wait_for_primary(other_than=old)


def mend(blow: str, old: Node) -> None:
    """Has the node that was struck come back."""
    if blow == "held":
        old.release()
    elif blow in ("machine", "unmanaged"):
        old.start()
