"""An installation with all that it can have, served by real processes that say as much as they can.

    with town(directory) as place:
        place.served.channel(caller)     # `registry serve` with a reading process
        place.urls["gateway"]            # `registry-web serve`, all three faces
        place.pages()                    # what the processes tell of themselves, by where

Metrics, JSON lines of every call, spans of every call to a collector, the published log, snapshots as files,
notices to a receiver, the second store, the evidence store: all on.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from registry.access.identity import Caller, CallerRole
from registry.config import CONFIG_NAME, load_config
from registry_web.console.accounts import Accounts, Identity
from registry_web.console.database import open_database
from registry_web.console.sessions import Sessions
from tests.privacy.marks import SIGN_IN
from tests.registry_web.console_core.office import free_port, hand_over, token_key
from tests.support.collector import Collector, collecting
from tests.support.command import ROOT
from tests.support.faces import Faced
from tests.support.receiver import Receiver, receiving
from tests.support.served import Served, authority_of
from tests.support.spine import ORIGIN, Spine, found_spine, furnish
from tests.verification.world import policy_text

PATIENCE_S = 60.0
DEPARTMENTS = ("财政", "法院", "市场监管")
FACES = ("gateway", "portal", "console")
_CONFIG = """
[server]
readers = 1

[publication]
address = "127.0.0.1:{publication}"

[snapshots]
directory = "snapshots"
domains = ["procurement", "bidding"]
interval_s = 1

[metrics]
address = "127.0.0.1:{metrics}"

[logging]
format = "json"
access = true

[tracing]
endpoint = "{collector}"
ratio = 1.0

[notices]
subject = "{receiver}"
"{department}" = "{receiver}"
"{asker}" = "{receiver}"
"""
_WEB = """
[registry]
target = "{target}"
"""
_FACE = """
[{name}]
address = "127.0.0.1:{port}"
url = "http://localhost:{port}"
credentials = "{name}"
"""


@dataclass(slots=True)
class Town:
    """The processes, what they were given, and where they write."""

    home: Path
    spine: Spine
    served: Served
    receiver: Receiver
    collector: Collector
    ports: dict[str, int]
    session: str
    urls: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def faced(self) -> Faced:
        """What gives tokens."""
        return Faced(self.served)

    @property
    def logs(self) -> Path:
        """What the processes said, a file for each of their streams."""
        return self.home / "said"

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """What is told at the page of metrics, and of the published log."""
        for name in ("metrics", "livez", "readyz"):
            yield name, _page(f"http://127.0.0.1:{self.ports['metrics']}/{name}")

    def start(self, name: str, *words: str | Path, ready: str) -> list[str]:
        """Starts a process and waits for a line on its standard output; what that line has in groups."""
        out, err = (self.logs / f"{name}.{stream}" for stream in ("out", "err"))
        with out.open("wb") as told, err.open("wb") as logged:
            process = subprocess.Popen(
                [sys.executable, "-m", *map(str, words)], cwd=ROOT, stdout=told, stderr=logged
            )
        self.processes.append(process)
        until = time.monotonic() + PATIENCE_S
        while not (found := re.findall(ready, out.read_text("utf-8"))):
            assert process.poll() is None, err.read_text("utf-8")
            assert time.monotonic() < until, err.read_text("utf-8")
            time.sleep(0.05)
        return [str(each) for each in found]

    def stop(self) -> None:
        """Stops the processes, the last first."""
        while self.processes:
            process = self.processes.pop()
            process.terminate()
            process.wait(PATIENCE_S)


@contextmanager
def town(directory: Path, before: Callable[[Spine], None]) -> Iterator[Town]:
    """The installation at work while the block runs; ``before`` states things before it is served."""
    with ExitStack() as stack:
        receiver, collector = stack.enter_context(receiving()), stack.enter_context(collecting())
        yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
        spine = furnish(found_spine(directory / "registry", yesterday), DEPARTMENTS)
        before(spine)
        ports = {name: free_port() for name in ("publication", "metrics", *FACES)}
        served = _configured(spine, receiver, collector, ports)
        stack.callback(served.close)
        (directory / "said").mkdir()
        session = _console_of(directory, served)
        place = Town(directory, spine, served, receiver, collector, ports, session)
        stack.callback(place.stop)
        words = ("registry", "serve", "--directory", spine.directory)
        (served.target,) = place.start("registry", *words, ready=r"在 (\S+) 提供服务")
        (directory / "web.toml").write_text(_web(served, ports), "utf-8")
        words = ("registry_web", "serve", "--config", directory / "web.toml")
        place.start("web", *words, ready=r"(console) 端口")
        place.urls = {name: f"http://localhost:{ports[name]}" for name in FACES}
        yield place


def _configured(spine: Spine, receiver: Receiver, collector: Collector, ports: dict[str, int]) -> Served:
    """Everything is switched on; the engine is closed."""
    (spine.directory.parent / "verify.policy").write_text(policy_text(spine), "utf-8")
    spine.engine.close()
    authority = authority_of(spine)
    authority.server_named("server")
    config = spine.directory / CONFIG_NAME
    more = _CONFIG.format(
        collector=collector.url,
        receiver=receiver.url,
        department=spine.code(DEPARTMENTS[0]),
        asker=Caller(CallerRole.BORDER_SYSTEM, "asker", ORIGIN).uri,
        **ports,
    )
    text = config.read_text("utf-8").replace('"tls/', f'"{authority.directory}/')
    config.write_text(text.replace("interval_s = 86400", "interval_s = 1") + more, "utf-8")
    spine.config = load_config(spine.directory)
    return Served(spine, authority, "")


def _console_of(directory: Path, served: Served) -> str:
    """What the faces need, with an account of the console under the marked name; a session of it."""
    for name in ("gateway", "console"):
        hand_over(served, Caller(CallerRole.FACE, name, ORIGIN), directory / name)
    hand_over(served, served.system(CallerRole.PUBLIC, "portal"), directory / "portal")
    token_key(served.spine, directory / "console-token.key").chmod(0o600)
    database = open_database(directory / "console.db")
    try:
        accounts = Accounts(database, time.time)
        code = served.spine.code(DEPARTMENTS[0])
        accounts.add(SIGN_IN, "示例某", Identity("department", code, "C-1"))
        return Sessions(database, time.time).begin(accounts.named(SIGN_IN), "127.0.0.1", "test")
    finally:
        database.close()


def _web(served: Served, ports: dict[str, int]) -> str:
    text = _WEB.format(target=served.target)
    for name in FACES:
        text += _FACE.format(name=name, port=ports[name])
        text += 'policy = "verify.policy"\n' if name != "gateway" else ""
    return text + 'token_key = "console-token.key"\ndatabase = "console.db"\nsigner = "run/signer.sock"\n'


def _page(url: str) -> bytes:
    try:
        with urlopen(url, timeout=PATIENCE_S) as answer:
            content: bytes = answer.read()
    except HTTPError as error:
        content = error.read()
    return content
