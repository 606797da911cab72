"""An old primary that comes back with writes of its own is refused: the second store knows what was signed.

Somebody starts the database of a machine that had failed by hand, without Patroni, and lets a copy of the
registry write to it, which has a second store of its own. Whatever is there then, shorter or longer than what
was acknowledged, the registry that has the true second store does not run on it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.config import CONFIG_NAME, load_config
from registry.engine import start_engine
from tests.ha.load import BANNED
from tests.support.command import assert_one_line, registry
from tests.support.events import placed
from tests.support.patroni import Cluster, NoClusterError, running_cluster
from tests.support.served import short_ban
from tests.support.spine import Spine, found_spine, furnish


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        with running_cluster(nodes=2, strict=False) as made:
            yield made
    except NoClusterError as error:
        pytest.skip(str(error))


def led_to(directory: Path, url: str) -> None:
    """Has an installation's store be another."""
    config = directory / CONFIG_NAME
    lines = config.read_text("utf-8").splitlines()
    config.write_text(
        "\n".join(f'store = "{url}"' if line.startswith("store =") else line for line in lines) + "\n"
    )


def state(spine: Spine, *numbers: int) -> int:
    """States bans; the last one's position."""
    return [placed(spine.say(BANNED, f"B-{number}", event=short_ban(number))) for number in numbers][-1]


def test_old_primary_with_writes_of_its_own_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    directory, copy, url = tmp_path / "registry", tmp_path / "copy", cluster.url()
    spine = furnish(found_spine(directory, store=url), [BANNED])
    state(spine, 1, 2)
    shutil.copytree(directory, copy)
    old = cluster.primary()
    old.kill()
    cluster.wait_for_primary(other_than=old)
    acknowledged = state(spine, *range(3, 9))
    spine.engine.close()

    old.start_alone()
    led_to(copy, old.url())
    strayed = Spine(
        copy, load_config(copy), spine.clock, start_engine(load_config(copy), spine.clock), spine.signers
    )
    assert state(strayed, 100) < acknowledged
    strayed.engine.close()
    led_to(directory, old.url())
    assert_one_line(registry("serve", "--directory", directory), f"日志头已签到{acknowledged + 1}条")

    strayed.engine = start_engine(strayed.config, spine.clock)
    assert state(strayed, *range(101, 110)) > acknowledged
    strayed.engine.close()
    assert_one_line(registry("serve", "--directory", directory), "与已签的日志头不符")

    led_to(directory, url)
    spine.engine = start_engine(load_config(directory), spine.clock)  # Both write; it finds the right one.
    assert spine.position == acknowledged
    assert state(spine, 9) == acknowledged + 1
    spine.engine.close()

    old.kill_postgres()
    old.start()
    cluster.wait_until_whole()
    assert registry("verify", "--directory", directory).code == 0
    copied = cluster.nodes[0].ask(
        "SELECT count(*) FROM statement WHERE statement_id LIKE 'B-10_'", "registry"
    )
    assert copied == [(0,)]
