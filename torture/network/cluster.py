"""The primary of a cluster under Patroni is lost under load, and a synchronous standby takes over.

Each round has a registry of its own, ``registry serve --readers 1`` with its second store, on a cluster that
is made once. What is done to the primary is that of ``tests.support.failover``: among it an old primary that
goes on writing without its manager, or comes back.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from random import Random

from registry.store.interface import StoreError
from registry.store.opening import open_store
from tests.support.failover import BLOWS, founded, mend, serving, strike
from tests.support.patroni import DATABASE, Cluster, NoClusterError, Node, programs, running_cluster
from torture.fault import Fault, Losses
from torture.network.account import Account, judged
from torture.network.clerk import KEY, Crowd
from torture.network.kept import once
from torture.network.waiting import await_more
from torture.network.wired import clerk_over


def no_cluster() -> str:
    """What this machine lacks for a cluster, or nothing."""
    try:
        programs()
    except NoClusterError as error:
        return str(error)
    return ""


@once
def cluster(stack: ExitStack) -> Cluster:
    """The cluster of this process. Raises NoClusterError."""
    return stack.enter_context(running_cluster())


def _round(seed: int, directory: Path) -> Losses:
    chance, account = Random(seed), Account()
    blow, nodes = BLOWS[seed % len(BLOWS)], cluster()
    nodes.primary().ask(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    url = nodes.new_database(DATABASE)
    spine = founded(directory / "registry", nodes, KEY)
    with serving(spine, directory / "registry.log") as served, ExitStack() as stack:
        clerks = [
            stack.enter_context(clerk_over(served, account, chance, name=name, first=first))
            for name, first in (("B", 1), ("C", 5001))
        ]
        with Crowd(clerks):
            await_more(account, 12)
            old = nodes.primary()
            new = strike(nodes, blow, old)
            await_more(account, 12)
            _only_one_writes(account, new)
            mend(blow, old)
            nodes.wait_until_whole()
            await_more(account, 12)
        clerks[0].ask_all()
    return judged(account, spine.config, url)


def _only_one_writes(account: Account, primary: Node) -> None:
    """Nobody else may have the right to write beside the registry."""
    try:
        open_store(primary.url()).close()
    except StoreError:
        return
    account.count("another could write beside the registry", Losses(disordered=1))


FAULTS = (Fault("primary lost (Patroni)", 10, 0, _round, no_cluster),)
