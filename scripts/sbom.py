"""The bill of materials (SBOM) of a release: CycloneDX 1.6 as JSON, from the lock and from what is installed.

    .venv/bin/python -m scripts.sbom > sbom.json

Each package of requirements.lock with its version, its digests (of every file that pip may take for it), its
licence as its own metadata says it, and what it needs. ``required`` is what an installation with every extra
runs; ``excluded`` is what only building and testing need. The same lock gives the same bytes: no clock, no
chance.
Standard: CycloneDX 1.6 (ECMA-424), package URLs (ECMA-427).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement

from scripts.locked import LOCK, Locked, locked

OWN = "credit-registry"
DEVELOPMENT = frozenset({"dev"})
EPOCH = 1_580_601_600
"""The instant that builds state where SOURCE_DATE_EPOCH gives none: hatchling's, 2020-02-02."""
LONGEST_NAME = 80
"""Some packages put the licence's whole text where its name belongs."""
_SEPARATORS = re.compile(r"[-_.]+")


def normal(name: str) -> str:
    """A package's name as PEP 503 normalises it."""
    return _SEPARATORS.sub("-", name).lower()


def needed(package: Distribution, extras: Iterable[str] = ()) -> Iterator[Requirement]:
    """What a package needs here, with some of its extras."""
    for text in package.requires or ():
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def reached(extras: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Every package that the project with some extras needs, and which each of them needs itself."""
    found: dict[str, set[str]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(OWN, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            package = distribution(name)
        except PackageNotFoundError:  # For another platform.
            continue
        needs = [(normal(each.name), frozenset(each.extras)) for each in needed(package, wanted)]
        found.setdefault(name, set()).update(need for need, _ in needs if need != name)
        waiting += needs
    return {name: frozenset(needs) for name, needs in found.items()}


def licence(name: str) -> str:
    """What a package says of its licence: an SPDX expression, a short name, or its classifiers; empty if
    nothing."""
    try:
        about = distribution(name).metadata
    except PackageNotFoundError:
        return ""
    short = [str(about[key]) for key in ("License-Expression", "License") if key in about]
    classifiers = [str(each) for each in about.get_all("Classifier") or ()]
    named = " / ".join(each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::"))
    return next((each for each in (*short, named) if 0 < len(each) <= LONGEST_NAME and "\n" not in each), "")


def component(package: Locked, *, required: bool) -> Component:
    """A package as a component."""
    made = LicenseFactory()
    said = licence(package.name)
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.REQUIRED if required else ComponentScope.EXCLUDED,
        bom_ref=f"{package.name}=={package.version}",
        purl=PackageURL("pypi", name=package.name, version=package.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in package.digests],
        licenses=[made.make_from_string(said)] if said else [],
    )


def built() -> datetime:
    """The instant that a build states (reproducible-builds.org, SOURCE_DATE_EPOCH)."""
    return datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", EPOCH)), UTC)


def bill(lock: str, extras: Iterable[str]) -> Bom:
    """The bill of materials of a lock; ``extras`` are those that an installation may run with."""
    running, everything = reached(extras), reached({*extras, *DEVELOPMENT})
    packages = {each.name: component(each, required=each.name in running) for each in locked(lock)}
    own = Component(name=OWN, version=distribution(OWN).version, type=ComponentType.APPLICATION, bom_ref=OWN)
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, lock),
        metadata=BomMetaData(component=own, timestamp=built()),
        components=packages.values(),
    )
    for name, needs in everything.items():
        bom.register_dependency(
            own if name == OWN else packages[name],
            [packages[need] for need in sorted(needs & packages.keys())],
        )
    return bom


def text(lock: str) -> str:
    """The bill as JSON."""
    about = distribution(OWN).metadata
    extras = {str(each) for each in about.get_all("Provides-Extra") or ()} - DEVELOPMENT
    made = make_outputter(bill(lock, extras), OutputFormat.JSON, SchemaVersion.V1_6)
    return made.output_as_string(indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text(LOCK.read_text("utf-8")))
