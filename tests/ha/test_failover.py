"""The machine that writes dies under load, again and again: nothing acknowledged is lost, nobody reads CLEAR.

A cluster of three under Patroni (``tests.support.patroni``), a real ``registry serve --readers`` on it with
its second store, and clients that state and ask all the while. Each round does something to the primary,
waits until statements are acknowledged again, and has the cluster made whole. One round by default; a line
for each:

    REGISTRY_HA_ROUNDS=10 make test-ha ARGS=-s          # or: make torture
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.store.interface import StoreBusyError
from registry.store.opening import open_store
from tests.ha.load import BANNED, Told, loaded
from tests.support.failover import BLOWS, ROOT, founded, mend, serving, strike
from tests.support.patroni import Cluster, NoClusterError, Node, running_cluster
from tests.support.spine import Spine

ROUNDS = int(os.environ.get("REGISTRY_HA_ROUNDS", "1"))
WRITES_AGAIN_S = 40.0
"""At the latest so long after the blow, with a lease of six seconds."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        with running_cluster() as made:
            yield made
    except NoClusterError as error:
        pytest.skip(str(error))


@dataclass(slots=True)
class Trial:
    """Rounds over one cluster and one registry."""

    cluster: Cluster
    told: Told

    def round(self, number: int) -> str:
        """One blow, until everything is as before; a line about it."""
        blow = BLOWS[(number - 1) % len(BLOWS)]
        old, acknowledged = self.cluster.primary(), len(self.told.acknowledged)
        self.await_statements(old)
        self.told.state_pause_s = self.told.ask_pause_s = 0.0
        began = time.monotonic()
        new = strike(self.cluster, blow, old)
        switched_s = time.monotonic() - began
        self.await_statements(new)
        writing_s = time.monotonic() - began
        mend(blow, old)
        self.cluster.wait_until_whole()
        self.await_statements(self.cluster.primary())
        told = self.told
        return (
            f"round {number} {blow}: {old.name} → {new.name} in {switched_s:.1f} s, written again after "
            f"{writing_s:.1f} s, whole after {time.monotonic() - began:.1f} s; longest pause of statements "
            f"{told.state_pause_s:.1f} s, of answers {told.ask_pause_s:.1f} s; "
            f"{len(told.acknowledged) - acknowledged} acknowledged; refused so far {dict(told.refused)}"
        )

    def await_statements(self, primary: Node) -> None:
        """Waits until statements are acknowledged that a primary has; and nobody else may write then."""
        before, until = len(self.told.acknowledged), time.monotonic() + WRITES_AGAIN_S
        while len(self.told.acknowledged) < before + 12:  # More than were under way.
            assert time.monotonic() < until, f"nothing is acknowledged: {self.told.refused}"
            time.sleep(0.05)
        with pytest.raises(StoreBusyError, match="正被另一进程写入"):
            open_store(primary.url())


def test_nothing_acknowledged_is_lost_when_the_primary_dies_under_load(
    cluster: Cluster, tmp_path: Path
) -> None:
    spine, log = founded(tmp_path / "registry", cluster, BANNED), tmp_path / "registry.log"
    founding, began = spine.position + 1, time.monotonic()
    with serving(spine, log) as served, loaded(served) as told:
        trial = Trial(cluster, told)
        lines = list[str]()
        for number in range(1, ROUNDS + 1):
            lines.append(trial.round(number))
            print(lines[-1], flush=True)
    store = open_store(cluster.url())
    rows = [(row.statement_id, row.position) for row in store.statements()]
    store.close()
    placed, counts = dict(rows), Counter(key for key, _ in rows)
    lost = [key for key, position in told.acknowledged.items() if placed.get(key) != position]
    twice = [key for key, count in counts.items() if count > 1]
    print(
        f"{ROUNDS} rounds: {len(told.acknowledged)} acknowledged, {len(rows)} in the log, lost {len(lost)}, "
        f"twice {len(twice)}, wrong {len(told.wrong)}; {told.answers} answers; refused {dict(told.refused)}; "
        f"{_verified(spine)}; {time.monotonic() - began:.0f} s; {log}"
    )
    assert (lost, twice, told.wrong) == ([], [], [])
    assert [position for _, position in rows] == list(range(len(rows)))
    stated = [key for key, _ in rows if not key.startswith("~")]  # The registry states its map itself.
    assert len(stated) == len(told.acknowledged) + founding
    assert told.answers > 0


def _verified(spine: Spine) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "registry", "verify", "--directory", str(spine.directory)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]
