"""What goes on beside the work: followers from outside, backups, renewal of every process.

A follower is ``registry follow`` in a process and a directory of its own, with nothing but the policy that
was handed out; it must never raise an alarm, and have verified the log to its last position in the end.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from torture.soak.town import Town

LOOK_S, STOP_S, BACKUP_S = 2.0, 60.0, 600.0
_SIZE = re.compile(r"镜像 (\d+) 条")


@dataclass(slots=True)
class Follower:
    """One that follows."""

    name: str
    directory: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def of(cls, town: Town, name: str, place: Path) -> Follower:
        """Begins with an empty mirror."""
        place.mkdir()
        policy = place / "verify.policy"
        policy.write_text(town.policy, "utf-8")
        with (place / "said").open("wb") as said:
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "registry", "follow", f"http://127.0.0.1:{town.published}/",
                    "--policy", str(policy), "--directory", str(place / "mirror"), "--interval", str(LOOK_S),
                ],
                stdout=said,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        return cls(name, place, process)

    @property
    def verified(self) -> int:
        """How many statements it has verified."""
        found = _SIZE.findall(self._said())
        return int(found[-1]) if found else 0

    @property
    def alarms(self) -> list[str]:
        """What it warned of."""
        return [line for line in self._said().splitlines() if line.startswith("警报")]

    def wait_for(self, size: int, patience_s: float) -> bool:
        """Whether it has verified so many before long."""
        until = time.monotonic() + patience_s
        while self.verified < size and time.monotonic() < until and self.process.poll() is None:
            time.sleep(0.2)
        return self.verified >= size

    def end(self) -> int:
        """Stops it; its exit code, 3 if it ever raised an alarm."""
        self.process.terminate()
        return self.process.wait(STOP_S)

    def _said(self) -> str:
        return (self.directory / "said").read_text("utf-8", "replace")


def backup(town: Town, place: Path) -> str:
    """Takes a backup while everything goes on, and throws it away; what was wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "registry", "backup", "--directory", str(town.directory), "--to", str(place)],
        capture_output=True,
        text=True,
        timeout=BACKUP_S,
        check=False,
    )
    shutil.rmtree(place, ignore_errors=True)
    return "" if done.returncode == 0 else f"backup: {done.stderr.strip()[-200:]}"
