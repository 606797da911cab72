"""A gateway before a registry with some statements."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.events import person, placed
from tests.support.faces import facing
from tests.support.gateway import Gateway, gateway
from tests.support.history import short_ban
from tests.support.served import exit_ban
from tests.support.spine import found_spine, furnish


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("gateway") / "registry"))
    placed(spine.say("财政", "b1", event=short_ban(1)))
    placed(spine.say("法院", "x1", event=exit_ban(person(1))))
    spine.deliver()
    with facing(spine) as faced, gateway(faced) as url:
        yield Gateway(url, faced)


@pytest.fixture(scope="session")
def asking(running: Gateway) -> Iterator[httpx.Client]:
    """A procurement system."""
    with running.caller() as client:
        yield client
