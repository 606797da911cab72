"""Running ``torture.disk.loaded`` behind the shim."""

from __future__ import annotations

import select
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from registry.domain.periods import china_day
from registry.engine import now_ms
from torture.disk.shim import shimmed
from torture.site import Site

START_S, END_S = 300.0, 300.0
GO_ON_S = 10.0


def today() -> date:
    """The day in China, by the true clock."""
    return china_day(now_ms())


class Loaded:
    """An engine under load, which has begun when this is made. RuntimeError if it did not."""

    def __init__(
        self,
        site: Site,
        seed: int,
        *,
        journal: Path | None = None,
        controls: Path | None = None,
        options: Sequence[str] = (),
        first: int = 1,
    ) -> None:
        command = [
            sys.executable,
            "-m",
            "torture.disk.loaded",
            str(site.root),
            str(seed),
            "--first",
            str(first),
        ]
        command += ["--today", today().isoformat(), *options]
        self._told = site.told
        self._log = (site.root / f"log-{first}").open("wb")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=shimmed(site.root, journal=journal, controls=controls) if journal or controls else None,
        )
        assert self.process.stdout
        readable, _, _ = select.select([self.process.stdout], [], [], START_S)
        said = self.process.stdout.readline().strip() if readable else "nothing"
        if said != "ready":
            self.kill()
            raise RuntimeError(f"the engine did not start: {said}")

    def go_on(self, lines: int, *, within_s: float = GO_ON_S) -> None:
        """Waits until its clients have been told so many things more, or for some seconds: in trouble it may
        be that they are told nothing."""
        until, wanted = time.monotonic() + within_s, self._lines() + lines
        while self._lines() < wanted and time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.02)

    def _lines(self) -> int:
        return self._told.read_bytes().count(b"\n") if self._told.exists() else 0

    def end(self) -> int:
        """Has it end in order; its exit status. RuntimeError if it does not end."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            return self.process.wait(END_S)
        except subprocess.TimeoutExpired as error:
            raise RuntimeError("the engine does not end") from error
        finally:
            self.kill()

    def kill(self) -> None:
        """SIGKILL, if it still runs."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self._log):
            if pipe:
                pipe.close()
