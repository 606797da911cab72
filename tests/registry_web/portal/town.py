"""A town whose registry is served, and the portal before it: firms with bans, lists, penalties, licences, and
one whose name is an attack.

The portal is the real one, on a free port of the loopback, called by a client that follows no redirects.

    with town(directory) as portal:
        portal.get("/bans").text
        portal.post("/organisation", code=code_of(1)).text
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from registry.access.identity import CallerRole
from registry.commands import submission
from registry.v1 import subject_pb2
from registry_client import Credentials, Registry
from registry_web.config import PortalConfig
from registry_web.portal import portal_app
from registry_web.serving import WebServer
from tests.support.events import (
    ban,
    fields,
    fined,
    firm,
    licence,
    list_entry,
    person,
    placed,
    registered,
)
from tests.support.served import Served, serving
from tests.support.spine import Spine, found_spine, furnish
from tests.verification.world import World, policy_text

BANNED, LISTED, FINED, PLAIN, HOSTILE, WITHDRAWN = 1, 2, 3, 4, 5, 7
MANY = range(100, 162)
"""Numbers of firms with a ban from bidding, so that the list has two pages."""
HOSTILE_NAME = (
    "=cmd|' /C calc'!A0<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e司公(示例)" + "长" * 100
)
REGIONS = ("130902", "130903", "130921", "130981", "130982", "130983", "")


@dataclass(slots=True)
class Portal:
    """The portal and what is behind it."""

    world: World
    url: str
    client: httpx.Client

    @property
    def spine(self) -> Spine:
        """The registry without a wire."""
        return self.world.served.spine

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A page."""
        return self.client.get(path, **options)

    def post(self, path: str, **form: Any) -> httpx.Response:
        """What a form leads to."""
        return self.client.post(path, data=form)


@contextmanager
def town(directory: Path) -> Iterator[Portal]:
    """A portal while the block runs."""
    spine = furnish(found_spine(directory / "registry"))
    _history(spine)
    spine.deliver()
    spine.reopen()
    spine.engine.upkeep.mapper.start()
    with serving(spine) as served, portal_of(served, directory) as portal:
        yield portal
        spine.engine.upkeep.mapper.close()


@contextmanager
def portal_of(served: Served, directory: Path) -> Iterator[Portal]:
    """The portal of a registry that is served."""
    policy = directory / "verify.policy"
    policy.write_text(policy_text(served.spine), "utf-8")
    with Registry(served.target, _credentials(served, directory / "portal"), timeout=10.0) as registry:
        address = _free_address()
        config = PortalConfig(address, f"http://{address}", directory / "portal", policy)
        server = WebServer(portal_app(config, registry), config.address)
        try:
            with httpx.Client(base_url=config.url, timeout=60.0) as client:
                yield Portal(World(served), config.url, client)
        finally:
            server.stop()


def code_of(number: int) -> str:
    """The code of a firm of the town."""
    return firm(number).identifier.value


def _free_address() -> str:
    """A port that is free now; the portal must know its address before it listens, for it answers to no
    other."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"127.0.0.1:{found.getsockname()[1]}"


def _credentials(served: Served, directory: Path) -> Credentials:
    own = served.authority.client(served.system(CallerRole.PUBLIC, "portal").uri)
    directory.mkdir(exist_ok=True)
    (directory / "ca.pem").write_bytes(served.trusted)
    (directory / "cert.pem").write_bytes(own.certificate)
    (directory / "key.pem").write_bytes(own.key)
    return Credentials.load(directory)


def _history(spine: Spine) -> None:
    say = spine.say
    hostile = firm(HOSTILE)
    hostile.name = HOSTILE_NAME
    placed(say("财政", event=ban("财政", firm(BANNED), "M-PRO-01", "2026-03-01", "2028-03-01")))
    placed(say("法院", event=list_entry("法院", firm(LISTED), "L-01", "2026-05-01", "2028-05-01")))
    wages = {"content": fields(listing_basis="拖欠农民工工资，责令限期支付逾期未支付")}
    placed(say("人社", event=list_entry("人社", firm(LISTED), "L-04", "2026-06-01", "2027-06-01", **wages)))
    placed(say("市场监管", event=fined("市场监管", firm(FINED), "2026-07-01", "250")))
    placed(say("市场监管", event=registered(firm(BANNED))))
    placed(say("市场监管", event=licence("市场监管", firm(PLAIN))))
    with patch.object(submission, "check_on_receipt", lambda *_: ()):  # As a log of before may have it.
        placed(say("财政", event=ban("财政", hostile, "M-PRO-01", "2026-04-01", "2027-04-01")))
    placed(
        say("财政", "to-withdraw", event=ban("财政", firm(WITHDRAWN), "M-PRO-01", "2025-01-02", "2027-01-02"))
    )
    for place, number in enumerate(MANY):
        month = f"2026-{place % 9 + 1:02d}-05"
        where = {"region": REGIONS[place % len(REGIONS)]} if REGIONS[place % len(REGIONS)] else {}
        scope = subject_pb2.Scope(**where)
        placed(
            say("住建", event=ban("住建", firm(number), "M-BID-02", month, f"2028{month[4:]}", scope=scope))
        )
    placed(say("法院", event=list_entry("法院", person(1), "L-01", "2026-05-01", "2028-05-01")))
