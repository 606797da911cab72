"""A log of a few hundred leaves over plain HTTP, for all tests of a module."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from registry.commands.jobs import OwnStatement
from registry.commands.log import LogReading
from registry.publication.log_server import LogPublication
from registry.v1.statement_pb2 import MapState, Statement
from tests.support.events import firm, licence, person, placed
from tests.support.served import exit_ban
from tests.support.spine import Spine, found_spine, furnish

EVENTS = 300
TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """A spine whose log is published."""

    spine: Spine
    port: int

    @property
    def url(self) -> str:
        """The log's prefix."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, method: str = "GET") -> Page:
        """Fetches a path as it is written, nothing normalised."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Page(answer.status, answer.read(), headers)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    spine = furnish(found_spine(tmp_path_factory.mktemp("published") / "registry"))
    key = "市场监管"
    placed(spine.say("法院", event=exit_ban(person(7001))))
    statements = [spine.statement(key, event=licence(key, firm(8000 + number))) for number in range(EVENTS)]
    for outcome in spine.put(key, *(spine.seal(key, each) for each in statements)):
        placed(outcome)
    own = OwnStatement(Statement(map_state=MapState(size=spine.position + 1, root=bytes(32))))
    spine.engine.writer.put([own])[0].result(TIMEOUT_S)
    publication = LogPublication(LogReading(spine.engine.state), "127.0.0.1:0")
    publication.start()
    yield Published(spine, publication.port)
    publication.close()
    spine.engine.close()
