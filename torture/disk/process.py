"""Running ``torture.disk.loaded`` behind the shim."""

from __future__ import annotations

import select
import subprocess
import sys
from datetime import date
from pathlib import Path

from registry.domain.periods import china_day
from registry.engine import now_ms
from torture.disk.shim import shimmed
from torture.site import Site

START_S, END_S = 60.0, 120.0


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
        brief: bool = False,
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
        command += ["--today", today().isoformat(), *(["--brief"] if brief else [])]
        self._log = (site.root / f"log-{first}").open("wb")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=shimmed(site.root, journal=journal, controls=controls),
        )
        assert self.process.stdout
        readable, _, _ = select.select([self.process.stdout], [], [], START_S)
        said = self.process.stdout.readline().strip() if readable else "nothing"
        if said != "ready":
            self.kill()
            raise RuntimeError(f"the engine did not start: {said}")

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
