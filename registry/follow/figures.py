"""How far a follower is, as a file for Prometheus (跟踪指标): put in place after each round.

A follower is on a machine of somebody else and listens nowhere, so it leaves its figures where the exporter
of that machine picks them up (node_exporter, ``--collector.textfile.directory``):

    registry_follower_size                         statements that are in the mirror and checked
    registry_follower_checked_timestamp_seconds    when all that the log showed was last found right
    registry_follower_alarms                       alarms raised, and lines of alarms.log when it was started

A restart is not a look at what was found: the figure is 0 again once alarms.log was put away and the follower
started anew.

How far it lags is the log's size less its own; that it has died is told by a time that stands still.
"""

from __future__ import annotations

from pathlib import Path

from registry.durable import exchange

_MEANING = {
    "size": "Statements that are in the mirror and checked.",
    "checked_timestamp_seconds": "When the log was last found right.",
    "alarms": "Alarms raised, and lines of alarms.log when the follower was started.",
}


def put_figures(path: Path, *, size: int, checked_s: float, alarms: int) -> None:
    """Writes the file, readable for everybody: there is nothing in it but these numbers. Raises OSError."""
    lines = []
    for name, value in zip(_MEANING, (size, checked_s, alarms), strict=True):
        metric = f"registry_follower_{name}"
        lines += [f"# HELP {metric} {_MEANING[name]}", f"# TYPE {metric} gauge", f"{metric} {value}"]
    exchange(path, ("\n".join(lines) + "\n").encode(), sync=False)
    path.chmod(0o644)
