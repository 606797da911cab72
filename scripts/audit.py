"""Compares requirements.lock with known vulnerabilities.

    make audit                                   asks the package index for advisories (pip-audit)
    make audit ARGS="--advisories all.zip"       reads them from a file: the PyPI part of the OSV database, as
                                                 a zip or a directory of JSON files, brought by whoever may

Exit code 0: every package was compared and none is known to be vulnerable. 1: some are; each is named with
what mends it. 2: something could not be compared. A package that nobody could look up is never counted as
safe.
Format: OSV schema 1.6 (ossf.github.io/osv-schema).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from scripts.locked import LOCK, locked
from scripts.sbom import normal

ECOSYSTEM = "PyPI"


class AuditError(Exception):
    """Advisories cannot be had; the message says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A package that is known to be vulnerable: by which advisory, and from which versions on no more."""

    name: str
    version: str
    advisory: str
    fixed: tuple[str, ...]


def advisories(source: Path) -> Iterator[Mapping[str, Any]]:
    """Every advisory of a zip or directory. Raises AuditError."""
    try:
        if source.is_dir():
            yield from (json.loads(path.read_bytes()) for path in sorted(source.glob("*.json")))
            return
        with zipfile.ZipFile(source) as packed:
            yield from (json.loads(packed.read(name)) for name in packed.namelist() if name.endswith(".json"))
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise AuditError(f"{source} cannot be read: {error}") from error


def affected(entry: Mapping[str, Any], version: str) -> bool:
    """Whether an advisory's entry about a package covers a version: by its list, or by its ranges."""
    if version in entry.get("versions", ()):
        return True
    return any(
        _within(each["events"], Version(version))
        for each in entry.get("ranges", ())
        if each.get("type") == "ECOSYSTEM"
    )


def _within(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    inside = False
    for event in events:  # In the order of versions, as the schema has it.
        ((kind, text),) = event.items()
        try:
            bound = Version("0" if text == "0" else text)
        except InvalidVersion:
            continue
        if kind == "introduced":
            inside = inside or version >= bound
        elif kind == "fixed":
            inside = inside and version < bound
        elif kind == "last_affected":
            inside = inside and version <= bound
    return inside


def found(versions: Mapping[str, str], source: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """What is known about packages (name: version), in the order of their names."""
    return sorted(
        (
            Finding(name, versions[name], advisory["id"], _fixed(entry))
            for advisory in source
            if not advisory.get("withdrawn")
            for entry in advisory.get("affected", ())
            if entry.get("package", {}).get("ecosystem") == ECOSYSTEM
            if (name := normal(entry["package"]["name"])) in versions
            if affected(entry, versions[name])
        ),
        key=lambda each: (each.name, each.advisory),
    )


def _fixed(entry: Mapping[str, Any]) -> tuple[str, ...]:
    events = [event for each in entry.get("ranges", ()) for event in each.get("events", ())]
    return tuple(event["fixed"] for event in events if "fixed" in event)


def asked() -> tuple[list[Finding], list[str]]:
    """What the package index knows, and the packages it told nothing of. Raises AuditError."""
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--disable-pip", "--require-hashes",
         "--progress-spinner", "off", "--format", "json"],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    try:
        told = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError) as error:
        raise AuditError((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]) from error
    unknown = [each["name"] for each in told if "skip_reason" in each]
    known = [
        Finding(each["name"], each["version"], hit["id"], tuple(hit["fix_versions"]))
        for each in told
        for hit in each.get("vulns", ())
    ]
    return known, unknown


def _offline(versions: Mapping[str, str], source: Path) -> tuple[list[Finding], list[str]]:
    told = list(advisories(source))
    if not told:
        raise AuditError(f"{source} holds no advisory")
    return found(versions, told), []


def audit(source: Path | None) -> int:
    """Prints what was found; the exit code. Raises AuditError."""
    versions = {each.name: each.version for each in locked(LOCK.read_text("utf-8"))}
    known, unknown = _offline(versions, source) if source else asked()
    for each in known:
        mended = " or ".join(each.fixed) or "no version"
        print(f"{each.name} {each.version}: {each.advisory}, mended in {mended}")
    if unknown:
        print(
            f"audit: {len(unknown)} of {len(versions)} packages could not be compared: the index has no "
            "advisories here; see --advisories"
        )
    if not known and not unknown:
        print(f"audit: {len(versions)} packages, none known to be vulnerable")
    return 1 if known else 2 if unknown else 0


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="make audit", description="Known vulnerabilities of what is locked."
    )
    parser.add_argument("--advisories", type=Path, help="OSV advisories: a zip, or a directory of JSON files")
    try:
        return audit(parser.parse_args().advisories)
    except AuditError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
