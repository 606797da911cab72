"""``python -m bench.pages [RESTRICTED [OTHERS]]``: size and time of pages with many statements behind them.

A registry of so many subjects (100,000 and 20,000 unless said) is served in a process of its own. Portal and
console run here and are asked over loopback, plain HTTP, as behind a proxy that ends TLS. Of each page: the
bytes that are transferred, with what the page names besides where nothing is cached yet; the median and the
worst of twenty times to its last byte.
"""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from bench.machine import machine, require_linux
from bench.population import ORIGIN, Population, firm, populate
from bench.running import Running, running
from demo.departments import BY_KEY, OPERATOR
from registry.access.identity import Caller, CallerRole
from registry.handed_out import installation_policy
from registry.provenance.access_token import TokenKey
from registry.provenance.keys import FileSigner
from registry.token_desk import Vouching, trust
from registry.v1 import statement_pb2 as pb
from registry_client import Credentials, Numbering, Registry, numbered_statement, seal
from registry_web.config import ConsoleConfig, PortalConfig
from registry_web.console import console_app
from registry_web.console.accounts import Accounts, Identity
from registry_web.console.database import open_database
from registry_web.console.sessions import Sessions
from registry_web.portal import portal_app
from registry_web.serving import WebServer

SIZES = (100_000, 20_000)
TIMES = 20
DISK = Path(__file__).resolve().parents[1] / "var"
OFFICIAL = "B-01"
_NEEDED = re.compile(r'(?:src|href)="(/static/[^"]+)"')
_COUNTED_S = 600.0


@dataclass(frozen=True, slots=True)
class Page:
    """What was measured of a page: bytes of it alone, bytes of a first visit, seconds."""

    name: str
    alone: int
    first_visit: int
    median_s: float
    worst_s: float


def main() -> None:
    """Measures and prints a table."""
    require_linux()
    restricted, others = (*(int(word) for word in sys.argv[1:]), *SIZES)[:2]
    DISK.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="pages-", dir=DISK))
    try:
        print(machine(), flush=True)
        population = populate(home / "registry", restricted=restricted, clear=others)
        print(f"{restricted + others:,} subjects\n", flush=True)
        print("| page | page KB | first visit KB | median ms | worst ms |\n|---|---|---|---|---|", flush=True)
        with running(population.directory) as server:
            for page in _pages(population, server, home):
                told = (page.alone / 1000, page.first_visit / 1000, page.median_s * 1000, page.worst_s * 1000)
                print(f"| {page.name} | " + " | ".join(f"{each:.0f}" for each in told) + " |", flush=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _pages(population: Population, server: Running, home: Path) -> Iterator[Page]:
    target = f"127.0.0.1:{server.port}"
    policy = home / "verify.policy"
    policy.write_text(installation_policy(population.config).text(), "utf-8")
    with ExitStack() as stack:
        portal = _portal(population, target, policy, stack)
        while portal.get("/").text.count('class="figure"') < 1:  # The figures are counted when it has begun.
            time.sleep(1)
        for path in ("/", "/bans", "/cases", "/verify", "/help/repair"):
            yield _measured(f"portal {path}", portal, partial(portal.get, path))
        code = firm(7)
        yield _measured("portal, search", portal, lambda: portal.post("/search", data={"q": "商贸"}))
        yield _measured(
            "portal, an organisation", portal, lambda: portal.post("/organisation", data={"code": code})
        )
        console = _console(population, target, home, policy, stack)
        for path in ("/", "/bans", "/statements", "/due", "/directory", "/catalogue", "/audit/health"):
            yield _measured(f"console {path}", console, partial(console.get, path))


def _measured(name: str, client: httpx.Client, ask: Callable[[], httpx.Response]) -> Page:
    first = ask()
    assert first.status_code == 200, f"{name}: {first.status_code}"
    needed = {path: client.get(path).num_bytes_downloaded for path in _NEEDED.findall(first.text)}
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    alone = first.num_bytes_downloaded
    return Page(name, alone, alone + sum(needed.values()), statistics.median(times), max(times))


def _portal(population: Population, target: str, policy: Path, stack: ExitStack) -> httpx.Client:
    own = population.credential("portal", Caller(CallerRole.PUBLIC, "portal", ORIGIN))
    registry = stack.enter_context(Registry(target, Credentials.load(own), timeout=_COUNTED_S))
    config = PortalConfig(address="127.0.0.1:0", url="http://localhost", credentials=own, policy=policy)
    return _client(portal_app(config, registry), stack)


def _console(population: Population, target: str, home: Path, policy: Path, stack: ExitStack) -> httpx.Client:
    """The console, with a session of an official of the finance bureau."""
    _appoint(population, target)
    own = population.credential("console", Caller(CallerRole.FACE, "console", ORIGIN))
    key, tokens = TokenKey.new(), population.config.tokens
    assert tokens is not None
    (home / "token.key").write_bytes(key.private)
    trust(tokens.issuers, tokens.revoked, key.public, Vouching("console", ["department"], ["console"], 600))
    config = ConsoleConfig(
        address="127.0.0.1:0",
        url="http://localhost",
        credentials=own,
        token_key=home / "token.key",
        database=home / "console.db",
        signer=home / "signer.sock",
        policy=policy,
    )
    database = open_database(config.database)
    stack.callback(database.close)
    accounts = Accounts(database, time.time)
    account = accounts.add("official", "示例甲", Identity("department", _office().code, OFFICIAL))
    session = Sessions(database, time.time).begin(account, "127.0.0.1", "bench")
    registry = stack.enter_context(Registry(target, Credentials.load(own), timeout=_COUNTED_S))
    client = _client(console_app(config, registry), stack)
    client.cookies.set("session", session)
    return client


def _appoint(population: Population, target: str) -> None:
    """Registers the official whose pages are asked for."""
    registrar = population.directory / "clients" / "registrar"
    signer = FileSigner.load(population.directory / "keys" / "operator.key", None)
    body = pb.OfficialRegistration(
        official_id=OFFICIAL,
        department=_office().code,
        name="示例甲",
        section="政府采购科",
        roles=[pb.OFFICIAL_ROLE_SUBMITTER],
    )
    statement = numbered_statement(
        Numbering.generate(), origin=ORIGIN, department=OPERATOR.office.code, body=body
    )
    with Registry(target, Credentials.load(registrar)) as registry:
        assert registry.submit([seal(statement, signer)])[0].position is not None


def _office() -> pb.DepartmentRegistration:
    return BY_KEY["财政"].registration()


def _client(application: object, stack: ExitStack) -> httpx.Client:
    server = WebServer(application, "127.0.0.1:0")
    stack.callback(server.stop)
    headers = {"host": "localhost", "accept-encoding": "gzip"}
    address = f"http://127.0.0.1:{server.port}"
    return stack.enter_context(
        httpx.Client(base_url=address, headers=headers, timeout=_COUNTED_S, trust_env=False)
    )


if __name__ == "__main__":
    main()
