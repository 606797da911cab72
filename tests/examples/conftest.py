"""A served registry for the examples, and what a procurement platform is handed: credentials and policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from registry.access.identity import CallerRole
from registry.handed_out import installation_policy
from tests.support.events import ban, firm
from tests.support.served import Served, serving_process
from tests.support.spine import found_spine, furnish


@dataclass(frozen=True, slots=True)
class Platform:
    """What the platform has."""

    target: str
    credentials: Path
    policy: Path
    banned: str
    unknown: str


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    home = tmp_path_factory.mktemp("platform")
    spine = furnish(found_spine(home / "registry"))
    spine.deliver()
    spine.say("财政", event=ban("财政", firm(1), "M-PRO-01", "2026-03-01", "2028-03-01"))
    policy = installation_policy(spine.config).text()
    with serving_process(spine) as (served, _):  # With all that runs beside the answers: proofs need the map.
        yield _handed_over(served, home, policy)


def _handed_over(served: Served, home: Path, text: str) -> Platform:
    own = served.authority.client(served.system(CallerRole.PROCUREMENT_SYSTEM, "tender-platform").uri)
    for name, content in (
        ("ca.pem", served.trusted),
        ("cert.pem", own.certificate),
        ("key.pem", own.key),
    ):
        (home / name).write_bytes(content)
    policy = home / "verify.policy"
    policy.write_text(text, "utf-8")
    codes = [firm(number).identifier.value for number in (1, 2)]
    return Platform(served.target, home, policy, *codes)
