"""Those lines of requirements.lock, with their hashes, that an image needs: what pip says it would install.

    pip install --dry-run --report report.json 'credit_registry-0.1.0-py3-none-any.whl[server]'
    python runtime_lock.py report.json requirements.lock > runtime.lock

Fails where the lock lacks a package, or has another version than pip would take.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+).*(?:\n[ \t]+.*)*", re.MULTILINE)
OWN = "credit-registry"


def runtime_lock(report: str, lock: str) -> str:
    """The entries of a lock that a report of pip names. Raises ValueError with those that it lacks."""
    entries = {(found[1], found[2]): found[0] for found in _ENTRY.finditer(lock)}
    told = [each["metadata"] for each in json.loads(report)["install"]]
    wanted = {(re.sub(r"[-_.]+", "-", each["name"]).lower(), each["version"]) for each in told}
    wanted = {each for each in wanted if each[0] != OWN}
    if missing := wanted - entries.keys():
        raise ValueError(f"not in the lock: {', '.join(f'{name}=={text}' for name, text in sorted(missing))}")
    return "\n".join(entries[each] for each in sorted(wanted)) + "\n"


if __name__ == "__main__":
    report_file, lock_file = map(Path, sys.argv[1:])
    try:
        print(runtime_lock(report_file.read_text("utf-8"), lock_file.read_text("utf-8")), end="")
    except ValueError as error:
        sys.exit(f"runtime_lock: {error}")
